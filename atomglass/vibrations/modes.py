"""Vibrational modes: the lowest ones by shift-and-invert Lanczos, proven complete by the inertia, or all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

from atomglass.errors import InputError
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential
from atomglass.types import Array, BoolArray, ShortRepr, typed_arguments
from atomglass.vibrations.checked_hessian import reduced_hessian
from atomglass.vibrations.lanczos import factor_above, lanczos, lanczos_below, refined
from atomglass.vibrations.sparse_hessian import SparseHessian

#: Numbers of modes sought beyond those requested, until the number of eigenvalues proves that none is missing.
MORE_MODES = (3, 12, 40)
#: Relative difference in frequency below which modes are nearly degenerate, so that b3 depends on the choice of basis.
DEGENERATE_GAP = 0.01
#: The Hessian is diagonalized as a dense matrix if it has fewer degrees of freedom than the first number, or if a
#: larger fraction of its modes than the second is requested.
DENSE_SIZE, DENSE_FRACTION = 150, 0.2


@dataclass(frozen=True, repr=False)
class Modes(ShortRepr):
    """Vibrational modes in ascending order of frequency, without translations and rattlers.

    Attributes
    ----------
    frequencies : (k,) array
        omega = sqrt(eigenvalue) for unit masses; -sqrt(|eigenvalue|) for negative eigenvalues.
    eigenvalues : (k,) array
        Eigenvalues of the Hessian, in units of epsilon over length^2.
    eigenvectors : (k, N, d) array
        Normalized displacements, zero at rattlers; the component of largest magnitude is positive.
    participation_ratios : (k,) array
        (sum_i |psi_i|^2)^2 / (N sum_i |psi_i|^4), where N counts all particles.
    residuals : (k,) array
        |H psi - eigenvalue psi|.
    frequency_gaps : (k,) array
        Distance to the nearest frequency of another mode, relative to the mode's own frequency.
    rattlers : (N,) bool array
        Which particles are rattlers and thus left out.
    is_minimum : bool
        Whether no eigenvalue is negative.
    complete : bool
        Whether the number of eigenvalues below a bound, from the inertia, proves that no mode is missing.
    """

    frequencies: Array
    eigenvalues: Array
    eigenvectors: Array
    participation_ratios: Array
    residuals: Array
    frequency_gaps: Array
    rattlers: BoolArray
    is_minimum: bool
    complete: bool

    def __len__(self) -> int:
        return len(self.eigenvalues)

    @property
    def degenerate(self) -> BoolArray:
        """Which modes (k,) have a frequency within 1 % of another mode's, as pairs of phonons do."""
        return self.frequency_gaps < DEGENERATE_GAP


def participation_ratios(eigenvectors: Array) -> Array:
    """Return the participation ratios (k,) of displacement fields (k, N, d).

    They are (sum_i |psi_i|^2)^2 / (N sum_i |psi_i|^4): Kumar, Procaccia and Singh, Eq. 11, where the sum over particles
    is missing in print.
    """
    displacements_squared = (eigenvectors**2).sum(axis=2)
    number = displacements_squared.shape[1]
    ratios: Array = displacements_squared.sum(axis=1) ** 2 / (number * (displacements_squared**2).sum(axis=1))
    return ratios


def lowest_modes(configuration: Configuration, potential: PairPotential, count: int = 20) -> Modes:
    """Return the modes with the lowest eigenvalues.

    Parameters
    ----------
    configuration : Configuration
        The configuration, usually an inherent state.
    potential : PairPotential
        The interactions.
    count : int
        Number of modes; all of them if there are fewer.

    Returns
    -------
    Modes
        The modes; check `complete` and `is_minimum`.

    Raises
    ------
    InputError
        `count` is below 1, the box is too small for the cutoff, or all particles are rattlers.

    Examples
    --------
    >>> modes = ag.lowest_modes(glass, pot, 5)
    >>> len(modes), modes.complete, modes.is_minimum
    (5, True, True)
    """
    return lowest_modes_of_hessian(reduced_hessian(configuration, potential), count)


@typed_arguments
def modes_below(configuration: Configuration, potential: PairPotential, frequency: float, threads: int = 1) -> Modes:
    """Return all modes below a frequency.

    Parameters
    ----------
    configuration : Configuration
        The configuration, usually an inherent state.
    potential : PairPotential
        The interactions.
    frequency : float
        Upper bound, in units of sqrt(epsilon / m) over length.
    threads : int
        Number of threads that factorize the Hessian and solve with it. The results have the same bits with any number.

    Returns
    -------
    Modes
        The modes; `complete` states whether the number of eigenvalues proves that none is missing.

    Raises
    ------
    InputError
        The bound is not positive, `threads` is below 1, the box is too small for the cutoff, or all particles are
        rattlers.

    Examples
    --------
    >>> modes = ag.modes_below(glass, pot, 3.0)
    >>> modes.complete and bool(modes.frequencies.max() < 3.0)
    True
    """
    if not (frequency > 0 and np.isfinite(frequency)):
        raise InputError("frequency bound", frequency, "> 0")
    return modes_of_hessian_below(reduced_hessian(configuration, potential, threads), frequency)


