"""The theories that the atomistic work argues with; imports nothing from the simulation side but `quartic`."""
