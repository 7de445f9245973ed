"""Pin the numbers of atomglass before its code is moved, and compare afterwards.

    python tests/campaigns/same_numbers.py record tests/data/same_numbers.npz
    python tests/campaigns/same_numbers.py compare tests/data/same_numbers.npz
    python tests/campaigns/same_numbers.py compare tests/data/same_numbers.npz --quick
    python tests/campaigns/same_numbers.py compare tests/data/same_numbers.npz --only modes

Whichever atomglass is installed is asked, and only for what its documentation names: `import atomglass as ag` and
`python -m atomglass`. `compare` prints a line a check: item and name, what is asked, the largest deviation, and `ok` or
`DIFFERS`; exit status 1 if any differs. Where only the words of a text have changed it says so: this is no failure.

Checks that depend on the last bits of a long run hold on one type of processor and one set of package versions. The
reference knows which; on another one such a check that differs is called `other machine`, and does not count.

The archive `study_of_version_2.tar.gz` lies beside the reference. `record` makes it where there is none, never anew.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import tempfile
import time
from pathlib import Path

# Before numpy is imported: sums of several threads differ in their last bits.
os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
)

import numpy as np
import same_numbers_analysis  # noqa: F401  (registers its items)
import same_numbers_modes
import same_numbers_sampler  # noqa: F401  (registers its items)
import same_numbers_studies
from same_numbers_checks import ITEMS, Check, Places, Values, Verdict, machine
from same_numbers_store import read_reference, write_reference

import atomglass as ag

REPOSITORY = Path(__file__).resolve().parents[2]
#: Items that take longest, and come last.
LONG = ("ilin1987", "lubchenko2003", "parshin2007")
ARCHIVE = "study_of_version_2.tar.gz"


def main() -> int:
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("record", "compare"))
    parser.add_argument("file", type=Path, help="The reference, .npz.")
    parser.add_argument("--only", action="append", choices=list(ITEMS), metavar="NAME", help="This item; repeatable.")
    parser.add_argument("--quick", action="store_true", help="Only the items that take seconds.")
    parser.add_argument("--data", type=Path, default=REPOSITORY / "data", help="Folder of the published tables.")
    parser.add_argument("--show", action="store_true", help="Print what changed in the words of texts.")
    parser.add_argument("--times", action="store_true", help="Print how long each item took.")
    args = parser.parse_args()
    ITEMS.update({name: ITEMS.pop(name) for name in LONG})  # to the end
    names = args.only or [name for name, item in ITEMS.items() if item.quick or not args.quick]
    print(f"atomglass {ag.__version__}, {machine()}", flush=True)
    return record(args, names) if args.command == "record" else compare(args, names)


def record(args: argparse.Namespace, names: list[str]) -> int:
    """Compute the items and write the reference; with --only, into the one that is there."""
    old = read_reference(args.file) if args.file.exists() and (args.only or args.quick) else {}
    inputs = _inputs(old) or same_numbers_modes.make_inputs()
    stored = {key: value for key, value in old.items() if key.split("|")[0] not in names}
    stored |= {f"input|{key}": value for key, value in inputs.items()}
    stored |= {"machine": np.array(machine()), "version": np.array(ag.__version__)}
    archive = args.file.with_name(ARCHIVE)
    if not archive.exists():
        with tempfile.TemporaryDirectory() as work:
            same_numbers_studies.make_old_study(archive, Path(work))
    failed = []
    for name in names:
        try:
            checks, texts = _computed(name, args, inputs)
        except Exception as error:  # the others go on
            failed.append(name)
            print(f"{name}: {_short(error)}", flush=True)
            continue
        for check in checks:
            found = {_key(name, check, key): value for key, value in check.values.items()}
            if twice := found.keys() & stored.keys():
                raise ValueError(f"two results of one name: {sorted(twice)[:3]}")
            stored |= found
        stored |= {f"{name}|text|{key}": np.array(text) for key, text in texts.items()}
    write_reference(args.file, stored)
    print(f"written: {args.file}, {len(stored)} arrays, {args.file.stat().st_size / 1024:.0f} KiB")
    if failed:
        print(f"not recorded: {', '.join(failed)}; go on with --only")
    return 1 if failed else 0


def compare(args: argparse.Namespace, names: list[str]) -> int:
    """Compute the items again and compare; return the exit status."""
    old = read_reference(args.file)
    here = str(old["machine"]) == machine()
    if not here:
        print(f"the reference is of another machine: {old['machine']}")
    print(f"{'item':14s} {'check':44s} {'asked':38s} {'deviation':36s} verdict")
    words: list[str] = []
    for name in names:
        try:
            checks, texts = _computed(name, args, _inputs(old))
        except Exception as error:  # an item that cannot be computed is one that differs; the others go on
            words.append("DIFFERS")
            print(f"{name:14s} {_short(error)}  DIFFERS", flush=True)
            continue
        asked = {key for key in old if key.startswith(f"{name}|") and not key.startswith(f"{name}|text|")}
        for check in checks:
            words.append(_judged(name, check, old, here))
            asked -= {key for key in asked if key.startswith(f"{name}|{check.name}|")}
        if asked:
            words.append("DIFFERS")
            print(f"{name:14s} no longer computed: {', '.join(sorted(asked)[:5])}  DIFFERS")
        _tell_wording(name, texts, old, args.show)
    total = {word: words.count(word) for word in ("ok", "DIFFERS", "other machine", "new")}
    print(", ".join(f"{count} {word}" for word, count in total.items() if count))
    return 1 if total["DIFFERS"] else 0


def _judged(name: str, check: Check, old: Values, here: bool) -> str:
    """Compare one check, print its line, and return its verdict."""
    start = _key(name, check, "")
    before = {key.removeprefix(start): value for key, value in old.items() if key.startswith(start)}
    lost = tuple(f"{key} is missing" for key in before.keys() - check.values.keys())
    new = {key: np.asarray(check.values[key]) for key in before if key in check.values}
    if lost:
        found = Verdict(False, "missing")
    else:
        found = check.rule(before, new) if before else Verdict(True, "nothing stored")
    wrong = "other machine" if check.bits and not here else "DIFFERS"
    right = "ok" if before else "new"
    word = right if found.same else wrong
    print(f"{name:14s} {check.name:44s} {check.rule.words:38s} {found.deviation:36s} {word}", flush=True)
    if word in ("DIFFERS", "other machine"):
        print(f"{'':15s}{'; '.join((*lost, *found.differing)[:8])}", flush=True)
    return word


def _computed(name: str, args: argparse.Namespace, inputs: Values) -> tuple[list[Check], dict[str, str]]:
    """Compute an item in a folder of its own."""
    began, busy = time.monotonic(), sum(os.times()[:4])
    with tempfile.TemporaryDirectory() as work:
        places = Places(REPOSITORY, args.data, Path(work), args.file.with_name(ARCHIVE).resolve(), inputs)
        checks = list(ITEMS[name].make(places))
    if args.times or args.command == "record":
        taken = time.monotonic() - began, sum(os.times()[:4]) - busy
        print(f"{name}: {len(checks)} checks in {taken[0]:.1f} s, CPU time {taken[1]:.1f} s", flush=True)
    return checks, places.texts


def _tell_wording(name: str, texts: dict[str, str], old: Values, show: bool) -> None:
    """Say where the words of a text have changed."""
    for key, text in texts.items():
        before = str(old.get(f"{name}|text|{key}", ""))
        if before == text:
            continue
        print(f"{name:14s} {key}: wording changed (no failure; --show prints how)")
        if show:
            print("\n".join(difflib.unified_diff(before.splitlines(), text.splitlines(), "before", "now", lineterm="")))


def _short(error: Exception) -> str:
    """Return the beginning and the end of what an error says, in one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text if len(text) < 500 else f'{text[:150]} ... {text[-340:]}'}"


def _key(item: str, check: Check, name: str) -> str:
    return f"{item}|{check.name}|{name}"


def _inputs(stored: Values) -> Values:
    """Return the glasses that a reference holds."""
    return {key.removeprefix("input|"): value for key, value in stored.items() if key.startswith("input|")}


if __name__ == "__main__":
    sys.exit(main())
