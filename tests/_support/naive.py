"""The slow twin of every kernel: loops and `math`, numpy for storage, written from the formulas.

Everything is derived in r, not in r^2 as in the package: the coefficients come from an exact linear system, neighbors
from all periodic images of all pairs, derivatives along a direction from those of |r + s v|. Equation numbers are those
of Kumar, Procaccia and Singh unless said otherwise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product

import numpy as np

Vector = list[float]


def falling(power: int, k: int) -> int:
    """power (power - 1) ... (power - k + 1): the factor of the k-th derivative of x^power."""
    return math.prod(power - m for m in range(k))


@dataclass(frozen=True)
class Model:
    """Eq. 10 with any exponent n, order q and cutoff x_c."""

    exponent: int
    order: int
    cutoff: float
    epsilon: float
    nonadditivity: float

    @classmethod
    def of(cls, potential) -> Model:
        """Take over the numbers that define a package potential, and nothing computed from them."""
        return cls(
            potential.exponent, potential.order, potential.cutoff, potential.epsilon, potential.nonadditivity
        )  # fmt: skip

    @cached_property
    def coefficients(self) -> list[float]:
        """c_0, c_2, ...: phi and q derivatives vanish at x_c. Solved in exact fractions by Gauss and Jordan."""
        x, n, q = Fraction(self.cutoff), self.exponent, self.order
        rows = [
            [falling(2 * l, k) * x ** (2 * l - k) for l in range(q + 1)] + [-falling(-n, k) * x ** (-n - k)]
            for k in range(q + 1)
        ]
        for column in range(q + 1):
            pivot = next(r for r in range(column, q + 1) if rows[r][column] != 0)
            rows[column], rows[pivot] = rows[pivot], rows[column]
            rows[column] = [value / rows[column][column] for value in rows[column]]
            for r in range(q + 1):
                if r != column:
                    factor = rows[r][column]
                    rows[r] = [a - factor * b for a, b in zip(rows[r], rows[column], strict=True)]
        return [float(row[-1]) for row in rows]

    def pair_diameter(self, a: float, b: float) -> float:
        """The non-additive rule of Eq. 10."""
        return (a + b) / 2 * (1 - self.nonadditivity * abs(a - b))

    def phi(self, r: float, sigma: float, derivative: int = 0) -> float:
        """phi(r) or one of its derivatives by r."""
        x, k = r / sigma, derivative
        if x >= self.cutoff:
            return 0.0
        terms = [falling(-self.exponent, k) * x ** (-self.exponent - k)]
        terms += [c * falling(2 * l, k) * x ** (2 * l - k) for l, c in enumerate(self.coefficients) if 2 * l >= k]
        return self.epsilon * math.fsum(terms) / sigma**k


@dataclass(frozen=True)
class Pair:
    """Two interacting particles: r_j - r_i in the image in which they interact, its length, and sigma_ij."""

    i: int
    j: int
    vector: Vector
    r: float
    sigma: float


def images(positions, cell, within: float) -> list[tuple[int, int, Vector, float]]:
    """All (i, j, r_j - r_i, distance) with i < j nearer than `within`, over the 3^d images of every pair.

    Complete where `within` is at most half the least height of the cell.
    """
    n, d = np.shape(positions)
    cell = np.asarray(cell)
    fractional = (np.asarray(positions) @ np.linalg.inv(cell)).tolist()
    place = np.asarray(positions).tolist()
    vectors = cell.tolist()
    found = []
    shifts = [
        [sum(s * vectors[k][m] for k, s in enumerate(steps)) for m in range(d)]
        for steps in product((-1, 0, 1), repeat=d)
    ]
    for i in range(n):
        for j in range(i + 1, n):
            # Particles may have left the box by any number of cells; after this they are within half a cell.
            away = [round(b - a) for a, b in zip(fractional[i], fractional[j], strict=True)]
            base = [
                place[j][m] - place[i][m] - sum(away[k] * vectors[k][m] for k in range(d)) for m in range(d)
            ]  # fmt: skip
            for shift in shifts:
                x = base[0] + shift[0]
                if -within < x < within:
                    y = base[1] + shift[1]
                    if -within < y < within:
                        vector = [b + s for b, s in zip(base, shift, strict=True)]
                        r = math.sqrt(sum(v * v for v in vector))
                        if r < within:
                            found.append((i, j, vector, r))
    return found


def pairs(positions, diameters, cell, model: Model) -> list[Pair]:
    """The interacting pairs."""
    sizes = np.asarray(diameters).tolist()
    found = []
    for i, j, vector, r in images(positions, cell, model.cutoff * max(sizes)):
        sigma = model.pair_diameter(sizes[i], sizes[j])
        if r < model.cutoff * sigma:
            found.append(Pair(i, j, vector, r, sigma))
    return found


def pairs_of(configuration, model: Model) -> list[Pair]:
    """The interacting pairs of a package configuration."""
    return pairs(configuration.positions, configuration.diameters, configuration.cell, model)


def energy(found: list[Pair], model: Model) -> float:
    """Total energy."""
    return math.fsum(model.phi(p.r, p.sigma) for p in found)


def forces(found: list[Pair], model: Model, n: int, d: int) -> np.ndarray:
    """-dU/dr_i, (N, d), each component summed exactly."""
    terms: list[list[list[float]]] = [[[] for _ in range(d)] for _ in range(n)]
    for p in found:
        slope = model.phi(p.r, p.sigma, 1)
        for a in range(d):
            terms[p.i][a].append(slope * p.vector[a] / p.r)
            terms[p.j][a].append(-slope * p.vector[a] / p.r)
    return np.array([[math.fsum(component) for component in particle] for particle in terms])


def surviving_bonds(before, after, model: Model, bonded: float, broken: float) -> float:
    """Share of the pairs within `bonded` sigma_ij that are within `broken` sigma_ij later; sigma_ij from before."""
    sizes, survive, total = before.diameters.tolist(), 0, 0
    later = {(i, j): r for i, j, _, r in images(after.positions, after.cell, broken * max(sizes))}
    for i, j, _, r in images(before.positions, before.cell, bonded * max(sizes)):
        sigma = model.pair_diameter(sizes[i], sizes[j])
        if r < bonded * sigma:
            total += 1
            survive += later.get((i, j), math.inf) < broken * sigma
    return survive / total


def hessian(found: list[Pair], model: Model, n: int, d: int) -> np.ndarray:
    """Eq. 2, dense: a pair's block is phi'' along the bond and phi'/r across it."""
    matrix = np.zeros((n * d, n * d))
    for p in found:
        along, across = model.phi(p.r, p.sigma, 2), model.phi(p.r, p.sigma, 1) / p.r
        unit = [v / p.r for v in p.vector]
        for a in range(d):
            for b in range(d):
                block = along * unit[a] * unit[b] + across * ((a == b) - unit[a] * unit[b])
                for row, column, sign in ((p.i, p.i, 1), (p.j, p.j, 1), (p.i, p.j, -1), (p.j, p.i, -1)):
                    matrix[row * d + a, column * d + b] += sign * block
    return matrix


def stiffness(found: list[Pair], model: Model, n: int, d: int) -> np.ndarray:
    """The Hessian without the pairs' tension, dense: phi'' - phi'/r along the bond where that is positive."""
    matrix = np.zeros((n * d, n * d))
    for p in found:
        along = max(0.0, model.phi(p.r, p.sigma, 2) - model.phi(p.r, p.sigma, 1) / p.r)
        bond = np.zeros(n * d)
        for a in range(d):
            bond[p.i * d + a], bond[p.j * d + a] = -p.vector[a] / p.r, p.vector[a] / p.r
        matrix += along * np.outer(bond, bond)
    return matrix


def interpolation(positions, cell, counts) -> np.ndarray:
    """Weights (N, nodes) of a periodic grid's nodes, linear along each cell vector; the last axis runs fastest."""
    weights = np.zeros((len(positions), *counts))
    for i, place in enumerate(np.asarray(positions) @ np.linalg.inv(cell)):
        for node in product(*(range(c) for c in counts)):
            weight = 1.0
            for f, c, k in zip(place, counts, node, strict=True):
                away = (f * c - k) % c
                weight *= max(0.0, 1.0 - min(away, c - away))
            weights[(i, *node)] = weight
    return weights.reshape(len(positions), -1)


