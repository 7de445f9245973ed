"""What disks, clocks and people do: full disks, read-only folders, two runners at once, paused processes."""

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
from study_runs import ORIGIN

from atomglass.errors import InputError
from atomglass.io import atomic as disk
from atomglass.study.collect import collect
from atomglass.study.execution import chain as chains
from atomglass.study.execution import worker as loop
from atomglass.study.execution.leases import Claims, read_claim
from atomglass.study.execution.runners import run_serial
from atomglass.study.execution.shutdown import Stop, seconds
from atomglass.study.realization import ClaimLost
from atomglass.study.status import survey
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
    honest, count = disk._write, {"left": 0}

    def full(aside: Path, content: bytes, kind: str) -> None:
        count["left"] -= 1
        if count["left"] < 0 and kind != "manifest":
            aside.write_bytes(content[: len(content) // 2])
            raise OSError(28, os.strerror(28), str(aside))
        honest(aside, content, kind)

    for allowed in range(4, 40, 3):
        store = StudyStore.create(tmp_path / "out", settings())
        monkeypatch.setattr(disk, "_write", full)
        count["left"] = allowed
        outcome = run_serial(store, Silent())
        monkeypatch.setattr(disk, "_write", honest)
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
    # No claim is respected, and the second goes on from the first one's half-way checkpoint: nothing is double or lost.
    monkeypatch.setattr(Claims, "take", lambda self, chain: True)
    monkeypatch.setattr(Claims, "beat", lambda self, chain, sweep: None)
    monkeypatch.setattr(Claims, "at", lambda self, chain, index, realizing: None)
    store = StudyStore.create(tmp_path / "out", settings())
    other = Silent()

    class Meddling(Silent):
        def finished(self, chain: int, *rest: object) -> None:
            if chain == 1:
                chains.run_chain(store, chain, loop.Reporter(other, Stop(), Claims(tmp_path, "")), ORIGIN)

    assert run_serial(store, Meddling()).complete
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


def test_claims_are_taken_over_from_the_dead_and_the_silent_alone(tmp_path: Path) -> None:
    mine = Claims(tmp_path, "one", life=1.0)
    assert mine.take(3) and read_claim(tmp_path / "00003.json")["run"] == "one"
    theirs = Claims(tmp_path, "two", life=1.0)
    theirs._me = theirs._me.replace(str(os.getpid()), "1")
    assert not theirs.take(3) and not theirs.alive(3)
    time.sleep(0.6)
    mine.beat(3, 100)
    assert not theirs.take(3) and theirs.alive(3), "a sign of life was not seen"
    time.sleep(0.6)
    assert not theirs.take(3), "the life of a claim counts from its last sign"
    time.sleep(0.6)
    assert theirs.take(3)
    with pytest.raises(ClaimLost):
        mine.beat(3, 200)
    mine.release(3)
    assert read_claim(tmp_path / "00003.json")["run"] == "two", "a claim of another was removed"


@pytest.mark.parametrize("shift", [-1e6, 1e6])
def test_a_clock_set_back_or_forward_changes_no_claim(tmp_path: Path, monkeypatch, shift: float) -> None:
    mine = Claims(tmp_path, "one", life=0.3)
    assert mine.take(0)
    theirs = Claims(tmp_path, "two", life=0.3)
    assert not theirs.take(0)
    os.utime(tmp_path / "00000.json", (time.time() + shift, time.time() + shift))
    monkeypatch.setattr(time, "time", lambda: 1e9 + shift)
    time.sleep(0.1)
    assert not theirs.take(0), "the file's own time was believed"
    time.sleep(0.3)
    assert theirs.take(0)


def test_a_dead_owner_is_replaced_at_once(tmp_path: Path) -> None:
    child = subprocess.run(
        [
            sys.executable, "-c",
            "import sys, pathlib; from atomglass.study.execution.leases import Claims\n"
            "assert Claims(pathlib.Path(sys.argv[1]), 'gone').take(0)", str(tmp_path),
        ],
        check=False,
    )  # fmt: skip
    assert child.returncode == 0 and read_claim(tmp_path / "00000.json")["run"] == "gone"
    assert Claims(tmp_path, "next", life=1e6).take(0)


def test_status_counts_what_is_there(settings, tmp_path: Path) -> None:
    from test_one_result import StopAfter

    from atomglass.study.realization import Stopped

    store = StudyStore.create(tmp_path / "out", settings(iterations=5))
    assert [c.word for c in survey(store).chains] == ["waiting"] * 3
    chains.run_chain(store, 0, StopAfter(1000), ORIGIN)
    with pytest.raises(Stopped):
        chains.run_chain(store, 1, StopAfter(3), ORIGIN)
    Claims(store.folder / "claims", "now").take(2)
    now = survey(store)
    assert [c.word for c in now.chains] == ["done", "interrupted", "running"]
    assert (now.chains[0].finished, now.chains[0].failed) == (5, 5)
    assert now.chains[1].finished == now.chains[1].failed == 3 and now.chains[1].published == 2
    assert now.total == 15 and now.finished == 8
    store.checkpoint_path(0).unlink()
    assert survey(store).chains[0].failed == 5, "counted in the shards where the checkpoint is lost"


WALL_TIMES = {
    "90s": 90, "1.5h": 5400, "2d": 172_800, "04:00:00": 14_400, "1-02:03:04": 93_784, "10:30": 630
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WALL_TIMES.items())
def test_wall_times(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "0s", "-5m", "1:2:3:4"])
def test_wall_times_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="--max-walltime"):
        seconds(text)


@pytest.mark.parametrize("part", ["4/4", "a/b", "1", "-1/3"])
def test_a_part_that_is_none(study_file, tmp_path: Path, part: str) -> None:
    from typer.testing import CliRunner

    from atomglass.cli.main import app

    done = CliRunner().invoke(app, ["run", str(study_file()), "--out", str(tmp_path / "out"), f"--part={part}"])
    assert isinstance(done.exception, InputError) and "0 <= K < N" in str(done.exception)


@pytest.mark.parametrize("size", [1, 3, 4, 7])
def test_shares_cover_all_chains_and_own_ones_come_first(size: int) -> None:
    owned = [loop.Share(rank, size).own(10) for rank in range(size)]
    assert sorted(chain for own in owned for chain in own) == list(range(10))
    for rank in range(size):
        order = loop.Share(rank, size).order(10)
        assert sorted(order) == list(range(10)) and order[: len(owned[rank])] == owned[rank]


def test_an_array_of_four_gives_the_bytes_of_a_serial_run(undisturbed: Path, settings, tmp_path: Path) -> None:
    store = StudyStore.create(tmp_path / "out", settings())
    for rank in (2, 0, 3, 1):
        outcome = run_serial(store, Silent(), share=loop.Share(rank, 4, wait=False))
    assert outcome.complete
    collect(store)
    assert same_tables(undisturbed, store.folder)
