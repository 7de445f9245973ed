"""Sampling of equilibrium liquids by swap Monte Carlo and hybrid Monte Carlo."""
