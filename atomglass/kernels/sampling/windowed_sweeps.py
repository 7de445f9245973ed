"""Sweeps of swaps of similar diameters, with trajectories of hybrid Monte Carlo between them."""

from __future__ import annotations

from typing import NamedTuple

from atomglass.kernels.jit import kernel
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.sampling.flat_pair_list import HMCWorkspace, compute_squares
from atomglass.kernels.sampling.hybrid_monte_carlo import HMCParameters, hmc_step
from atomglass.kernels.sampling.records import (
    REBUILDS,
    TRAJECTORIES,
    TRAJECTORIES_ACCEPTED,
    ChainState,
    ListGeometry,
)
from atomglass.kernels.sampling.verlet_table import LABEL
from atomglass.kernels.sampling.windowed_swap import (
    SwapRows,
    allocate_rows,
    fill_rows,
    rank_again,
    swap_similar_diameters,
)
from atomglass.types import IntArray


class WindowedWorkspace(NamedTuple):
    """Workspace of the trajectories, and the rows for swaps of the same particles.

    Attributes
    ----------
    pairs : HMCWorkspace
        Neighbor list, and arrays of a trajectory.
    rows : SwapRows
        Diameters by rank, and rows of pairs.
    """

    pairs: HMCWorkspace
    rows: SwapRows


@kernel
def with_rows(w: HMCWorkspace, window: float, p: Potential) -> WindowedWorkspace:
    """Return a workspace with rows for swaps of similar diameters.

    Parameters
    ----------
    w : HMCWorkspace
        Neighbor list, and diameters.
    window : float
        Largest difference between two diameters that are swapped, in units of length.
    p : PairParameters or FormParameters
        The potential.
    """
    return WindowedWorkspace(w, allocate_rows(w, window, p))


@kernel
def run_windowed_sweeps(
    axes: tuple[int, ...],
    chain: ChainState,
    workspace: WindowedWorkspace,
    geometry: ListGeometry,
    parameters: HMCParameters,
    window: float,
    sweeps: tuple[int, int],
    counters: IntArray,
) -> WindowedWorkspace:
    """Run sweeps of N attempted swaps each; a trajectory follows each sweep whose number is a multiple of `every`.

    Parameters
    ----------
    axes : tuple of int
        Axis indices, (0, 1) or (0, 1, 2); kernels are compiled for each dimension.
    chain : ChainState
        The particles in the state after the previous sweeps.
    workspace : WindowedWorkspace
        Workspace with the list built at the reference positions, and with the current positions and diameters.
    geometry : ListGeometry
        Cell and range of the list.
    parameters : HMCParameters
        Temperature, interval and integration of the trajectories, potential.
    window : float
        Largest difference between two diameters that are swapped, in units of length.
    sweeps : tuple of two int
        Number of sweeps done before, and to run.
    counters : (7,) int array
        Incremented by the attempted and accepted swaps and trajectories, and by the trajectories that rebuilt the list.

    Returns
    -------
    WindowedWorkspace
        The workspace, which may be a new one.
    """
    w, rows = workspace.pairs, workspace.rows
    every, n = parameters.every, chain.particles.shape[0]
    done, last = sweeps[0], sweeps[0] + sweeps[1]
    while done < last:
        if not w.candidates.current[0]:
            compute_squares(axes, w)
            fill_rows(w, rows)
            w.candidates.current[0] = True
        block = min(last - done, every - done % every)
        for _ in range(block):
            if not rows.unique:
                rank_again(rows, w.candidates.labels)
            swap_similar_diameters(
                rows, w.candidates.labels, chain, parameters.pair, parameters.temperature, n, counters
            )
        chain.particles[:, LABEL] = w.candidates.labels
        done += block
        if done % every == 0:
            w, accepted, rebuilt = hmc_step(axes, chain, w, geometry, parameters)
            w.candidates.current[0] = False
            counters[TRAJECTORIES] += 1
            counters[TRAJECTORIES_ACCEPTED] += accepted
            counters[REBUILDS] += rebuilt
            if rebuilt:
                rows = allocate_rows(w, window, parameters.pair)
    return WindowedWorkspace(w, rows)
