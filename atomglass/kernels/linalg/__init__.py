"""Compiled kernels of the sparse direct solver: elimination order, factorization, solution."""
