"""vibrations."""
