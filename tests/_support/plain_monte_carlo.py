"""Swap Monte Carlo in its simplest form: all pairs, no neighbor lists, no stored energies, numpy's random numbers.

It shares no line with the package (it solves for the coefficients of the potential itself), so it checks the energies
independently.
"""

# ruff: noqa: NPY002 (in compiled code these names are numba's own generator)

from __future__ import annotations

import numba
import numpy as np

CUTOFF_SQUARED = 1.25**2
# z^-6 + c0 + c2 z + c4 z^2 with z = (r/sigma)^2: value, slope and curvature vanish at the cutoff.
_MATRIX = np.array([[1, CUTOFF_SQUARED, CUTOFF_SQUARED**2], [0, 1, 2 * CUTOFF_SQUARED], [0, 0, 2]])
_DERIVATIVES = [-(CUTOFF_SQUARED**-6), 6 * CUTOFF_SQUARED**-7, -42 * CUTOFF_SQUARED**-8]
C0, C2, C4 = np.linalg.solve(_MATRIX, _DERIVATIVES)


@numba.njit
def energy_of(positions, diameters, length, i, position, diameter):
    """Return the energy of particle i with all others, at this position and with this diameter."""
    energy = 0.0
    for j in range(len(diameters)):
        if j != i:
            square = 0.0
            for k in range(positions.shape[1]):
                step = positions[j, k] - position[k]
                step -= length * np.round(step / length)
                square += step * step
            sigma = 0.5 * (diameter + diameters[j]) * (1 - 0.2 * abs(diameter - diameters[j]))
            z = square / sigma**2
            if z < CUTOFF_SQUARED:
                energy += z**-6 + C0 + C2 * z + C4 * z * z
    return energy


@numba.njit
def energy_per_particle(positions, diameters, length):
    total = 0.0
    for i in range(len(diameters)):
        total += energy_of(positions, diameters, length, i, positions[i], diameters[i])
    return total / 2 / len(diameters)


@numba.njit
def energy_of_two(positions, diameters, length, i, j):
    a = energy_of(positions, diameters, length, i, positions[i], diameters[i])
    return a + energy_of(positions, diameters, length, j, positions[j], diameters[j])


@numba.njit
def run(positions, diameters, length, temperature, swap_fraction, max_displacement, records, sweeps_each, seed):
    """Return the energy per particle after every `sweeps_each` sweeps; positions and diameters change in place."""
    np.random.seed(seed)
    n, d = positions.shape
    trial, energies = np.empty(d), np.empty(records)
    for record in range(records):
        for _ in range(sweeps_each * n):
            i = np.random.randint(n)
            if np.random.random() < swap_fraction:
                j = np.random.randint(n)
                old = energy_of_two(positions, diameters, length, i, j)
                diameters[i], diameters[j] = diameters[j], diameters[i]
                change = energy_of_two(positions, diameters, length, i, j) - old
                if np.random.random() >= np.exp(-change / temperature):
                    diameters[i], diameters[j] = diameters[j], diameters[i]
            else:
                for k in range(d):
                    trial[k] = positions[i, k] + max_displacement * (2 * np.random.random() - 1)
                old = energy_of(positions, diameters, length, i, positions[i], diameters[i])
                change = energy_of(positions, diameters, length, i, trial, diameters[i]) - old
                if np.random.random() < np.exp(-change / temperature):
                    positions[i] = trial
        energies[record] = energy_per_particle(positions, diameters, length)
    return energies
