"""Swap Monte Carlo in the canonical ensemble. A saved run continues bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from atomglass.errors import InputError
from atomglass.kernels.interrupts import DeferredInterrupt
from atomglass.kernels.sampling.records import COUNTERS
from atomglass.sampling import saved_state
from atomglass.sampling.checks import check_count, check_range
from atomglass.sampling.move_sets import MoveSet, move_set
from atomglass.sampling.moves import Displacements, HybridMonteCarlo
from atomglass.sampling.state import LiquidState
from atomglass.sampling.statistics import SwapStatistics
from atomglass.system.arguments import check_potential, check_sample
from atomglass.system.configuration import Configuration
from atomglass.system.neighbors import allowed_skin
from atomglass.system.potential import PairPotential
from atomglass.types import Array, IntArray, Seed, typed_arguments

#: Number of sweeps after which the particles are sorted spatially and all energies are recomputed.
SORTING_INTERVAL = 1000
#: Number of moves in one call of a kernel: a fraction of a second, so that signals and progress are handled in time.
MOVES_PER_CALL = 1_000_000
#: Number of sweeps between two changes of the step while it is tuned.
TUNING_SWEEPS = 20


class SwapMonteCarlo:
    """Sampler of the canonical ensemble by displacements and diameter swaps.

    Parameters
    ----------
    configuration : Configuration
        The initial configuration.
    potential : PairPotential
        The interactions.
    temperature : float
        T, in units of epsilon (k_B = 1).
    swap_fraction : float, optional
        Fraction of the moves that swap the diameters of two random particles; by default 0.2, or 1 with trajectories.
    max_displacement : float
        Largest displacement d, in units of length: displacements are uniform in [-d, d] along each axis.
    seed : int or numpy.random.SeedSequence
        Seed of the sampler's own random number generator.
    trajectories : HybridMonteCarlo, optional
        Trajectories of molecular dynamics between the sweeps, instead of displacements; none by default.

    Raises
    ------
    InputError
        A value is out of range, or the box is too small for the cutoff and the step.

    Notes
    -----
    Ninarello, Berthier and Coslovich, Phys. Rev. X 7, 021039 (2017). The energies of the particles are updated at every
    accepted move and recomputed with every neighbor list. The order of particles in `configuration` does not change.

    Examples
    --------
    >>> mc = ag.SwapMonteCarlo(liquid, pot, temperature=0.2, seed=1)
    >>> stats = mc.run(sweeps=100, record_every=10)
    >>> len(stats.energies), 0 < stats.swap_acceptance < 1
    (10, True)
    >>> inherent = ag.quench(mc.configuration, pot)
    """

    #: The neighbor list, of the kind that the moves need.
    _neighbors: Any

    @typed_arguments
    def __init__(
        self,
        configuration: Configuration,
        potential: PairPotential,
        temperature: float = 0.1,
        swap_fraction: float | None = None,
        max_displacement: float = Displacements.max_displacement,
        seed: Seed = 1,
        trajectories: HybridMonteCarlo | None = None,
    ) -> None:
        check_sample(configuration, potential)
        _check_temperature(temperature)
        if trajectories is not None:
            if not isinstance(trajectories, HybridMonteCarlo):
                raise InputError("trajectories", trajectories, "None, or atomglass.HybridMonteCarlo(...)")
            trajectories.check_species(potential.species)
        self._moves: MoveSet[Any] = move_set(swap_fraction, max_displacement, trajectories)
        skin = allowed_skin(configuration, potential, self._moves.wanted_skin(configuration.dimension))
        self._moves.check(skin, configuration.dimension)
        self._liquid = LiquidState.of(configuration, potential, float(temperature), skin, seed)
        self._sort_and_rebuild()

    def __repr__(self) -> str:
        return f"SwapMonteCarlo(N={len(self)}, temperature={self.temperature:.6g}, sweep={self.sweep})"

    def __len__(self) -> int:
        """Return the number of particles N."""
        return len(self._liquid)

    @typed_arguments
    def run(
        self, sweeps: int, record_every: int | None = None, progress: Callable[[int], object] | None = None
    ) -> SwapStatistics:
        """Run a number of sweeps of N attempted moves each.

        Parameters
        ----------
        sweeps : int
            Number of sweeps. Splitting a run into several gives the same result, bit for bit.
        record_every : int, optional
            Number of sweeps between recorded energies; by default chosen so that about a hundred are recorded.
        progress : callable, optional
            Called several times a second with the number of sweeps done since its last call.

        Returns
        -------
        SwapStatistics
            Acceptances and recorded energies.

        Raises
        ------
        InputError
            A value is out of range.
        """
        check_count("sweeps", sweeps, 0)
        if record_every is None:
            record_every = max(1, sweeps // 100)
        check_count("record_every", record_every, 1)
        counters = np.zeros(COUNTERS, np.int64)
        energies = self._advance(sweeps, record_every, counters, progress)
        return SwapStatistics.of(sweeps, counters, energies, record_every)

    @typed_arguments
    def equilibrate(
        self, sweeps: int, target_acceptance: float = 0.3, progress: Callable[[int], object] | None = None
    ) -> SwapStatistics:
        """Run a number of sweeps while the step is tuned to an acceptance; afterwards the step is constant.

        Tuning uses the history of the chain and thus violates detailed balance: do not sample from these sweeps.

        Parameters
        ----------
        sweeps : int
            Number of sweeps.
        target_acceptance : float
            Desired accepted fraction of the displacements.
        progress : callable, optional
            Called several times a second with the number of sweeps done since its last call.

        Returns
        -------
        SwapStatistics
            Acceptances, and energies recorded every 20 sweeps.

        Raises
        ------
        InputError
            A value is out of range.
        """
        check_count("sweeps", sweeps, 0)
        check_range("target_acceptance", target_acceptance, 0 < target_acceptance < 1, "between 0 and 1")
        total, energies = np.zeros(COUNTERS, np.int64), [np.empty(0)]
        for start in range(0, sweeps, TUNING_SWEEPS):
            counters = np.zeros(COUNTERS, np.int64)
            energies.append(self._advance(min(TUNING_SWEEPS, sweeps - start), TUNING_SWEEPS, counters, progress))
            total += counters
            self._moves = self._moves.tuned(self._liquid, counters, target_acceptance)
        return SwapStatistics.of(sweeps, total, np.concatenate(energies), TUNING_SWEEPS)

    @property
    def potential(self) -> PairPotential:
        """The interactions."""
        return self._liquid.potential

    @property
    def temperature(self) -> float:
        """Temperature T, in units of epsilon; a new value applies from the next sweep on."""
        return self._liquid.temperature

    @temperature.setter
    def temperature(self, temperature: float) -> None:
        _check_temperature(temperature)
        self._liquid.temperature = float(temperature)

    @property
    def sweep(self) -> int:
        """Number of sweeps since the start."""
        return self._liquid.sweep

    @property
    def swap_fraction(self) -> float:
        """Fraction of the moves that are swaps."""
        return self._moves.swaps.fraction

    @property
    def max_displacement(self) -> float:
        """Largest displacement along an axis, in units of length."""
        return self._moves.displacements.max_displacement

    @property
    def trajectories(self) -> HybridMonteCarlo | None:
        """Trajectories between the sweeps, or None."""
        return self._moves.trajectories

    @property
    def energy(self) -> float:
        """Total potential energy, from the stored energies of the particles, in units of epsilon."""
        return self._liquid.energy

    @property
    def configuration(self) -> Configuration:
        """The current configuration. Positions are unwrapped: they continue across the faces of the box."""
        return self._liquid.configuration

    def state(self) -> dict[str, Any]:
        """Return everything that the next move depends on, as arrays; `restore` continues from it bit for bit."""
        return saved_state.to_arrays(self._liquid, self._moves)

    @classmethod
    def restore(cls, state: dict[str, Any], potential: PairPotential) -> SwapMonteCarlo:
        """Return a sampler with a saved state.

        Parameters
        ----------
        state : dict
            Arrays and settings, as returned by `state`.
        potential : PairPotential
            The interactions, the same as before.

        Raises
        ------
        InputError
            The state belongs to another potential, or is not the state of a sampler.
        """
        check_potential(potential)
        return cls._restored(*saved_state.from_arrays(state, potential, "saved state"))

    @typed_arguments
    def save(self, path: str | Path) -> None:
        """Write the state to an `.npz` file; an existing file is replaced once everything is written.

        Raises
        ------
        InputError
            The file cannot be written.
        """
        saved_state.write(path, self.state())

    @classmethod
    @typed_arguments
    def load(cls, path: str | Path, potential: PairPotential) -> SwapMonteCarlo:
        """Return the sampler saved in a file.

        Parameters
        ----------
        path : str or Path
            A file written by `save`.
        potential : PairPotential
            The interactions, the same as before.

        Raises
        ------
        InputError
            The file is missing or damaged, or belongs to another potential.
        """
        check_potential(potential)
        state = saved_state.read(path)
        return cls._restored(*saved_state.from_arrays(state, potential, f"sampler state {path}"))

    @classmethod
    def _restored(cls, liquid: LiquidState, moves: MoveSet[Any]) -> SwapMonteCarlo:
        sampler = cls.__new__(cls)
        sampler._liquid, sampler._moves = liquid, moves
        sampler._neighbors = moves.restored(liquid)
        return sampler

    def _advance(
        self, sweeps: int, record_every: int, counters: IntArray, progress: Callable[[int], object] | None
    ) -> Array:
        """Run the sweeps in short blocks, add to the counters, and return the recorded energies per particle."""
        energies = []
        sweeps_per_call = max(1, MOVES_PER_CALL // len(self))
        done = 0
        while done < sweeps:
            to_record = record_every - done % record_every
            to_sorting = SORTING_INTERVAL - self.sweep % SORTING_INTERVAL
            block = min(sweeps - done, sweeps_per_call, to_record, to_sorting)
            self._run_block(block, counters)
            done += block
            if done % record_every == 0:
                energies.append(self.energy / len(self))
            if progress is not None:
                progress(block)
        return np.array(energies)

    def _run_block(self, sweeps: int, counters: IntArray) -> None:
        with DeferredInterrupt():  # list and positions belong together
            self._run_uninterrupted(sweeps, counters)

    def _run_uninterrupted(self, sweeps: int, counters: IntArray) -> None:
        if self.sweep % SORTING_INTERVAL == 0 and self.sweep > 0:
            self._sort_and_rebuild()
        self._neighbors = self._moves.run(self._liquid, self._neighbors, sweeps, counters)
        self._liquid.sweep += sweeps

    def _sort_and_rebuild(self) -> None:
        """Sort the particles spatially, rebuild their neighbor list and recompute all energies."""
        self._liquid.sort_spatially()
        self._neighbors = self._moves.rebuild(self._liquid)


def _check_temperature(temperature: float) -> None:
    check_range("temperature", temperature, temperature > 0, "> 0", "for T = 0 quench the configuration")
