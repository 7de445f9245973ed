"""The commands on studies: run, plan, export, collect, status, doctor, warmup."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atomglass.cli.printing import say, warn
from atomglass.errors import InputError, shell_command

if TYPE_CHECKING:
    from atomglass.study.execution.worker import Partition, RunOutcome
    from atomglass.study.store.study_store import StudyStore

app = typer.Typer()

StudyFolder = Annotated[Path, typer.Argument(help="Directory of a study.")]
StudyFile = Annotated[str, typer.Argument(help="A TOML file, or the name of one in workflows/.")]
PortionOption = Annotated[
    str | None,
    typer.Option(
        "--portion", help="K/N: the K-th of N equal portions, a study of its own whose seed is that of the file plus K."
    ),
]


@app.command()
def run(
    study: StudyFile,
    out: Annotated[Path, typer.Option("--out", "-o", help="Directory of the study; the same command continues it.")],
    workers: Annotated[
        int, typer.Option("--workers", "-w", min=1, help="Number of processes; a chain is the unit of work.")
    ] = 1,
    extend: Annotated[bool, typer.Option("--extend", help="Enlarge an existing study.")] = False,
    max_walltime: Annotated[
        str | None,
        typer.Option("--max-walltime", help="Stop after this time, ready to continue: 90s, 30m, 2h, 1d or D-HH:MM:SS."),
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(
            "--part",
            help="K/N: begin with every N-th chain from K. The tasks of a SLURM array job do so by default.",
        ),
    ] = None,
    portion: PortionOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report what would be done; write nothing.")] = False,
    claim_life: Annotated[
        float,
        typer.Option(
            "--claim-life",
            min=0.1,
            help="Seconds without a heartbeat after which the chain of another process is taken over.",
        ),
    ] = 600.0,
) -> None:
    """Compute a study's realizations and their modes. Under MPI: mpirun -n 4 python -m mpi4py -m atomglass run ...

    SIGINT, SIGTERM and SIGUSR1 stop it at the next block, ready to continue.
    Exit status: 0 complete (or the rest is being done by other array tasks), 2 bad input, 75 stopped and ready to
    continue, 1 something failed.
    """
    start = time.monotonic()
    from atomglass.cli.progress import StudyProgress
    from atomglass.study.execution.mpi import communicator, run_mpi
    from atomglass.study.execution.runners import run_serial, run_workers, unfinished
    from atomglass.study.execution.shutdown import STOPPED_STATUS, StopRequest, parse_duration
    from atomglass.study.store.study_store import StudyStore
    from atomglass.study.warmup import warm_up

    settings = _study_settings(study, portion)
    stop = StopRequest(None if max_walltime is None else parse_duration(max_walltime), start)
    partition = _partition(part)
    if math.isnan(claim_life):  # which is neither below nor above the least
        raise InputError("--claim-life", claim_life, ">= 0.1 s")
    if dry_run:
        _describe_run(out, settings, extend)
        return
    world = communicator(workers)
    if world is not None and workers > 1:
        raise InputError(
            "--workers", workers, "1 under MPI", "every rank is a worker: start more of them with mpirun -n"
        )
    first = world is None or world.Get_rank() == 0
    with stop.on_signals():
        store = StudyStore.create(out, settings, extend)
        ensemble = store.settings.ensemble
        if first:
            say(
                f"study {settings.name}: {ensemble.chains} chains of {ensemble.realizations_per_chain} "
                f"{store.model.labels.plural}, {store.model.describe(settings)}, in {out}"
            )
        if store.model.needs_kernels and unfinished(store):
            warm_up(warn, settings=settings)
        with StudyProgress(store, others=world is not None or partition.size > 1, silent=not first) as progress:
            if world is not None:
                outcome = run_mpi(store, progress, world, stop, claim_life, say)
            elif workers > 1:
                outcome = run_workers(store, progress, workers, stop, partition, claim_life)
            else:
                outcome = run_serial(store, progress, stop, partition, claim_life)
    if first:
        again = [study, *(["--portion", portion] if portion else []), "--out", str(out)]
        _report_outcome(outcome, stop.reason, again, out, world)
    if outcome.stopped:
        raise typer.Exit(STOPPED_STATUS)
    if not outcome.complete and (outcome.errors or not outcome.elsewhere):
        raise typer.Exit(1)


def _study_settings(study: str, portion: str | None) -> Any:
    """Return the settings of a study, or of one of its portions, K/N."""
    from atomglass.study.registry import read_study

    settings = read_study(study)
    if portion is None:
        return settings
    number, _, count = portion.partition("/")
    if not (number.isdecimal() and count.isdecimal()):
        raise InputError("--portion", portion, "K/N with 1 <= K <= N")
    return settings.portion(int(number), int(count))


def _report_outcome(outcome: RunOutcome, reason: str, again: list[str], out: Path, world: Any) -> None:
    command = shell_command("atomglass", "run", *again) + (", or the same mpirun" if world else "")
    for error in outcome.errors:
        say(f"atomglass: {error}", err=True)
    if outcome.complete:
        say(f"complete; next: {shell_command('atomglass', 'collect', str(out))}")
    elif outcome.stopped:
        say(f"stopped ({reason or 'another rank was asked to stop'}); to go on: {command}", err=True)
    elif outcome.elsewhere and not outcome.errors:
        say(f"other processes are working on {len(outcome.elsewhere)} chains; nothing is left for this one")
    else:
        say(f"not complete; to try again: {command}", err=True)


def _partition(part: str | None) -> Partition:
    """Return the chains to begin with: those of `--part`, or those of this task in a SLURM array."""
    from atomglass.study.execution.worker import Partition

    if part is None and "SLURM_ARRAY_TASK_ID" in os.environ:
        task, count, first = (
            _slurm_number(f"SLURM_ARRAY_TASK_{name}", default, least)
            for name, default, least in (("ID", 0, 0), ("COUNT", 1, 1), ("MIN", 0, 0))
        )
        part = f"{(task - first) % count}/{count}"
    if part is None:
        return Partition()
    rank, _, size = part.partition("/")
    if not (rank.isdecimal() and size.isdecimal() and int(rank) < int(size)):
        raise InputError("--part", part, "K/N with 0 <= K < N")
    return Partition(int(rank), int(size), wait=False)


def _slurm_number(name: str, default: int, least: int) -> int:
    """Return the number in a variable that SLURM sets, or its default if it is empty or not set."""
    text = os.environ.get(name, "").strip()
    if text and not (text.isdecimal() and len(text) < 10 and int(text) >= least):
        raise InputError(f"the environment variable {name}", text, f"an integer >= {least}", f"set it, or unset {name}")
    return int(text or default)


def _describe_run(out: Path, settings: Any, extend: bool) -> None:
    """Print what `run` would do."""
    from atomglass.study.registry import model_of
    from atomglass.study.status import study_status
    from atomglass.study.store.manifest import require_free
    from atomglass.study.store.study_store import StudyStore

    ensemble, many = settings.ensemble, model_of({"model": settings.model}, "model").labels.plural
    say(f"physics hash {settings.physics_hash}, seed {settings.seed}")
    if not (out / "study.json").exists():
        require_free(out)
        count = ensemble.chains * ensemble.realizations_per_chain
        say(f"would start {ensemble.chains} chains, {count} {many}, in {out}; `atomglass plan` estimates the cost")
        return
    store = StudyStore(out)
    store.settings = store.reconciled(settings, extend)
    now = study_status(store)
    unfinished = [c for c in now.chains if c.state != "done"]
    begun = sum(c.state == "interrupted" for c in unfinished)
    say(
        f"would continue in {out}: {now.total - now.finished} of {now.total} {many} left in {len(unfinished)} of "
        f"{len(now.chains)} chains ({begun} of them begun, {now.count('running')} being run)"
    )


@app.command()
def plan(
    study: StudyFile,
    cores: Annotated[int, typer.Option("--cores", min=1, help="Number of cores to estimate the wall time for.")] = 1,
    measure: Annotated[bool, typer.Option(help="Time sweeps and one realization on this machine.")] = True,
    portion: PortionOption = None,
) -> None:
    """Estimate what a study costs: core-hours, disk space, and on how many cores it can run."""
    from atomglass.cli.text_table import print_table
    from atomglass.study.cost import measured_cost, plan_study
    from atomglass.study.registry import model_of

    settings = _study_settings(study, portion)
    if measure:
        one = model_of({"model": settings.model}, "model").labels.singular
        say(f"timing one {one} on this machine ...", err=True)
    cost = measured_cost(settings) if measure else None
    print_table(f"study {settings.name}", ["", ""], [[*row] for row in plan_study(settings, cost, cores)])


@app.command()
def export(
    folder: StudyFolder,
    realization: Annotated[int, typer.Argument(help="Its number, the column `realization` of the tables.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write: .extxyz or .npz.")],
) -> None:
    """Write the inherent state of one realization, if the study kept it."""
    from atomglass.io.files import write
    from atomglass.study.store.inherent_states import load_configuration

    write(out, load_configuration(folder, realization))
    say(f"written: {out}")


@app.command()
def collect(
    folder: StudyFolder,
    figures: Annotated[bool, typer.Option(help="Also draw the figures.")] = True,
) -> None:
    """Collect the results of a study in modes.parquet, realizations.parquet, spots.parquet, figures and a summary.

    There are spots, which are pseudo-harmonic modes, if the study computes them. Every checksum is verified and every
    realization is taken exactly once; missing and failed ones are listed. Data
    that vary between runs (hosts, times) are in attempts.parquet and runs.parquet. Exit status 1: a shard is damaged.
    """
    from atomglass.analysis.report.overview import write_overview
    from atomglass.study import collect as tables
    from atomglass.study.store.study_store import StudyStore

    store = StudyStore(folder)
    found = tables.collect(store)
    text, written = write_overview(store, figures)
    say(*text.split("\n"))
    for name in store.further_tables:
        say("", f"{name}: {found.rows[name]} rows")
    _warn(store, found)
    names = [f"{name}.parquet" for name in (*found.rows, "runs")]
    names += [path.name for path in written if path.parent == folder]
    drawn = len({path.stem for path in written if path.parent != folder})
    say("", f"written in {folder}: {', '.join(names)}" + f"; {drawn} figures in figures/" * (drawn > 0))
    if figures:
        say(f"next: {shell_command('atomglass', 'report', str(folder))}")
    if found.damaged:
        raise typer.Exit(1)


def _warn(store: StudyStore, found: Any) -> None:
    """Print to stderr findings that the tables do not show."""
    for line in found.damaged:
        say(f"damaged: {line}; run the study again to recompute it", err=True)
    lost = sum(stop - start for _, start, stop in found.missing)
    if lost:
        shown = ", ".join(f"chain {c}: {start} to {stop - 1}" for c, start, stop in found.missing[:5])
        more = f" and {len(found.missing) - 5} more gaps" if len(found.missing) > 5 else ""
        total = lost + found.rows["realizations"]
        say(f"missing: {lost} of {total} realizations ({shown}{more}); run the study again", err=True)
    if found.not_rigid:
        unknown = f", {found.unbounded} of which have no modes in the table" * (found.unbounded > 0)
        say(f"not rigid: {found.not_rigid} realizations have no positive shear modulus{unknown}", err=True)
    for status, count in found.failed.items():
        say(f"failed: {count} realizations are {status}; column `reason` says why", err=True)
    for line in found.warnings:
        say(f"warning: {line}", err=True)


@app.command()
def status(
    folder: StudyFolder,
    chains: Annotated[bool, typer.Option("--chains", help="Print one line per chain, even if there are many.")] = False,
) -> None:
    """Show the progress of a study: chains done, running, interrupted and waiting; rate and time left."""
    from atomglass.cli.progress import duration
    from atomglass.cli.text_table import print_table
    from atomglass.study.status import study_status
    from atomglass.study.store.study_store import StudyStore

    store = StudyStore(folder)
    now = study_status(store)
    labels = store.model.labels
    rows = [
        [state, str(now.count(state)), str(sum(c.finished for c in now.chains if c.state == state))]
        for state in ("done", "running", "interrupted", "waiting")
    ]
    rows.append(["all", str(len(now.chains)), f"{now.finished} of {now.total}"])
    print_table(store.settings.name, ["state", "chains", labels.plural], rows)
    steps = f"; {labels.steps} {now.sweeps / max(1, now.sweeps_total):.1%}" if labels.steps else ""
    say(f"failed {labels.plural}: {now.failed}{steps}")
    if store.further_tables:
        say(f"further tables: {', '.join(store.further_tables)}")
    crashes = store.crash_reports.count()
    if crashes:
        say(f"processes that crashed: {crashes}; see {folder / 'crashes'}")
    for chain in now.chains:
        if chain.damaged_lease:
            say(f"the lease of chain {chain.chain} is damaged: whether a process works on it is not known", err=True)
    if now.seconds_left is not None:
        between = store.model.steps(store.settings, 1) - store.model.steps(store.settings, 0)
        say(f"{now.rate / between * 3600:.4g} {labels.plural} an hour, about {duration(now.seconds_left)} left")
    if chains or len(now.chains) <= 20:
        per_chain = store.settings.ensemble.realizations_per_chain
        table = [
            [str(c.chain), c.state, f"{c.finished}/{per_chain}", str(c.failed), f"{c.sweeps}", c.owner]
            for c in now.chains
        ]
        print_table("", ["chain", "state", labels.plural, "failed", labels.steps or "drawn", "by"], table)


@app.command()
def doctor(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder in which studies will be written; by default the current one.")
    ] = None,
) -> None:
    """Check this machine: Python, numba, BLAS, MPI, threads, file system, SLURM. Exit status 1: something is BAD."""
    from atomglass.cli.text_table import print_table
    from atomglass.study.doctor import examine

    findings = list(examine(folder or Path(".")))
    print_table("", ["", "what", "finding"], [[f.mark, f.subject, f.text] for f in findings])
    if any(f.mark == "BAD" for f in findings):
        raise typer.Exit(1)


@app.command()
def warmup() -> None:
    """Compile the kernels once, before many processes start."""
    from atomglass.kernels.jit import cache_folder
    from atomglass.study.warmup import warm_up

    warm_up(say, everything=True)
    say(f"compiled kernels are in {cache_folder()}")
