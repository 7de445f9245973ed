"""The nudged elastic band: relax a chain of points between two minima to a minimum-energy path, for any energy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from atomglass.types import Array

#: A function that returns the energies (m,) and the forces (m, D) at m points (m, D).
Evaluate = Callable[[Array], tuple[Array, Array]]

#: Largest time step, in units of the inverse of the largest frequency; the integration is stable below 2.
_LARGEST_STEP = 1.0
#: Stiffness of the springs between neighboring points, in units of the largest stiffness of the energy.
_SPRING = 0.02
#: Largest displacement of a point in one step, in units of the mean distance of neighboring points.
_LONGEST_MOVE = 0.5
#: Number of force evaluations by which the largest stiffness is estimated, and length of their displacements in units
#: of the distance of neighboring points.
_POWER_ITERATIONS, _PROBE = 12, 1e-3


#: Growth of the largest force with which a band counts as divergent.
_DIVERGENCE = 1e3


@dataclass(frozen=True)
class FireParameters:
    """Parameters of the minimizer FIRE, under the names of Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006)."""

    n_min: int = 5
    f_inc: float = 1.1
    f_dec: float = 0.5
    alpha_start: float = 0.1
    f_alpha: float = 0.99


@dataclass(frozen=True)
class Band:
    """A chain of points between two fixed ends.

    Attributes
    ----------
    points : (n, D) array
        The points, the two ends included.
    energies : (n,) array
        Their energies.
    forces : (n, D) array
        The forces on them.
    max_force : float
        Largest norm of the force on a point between the ends, without its component along the band; that of the
        climbing point in full.
    iterations : int
        Number of steps.
    converged : bool
        Whether `max_force` is within the tolerance.
    """

    points: Array
    energies: Array
    forces: Array
    max_force: float
    iterations: int
    converged: bool


def relax_band(
    points: Array,
    evaluate: Evaluate,
    force_tolerance: float,
    max_iterations: int = 1000,
    climbing: bool = False,
) -> Band:
    """Relax a chain of points to a minimum-energy path; its first and last points stay where they are.

    Parameters
    ----------
    points : (n, D) array, n >= 3
        The initial chain.
    evaluate : callable
        Returns energies (m,) and forces (m, D) at points (m, D).
    force_tolerance : float
        Largest norm of the force perpendicular to the band on one point.
    max_iterations : int
        Largest number of steps.
    climbing : bool
        Whether the highest point climbs to the saddle: the component of the force along the band is reversed, and no
        spring acts on it.

    Returns
    -------
    Band
        The final chain, even if it did not converge: check `converged`.

    Notes
    -----
    Climbing-image nudged elastic band with the upwinding tangent of Henkelman and Jonsson, J. Chem. Phys. 113, 9978
    (2000), Eqs. 8 to 12; Henkelman, Uberuaga and Jonsson, ibid. 9901. The minimizer is FIRE (Bitzek et al., Phys. Rev.
    Lett. 97, 170201 (2006)) for all points together.
    """
    points = points.copy()
    energies, forces = evaluate(points)
    spacing = float(np.linalg.norm(np.diff(points, axis=0), axis=1).mean())
    stiffness = _largest_stiffness(points, forces, evaluate, spacing)
    fire, step = FireParameters(), 0.3 * _LARGEST_STEP / np.sqrt(stiffness)
    first_force = 0.0
    velocity, alpha, n_positive = np.zeros_like(points[1:-1]), fire.alpha_start, 0
    for iteration in range(max_iterations + 1):
        total, residual = _band_forces(points, energies, forces, _SPRING * stiffness, climbing)
        max_force = float(residual.max())
        first_force = max_force if iteration == 0 else first_force
        diverges = max_force > _DIVERGENCE * max(first_force, force_tolerance)
        if max_force <= force_tolerance or iteration == max_iterations or diverges:
            break
        if (total * velocity).sum() >= 0:
            n_positive += 1
            if n_positive > fire.n_min:
                step = min(step * fire.f_inc, _LARGEST_STEP / np.sqrt(stiffness))
                alpha *= fire.f_alpha
        else:
            velocity[:], step, alpha, n_positive = 0.0, step * fire.f_dec, fire.alpha_start, 0
        velocity += step * total
        speed, size = np.linalg.norm(velocity), np.linalg.norm(total)
        velocity = (1 - alpha) * velocity + alpha * total * (speed / size if size > 0 else 0.0)
        move = step * velocity
        longest = np.linalg.norm(move, axis=1).max()
        points[1:-1] += move * min(1.0, _LONGEST_MOVE * spacing / longest if longest > 0 else 1.0)
        energies, forces = evaluate(points)
    return Band(points, energies, forces, max_force, iteration, max_force <= force_tolerance)


def band_tangents(points: Array, energies: Array) -> Array:
    """Return the unit tangents (n, D) of a band: towards the higher neighbor, and a mixture at extrema.

    Parameters
    ----------
    points : (n, D) array
        The points of the band.
    energies : (n,) array
        Their energies.
    """
    steps, rises = np.diff(points, axis=0), np.diff(energies)
    tangents = np.concatenate([steps[:1], steps])  # the two ends: the only neighbor
    ahead, behind = rises[1:], rises[:-1]
    large = np.maximum(np.abs(ahead), np.abs(behind))
    small = np.minimum(np.abs(ahead), np.abs(behind))
    up, down = (ahead > 0) & (behind > 0), (ahead < 0) & (behind < 0)
    mixed_up = energies[2:] > energies[:-2]
    weight_ahead = np.where(up, 1.0, np.where(down, 0.0, np.where(mixed_up, large, small)))
    weight_behind = np.where(up, 0.0, np.where(down, 1.0, np.where(mixed_up, small, large)))
    flat = (weight_ahead == 0) & (weight_behind == 0)
    weight_ahead[flat] = weight_behind[flat] = 1.0
    tangents[1:-1] = weight_ahead[:, None] * steps[1:] + weight_behind[:, None] * steps[:-1]
    return tangents / np.linalg.norm(tangents, axis=1, keepdims=True)


def _band_forces(points: Array, energies: Array, forces: Array, spring: float, climbing: bool) -> tuple[Array, Array]:
    """Return the forces of the band on its inner points (n - 2, D), and the norms of what must vanish (n - 2,)."""
    tangents = band_tangents(points, energies)[1:-1]
    inner = forces[1:-1]
    along = (inner * tangents).sum(axis=1, keepdims=True)
    perpendicular = inner - along * tangents
    distances = np.linalg.norm(np.diff(points, axis=0), axis=1)
    total = perpendicular + spring * (distances[1:] - distances[:-1])[:, None] * tangents
    residual = np.linalg.norm(perpendicular, axis=1)
    if climbing:
        k = int(np.argmax(energies[1:-1]))
        total[k] = perpendicular[k] - along[k] * tangents[k]
        residual[k] = np.linalg.norm(total[k])
    return total, residual


def _largest_stiffness(points: Array, forces: Array, evaluate: Evaluate, spacing: float) -> float:
    """Return the largest curvature of the energy at the points, by power iteration on differences of forces."""
    direction = np.random.default_rng(0).standard_normal(points.shape)
    stiffness = 0.0
    for _ in range(_POWER_ITERATIONS):
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        change = (forces - evaluate(points + _PROBE * spacing * direction)[1]) / (_PROBE * spacing)
        stiffness = float(np.linalg.norm(change, axis=1).max())
        direction = np.where(change.any(axis=1, keepdims=True), change, direction)
    return stiffness or 1.0
