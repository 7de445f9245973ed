"""Compiled kernels: arrays in, arrays out. Positions have three components; 2-D samples lie in the plane z = 0."""
