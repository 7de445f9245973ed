"""Energy and forces: sums over the pairs of a neighbor list."""

from __future__ import annotations

import numpy as np

from atomglass.kernels.cell_list import IMAGE_BITS, IMAGE_MASK
from atomglass.kernels.jit import inline, kernel
from atomglass.kernels.pair_potential import (
    PairParameters,
    pair_diameter,
    pair_energy,
    pair_energy_slope,
)
from atomglass.kernels.records import PackedArray, PairList
from atomglass.types import Array, IntArray

#: Number of particles above which forces in two dimensions are summed without a branch at the cutoff.
BRANCHLESS_ABOVE = 10_000


@inline
def separation(positions: Array, i: int, packed: np.uint32, shifts: Array) -> tuple[float, float, float]:
    """Return r_j - r_i of a listed pair.

    Parameters
    ----------
    positions : (N, 3) array
        Current positions.
    i : int
        The particle that owns the pair.
    packed : uint32
        Its packed neighbor j.
    shifts : (32, 3) array
        Shift vector of each image number, in units of length.

    Returns
    -------
    dx, dy, dz : float
        Components of the separation, in units of length.
    """
    j, image = packed >> IMAGE_BITS, packed & IMAGE_MASK
    dx = positions[j, 0] + shifts[image, 0] - positions[i, 0]
    dy = positions[j, 1] + shifts[image, 1] - positions[i, 1]
    dz = positions[j, 2] + shifts[image, 2] - positions[i, 2]
    return dx, dy, dz


@kernel
def trim_neighbor_list(
    positions: Array,
    diameters: Array,
    row_starts: IntArray,
    neighbors: PackedArray,
    shifts: Array,
    nonadditivity: float,
    cutoff: float,
    skin: float,
) -> tuple[IntArray, PackedArray, Array]:
    """Return the listed pairs whose distance is below their own cutoff plus the skin.

    Parameters
    ----------
    positions : (N, 3) array
        Current positions, not wrapped since the list was built.
    diameters : (N,) array
        Diameters of the particles.
    row_starts, neighbors : (N + 1,) int array, (P,) uint32 array
        Half neighbor list: the packed neighbors of particle i are `neighbors[row_starts[i] : row_starts[i + 1]]`.
    shifts : (32, 3) array
        Shift vector of each image number.
    nonadditivity : float
        a in sigma_ij = (sigma_i + sigma_j)/2 (1 - a |sigma_i - sigma_j|), in units of inverse length.
    cutoff : float
        x_c, in units of sigma_ij.
    skin : float
        In units of length.

    Returns
    -------
    row_starts, neighbors : (N + 1,) int array, (Q,) uint32 array
        The shorter list.
    inverse_sigma_squared : (Q,) array
        1 / sigma_ij^2 of its pairs, in units of length^-2.
    """
    inverse_sigma_squared = np.empty(neighbors.size + 1)
    kept = np.empty(neighbors.size + 1, np.uint32)
    kept_starts = np.zeros(row_starts.size, np.int64)
    count = 0
    for i in range(row_starts.size - 1):
        for k in range(row_starts[i], row_starts[i + 1]):
            dx, dy, dz = separation(positions, i, neighbors[k], shifts)
            sigma = pair_diameter(diameters[i], diameters[neighbors[k] >> IMAGE_BITS], nonadditivity)
            limit = cutoff * sigma + skin
            # Every pair is written, and overwritten unless it is kept: a branch here would often be mispredicted.
            kept[count] = neighbors[k]
            inverse_sigma_squared[count] = 1.0 / (sigma * sigma)
            count += dx * dx + dy * dy + dz * dz < limit * limit
        kept_starts[i + 1] = count
    return kept_starts, kept[:count].copy(), inverse_sigma_squared[:count].copy()


@kernel
def energy_forces(positions: Array, pairs: PairList, potential: PairParameters, forces: Array) -> float:
    """Write the forces and return the energy, in two or three dimensions.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped when the list was built, and moved since by less than half its skin.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters
        Parameters of the pair potential.
    forces : (N, 3) array
        Overwritten with the forces, in units of epsilon over length.

    Returns
    -------
    energy : float
        Total potential energy, in units of epsilon.
    """
    row_starts, neighbors, inverse_sigma_squared = pairs.row_starts, pairs.neighbors, pairs.inverse_sigma_squared
    shifts = pairs.shifts
    forces[:] = 0.0
    energy = 0.0
    for i in range(positions.shape[0]):
        x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
        fx, fy, fz = 0.0, 0.0, 0.0
        for k in range(row_starts[i], row_starts[i + 1]):
            j, image = neighbors[k] >> IMAGE_BITS, neighbors[k] & IMAGE_MASK
            dx = positions[j, 0] + shifts[image, 0] - x
            dy = positions[j, 1] + shifts[image, 1] - y
            dz = positions[j, 2] + shifts[image, 2] - z
            ratio = (dx * dx + dy * dy + dz * dz) * inverse_sigma_squared[k]
            if ratio < potential.cutoff_squared:
                e, slope = pair_energy_slope(ratio, potential)
                energy += e
                g = 2.0 * slope * inverse_sigma_squared[k]
                fx += g * dx
                fy += g * dy
                fz += g * dz
                forces[j, 0] -= g * dx
                forces[j, 1] -= g * dy
                forces[j, 2] -= g * dz
        forces[i, 0] += fx
        forces[i, 1] += fy
        forces[i, 2] += fz
    return energy


