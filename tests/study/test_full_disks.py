"""Faults of the file system: full disks and read-only folders."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from studies import Silent, atomglass, same_tables

from atomglass.io import atomic
from atomglass.study.collect import collect
from atomglass.study.execution.runners import run_serial
from atomglass.study.store.study_store import StudyStore


@pytest.mark.extended
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


@pytest.mark.extended
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
