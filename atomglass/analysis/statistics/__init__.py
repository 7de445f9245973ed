"""Estimates and tests that know only arrays of numbers, and that realizations of one chain are correlated."""
