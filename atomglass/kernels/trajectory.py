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

from atomglass.kernels.compile import device, kernel, leaf
from atomglass.kernels.pair import pair_diameter, pair_energy, pair_energy_slope
from atomglass.kernels.random import uniform
from atomglass.kernels.swap import REBUILDS, renew, run_moves
from atomglass.kernels.vicinity import SIGMA, X, Y, Z, move_to

# Counters, beside those of `swap`.
TRAJECTORIES, TRAJECTORIES_ACCEPTED = 5, 6
#: Pairs are kept up to this far beyond their cutoff, and looked up anew when a particle has gone half of it.
MARGIN = 0.3
#: lambda of the integrator: its error is least for it.
SHARE = 0.1931833275037836


class Schedule(NamedTuple):
    """Sweeps from one trajectory to the next, time steps of one, and their length."""

    every: int
    steps: int
    time_step: float


class Work(NamedTuple):
    """What a trajectory needs in memory, for as long as one neighbour list holds.

    Attributes
    ----------
    first, second : (C,) arrays
        Pairs of the neighbour list, each once.
    image : (d, C) array
        Shift of the second's periodic image.
    kept : (C + 1,) array
        Which of them are near now.
    place, momentum, force, start : (d, N) arrays
        The particles, and where they were when the pairs were looked up.
    gone, energy : (N,) arrays
        Squares of how far they went since then; their energies at the end.
    one, other : (M,) arrays
        Pairs, each once.
    shift, separation : (d, M) arrays
        Of their image, and r_other + shift - r_one.
    inverse_square, slope : (M,) arrays
        1 / sigma_ij^2, and dphi/dr divided by r.
    """

    first: np.ndarray
    second: np.ndarray
    image: np.ndarray
    kept: np.ndarray
    place: np.ndarray
    momentum: np.ndarray
    force: np.ndarray
    start: np.ndarray
    gone: np.ndarray
    energy: np.ndarray
    one: np.ndarray
    other: np.ndarray
    shift: np.ndarray
    separation: np.ndarray
    inverse_square: np.ndarray
    slope: np.ndarray


@kernel
def work_for(axes, v):
    """Return room for the particles and pairs of a neighbour list, with its pairs listed."""
    d, n, count = len(axes), v.stops.shape[0], 0
    most = v.neighbours.shape[0]
    first, second, image = np.empty(most, np.uint32), np.empty(most, np.uint32), np.empty((d, most))
    for i in range(n):
        for k in range(v.first[i], v.first[i + 1]):
            row = np.int64(v.neighbours[k])
            if v.owner[row] > i and row != v.table.shape[0] - 1:
                first[count], second[count] = i, v.owner[row]
                for a in range(d):
                    image[a, count] = v.shift[row - n, a] if row >= n else 0.0
                count += 1
    return Work(
        first[:count].copy(), second[:count].copy(), image[:, :count].copy(), np.empty(count + 1, np.uint32),
        np.empty((d, n)), np.empty((d, n)), np.empty((d, n)), np.empty((d, n)), np.zeros(n), np.empty(n),
        np.empty(count, np.uint32), np.empty(count, np.uint32), np.empty((d, count)), np.empty((d, count)),
        np.empty(count), np.empty(count),
    )  # fmt: skip


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
def _find_pairs(axes, v, w, p):
    """Write the pairs that are within their cutoff plus the margin; return how many."""
    count, root = np.int64(0), np.sqrt(p.cutoff_squared)
    x, y, z = w.place[X], w.place[Y], w.place[len(axes) - 1]
    for k in range(w.first.shape[0]):
        i, j = w.first[k], w.second[k]
        dx, dy = x[j] - x[i] + w.image[X, k], y[j] - y[i] + w.image[Y, k]
        square = dx * dx + dy * dy
        if len(axes) == 3:
            dz = z[j] - z[i] + w.image[Z, k]
            square += dz * dz
        limit = root * pair_diameter(v.table[i, SIGMA], v.table[j, SIGMA], p.nonadditivity) + MARGIN
        w.kept[count] = k  # always, and kept by going on to the next place: no branch that nobody can predict
        count += np.int64(square < limit * limit)
    for t in range(count):
        k = w.kept[t]
        i, j = w.first[k], w.second[k]
        pair = pair_diameter(v.table[i, SIGMA], v.table[j, SIGMA], p.nonadditivity)
        w.one[t], w.other[t], w.inverse_square[t] = i, j, 1.0 / (pair * pair)
        for a in range(len(axes)):
            w.shift[a, t] = w.image[a, k]
    return count


@device
def _separate(place, one, other, shift, out, count):
    for k in range(count):
        out[k] = place[other[k]] - place[one[k]] + shift[k]