def moments(found: list[Pair], model: Model, direction) -> tuple[float, float, float]:
    """b2, b3, b4 of Eq. 12 from the derivatives of |r + s v| by s at s = 0 (the chain rule to fourth order)."""
    psi = np.asarray(direction).tolist()
    second, third, fourth = [], [], []
    for p in found:
        v = [b - a for a, b in zip(psi[p.i], psi[p.j], strict=True)]
        f1, f2, f3, f4 = (model.phi(p.r, p.sigma, k) for k in (1, 2, 3, 4))
        u = sum(a * b for a, b in zip(p.vector, v, strict=True)) / p.r
        # |v|^2 - u^2, without the cancellation: the part of v across the bond.
        w = sum((b - u * a / p.r) ** 2 for a, b in zip(p.vector, v, strict=True))
        r2, r3, r4 = w / p.r, -3 * u * w / p.r**2, (12 * u * u * w - 3 * w * w) / p.r**3
        second.append(f2 * u**2 + f1 * r2)
        third.append(f3 * u**3 + 3 * f2 * u * r2 + f1 * r3)
        fourth.append(f4 * u**4 + 6 * f3 * u * u * r2 + f2 * (4 * u * r3 + 3 * r2 * r2) + f1 * r4)
    return math.fsum(second), math.fsum(third), math.fsum(fourth)


