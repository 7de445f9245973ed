"""Parts of a molecular-dynamics trajectory: forces, kicks and drifts, kinetic energy.

Forces are computed in three loops (separations, derivatives, sums), so that the compiler can vectorize the second one,
which contains the division.
"""

from __future__ import annotations

import numpy as np

from atomglass.kernels.jit import device, leaf
from atomglass.kernels.pair_potential import cutoff_squared, pair_energy_slope, stored_kind
from atomglass.kernels.pair_records import KindArray, Potential
from atomglass.kernels.sampling.flat_pair_list import HMCWorkspace
from atomglass.kernels.sampling.records import UintArray
from atomglass.kernels.sampling.verlet_table import X, Y
from atomglass.types import Array


@leaf
def _scaled_squares(separation: tuple[Array, Array, Array], inverse_square: Array, scaled: Array, count: int) -> None:
    """Compute (r / sigma_ij)^2 of the close pairs in three dimensions."""
    x, y, z = separation
    for k in range(count):
        scaled[k] = (x[k] * x[k] + y[k] * y[k] + z[k] * z[k]) * inverse_square[k]


@leaf
def _pair_forces_3d(
    inverse_square: Array, kinds: KindArray, force_over_distance: Array, count: int, p: Potential
) -> None:
    """Replace (r / sigma_ij)^2 of the close pairs by phi'(r) / r.

    In a loop of its own, since a loop that reads three components too is not vectorized: the compiler would have to
    exclude at run time that any of so many arrays overlap. It takes ten times as long.
    """
    for k in range(count):
        ratio = force_over_distance[k]
        kind = stored_kind(kinds, k, p)
        slope = pair_energy_slope(ratio, p, kind)[1]
        force_over_distance[k] = 2.0 * slope * inverse_square[k] if ratio < cutoff_squared(kind, p) else 0.0


@leaf
def _pair_forces_2d(
    x: Array,
    y: Array,
    inverse_square: Array,
    kinds: KindArray,
    force_over_distance: Array,
    count: int,
    p: Potential,
) -> None:
    """Compute phi'(r) / r of the close pairs in two dimensions."""
    for k in range(count):
        ratio = (x[k] * x[k] + y[k] * y[k]) * inverse_square[k]
        kind = stored_kind(kinds, k, p)
        slope = pair_energy_slope(ratio, p, kind)[1]
        force_over_distance[k] = 2.0 * slope * inverse_square[k] if ratio < cutoff_squared(kind, p) else 0.0


@leaf
def _sum_forces(
    axes: tuple[int, ...],
    force: tuple[Array, Array, Array],
    pairs: tuple[UintArray, UintArray],
    separation: tuple[Array, Array, Array],
    force_over_distance: Array,
    count: int,
) -> None:
    """Sum the forces on the particles over the close pairs; all components in one loop."""
    force_x, force_y, force_z = force
    x, y, z = separation
    first, second = pairs
    for n in range(force_x.shape[0]):
        force_x[n] = 0.0
        force_y[n] = 0.0
        if len(axes) == 3:
            force_z[n] = 0.0
    for k in range(count):
        i, j, factor = first[k], second[k], force_over_distance[k]
        pull_x, pull_y = factor * x[k], factor * y[k]
        force_x[i] += pull_x
        force_y[i] += pull_y
        force_x[j] -= pull_x
        force_y[j] -= pull_y
        if len(axes) == 3:
            pull_z = factor * z[k]
            force_z[i] += pull_z
            force_z[j] -= pull_z


@leaf
def compute_forces(axes: tuple[int, ...], w: HMCWorkspace, count: int, p: Potential) -> None:
    """Compute the forces on the particles from the separations of the close pairs.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    w : HMCWorkspace
        Separations are read, forces written.
    count : int
        Number of close pairs.
    p : PairParameters or FormParameters
        The potential.
    """
    last = len(axes) - 1  # in two dimensions y is passed in place of z and is not used
    separation = (w.separation[X], w.separation[Y], w.separation[last])
    if len(axes) == 3:
        _scaled_squares(separation, w.inverse_square, w.force_over_distance, count)
        _pair_forces_3d(w.inverse_square, w.kinds, w.force_over_distance, count, p)
    else:
        _pair_forces_2d(w.separation[X], w.separation[Y], w.inverse_square, w.kinds, w.force_over_distance, count, p)
    force = (w.force[X], w.force[Y], w.force[last])
    _sum_forces(axes, force, (w.i, w.j), separation, w.force_over_distance, count)


@device
def _kick_and_drift_axis(
    position: Array,
    momentum: Array,
    force: Array,
    selection_position: Array,
    displacement_squared: Array,
    kick: float,
    time: float,
) -> None:
    """Advance one component of momenta and positions, and add its share to the squared displacements."""
    for n in range(position.shape[0]):
        momentum[n] += kick * force[n]
        position[n] += time * momentum[n]
        step = position[n] - selection_position[n]
        displacement_squared[n] += step * step


@leaf
def kick_and_drift(axes: tuple[int, ...], w: HMCWorkspace, kick: float, time: float) -> float:
    """Advance momenta, then positions; return the largest squared displacement since the close pairs were selected.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    w : HMCWorkspace
        Forces are read, momenta and positions advanced.
    kick : float
        Time during which the forces act on the momenta, in units of sqrt(m sigma^2 / epsilon).
    time : float
        Time during which the particles move.
    """
    for a in range(len(axes)):
        _kick_and_drift_axis(
            w.position[a], w.momentum[a], w.force[a], w.selection_position[a], w.displacement_squared, kick, time
        )
    largest = 0.0
    for n in range(w.displacement_squared.shape[0]):
        largest = max(largest, w.displacement_squared[n])
        w.displacement_squared[n] = 0.0
    return largest


@leaf
def begin_selection(axes: tuple[int, ...], w: HMCWorkspace, reference: Array) -> float:
    """Store the positions at which close pairs are selected.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    w : HMCWorkspace
        Positions are copied to the selection positions.
    reference : (N, 3) array
        Positions at which the list was built.

    Returns
    -------
    float
        Largest distance of a particle from its reference position.
    """
    largest = 0.0
    for n in range(w.displacement_squared.shape[0]):
        square = 0.0
        for a in axes:
            w.selection_position[a, n] = w.position[a, n]
            square += (w.position[a, n] - reference[n, a]) ** 2
        largest = max(largest, square)
    return np.sqrt(largest)


@leaf
def kinetic_energy(axes: tuple[int, ...], w: HMCWorkspace, kick: float) -> float:
    """Return the kinetic energy after a final kick, in units of epsilon.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    w : HMCWorkspace
        Momenta, which are not changed, and forces.
    kick : float
        Time during which the forces act.
    """
    total = 0.0
    for a in axes:
        for n in range(w.displacement_squared.shape[0]):
            total += 0.5 * (w.momentum[a, n] + kick * w.force[a, n]) ** 2
    return total


@leaf
def write_positions(axes: tuple[int, ...], w: HMCWorkspace, particles: Array) -> None:
    """Copy the positions of the trajectory to the particles.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    w : HMCWorkspace
        Positions are read.
    particles : (N, 4) array
        Receives the positions.
    """
    for n in range(w.displacement_squared.shape[0]):
        for a in axes:
            particles[n, a] = w.position[a, n]