@leaf
def _separations(axes, w, count):
    for a in range(len(axes)):
        _separate(w.place[a], w.one, w.other, w.shift[a], w.separation[a], count)


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


@leaf
def _energies(axes, w, count, p):
    """Write the energies of the particles and return the total."""
    w.energy[:] = 0.0
    total = 0.0
    for k in range(count):
        square = 0.0
        for a in axes:
            square += w.separation[a, k] * w.separation[a, k]
        ratio = square * w.inverse_square[k]
        phi = pair_energy(ratio, 1.0 / ratio, p)
        phi = phi if ratio < p.cutoff_squared else 0.0
        w.energy[w.one[k]] += phi
        w.energy[w.other[k]] += phi
        total += phi
    return total


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
    axes, particles, reference, images, energies, v, w, cell, inverse, reach, skin, p, temperature, schedule, generator
):
    """Try one trajectory from `particles`, in place; return the list and its room, which may be new, and the verdict.

    Parameters are those of `atomglass.kernels.swap.run_moves`. The integrator is of second order,
    with two forces a step and the least error of its kind: kick lambda, drift 1/2, kick 1 - 2 lambda, drift 1/2, kick
    lambda (Omelyan, Mryglod and Folk, Comput. Phys. Commun. 151, 272 (2003)).
    """
    before, before_images, renewed = particles.copy(), images.copy(), False
    for a in range(len(axes)):
        w.place[a] = particles[:, a]
    hamiltonian = 0.5 * energies.sum() + _draw_momenta(w.momentum.reshape(-1), temperature, generator)
    allowance = -temperature * np.log(1.0 - uniform(generator))
    length, half, count, far = schedule.time_step, 0.5 * schedule.time_step, 0, np.inf
    for evaluation in range(2 * schedule.steps + 1):
        if evaluation > 0:
            kick = 2.0 * SHARE if evaluation % 2 else 1.0 - 2.0 * SHARE
            far = _advance(axes, w, (SHARE if evaluation == 1 else kick) * length, half)
            if not far <= skin * skin:  # so fast that it has gained far more energy than could be accepted
                break
        if not far <= 0.25 * MARGIN * MARGIN:
            if 2.0 * _straying(axes, w, reference) + MARGIN > skin:
                _take_places(axes, w, particles)
                v = renew(axes, particles, reference, images, energies, cell, inverse, reach, p)
                w = _moved(axes, w, work_for(axes, v), particles)
                renewed = True
            count = _find_pairs(axes, v, w, p)
        _separations(axes, w, count)
        _forces(axes, w, count, p)
    change = np.inf
    if far <= skin * skin:
        change = _energies(axes, w, count, p) + _kinetic(axes, w, SHARE * length) - hamiltonian
    if change <= allowance:
        _take_places(axes, w, particles)
        for i in range(particles.shape[0]):
            move_to(v, i, particles[i, X], particles[i, Y], particles[i, Z])
        energies[:] = w.energy
        return v, w, True, renewed
    if renewed:
        particles[:, :], images[:, :] = before, before_images
        v = renew(axes, particles, reference, images, energies, cell, inverse, reach, p)
        w = work_for(axes, v)
    return v, w, False, renewed


@kernel
def _moved(axes, old, new, particles):
    """Return room for a new list with the trajectory's state in it, at the wrapped places."""
    for a in range(len(axes)):
        new.place[a] = particles[:, a]
        new.start[a] = particles[:, a]
        new.momentum[a] = old.momentum[a]
        new.force[a] = old.force[a]
    return new


@kernel
def run_sweeps(
    axes, particles, reference, images, energies, v, cell, inverse, reach, skin, p, rules, schedule, begin, sweeps,
    generator, counters
):  # fmt: skip
    """Do sweeps of moves, with a trajectory after each whose number (from `begin` on) is a multiple of `every`.

    Parameters are those of `atomglass.kernels.swap.run_moves`; `counters` has two more places. Returns the list.
    """
    done, w = 0, work_for(axes, v)
    while done < sweeps:
        rebuilds = counters[REBUILDS]
        block = min(sweeps - done, schedule.every - (begin + done) % schedule.every)
        v = run_moves(
            axes, particles, reference, images, energies, v, cell, inverse, reach, skin, p, rules,
            block * particles.shape[0], generator, counters,
        )  # fmt: skip
        done += block
        if (begin + done) % schedule.every == 0:
            if counters[REBUILDS] > rebuilds:
                w = work_for(axes, v)
            v, w, accepted, renewed = try_trajectory(
                axes, particles, reference, images, energies, v, w, cell, inverse, reach, skin, p,
                rules.temperature, schedule, generator,
            )  # fmt: skip
            counters[TRAJECTORIES] += 1
            counters[TRAJECTORIES_ACCEPTED] += accepted
            counters[REBUILDS] += renewed
    return v
