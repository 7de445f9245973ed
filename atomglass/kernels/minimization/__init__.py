"""minimization."""
