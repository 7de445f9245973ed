"""soft_potential."""
