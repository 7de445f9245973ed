"""The tables of one glass in a study of two-level systems: its inherent states, their transitions, and their levels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from atomglass.errors import InputError
from atomglass.landscape.basin_search import BasinSearch
from atomglass.landscape.double_wells import minimum_along_mode
from atomglass.landscape.minimum_energy_path import PathStatus, minimum_energy_path
from atomglass.landscape.strain_coupling import deformation_potentials, energy_difference_per_strain
from atomglass.landscape.tunnel_splitting import TunnelSplitting, splitting_along
from atomglass.study.models.two_level_candidates import Candidates, Rearrangements
from atomglass.study.models.two_level_settings import TwoLevelSettings
from atomglass.study.protocol import Row
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.system.potential import PairPotential
from atomglass.types import Array
from atomglass.vibrations.elasticity import moduli_of
from atomglass.vibrations.expansion import Expansion, expand_all
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.modes import modes_of_hessian_below
from atomglass.vibrations.soft_spots import soft_spots_of_hessian
from atomglass.vibrations.starting_fields import starting_fields


@dataclass(frozen=True)
class SoftModes:
    """The harmonic and the pseudo-harmonic modes of one inherent state.

    Attributes
    ----------
    harmonic, spots : list of Expansion
        Expansions of the energy along them, with their directions.
    """

    harmonic: list[Expansion]
    spots: list[Expansion]


@dataclass
class PairRows:
    """Rows of the table `tls`, with the modes of lower states, which several pairs share.

    Attributes
    ----------
    potential : PairPotential
        The interactions.
    settings : TwoLevelSettings
        The study's settings.
    rng : numpy.random.Generator
        Source of the random displacements of the control.
    rearrangements : Rearrangements
        Numbers the rearrangements.
    """

    potential: PairPotential
    settings: TwoLevelSettings
    rng: np.random.Generator
    rearrangements: Rearrangements
    _modes: dict[int, SoftModes] = field(default_factory=dict)

    def modes(self, number: int, state: Configuration) -> SoftModes:
        """Return the modes of a state, by its number; those of states without a number (-1) are not stored."""
        if number < 0:
            return soft_modes(state, self.potential, self.settings)
        if number not in self._modes:
            self._modes[number] = soft_modes(state, self.potential, self.settings)
        return self._modes[number]

    def row(self, one: tuple[int, Configuration], other: tuple[int, Configuration], source: str) -> Row:
        """Return the row of a pair of states, the lower one first.

        Parameters
        ----------
        one, other : (int, Configuration)
            The states, with their numbers in the table of minima; -1 if they are not in it.
        source : str
            Where the pair comes from.
        """
        paths = self.settings.paths
        row: Row = {"state_i": one[0], "state_j": other[0], "source": source}
        try:
            path = minimum_energy_path(one[1], other[1], self.potential, paths.images)
        except InputError:  # one path must not end the search around a glass
            return row | {"path_status": PathStatus.FAILED.value}
        found = splitting_along(path, paths.hbar)
        gamma = deformation_potentials(energy_difference_per_strain(one[1], other[1], self.potential))
        row |= {"gamma_t": gamma[0], "gamma_l": gamma[1]}
        row |= splitting_columns(found) | {"event": self.rearrangements.number_of(path.displacements[-1])}
        if paths.link and found.levels is not None and path.status is PathStatus.ONE_BARRIER:
            row |= link_columns(path.displacements[-1], self.modes(one[0], one[1]), self.rng)
        return row


def minima_rows(search: BasinSearch) -> list[Row]:
    """Return one row per inherent state."""
    found = search.found
    return [
        {
            "state": k,
            "energy": found.energies[k] - found.energies[0],
            "energy_per_particle": found.energies[k] / len(state),
            "distance": float(np.linalg.norm(found.displacement(0, state))),
            "visits": search.visits[k],
        }
        for k, state in enumerate(found.states)
    ]


def transition_rows(search: BasinSearch, candidates: Candidates) -> list[Row]:
    """Return one row per pair of inherent states between which there were transitions."""
    rows = []
    for i, j in sorted({(min(pair), max(pair)) for pair in search.transitions}):
        moves = search.found.displacement(i, search.found.states[j])
        rows.append(
            {
                "state_i": i,
                "state_j": j,
                "count_ij": search.transitions[i, j],
                "count_ji": search.transitions[j, i],
                "energy_difference": abs(search.found.energies[j] - search.found.energies[i]),
                "distance": float(np.linalg.norm(moves)),
                "moved_particles": _participation_number(moves),
                "largest_move": float(np.sqrt((moves**2).sum(axis=1).max())),
                "candidate": (i, j) in candidates.events,
                "event": candidates.events.get((i, j)),
            }
        )
    return rows


def pair_rows(
    search: BasinSearch, table: PairRows, chosen: list[tuple[int, int]], check: Callable[[], object]
) -> list[Row]:
    """Return one row per pair from the dynamics for which a path is sought.

    Parameters
    ----------
    search : BasinSearch
        The inherent states around the glass.
    table : PairRows
        Makes the rows.
    chosen : list of (int, int)
        Numbers of the two states of each pair.
    check : callable
        Called before each path; an exception that it raises ends the work.
    """
    rows = []
    energies, states = search.found.energies, search.found.states
    for pair in chosen:
        check()
        i, j = sorted(pair, key=lambda k: energies[k])
        rows.append(table.row((i, states[i]), (j, states[j]), "dynamics"))
    return rows


def second_well_rows(search: BasinSearch, table: PairRows, check: Callable[[], object]) -> list[Row]:
    """Return one row per second well along the pseudo-harmonic modes of the glass itself.

    Parameters
    ----------
    search : BasinSearch
        The inherent states around the glass.
    table : PairRows
        Makes the rows.
    check : callable
        Called before each mode; an exception that it raises ends the work.
    """
    glass, rows = search.found.states[0], []
    for expansion in table.modes(0, glass).spots:
        check()
        if not expansion.second_minimum:
            continue
        other = minimum_along_mode(glass, table.potential, expansion).quench
        if other is None:
            continue
        state, energy = other.configuration, other.energy
        number = search.found.place_of(state, energy)
        found = (-1 if number is None else number, state)
        pair = [found, (0, glass)] if energy < search.found.energies[0] else [(0, glass), found]
        rows.append(table.row(pair[0], pair[1], "mode"))
    return rows


def splitting_columns(found: TunnelSplitting) -> Row:
    """Return the columns of a path and of the levels along it."""
    path = found.path
    return {
        "path_status": path.status.value,
        "splitting": found.splitting,
        "splitting_error": found.error,
        "asymmetry": found.asymmetry,
        "tunneling": found.tunneling,
        "localization": found.localization,
        "energy_difference": path.asymmetry,
        "barrier": path.barrier,
        "barrier_count": path.barrier_count,
        "ground_level": float(found.levels.energies[0]) if found.levels is not None else float("nan"),
        "below_barrier": found.below_barrier if found.levels is not None else None,
        "path_length": path.length,
        "distance": path.distance,
        "moved_particles": path.moved_particles,
        "largest_move": float(np.sqrt((path.displacements[-1] ** 2).sum(axis=1).max())),
    }


def soft_modes(state: Configuration, potential: PairPotential, settings: TwoLevelSettings) -> SoftModes:
    """Return the modes of an inherent state below the study's bound; pseudo-harmonic ones if the study has them.

    Parameters
    ----------
    state : Configuration
        The inherent state.
    potential : PairPotential
        The interactions.
    settings : TwoLevelSettings
        The study's settings.
    """
    pairs = InteractingPairs.of(state, potential)
    reduced = ReducedHessian(pairs)
    if not reduced.is_minimum:
        return SoftModes([], [])
    bound = settings.modes.bound(moduli_of(state, pairs, reduced).first_phonon_frequency)
    if np.isnan(bound):
        return SoftModes([], [])
    modes = modes_of_hessian_below(reduced, bound)
    spots: list[Expansion] = []
    if settings.modes.nonlinear == "pseudoharmonic":
        # Up to the bound of the table of pseudo-harmonic modes, which may lie below that of the harmonic ones.
        found = soft_spots_of_hessian(
            pairs, reduced, starting_fields(pairs, reduced, modes), settings.modes.below or bound
        ).modes
        spots = expand_all(pairs, found.eigenvectors[found.converged])
    return SoftModes(expand_all(pairs, modes.eigenvectors), spots)


def link_columns(displacement: Array, modes: SoftModes, rng: np.random.Generator) -> Row:
    """Return the largest overlaps of a displacement with modes, and that of a randomly moved displacement.

    Parameters
    ----------
    displacement : (N, d) array
        Displacement between two inherent states.
    modes : SoftModes
        Modes of the lower one.
    rng : numpy.random.Generator
        Assigns the displacements to random particles, for the control.
    """
    moved = displacement[rng.permutation(len(displacement))]
    row: Row = {}
    for name, group in (("mode", modes.harmonic), ("spot", modes.spots)):
        if not group:
            continue
        overlaps = [_overlap(displacement, mode) for mode in group]
        k = int(np.argmax(overlaps))
        row[f"{name}_overlap"] = overlaps[k]
        row[f"{name}_frequency"] = float(np.sqrt(max(group[k].b2, 0.0)))
        row[f"{name}_group"] = str(group[k].group)
    row["control_overlap"] = max((_overlap(moved, mode) for mode in modes.spots or modes.harmonic), default=np.nan)
    return row


def _overlap(displacement: Array, mode: Expansion) -> float:
    return float(abs((displacement * mode.direction).sum()) / np.linalg.norm(displacement))


def _participation_number(moves: Array) -> float:
    squares = (moves**2).sum(axis=1)
    return float(squares.sum() ** 2 / (squares**2).sum())
