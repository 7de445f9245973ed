"""Damage of files, words and settings at random, and the verdict on what a command does with them.

A command must end with exit status 0, or with 2 and one line on stderr, having written nothing; never with a traceback,
and within a minute and 2 GB. A command that was asked for hours of work is interrupted, and must stop as it does after
Ctrl-C.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import typer.main

from atomglass.cli import main as cli

#: Text that damage inserts: numbers out of range, delimiters, keywords of the formats, bytes that are no text.
WORDS = (
    *(b"nan", b"inf", b"-1", b"0", b"999999999999", b"1e400", b"2147483648", b"9" * 400, b"9" * 5000, b"1e-308"),
    *(b"ITEM: ATOMS", b"Atoms", b"# sphere", b"xlo xhi", b"Lattice=", b"pbc=F", b"type", b"[" * 3000),
    *(b'"', b"'", b"{", b"\\", b"=", b" ", b"\n", b"\0", b"\xff", b"\xed\xa0\x80", b"[red]", b"\x1b[31m"),
)
#: Values that replace those of settings.
VALUES = (
    *("nan", "inf", "-inf", "-1", "0", "1", "2", "3", "0.5", "1e-308", "1e308", "1e400"),
    *("18446744073709551616", "9" * 400, "[" * 2000, "true", '""', '"x"', "[]", "[1, 2]", "{}", '"nan"'),
    *("1979-05-27", "100000000", "1e-12", "64", "0.1"),
)
#: Words that replace those of a command line.
ARGUMENTS = (
    *("", "-", "--", "-1", "0", "1", "2", "nan", "inf", "1e400", "9" * 400, "18446744073709551616", "0.5", "x"),
    *("/", ".", "..", "/dev/null", "/nowhere/x", "[red]", "[/]", "a\nb", "\x1b[31m", "\udcff", "\N{SNOWMAN}"),
    *("x" * 300, "study", "study/study.json", "glass.extxyz", "tiny", "kumar2021", "--help", "--out", "--workers"),
    *("--below", "--count", "--seed"),
)
#: How many commands ended with each exit status; those that were interrupted count as such.
ENDINGS: Counter[str] = Counter()
#: Longest message; longest time of a command in seconds, and time after which it is interrupted.
LONGEST_MESSAGE, LONGEST_TIME, PATIENCE = 1200, 60.0, 10.0
#: Memory that commands may take in addition to that of this process, in bytes.
MEMORY = 2 << 30


#: The parser, built once and not for every command.
_PARSER = typer.main.get_command(cli.app)


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    status: int
    out: str
    err: str
    seconds: float
    interrupted: bool
    error: str = ""


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Return a file after one to five changes: of a byte, of a stretch, of a line."""
    for _ in range(rng.choice((1, 1, 2, 5))):
        place, length = rng.randrange(len(content) + 1), rng.randrange(1, 80)
        before, after = content[:place], content[place:]
        lines = content.split(b"\n")
        content = rng.choice(
            (
                before + bytes([rng.randrange(256)]) + after[1:],
                before + rng.choice(WORDS) + after,
                before + after[length:],
                before + after[:length] + after,
                b"\n".join([*lines[: place % len(lines)], rng.choice(lines), *lines[place % len(lines) :]]),
                b"\n".join(rng.sample(lines, len(lines))) if rng.random() < 0.2 else content,
            )
        )
    return content


def other_values(text: str, rng: random.Random) -> str:
    """Return settings in which one to three values, keys or lines were changed."""
    lines = text.splitlines()
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        number = rng.randrange(len(lines))
        key, equals, _ = lines[number].partition(" = ")
        lines[number] = rng.choice(
            (
                *(4 * [f"{key} = {rng.choice(VALUES)}" if equals else lines[number]]),
                f"{key}x = 1" if equals else "",
                "" if rng.random() < 0.5 else lines[number] + "\n" + lines[number],
            )
        )
    return "\n".join(lines) + "\n"


def other_json(value: Any, rng: random.Random) -> Any:
    """Return a JSON value in which one entry, at any depth, was changed, added or removed."""
    odd = rng.choice((None, -1, 0, 1, 2.5, 2**70, "x", "", [], {}, True, [1], {"a": 1}, "model.that:RUNS"))
    if isinstance(value, dict) and value:
        key = rng.choice(sorted(value))
        if rng.random() < 0.15:
            return {name: inner for name, inner in value.items() if name != key}
        return value | ({key: other_json(value[key], rng)} if rng.random() < 0.9 else {"surplus": odd})
    if isinstance(value, list) and value and rng.random() < 0.8:
        place = rng.randrange(len(value))
        return [*value[:place], other_json(value[place], rng), *value[place + 1 :]]
    return odd


