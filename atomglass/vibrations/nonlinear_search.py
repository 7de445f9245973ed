"""The map whose fixed points are nonlinear modes, from many starts at once.

For |z| = 1 and the stiffness kappa = z.H.z, nonlinear modes minimize a cost:

- pseudo-harmonic: kappa^2 / S, S = sum over pairs of |z_ij|^4 (Richard, Kapteijns, Giannini, Manning and Lerner, Phys.
  Rev. Lett. 126, 015501 (2021));
- cubic: the barrier (2/3) kappa^3 / tau^2 of the cubic expansion, tau = U''':zzz (Gartner and Lerner, Phys. Rev. E 93,
  011001 (2016));
- quartic: kappa^2 / chi, chi = U'''':zzzz (Kapteijns, Richard and Lerner, Phys. Rev. E 101, 032130 (2020)).

With F for S, tau or chi, homogeneous of degree n, and g = grad F / n, each cost is stationary where
H z = (kappa / F) g. The map z -> H^-1 g, normalized, has these fields as fixed points. S is convex, so that the map
never raises the cost of a pseudo-harmonic mode; for the other two a step that would is shortened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np

from atomglass.kernels import nonlinear_modes as kernels
from atomglass.system.interactions import InteractingPairs
from atomglass.types import Array, BoolArray, IntArray
from atomglass.vibrations.hessian import ReducedHessian

#: Residual |H z - (kappa / F) g| / |H z| at which the map has converged.
TOLERANCE = 1e-9
#: A field is given up if its frequency exceeds the bound by the first factor even after a relative decrease by the
#: second factor times its residual.
MARGIN, DECREASE = 1.25, 3.0
#: Overlap above which two fields on their way have met, and the number of steps between two comparisons.
MET, STEPS_BETWEEN_COMPARISONS = 0.9999, 4
#: Number of times that a step is halved if it would raise the cost, the relative change of the cost that rounding may
#: hide, and the largest ratio of the slope after a step to that before it, of opposite sign.
MAX_HALVINGS, ROUNDING, OVERSHOOT = 12, 1e-10, 0.9


class NonlinearKind(StrEnum):
    """Which cost a nonlinear mode minimizes."""

    PSEUDOHARMONIC = "pseudoharmonic"
    CUBIC = "cubic"
    QUARTIC = "quartic"

    @property
    def degree(self) -> int:
        """Degree n of F in z."""
        return 3 if self is NonlinearKind.CUBIC else 4

    def cost(self, stiffness: Array, sums: Array) -> Array:
        """Return the cost of fields of unit norm; infinite where F is not positive."""
        with np.errstate(divide="ignore", invalid="ignore"):
            cubic = self is NonlinearKind.CUBIC
            cost = (2 / 3) * stiffness**3 / sums**2 if cubic else stiffness**2 / sums
        return np.where(sums > 0, cost, np.inf)


@dataclass
class Fields:
    """Fields on their way to nonlinear modes: z and H z (k, n), F (k,), g (k, n), kappa (k,), and their starts (k,)."""

    z: Array
    hz: Array
    f: Array
    g: Array
    kappa: Array
    start: IntArray

    def where(self, chosen: BoolArray | IntArray) -> Fields:
        """Return some of the fields."""
        return Fields(*(getattr(self, field.name)[chosen] for field in fields(self)))

    def put(self, place: IntArray, other: Fields) -> None:
        """Overwrite the fields at `place`."""
        for field in fields(self):
            getattr(self, field.name)[place] = getattr(other, field.name)

    @property
    def residual(self) -> Array:
        """|H z - (kappa / F) g| / |H z| (k,); infinite where F is zero."""
        with np.errstate(divide="ignore", invalid="ignore"):
            difference = self.hz - (self.kappa / self.f)[:, None] * self.g
            residual = norms(difference) / norms(self.hz)
        return np.where(np.isfinite(residual), residual, np.inf)


def norms(fields: Array) -> Array:
    """Return the norms (k,) of fields (k, n)."""
    return np.asarray(np.sqrt(np.einsum("kn,kn->k", fields, fields)))


class NonlinearSearch:
    """The map from all starts at once; fields that meet are followed together."""

    def __init__(self, pairs: InteractingPairs, reduced: ReducedHessian, kind: NonlinearKind, starts: Array) -> None:
        self._reduced, self._kind = reduced, kind
        self._factor = reduced.factor_below_spectrum()
        self._sums = pair_sums(pairs, reduced, kind)
        self.owner = np.arange(len(starts))  # the start that each start has joined
        self.iterations = np.zeros(len(starts), np.int64)
        self._fields = self._at(starts, np.ascontiguousarray((reduced.matrix @ starts.T).T), np.arange(len(starts)))
        self.finished: list[Fields] = []

    def _at(self, z: Array, hz: Array, start: IntArray) -> Fields:
        """Return fields with their sums; a cubic mode is turned so that tau >= 0."""
        f, g = self._sums(z)
        if self._kind is NonlinearKind.CUBIC:
            turned = np.where(f < 0, -1.0, 1.0)
            z, hz, f = z * turned[:, None], hz * turned[:, None], np.abs(f)
        return Fields(z, hz, f, g, np.einsum("kn,kn->k", z, hz), start)

    def run(self, max_iterations: int, below: float = np.inf) -> None:
        """Follow all starts until they have converged, or clearly lead to a mode above a frequency."""
        for step in range(max_iterations + 1):
            residual = self._fields.residual
            kappa, f = self._fields.kappa, self._fields.f
            lowest = np.sqrt(np.maximum(kappa, 0.0)) * (1 - np.minimum(DECREASE * residual, 1))
            # A minimum may have an eigenvalue that rounding alone makes negative: the map ends there.
            over = (lowest > MARGIN * below) | ~(kappa > 0)
            self._finish(over | (residual < TOLERANCE) & (f > 0), step)
            if step == max_iterations:
                self._finish(np.ones(len(self._fields.kappa), dtype=bool), step)
            elif len(self._fields.kappa) > 1 and step % STEPS_BETWEEN_COMPARISONS == 0:
                self._join()
            if not len(self._fields.kappa):
                return
            self._fields = self._step(self._fields)

    def _finish(self, done: BoolArray, step: int) -> None:
        if done.any():
            self.iterations[self._fields.start[done]] = step
            self.finished.append(self._fields.where(done))
            self._fields = self._fields.where(~done)

    def _join(self) -> None:
        """Follow only one of the fields that have met."""
        now = self._fields
        first = (np.abs(now.z @ now.z.T) > MET).argmax(axis=1)
        alone = first == np.arange(len(first))
        if not alone.all():
            self.owner[now.start[~alone]] = now.start[first[~alone]]
            self._fields = now.where(alone)

    def _step(self, now: Fields) -> Fields:
        """Return the fields after one step of the map."""
        # (H + shift) y = g + shift x, where x is the present estimate of H^-1 g: at a fixed point y solves H y = g
        # exactly, and each step costs one solution. H y follows from the same equation.
        shift = -self._factor.shift
        estimate = (np.maximum(now.f, 0.0) / now.kappa)[:, None] * now.z
        y = self._project(self._factor.solve((now.g + shift * estimate).T).T)
        hy = now.g + shift * (estimate - y)
        # Where chi <= 0, the direction in which chi / kappa^2 increases.
        opposite = (np.maximum(-now.f, 0.0) / now.kappa)[:, None]
        target, image = y + opposite * now.z, hy + opposite * now.hz
        norm = norms(target)[:, None]
        norm[norm == 0] = 1.0
        target, image = target / norm, image / norm
        after = self._at(target, image, now.start)
        if self._kind is not NonlinearKind.PSEUDOHARMONIC:
            self._shorten(now, after, target, image)
        return after

    def _project(self, fields: Array) -> Array:
        """Return fields (k, n) without translations, one after the other in memory."""
        moved = np.ascontiguousarray(fields).reshape(len(fields), -1, self._reduced.dimension)
        return (moved - moved.mean(axis=1, keepdims=True)).reshape(fields.shape)

    def _shorten(self, now: Fields, after: Fields, target: Array, image: Array) -> None:
        """Halve the steps toward `target`, with H target = `image`, that raise the cost, in place.

        The steps end at `target` itself, not at its opposite: only then does the cost fall as they begin.
        """
        worse = np.flatnonzero(~self._improved(now, after))
        for halvings in range(1, MAX_HALVINGS + 1):
            if not len(worse):
                return
            before, length = now.where(worse), 0.5**halvings
            between = before.z + length * (target[worse] - before.z)
            hz = before.hz + length * (image[worse] - before.hz)
            norm = norms(between)[:, None]
            shorter = self._at(between / norm, hz / norm, before.start)
            after.put(worse, shorter)
            worse = worse[~self._improved(before, shorter)]
        after.put(worse, now.where(worse))

    def _improved(self, before: Fields, after: Fields) -> BoolArray:
        """Whether steps lower the cost; where rounding hides that, whether the slopes at both ends say so."""
        begin, end = self._merit(before), self._merit(after)
        step = after.z - before.z
        slopes = [np.einsum("kn,kn->k", now.g - (now.f / now.kappa)[:, None] * now.hz, step) for now in (before, after)]
        rounding = ROUNDING * np.abs(begin)
        return np.asarray((end > begin + rounding) | (end >= begin - rounding) & (slopes[1] >= -OVERSHOOT * slopes[0]))

    def _merit(self, now: Fields) -> Array:
        """Return F / kappa^(n/2), which grows where the cost falls and has no pole."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(now.f / now.kappa ** (self._kind.degree / 2))

    def finished_fields(self) -> Fields:
        """Return all fields that were followed to the end, with H z and kappa from the Hessian itself."""
        names = [field.name for field in fields(Fields)]
        found = Fields(*(np.concatenate([getattr(part, name) for part in self.finished]) for name in names))
        found.hz = np.ascontiguousarray((self._reduced.matrix @ found.z.T).T)
        found.kappa = np.einsum("kn,kn->k", found.z, found.hz)
        return found

    def roots(self) -> IntArray:
        """Return for each start the one with which it was followed to the end."""
        return followed(self.owner)


def followed(owner: IntArray) -> IntArray:
    """Return where a chain of owners ends, for each entry."""
    while not np.array_equal(owner, owner[owner]):
        owner = owner[owner]
    return owner


def pair_sums(
    pairs: InteractingPairs, reduced: ReducedHessian, kind: NonlinearKind
) -> Callable[[Array], tuple[Array, Array]]:
    """Return the function that gives F (k,) and g = grad F / n (k, n) of fields (k, n) without rattlers.

    Parameters
    ----------
    pairs : InteractingPairs
        The interacting pairs.
    reduced : ReducedHessian
        Their Hessian without rattlers.
    kind : NonlinearKind
        Which sum F.
    """
    held, indices = reduced.held_pairs(pairs)

    def sums(z: Array) -> tuple[Array, Array]:
        displacements = z.reshape(len(z), -1, pairs.dimension)
        if kind is NonlinearKind.PSEUDOHARMONIC:
            f, g = kernels.pseudoharmonic_sums(indices, displacements)
        else:
            kernel = kernels.cubic_sums if kind is NonlinearKind.CUBIC else kernels.quartic_sums
            f, g = kernel(indices, held.separations, held.derivatives, displacements)
        return f, g.reshape(len(z), -1)

    return sums
