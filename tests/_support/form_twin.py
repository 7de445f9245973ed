"""The slow twin of pair potentials by form: energies with fifty digits, derivatives by numerical Taylor series.

Every form is written by hand as a function of r, epsilon and sigma. Smoothing coefficients come from a linear system
for the derivatives by r, which are numerical. Nothing is shared with the package but the numbers that define a model.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import mpmath as mp
import numpy as np

mp.mp.dps = 50

#: The forms by hand: energy in units of epsilon as a function of x = r / sigma.
FORMS: dict[str, Callable[..., mp.mpf]] = {
    "inverse_power": lambda x, s: x ** (-int(s)),
    "lennard_jones": lambda x, s: 4 * (x**-12 - x**-6),
    "wca": lambda x, s: 4 * (x**-12 - x**-6),
    "hertz": lambda x, s: (1 - x) ** mp.mpf(2.5) / mp.mpf(2.5),
    "harmonic": lambda x, s: (1 - x) ** 2 / 2,
    "yukawa": lambda x, s: mp.exp(-mp.mpf(s) * (x - 1)) / x,
    "formula": lambda x, s: mp.tanh(1 / x**2) + mp.log(1 + x) - mp.sqrt(x) / 3,
}
#: The text of the formula above.
FORMULA = "tanh(1/x^2) + log(1 + x) - sqrt(x)/3"


class FormTwin:
    """The pair energy of a potential between two particles, by labels."""

    def __init__(self, potential) -> None:
        self.potential = potential
        self.shape = potential.exponent or potential.kappa or 0
        self._coefficients: dict[float, list[mp.mpf]] = {}

    def table(self, a: float, b: float) -> tuple[mp.mpf, mp.mpf, mp.mpf]:
        """Return sigma_ij, epsilon_ij and the cutoff in units of sigma_ij."""
        p = self.potential
        if p.table is None:
            a, b = mp.mpf(float(a)), mp.mpf(float(b))
            return (a + b) / 2 * (1 - mp.mpf(p.nonadditivity) * abs(a - b)), mp.mpf(p.epsilon), mp.mpf(p.cutoff)
        i, j = int(a), int(b)
        cutoff = p.cutoff if p.table.cutoff is None else p.table.cutoff[i][j]
        return mp.mpf(p.table.sigma[i][j]), mp.mpf(p.epsilon) * mp.mpf(p.table.epsilon[i][j]), mp.mpf(cutoff)

    def coefficients(self, cutoff: mp.mpf) -> list[mp.mpf]:
        """Solve for c_0, c_2, ...: the sum of form and polynomial, and q derivatives by x, vanish at the cutoff."""
        if self.potential.order == "none":
            return []
        if float(cutoff) not in self._coefficients:
            q = self.potential.order
            form = mp.taylor(lambda x: FORMS[self.potential.form](x, self.shape), cutoff, q)
            rows = [mp.taylor(lambda x, n=n: x ** (2 * n), cutoff, q) for n in range(q + 1)]
            matrix = mp.matrix(q + 1, q + 1)
            for k, n in product(range(q + 1), repeat=2):
                matrix[k, n] = rows[n][k]
            self._coefficients[float(cutoff)] = list(mp.lu_solve(matrix, mp.matrix([-c for c in form])))
        return self._coefficients[float(cutoff)]

    def phi(self, r: mp.mpf, a: float, b: float) -> mp.mpf:
        """Return the energy of a pair at a distance, without regard to the cutoff."""
        sigma, epsilon, cutoff = self.table(a, b)
        x = r / sigma
        polynomial = mp.fsum(c * x ** (2 * n) for n, c in enumerate(self.coefficients(cutoff)))
        return epsilon * (FORMS[self.potential.form](x, self.shape) + polynomial)

    def pairs(self, configuration) -> list[tuple[int, int, list[mp.mpf], float, float]]:
        """Return all interacting pairs, one for each image within the cutoff: i, j, r_j - r_i, and the labels."""
        labels = configuration.species if self.potential.table else configuration.diameters
        positions, cell, d = configuration.positions, configuration.cell, configuration.dimension
        found = []
        for i in range(len(positions)):
            for j in range(i + 1, len(positions)):
                sigma, _, cutoff = self.table(labels[i], labels[j])
                for shift in product(range(-2, 3), repeat=d):
                    vector = positions[j] - positions[i] + np.array(shift) @ cell
                    if np.linalg.norm(vector) < float(sigma * cutoff):
                        found.append((i, j, [mp.mpf(float(v)) for v in vector], labels[i], labels[j]))
        return found

    def derivatives_along(self, configuration, fields, order: int) -> list[mp.mpf]:
        """Return U and its derivatives up to an order along a displacement (N, d); the pairs are those at s = 0."""
        total = [mp.mpf(0)] * (order + 1)
        for i, j, vector, a, b in self.pairs(configuration):
            w = [mp.mpf(float(fields[j][k])) - mp.mpf(float(fields[i][k])) for k in range(len(vector))]

            def energy(s, vector=vector, w=w, a=a, b=b):
                return self.phi(mp.sqrt(mp.fsum((v + s * u) ** 2 for v, u in zip(vector, w, strict=True))), a, b)

            for k, term in enumerate(mp.taylor(energy, 0, order)):
                total[k] += term * mp.factorial(k)
        return total