def full_spectrum(configuration: Configuration, potential: PairPotential) -> Modes:
    """Return all modes by dense diagonalization, which takes a time proportional to N^3 and 16 (d N)^2 bytes of memory.

    Raises
    ------
    InputError
        The box is too small for the cutoff, or all particles are rattlers.

    Examples
    --------
    >>> modes = ag.full_spectrum(glass, pot)
    >>> len(modes) == 2 * (100 - int(modes.rattlers.sum())) - 2
    True
    """
    return all_modes_of_hessian(reduced_hessian(configuration, potential))


def all_modes_of_hessian(reduced: SparseHessian) -> Modes:
    """Return all modes of a reduced Hessian."""
    return _modes(reduced, *_dense_eigenpairs(reduced), complete=True)


def lowest_modes_of_hessian(reduced: SparseHessian, count: int) -> Modes:
    """Return the `count` modes of a reduced Hessian with the lowest eigenvalues.

    Raises
    ------
    InputError
        `count` is below 1.
    """
    if count < 1:
        raise InputError("count of modes", count, ">= 1")
    available = reduced.size - reduced.translation_count
    if reduced.dense or reduced.size < DENSE_SIZE or count > DENSE_FRACTION * available:
        eigenvalues, vectors = _dense_eigenpairs(reduced)
        return _modes(reduced, eigenvalues[: count + 1], vectors[:, : count + 1], complete=True, keep=count)
    bounded = factor_above(reduced, count)
    if bounded is not None:
        factor, expected = bounded
        eigenvalues, vectors = lanczos_below(reduced, factor, expected)
        if np.count_nonzero(eigenvalues < factor.shift) == expected:
            lowest = np.argsort(eigenvalues)[: count + 1]
            return _modes(reduced, *refined(reduced, factor, vectors[:, lowest]), complete=True, keep=count)
    # A few more than requested, to count eigenvalues up to the widest gap beyond; more if they are one multiplet.
    for more in MORE_MODES:
        eigenvalues, vectors = lanczos(reduced, min(count + more, available - 1))
        gaps = np.diff(eigenvalues[count - 1 :])
        split = count - 1 + int(np.argmax(gaps))
        complete = reduced.count_below(0.5 * (eigenvalues[split] + eigenvalues[split + 1])) == split + 1
        if complete:
            break
    return _modes(reduced, eigenvalues, vectors, complete, keep=count)


def no_modes_of_hessian(reduced: SparseHessian) -> Modes:
    """Return no modes, not known to be complete, of a reduced Hessian for which no bound is known."""
    return _modes(reduced, np.empty(0), np.empty((reduced.size, 0)), complete=False)


def modes_of_hessian_below(reduced: SparseHessian, frequency: float) -> Modes:
    """Return all modes of a reduced Hessian below a frequency."""
    bound = frequency**2
    if reduced.size < DENSE_SIZE:
        eigenvalues, vectors = _dense_eigenpairs(reduced)
        return _modes(reduced, eigenvalues, vectors, complete=True, keep=int(np.count_nonzero(eigenvalues < bound)))
    factor = reduced.factor(bound)
    expected = reduced.count_below_shift(factor)
    if expected > DENSE_FRACTION * reduced.size:
        eigenvalues, vectors = _dense_eigenpairs(reduced)
    elif expected:
        eigenvalues, vectors = lanczos_below(reduced, factor, expected)
        if np.count_nonzero(eigenvalues < bound) == expected:
            eigenvalues, vectors = refined(reduced, factor, vectors)
        else:  # one mode of a degenerate pair is missing; rounding and restarts will find it
            eigenvalues, vectors = lanczos(reduced, expected + 10)
    else:
        eigenvalues, vectors = np.empty(0), np.empty((reduced.size, 0))
    found = int(np.count_nonzero(eigenvalues < bound))
    return _modes(reduced, eigenvalues, vectors, found == expected, keep=found)


def _dense_eigenpairs(reduced: SparseHessian) -> tuple[Array, Array]:
    """Return all eigenpairs except translations, which are shifted above the spectrum and removed."""
    matrix = reduced.matrix.toarray()
    shift = 2 * np.abs(matrix).sum(axis=1).max()
    matrix += shift * (reduced.translations @ reduced.translations.T)
    eigenvalues, vectors = eigh(matrix, overwrite_a=True, driver="evd")
    kept = reduced.size - reduced.translation_count
    return eigenvalues[:kept], vectors[:, :kept]


def _modes(
    reduced: SparseHessian, eigenvalues: Array, vectors: Array, complete: bool, keep: int | None = None
) -> Modes:
    """Refine eigenpairs (Rayleigh quotients, signs), compute derived quantities, and return the first `keep` modes."""
    vectors = vectors / np.linalg.norm(vectors, axis=0)
    image = reduced.matrix @ vectors
    eigenvalues = np.einsum("nk,nk->k", vectors, image)
    order = np.argsort(eigenvalues)
    gaps = _frequency_gaps(np.sign(eigenvalues[order]) * np.sqrt(np.abs(eigenvalues[order])))[:keep]
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
        is_minimum=bool(not np.any(eigenvalues < -reduced.rounding)) and (complete or reduced.is_minimum),
        complete=complete,
    )


def _frequency_gaps(frequencies: Array) -> Array:
    """Return the distance of each frequency to the nearest other one, relative to itself."""
    differences = np.concatenate([[np.inf], np.diff(frequencies), [np.inf]])
    with np.errstate(divide="ignore", invalid="ignore"):
        gaps: Array = np.minimum(differences[:-1], differences[1:]) / np.abs(frequencies)
    return gaps