@kernel
def energy_forces_2d(positions: Array, pairs: PairList, potential: PairParameters, forces: Array) -> float:
    """Write the forces of particles in the plane z = 0 and return the energy.

    Leaving out the third component makes this 12 % faster than `energy_forces`.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped when the list was built, and moved since by less than half its skin; z = 0.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters
        Parameters of the pair potential.
    forces : (N, 3) array
        Overwritten with the forces, in units of epsilon over length.

    Returns
    -------
    energy : float
        Total potential energy, in units of epsilon.
    """
    row_starts, neighbors, inverse_sigma_squared = pairs.row_starts, pairs.neighbors, pairs.inverse_sigma_squared
    shifts = pairs.shifts
    forces[:] = 0.0
    energy = 0.0
    for i in range(positions.shape[0]):
        x, y = positions[i, 0], positions[i, 1]
        fx, fy = 0.0, 0.0
        for k in range(row_starts[i], row_starts[i + 1]):
            j, image = neighbors[k] >> IMAGE_BITS, neighbors[k] & IMAGE_MASK
            dx = positions[j, 0] + shifts[image, 0] - x
            dy = positions[j, 1] + shifts[image, 1] - y
            ratio = (dx * dx + dy * dy) * inverse_sigma_squared[k]
            if ratio < potential.cutoff_squared:
                e, slope = pair_energy_slope(ratio, potential)
                energy += e
                g = 2.0 * slope * inverse_sigma_squared[k]
                fx += g * dx
                fy += g * dy
                forces[j, 0] -= g * dx
                forces[j, 1] -= g * dy
        forces[i, 0] += fx
        forces[i, 1] += fy
    return energy


@kernel
def energy_forces_2d_branchless(positions: Array, pairs: PairList, potential: PairParameters, forces: Array) -> float:
    """Write the forces of particles in the plane z = 0 and return the energy, without a branch at the cutoff.

    Pairs beyond their cutoff are evaluated and multiplied by zero. In a small sample the processor's branch predictor
    learns from one evaluation to the next which pairs interact; in a large one it mispredicts one pair in five, and
    this kernel is one third faster.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped when the list was built, and moved since by less than half its skin; z = 0.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters
        Parameters of the pair potential.
    forces : (N, 3) array
        Overwritten with the forces, in units of epsilon over length.

    Returns
    -------
    energy : float
        Total potential energy, in units of epsilon.
    """
    row_starts, neighbors, inverse_sigma_squared = pairs.row_starts, pairs.neighbors, pairs.inverse_sigma_squared
    shifts = pairs.shifts
    forces[:] = 0.0
    energy = 0.0
    for i in range(positions.shape[0]):
        x, y = positions[i, 0], positions[i, 1]
        fx, fy = 0.0, 0.0
        for k in range(row_starts[i], row_starts[i + 1]):
            j, image = neighbors[k] >> IMAGE_BITS, neighbors[k] & IMAGE_MASK
            dx = positions[j, 0] + shifts[image, 0] - x
            dy = positions[j, 1] + shifts[image, 1] - y
            ratio = (dx * dx + dy * dy) * inverse_sigma_squared[k]
            inside = 1.0 if ratio < potential.cutoff_squared else 0.0
            e, slope = pair_energy_slope(ratio, potential)
            energy += inside * e
            g = inside * 2.0 * slope * inverse_sigma_squared[k]
            fx += g * dx
            fy += g * dy
            forces[j, 0] -= g * dx
            forces[j, 1] -= g * dy
        forces[i, 0] += fx
        forces[i, 1] += fy
    return energy


@inline
def fastest_energy_forces(positions: Array, pairs: PairList, potential: PairParameters, forces: Array) -> float:
    """Write the forces and return the energy, using the kernel that is fastest for the dimension and sample size.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped when the list was built, and moved since by less than half its skin.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters
        Parameters of the pair potential.
    forces : (N, 3) array
        Overwritten with the forces, in units of epsilon over length.

    Returns
    -------
    energy : float
        Total potential energy, in units of epsilon.
    """
    if pairs.dimension == 2:
        if positions.shape[0] > BRANCHLESS_ABOVE:
            return energy_forces_2d_branchless(positions, pairs, potential, forces)
        return energy_forces_2d(positions, pairs, potential, forces)
    return energy_forces(positions, pairs, potential, forces)


@kernel
def energy_change(positions: Array, displacement: Array, s: float, pairs: PairList, potential: PairParameters) -> float:
    """Return U(positions + s displacement) - U(positions), summed pair by pair.

    In a difference of two total energies, barriers of 1e-9 epsilon would be lost in rounding.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped when the list was built.
    displacement : (N, 3) array
        Direction of the displacement.
    s : float
        Factor of the displacement; so small that no unlisted pair comes within its cutoff.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters
        Parameters of the pair potential.

    Returns
    -------
    change : float
        In units of epsilon.
    """
    row_starts, neighbors, inverse_sigma_squared = pairs.row_starts, pairs.neighbors, pairs.inverse_sigma_squared
    change = 0.0
    for i in range(positions.shape[0]):
        for k in range(row_starts[i], row_starts[i + 1]):
            j = neighbors[k] >> IMAGE_BITS
            dx, dy, dz = separation(positions, i, neighbors[k], pairs.shifts)
            before = (dx * dx + dy * dy + dz * dz) * inverse_sigma_squared[k]
            dx += s * (displacement[j, 0] - displacement[i, 0])
            dy += s * (displacement[j, 1] - displacement[i, 1])
            dz += s * (displacement[j, 2] - displacement[i, 2])
            after = (dx * dx + dy * dy + dz * dz) * inverse_sigma_squared[k]
            if after < potential.cutoff_squared:
                change += pair_energy(after, 1.0 / after, potential)
            if before < potential.cutoff_squared:
                change -= pair_energy(before, 1.0 / before, potential)
    return change
