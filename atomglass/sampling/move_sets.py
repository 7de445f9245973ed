"""Sets of moves that make up a sweep, with a common interface for the sampler.

Each set provides the compiled loop over its moves, and the neighbor list that this loop needs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol, TypeVar

from atomglass.errors import InputError
from atomglass.kernels.sampling import displacement_swap, flat_pair_list, hybrid_monte_carlo
from atomglass.kernels.sampling.build_verlet_table import build_verlet_table
from atomglass.kernels.sampling.drawn_moves import MoveParameters
from atomglass.kernels.sampling.flat_pair_list import HMCWorkspace
from atomglass.kernels.sampling.hybrid_monte_carlo import HMCParameters
from atomglass.kernels.sampling.verlet_table import VerletTable
from atomglass.kernels.sampling.windowed_sweeps import WindowedWorkspace, run_windowed_sweeps, with_rows
from atomglass.sampling.moves import MIN_HMC_SKIN, DiameterSwaps, Displacements, HybridMonteCarlo
from atomglass.sampling.state import LiquidState
from atomglass.types import IntArray

#: Skin of the Verlet table by dimension, in units of length; wide, since a move reads only the start of a sorted list.
TABLE_SKIN = {2: 1.3, 3: 1.4}
#: Skin of the flat list of hybrid Monte Carlo, all of whose pairs are read, in units of length.
HMC_SKIN = 1.3
#: The same with swaps of similar diameters, by dimension. In three dimensions the wider one is faster; without a window
#: of the swaps the narrow one is kept, so that studies can be repeated to the bit.
SIMILAR_SWAPS_SKIN = {2: 1.3, 3: 1.7}

NeighborData = TypeVar("NeighborData")


class MoveSet(Protocol[NeighborData]):
    """Interface between the sampler and the moves that make up a sweep."""

    @property
    def displacements(self) -> Displacements:
        """Displacements of single particles."""

    @property
    def swaps(self) -> DiameterSwaps:
        """Diameter swaps."""

    @property
    def trajectories(self) -> HybridMonteCarlo | None:
        """Trajectories between the sweeps, or None."""

    def wanted_skin(self, dimension: int) -> float:
        """Return the skin of the neighbor list, in units of length, with which the moves are fastest."""

    def check(self, skin: float, dimension: int) -> None:
        """Raise InputError if the skin that the box allows is too small for the moves."""

    def rebuild(self, liquid: LiquidState) -> NeighborData:
        """Rebuild the neighbor list at the current positions, recompute all energies, and return the list."""

    def restored(self, liquid: LiquidState) -> NeighborData:
        """Return the neighbor list for the reference positions, as it was before a state was saved."""

    def run(self, liquid: LiquidState, neighbors: NeighborData, sweeps: int, counters: IntArray) -> NeighborData:
        """Run a number of sweeps in place.

        Parameters
        ----------
        liquid : LiquidState
            The particles.
        neighbors : VerletTable or HMCWorkspace
            Their neighbor list, as returned by `rebuild` or `run`.
        sweeps : int
            Number of sweeps.
        counters : (7,) int array
            Incremented by the attempted and accepted moves.

        Returns
        -------
        VerletTable or HMCWorkspace
            The neighbor list, which may be a new one.
        """

    def tuned(self, liquid: LiquidState, counters: IntArray, target_acceptance: float) -> MoveSet[NeighborData]:
        """Return moves whose acceptance should be closer to a target.

        Parameters
        ----------
        liquid : LiquidState
            The particles, whose neighbor list limits the moves.
        counters : (7,) int array
            Attempted and accepted moves since the last change.
        target_acceptance : float
            Desired accepted fraction.
        """

    def extra_settings(self) -> dict[str, Any]:
        """Return the settings that a saved state contains in addition to those of displacements and swaps."""


@dataclass(frozen=True)
class DisplacementsAndSwaps:
    """Displacements and diameter swaps, chosen at random: swap Monte Carlo.

    Attributes
    ----------
    displacements : Displacements
        Moves of single particles.
    swaps : DiameterSwaps
        Swaps; their fraction is the probability that a move is a swap.
    """

    displacements: Displacements
    swaps: DiameterSwaps
    trajectories: None = None

    def wanted_skin(self, dimension: int) -> float:
        """Return the skin of the Verlet table with which the moves are fastest."""
        return TABLE_SKIN[dimension]

    def check(self, skin: float, dimension: int) -> None:
        """Raise InputError if a displacement could exceed the skin that the box allows."""
        step, limit = self.displacements.max_displacement, Displacements.limit(skin, dimension)
        if step > limit:
            remedy = "use a smaller step or more particles"
            raise InputError("max_displacement", step, f"<= {limit:.4g} in this box", remedy)

    def rebuild(self, liquid: LiquidState) -> VerletTable:
        """Rebuild the Verlet table at the current positions and recompute all energies."""
        return displacement_swap.rebuild_table_and_energies(liquid.axes, liquid.chain, liquid.geometry, liquid.pair)

    def restored(self, liquid: LiquidState) -> VerletTable:
        """Return the Verlet table for the reference positions."""
        d = liquid.dimension
        return build_verlet_table(liquid.particles, liquid.reference, liquid.geometry, d, liquid.pair)

    def run(self, liquid: LiquidState, neighbors: VerletTable, sweeps: int, counters: IntArray) -> VerletTable:
        """Run sweeps of N attempted displacements and swaps in place.

        Parameters
        ----------
        liquid : LiquidState
            The particles.
        neighbors : VerletTable
            Their neighbor list.
        sweeps : int
            Number of sweeps.
        counters : (7,) int array
            Incremented by the attempted and accepted moves.
        """
        step = self.displacements.max_displacement
        parameters = MoveParameters(liquid.temperature, self.swaps.fraction, step, liquid.pair)
        moves = sweeps * len(liquid)
        return displacement_swap.run_moves(
            liquid.axes, liquid.chain, neighbors, liquid.geometry, parameters, moves, counters
        )

    def tuned(self, liquid: LiquidState, counters: IntArray, target_acceptance: float) -> DisplacementsAndSwaps:
        """Return moves with displacements whose acceptance should be closer to a target.

        Parameters
        ----------
        liquid : LiquidState
            The particles, whose neighbor list limits the displacements.
        counters : (7,) int array
            Attempted and accepted moves since the last change.
        target_acceptance : float
            Desired accepted fraction of the displacements.
        """
        limit = Displacements.limit(liquid.skin, liquid.dimension)
        return replace(self, displacements=self.displacements.tuned(counters, target_acceptance, limit))

    def extra_settings(self) -> dict[str, Any]:
        """Return no settings: every saved state contains those of displacements and swaps."""
        return {}


@dataclass(frozen=True)
class SwapsAndTrajectories:
    """Diameter swaps at fixed positions, and trajectories of hybrid Monte Carlo between the sweeps.

    Attributes
    ----------
    displacements : Displacements
        Never attempted, as all moves of a sweep are swaps; saved states still contain their parameter.
    swaps : DiameterSwaps
        Swaps, which are all moves of a sweep: their fraction is 1.
    trajectories : HybridMonteCarlo
        When trajectories are attempted, and how they are integrated.

    Raises
    ------
    InputError
        The fraction of swaps is not 1.
    """

    displacements: Displacements
    swaps: DiameterSwaps
    trajectories: HybridMonteCarlo

    def __post_init__(self) -> None:
        if self.swaps.fraction != 1:
            remedy = "leave it out: trajectories move the particles"
            raise InputError("swap_fraction with trajectories", self.swaps.fraction, "1", remedy)

    def wanted_skin(self, dimension: int) -> float:
        """Return the skin of the pair list with which the moves are fastest."""
        return HMC_SKIN

    def check(self, skin: float, dimension: int) -> None:
        """Raise InputError if the skin that the box allows is too small to select close pairs."""
        if skin < MIN_HMC_SKIN:
            remedy = "use more particles, or no trajectories"
            raise InputError("skin of the pair list of trajectories in this box", skin, f">= {MIN_HMC_SKIN}", remedy)

    def rebuild(self, liquid: LiquidState) -> HMCWorkspace:
        """Rebuild the pair list at the current positions and recompute all energies."""
        return flat_pair_list.rebuild_list_and_energies(liquid.axes, liquid.chain, liquid.geometry, liquid.pair)

    def restored(self, liquid: LiquidState) -> HMCWorkspace:
        """Return the pair list for the reference positions."""
        return flat_pair_list.build_workspace(liquid.axes, liquid.particles, liquid.reference, liquid.geometry)

    def run(self, liquid: LiquidState, neighbors: HMCWorkspace, sweeps: int, counters: IntArray) -> HMCWorkspace:
        """Run sweeps of N attempted swaps in place, with the trajectories that are due between them.

        Parameters
        ----------
        liquid : LiquidState
            The particles.
        neighbors : HMCWorkspace
            Their pair list.
        sweeps : int
            Number of sweeps.
        counters : (7,) int array
            Incremented by the attempted and accepted moves.
        """
        return hybrid_monte_carlo.run_sweeps(
            *(liquid.axes, liquid.chain, neighbors, liquid.geometry),
            *(self.parameters(liquid), liquid.sweep, sweeps, counters),
        )

    def parameters(self, liquid: LiquidState) -> HMCParameters:
        """Return the parameters of the kernels that run the trajectories.

        Parameters
        ----------
        liquid : LiquidState
            Its temperature and potential are among them.
        """
        hmc = self.trajectories
        return HMCParameters(liquid.temperature, hmc.every, hmc.steps, float(hmc.time_step), liquid.pair)

    def tuned(self, liquid: LiquidState, counters: IntArray, target_acceptance: float) -> SwapsAndTrajectories:
        """Return the same moves: trajectories are not tuned.

        Parameters
        ----------
        liquid : LiquidState
            Not used.
        counters : (7,) int array
            Not used.
        target_acceptance : float
            Not used.
        """
        return self

    def extra_settings(self) -> dict[str, Any]:
        """Return the parameters of the trajectories; without a window of the swaps, as states were saved before it."""
        settings = asdict(self.trajectories)
        if self.trajectories.swap_window is None:
            settings.pop("swap_window")
        return {"trajectories": settings}


@dataclass(frozen=True)
class SimilarSwapsAndTrajectories(SwapsAndTrajectories):
    """Swaps of similar diameters at fixed positions, and trajectories of hybrid Monte Carlo between the sweeps.

    The attributes are those of `SwapsAndTrajectories`. The window of the swaps is that of the trajectories' settings.
    """

    def wanted_skin(self, dimension: int) -> float:
        """Return the skin of the pair list with which the moves are fastest."""
        return SIMILAR_SWAPS_SKIN[dimension]

    def rebuild(self, liquid: LiquidState) -> WindowedWorkspace:  # type: ignore[override]
        """Rebuild the pair list at the current positions, recompute all energies, and rank the diameters."""
        return with_rows(super().rebuild(liquid), self._window, liquid.pair)

    def restored(self, liquid: LiquidState) -> WindowedWorkspace:  # type: ignore[override]
        """Return the pair list for the reference positions, and the diameters by rank."""
        return with_rows(super().restored(liquid), self._window, liquid.pair)

    def run(  # type: ignore[override]
        self, liquid: LiquidState, neighbors: WindowedWorkspace, sweeps: int, counters: IntArray
    ) -> WindowedWorkspace:
        """Run sweeps of N attempted swaps in place, with the trajectories that are due between them.

        Parameters
        ----------
        liquid : LiquidState
            The particles.
        neighbors : WindowedWorkspace
            Their pair list, and diameters by rank.
        sweeps : int
            Number of sweeps.
        counters : (7,) int array
            Incremented by the attempted and accepted moves.
        """
        return run_windowed_sweeps(
            *(liquid.axes, liquid.chain, neighbors, liquid.geometry),
            *(self.parameters(liquid), self._window, (liquid.sweep, sweeps), counters),
        )

    @property
    def _window(self) -> float:
        assert self.trajectories.swap_window is not None
        return float(self.trajectories.swap_window)


def move_set(
    swap_fraction: float | None, max_displacement: float, trajectories: HybridMonteCarlo | None
) -> MoveSet[Any]:
    """Return the set of moves with these parameters.

    Parameters
    ----------
    swap_fraction : float, optional
        Fraction of the moves of a sweep that are swaps; by default 0.2, or 1 with trajectories.
    max_displacement : float
        Largest displacement along an axis, in units of length.
    trajectories : HybridMonteCarlo, optional
        Trajectories instead of displacements.

    Raises
    ------
    InputError
        A value is out of range.
    """
    if swap_fraction is None:
        swap_fraction = DiameterSwaps.fraction if trajectories is None else 1.0
    swaps, displacements = DiameterSwaps(swap_fraction), Displacements(max_displacement)
    if trajectories is None:
        return DisplacementsAndSwaps(displacements, swaps)
    if trajectories.swap_window is not None:
        return SimilarSwapsAndTrajectories(displacements, swaps, trajectories)
    return SwapsAndTrajectories(displacements, swaps, trajectories)
