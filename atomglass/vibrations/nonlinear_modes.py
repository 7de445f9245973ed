"""Nonlinear modes, pseudo-harmonic, cubic or quartic, from given starting fields or from the default ones."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError, warn_caller
from atomglass.system.arguments import check_sample
from atomglass.system.checks import real_array
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import Array, BoolArray, IntArray, ShortRepr, typed_arguments
from atomglass.vibrations.checked_hessian import minimum_hessian
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.modes import participation_ratios
from atomglass.vibrations.nonlinear_search import Fields, NonlinearKind, NonlinearSearch, followed
from atomglass.vibrations.starting_fields import starting_fields

#: Largest residual of a converged mode, computed with the Hessian itself; rounding limits it for very soft modes.
MAX_RESIDUAL = 1e-8
#: Largest number of steps from one start.
MAX_ITERATIONS = 2000
#: Overlap above which two converged fields are the same mode.
SAME_MODE = 0.99
#: Order q of the smoothing at the cutoff from which third and fourth derivatives are continuous there.
SMOOTH_ORDER = 4


@dataclass(frozen=True, repr=False)
class NonlinearModes(ShortRepr):
    """Distinct nonlinear modes of one kind, in ascending order of stiffness.

    Attributes
    ----------
    kind : NonlinearKind
        The cost that they minimize.
    eigenvectors : (k, N, d) array
        Displacement fields of unit norm, without translations and zero at rattlers. The component of largest magnitude
        is positive; for cubic modes the sign makes tau negative, so that the barrier lies ahead.
    stiffnesses : (k,) array
        kappa = z.H.z, in units of epsilon over length^2.
    costs : (k,) array
        kappa^2 / S in units of epsilon^2 over length^4, the cubic's barrier in units of epsilon, or kappa^2 / chi in
        units of epsilon; infinite where tau or chi is not positive.
    participation_ratios : (k,) array
        As for harmonic modes; N counts all particles.
    residuals : (k,) array
        |H z - (kappa / F) g| / |H z|.
    overlaps : (k,) array
        |z . start| of the start that overlaps most with the mode.
    starts : (k,) int array
        Number of this start.
    hits : (k,) int array
        Number of starts that led to the mode.
    origins : (m,) int array
        For each start, the number of the mode to which it led.
    converged : (k,) bool array
        Whether the residual is below 1e-8.
    iterations : (k,) int array
        Number of steps.
    rattlers : (N,) bool array
        Which particles are rattlers.

    Examples
    --------
    >>> found = ag.nonlinear_modes(glass, pot)
    >>> bool(np.all(found.residuals < 1e-8)), int(found.hits.sum()) == len(found.origins)
    (True, True)
    """

    kind: NonlinearKind
    eigenvectors: Array
    stiffnesses: Array
    costs: Array
    participation_ratios: Array
    residuals: Array
    overlaps: Array
    starts: IntArray
    hits: IntArray
    origins: IntArray
    converged: BoolArray
    iterations: IntArray
    rattlers: BoolArray

    def __len__(self) -> int:
        return len(self.stiffnesses)

    @property
    def frequencies(self) -> Array:
        """sqrt(kappa) (k,), the frequencies at unit mass; -sqrt(|kappa|) where rounding makes kappa negative."""
        return np.asarray(np.sign(self.stiffnesses) * np.sqrt(np.abs(self.stiffnesses)))

    def below(self, frequency: float) -> NonlinearModes:
        """Return the modes below a frequency; `origins` is -1 for starts that led to others."""
        count = int(np.count_nonzero(self.frequencies < frequency))
        kept = {f.name: getattr(self, f.name)[:count] for f in fields(self) if f.name not in _NOT_PER_MODE}
        return replace(self, origins=np.where(self.origins < count, self.origins, -1), **kept)


#: Fields of `NonlinearModes` that are not one entry per mode.
_NOT_PER_MODE = ("kind", "origins", "rattlers")


@typed_arguments
def nonlinear_modes(
    configuration: Configuration,
    potential: PairPotential,
    starts: ArrayLike | None = None,
    kind: NonlinearKind | str = NonlinearKind.PSEUDOHARMONIC,
    max_iterations: int = MAX_ITERATIONS,
) -> NonlinearModes:
    """Return the nonlinear modes to which given displacement fields lead.

    Parameters
    ----------
    configuration : Configuration
        An inherent state.
    potential : PairPotential
        The interactions.
    starts : (m, N, d) array, optional
        Displacement fields of any norm; those of `starting_fields` if not given: the lowest max(8, N / 250) harmonic
        modes, and the responses to two (2-D) or five (3-D) force dipoles for each.
    kind : {"pseudoharmonic", "cubic", "quartic"}
        The cost to minimize.
    max_iterations : int
        Largest number of steps from one start.

    Returns
    -------
    NonlinearModes
        The distinct modes; look at `converged`.

    Raises
    ------
    InputError
        The configuration is not a minimum or consists of rattlers, or `starts` or `kind` is invalid.

    Warns
    -----
    UserWarning
        A cubic or quartic mode is sought although the third or fourth derivative of the potential jumps at the cutoff.
        The modes then depend on which pairs happen to lie within it.

    Notes
    -----
    H z = (kappa / 4 S) grad S for pseudo-harmonic modes, and correspondingly for the others. As the frequency goes to
    zero, all kinds approach the harmonic mode: kappa / omega^2 - 1 ~ omega^2, 1 - overlap ~ omega^4.

    Examples
    --------
    >>> harmonic = ag.lowest_modes(glass, pot, 3)
    >>> found = ag.nonlinear_modes(glass, pot, harmonic.eigenvectors)
    >>> bool(found.converged.all()), bool(found.stiffnesses[0] >= harmonic.eigenvalues[0])
    (True, True)
    """
    check_sample(configuration, potential)
    kind = _checked_kind(kind)
    if max_iterations < 1:
        raise InputError("max_iterations", max_iterations, ">= 1")
    if kind is not NonlinearKind.PSEUDOHARMONIC and potential.smoothness < SMOOTH_ORDER:
        warn_caller(
            f"{kind} modes of a potential with q = {potential.smoothness}: derivatives of order 3 or 4 jump at the "
            f"cutoff, so that the modes depend on which pairs lie within it; q >= {SMOOTH_ORDER} avoids this"
        )
    pairs = InteractingPairs.of(configuration, potential)
    reduced = minimum_hessian(pairs)
    if starts is None:
        given = starting_fields(pairs, reduced).fields
    else:
        given = reduced.reduce(_checked_starts(starts, configuration)).T
    return nonlinear_modes_of_hessian(pairs, reduced, given, kind, max_iterations)


def _checked_kind(kind: NonlinearKind | str) -> NonlinearKind:
    try:
        return NonlinearKind(kind)
    except ValueError:
        raise InputError("kind of nonlinear modes", kind, ", ".join(NonlinearKind)) from None


def _checked_starts(starts: ArrayLike, configuration: Configuration) -> Array:
    """Return starts (m, N, d), or reject them."""
    given = np.array(real_array("starts", starts))
    shape = configuration.positions.shape
    if given.ndim == 2:
        given = given[None]
    if given.ndim != 3 or given.shape[1:] != shape or not len(given):
        raise InputError("shape of the starts", np.shape(starts), f"(m, {shape[0]}, {shape[1]}) with m >= 1")
    if not np.isfinite(given).all():
        raise InputError("starts", "not finite", "finite displacements")
    return given


def nonlinear_modes_of_hessian(
    pairs: InteractingPairs,
    reduced: ReducedHessian,
    starts: Array,
    kind: NonlinearKind = NonlinearKind.PSEUDOHARMONIC,
    max_iterations: int = MAX_ITERATIONS,
    below: float = np.inf,
) -> NonlinearModes:
    """Return the nonlinear modes to which fields lead, with the factorization that modes and moduli share.

    Parameters
    ----------
    pairs : InteractingPairs
        The interacting pairs.
    reduced : ReducedHessian
        Their Hessian without rattlers, of a minimum.
    starts : (m, n) array
        Fields without rattlers, of any norm.
    kind : NonlinearKind
        The cost to minimize.
    max_iterations : int
        Largest number of steps from one start.
    below : float
        Fields that clearly lead to a mode above this frequency are not followed to the end; they are among the modes
        that have not converged, above 1.25 times the bound.

    Raises
    ------
    InputError
        There is no start, or one is zero or a uniform translation of the particles that are not rattlers.
    """
    starts = _normalized_starts(reduced, starts)
    search = NonlinearSearch(pairs, reduced, kind, starts)
    search.run(max_iterations, below)
    return _distinct_modes(search, reduced, kind, starts)


def _normalized_starts(reduced: ReducedHessian, starts: Array) -> Array:
    """Return starts (m, n) without translations and of unit norm."""
    if not len(starts):
        raise InputError("number of starts", 0, ">= 1")
    largest = np.abs(starts).max(axis=1, initial=0.0)
    scaled = starts / np.where(largest > 0, largest, 1.0)[:, None]  # before the norm: no square over- or underflows
    projected = np.ascontiguousarray(reduced.project(scaled.T).T)
    norms = np.linalg.norm(projected, axis=1)
    if not (norms > 1e-10 * np.linalg.norm(scaled, axis=1)).all():
        number = int(np.argmin(norms))
        raise InputError(f"start {number}", "zero or a uniform translation", "a field that deforms the sample")
    return projected / norms[:, None]


def _distinct_modes(
    search: NonlinearSearch, reduced: ReducedHessian, kind: NonlinearKind, starts: Array
) -> NonlinearModes:
    """Return the distinct modes that a search found, in ascending order of stiffness."""
    found = search.finished_fields()
    found = found.where(np.argsort(found.kappa, kind="stable"))
    converged = (found.residual < MAX_RESIDUAL) & (found.f > 0)
    same = (np.abs(found.z @ found.z.T) > SAME_MODE) & converged & converged[:, None]
    np.fill_diagonal(same, True)
    distinct, number = np.unique(followed(same.argmax(axis=1)), return_inverse=True)
    mode_of_start = np.zeros(len(starts), np.int64)
    mode_of_start[found.start] = number
    origins = mode_of_start[search.roots()]
    modes, converged = found.where(distinct), converged[distinct]
    overlaps = np.abs(np.einsum("mn,mn->m", modes.z[origins], starts))
    best = np.array([int(np.argmax(np.where(origins == k, overlaps, -1.0))) for k in range(len(distinct))], np.int64)
    eigenvectors = reduced.expand((modes.z * _signs(modes, kind)[:, None]).T)
    return NonlinearModes(
        kind=kind,
        eigenvectors=eigenvectors,
        stiffnesses=modes.kappa,
        costs=kind.cost(modes.kappa, modes.f),
        participation_ratios=participation_ratios(eigenvectors),
        residuals=modes.residual,
        overlaps=np.minimum(overlaps[best], 1.0),
        starts=best,
        hits=np.bincount(origins, minlength=len(distinct)),
        origins=origins,
        converged=converged,
        iterations=search.iterations[modes.start],
        rattlers=reduced.rattlers,
    )


def _signs(modes: Fields, kind: NonlinearKind) -> Array:
    """Return the signs that make tau negative, or the component of largest magnitude positive."""
    if kind is NonlinearKind.CUBIC:
        return np.full(len(modes.kappa), -1.0)
    largest = np.abs(modes.z).argmax(axis=1)
    return np.where(modes.z[np.arange(len(modes.z)), largest] < 0, -1.0, 1.0)
