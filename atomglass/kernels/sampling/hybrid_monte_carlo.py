"""Hybrid Monte Carlo: a short piece of molecular dynamics of all particles, accepted or not as a whole.

Momenta are drawn anew (all masses 1), Hamilton's equations are integrated by a scheme that is reversible and keeps
volume in phase space, and the end is accepted with probability min(1, exp(-dH / T)): detailed balance is exact for
any time step (Duane, Kennedy, Pendleton and Roweth, Phys. Lett. B 195, 216 (1987)).

What makes it fast: pairs in flat arrays, without branches; forces in three loops (separations, slopes, sums), of which
the compiler turns the middle one, with the division, into vector instructions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.jit import device, kernel, leaf
from atomglass.kernels.pair_potential import pair_energy_slope
from atomglass.kernels.sampling.diameter_swap import exchange, find_contacts
from atomglass.kernels.sampling.displacement_swap import REBUILDS
from atomglass.kernels.sampling.flat_pair_list import (
    MARGIN,
    find_energies,
    find_pairs,
    find_separations,
    limit_squares,
    list_anew,
    renew,
    square_distances,
)
from atomglass.kernels.sampling.verlet_table import SIGMA, X, Y
from atomglass.kernels.xoshiro import uniform

# Counters, beside those of `swap`.
TRAJECTORIES, TRAJECTORIES_ACCEPTED = 5, 6
#: Square of how far a particle goes in half a step at most. A shorter limit would be one way only: what turns back from
#: the end meets it elsewhere, and detailed balance would not be exact.
FARTHEST = 1e12
#: lambda of the integrator: its error is least for it.
SHARE = 0.1931833275037836


class Schedule(NamedTuple):
    """Sweeps from one trajectory to the next, time steps of one, and their length."""

    every: int
    steps: int
    time_step: float


@leaf
def _draw_momenta(flat, temperature, generator):
    """Fill an array with normal numbers of variance T (Box and Muller), and return half the sum of their squares."""
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


@leaf
def _slopes(axes, x, y, z, inverse_square, slope, count, p):
    """Write phi'(r) / r of each pair."""
    for k in range(count):
        square = x[k] * x[k] + y[k] * y[k]
        if len(axes) == 3:
            square += z[k] * z[k]
        ratio = square * inverse_square[k]
        found = pair_energy_slope(ratio, p)[1]
        slope[k] = 2.0 * found * inverse_square[k] if ratio < p.cutoff_squared else 0.0


@device
def _sum(force, one, other, separation, slope, count):
    for i in range(force.shape[0]):
        force[i] = 0.0
    for k in range(count):
        pull = slope[k] * separation[k]
        force[one[k]] += pull
        force[other[k]] -= pull


@leaf
def _forces(axes, w, count, p):
    """Write the forces; the separations of the pairs are known."""
    _slopes(axes, w.separation[X], w.separation[Y], w.separation[len(axes) - 1], w.inverse_square, w.slope, count, p)
    for a in range(len(axes)):
        _sum(w.force[a], w.one, w.other, w.separation[a], w.slope, count)


@device
def _drift(place, momentum, force, start, gone, kick, time):
    for i in range(place.shape[0]):
        momentum[i] += kick * force[i]
        place[i] += time * momentum[i]
        step = place[i] - start[i]
        gone[i] += step * step


@leaf
def _advance(axes, w, kick, time):
    """Kick, then drift; return the largest square of how far a particle is from where the pairs were looked up."""
    for a in range(len(axes)):
        _drift(w.place[a], w.momentum[a], w.force[a], w.start[a], w.gone, kick, time)
    largest = 0.0
    for i in range(w.gone.shape[0]):
        largest = max(largest, w.gone[i])
        w.gone[i] = 0.0
    return largest


@leaf
def _straying(axes, w, reference):
    """Make the present places the start, and return how far particles are from their reference at most."""
    largest = 0.0
    for i in range(w.gone.shape[0]):
        square = 0.0
        for a in axes:
            w.start[a, i] = w.place[a, i]
            square += (w.place[a, i] - reference[i, a]) ** 2
        largest = max(largest, square)
    return np.sqrt(largest)


@leaf
def _kinetic(axes, w, kick):
    """Kinetic energy after a last kick."""
    total = 0.0
    for a in axes:
        for i in range(w.gone.shape[0]):
            total += 0.5 * (w.momentum[a, i] + kick * w.force[a, i]) ** 2
    return total


