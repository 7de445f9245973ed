"""Compiled minimizers: conjugate gradients, Newton's method, steepest descent, FIRE, and their building blocks."""
