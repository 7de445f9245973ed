"""Vibrations of an inherent state: Hessian, modes, density of states, elasticity, expansion along modes."""
