"""Loops over the pairs of a neighbor list that sum energy and forces, with or without a branch at the cutoff.

Both give the same results, to the last bit: a pair beyond its cutoff adds zero. In a small sample the processor's
branch predictor learns from one evaluation to the next which pairs interact; in a large one it mispredicts one pair in
five, and it is faster to evaluate all pairs that are listed.
"""

from __future__ import annotations

from atomglass.kernels.cell_list import IMAGE_BITS, IMAGE_MASK
from atomglass.kernels.jit import inline
from atomglass.kernels.pair_potential import cutoff_squared, pair_energy_slope, stored_kind
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.records import PairList
from atomglass.types import Array


@inline
def sum_forces_2d(positions: Array, pairs: PairList, potential: Potential, forces: Array, skip: bool) -> float:
    """Write the forces of particles in the plane z = 0 and return the energy.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped when the list was built, and moved since by less than half its skin; z = 0.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.
    forces : (N, 3) array
        Overwritten with the forces, in units of epsilon over length.
    skip : bool
        Whether pairs beyond their cutoff are left out by a branch. Otherwise they are evaluated and multiplied by zero:
        the potential must be finite there. A constant, so that each caller is compiled without the other way.

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
            kind = stored_kind(pairs.kinds, k, potential)
            inside = ratio < cutoff_squared(kind, potential)
            if skip and not inside:
                continue
            weight = 1.0 if inside else 0.0
            e, slope = pair_energy_slope(ratio, potential, kind)
            energy += weight * e
            g = weight * 2.0 * slope * inverse_sigma_squared[k]
            fx += g * dx
            fy += g * dy
            forces[j, 0] -= g * dx
            forces[j, 1] -= g * dy
        forces[i, 0] += fx
        forces[i, 1] += fy
    return energy


@inline
def sum_forces_3d(positions: Array, pairs: PairList, potential: Potential, forces: Array, skip: bool) -> float:
    """Write the forces and return the energy, in two or three dimensions.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped when the list was built, and moved since by less than half its skin.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.
    forces : (N, 3) array
        Overwritten with the forces, in units of epsilon over length.
    skip : bool
        Whether pairs beyond their cutoff are left out by a branch. Otherwise they are evaluated and multiplied by zero:
        the potential must be finite there. A constant, so that each caller is compiled without the other way.

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
            kind = stored_kind(pairs.kinds, k, potential)
            inside = ratio < cutoff_squared(kind, potential)
            if skip and not inside:
                continue
            weight = 1.0 if inside else 0.0
            e, slope = pair_energy_slope(ratio, potential, kind)
            energy += weight * e
            g = weight * 2.0 * slope * inverse_sigma_squared[k]
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