@leaf
def _take_places(axes, w, particles):
    for i in range(w.gone.shape[0]):
        for a in axes:
            particles[i, a] = w.place[a, i]


@kernel
def try_trajectory(
    axes, particles, reference, images, energies, w, cell, inverse, reach, skin, p, temperature, schedule, generator
):
    """Try one trajectory from `particles`, in place; return the list with its room, which may be new, and the verdict.

    Parameters are those of `run_sweeps`; the squared distances of the list's pairs are known at the start. The
    integrator is of second order, with two forces a step and the least error of its kind: kick lambda, drift 1/2, kick
    1 - 2 lambda, drift 1/2, kick lambda (Omelyan, Mryglod and Folk, Comput. Phys. Commun. 151, 272 (2003)).
    """
    before, before_images, renewed = particles.copy(), images.copy(), False
    hamiltonian = 0.5 * energies.sum() + _draw_momenta(w.momentum.reshape(-1), temperature, generator)
    allowance = -temperature * np.log(1.0 - uniform(generator))
    length, half, count, far = schedule.time_step, 0.5 * schedule.time_step, 0, np.inf
    limit_squares(w, p)
    for evaluation in range(2 * schedule.steps + 1):
        if evaluation > 0:
            kick = 2.0 * SHARE if evaluation % 2 else 1.0 - 2.0 * SHARE
            far = _advance(axes, w, (SHARE if evaluation == 1 else kick) * length, half)
            if not far <= FARTHEST:  # it flies apart, or forces are no numbers
                break
        if not far <= 0.25 * MARGIN * MARGIN:
            if 2.0 * _straying(axes, w, reference) + MARGIN > skin:
                _take_places(axes, w, particles)
                w = _moved(axes, w, list_anew(axes, particles, reference, images, cell, inverse, reach))
                limit_squares(w, p)
                renewed = True
            if evaluation > 0 or renewed:
                square_distances(axes, w)
            count = find_pairs(axes, w, p)
        find_separations(axes, w, count)
        _forces(axes, w, count, p)
    change = np.inf
    if far <= FARTHEST:
        change = find_energies(axes, w, count, p) + _kinetic(axes, w, SHARE * length) - hamiltonian
    if change <= allowance:
        _take_places(axes, w, particles)
        energies[:] = w.energy
        return w, True, renewed
    particles[:, :], images[:, :] = before, before_images
    if renewed:
        w = renew(axes, particles, reference, images, energies, cell, inverse, reach, p)
    else:
        for a in range(len(axes)):
            w.place[a] = particles[:, a]
    return w, False, renewed


@kernel
def _moved(axes, old, new):
    """Return room for a new list with the trajectory's state in it, at the wrapped places."""
    for a in range(len(axes)):
        new.start[a] = new.place[a]
        new.momentum[a] = old.momentum[a]
        new.force[a] = old.force[a]
    return new


@kernel
def run_sweeps(
    axes, particles, reference, images, energies, w, cell, inverse, reach, skin, p, temperature, schedule, begin,
    sweeps, generator, counters
):  # fmt: skip
    """Do sweeps of swaps, with a trajectory after each whose number (from `begin` on) is a multiple of `every`.

    Parameters
    ----------
    axes, particles, reference, images, energies, cell, inverse, reach, skin, p, generator
        See `atomglass.kernels.sampling.displacement_swap.run_moves`.
    w : Work
        The list of the reference positions, with the present places and diameters.
    temperature : float
        T.
    schedule : Schedule
        Of the trajectories.
    begin, sweeps : int
        Sweeps done before, and to do now; one is as many attempted swaps as there are particles.
    counters : (7,) int array
        As in `run_moves`, with trajectories tried and accepted besides; added to.
    """
    done, limit = 0, (reach - skin) ** 2
    while done < sweeps:
        square_distances(axes, w)
        find_contacts(w.first, w.second, w.squares, limit, w.contacts)
        block = min(sweeps - done, schedule.every - (begin + done) % schedule.every)
        exchange(w.contacts, energies, p, temperature, block * particles.shape[0], generator, counters)
        particles[:, SIGMA] = w.contacts.diameters
        done += block
        if (begin + done) % schedule.every == 0:
            w, accepted, renewed = try_trajectory(
                axes, particles, reference, images, energies, w, cell, inverse, reach, skin, p, temperature, schedule,
                generator,
            )  # fmt: skip
            counters[TRAJECTORIES] += 1
            counters[TRAJECTORIES_ACCEPTED] += accepted
            counters[REBUILDS] += renewed
    return w
