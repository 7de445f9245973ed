"""Saddles of first order between inherent states, by following the lowest mode uphill and all others down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs, forces
from atomglass.system.potential import PairPotential
from atomglass.vibrations.expansion import energy_profile
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.modes import lowest_of

Array = NDArray[np.float64]

#: Most that a particle moves in one iteration, in units of length.
LONGEST_MOVE = 0.05
#: Looks at the energy on the straight way between two inherent states.
POINTS = 64


@dataclass(frozen=True)
class Saddle:
    """A stationary point of the energy, or where the search for one ended.

    Attributes
    ----------
    configuration : Configuration
        Where it is.
    max_force : float
        Largest force on a particle.
    eigenvalue : float
        The lowest of the Hessian there; negative at a saddle.
    order : int
        Number of negative eigenvalues: 1 for a saddle between two minima.
    direction : (N, d) array
        The lowest mode, normalized: the way down on both sides.
    iterations : int
        Newton steps.
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
    def good(self) -> bool:
        """Whether it is a saddle of first order."""
        return self.converged and self.order == 1


def highest_between(one: Configuration, other: Configuration, potential: PairPotential) -> Configuration:
    """Return the point of highest energy on the straight way between two configurations of the same particles."""
    difference = other.positions - one.positions
    shares = np.arange(1, POINTS) / POINTS
    energies = energy_profile(one, potential, difference, shares * np.linalg.norm(difference))
    return one.replace(positions=one.positions + shares[int(np.argmax(energies))] * difference)


def find_saddle(
    guess: Configuration, potential: PairPotential, force_tolerance: float = 1e-10, max_iterations: int = 60
) -> Saddle:
    """Find a saddle of first order near a configuration by Newton steps: up along the lowest mode, down along the rest.

    Parameters
    ----------
    guess : Configuration
        Where to start, `highest_between` two inherent states for instance.
    potential : PairPotential
        The interactions.
    force_tolerance : float
        Converged when every particle's force is at most this.
    max_iterations : int
        Give up after so many.

    Raises
    ------
    InputError
        The box is too small for the cutoff, or nothing holds the particles.

    Notes
    -----
    Eigenvector following (Cerjan and Miller 1981): in the basis of the Hessian's eigenvectors the step is force over
    |eigenvalue|, with its sign turned along the lowest one.
    """
    configuration = guess
    for iteration in range(max_iterations + 1):
        force = forces(configuration, potential)
        reduced = ReducedHessian(InteractingPairs.of(configuration, potential))
        modes = lowest_of(reduced, 1 + max(reduced.negative_count, 0))
        max_force = float(np.sqrt((force**2).sum(axis=1).max()))
        if max_force <= force_tolerance or iteration == max_iterations:
            break
        step = _step(reduced, modes.eigenvalues, modes.eigenvectors, force)
        longest = np.sqrt((step**2).sum(axis=1).max())
        configuration = configuration.replace(
            positions=configuration.positions + step * min(1.0, LONGEST_MOVE / longest)
        )
    return Saddle(
        configuration,
        max_force,
        float(modes.eigenvalues[0]),
        reduced.negative_count,
        modes.eigenvectors[0],
        iteration,
        max_force <= force_tolerance,
    )


def _step(reduced: ReducedHessian, eigenvalues: Array, eigenvectors: Array, force: Array) -> Array:
    """Return the step (N, d): Newton's, with its sign turned along the lowest mode and others of negative curvature."""
    step = reduced.expand(reduced.solve(reduced.reduce(force[None])))[0]
    for k, (eigenvalue, mode) in enumerate(zip(eigenvalues, eigenvectors, strict=True)):
        along = float((mode * force).sum())
        wanted = -along / abs(eigenvalue) if k == 0 else along / abs(eigenvalue)
        step = step + mode * (wanted - float((mode * step).sum()))
    # What nothing holds follows its force, which ends with the contact that exerts it.
    step[reduced.rattlers] = force[reduced.rattlers] / reduced.scale
    return step