def tensor_moments(found: list[Pair], model: Model, direction) -> tuple[float, float]:
    """b3 and b4 by contracting every element of the third- and fourth-rank tensors, particle by particle."""
    psi = np.asarray(direction).tolist()
    d = len(psi[0])
    third, fourth = [], []
    for p in found:
        f1, f2, f3, f4 = (model.phi(p.r, p.sigma, k) for k in (1, 2, 3, 4))
        x, r = p.vector, p.r
        # Powers of the operator (1/r) d/dr on phi.
        d2 = (f2 - f1 / r) / r**2
        d3 = (f3 - 3 * f2 / r + 3 * f1 / r**2) / r**3
        d4 = (f4 - 6 * f3 / r + 15 * f2 / r**2 - 15 * f1 / r**3) / r**4
        ends = ((p.i, -1.0), (p.j, 1.0))
        for a, b, c in product(range(d), repeat=3):
            tensor = d3 * x[a] * x[b] * x[c] + d2 * ((a == b) * x[c] + (a == c) * x[b] + (b == c) * x[a])
            for (i, si), (j, sj), (k, sk) in product(ends, repeat=3):
                third.append(tensor * si * sj * sk * psi[i][a] * psi[j][b] * psi[k][c])
        for a, b, c, e in product(range(d), repeat=4):
            mixed = (
                (a == b) * x[c] * x[e] + (a == c) * x[b] * x[e] + (a == e) * x[b] * x[c]
                + (b == c) * x[a] * x[e] + (b == e) * x[a] * x[c] + (c == e) * x[a] * x[b]
            )  # fmt: skip
            double = (a == b) * (c == e) + (a == c) * (b == e) + (a == e) * (b == c)
            tensor = d4 * x[a] * x[b] * x[c] * x[e] + d3 * mixed + d2 * double
            for (i, si), (j, sj), (k, sk), (m, sm) in product(ends, repeat=4):
                fourth.append(tensor * si * sj * sk * sm * psi[i][a] * psi[j][b] * psi[k][c] * psi[m][e])
    return math.fsum(third), math.fsum(fourth)


