"""Energy levels of H = -d^2/dy^2 + p y^2 + q y + y^4, for one potential or for thousands, by two independent methods.

`levels_sinc_dvr` uses a discrete variable representation: sinc functions on a grid fitted to each potential (Colbert
and Miller, J. Chem. Phys. 96, 1982 (1992)). `levels_harmonic_basis` diagonalizes H in harmonic-oscillator states. They
share no code but the potential, and agree to 1e-11 where both apply.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from atomglass.errors import InputError
from atomglass.types import Array

#: Largest number of potentials diagonalized together, which bounds the memory.
_BATCH = 256


def depressed_minimum(p: ArrayLike, q: ArrayLike) -> Array:
    """Return the position of the lower minimum of p y^2 + q y + y^4; of two equal minima, the left one.

    It is the root of 4 y^3 + 2 p y + q with the largest absolute value, and has the sign of -q. Cardano's formula gives
    it, and one Newton step removes the rounding error of the formula's cancellation.
    """
    p, q = np.broadcast_arrays(np.asarray(p, dtype=float), np.asarray(q, dtype=float))
    side = np.where(q >= 0, -1.0, 1.0)
    a, b = np.abs(p) / 6, np.abs(q) / 8  # |y|^3 + 3 (+-a) |y| = 2 b
    with np.errstate(all="ignore"):
        argument = b / a**1.5
        convex = 2 * np.sqrt(a) * np.sinh(np.arcsinh(argument) / 3)
        one_well = 2 * np.sqrt(a) * np.cosh(np.arccosh(np.maximum(argument, 1.0)) / 3)
        two_wells = 2 * np.sqrt(a) * np.cos(np.arccos(np.minimum(argument, 1.0)) / 3)
    size = np.where(p > 0, convex, np.where(argument >= 1, one_well, two_wells))
    size = np.where(np.isfinite(argument) & (argument < 1e30), size, np.cbrt(2 * b))
    slope = 12 * size**2 + 2 * p
    step = np.where(slope > 0, (4 * size**3 + 2 * p * size - np.abs(q)) / np.where(slope > 0, slope, 1.0), 0.0)
    # Near y = 0 in a convex well and at a triple root the step would add rounding noise only.
    return side * np.where(np.abs(step) < 0.1 * size, size - step, size)


def levels_sinc_dvr(p: ArrayLike, q: ArrayLike, count: int) -> Array:
    """Return the lowest levels from a sinc discrete-variable representation.

    Parameters
    ----------
    p, q : float or array
        Coefficients, shapes that broadcast.
    count : int
        How many levels, from 1 to 60.

    Returns
    -------
    array, shape (..., count)
        Energies relative to the potential at y = 0, ascending.

    Raises
    ------
    InputError
        A coefficient that is not finite, or `count` out of range.

    Notes
    -----
    The kinetic energy is Colbert and Miller's (J. Chem. Phys. 96, 1982 (1992), Eq. A7). The grid reaches one unit of
    length beyond the classical turning points at an energy `cut` well above the last level wanted, and its spacing
    carries momenta up to 1.35 sqrt(cut).
    """
    p, q, shape = _checked(p, q, count)
    bottom_at = depressed_minimum(p, q)
    bottom = _potential(bottom_at, p, q)
    omega = np.sqrt(np.maximum(p + 6 * bottom_at**2, 0.0))
    top_level = 2 * omega * (count - 0.5) + 2.19 * (count - 0.5) ** (4 / 3)
    cut = np.maximum(100.0 + 18 * omega, 60 + 2.2 * top_level)
    left, right = _turning_points(p, q, bottom + cut)
    spacing = np.pi / (1.35 * np.sqrt(cut))
    # Sizes are multiples of eight, so that thousands of potentials form a few batches of equal size.
    sizes = 8 * np.ceil(((right - left + 2) / spacing + 1) / 8).astype(int)
    center = (left + right) / 2
    levels = np.empty((p.size, count))

    def hamiltonian(chosen: NDArray[np.intp]) -> Array:
        size = sizes[chosen[0]]
        steps = np.arange(size) - (size - 1) / 2
        y = center[chosen, None] + steps * spacing[chosen, None]
        matrix = _kinetic(size) / spacing[chosen, None, None] ** 2
        matrix[:, np.arange(size), np.arange(size)] += _potential(y, p[chosen, None], q[chosen, None])
        return matrix

    _diagonalize(hamiltonian, sizes, count, levels)
    return levels.reshape(*shape, count)


def levels_harmonic_basis(p: ArrayLike, q: ArrayLike, count: int, basis: int = 160, frequency: float = 3.0) -> Array:
    """Return the lowest levels in a basis of harmonic-oscillator states centered at y = 0.

    The matrix of a polynomial in this basis is exact; only the truncation of the basis is an approximation.

    Parameters
    ----------
    p, q : float or array
        Coefficients of y^2 and y, shapes that broadcast.
    count : int
        Number of levels, 1 to 60.
    basis : int
        Number of basis states.
    frequency : float
        Frequency of the basis states: their Gaussian is exp(-frequency y^2/2).

    Returns
    -------
    array, shape (..., count)
        Energies, ascending.

    Raises
    ------
    InputError
        An argument is out of range, or the basis is too small: one of the states has weight in its last tenth.
    """
    p, q, shape = _checked(p, q, count)
    ladder = np.sqrt(np.arange(1, basis + 4) / (2 * frequency))
    y = np.diag(ladder, 1) + np.diag(ladder, -1)  # larger than the basis, so that y^4 is exact within it
    y2 = y @ y
    y4 = (y2 @ y2)[:basis, :basis]
    kinetic = np.diag(frequency * (2 * np.arange(basis) + 1.0)) - frequency**2 * y2[:basis, :basis]
    y, y2 = y[:basis, :basis], y2[:basis, :basis]
    levels = np.empty((p.size, count))
    for i in range(p.size):
        energies, states = np.linalg.eigh(kinetic + p[i] * y2 + q[i] * y + y4)
        if (states[-basis // 10 :, :count] ** 2).sum(axis=0).max() > 1e-16:
            remedy = "raise `basis` or use levels_sinc_dvr, which fits its grid to the potential"
            raise InputError("the potential for the oscillator basis", f"p = {p[i]:g}, q = {q[i]:g}", remedy=remedy)
        levels[i] = energies[:count]
    return levels.reshape(*shape, count)


def _checked(p: ArrayLike, q: ArrayLike, count: int) -> tuple[Array, Array, tuple[int, ...]]:
    if not 1 <= count <= 60:
        raise InputError("the number of levels", count, "1 to 60")
    p, q = np.broadcast_arrays(np.asarray(p, dtype=float), np.asarray(q, dtype=float))
    if not (np.isfinite(p).all() and np.isfinite(q).all()):
        raise InputError("p and q of a quartic must be finite", remedy="remove modes with NaN coefficients first")
    return p.ravel(), q.ravel(), p.shape


def _potential(y: Array, p: Array, q: Array) -> Array:
    return y * (q + y * (p + y**2))


def _turning_points(p: Array, q: Array, energy: Array) -> tuple[Array, Array]:
    """Return the outermost points where the potential reaches an energy above its minimum."""
    companion = np.zeros((len(p), 4, 4))
    companion[:, 1:, :3] = np.eye(3)
    companion[:, 0, 3], companion[:, 1, 3], companion[:, 2, 3] = energy, -q, -p
    roots = np.linalg.eigvals(companion)
    # A pair with a small imaginary part is an upper well slightly above this energy: include it.
    real = np.abs(roots.imag) < 0.1
    return np.where(real, roots.real, np.inf).min(axis=1), np.where(real, roots.real, -np.inf).max(axis=1)


def _kinetic(size: int) -> Array:
    """Return -d^2/dy^2 between sinc functions one unit apart."""
    difference = np.subtract.outer(np.arange(size), np.arange(size))
    with np.errstate(divide="ignore"):
        matrix = 2.0 * (-1.0) ** difference / difference.astype(float) ** 2
    np.fill_diagonal(matrix, np.pi**2 / 3)
    return matrix


def _diagonalize(
    hamiltonian: Callable[[NDArray[np.intp]], Array], sizes: NDArray[np.int_], count: int, out: Array
) -> None:
    """Diagonalize matrices of one size together, in batches of bounded memory."""
    for size in np.unique(sizes):
        members = np.flatnonzero(sizes == size)
        for start in range(0, len(members), _BATCH):
            chosen = members[start : start + _BATCH]
            out[chosen] = np.linalg.eigvalsh(hamiltonian(chosen))[:, :count]
