"""The application itself: its version, its help, and an output that cannot show every character."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import atomglass


def run(*words: str, folder: Path | None = None, **variables: str) -> str:
    """Return what a command prints; it must succeed."""
    command = [sys.executable, "-m", "atomglass", *words]
    done = subprocess.run(command, cwd=folder, env=os.environ | variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_version_is_one_line() -> None:
    assert run("version") == f"{atomglass.__version__}\n"


def test_the_help_names_every_command() -> None:
    text = run("--help", COLUMNS="100")
    commands = (
        "version potentials sample quench modes dos run plan export collect status doctor warmup wells "
        "pinned compare recurrences analyze report crosscheck join publish bench theory"
    )
    shown = [line.split()[1] for line in text.splitlines() if line.startswith("│ ") and line[2] != " "]
    assert [word for word in shown if not word.startswith("-")] == commands.split()
    assert {"--version", "--install-completion"} <= set(shown)


def test_a_name_that_stdout_cannot_encode_is_no_error(tmp_path: Path) -> None:
    text = run("sample", "-n", "64", "--sweeps", "1", "-o", "verre_é.npz", folder=tmp_path, PYTHONIOENCODING="ascii")
    assert text.splitlines()[-1] == r"written: verre_\xe9.npz"
    assert (tmp_path / "verre_é.npz").is_file()
