"""Kill the commands on finished studies at random moments, repeat them, and compare with an undisturbed result.

    python tests/campaigns/kill_later.py --runs 20                 # each command
    python tests/campaigns/kill_later.py --runs 20 --command join

Each command is killed once by SIGKILL at a moment drawn uniformly from the duration of an undisturbed one. What it left
must be refused with one line or be complete; then the same command must end with exit status 0, and every file that it
writes must be the same, byte for byte. The processes are forked from this one, so that their time is spent on the work.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from fuzzing import run, working_in
from mutated_studies import make

from atomglass.errors import InputError
from atomglass.study.load import load_study

#: The commands, and the folder that each of them writes.
COMMANDS = {
    "collect": ("collect study --no-figures", "study"),
    "wells": ("wells study", "study"),
    "recurrences": ("recurrences study", "study"),
    "pinned": ("pinned study --below 1.0 --fraction 0.05", "study"),
    "analyze": ("analyze study", "study"),
    "report": ("report study", "study"),
    "join": ("join study other --out made", "made"),
    "publish": ("publish study --out made", "made"),
    "portion": ("publish study --out made --as-portion", "made"),
}
#: Files that differ from run to run.
_VARIABLE = (".html", ".png", ".svg", ".pdf")


def forked(words: str, folder: Path) -> int:
    """Run a command in a copy of this process; return its number."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    status = 1
    with contextlib.suppress(BaseException):
        os.chdir(folder)
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        status = run(words.split(), patience=600.0).status
    os._exit(status)


def contents(folder: Path) -> dict[str, str]:
    """Return a digest of each file, by name, but for pictures and pages."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in _VARIABLE
    }


def prepared(name: str, original: Path, work: Path) -> None:
    """Make a folder in which a command has not been run yet."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(original, work)
    study = work / "study"
    if name == "collect":
        for path in (*study.glob("*.parquet"), study / "SHA256SUMS"):
            path.unlink()
    if name in ("wells", "recurrences", "pinned"):
        for path in study.glob(f"{name}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def left_behind(folder: Path, expected: dict[str, str]) -> str:
    """Return what is wrong with what a killed command left in a folder that it makes; empty if nothing."""
    try:
        load_study(folder)
    except (InputError, FileNotFoundError):
        return ""
    found = contents(folder)
    lost = [name for name in expected if name.endswith(".parquet") and name not in found]
    return f"an incomplete study is read: {lost[:3]}" if lost else ""


def killed(name: str, original: Path, work: Path, expected: dict[str, str], moment: float) -> tuple[str, bool]:
    """Kill a command at a moment and repeat it; return what is wrong, and whether it was killed before its end."""
    words, target = COMMANDS[name]
    prepared(name, original, work)
    child = forked(words, work)
    time.sleep(moment)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    early = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) < 0
    wrong = left_behind(work / target, expected) if target == "made" else ""
    status = os.waitstatus_to_exitcode(os.waitpid(forked(words, work), 0)[1])
    found = contents(work / target)
    if status == 2 and name == "portion" and found == expected:
        status = 0  # it was killed when all was written, and a study is not published twice
    if status:
        with working_in(work):
            again = run(words.split())
        return f"{wrong} exit status {status}: {again.err[-300:]} {again.error}", early
    differing = sorted(key for key in {*found, *expected} if found.get(key) != expected.get(key))
    left = [path.name for path in work.rglob("*.aside")]
    return " ".join(filter(None, (wrong, *(f"differs: {key}" for key in differing[:3]), *left))), early


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20, help="of each command")
    parser.add_argument("--command", choices=COMMANDS, action="append")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng, failed = np.random.default_rng(options.seed), 0
    with tempfile.TemporaryDirectory(prefix="atomglass-kill-") as place:
        folder = Path(place)
        make(folder / "original")
        for name in options.command or COMMANDS:
            words, target = COMMANDS[name]
            prepared(name, folder / "original", folder / "work")
            began = time.monotonic()
            assert os.waitstatus_to_exitcode(os.waitpid(forked(words, folder / "work"), 0)[1]) == 0
            seconds, expected = time.monotonic() - began, contents(folder / "work" / target)
            wrong = early = 0
            for _ in range(options.runs):
                fault, was_early = killed(name, folder / "original", folder / "work", expected, rng.uniform(0, seconds))
                wrong, early = wrong + bool(fault), early + was_early
                if fault:
                    print(f"{name}: {fault}", flush=True)
            failed += wrong
            seconds = time.monotonic() - began
            print(
                f"{name}: {options.runs} runs, {early} killed before their end; {wrong} wrong; {seconds:.0f} s",
                flush=True,
            )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
