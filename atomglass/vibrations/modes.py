"""Vibrational modes: the lowest ones by shift-invert, with proof that none is missing, or all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh, eigh_tridiagonal
from scipy.sparse.linalg import LinearOperator, eigsh

from atomglass.errors import InputError
from atomglass.linalg.factorization import Factor
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.vibrations.hessian import ReducedHessian

Array = NDArray[np.float64]

#: Modes whose frequencies differ by less than this share are nearly degenerate: their b3 depends on the basis.
DEGENERATE_GAP = 0.01
#: Below this many degrees of freedom, or above this share of them, all modes are computed at once.
DENSE_SIZE, DENSE_SHARE = 150, 0.2
#: A pair of the inverse has converged when its residual, relative to its eigenvalue, is at most this.
CONVERGED = 1e-13


@dataclass(frozen=True)
class Modes:
    """Vibrational modes in ascending order, translations and rattlers left out.

    Attributes
    ----------
    frequencies : (k,) array
        omega = sqrt(eigenvalue) at unit mass; -sqrt(|eigenvalue|) where it is negative.
    eigenvalues : (k,) array
        Of the Hessian.
    eigenvectors : (k, N, d) array
        Normalized; zero at rattlers; the sign makes the component largest in magnitude positive.
    participation_ratios : (k,) array
        (sum_i |psi_i|^2)^2 / (N sum_i |psi_i|^4), N counting all particles.
    residuals : (k,) array
        |H psi - eigenvalue psi|.
    frequency_gaps : (k,) array
        Distance to the nearest other mode's frequency, below or above, relative to the mode's own.
    rattlers : (N,) bool array
        Particles left out.
    is_minimum : bool
        Whether no eigenvalue is negative.
    complete : bool
        Whether a count of eigenvalues (inertia) proves that none is missing between these.
    """

    frequencies: Array
    eigenvalues: Array
    eigenvectors: Array
    participation_ratios: Array
    residuals: Array
    frequency_gaps: Array
    rattlers: NDArray[np.bool_]
    is_minimum: bool
    complete: bool

    def __len__(self) -> int:
        return len(self.eigenvalues)

    @property
    def degenerate(self) -> NDArray[np.bool_]:
        """Modes (k,) whose frequency is within a hundredth of another's, phonon pairs for instance."""
        return self.frequency_gaps < DEGENERATE_GAP


def participation_ratios(eigenvectors: Array) -> Array:
    """Return (sum_i |psi_i|^2)^2 / (N sum_i |psi_i|^4) of displacement fields (k, N, d).

    Kumar, Procaccia and Singh, Eq. 11, which lacks the sum over particles in print.
    """
    squares = (eigenvectors**2).sum(axis=2)
    return squares.sum(axis=1) ** 2 / (squares.shape[1] * (squares**2).sum(axis=1))


def lowest_modes(configuration: Configuration, potential: PairPotential, count: int = 20) -> Modes:
    """Return the modes of lowest eigenvalue.

    Parameters
    ----------
    configuration : Configuration
        Usually a quenched one.
    potential : PairPotential
        The interactions.
    count : int
        How many; fewer come back if there are not so many.

    Raises
    ------
    InputError
        `count` below 1, a box too small for the cutoff, or nothing but rattlers.
    """
    if count < 1:
        raise InputError("count of modes", count, ">= 1")
    return lowest_of(_reduced(configuration, potential), count)


def modes_below(configuration: Configuration, potential: PairPotential, frequency: float) -> Modes:
    """Return all modes below a frequency; `complete` tells whether the count proves that none is missing.

    Raises
    ------
    InputError
        A bound that is not positive, a box too small for the cutoff, or nothing but rattlers.
    """
    if not (frequency > 0 and np.isfinite(frequency)):
        raise InputError("frequency bound", frequency, "> 0")
    return all_below(_reduced(configuration, potential), frequency)


def full_spectrum(configuration: Configuration, potential: PairPotential) -> Modes:
    """Return all modes, by a dense diagonalization: time ~ N^3, memory 16 (d N)^2 bytes."""
    return all_modes(_reduced(configuration, potential))


