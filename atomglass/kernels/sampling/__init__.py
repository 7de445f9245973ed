"""Compiled moves of the Monte Carlo: displacements, diameter swaps, hybrid Monte Carlo, and their neighbor lists."""
