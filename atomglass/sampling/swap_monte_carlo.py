"""Swap Monte Carlo at constant temperature, resumable bit for bit."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from atomglass.errors import InputError
from atomglass.kernels import cell_list as cells
from atomglass.kernels.sampling import displacement_swap as kernels
from atomglass.kernels.sampling import flat_pair_list as pair_list
from atomglass.kernels.sampling import hybrid_monte_carlo as trajectory
from atomglass.kernels.sampling.verlet_table import Vicinity
from atomglass.kernels.sampling.verlet_table_build import vicinity
from atomglass.system.checks import check_seed
from atomglass.system.configuration import Configuration
from atomglass.system.neighbors import WrappedPositions, allowed_skin
from atomglass.system.potential import PairPotential, PairSettings

#: Every so many sweeps, counted from the first, the particles are put into spatial order and all is recomputed.
ORDERING_INTERVAL = 1000
#: Moves between two looks at Python: a fraction of a second, so that signals and progress are seen in time.
MOVES_PER_CALL = 1_000_000
#: Width of the neighbor list beyond the cutoff, by dimension: wide, as a move looks only at the list's beginning.
SKIN = {2: 1.3, 3: 1.4}
#: The same where trajectories move the particles: every pair of the list is looked at.
TRAJECTORY_SKIN = 1.3
#: And the least that a box must have room for.
MIN_HMC_SKIN = 2 * pair_list.MARGIN
#: Sweeps from one trajectory to the next, and time steps of one, at most.
MOST_OF_A_TRAJECTORY = 1_000_000
#: Numbers that a run counts: moves and rebuilds, and trajectories.
COUNTERS = 7
#: Sweeps between two corrections of the step while it is tuned.
TUNING_SWEEPS = 20


@dataclass(frozen=True)
class SwapStatistics:
    """What a run of Swap Monte Carlo did.

    Attributes
    ----------
    sweeps : int
        Sweeps done; one is N attempted moves.
    displacement_acceptance, swap_acceptance : float
        Accepted share of each kind of move; NaN where none was attempted.
    energies : (K,) array
        Potential energy per particle after every `record_every` sweeps.
    record_every : int
        Sweeps between the recorded energies.
    rebuilds : int
        Neighbor lists built.
    trajectory_acceptance : float
        Accepted share of the trajectories; NaN where none was attempted.
    """

    sweeps: int
    displacement_acceptance: float
    swap_acceptance: float
    energies: NDArray[np.float64]
    record_every: int
    rebuilds: int
    trajectory_acceptance: float = float("nan")


@dataclass(frozen=True)
class HybridMonteCarlo:
    """Pieces of molecular dynamics (hybrid Monte Carlo) in place of displacements: all particles move together.

    Each draws momenta anew, follows Hamilton's equations for `steps * time_step`, and is accepted or rejected as a
    whole: the ensemble is the same for any values, and only the speed depends on them. Between them diameters are
    swapped while all particles stay where they are. See docs/decorrelation.md. Begin without overlaps: where forces
    are huge every trajectory is rejected.

    Attributes
    ----------
    every : int
        Sweeps of swaps from one trajectory to the next.
    steps : int
        Time steps, of two force evaluations each.
    time_step : float
        In units of sqrt(m sigma^2 / epsilon), m the mass of every particle. The energy error grows as its square, and
        as the root of N: aim at three trajectories of four accepted.

    Raises
    ------
    InputError
        A value out of range.
    """

    every: int = 6
    steps: int = 8
    time_step: float = 0.05

    def __post_init__(self) -> None:
        _check_count("sweeps from one trajectory to the next", self.every, 1, MOST_OF_A_TRAJECTORY)
        _check_count("time steps of a trajectory", self.steps, 1, MOST_OF_A_TRAJECTORY)
        _check_range("time step of a trajectory", self.time_step, self.time_step > 0, "> 0")


class SwapMonteCarlo:
    """Sampler of the canonical ensemble by displacements and diameter swaps.

    Parameters
    ----------
    configuration : Configuration
        Where to start.
    potential : PairPotential
        The interactions.
    temperature : float
        T, in units of epsilon (k_B = 1).
    swap_fraction : float
        Share of the moves that exchange the diameters of two random particles; 0.2 by default, and 1 with trajectories.
    max_displacement : float
        d: a displacement is uniform in [-d, d] along each axis.
    seed : int or numpy.random.SeedSequence
        Seed of the sampler's own random stream.
    trajectories : HybridMonteCarlo, optional
        Molecular dynamics after every so many sweeps, in place of displacements; none by default.

    Raises
    ------
    InputError
        A value out of range, or a box too small for the cutoff and the step.

    Notes
    -----
    Ninarello, Berthier and Coslovich, Phys. Rev. X 7, 021039 (2017). The particles' energies are updated at every
    accepted move and computed anew with every neighbor list; particles keep their numbers in `configuration`.
    """

    def __init__(
        self,
        configuration: Configuration,
        potential: PairPotential,
        temperature: float = 0.1,
        swap_fraction: float | None = None,
        max_displacement: float = 0.12,
        seed: int | np.random.SeedSequence = 1,
        trajectories: HybridMonteCarlo | None = None,
    ) -> None:
        _check_range("temperature", temperature, temperature > 0, "> 0", "for T = 0 quench the configuration")
        if swap_fraction is None:
            swap_fraction = 0.2 if trajectories is None else 1.0
        _check_range("swap_fraction", swap_fraction, 0 <= swap_fraction <= 1, "0 to 1")
        _check_range("max_displacement", max_displacement, max_displacement > 0, "> 0")
        if trajectories is not None and swap_fraction != 1:
            raise InputError(
                "swap_fraction beside trajectories", swap_fraction, "1", "leave it out: trajectories move the particles"
            )
        self.potential, self.trajectories = potential, trajectories
        self.temperature, self.swap_fraction = float(temperature), float(swap_fraction)
        self._box, self._dimension = configuration.box, configuration.dimension
        wanted = SKIN[self._dimension] if trajectories is None else TRAJECTORY_SKIN
        self._skin = allowed_skin(configuration, potential, wanted)
        self._reach = potential.reach(configuration.diameters) + self._skin
        self.max_displacement = float(max_displacement)
        if trajectories is None and self.max_displacement > self._largest_step:
            raise InputError(
                "max_displacement", max_displacement, f"<= {self._largest_step:.4g} in this box",
                "use a smaller step or more particles",
            )  # fmt: skip
        if trajectories is not None and self._skin < MIN_HMC_SKIN:
            raise InputError(
                "trajectories in a box whose skin has room for", self._skin, f">= {MIN_HMC_SKIN}",
                "use more particles, or no trajectories",
            )  # fmt: skip
        geometry = WrappedPositions.of(configuration)
        self._cell, self._inverse = geometry.cell, geometry.inverse
        self._particles = np.column_stack([geometry.positions, configuration.diameters])
        self._images = geometry.images
        self._order = np.arange(len(configuration))
        self._generator = _generator_state(seed)
        self._list: Vicinity | pair_list.Work
        self.sweep = 0
        self._order_in_space()

    def __len__(self) -> int:
        """Return the number of particles N."""
        return len(self._particles)

    def run(
        self, sweeps: int, record_every: int | None = None, progress: Callable[[int], object] | None = None
    ) -> SwapStatistics:
        """Do a number of sweeps of N attempted moves each.

        Parameters
        ----------
        sweeps : int
            How many. Splitting a run into several gives the same trajectory, bit for bit.
        record_every : int, optional
            Sweeps between recorded energies; by default about a hundred records.
        progress : callable, optional
            Called with the number of sweeps done since its last call, a few times a second.
        """
        _check_count("sweeps", sweeps, 0)
        if record_every is None:
            record_every = max(1, sweeps // 100)
        _check_count("record_every", record_every, 1)
        counters = np.zeros(COUNTERS, np.int64)
        energies = self._advance(sweeps, record_every, counters, progress)
        return _statistics(sweeps, counters, energies, record_every)

    def equilibrate(
        self, sweeps: int, target_acceptance: float = 0.3, progress: Callable[[int], object] | None = None
    ) -> SwapStatistics:
        """Run while tuning the step size towards an acceptance; afterwards the step is frozen.

        The tuning uses the past of the chain, which breaks detailed balance: take no samples from these sweeps.
        """
        _check_count("sweeps", sweeps, 0)
        _check_range("target_acceptance", target_acceptance, 0 < target_acceptance < 1, "between 0 and 1")
        total, energies = np.zeros(COUNTERS, np.int64), [np.empty(0)]
        for start in range(0, sweeps, TUNING_SWEEPS):
            counters = np.zeros(COUNTERS, np.int64)
            energies.append(self._advance(min(TUNING_SWEEPS, sweeps - start), TUNING_SWEEPS, counters, progress))
            total += counters
            if counters[kernels.DISPLACEMENTS]:
                accepted = counters[kernels.DISPLACEMENTS_ACCEPTED] / counters[kernels.DISPLACEMENTS]
                factor = np.clip((accepted + 0.05) / (target_acceptance + 0.05), 0.8, 1.25)
                self.max_displacement = float(min(self.max_displacement * factor, self._largest_step))
        return _statistics(sweeps, total, np.concatenate(energies), TUNING_SWEEPS)

    @property
    def energy(self) -> float:
        """Total potential energy, from the kept energies of the particles."""
        return float(self._energies.sum() / 2)

    @property
    def configuration(self) -> Configuration:
        """The present configuration; positions go on continuously through the faces of the box."""
        positions = np.empty((len(self._order), self._dimension))
        diameters = np.empty(len(self._order))
        d = self._dimension
        positions[self._order] = self._particles[:, :d] + self._images[:, :d] @ self._cell[:d, :d]
        diameters[self._order] = self._particles[:, kernels.SIGMA]
        return Configuration(positions, diameters, self._box)

    def state(self) -> dict[str, Any]:
        """Return all that the next move reads, as arrays; `restore` continues from it bit for bit."""
        settings = {
            "pair": {key: getattr(self.potential, key) for key in PairSettings.model_fields},
            "temperature": self.temperature,
            "swap_fraction": self.swap_fraction,
            "max_displacement": self.max_displacement,
            "skin": self._skin,
            "reach": self._reach,
            "sweep": self.sweep,
        }
        if self.trajectories is not None:
            settings["trajectories"] = asdict(self.trajectories)
        arrays = {name: getattr(self, f"_{name}").copy() for name in _STATE_ARRAYS}
        return {**arrays, "settings": np.array(json.dumps(settings))}

    @classmethod
    def restore(cls, state: dict[str, Any], potential: PairPotential) -> SwapMonteCarlo:
        """Return the sampler that `state` came from.

        Raises
        ------
        InputError
            The state belongs to another potential, or is none.
        """
        return cls._restored(state, potential, "saved state")

    def save(self, path: str | Path) -> None:
        """Write the state to an `.npz` file, aside first and then renamed."""
        path = Path(path)
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        with aside.open("wb") as file:
            np.savez(file, **self.state())
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)

    @classmethod
    def load(cls, path: str | Path, potential: PairPotential) -> SwapMonteCarlo:
        """Return the sampler saved in a file.

        Raises
        ------
        InputError
            The file is missing, damaged, or of another potential.
        """
        try:
            with np.load(path, allow_pickle=False) as data:
                state = {name: data[name] for name in (*_STATE_ARRAYS, "settings")}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile, zlib.error) as error:
            raise InputError(
                f"cannot read sampler state {path} ({error})", remedy="start the sampler again from a configuration"
            ) from None
        return cls._restored(state, potential, f"sampler state {path}")

    @classmethod
    def _restored(cls, state: dict[str, Any], potential: PairPotential, what: str) -> SwapMonteCarlo:
        settings = _checked_settings(state, what)
        given = {key: getattr(potential, key) for key in PairSettings.model_fields}
        if settings["pair"] != given:
            raise InputError(f"potential of {what}", settings["pair"], f"the one given, {given}")
        sampler = cls.__new__(cls)
        sampler.potential = potential
        for name in _STATE_ARRAYS:
            setattr(sampler, f"_{name}", np.array(state[name]))
        sampler._dimension = sampler._box.shape[0]
        sampler.temperature, sampler.swap_fraction = settings["temperature"], settings["swap_fraction"]
        sampler.max_displacement, sampler.sweep = settings["max_displacement"], settings["sweep"]
        sampler._skin, sampler._reach = settings["skin"], settings["reach"]
        sampler.trajectories = HybridMonteCarlo(**settings["trajectories"]) if "trajectories" in settings else None
        place = sampler._particles, sampler._reference, sampler._cell, sampler._inverse
        sampler._list = (
            vicinity(*place, sampler._dimension, sampler._reach, potential.parameters)
            if sampler.trajectories is None
            else pair_list.work_for(sampler._axes, *place, sampler._reach)
        )
        return sampler

    def _advance(
        self, sweeps: int, record_every: int, counters: NDArray[np.int64], progress: Callable[[int], object] | None
    ) -> NDArray[np.float64]:
        """Do the sweeps in short blocks, add to the counters, and return the recorded energies per particle."""
        energies = []
        per_call = max(1, MOVES_PER_CALL // len(self._particles))
        done = 0
        while done < sweeps:
            block = min(
                sweeps - done,
                per_call,
                record_every - done % record_every,
                ORDERING_INTERVAL - self.sweep % ORDERING_INTERVAL,
            )
            self._run_block(block, counters)
            done += block
            if done % record_every == 0:
                energies.append(self.energy / len(self._particles))
            if progress is not None:
                progress(block)
        return np.array(energies)

    @property
    def _axes(self) -> tuple[int, ...]:
        # Its length is known to the compiler: the kernels are made for each dimension.
        return tuple(range(self._dimension))

    @property
    def _largest_step(self) -> float:
        # A trial from a freshly built list must stay within half the skin, or the list could miss a neighbor.
        return self._skin / 2 / np.sqrt(self._dimension)

    def _run_block(self, sweeps: int, counters: NDArray[np.int64]) -> None:
        if self.sweep % ORDERING_INTERVAL == 0 and self.sweep > 0:
            self._order_in_space()
        given = (
            self._axes, self._particles, self._reference, self._images, self._energies, self._list,
            self._cell, self._inverse, self._reach, self._skin, self.potential.parameters,
        )  # fmt: skip
        if self.trajectories is None:
            rules = kernels.Rules(self.temperature, self.swap_fraction, self.max_displacement)
            moves = sweeps * len(self._particles)
            self._list = kernels.run_moves(*given, rules, moves, self._generator, counters)
        else:
            schedule = trajectory.Schedule(**asdict(self.trajectories))
            self._list = trajectory.run_sweeps(
                *given, self.temperature, schedule, self.sweep, sweeps, self._generator, counters
            )
        self.sweep += sweeps

    def _order_in_space(self) -> None:
        """Sort the particles by search cell, so that neighbors are near in memory, and recompute everything."""
        positions = np.ascontiguousarray(self._particles[:, :3])
        cells.wrap(positions, self._images, self._cell, self._inverse, self._dimension)
        counts = cells.cell_counts(self._inverse, self._dimension, self._reach)
        order = cells.sort_into_cells(positions, self._inverse, self._dimension, counts)[0]
        self._particles = np.column_stack([positions, self._particles[:, 3]])[order]
        self._images, self._order = self._images[order], self._order[order]
        self._reference, self._energies = np.empty_like(positions), np.empty(len(order))
        renew = kernels.renew if self.trajectories is None else pair_list.renew
        self._list = renew(
            self._axes, self._particles, self._reference, self._images, self._energies,
            self._cell, self._inverse, self._reach, self.potential.parameters,
        )  # fmt: skip


_STATE_ARRAYS = ("particles", "reference", "images", "energies", "order", "generator", "cell", "inverse", "box")


#: Arrays of a saved state with one row a particle: shape of the row, and type.
_PER_PARTICLE = {
    "particles": ((4,), np.float64),
    "reference": ((3,), np.float64),
    "images": ((3,), np.int64),
    "energies": ((), np.float64),
    "order": ((), np.int64),
}
_SETTINGS = {"pair", "temperature", "swap_fraction", "max_displacement", "skin", "reach", "sweep"}


def _checked_settings(state: dict[str, Any], what: str) -> dict[str, Any]:
    """Return the settings of a saved state whose arrays fit together: kernels check no bounds."""
    try:
        n, d = len(state["particles"]), len(state["box"])
        shapes = {name: ((n, *shape), kind) for name, (shape, kind) in _PER_PARTICLE.items()}
        shapes |= {"generator": ((4,), np.uint64), "cell": ((3, 3), np.float64), "inverse": ((3, 3), np.float64)}
        for name, (shape, kind) in shapes.items():
            array = state[name]
            if array.shape != shape or array.dtype != kind or not np.all(np.isfinite(array)):
                raise InputError(
                    f"array {name!r} of {what}, shape and type,", (array.shape, str(array.dtype)), str(shape)
                )
        settings = json.loads(str(state["settings"]))
        if n < 1 or d not in (2, 3) or not settings.keys() >= _SETTINGS:
            raise InputError(what, "incomplete", "a state as SwapMonteCarlo saves it")
        if "trajectories" in settings:
            HybridMonteCarlo(**settings["trajectories"])
            if settings["swap_fraction"] != 1 or settings["skin"] < MIN_HMC_SKIN:
                found = settings["swap_fraction"], settings["skin"]
                allowed = f"1 and >= {MIN_HMC_SKIN} with trajectories"
                raise InputError(f"swap_fraction and skin of {what}", found, allowed, "sample anew")
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise InputError(f"{what} is no state of a sampler ({error!r})") from None
    if not np.array_equal(np.sort(state["order"]), np.arange(n)):
        raise InputError(f"array 'order' of {what}", "no permutation", "each particle once")
    return settings


def _check_count(name: str, value: int, least: int, most: int | None = None) -> None:
    allowed = f"an integer >= {least}" if most is None else f"an integer from {least} to {most}"
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        raise InputError(name, value, allowed)


def _generator_state(seed: int | np.random.SeedSequence) -> NDArray[np.uint64]:
    if not isinstance(seed, np.random.SeedSequence):
        seed = np.random.SeedSequence(check_seed(seed))
    return seed.generate_state(4, np.uint64).astype(np.uint64)


def _check_range(name: str, value: float, good: bool, allowed: str, remedy: str = "") -> None:
    if not (good and np.isfinite(value)):
        raise InputError(name, value, allowed, remedy)


def _statistics(
    sweeps: int, counters: NDArray[np.int64], energies: NDArray[np.float64], record_every: int
) -> SwapStatistics:
    moves, accepted, swaps, swaps_accepted, rebuilds, tried, followed = (int(c) for c in counters)
    return SwapStatistics(
        sweeps=sweeps,
        displacement_acceptance=accepted / moves if moves else float("nan"),
        swap_acceptance=swaps_accepted / swaps if swaps else float("nan"),
        energies=energies,
        record_every=record_every,
        rebuilds=rebuilds,
        trajectory_acceptance=followed / tried if tried else float("nan"),
    )