def rattlers(found: list[Pair], n: int, d: int) -> list[bool]:
    """Particles with fewer than d + 1 contacts, taken out one after another until none is left."""
    contacts: list[set[int]] = [set() for _ in range(n)]
    for p in found:
        contacts[p.i].add(p.j)
        contacts[p.j].add(p.i)
    loose = [False] * n
    while True:
        next_one = next((i for i in range(n) if not loose[i] and len(contacts[i]) < d + 1), None)
        if next_one is None:
            return loose
        loose[next_one] = True
        for other in contacts[next_one]:
            contacts[other].discard(next_one)


def participation_ratio(direction) -> float:
    """Eq. 11 with its sum over particles."""
    squares = [sum(component**2 for component in row) for row in np.asarray(direction).tolist()]
    return sum(squares) ** 2 / (len(squares) * sum(s * s for s in squares))


def strain_derivatives(found: list[Pair], model: Model, strain, n: int) -> tuple[float, float, np.ndarray]:
    """dU/dgamma, d2U/dgamma2 and d2U/dgamma dr_i under r -> exp(gamma S) r."""
    s = np.asarray(strain, dtype=float)
    d = len(s)
    first, second, mixed = [], [], np.zeros((n, d))
    for p in found:
        x = np.array(p.vector)
        moved, again = s @ x, s @ s @ x
        f1, f2 = model.phi(p.r, p.sigma, 1), model.phi(p.r, p.sigma, 2)
        rate = float(x @ moved) / p.r
        curvature = (float(moved @ moved) + float(x @ again) - rate**2) / p.r
        first.append(f1 * rate)
        second.append(f2 * rate**2 + f1 * curvature)
        pull = (f2 / p.r - f1 / p.r**2) * rate * x + f1 / p.r * moved
        mixed[p.j] += pull
        mixed[p.i] -= pull
    return math.fsum(first), math.fsum(second), mixed


def relaxed_curvature(found: list[Pair], model: Model, strain, n: int) -> float:
    """d2U/dgamma2 with all particles relaxing: the Born part less the non-affine one, by the dense pseudo-inverse."""
    _, born, mixed = strain_derivatives(found, model, strain, n)
    d = len(np.asarray(strain))
    push = mixed.ravel()
    return born - float(push @ np.linalg.pinv(hessian(found, model, n, d), rcond=1e-10, hermitian=True) @ push)


class Xoshiro:
    """xoshiro256** on Python's integers (Blackman and Vigna, ACM Trans. Math. Softw. 47, 36 (2021))."""

    def __init__(self, state) -> None:
        self.state = [int(word) for word in state]

    def bits(self) -> int:
        """The next 64 bits."""
        full = 2**64 - 1
        s0, s1, s2, s3 = self.state
        result = (_rotate(s1 * 5 & full, 7) * 9) & full
        s2, s3 = s2 ^ s0, s3 ^ s1
        self.state = [s0 ^ s3, s1 ^ s2, s2 ^ (s1 << 17 & full), _rotate(s3, 45)]
        return result

    def uniform(self) -> float:
        """A multiple of 2^-53 in [0, 1)."""
        return (self.bits() >> 11) / 2**53


def _rotate(word: int, by: int) -> int:
    return ((word << by) | (word >> (64 - by))) & (2**64 - 1)


