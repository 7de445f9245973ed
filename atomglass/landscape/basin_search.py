"""A search for the inherent states around a glass: dynamics at low temperature, quenched every few steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from atomglass.minimization.quench import quench, require_converged
from atomglass.sampling.molecular_dynamics import MolecularDynamics
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import Array, BoolArray
from atomglass.vibrations.hessian import pair_rattlers

#: Largest difference in energy, in units of epsilon, and largest distance, in units of length, between two quenched
#: configurations that are the same inherent state.
SAME_ENERGY, SAME_DISTANCE = 1e-7, 1e-2


@dataclass(frozen=True)
class SearchParameters:
    """Parameters of the search.

    Attributes
    ----------
    temperature : float
        Temperature of the dynamics, in units of epsilon.
    time_step : float
        In units of sqrt(m length^2 / epsilon).
    steps_between : int
        Number of steps from one quench to the next.
    quenches : int
        Number of quenches in one run of the dynamics.
    runs : int
        Number of runs; each begins in the first inherent state, with new velocities.
    """

    temperature: float = 0.04
    time_step: float = 0.01
    steps_between: int = 80
    quenches: int = 50
    runs: int = 20


@dataclass
class InherentStates:
    """A growing list of inherent states of one glass, in which known ones are recognized.

    Attributes
    ----------
    states : list of Configuration
        The inherent states, in the order in which they were found.
    energies : list of float
        Their total energies, in units of epsilon.
    rattlers : (N,) bool array, optional
        Particles whose positions do not matter when states are compared: nothing holds them.
    """

    states: list[Configuration] = field(default_factory=list)
    energies: list[float] = field(default_factory=list)
    rattlers: BoolArray | None = None

    def __len__(self) -> int:
        return len(self.states)

    def number_of(self, state: Configuration, energy: float) -> int:
        """Return the number of an inherent state, which is added to the list if it is new.

        Two states are the same if their energies differ by less than 1e-7 epsilon, and the positions of particles that
        are no rattlers, without a uniform displacement, by less than 0.01 in Euclidean distance. States of equal energy
        at a larger distance are different.

        Parameters
        ----------
        state : Configuration
            The inherent state.
        energy : float
            Its total energy, in units of epsilon.
        """
        known = self.place_of(state, energy)
        if known is not None:
            return known
        self.states.append(state)
        self.energies.append(energy)
        return len(self) - 1

    def place_of(self, state: Configuration, energy: float) -> int | None:
        """Return the number of an inherent state, see `number_of`; None if it is not in the list."""
        for k in np.flatnonzero(np.abs(np.array(self.energies) - energy) <= SAME_ENERGY):
            difference = state.positions - self.states[k].positions
            if self.rattlers is not None:
                difference = difference[~self.rattlers]
            if np.linalg.norm(difference - difference.mean(axis=0)) <= SAME_DISTANCE:
                return int(k)
        return None

    def displacement(self, number: int, state: Configuration) -> Array:
        """Return the displacements (N, d) from a state of the list, without a uniform displacement.

        Parameters
        ----------
        number : int
            Number of the state in the list.
        state : Configuration
            The other state, with positions that are not wrapped.
        """
        difference = state.positions - self.states[number].positions
        without_mean: Array = difference - difference.mean(axis=0)
        return without_mean


@dataclass(frozen=True)
class BasinSearch:
    """Result of the search around an inherent state.

    Attributes
    ----------
    found : InherentStates
        The inherent states; number 0 is the one from which all runs began.
    visits : Counter of int
        Number of quenches that ended in each state.
    transitions : Counter of (int, int)
        Number of times that a quench ended in the second state of the pair after the one before, in the same run, had
        ended in the first.
    quenches : int
        Number of quenches.
    failures : int
        Those that did not converge; the next quench after one counts no transition.
    """

    found: InherentStates
    visits: Counter[int]
    transitions: Counter[tuple[int, int]]
    quenches: int
    failures: int

    def both_ways(self) -> list[tuple[int, int]]:
        """Return the pairs i < j between which there were transitions in both directions, the most frequent first."""
        pairs = [(i, j) for i, j in self.transitions if i < j and self.transitions[j, i]]
        return sorted(pairs, key=lambda p: (-min(self.transitions[p], self.transitions[p[::-1]]), p))


def search_basin(
    glass: Configuration,
    potential: PairPotential,
    parameters: SearchParameters,
    rng: np.random.Generator,
    check: Callable[[], object] = lambda: None,
) -> BasinSearch:
    """Find inherent states near a given one by molecular dynamics at a low temperature and quenches.

    Parameters
    ----------
    glass : Configuration
        An inherent state.
    potential : PairPotential
        The interactions.
    parameters : SearchParameters
        Dynamics, and number of quenches.
    rng : numpy.random.Generator
        Source of the velocities.
    check : callable
        Called before each quench; an exception that it raises ends the search.

    Returns
    -------
    BasinSearch
        The inherent states and the transitions between them.

    Raises
    ------
    InputError
        A parameter is out of range, the box is too small for the cutoff, or the quench with which the search begins
        does not converge.

    Notes
    -----
    Khomenko, Scalliet, Berthier, Reichman and Zamponi, Phys. Rev. Lett. 124, 225901 (2020).
    """
    start = require_converged(quench(glass, potential))
    found = InherentStates(rattlers=pair_rattlers(InteractingPairs.of(start.configuration, potential)))
    found.number_of(start.configuration, start.energy)
    visits, transitions = Counter[int](), Counter[tuple[int, int]]()
    failures = 0
    for _ in range(parameters.runs):
        last: int | None = 0
        for done in _quenched(start.configuration, potential, parameters, rng, check):
            if done is None:
                failures, last = failures + 1, None
                continue
            number = found.number_of(*done)
            visits[number] += 1
            if last is not None and number != last:
                transitions[last, number] += 1
            last = number
    return BasinSearch(found, visits, transitions, parameters.runs * parameters.quenches, failures)


def _quenched(
    start: Configuration,
    potential: PairPotential,
    parameters: SearchParameters,
    rng: np.random.Generator,
    check: Callable[[], object],
) -> Iterator[tuple[Configuration, float] | None]:
    """Yield the inherent states and their energies along one run of the dynamics; None where a quench failed."""
    dynamics = MolecularDynamics(start, potential, parameters.temperature, rng, parameters.time_step)
    for _ in range(parameters.quenches):
        check()
        dynamics.run(parameters.steps_between)
        done = quench(dynamics.configuration, potential)
        yield (done.configuration, done.energy) if done.converged else None