def all_modes(reduced: ReducedHessian) -> Modes:
    """Return all modes of a reduced Hessian."""
    return _modes(reduced, *_dense(reduced), complete=True)


def lowest_of(reduced: ReducedHessian, count: int) -> Modes:
    """Return the modes of lowest eigenvalue of a reduced Hessian."""
    available = reduced.size - reduced.dimension
    if reduced.size < DENSE_SIZE or count > DENSE_SHARE * available:
        eigenvalues, vectors = _dense(reduced)
        return _modes(reduced, eigenvalues[: count + 1], vectors[:, : count + 1], complete=True, keep=count)
    # A few more than asked for, to find a gap above which the eigenvalues can be counted.
    eigenvalues, vectors = _lanczos(reduced, count + 3)
    gaps = np.diff(eigenvalues[count - 1 :])
    split = count - 1 + int(np.argmax(gaps))
    bound = 0.5 * (eigenvalues[split] + eigenvalues[split + 1])
    complete = reduced.count_below(bound) == split + 1
    return _modes(reduced, eigenvalues, vectors, complete, keep=count)


def all_below(reduced: ReducedHessian, frequency: float) -> Modes:
    """Return all modes of a reduced Hessian below a frequency."""
    bound = frequency**2
    if reduced.size < DENSE_SIZE:
        eigenvalues, vectors = _dense(reduced)
        return _modes(reduced, eigenvalues, vectors, complete=True, keep=int(np.count_nonzero(eigenvalues < bound)))
    factor = reduced.factor(bound)
    expected = reduced.modes_below(factor)
    if expected > DENSE_SHARE * reduced.size:
        eigenvalues, vectors = _dense(reduced)
    elif expected:
        eigenvalues, vectors = _lanczos_below(reduced, factor, expected)
        if np.count_nonzero(eigenvalues < bound) < expected:  # one of a degenerate pair: rounding and restarts find it
            eigenvalues, vectors = _lanczos(reduced, expected + 10)
    else:
        eigenvalues, vectors = np.empty(0), np.empty((reduced.size, 0))
    found = int(np.count_nonzero(eigenvalues < bound))
    return _modes(reduced, eigenvalues, vectors, found == expected, keep=found)


def _reduced(configuration: Configuration, potential: PairPotential) -> ReducedHessian:
    reduced = ReducedHessian(InteractingPairs.of(configuration, potential))
    check_held(reduced)
    return reduced


def check_held(reduced: ReducedHessian) -> None:
    """Refuse a sample in which (nearly) nothing is held in place."""
    if reduced.size <= reduced.dimension:
        raise InputError(
            "number of particles held by their neighbors", reduced.size // reduced.dimension, ">= 2",
            "the sample is too dilute for vibrational modes: all particles are rattlers",
        )  # fmt: skip


def _lanczos(reduced: ReducedHessian, count: int) -> tuple[Array, Array]:
    """Return the lowest eigenpairs by Lanczos iteration on the inverse, kept free of translations."""
    factor = reduced.factor_below_spectrum()

    def inverse(x: Array) -> Array:
        return reduced.project(factor.solve(reduced.project(x)))

    operator = LinearOperator((reduced.size, reduced.size), matvec=inverse, dtype=float)
    start = reduced.project(np.random.default_rng(0).standard_normal(reduced.size))
    inverted, vectors = eigsh(operator, k=count, which="LA", v0=start, ncv=min(reduced.size - 1, 2 * count + 20))
    order = np.argsort(-inverted)
    return 1 / inverted[order] + factor.shift, vectors[:, order]


