"""What is simulated: particles in a periodic box, their interactions, and their neighbors."""
