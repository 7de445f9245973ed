"""The simulated system: particles in a periodic box, their interactions, and their neighbors."""
