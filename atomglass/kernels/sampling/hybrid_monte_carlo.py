"""Hybrid Monte Carlo: a short trajectory of molecular dynamics of all particles, accepted or rejected as a whole.

Momenta are drawn from the Maxwell distribution (all masses are 1), Hamilton's equations are integrated by a scheme that
is reversible and preserves phase-space volume, and the end point is accepted with probability min(1, exp(-dH / T)).
Detailed balance is exact for any time step (Duane, Kennedy, Pendleton and Roweth, Phys. Lett. B 195, 216 (1987)).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels.jit import kernel, leaf
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.sampling.diameter_swap import find_candidates, swap_diameters
from atomglass.kernels.sampling.flat_pair_list import (
    MARGIN,
    HMCWorkspace,
    compute_energies,
    compute_limits,
    compute_separations,
    compute_squares,
    rebuild_list,
    rebuild_list_and_energies,
    select_close_pairs,
)
from atomglass.kernels.sampling.records import (
    REBUILDS,
    TRAJECTORIES,
    TRAJECTORIES_ACCEPTED,
    ChainState,
    ListGeometry,
)
from atomglass.kernels.sampling.trajectory import (
    begin_selection,
    compute_forces,
    kick_and_drift,
    kinetic_energy,
    write_positions,
)
from atomglass.kernels.sampling.verlet_table import LABEL
from atomglass.kernels.xoshiro import uniform
from atomglass.types import Array, IntArray

#: Squared displacement in one step above which a trajectory counts as divergent and is rejected. A limit that stable
#: trajectories could reach would break reversibility: the reversed trajectory would reach it at another step.
DIVERGENCE_SQUARED = 1e12
#: Parameter lambda of the second-order integrator, which minimizes its error ("minimum norm"): Omelyan, Mryglod and
#: Folk, Comput. Phys. Commun. 151, 272 (2003).
MINIMUM_NORM_LAMBDA = 0.1931833275037836


class HMCParameters(NamedTuple):
    """Parameters of hybrid Monte Carlo.

    Attributes
    ----------
    temperature : float
        T, in units of epsilon.
    every : int
        Number of sweeps of swaps from one trajectory to the next.
    steps : int
        Number of time steps in a trajectory.
    time_step : float
        Length of a step, in units of sqrt(m sigma^2 / epsilon).
    pair : PairParameters or FormParameters
        The potential.
    """

    temperature: float
    every: int
    steps: int
    time_step: float
    pair: Potential


@leaf
def _draw_momenta(flat: Array, temperature: float, generator: NDArray[np.uint64]) -> float:
    """Fill an array with normal deviates of variance T (Box and Muller); return half the sum of their squares."""
    kinetic = 0.0
    for k in range(0, flat.shape[0], 2):
        length = np.sqrt(-2.0 * temperature * np.log(1.0 - uniform(generator)))
        angle = 2.0 * np.pi * uniform(generator)
        flat[k] = length * np.cos(angle)
        kinetic += 0.5 * flat[k] * flat[k]
        if k + 1 < flat.shape[0]:
            flat[k + 1] = length * np.sin(angle)
            kinetic += 0.5 * flat[k + 1] * flat[k + 1]
    return kinetic


@kernel
def _with_state_of(axes: tuple[int, ...], new: HMCWorkspace, old: HMCWorkspace) -> HMCWorkspace:
    """Copy the state of a trajectory to a workspace with a new list and newly wrapped positions."""
    for a in range(len(axes)):
        new.selection_position[a] = new.position[a]
        new.momentum[a] = old.momentum[a]
        new.force[a] = old.force[a]
    return new


@kernel
def hmc_step(
    axes: tuple[int, ...], chain: ChainState, w: HMCWorkspace, geometry: ListGeometry, parameters: HMCParameters
) -> tuple[HMCWorkspace, bool, bool]:
    """Attempt one trajectory in place.

    The integrator is of second order, with two force evaluations per step and the smallest error for that number: kick
    lambda, drift 1/2, kick 1 - 2 lambda, drift 1/2, kick lambda (Omelyan, Mryglod and Folk, Comput. Phys. Commun. 151,
    272 (2003)). The last kick of a step and the first kick of the next are merged.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2).
    chain : ChainState
        The particles.
    w : HMCWorkspace
        Workspace with the list built at the reference positions, and with the squared distances of its pairs at the
        current positions.
    geometry : ListGeometry
        Cell and range of the list.
    parameters : HMCParameters
        Temperature, number and length of the steps, potential.

    Returns
    -------
    w : HMCWorkspace
        The workspace, which may be a new one.
    accepted, rebuilt : bool
        Whether the trajectory was accepted, and whether the list was rebuilt.
    """
    temperature, p, particles = parameters.temperature, parameters.pair, chain.particles
    before, images_before, rebuilt = particles.copy(), chain.images.copy(), False
    hamiltonian = 0.5 * chain.energies.sum() + _draw_momenta(w.momentum.reshape(-1), temperature, chain.generator)
    allowance = -temperature * np.log(1.0 - uniform(chain.generator))
    dt, half, count, moved = parameters.time_step, 0.5 * parameters.time_step, np.int64(0), np.inf
    compute_limits(w, p)
    for evaluation in range(2 * parameters.steps + 1):
        if evaluation > 0:
            kick = 2.0 * MINIMUM_NORM_LAMBDA if evaluation % 2 else 1.0 - 2.0 * MINIMUM_NORM_LAMBDA
            moved = kick_and_drift(axes, w, (MINIMUM_NORM_LAMBDA if evaluation == 1 else kick) * dt, half)
            if not moved <= DIVERGENCE_SQUARED:  # also true of NaN
                break
        if not moved <= 0.25 * MARGIN * MARGIN:
            if 2.0 * begin_selection(axes, w, chain.reference) + MARGIN > geometry.skin:
                write_positions(axes, w, particles)
                w = _with_state_of(axes, rebuild_list(axes, chain, geometry), w)
                compute_limits(w, p)
                rebuilt = True
            if evaluation > 0 or rebuilt:
                compute_squares(axes, w)
            count = np.int64(select_close_pairs(axes, w, p))
        compute_separations(axes, w, count)
        compute_forces(axes, w, count, p)
    change = np.inf
    if moved <= DIVERGENCE_SQUARED:
        change = compute_energies(axes, w, count, p) + kinetic_energy(axes, w, MINIMUM_NORM_LAMBDA * dt) - hamiltonian
    if change <= allowance:
        write_positions(axes, w, particles)
        chain.energies[:] = w.energy
        return w, True, rebuilt
    particles[:, :], chain.images[:, :] = before, images_before
    if rebuilt:
        w = rebuild_list_and_energies(axes, chain, geometry, p)
    else:
        for a in range(len(axes)):
            w.position[a] = particles[:, a]
    return w, False, rebuilt


@kernel
def run_sweeps(
    axes: tuple[int, ...],
    chain: ChainState,
    w: HMCWorkspace,
    geometry: ListGeometry,
    parameters: HMCParameters,
    first: int,
    sweeps: int,
    counters: IntArray,
) -> HMCWorkspace:
    """Run sweeps of N attempted swaps each; a trajectory follows each sweep whose number is a multiple of `every`.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2); kernels are compiled for each dimension.
    chain : ChainState
        The particles in the state after the previous sweeps.
    w : HMCWorkspace
        Workspace with the list built at the reference positions, and with the current positions and diameters.
    geometry : ListGeometry
        Cell and range of the list.
    parameters : HMCParameters
        Temperature, interval and integration of the trajectories, potential.
    first : int
        Number of sweeps done before.
    sweeps : int
        Number of sweeps to run.
    counters : (7,) int array
        Incremented by the attempted and accepted swaps and trajectories, and by the trajectories that rebuilt the list.

    Returns
    -------
    HMCWorkspace
        The workspace, which may be a new one.
    """
    done, limit, every = 0, (geometry.list_cutoff - geometry.skin) ** 2, parameters.every
    while done < sweeps:
        if not w.candidates.current[0]:
            compute_squares(axes, w)
            find_candidates(w.first, w.second, w.squares, limit, w.candidates)
        block = min(sweeps - done, every - (first + done) % every)
        swaps = block * chain.particles.shape[0]
        swap_diameters(w.candidates, chain, parameters.pair, parameters.temperature, swaps, counters)
        chain.particles[:, LABEL] = w.candidates.labels
        done += block
        if (first + done) % every == 0:
            w, accepted, rebuilt = hmc_step(axes, chain, w, geometry, parameters)
            w.candidates.current[0] = False
            counters[TRAJECTORIES] += 1
            counters[TRAJECTORIES_ACCEPTED] += accepted
            counters[REBUILDS] += rebuilt
    return w
