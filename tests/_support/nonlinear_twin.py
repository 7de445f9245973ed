"""The slow twin of nonlinear modes: dense matrices, one field at a time, pair energies as functions of r."""

from __future__ import annotations

from functools import cached_property

import naive
import numpy as np

import atomglass as ag

DEGREES = {"pseudoharmonic": 4, "cubic": 3, "quartic": 4}
KINDS = tuple(DEGREES)


class Twin:
    """Sums over the pairs of a configuration without rattlers, from distances and derivatives with respect to r."""

    def __init__(self, configuration: ag.Configuration, potential: ag.PairPotential) -> None:
        self.n, self.d = configuration.positions.shape
        self.model = naive.Model.of(potential)
        everything = naive.pairs_of(configuration, self.model)
        self.rattlers = np.array(naive.rattlers(everything, self.n, self.d))
        self.pairs = [p for p in everything if not (self.rattlers[p.i] or self.rattlers[p.j])]
        self.i = np.array([p.i for p in self.pairs])
        self.j = np.array([p.j for p in self.pairs])
        self.r = np.array([p.r for p in self.pairs])
        self.unit = np.array([p.vector for p in self.pairs]) / self.r[:, None]
        self.f = [np.array([self.model.phi(p.r, p.sigma, k) for p in self.pairs]) for k in range(5)]

    def f_and_gradient(self, kind: str, z: np.ndarray) -> tuple[float, np.ndarray]:
        """F(z) and its gradient (N, d) for a field (N, d).

        With u and v the components of z_ij along and across the bond, the derivatives of phi(|r + s z_ij|) with respect
        to s are polynomials in u and |v|^2 (the chain rule to fourth order).
        """
        w = z[self.j] - z[self.i]
        u = (w * self.unit).sum(axis=1)
        across = w - u[:, None] * self.unit
        v, r = (across**2).sum(axis=1), self.r
        _, f1, f2, f3, f4 = self.f
        if kind == "pseudoharmonic":
            total, by_u, by_v = (u**2 + v) ** 2, 4 * u * (u**2 + v), 2 * (u**2 + v)
        elif kind == "cubic":
            a = f2 / r - f1 / r**2
            total, by_u, by_v = f3 * u**3 + 3 * a * u * v, 3 * f3 * u**2 + 3 * a * v, 3 * a * u
        else:
            a, b = 6 * f3 / r - 12 * f2 / r**2 + 12 * f1 / r**3, 3 * f2 / r**2 - 3 * f1 / r**3
            total = f4 * u**4 + a * u**2 * v + b * v**2
            by_u, by_v = 4 * f4 * u**3 + 2 * a * u * v, a * u**2 + 2 * b * v
        term = by_u[:, None] * self.unit + by_v[:, None] * 2 * across
        gradient = np.zeros_like(z)
        np.add.at(gradient, self.j, term)
        np.add.at(gradient, self.i, -term)
        return float(total.sum()), gradient

    @cached_property
    def hessian(self) -> np.ndarray:
        """The Hessian (d N, d N) of the pairs without rattlers."""
        return naive.hessian(self.pairs, self.model, self.n, self.d)

    @cached_property
    def inverse(self) -> np.ndarray:
        """Its pseudo-inverse, without translations and rattlers."""
        kept = np.flatnonzero(np.repeat(~self.rattlers, self.d))
        values, vectors = np.linalg.eigh(self.hessian[np.ix_(kept, kept)])
        values, vectors = values[self.d :], vectors[:, self.d :]
        inverse = np.zeros_like(self.hessian)
        inverse[np.ix_(kept, kept)] = (vectors / values) @ vectors.T
        return inverse

    def stiffness(self, z: np.ndarray) -> float:
        return float(z.ravel() @ self.hessian @ z.ravel())

    def cost(self, kind: str, z: np.ndarray) -> float:
        """The cost of a field of any norm; infinite where F is not positive (the sign of tau is that of z)."""
        f, kappa = self.f_and_gradient(kind, z)[0], self.stiffness(z) / (z**2).sum()
        f /= (z**2).sum() ** (DEGREES[kind] / 2)
        if kind == "cubic":
            return 2 / 3 * kappa**3 / f**2
        return kappa**2 / f if f > 0 else np.inf

    def residual(self, kind: str, z: np.ndarray) -> float:
        """|H z - (kappa / n F) grad F| / |H z| for degree n."""
        f, gradient = self.f_and_gradient(kind, z)
        force = self.hessian @ z.ravel()
        difference = force - self.stiffness(z) / (DEGREES[kind] * f) * gradient.ravel()
        return float(np.linalg.norm(difference) / np.linalg.norm(force))

    def descend(self, kind: str, start: np.ndarray, steps: int = 3000) -> tuple[np.ndarray, list[float]]:
        """The field to which the map leads, and the cost after each step; steps that raise the cost are halved."""
        z = start - start[~self.rattlers].mean(axis=0)
        z[self.rattlers] = 0
        z /= np.linalg.norm(z)
        costs = [self.cost(kind, z)]
        for _ in range(steps):
            f, gradient = self.f_and_gradient(kind, z)
            if self.residual(kind, z) < 2e-10:
                return z, costs
            y = (self.inverse @ gradient.ravel()).reshape(z.shape)
            if kind == "quartic" and f < 0:  # the direction in which chi / kappa^2 grows
                y -= DEGREES[kind] * f / self.stiffness(z) * z
            z = y / np.linalg.norm(y) if kind == "pseudoharmonic" else self._shortened(kind, z, y)
            costs.append(self.cost(kind, z))
        raise AssertionError(f"the twin's {kind} mode has not converged: {self.residual(kind, z)}")

    def merit(self, kind: str, z: np.ndarray) -> float:
        """F / kappa^(n/2), |F| for the cubic: it grows where the cost falls."""
        f = self.f_and_gradient(kind, z)[0]
        return (abs(f) if kind == "cubic" else f) / self.stiffness(z) ** (DEGREES[kind] / 2)

    def _shortened(self, kind: str, z: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The step from z toward y, of unit norm and tau >= 0, halved until the merit does not fall."""
        ends = []
        for field in (z, y):
            turn = -1.0 if kind == "cubic" and self.f_and_gradient(kind, field)[0] < 0 else 1.0
            ends.append(turn * field / np.linalg.norm(field))
        # Near its end the map may overshoot by more than rounding lets the cost show: half steps cannot.
        length, begin = 0.5 if self.residual(kind, z) < 1e-5 else 1.0, self.merit(kind, z)
        while True:
            after = ends[0] + length * (ends[1] - ends[0])
            after /= np.linalg.norm(after)
            if length < 2**-12 or self.merit(kind, after) >= begin - 1e-12 * abs(begin):
                return after
            length /= 2
