"""Pairs in flat arrays for hybrid Monte Carlo: a wide neighbor list, and the close pairs selected from it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.cell_list import IMAGE_BITS, IMAGE_MASK, image_shifts, neighbor_list, wrap
from atomglass.kernels.jit import device, kernel, leaf
from atomglass.kernels.pair_potential import (
    cutoff_squared,
    pair_diameter,
    pair_energy,
    pair_kind,
    store_kind,
    stored_kind,
)
from atomglass.kernels.pair_records import KindArray, Potential
from atomglass.kernels.sampling.diameter_swap import CandidatePairs, allocate_candidates
from atomglass.kernels.sampling.records import ChainState, ListGeometry, UintArray
from atomglass.kernels.sampling.verlet_table import LABEL, X, Y
from atomglass.types import Array

#: Margin beyond the cutoff within which pairs are close, in units of length. Close pairs are selected again when a
#: particle has moved by half of the margin since the last selection.
MARGIN = 0.3


class HMCWorkspace(NamedTuple):
    """A neighbor list of C pairs of N particles in d dimensions, and the arrays of a trajectory.

    Attributes
    ----------
    first, second : (C,) uint32 arrays
        Particles of each pair in the neighbor list, listed once, by increasing `first`.
    list_shift : (d, C) array
        Shift vector of the second particle's periodic image, in units of length.
    squares, limits : (C,) arrays
        Squared distances of the pairs, and the values below which a pair is close.
    selected : (C + 1,) uint32 array
        Indices of the close pairs in the list; the last element is scratch.
    position, momentum, force : (d, N) arrays
        Positions (not wrapped), momenta and forces of the particles.
    selection_position : (d, N) array
        Positions at the last selection of the close pairs.
    displacement_squared : (N,) array
        Squared displacements since the last selection.
    energy : (N,) array
        Energies of the particles at the end of the trajectory, in units of epsilon.
    i, j : (C,) uint32 arrays
        Particles of each close pair, listed once.
    shift, separation : (d, C) arrays
        For each close pair, the shift of the image of j, and r_j + shift - r_i.
    inverse_square : (C,) array
        1 / sigma_ij^2 of the close pairs.
    kinds : (C,) uint16 array
        Kinds of the close pairs; not used with `PairParameters`.
    force_over_distance : (C,) array
        phi'(r) / r of the close pairs.
    candidates : CandidatePairs
        Arrays for diameter swaps of the same particles.
    """

    first: UintArray
    second: UintArray
    list_shift: Array
    squares: Array
    limits: Array
    selected: UintArray
    position: Array
    momentum: Array
    force: Array
    selection_position: Array
    displacement_squared: Array
    energy: Array
    i: UintArray
    j: UintArray
    shift: Array
    separation: Array
    inverse_square: Array
    kinds: KindArray
    force_over_distance: Array
    candidates: CandidatePairs


@kernel
def build_workspace(axes: tuple[int, ...], particles: Array, reference: Array, geometry: ListGeometry) -> HMCWorkspace:
    """Return a workspace with a neighbor list built at the reference positions.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    particles : (N, 4) array
        Current positions and labels.
    reference : (N, 3) array
        Positions at which the list is built, wrapped into the cell.
    geometry : ListGeometry
        Cell and range of the list.
    """
    d, n = np.int64(len(axes)), reference.shape[0]
    begin, packed = neighbor_list(reference, geometry.cell, geometry.inverse, d, geometry.list_cutoff, np.bool_(True))
    count, shifts = packed.shape[0], image_shifts(geometry.cell)
    first, second, list_shift = np.empty(count, np.uint32), np.empty(count, np.uint32), np.empty((d, count))
    for i in range(n):
        for k in range(begin[i], begin[i + 1]):
            first[k], second[k] = i, packed[k] >> IMAGE_BITS
            for a in range(d):
                list_shift[a, k] = shifts[packed[k] & IMAGE_MASK, a]
    candidates = allocate_candidates(n, first, second)
    candidates.labels[:] = particles[:, LABEL]
    w = HMCWorkspace(
        first=first,
        second=second,
        list_shift=list_shift,
        squares=np.empty(count),
        limits=np.empty(count),
        selected=np.empty(count + 1, np.uint32),
        position=np.empty((d, n)),
        momentum=np.empty((d, n)),
        force=np.empty((d, n)),
        selection_position=np.empty((d, n)),
        displacement_squared=np.zeros(n),
        energy=np.empty(n),
        i=np.empty(count, np.uint32),
        j=np.empty(count, np.uint32),
        shift=np.empty((d, count)),
        separation=np.empty((d, count)),
        inverse_square=np.empty(count),
        kinds=np.empty(count, np.uint16),
        force_over_distance=np.empty(count),
        candidates=candidates,
    )
    for a in range(d):
        w.position[a] = particles[:, a]
    return w


@device
def _square_distances(
    axes: tuple[int, ...],
    position: tuple[Array, Array, Array],
    shift: tuple[Array, Array, Array],
    first: UintArray,
    second: UintArray,
    squares: Array,
) -> None:
    """Write the squared distances of pairs, given positions and image shifts by component."""
    x, y, z = position
    shift_x, shift_y, shift_z = shift
    for k in range(squares.shape[0]):
        i, j = first[k], second[k]
        dx, dy = x[j] - x[i] + shift_x[k], y[j] - y[i] + shift_y[k]
        squares[k] = dx * dx + dy * dy
        if len(axes) == 3:
            dz = z[j] - z[i] + shift_z[k]
            squares[k] += dz * dz


@leaf
def compute_squares(axes: tuple[int, ...], w: HMCWorkspace) -> None:
    """Compute the squared distances of the pairs in the list."""
    last = len(axes) - 1  # in two dimensions y is passed in place of z and is not used
    position = (w.position[X], w.position[Y], w.position[last])
    shift = (w.list_shift[X], w.list_shift[Y], w.list_shift[last])
    _square_distances(axes, position, shift, w.first, w.second, w.squares)


@leaf
def compute_limits(w: HMCWorkspace, p: Potential) -> None:
    """Compute the squared distances below which pairs are close: cutoff plus margin, squared."""
    labels = w.candidates.labels
    for k in range(w.first.shape[0]):
        label_i, label_j = labels[w.first[k]], labels[w.second[k]]
        root = np.sqrt(cutoff_squared(pair_kind(label_i, label_j, p), p))
        limit = root * pair_diameter(label_i, label_j, p) + MARGIN
        w.limits[k] = limit * limit


@leaf
def select_close_pairs(axes: tuple[int, ...], w: HMCWorkspace, p: Potential) -> int:
    """Select the close pairs by their squared distances, and return how many there are.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    w : HMCWorkspace
        Squared distances and limits are read; the close pairs are written.
    p : PairParameters or FormParameters
        The potential.
    """
    count, labels = np.int64(0), w.candidates.labels
    for k in range(w.first.shape[0]):
        w.selected[count] = k  # no branch: overwritten unless the count is incremented
        count += np.int64(w.squares[k] < w.limits[k])
    for t in range(count):
        k = w.selected[t]
        i, j = w.first[k], w.second[k]
        pair = pair_diameter(labels[i], labels[j], p)
        store_kind(w.kinds, t, labels[i], labels[j], p)
        w.i[t], w.j[t], w.inverse_square[t] = i, j, 1.0 / (pair * pair)
        for a in range(len(axes)):
            w.shift[a, t] = w.list_shift[a, k]
    return int(count)


@device
def _separations(position: Array, i: UintArray, j: UintArray, shift: Array, separation: Array, count: int) -> None:
    """Write one component of the separation vectors of the close pairs."""
    for k in range(count):
        separation[k] = position[j[k]] - position[i[k]] + shift[k]


@leaf
def compute_separations(axes: tuple[int, ...], w: HMCWorkspace, count: int) -> None:
    """Compute the separation vectors of the close pairs.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    w : HMCWorkspace
        Positions are read, separations written.
    count : int
        Number of close pairs.
    """
    for a in range(len(axes)):
        _separations(w.position[a], w.i, w.j, w.shift[a], w.separation[a], count)


@leaf
def compute_energies(axes: tuple[int, ...], w: HMCWorkspace, count: int, p: Potential) -> float:
    """Compute the energies of the particles from the separations, and return the total energy.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    w : HMCWorkspace
        Separations are read, energies written.
    count : int
        Number of close pairs.
    p : PairParameters or FormParameters
        The potential.
    """
    w.energy[:] = 0.0
    total = 0.0
    for k in range(count):
        square = 0.0
        for a in axes:
            square += w.separation[a, k] * w.separation[a, k]
        ratio = square * w.inverse_square[k]
        kind = stored_kind(w.kinds, k, p)
        phi = pair_energy(ratio, 1.0 / ratio, p, kind)
        phi = phi if ratio < cutoff_squared(kind, p) else 0.0
        w.energy[w.i[k]] += phi
        w.energy[w.j[k]] += phi
        total += phi
    return total


@kernel
def rebuild_list(axes: tuple[int, ...], chain: ChainState, geometry: ListGeometry) -> HMCWorkspace:
    """Wrap the positions, make them the reference, and return a workspace with the new list.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    chain : ChainState
        Its positions are wrapped and become the reference positions.
    geometry : ListGeometry
        Cell and range of the list.
    """
    wrap(chain.particles, chain.images, geometry.cell, geometry.inverse, np.int64(len(axes)))
    chain.reference[:, :] = chain.particles[:, :3]
    return build_workspace(axes, chain.particles, chain.reference, geometry)


@kernel
def rebuild_list_and_energies(
    axes: tuple[int, ...], chain: ChainState, geometry: ListGeometry, p: Potential
) -> HMCWorkspace:
    """Wrap the positions, make them the reference, rebuild the list and recompute all energies.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    chain : ChainState
        Its positions are wrapped and become the reference positions; its energies are recomputed.
    geometry : ListGeometry
        Cell and range of the list.
    p : PairParameters or FormParameters
        The potential.
    """
    w = rebuild_list(axes, chain, geometry)
    compute_squares(axes, w)
    compute_limits(w, p)
    count = select_close_pairs(axes, w, p)
    compute_separations(axes, w, count)
    compute_energies(axes, w, count, p)
    chain.energies[:] = w.energy
    return w
