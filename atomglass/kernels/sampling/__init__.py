"""Compiled Monte Carlo moves: displacements, diameter swaps, hybrid Monte Carlo, and their neighbor lists."""
