"""Relaxation of small regions of a large sample, with all other particles held fixed.

A few particles may still rearrange when the rest of the sample is near its minimum. A region consists of the particles
nearest to the one with the largest force, found by a breadth-first search over the neighbor list. It is relaxed as a
separate small system: its free particles first, then those around them, held fixed by a search direction of zero.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from atomglass.kernels.cell_list import IMAGE_BITS, IMAGE_MASK, NO_SHIFT
from atomglass.kernels.jit import inline, kernel
from atomglass.kernels.minimization.conjugate_gradient import FIRST_STEP
from atomglass.kernels.minimization.line_search import SearchLine, polak_ribiere, search_and_record, trial_step
from atomglass.kernels.minimization.vector_ops import dot, max_displacement, max_norm, next_direction
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.pair_sums import fastest_energy_forces
from atomglass.kernels.records import MinimizerArrays, PackedArray, PairList
from atomglass.types import Array, IntArray


class ReverseList(NamedTuple):
    """The other half of a half neighbor list: each pair is listed at the particle that does not own it.

    Attributes
    ----------
    row_starts : (N + 1,) int array
        The entries of particle i are `row_starts[i]` to `row_starts[i + 1] - 1`.
    neighbors : (P,) uint32 array
        Packed neighbors; the image number is that of the opposite shift.
    pairs : (P,) uint32 array
        Index of each pair in the half list.
    """

    row_starts: IntArray
    neighbors: PackedArray
    pairs: PackedArray


class RegionOptions(NamedTuple):
    """Settings of a local relaxation.

    Attributes
    ----------
    trigger_force : float
        Force above which a particle becomes the center of a region, in units of epsilon over length.
    target_force : float
        Largest force on a particle at which a region counts as relaxed, in units of epsilon over length.
    region_size : int
        Largest number of free particles in a region.
    max_step : float
        Largest displacement of a particle in one trial step, in units of length.
    max_displacement : float
        Distance of a particle from its reference position beyond which its region is left unfinished, in units of
        length.
    max_evaluations : int
        Number of force evaluations after which a region is left unfinished.
    """

    trigger_force: float
    target_force: float
    region_size: int
    max_step: float
    max_displacement: float
    max_evaluations: int


@kernel
def reverse_list(row_starts: IntArray, neighbors: PackedArray) -> ReverseList:
    """Return the other half of a half neighbor list.

    Parameters
    ----------
    row_starts : (N + 1,) int array
        The neighbors of particle i are `neighbors[row_starts[i] : row_starts[i + 1]]`.
    neighbors : (P,) uint32 array
        Packed neighbors, `index * 32 + image`.
    """
    starts = np.zeros(row_starts.size + 1, np.int64)
    for k in range(neighbors.size):
        starts[(neighbors[k] >> IMAGE_BITS) + 2] += 1
    for i in range(2, starts.size):
        starts[i] += starts[i - 1]
    owners, pairs = np.empty(neighbors.size, np.uint32), np.empty(neighbors.size, np.uint32)
    for i in range(row_starts.size - 1):
        for k in range(row_starts[i], row_starts[i + 1]):
            j, image = neighbors[k] >> IMAGE_BITS, neighbors[k] & IMAGE_MASK
            owners[starts[j + 1]] = (i << IMAGE_BITS) | (2 * NO_SHIFT - image)
            pairs[starts[j + 1]] = k
            starts[j + 1] += 1
    return ReverseList(starts[:-1], owners, pairs)


@inline
def _neighbor_range(pairs: PairList, reverse: ReverseList, i: int, side: int) -> tuple[int, int]:
    """Return where the neighbors of particle i begin and end: side 0 in the half list, side 1 in its other half."""
    if side == 0:
        return pairs.row_starts[i], pairs.row_starts[i + 1]
    return reverse.row_starts[i], reverse.row_starts[i + 1]


@kernel
def find_region(seed: int, size: int, pairs: PairList, reverse: ReverseList, local_index: Array) -> IntArray:
    """Return the particles nearest to the seed by a breadth-first search over the neighbor list.

    Parameters
    ----------
    seed : int
        The particle at the center.
    size : int
        Largest number of particles.
    pairs, reverse : PairList, ReverseList
        Both halves of the neighbor list.
    local_index : (N,) int array
        Must be -1 for all particles; set to the index in the region for those that belong to it.
    """
    region = np.empty(size, np.int64)
    region[0], local_index[seed] = seed, 0
    count, visited = 1, 0
    while visited < count and count < size:
        i = region[visited]
        visited += 1
        for side in range(2):
            start, end = _neighbor_range(pairs, reverse, i, side)
            for k in range(start, end):
                j = (pairs.neighbors[k] if side == 0 else reverse.neighbors[k]) >> IMAGE_BITS
                if local_index[j] < 0 and count < size:
                    local_index[j], region[count] = count, j
                    count += 1
    return region[:count]


@kernel
def region_pairs(
    region: IntArray, pairs: PairList, reverse: ReverseList, local_index: Array
) -> tuple[IntArray, PairList]:
    """Return the particles of a region, free and fixed, and the half list of all pairs with a free particle.

    Parameters
    ----------
    region : (F,) int array
        The free particles, from `find_region`.
    pairs, reverse : PairList, ReverseList
        Both halves of the sample's neighbor list.
    local_index : (N,) int array
        From `find_region`; the indices of the fixed particles are added.

    Returns
    -------
    members : (M,) int array
        The free particles, then the fixed ones around them.
    region_list : PairList
        Their pairs, numbered by index in `members`.
    """
    n_free, capacity = region.size, 0
    for a in range(n_free):
        for side in range(2):
            start, end = _neighbor_range(pairs, reverse, region[a], side)
            capacity += end - start
    members = np.empty(n_free + capacity, np.int64)
    members[:n_free] = region
    neighbors, inverse_sigma_squared = np.empty(capacity, np.uint32), np.empty(capacity)
    kinds = np.empty(capacity, np.uint16)
    row_starts = np.zeros(n_free + capacity + 1, np.int64)
    n_members, n_pairs = n_free, 0
    for a in range(n_free):
        for side in range(2):
            start, end = _neighbor_range(pairs, reverse, region[a], side)
            for k in range(start, end):
                packed = pairs.neighbors[k] if side == 0 else reverse.neighbors[k]
                j = packed >> IMAGE_BITS
                b = local_index[j]
                if b < 0:
                    b = local_index[j] = n_members
                    members[n_members] = j
                    n_members += 1
                if b > a:
                    neighbors[n_pairs] = (b << IMAGE_BITS) | (packed & IMAGE_MASK)
                    pair = k if side == 0 else reverse.pairs[k]
                    inverse_sigma_squared[n_pairs], kinds[n_pairs] = (
                        pairs.inverse_sigma_squared[pair],
                        pairs.kinds[pair],
                    )
                    n_pairs += 1
        row_starts[a + 1] = n_pairs
    row_starts[n_free + 1 : n_members + 1] = n_pairs
    region_list = PairList(
        row_starts[: n_members + 1],
        neighbors[:n_pairs],
        inverse_sigma_squared[:n_pairs],
        kinds[:n_pairs],
        pairs.shifts,
        pairs.dimension,
    )
    return members[:n_members], region_list


@kernel
def relax_region(
    arrays: MinimizerArrays, pairs: PairList, potential: Potential, options: RegionOptions, state: Any
) -> bool:
    """Relax the free particles of a region by nonlinear conjugate gradients; return whether they reached the target.

    The steps are those of `conjugate_gradient.minimize`, but the relaxation also ends when the neighbor list is about
    to become invalid, or after `max_evaluations`.

    Parameters
    ----------
    arrays : MinimizerArrays
        Arrays of the region's particles, changed in place; `reference` contains the free ones only.
    pairs : PairList
        From `region_pairs`.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.
    options : RegionOptions
        Target force and limits.
    state : MINIMIZER_STATE record
        Reset at the start; counts the evaluations.
    """
    n_free = arrays.reference.shape[0]
    positions, direction, forces = arrays.positions[:n_free], arrays.direction[:n_free], arrays.forces[:n_free]
    old_forces = np.zeros((n_free, 3))
    f, f_old, p = forces.reshape(-1), old_forces.reshape(-1), direction.reshape(-1)
    state.energy = fastest_energy_forces(arrays.positions, pairs, potential, arrays.forces)
    state.evaluations, state.curvature, old_force_squared = 1.0, 0.0, 0.0
    while (
        state.evaluations < options.max_evaluations
        and max_norm(forces) > options.target_force
        and max_displacement(positions, arrays.reference) <= options.max_displacement
    ):
        force_squared = dot(f, f)
        beta = polak_ribiere(force_squared, dot(f, f_old), old_force_squared)
        slope, direction_squared = next_direction(f, f_old, p, beta)
        if not slope > 0.0:
            slope, direction_squared = next_direction(f, f_old, p, 0.0)
        if not np.isfinite(slope):
            break
        old_force_squared = force_squared
        first_step = trial_step(slope, direction_squared, state.curvature, FIRST_STEP)
        line = SearchLine(slope, first_step, options.max_step / max_norm(direction))
        search_and_record(arrays, pairs, potential, line, direction_squared, state)
    return max_norm(forces) <= options.target_force


@kernel
def _seeds(forces: Array, trigger_force: float) -> IntArray:
    """Return the particles whose force exceeds the trigger force, by decreasing force."""
    squared = forces[:, 0] ** 2 + forces[:, 1] ** 2 + forces[:, 2] ** 2
    found = np.flatnonzero(squared > trigger_force * trigger_force)
    return found[np.argsort(-squared[found])]


@kernel
def relax(
    arrays: MinimizerArrays,
    pairs: PairList,
    reverse: ReverseList,
    potential: Potential,
    options: RegionOptions,
    state: Any,
) -> tuple[int, float]:
    """Relax regions around particles with large forces, one after another, with all other particles held fixed.

    A particle that was part of an earlier region does not become the center of another one.

    Parameters
    ----------
    arrays : MinimizerArrays
        Positions are changed in place; forces are those at the initial positions, and are not updated.
    pairs, reverse : PairList, ReverseList
        Both halves of the neighbor list, built at the reference positions.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.
    options : RegionOptions
        Trigger force, target force and limits.
    state : MINIMIZER_STATE record
        Scratch space, overwritten.

    Returns
    -------
    unfinished : int
        Number of regions that did not reach the target force.
    work : float
        Cost in force evaluations of the whole sample.
    """
    n = arrays.positions.shape[0]
    local_index, was_free = np.full(n, -1, np.int32), np.zeros(n, np.bool_)
    unfinished, work = 0, 0.0
    for seed in _seeds(arrays.forces, options.trigger_force):
        if was_free[seed]:
            continue
        region = find_region(seed, options.region_size, pairs, reverse, local_index)
        members, region_list = region_pairs(region, pairs, reverse, local_index)
        positions, reference = np.empty((members.size, 3)), np.empty((region.size, 3))
        for a in range(members.size):
            positions[a] = arrays.positions[members[a]]
            local_index[members[a]] = -1
        for a in range(region.size):
            reference[a] = arrays.reference[region[a]]
            was_free[region[a]] = True
        region_arrays = MinimizerArrays(positions, reference, np.zeros_like(positions), np.empty_like(positions))
        unfinished += not relax_region(region_arrays, region_list, potential, options, state)
        for a in range(region.size):
            arrays.positions[region[a]] = positions[a]
        work += state.evaluations * region.size / n
    return unfinished, work
