"""Compiled kernels: arrays in, arrays out. Three Cartesian components always; a 2-D sample lies in the plane z = 0."""
