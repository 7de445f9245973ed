"""Soft potentials: one quartic mode, its levels and tunnel splitting, and ensembles of them (Il'in et al. 1987)."""