class SwapTwin:
    """Swap Monte Carlo with the total energy summed anew at every trial; no list, no early rejection.

    It reads its random numbers in this order. First one that decides the kind of move. Displacement: the particle, one
    for each axis, one for the acceptance. Swap: the two particles, one for the acceptance (read also when they are the
    same, which is no attempt).
    """

    def __init__(self, positions, diameters, cell, model, temperature, swap_fraction, max_displacement, state) -> None:
        self.positions = np.array(positions, dtype=float)
        self.diameters = np.array(diameters, dtype=float)
        self.cell, self.model, self.temperature = np.array(cell), model, temperature
        self.swap_fraction, self.max_displacement = swap_fraction, max_displacement
        self.random = Xoshiro(state)
        self.energy = self._energy(self.positions, self.diameters)
        self.attempted, self.accepted = {"displacement": 0, "swap": 0}, {"displacement": 0, "swap": 0}

    def move(self) -> bool:
        """One attempted move; whether it was accepted."""
        if self.random.uniform() < self.swap_fraction:
            return self.swap()
        n, d = self.positions.shape
        positions = self.positions.copy()
        i = int(self.random.uniform() * n)
        for k in range(d):
            positions[i, k] += self.max_displacement * (2 * self.random.uniform() - 1)
        return self._judge("displacement", positions, self.diameters, self.random.uniform())

    def swap(self) -> bool:
        """One attempted swap of the diameters of two random particles; whether it was accepted."""
        n, diameters = len(self.diameters), self.diameters.copy()
        i, j = int(self.random.uniform() * n), int(self.random.uniform() * n)
        threshold = self.random.uniform()
        if i == j:
            return False
        diameters[i], diameters[j] = diameters[j], diameters[i]
        return self._judge("swap", self.positions, diameters, threshold)

    def similar_swap(self, window: float) -> bool:
        """One attempted swap of two diameters that differ by no more than `window`; whether it was accepted.

        Random numbers: the rank of the smaller diameter, the choice of the larger one, one for the acceptance (read
        also when no diameter is within the window, which is no attempt).
        """
        n, diameters = len(self.diameters), self.diameters.copy()
        low, choice, threshold = int(self.random.uniform() * n), self.random.uniform(), self.random.uniform()
        ranked = np.argsort(diameters, kind="stable")
        partners = [k for k in ranked[low + 1 :] if diameters[k] <= diameters[ranked[low]] + window]
        if not partners:
            return False
        i, j = ranked[low], partners[int(choice * len(partners))]
        diameters[i], diameters[j] = diameters[j], diameters[i]
        return self._judge("swap", self.positions, diameters, threshold)

    def _judge(self, kind: str, positions, diameters, threshold: float) -> bool:
        self.attempted[kind] += 1
        energy = self._energy(positions, diameters)
        if 1 - threshold > math.exp(min(0.0, -(energy - self.energy) / self.temperature)):
            return False
        self.accepted[kind] += 1
        self.positions, self.diameters, self.energy = positions, diameters, energy
        return True

    def trajectory(self, steps: int, time_step: float) -> bool:
        """Molecular dynamics of all particles, of mass 1; whether its end was accepted.

        Random numbers: two for every two momenta (all of x, then all of y, ...), one for the acceptance.
        """
        n, d = self.positions.shape
        flat = []
        while len(flat) < n * d:
            length = math.sqrt(-2 * self.temperature * math.log(1 - self.random.uniform()))
            angle = 2 * math.pi * self.random.uniform()
            flat += [length * math.cos(angle), length * math.sin(angle)]
        momenta = np.array(flat[: n * d]).reshape(d, n).T
        threshold = self.random.uniform()
        before = self.energy + math.fsum((momenta**2).ravel()) / 2
        positions, share = self.positions.copy(), 0.1931833275037836

        def kick(part: float) -> None:
            found = pairs(positions, self.diameters, self.cell, self.model)
            momenta[:] += part * time_step * forces(found, self.model, n, d)

        for _ in range(steps):
            kick(share)
            positions += time_step / 2 * momenta
            kick(1 - 2 * share)
            positions += time_step / 2 * momenta
            kick(share)
        energy = self._energy(positions, self.diameters)
        after = energy + math.fsum((momenta**2).ravel()) / 2
        if 1 - threshold > math.exp(min(0.0, -(after - before) / self.temperature)):
            return False
        self.positions, self.energy = positions, energy
        return True

    def _energy(self, positions, diameters) -> float:
        return energy(pairs(positions, diameters, self.cell, self.model), self.model)


def steepest_descent(
    configuration, model: Model, tolerance: float, step: float, longest: float = 0.01, held=()
) -> np.ndarray:
    """Positions after small steps down the gradient until every force, but on those held, is at most `tolerance`."""
    positions = np.array(configuration.positions)
    n, d = positions.shape
    while True:
        found = pairs(positions, configuration.diameters, configuration.cell, model)
        push = forces(found, model, n, d)
        push[list(held)] = 0.0
        largest = float(np.sqrt((push**2).sum(axis=1)).max())
        if largest <= tolerance:
            return positions
        positions += min(step, longest / largest) * push


