"""Regions of a large sample that still rearrange while the rest has settled: they go down on their own.

The larger a sample, the more surely a few of its particles are on the way over a saddle, where a descent takes a
hundred evaluations: of all particles, and with conjugate directions that are those of the few.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels.minimization import local_relaxation as regions

#: Root-mean-square force below which regions go down on their own. Before, rearrangements are everywhere.
BEGIN_FORCE = 0.03
#: Largest force, in root mean squares, beyond which some regions lag behind. Settled samples of 1e5 have 5.
UNEVEN = 20.0
#: Force of the particle in the middle of a region, and force that the region is brought down to, in root mean squares.
HOT, CALM = 5.0, 1.0
#: Particles of a region: as wide as a rearrangement's elastic field has to be to end in it, small enough for the cache.
SIZE = 1000
#: Evaluations of one region at most.
MOST = 2000
#: Turns one after the other for regions that did not end, and steps of the whole sample until the next.
TURNS, PAUSE = 4, 10


class Rearrangements:
    """Decides when regions go down on their own, and lets them.

    Parameters
    ----------
    dimension : int
        2 or 3.
    longest_step : float
        Most that one particle moves in one trial.
    room : float
        How far particles may be from where the list was built before a step.
    tolerance : float
        No region is brought down farther than to this force.
    """

    def __init__(self, dimension: int, longest_step: float, room: float, tolerance: float) -> None:
        self._dimension, self._longest_step, self._room = dimension, longest_step, room
        self._tolerance = tolerance
        self._wait, self._turn = 0, 0
        self._listed: tuple | None = None

    def due(self, force: float, worst: float) -> bool:
        """Whether it is time for them, by the root-mean-square and the largest force; asked once an iteration.

        Only in the plane: in space a region of as many particles is mostly rim, and new forces spread from there.
        """
        self._wait -= 1
        return (
            self._dimension == 2
            and self._wait <= 0
            and force < BEGIN_FORCE
            and (worst > UNEVEN * force or self._turn > 0)
        )

    def hurry(self) -> None:
        """Spare the pause, where an iteration was as dear as a hundred others."""
        self._wait = 0

    def relax(
        self, positions: NDArray[np.float64], reference: NDArray[np.float64], forces: NDArray[np.float64],
        force: float, listed: tuple,
    ) -> float:  # fmt: skip
        """Move positions (N, 3) in place; return the work, in evaluations of the whole sample.

        `force` is the root mean square of the forces (N, 3); `listed` a half list built at `reference`, shifts and
        parameters of the potential.
        """
        if self._listed is None or self._listed[0] is not listed[0]:
            self._listed = (listed[0], *regions.backwards(*listed[:2]))
        unfinished, work = regions.relax(
            positions, reference, forces, *listed, *self._listed[1:], self._dimension,
            HOT * force, max(CALM * force, self._tolerance), SIZE, self._longest_step, self._room, MOST,
        )  # fmt: skip
        self._turn += 1
        if not unfinished or self._turn == TURNS:
            self._wait, self._turn = PAUSE, 0
        return float(work)
