"""Run a study under MPI. Ranks share work by claims alone; messages only spread a stop and count the errors at the end.

Started as `mpirun -n 4 python -m mpi4py -m atomglass run ...`: then an exception outside a chain ends all ranks instead
of leaving the others waiting for ever. A rank that waits sleeps; a blocking MPI call would spin.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from atomglass.errors import InputError
from atomglass.study.execution.leases import CLAIM_LIFE
from atomglass.study.execution.runners import record
from atomglass.study.execution.shutdown import Stop
from atomglass.study.execution.worker import Outcome, Progress, Share, work
from atomglass.study.store.provenance import Origin
from atomglass.study.store.study_store import StudyStore

#: How many processes the launcher started, as the launchers say it.
_SIZES = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS")
_STOP = 75  # the message tag for "stop"
_NAP = 0.05


def communicator(workers: int = 1) -> Any:
    """Return MPI's world communicator; None if this process was not started as an MPI rank.

    Parameters
    ----------
    workers : int
        Processes that this one will start: more than one means that a job's cores are used without MPI.

    Raises
    ------
    InputError
        Several processes were started that do not see each other: each would take itself for the only one.
    """
    started = max((int(os.environ.get(name) or 1) for name in _SIZES), default=1)
    if "mpi4py" not in sys.modules:
        if started > 1 and workers == 1:
            raise InputError(
                f"{started} processes were started, not as MPI ranks",
                remedy="start them as `mpirun -n 4 python -m mpi4py -m atomglass run ...` (in SLURM: srun instead of "
                "mpirun), or one process with --workers 4",
            )
        return None
    from mpi4py import MPI

    world = MPI.COMM_WORLD
    if world.Get_size() == 1 and started > 1:
        library = MPI.Get_library_version().split(",")[0].splitlines()[0]
        raise InputError(
            f"{started} processes were started, but MPI ({library}) sees one",
            remedy="pair the launcher with the MPI library: srun --mpi=pmi2 for MPICH, srun --mpi=pmix for Open MPI, "
            "or that library's own mpirun",
        )
    return world if world.Get_size() > 1 else None


def run_mpi(
    store: StudyStore,
    progress: Progress,
    world: Any,
    stop: Stop | None = None,
    claim_life: float = CLAIM_LIFE,
    tell: Callable[[str], object] = print,
) -> Outcome:
    """Run a study on all ranks of a communicator; every rank returns the same outcome.

    Parameters
    ----------
    store, progress, stop, claim_life
        As of `runners.run_serial`.
    world : mpi4py.MPI.Comm
        The communicator.
    tell : callable
        Called on rank 0 with a line on each rank's time.
    """
    stop = stop or Stop()
    rank, size = world.Get_rank(), world.Get_size()
    origin = Origin.of_this_process()
    origin = Origin(world.bcast(origin.run), origin.provenance)
    if rank == 0:
        record(store, origin, f"{size} MPI ranks")
    stop.also(lambda: "another rank was asked to stop" if world.Iprobe(tag=_STOP) else "")
    began = time.process_time()
    with stop.on_signals():
        mine = work(store, progress, stop, Share(rank, size), origin, claim_life)
        sends = [world.isend(rank, other, _STOP) for other in range(size) if stop.asked() and other != rank]
        _wait(world.Ibarrier())
    while world.Iprobe(tag=_STOP):
        world.recv(tag=_STOP)
    for send in sends:
        send.wait()
    seconds = time.process_time() - began
    all_outcomes: list[tuple[Outcome, float]] = world.allgather((mine, seconds))
    if rank == 0:
        for number, (outcome, used) in enumerate(all_outcomes):
            wall = outcome.working + outcome.idle
            tell(f"rank {number}: {used:.1f} s of CPU, {wall:.1f} s, {outcome.idle / wall if wall else 0:.1%} idle")
    outcomes = [outcome for outcome, _ in all_outcomes]
    complete = any(o.complete for o in outcomes)
    return Outcome(
        complete=complete,
        stopped=not complete and any(o.stopped for o in outcomes),
        errors=sorted({e for o in outcomes for e in o.errors}),
        elsewhere=sorted(set.intersection(*(set(o.elsewhere) for o in outcomes))),
        working=sum(o.working for o in outcomes),
        idle=sum(o.idle for o in outcomes),
    )


def _wait(request: Any) -> None:
    """Wait for a request without spinning."""
    while not request.Test():
        time.sleep(_NAP)
