"""First-order saddles between inherent states, by eigenvector following: uphill along the lowest mode only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs, forces
from atomglass.system.potential import PairPotential
from atomglass.types import Array, ShortRepr
from atomglass.vibrations.checked_hessian import hessian_without_rattlers
from atomglass.vibrations.expansion import energy_profile
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.modes import lowest_modes_of_hessian

#: Trust radius: the largest displacement of a particle in one iteration, in units of length.
TRUST_RADIUS = 0.05
#: Number of unstable directions that one step may remove. Where more are left than the remaining steps can remove, the
#: search ends: hundreds of modes are unstable where particles collide, and all would be computed.
ORDERS_PER_STEP = 2
#: Number of intervals in which the energy is evaluated along the straight line between two inherent states.
LINE_POINTS = 64


@dataclass(frozen=True, repr=False)
class Saddle(ShortRepr):
    """A stationary point of the energy, or the point at which the search for one ended.

    Attributes
    ----------
    configuration : Configuration
        The configuration at that point.
    max_force : float
        Largest force on a particle, in units of epsilon over length.
    eigenvalue : float
        Lowest eigenvalue of the Hessian, in units of epsilon over length^2; negative at a saddle.
    order : int
        Number of negative eigenvalues, which is 1 for a saddle between two minima.
    direction : (N, d) array
        The lowest mode, normalized; at a saddle, the energy decreases in both directions along it.
    iterations : int
        Number of steps.
    converged : bool
        Whether the largest force is within the tolerance.
    """

    configuration: Configuration
    max_force: float
    eigenvalue: float
    order: int
    direction: Array
    iterations: int
    converged: bool

    @property
    def is_first_order(self) -> bool:
        """Whether the search converged to a first-order saddle."""
        return self.converged and self.order == 1


def highest_point_between(one: Configuration, other: Configuration, potential: PairPotential) -> Configuration:
    """Return the point of highest energy on the straight line between two configurations.

    Parameters
    ----------
    one, other : Configuration
        The same particles in the same order, with positions that are not wrapped.
    potential : PairPotential
        The interactions.
    """
    difference = other.positions - one.positions
    fractions = np.arange(1, LINE_POINTS) / LINE_POINTS
    energies = energy_profile(one, potential, difference, fractions * np.linalg.norm(difference))
    return one.replace(positions=one.positions + fractions[int(np.argmax(energies))] * difference)


def find_saddle(
    guess: Configuration, potential: PairPotential, force_tolerance: float = 1e-10, max_iterations: int = 60
) -> Saddle:
    """Find a first-order saddle near a configuration: uphill along the lowest mode, downhill along all others.

    Parameters
    ----------
    guess : Configuration
        Starting point, for instance `highest_point_between` two inherent states.
    potential : PairPotential
        The interactions.
    force_tolerance : float
        Largest force on a particle at which the search has converged, in units of epsilon over length.
    max_iterations : int
        Largest number of steps. The search ends earlier where twice as many could not remove all directions but one in
        which the energy curves downwards.

    Returns
    -------
    Saddle
        The final point of the search; check `is_first_order`.

    Raises
    ------
    InputError
        The box is too small for the cutoff, or all particles are rattlers.

    Notes
    -----
    Eigenvector following (Cerjan and Miller, J. Chem. Phys. 75, 2800 (1981)): in the basis of the eigenvectors of the
    Hessian each component of the step is force / |eigenvalue|, with the opposite sign along the lowest mode.
    """
    configuration = guess
    for iteration in range(max_iterations + 1):
        force = forces(configuration, potential)
        reduced = hessian_without_rattlers(InteractingPairs.of(configuration, potential))
        order, max_force = reduced.negative_count, float(np.sqrt((force**2).sum(axis=1).max()))
        done = max_force <= force_tolerance or order > 1 + ORDERS_PER_STEP * (max_iterations - iteration)
        done = done or iteration == max_iterations
        modes = lowest_modes_of_hessian(reduced, 1 if done else 1 + order)
        if done:
            break
        step = _step(reduced, modes.eigenvalues, modes.eigenvectors, force)
        longest = np.sqrt((step**2).sum(axis=1).max())
        scaled_step = step * min(1.0, TRUST_RADIUS / longest)
        configuration = configuration.replace(positions=configuration.positions + scaled_step)
    return Saddle(
        configuration,
        max_force,
        float(modes.eigenvalues[0]),
        order,
        modes.eigenvectors[0],
        iteration,
        max_force <= force_tolerance,
    )


def _step(reduced: ReducedHessian, eigenvalues: Array, eigenvectors: Array, force: Array) -> Array:
    """Return the step (N, d): Newton's, but uphill along the lowest mode and downhill along other unstable modes."""
    step = reduced.expand(reduced.solve(reduced.reduce(force[None])))[0]
    for k, (eigenvalue, mode) in enumerate(zip(eigenvalues, eigenvectors, strict=True)):
        force_along = float((mode * force).sum())
        step_along = -force_along / abs(eigenvalue) if k == 0 else force_along / abs(eigenvalue)
        step = step + mode * (step_along - float((mode * step).sum()))
    # Rattlers follow the force on them, which vanishes as soon as they lose contact.
    step[reduced.rattlers] = force[reduced.rattlers] / reduced.scale
    return step
