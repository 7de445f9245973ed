"""Computations on the inherent states that a study kept: double wells and recurrences of modes."""
