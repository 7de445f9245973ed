"""Faults of disks, clocks and users: full disks, read-only folders, two runners at once, paused processes."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from studies import Silent, atomglass, same_tables, start
from study_runs import ORIGIN, StopAfter

from atomglass.errors import InputError
from atomglass.io import atomic
from atomglass.study.collect import collect
from atomglass.study.errors import LeaseLost, Stopped
from atomglass.study.execution.chain import run_chain
from atomglass.study.execution.leases import Leases, read_lease
from atomglass.study.execution.runners import run_serial
from atomglass.study.execution.shutdown import StopRequest, parse_duration
from atomglass.study.execution.worker import LeasedChainObserver, Partition
from atomglass.study.status import study_status
from atomglass.study.store.study_store import StudyStore


def test_a_full_disk_stops_the_run_and_loses_nothing(undisturbed: Path, study_file, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if os.getuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", small]).returncode == 0:
        try:
            out = small / "out"
            full = atomglass("run", study_file(), "--out", out)
            assert full.returncode == 1 and "No space left on device" in full.stderr, full.stderr
            assert "Traceback" not in full.stderr and "to try again" in full.stderr
            subprocess.run(["mount", "-o", "remount,size=20m", small], check=True)
            assert atomglass("run", study_file(), "--out", out).returncode == 0
            collect(StudyStore(out))
            assert same_tables(undisturbed, out)
        finally:
            subprocess.run(["umount", small], check=True)
        return
    # Without root: no file may grow beyond what a checkpoint needs.
    command = [sys.executable, "-m", "atomglass", "run", str(study_file()), "--out", str(small / "out")]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8000, 8000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    full = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, timeout=120)
    assert full.returncode == 1 and "File too large" in full.stderr
    assert atomglass("run", study_file(), "--out", small / "out").returncode == 0
    collect(StudyStore(small / "out"))
    assert same_tables(undisturbed, small / "out")


def test_a_disk_that_fills_at_every_write_in_turn(undisturbed: Path, settings, tmp_path: Path, monkeypatch) -> None:
    sync, count = atomic._sync, {"left": 0}

    def full(file) -> None:
        count["left"] -= 1
        if count["left"] < 0 and "study.json" not in file.name:
            file.truncate(file.tell() // 2)
            raise OSError(28, os.strerror(28), str(file.name))
        sync(file)

    for allowed in range(4, 40, 3):
        store = StudyStore.create(tmp_path / "out", settings())
        monkeypatch.setattr(atomic, "_sync", full)
        count["left"] = allowed
        outcome = run_serial(store, Silent())
        monkeypatch.setattr(atomic, "_sync", sync)
        assert outcome.complete or any("No space left" in error for error in outcome.errors)
        assert not list(store.folder.rglob("*.aside"))
    assert run_serial(store, Silent()).complete
    collect(store)
    assert same_tables(undisturbed, store.folder)


def test_a_folder_that_cannot_be_written(study_file, tmp_path: Path) -> None:
    refused = atomglass("run", study_file(), "--out", "/proc/nowhere")
    assert (refused.returncode, refused.stderr.count("\n")) == (
        2,
        1,
    ) and "cannot write to /proc/nowhere" in refused.stderr


def test_two_runners_at_once(undisturbed: Path, study_file, tmp_path: Path) -> None:
    file, out = study_file(), tmp_path / "out"
    both = [start("run", file, "--out", out) for _ in range(2)]
    for job in both:
        printed, complaint = job.communicate(timeout=120)
        assert job.returncode == 0 and "complete; next" in printed, complaint
    found = collect(StudyStore(out))
    assert same_tables(undisturbed, out)
    assert found.runs.num_rows == 2


def test_two_runners_that_know_nothing_of_each_other(undisturbed: Path, settings, tmp_path: Path, monkeypatch) -> None:
    # No lease is respected, and the second continues from a checkpoint of the first: nothing is duplicated or lost.
    monkeypatch.setattr(Leases, "acquire", lambda self, chain: True)
    monkeypatch.setattr(Leases, "renew", lambda self, chain, sweep: None)
    monkeypatch.setattr(Leases, "record_position", lambda self, chain, index, realizing: None)
    store = StudyStore.create(tmp_path / "out", settings())
    other = Silent()

    class Interfering(Silent):
        def finished(self, chain: int, *rest: object) -> None:
            if chain == 1:
                run_chain(store, chain, LeasedChainObserver(other, StopRequest(), Leases(tmp_path, "")), ORIGIN)

    assert run_serial(store, Interfering()).complete
    collect(store)
    assert same_tables(undisturbed, store.folder)


def test_a_paused_process_wakes_up_after_its_chains_were_taken_over(study_file, tmp_path: Path) -> None:
    file, out = study_file(particles=100, equilibration=30_000, chains=2, realizations=3), tmp_path / "out"
    command = ("run", file, "--out", out, "--claim-life", 1)
    paused = start(*command)
    end = time.monotonic() + 60
    while not list(out.glob("claims/*.json")) and time.monotonic() < end:
        time.sleep(0.02)
    os.kill(paused.pid, signal.SIGSTOP)
    assert not StudyStore(out).is_complete(1)
    second = atomglass(*command)
    assert second.returncode == 0, second.stderr
    collect(StudyStore(out))
    first_collection = {name: (out / name).read_bytes() for name in ("modes.parquet", "realizations.parquet")}
    os.kill(paused.pid, signal.SIGCONT)
    _, complaint = paused.communicate(timeout=60)
    assert paused.returncode == 0 and "taken over by another process" in complaint, complaint
    collect(StudyStore(out))
    assert all((out / name).read_bytes() == content for name, content in first_collection.items())
    whole = tmp_path / "whole"
    assert atomglass("run", file, "--out", whole).returncode == 0
    collect(StudyStore(whole))
    assert same_tables(whole, out)


def test_leases_expire_only_without_updates(tmp_path: Path) -> None:
    mine = Leases(tmp_path, "one", duration=1.0)
    assert mine.acquire(3) and read_lease(tmp_path / "00003.json")["run"] == "one"
    theirs = Leases(tmp_path, "two", duration=1.0)
    theirs._owner = theirs._owner.replace(str(os.getpid()), "1")
    assert not theirs.acquire(3) and not theirs.is_active(3)
    time.sleep(0.6)
    mine.renew(3, 100)
    assert not theirs.acquire(3) and theirs.is_active(3), "an update was not noticed"
    time.sleep(0.6)
    assert not theirs.acquire(3), "a lease expires too early after its last update"
    time.sleep(0.6)
    assert theirs.acquire(3)
    with pytest.raises(LeaseLost):
        mine.renew(3, 200)
    mine.release(3)
    assert read_lease(tmp_path / "00003.json")["run"] == "two", "the lease of another process was removed"


@pytest.mark.parametrize("shift", [-1e6, 1e6])
def test_a_clock_set_back_or_forward_changes_no_lease(tmp_path: Path, monkeypatch, shift: float) -> None:
    mine = Leases(tmp_path, "one", duration=0.3)
    assert mine.acquire(0)
    theirs = Leases(tmp_path, "two", duration=0.3)
    assert not theirs.acquire(0)
    os.utime(tmp_path / "00000.json", (time.time() + shift, time.time() + shift))
    monkeypatch.setattr(time, "time", lambda: 1e9 + shift)
    time.sleep(0.1)
    assert not theirs.acquire(0), "the file's time stamp was used"
    time.sleep(0.3)
    assert theirs.acquire(0)


def test_a_dead_owner_is_replaced_at_once(tmp_path: Path) -> None:
    child = subprocess.run(
        [
            sys.executable, "-c",
            "import sys, pathlib; from atomglass.study.execution.leases import Leases\n"
            "assert Leases(pathlib.Path(sys.argv[1]), 'gone').acquire(0)", str(tmp_path),
        ],
        check=False,
    )  # fmt: skip
    assert child.returncode == 0 and read_lease(tmp_path / "00000.json")["run"] == "gone"
    assert Leases(tmp_path, "next", duration=1e6).acquire(0)


def test_status_counts_realizations_and_failures(settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings(iterations=5))
    assert [c.state for c in study_status(store).chains] == ["waiting"] * 3
    run_chain(store, 0, StopAfter(1000), ORIGIN)
    with pytest.raises(Stopped):
        run_chain(store, 1, StopAfter(3), ORIGIN)
    Leases(store.folder / "claims", "now").acquire(2)
    now = study_status(store)
    assert [c.state for c in now.chains] == ["done", "interrupted", "running"]
    assert (now.chains[0].finished, now.chains[0].failed) == (5, 5)
    assert now.chains[1].finished == now.chains[1].failed == 3 and now.chains[1].stored == 2
    assert now.total == 15 and now.finished == 8
    store.checkpoint_path(0).unlink()
    assert study_status(store).chains[0].failed == 5, "counted in the shards where the checkpoint is lost"


WALL_TIMES = {
    "90s": 90, "1.5h": 5400, "2d": 172_800, "04:00:00": 14_400, "1-02:03:04": 93_784, "10:30": 630
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WALL_TIMES.items())
def test_wall_times(text: str, expected: float) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "0s", "-5m", "1:2:3:4"])
def test_invalid_wall_times(text: str) -> None:
    with pytest.raises(InputError, match="--max-walltime"):
        parse_duration(text)


@pytest.mark.parametrize("part", ["4/4", "a/b", "1", "-1/3"])
def test_invalid_parts(study_file, tmp_path: Path, part: str) -> None:
    from typer.testing import CliRunner

    from atomglass.cli.main import app

    done = CliRunner().invoke(app, ["run", str(study_file()), "--out", str(tmp_path / "out"), f"--part={part}"])
    assert isinstance(done.exception, InputError) and "0 <= K < N" in str(done.exception)


@pytest.mark.parametrize("size", [1, 3, 4, 7])
def test_partitions_cover_all_chains_and_own_ones_come_first(size: int) -> None:
    owned = [Partition(rank, size).own(10) for rank in range(size)]
    assert sorted(chain for own in owned for chain in own) == list(range(10))
    for rank in range(size):
        order = Partition(rank, size).order(10)
        assert sorted(order) == list(range(10)) and order[: len(owned[rank])] == owned[rank]


def test_an_array_of_four_gives_the_bytes_of_a_serial_run(undisturbed: Path, settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings())
    for rank in (2, 0, 3, 1):
        outcome = run_serial(store, Silent(), partition=Partition(rank, 4, wait=False))
    assert outcome.complete
    collect(store)
    assert same_tables(undisturbed, store.folder)
