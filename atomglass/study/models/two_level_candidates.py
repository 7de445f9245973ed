"""Which pairs of inherent states of a glass may be two-level systems, and which rearrangements they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from atomglass.landscape.basin_search import BasinSearch
from atomglass.study.models.two_level_settings import TwoLevelSettings
from atomglass.types import Array

#: Overlap of two displacements above which they are the same rearrangement.
SAME_EVENT = 0.9


class Rearrangements:
    """A growing list of rearrangements of one glass, in which known ones are recognized.

    Several pairs of states can be one rearrangement, met while other particles were in either of their own states.
    """

    def __init__(self) -> None:
        self._units: list[Array] = []

    def number_of(self, displacement: Array) -> int:
        """Return the number of the rearrangement with a displacement (N, d), in either direction; new ones are added.

        Parameters
        ----------
        displacement : (N, d) array
            Displacement between two inherent states, without a uniform displacement.
        """
        unit = displacement / np.linalg.norm(displacement)
        for k, known in enumerate(self._units):
            if abs((unit * known).sum()) > SAME_EVENT:
                return k
        self._units.append(unit)
        return len(self._units) - 1


@dataclass(frozen=True)
class Candidates:
    """Pairs of states that may be two-level systems, and the rearrangements that they are.

    Attributes
    ----------
    events : dict of (int, int) to int
        Numbers of the rearrangements of all candidates i < j, the most frequent transitions first.
    rearrangements : Rearrangements
        Recognizes them.
    chosen : list of (int, int)
        The pairs for which paths are sought: first the most frequent one of each rearrangement, then the second one of
        each, and so on, as far as the study's number of paths goes.
    """

    events: dict[tuple[int, int], int]
    rearrangements: Rearrangements
    chosen: list[tuple[int, int]]

    @classmethod
    def of(cls, search: BasinSearch, settings: TwoLevelSettings) -> Candidates:
        """Return the candidates of a search.

        Parameters
        ----------
        search : BasinSearch
            The inherent states around the glass, and the transitions between them.
        settings : TwoLevelSettings
            The study's settings.
        """
        found, known = search.found, Rearrangements()
        events = {
            (i, j): known.number_of(found.displacement(i, found.states[j]))
            for i, j in candidate_pairs(search, settings)
        }
        ranks, seen = {}, Counter[int]()
        for pair, event in events.items():
            ranks[pair] = seen[event]
            seen[event] += 1
        most, each = settings.paths.most, settings.paths.most_per_rearrangement
        chosen = [pair for pair in sorted(events, key=ranks.__getitem__) if ranks[pair] < each]
        return cls(events, known, chosen[:most])


def candidate_pairs(search: BasinSearch, settings: TwoLevelSettings) -> list[tuple[int, int]]:
    """Return the pairs i < j with a small difference in energy, the most frequent transitions first."""
    energies, paths = search.found.energies, settings.paths
    pairs = search.both_ways()
    if not paths.both_ways:
        pairs += sorted({(min(p), max(p)) for p in search.transitions} - set(pairs))
    return [(i, j) for i, j in pairs if abs(energies[j] - energies[i]) <= paths.largest_difference]
