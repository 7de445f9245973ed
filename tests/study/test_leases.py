"""Leases are taken over only from dead or silent processes, by the clock of the waiting process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from studies import Silent, atomglass, same_tables, start, wait_for
from study_runs import ORIGIN

from atomglass.study.collect import collect
from atomglass.study.errors import LeaseLost
from atomglass.study.execution.chain import run_chain
from atomglass.study.execution.leases import Leases, read_lease
from atomglass.study.execution.runners import run_serial
from atomglass.study.execution.shutdown import StopRequest
from atomglass.study.execution.worker import LeasedChainObserver
from atomglass.study.store.study_store import StudyStore


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


@pytest.mark.extended
def test_a_paused_process_wakes_up_after_its_chains_were_taken_over(study_file, tmp_path: Path) -> None:
    file, out = study_file(particles=100, equilibration=30_000, chains=2, realizations=3), tmp_path / "out"
    command = ("run", file, "--out", out, "--claim-life", 1)
    paused = start(*command)
    wait_for(lambda: list(out.glob("claims/*.json")), paused, "claimed chain")
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


def test_two_runners_that_ignore_leases(undisturbed: Path, settings, tmp_path: Path, monkeypatch) -> None:
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