def stiffness_bound(found: list[Pair], model: Model, n: int) -> float:
    """Twice the largest sum of phi'' over the pairs of one particle: no eigenvalue of the Hessian is larger."""
    sums = [0.0] * n
    for p in found:
        bend = max(model.phi(p.r, p.sigma, 2), 0.0)
        sums[p.i] += bend
        sums[p.j] += bend
    return 2 * max(sums)


class Descent:
    """The state that the two slow minimizers move: positions, forces, energy, and the stiffness of now and then."""

    def __init__(self, configuration, model: Model) -> None:
        self.model, self.configuration = model, configuration
        self.positions = np.array(configuration.positions)
        self.moves = 0
        self.go(np.zeros_like(self.positions))

    def go(self, move) -> None:
        """Move, and look at the forces there."""
        self.positions = self.positions + move
        n, d = self.positions.shape
        self.found = pairs(self.positions, self.configuration.diameters, self.configuration.cell, self.model)
        self.energy, self.forces = energy(self.found, self.model), forces(self.found, self.model, n, d)

    def stiffness(self) -> float:
        """Its bound, anew in every tenth move."""
        if self.moves % 10 == 0:
            self._stiffness = stiffness_bound(self.found, self.model, len(self.positions))
        return self._stiffness


def longest(vectors) -> float:
    """The greatest length of the rows."""
    return max(math.sqrt(sum(x * x for x in row)) for row in np.asarray(vectors).tolist())


def gradient_steps(
    configuration, model: Model, steps: int, longest_step: float, stale: float = 0.0
) -> tuple[np.ndarray, list[float]]:
    """Positions after steps r += h F, and the energies: h is half the inverse stiffness bound, or less.

    With `stale` a bound that was found earlier and holds no longer, for the first nine steps.
    """
    state = Descent(configuration, model)
    if stale:
        state.moves, state._stiffness = 1, stale
    energies = [state.energy]
    for _ in range(steps):
        h = min(0.5 / state.stiffness(), longest_step / longest(state.forces))
        state.moves += 1
        push, before = state.forces, state.positions
        state.go(h * push)
        while state.energy > energies[-1]:
            h /= 2
            state.positions = before
            state.go(h * push)
        energies.append(state.energy)
    return state.positions, energies


def fire(configuration, model: Model, steps: int, longest_step: float) -> tuple[np.ndarray, int]:
    """Positions after steps of FIRE 2.0, and how often it turned; settings of Guenole et al., Table 1, mass 1.

    The longest time step is the inverse square root of the stiffness bound, the first a tenth of it.
    """
    state = Descent(configuration, model)
    velocity, mixing, downhill, turns = np.zeros_like(state.positions), 0.25, 0, 0
    time = 0.1 / math.sqrt(state.stiffness())
    for _ in range(steps):
        most = 1 / math.sqrt(state.stiffness())
        state.moves += 1
        back = np.zeros_like(velocity)
        if (velocity * state.forces).sum() > 0:
            downhill += 1
            if downhill > 20:
                time, mixing = min(1.1 * time, most), 0.99 * mixing
        else:
            turns += 1
            downhill, mixing = 0, 0.25
            if state.moves > 20:
                time = max(0.5 * time, 0.002 * most)
            if velocity.any():
                back = -0.5 * velocity * min(time, longest_step / longest(velocity))
            velocity = np.zeros_like(velocity)
        h = min(time, most)
        velocity = velocity + h * state.forces
        lengths = math.sqrt((velocity**2).sum() / (state.forces**2).sum())
        velocity = (1 - mixing) * velocity + mixing * lengths * state.forces
        state.go(back + velocity * min(h, longest_step / longest(velocity)))
    return state.positions, turns
