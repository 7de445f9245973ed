"""Positions of the oscillators of the model, and the angular factors of their couplings."""

from __future__ import annotations

import numpy as np

from atomglass.errors import InputError
from atomglass.types import Array

POSITIONS = ("lattice", "poisson", "hardcore")
COUPLINGS = ("uniform", "sign", "dipolar")

#: Mean |g| of each kind; that of |n.n' - 3 (n.r)(n'.r)| over random unit vectors is 0.6900.
MEAN_FACTOR = {"uniform": 0.25, "sign": 1.0, "dipolar": 0.6900 / (4 * np.pi)}

#: Largest number of draws for one hard-core position.
_TRIES = 100_000


def draw_positions(kind: str, size: int, hard_core: float, rng: np.random.Generator) -> Array:
    """Return size^3 positions in a cube of edge `size`, shape (N, 3).

    Parameters
    ----------
    kind : str
        One of `POSITIONS`.
    size : int
        Edge of the cube; the density is one.
    hard_core : float
        Smallest distance of two `hardcore` positions.
    rng : numpy.random.Generator
        Source of the positions.

    Raises
    ------
    InputError
        The hard core leaves no room for a position.
    """
    if kind == "lattice":
        axis = np.arange(size, dtype=float)
        return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    if kind == "poisson":
        return rng.random((size**3, 3)) * size
    return _sequential(size, hard_core, rng)


def _sequential(size: int, hard_core: float, rng: np.random.Generator) -> Array:
    """Return random sequential positions: each one is redrawn until all earlier ones are far enough."""
    sites = np.empty((size**3, 3))
    for i in range(len(sites)):
        for _ in range(_TRIES):
            trial = rng.random(3) * size
            difference = sites[:i] - trial
            difference -= size * np.rint(difference / size)
            if not ((difference**2).sum(axis=1) < hard_core**2).any():
                sites[i] = trial
                break
        else:
            raise InputError("the hard core", hard_core, "smaller", "no room was left for the next oscillator")
    return sites


def nearest_image_distances(sites: Array, size: float) -> tuple[Array, Array]:
    """Return nearest-image displacements (N, N, 3) and distances (N, N); the diagonal distance is infinite."""
    displacement = sites[:, None, :] - sites[None, :, :]
    displacement -= size * np.rint(displacement / size)
    distance = np.sqrt(np.einsum("ijk,ijk->ij", displacement, displacement))
    np.fill_diagonal(distance, np.inf)
    return displacement, distance


def coupling_factors(kind: str, displacement: Array, distance: Array, rng: np.random.Generator) -> Array:
    """Return the symmetric factors g_ij of Eq. 2.3, shape (N, N).

    Parameters
    ----------
    kind : str
        One of `COUPLINGS`.
    displacement : array, shape (N, N, 3)
        Nearest-image vectors from `nearest_image_distances`.
    distance : array, shape (N, N)
        Their lengths.
    rng : numpy.random.Generator
        Source of the factors.
    """
    number = len(distance)
    if kind == "dipolar":
        n = rng.normal(size=(number, 3))
        n /= np.linalg.norm(n, axis=1, keepdims=True)
        along = np.einsum("ik,ijk->ij", n, displacement) / distance
        return (n @ n.T + 3 * along * along.T) / (4 * np.pi)
    upper = np.triu_indices(number, 1)
    draws = rng.uniform(-0.5, 0.5, len(upper[0])) if kind == "uniform" else rng.choice([-1.0, 1.0], len(upper[0]))
    factors = np.zeros((number, number))
    factors[upper] = draws
    return factors + factors.T
