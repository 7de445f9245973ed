"""Run a study under MPI. Ranks share the work by leases; messages only spread stop requests and collect errors.

Start it as `mpirun -n 4 python -m mpi4py -m atomglass run ...`, so that an exception outside a chain ends all ranks
instead of leaving the others waiting forever. Waiting ranks sleep, because a blocking MPI call would spin.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from atomglass.errors import InputError
from atomglass.study.execution.leases import LEASE_SECONDS
from atomglass.study.execution.runners import record_run
from atomglass.study.execution.shutdown import StopRequest
from atomglass.study.execution.worker import Partition, Progress, RunOutcome, work
from atomglass.study.store.provenance import Origin
from atomglass.study.store.study_store import StudyStore

#: Environment variables in which launchers give the number of processes that they started.
_SIZE_VARIABLES = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS")
_STOP_TAG = 75
_POLL_SECONDS = 0.05


def communicator(workers: int = 1) -> Any:
    """Return MPI's world communicator; None if this process was not started as an MPI rank.

    Parameters
    ----------
    workers : int
        Number of processes that this one will start; more than one if the cores of a job are used without MPI.

    Raises
    ------
    InputError
        Several processes were started that cannot communicate, so that each would act as if it were the only one.
    """
    started = max(map(_number_of_processes, _SIZE_VARIABLES), default=1)
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


def _number_of_processes(variable: str) -> int:
    """Return the number of processes in a variable that a launcher sets; 1 if it is empty or not set."""
    text = os.environ.get(variable, "").strip() or "1"
    if not (text.isdecimal() and len(text) < 10):
        raise InputError(
            f"the environment variable {variable}", text, "an integer >= 1", f"set it, or unset {variable}"
        )
    return int(text)


def run_mpi(
    store: StudyStore,
    progress: Progress,
    world: Any,
    stop: StopRequest | None = None,
    lease_seconds: float = LEASE_SECONDS,
    log: Callable[[str], object] = print,
) -> RunOutcome:
    """Run a study on all ranks of a communicator; every rank returns the same outcome.

    Parameters
    ----------
    store : StudyStore
        The study.
    progress : Progress
        Display of the progress of this rank.
    world : mpi4py.MPI.Comm
        The communicator.
    stop : StopRequest, optional
        Checked between blocks; by default, only signals stop the run.
    lease_seconds : float
        Time without an update after which the lease of another process expires, in seconds.
    log : callable
        Called on rank 0 with a line about the time used by each rank.
    """
    stop = stop or StopRequest()
    rank, size = world.Get_rank(), world.Get_size()
    origin = Origin.of_this_process()
    origin = Origin(world.bcast(origin.run), origin.provenance)
    if rank == 0:
        record_run(store, origin, f"{size} MPI ranks")
    stop.add_source(lambda: "another rank was asked to stop" if world.Iprobe(tag=_STOP_TAG) else "")
    began = time.process_time()
    with stop.on_signals():
        own_outcome = work(store, progress, stop, Partition(rank, size), origin, lease_seconds)
        sends = [world.isend(rank, other, _STOP_TAG) for other in range(size) if stop.is_set() and other != rank]
        _wait(world.Ibarrier())
    while world.Iprobe(tag=_STOP_TAG):
        world.recv(tag=_STOP_TAG)
    for send in sends:
        send.wait()
    seconds = time.process_time() - began
    all_outcomes: list[tuple[RunOutcome, float]] = world.allgather((own_outcome, seconds))
    if rank == 0:
        for number, (outcome, used) in enumerate(all_outcomes):
            wall = outcome.working + outcome.idle
            log(f"rank {number}: {used:.1f} s of CPU, {wall:.1f} s, {outcome.idle / wall if wall else 0:.1%} idle")
    outcomes = [outcome for outcome, _ in all_outcomes]
    complete = any(o.complete for o in outcomes)
    return RunOutcome(
        complete=complete,
        stopped=not complete and any(o.stopped for o in outcomes),
        errors=sorted({error for o in outcomes for error in o.errors}),
        elsewhere=sorted(set.intersection(*(set(o.elsewhere) for o in outcomes))),
        working=sum(o.working for o in outcomes),
        idle=sum(o.idle for o in outcomes),
    )


def _wait(request: Any) -> None:
    """Wait for an MPI request without spinning."""
    while not request.Test():
        time.sleep(_POLL_SECONDS)