def _lanczos_below(reduced: ReducedHessian, factor: Factor, expected: int) -> tuple[Array, Array]:
    """Return the `expected` eigenpairs below a factor's shift and the next one above it, as far as they converge.

    Of the inverse at the bound itself the modes wanted are the negative eigenvalues and all others are positive, most
    of them near zero: half as many steps as at zero, where the modes beyond the bound crowd against the last one.
    """
    most = min(reduced.size - reduced.dimension, 4 * expected + 60)
    basis, diagonal, beside = np.empty((most, reduced.size)), np.empty(most), np.empty(most)
    vector = reduced.project(np.random.default_rng(0).standard_normal(reduced.size))
    vector /= np.linalg.norm(vector)
    inverted, shares, wanted = np.empty(0), np.empty((0, 0)), np.empty(0, int)
    for m in range(most):
        basis[m] = vector
        vector = reduced.project(factor.solve(vector))
        diagonal[m] = vector @ basis[m]
        for _ in range(2):  # all of the basis, twice: rounding brings found vectors back otherwise
            vector -= (basis[: m + 1] @ vector) @ basis[: m + 1]
        beside[m] = np.linalg.norm(vector)
        last = m + 1 == most or beside[m] < 1e-14 * np.abs(diagonal[: m + 1]).max()
        if last or (m > expected and m % 4 == 0):
            inverted, shares = eigh_tridiagonal(diagonal[: m + 1], beside[:m])
            errors = beside[m] * np.abs(shares[-1]) / np.abs(inverted)
            below = np.flatnonzero(inverted < 0)
            good = below[errors[below] <= CONVERGED]
            next_one = [m] if inverted[m] > 0 and errors[m] < np.sqrt(CONVERGED) else []
            wanted = np.concatenate([good, next_one]).astype(int)
            if last or len(wanted) == expected + 1:
                break
        vector /= beside[m]
    return factor.shift + 1 / inverted[wanted], basis[: len(inverted)].T @ shares[:, wanted]


def _dense(reduced: ReducedHessian) -> tuple[Array, Array]:
    """Return all eigenpairs; translations are lifted above the spectrum and cut off."""
    matrix = reduced.matrix.toarray()
    top = 2 * np.abs(matrix).sum(axis=1).max()
    matrix += top * (reduced.translations @ reduced.translations.T)
    eigenvalues, vectors = eigh(matrix, overwrite_a=True, driver="evd")
    return eigenvalues[: -reduced.dimension], vectors[:, : -reduced.dimension]


def _modes(
    reduced: ReducedHessian, eigenvalues: Array, vectors: Array, complete: bool, keep: int | None = None
) -> Modes:
    """Polish eigenpairs (Rayleigh quotients, residuals, signs) and measure them; the first `keep` are returned."""
    vectors = vectors / np.linalg.norm(vectors, axis=0)
    image = reduced.matrix @ vectors
    eigenvalues = np.einsum("nk,nk->k", vectors, image)
    order = np.argsort(eigenvalues)
    gaps = _gaps(np.sign(eigenvalues[order]) * np.sqrt(np.abs(eigenvalues[order])))[:keep]
    order = order[:keep]
    eigenvalues, vectors, image = eigenvalues[order], vectors[:, order], image[:, order]
    residuals = np.linalg.norm(image - vectors * eigenvalues, axis=0)
    largest = np.abs(vectors).argmax(axis=0) if len(eigenvalues) else np.empty(0, int)
    signs = np.where(vectors[largest, np.arange(len(eigenvalues))] < 0, -1.0, 1.0)
    eigenvectors = reduced.expand(vectors * signs)
    frequencies = np.sign(eigenvalues) * np.sqrt(np.abs(eigenvalues))
    return Modes(
        frequencies=frequencies,
        eigenvalues=eigenvalues,
        eigenvectors=eigenvectors,
        participation_ratios=participation_ratios(eigenvectors),
        residuals=residuals,
        frequency_gaps=gaps,
        rattlers=reduced.rattlers,
        is_minimum=bool(not np.any(eigenvalues < -1e-9 * reduced.scale)) and (complete or reduced.is_minimum),
        complete=complete,
    )


def _gaps(frequencies: Array) -> Array:
    """Return each frequency's distance to its nearest neighbor, relative."""
    steps = np.concatenate([[np.inf], np.diff(frequencies), [np.inf]])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.minimum(steps[:-1], steps[1:]) / np.abs(frequencies)
