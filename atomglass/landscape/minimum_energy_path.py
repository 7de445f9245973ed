"""The minimum-energy path between two inherent states of a glass, with its saddle and its energy profile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.sparse.linalg import ArpackNoConvergence

from atomglass.errors import InputError
from atomglass.landscape.double_wells import SAME_MINIMUM, descents
from atomglass.landscape.elastic_band import Band, relax_band
from atomglass.landscape.path_forces import DisplacedCopies
from atomglass.landscape.path_profile import barrier_count, profile_table, smooth_curve
from atomglass.landscape.saddle_refinement import refine_saddle
from atomglass.landscape.saddle_search import Saddle
from atomglass.system.arguments import check_sample
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import forces
from atomglass.system.potential import PairPotential
from atomglass.types import Array
from atomglass.vibrations.expansion import energy_profile

#: Number of images of the first band, from which the saddle search starts, its ends included.
FIRST_IMAGES = 11
#: Largest force perpendicular to the first band before its highest image climbs, and after, in units of epsilon over
#: length.
BAND_TOLERANCE, CLIMBING_TOLERANCE = 5e-2, 5e-3
#: Largest force perpendicular to the final path, in units of the steepest slope between two of its images, and the
#: limits of this force in units of epsilon over length.
PATH_TOLERANCE, LEAST_TOLERANCE, LARGEST_TOLERANCE = 0.02, 1e-6, 2e-3
#: Largest force on a particle of an inherent state, in units of epsilon over length.
MINIMUM_FORCE = 1e-6
#: Smallest distance of two inherent states that are not the same, in units of length.
LEAST_DISTANCE = 1e-6


class PathStatus(StrEnum):
    """What a minimum-energy path is."""

    ONE_BARRIER = "one barrier"
    SEVERAL_BARRIERS = "several barriers"
    NOT_CONNECTED = "the saddle does not connect the two minima"
    NO_SADDLE = "no saddle found"
    NOT_RELAXED = "the path did not relax"
    FAILED = "positions on the path were not finite and distinct"


@dataclass(frozen=True, eq=False)
class MinimumEnergyPath:
    """A minimum-energy path between two inherent states.

    Attributes
    ----------
    displacements : (n, N, d) array
        Displacements of the particles from the first inherent state in every image of the path, without a uniform
        displacement, in units of length.
    lengths : (n,) array
        Euclidean length of the path from the first inherent state to each image, in units of length.
    energies : (n,) array
        Energies of the images relative to the first inherent state, in units of epsilon, summed pair by pair.
    slopes : (n,) array
        Derivatives of the energy along the path at the images, in units of epsilon over length.
    barrier : float
        Energy of the saddle relative to the first inherent state, in units of epsilon, or of the highest point of a
        path with several barriers if that is higher; NaN without a saddle.
    barrier_count : int
        Number of maxima of the energy along the path.
    saddle : Saddle or None
        The saddle found from the highest point of the first band; of several barriers it need not be the highest.
    status : PathStatus
        `one barrier` if the saddle was found, the path has relaxed, and both descents from the saddle end in the two
        minima; otherwise what is different.
    max_force : float
        Largest norm of the force perpendicular to the path on one of its images, in units of epsilon over length.
    """

    displacements: Array
    lengths: Array
    energies: Array
    slopes: Array
    barrier: float
    barrier_count: int
    saddle: Saddle | None
    status: PathStatus
    max_force: float

    @property
    def asymmetry(self) -> float:
        """Energy of the second inherent state relative to the first, in units of epsilon."""
        return float(self.energies[-1])

    @property
    def length(self) -> float:
        """Euclidean length of the path, in units of length."""
        return float(self.lengths[-1])

    @property
    def distance(self) -> float:
        """Euclidean distance of the two inherent states, in units of length."""
        return float(np.linalg.norm(self.displacements[-1]))

    @property
    def top(self) -> float:
        """Length of the path to its highest image, in units of length."""
        return float(self.lengths[int(np.argmax(self.energies))])

    def table(self) -> tuple[Array, Array]:
        """Return lengths and energies (m,), a fine table of the energy along the path, interpolated with its slopes."""
        return profile_table(self.lengths, self.energies, self.slopes)

    @property
    def moved_particles(self) -> float:
        """Participation number of the displacement between the inherent states: the number of particles that move."""
        squares = (self.displacements[-1] ** 2).sum(axis=1)
        return float(squares.sum() ** 2 / (squares**2).sum())

    def __repr__(self) -> str:
        return (
            f"MinimumEnergyPath({self.status}, length {self.length:.4g}, barrier {self.barrier:.4g}, "
            f"asymmetry {self.asymmetry:.4g})"
        )


def minimum_energy_path(
    one: Configuration, other: Configuration, potential: PairPotential, images: int = 17, max_iterations: int = 600
) -> MinimumEnergyPath:
    """Find the minimum-energy path between two inherent states of one glass.

    Parameters
    ----------
    one, other : Configuration
        Inherent states with the same particles, in the same order, in the same box.
    potential : PairPotential
        The interactions.
    images : int
        Number of configurations on the path, its two ends included, at least 9.
    max_iterations : int
        Largest number of steps of each band.

    Returns
    -------
    MinimumEnergyPath
        The path, its energy profile and its saddle: look at `status` before using it.

    Raises
    ------
    InputError
        The two configurations do not belong to one glass, are not inherent states, or are the same one; or the box is
        too small for the cutoff.

    Notes
    -----
    A climbing nudged elastic band (`relax_band`) that starts on the straight line leads to the neighborhood of the
    highest saddle, Newton's method (`refine_saddle`) to the saddle itself. Two bands from it to the two minima then
    relax with the saddle fixed, so that the top of the path is exact. Quenches from both sides of the saddle show which
    minima it connects.

    Examples
    --------
    >>> mc = ag.SwapMonteCarlo(glass, pot, temperature=0.15, swap_fraction=0, seed=1)
    >>> stats = mc.run(7000)
    >>> one = other = ag.quench(mc.configuration, pot).configuration
    >>> while abs(ag.energy(other, pot) - ag.energy(one, pot)) < 1e-6:  # until the liquid has left the inherent state
    ...     stats = mc.run(500)
    ...     other = ag.quench(mc.configuration, pot).configuration
    >>> path = ag.minimum_energy_path(one, other, pot)
    >>> bool(path.barrier >= max(0.0, path.asymmetry)), bool(path.length >= path.distance > 0)
    (True, True)
    """
    displacement = _displacement(one, other, potential)
    if isinstance(images, bool) or not isinstance(images, int | np.integer) or images < 9:
        raise InputError("number of images", images, ">= 9")
    copies = DisplacedCopies(one, potential)
    straight = np.linspace(0, 1, FIRST_IMAGES)[:, None] * displacement.ravel()
    band = relax_band(straight, copies, BAND_TOLERANCE, max_iterations)
    band = relax_band(band.points, copies, CLIMBING_TOLERANCE, max_iterations, climbing=True)
    saddle = _saddle(one, band, potential)
    if saddle is None:
        return _result(one, potential, band, None, False)
    top = (saddle.configuration.positions - one.positions).ravel()
    band = _through(top, band, DisplacedCopies(one, potential), images, max_iterations)
    return _result(one, potential, band, saddle, _connects(saddle, one, displacement, potential))


def _displacement(one: Configuration, other: Configuration, potential: PairPotential) -> Array:
    """Return the displacements (N, d) from one inherent state to another, without a uniform displacement."""
    check_sample(one, potential)
    check_sample(other, potential)
    if one.positions.shape != other.positions.shape:
        raise InputError("shape of the second configuration", other.positions.shape, str(one.positions.shape))
    same_particles = np.array_equal(potential.labels(one), potential.labels(other))
    if not (same_particles and np.array_equal(one.cell, other.cell)):
        remedy = "take two inherent states of one glass"
        raise InputError("the two inherent states differ in their particles or in their box", remedy=remedy)
    for name, state in (("first", one), ("second", other)):
        force = float(np.sqrt((forces(state, potential) ** 2).sum(axis=1).max()))
        if not force <= MINIMUM_FORCE:
            raise InputError(
                f"largest force in the {name} configuration", force, f"<= {MINIMUM_FORCE:g}", "quench it first"
            )
    difference = other.fractional - one.fractional
    difference -= difference[0]
    difference = (difference - np.round(difference)) @ one.cell
    difference = difference - difference.mean(axis=0)
    if not np.linalg.norm(difference) > LEAST_DISTANCE:
        raise InputError(
            "distance of the two inherent states",
            float(np.linalg.norm(difference)),
            f"> {LEAST_DISTANCE:g}",
            "they are the same minimum: take two different ones",
        )
    return difference


def _saddle(one: Configuration, band: Band, potential: PairPotential) -> Saddle | None:
    """Return the saddle near the highest point of a band, if one is found within the length of the band."""
    inner = int(np.argmax(band.energies[1:-1])) + 1
    guess = one.replace(positions=one.positions + band.points[inner].reshape(one.positions.shape))
    tangent = (band.points[inner + 1] - band.points[inner - 1]).reshape(one.positions.shape)
    try:
        saddle = refine_saddle(guess, tangent, potential)
    except (InputError, ArpackNoConvergence):  # positions that are not finite and distinct, or no lowest mode found
        return None
    moved = np.linalg.norm(saddle.configuration.positions - guess.positions)
    return saddle if saddle.is_first_order and moved < np.linalg.norm(band.points[-1]) else None


def _through(top: Array, band: Band, copies: DisplacedCopies, images: int, max_iterations: int) -> Band:
    """Return the relaxed path from the first point of a band to its last through a saddle."""
    k = int(np.argmax(band.energies[1:-1])) + 1
    before, after = np.vstack([band.points[:k], top]), np.vstack([top, band.points[k + 1 :]])
    share = _chords(before)[-1] / (_chords(before)[-1] + _chords(after)[-1])
    count = int(np.clip(round(share * (images - 1)), 4, images - 5)) + 1
    halves = [
        _relaxed_half(_respaced(points, size), copies, max_iterations)
        for points, size in ((before, count), (after, images - count + 1))
    ]
    return Band(
        np.vstack([halves[0].points, halves[1].points[1:]]),
        np.concatenate([halves[0].energies, halves[1].energies[1:]]),
        np.vstack([halves[0].forces, halves[1].forces[1:]]),
        max(half.max_force for half in halves),
        sum(half.iterations for half in halves),
        all(half.converged for half in halves),
    )


def _relaxed_half(points: Array, copies: DisplacedCopies, max_iterations: int) -> Band:
    """Return the relaxed band between a minimum and the saddle, in two stages: the tolerance follows the slopes.

    A dense band can become unstable where the landscape is soft across it; then half as many images are tried.
    """
    for start in (points, _respaced(points, max(5, len(points) // 2 + 1))):
        band = Band(start, *copies(start), np.inf, 0, False)
        for _ in range(2):
            slope = np.abs(np.diff(band.energies) / np.linalg.norm(np.diff(band.points, axis=0), axis=1)).max()
            tolerance = float(np.clip(PATH_TOLERANCE * slope, LEAST_TOLERANCE, LARGEST_TOLERANCE))
            band = relax_band(band.points, copies, tolerance, max_iterations)
        if band.converged:
            break
    return band


def _chords(points: Array) -> Array:
    """Return the length (n,) of the polygon up to each of its points (n, D)."""
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])


def _respaced(points: Array, count: int) -> Array:
    """Return equidistant points on a polygon."""
    lengths = _chords(points)
    wanted = np.linspace(0, lengths[-1], count)
    k = np.clip(np.searchsorted(lengths, wanted, side="right") - 1, 0, len(points) - 2)
    weight = ((wanted - lengths[k]) / (lengths[k + 1] - lengths[k]))[:, None]
    return (1 - weight) * points[k] + weight * points[k + 1]


def _connects(saddle: Saddle, one: Configuration, displacement: Array, potential: PairPotential) -> bool:
    """Return whether the two descents from a saddle end in the two minima."""
    distance = float(np.linalg.norm(displacement))
    ends = []
    for done in descents(saddle, distance, potential):
        moved = done.configuration.positions - one.positions
        moved = moved - moved.mean(axis=0)
        near = (np.linalg.norm(moved), np.linalg.norm(moved - displacement))
        ends.append([bool(done.converged and d < SAME_MINIMUM * distance) for d in near])
    return ends in ([[True, False], [False, True]], [[False, True], [True, False]])


def _result(
    one: Configuration, potential: PairPotential, band: Band, saddle: Saddle | None, connects: bool
) -> MinimumEnergyPath:
    """Return the path of a relaxed band, with precise energies and the lengths of its curve."""
    moves = band.points.reshape(len(band.points), *one.positions.shape)
    moves = moves - moves.mean(axis=1, keepdims=True)
    energies = np.array([0.0, *(energy_profile(one, potential, m, [np.linalg.norm(m)])[0] for m in moves[1:])])
    lengths, tangents = smooth_curve(moves.reshape(len(moves), -1))
    slopes = -(band.forces * tangents).sum(axis=1)
    barrier = float("nan")
    if saddle is not None:
        move = saddle.configuration.positions - one.positions
        move = move - move.mean(axis=0)
        barrier = float(energy_profile(one, potential, move, [np.linalg.norm(move)])[0])
    count = barrier_count(lengths, energies, slopes)
    if saddle is not None and count > 1:
        barrier = _highest(barrier, lengths, energies, slopes)
    if saddle is None:
        status = PathStatus.NO_SADDLE
    elif not band.converged:
        status = PathStatus.NOT_RELAXED
    elif count > 1:
        status = PathStatus.SEVERAL_BARRIERS
    else:
        status = PathStatus.ONE_BARRIER if connects else PathStatus.NOT_CONNECTED
    return MinimumEnergyPath(moves, lengths, energies, slopes, barrier, count, saddle, status, band.max_force)


def _highest(saddle: float, lengths: Array, energies: Array, slopes: Array) -> float:
    """Return the energy of a saddle or that of the highest point of the path, whichever is higher."""
    return max(saddle, float(profile_table(lengths, energies, slopes)[1].max()))