def other_words(words: list[str], rng: random.Random) -> list[str]:
    """Return a command line in which one to three words were replaced, removed, repeated or added."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        place = rng.randrange(1, len(words) + 1) if len(words) > 1 else 1
        kept = words[place : place + 1]
        words = [
            *words[:place],
            *rng.choice(([rng.choice(ARGUMENTS)], [rng.choice(ARGUMENTS)], [], kept * 2)),
            *words[place + 1 :],
        ]
    return words


def run(words: Iterable[object], patience: float = PATIENCE) -> Outcome:
    """Run a command in this process, in the working directory."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace") for _ in range(2))
    fired: list[float] = []

    def interrupt(*_: object) -> None:
        fired.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    status, error, before = 0, "", sys.argv
    handlers = signal.signal(signal.SIGALRM, interrupt), signal.signal(signal.SIGINT, signal.default_int_handler)
    began = time.monotonic()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        warnings.catch_warnings(),
        mock.patch.object(cli, "app", _PARSER),
    ):
        warnings.simplefilter("ignore")
        sys.argv = ["atomglass", *map(str, words)]
        signal.setitimer(signal.ITIMER_REAL, patience, 5.0)
        try:
            cli.main()
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
        except BaseException as raised:
            error = f"{type(raised).__name__}: {str(raised)[:300]} ({_origin(raised)})"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            sys.argv = before
            signal.signal(signal.SIGALRM, handlers[0])
            signal.signal(signal.SIGINT, handlers[1])
    ENDINGS["interrupted" if fired else f"status {status}"] += 1
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode(errors="replace"))  # type: ignore[attr-defined]
    return Outcome(status, *texts, time.monotonic() - began, bool(fired), error)


def _origin(error: BaseException) -> str:
    trace = error.__traceback__
    places = []
    while trace is not None:
        places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " < ".join(reversed(places[-4:]))


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of change of every file and folder."""
    found = {}
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            state = path.lstat()
            found[str(path)] = (state.st_size if path.is_file() else 0, state.st_mtime_ns if path.is_file() else 0)
    return found


def complaint(outcome: Outcome, before: dict[str, Any], after: dict[str, Any], allowed: tuple[int, ...] = ()) -> str:
    """Return what is wrong with how a command ended; empty if nothing.

    Parameters
    ----------
    outcome : Outcome
        How it ended.
    before, after : dict
        From `snapshot`.
    allowed : tuple of int
        Exit statuses, besides 0 and 2, that the command documents.
    """
    if outcome.error:
        return f"traceback: {outcome.error}"
    if outcome.seconds > LONGEST_TIME:
        return f"{outcome.seconds:.0f} s"
    expected = (0, 2, *allowed, *((75, 130) if outcome.interrupted else ()))
    if outcome.status not in expected:
        return f"exit status {outcome.status}: {outcome.err[-300:]!r}"
    if outcome.status == 2:
        lines = outcome.err.strip().splitlines()
        said = [line for line in lines if line.startswith("atomglass: ")]
        if len(said) != 1 and "Usage:" not in outcome.out + outcome.err:
            return f"status 2 with {len(said)} lines: {outcome.err[-300:]!r}"
        if said and len(said[0]) > LONGEST_MESSAGE:
            return f"a line of {len(said[0])} characters: {said[0][:200]!r}"
        if before != after:
            changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
            return f"status 2, but written: {changed[:3]}"
    return ""


def report(kinds: dict[str, Any], complaints: Any, mutations: int = 500, seed: int = 1, *chosen: str) -> int:
    """Run a campaign: print what is wrong with each kind of mutations, and return the exit status.

    Parameters
    ----------
    kinds : dict
        The kinds, by name.
    complaints : callable
        `complaints(kind, mutations, seed, folder)` yields a line for each mutation that does not end well.
    mutations, seed : int
        Number of mutations of each kind, and seed of the random numbers.
    *chosen : str
        Only these kinds; all by default.
    """
    total = 0
    for kind in chosen or tuple(kinds):
        began, found = time.monotonic(), 0
        ENDINGS.clear()
        with tempfile.TemporaryDirectory() as folder:
            for line in complaints(kind, mutations, seed, Path(folder)):
                print(line, flush=True)
                found += 1
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        ended = ", ".join(f"{count} {name}" for name, count in sorted(ENDINGS.items()))
        seconds = time.monotonic() - began
        print(
            f"{kind}: {mutations} mutations, {found} complaints, {seconds:.0f} s, {memory:.0f} MB; {ended}", flush=True
        )
        total += found
    return 1 if total else 0


@contextlib.contextmanager
def limited_memory() -> Iterator[None]:
    """Let this process take 2 GB more than it has now."""
    taken = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmData"))
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (1024 * int(taken.split()[1]) + MEMORY, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@contextlib.contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Make a folder the working directory while the block runs."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
