"""Damage the files of a study at random: commands refuse them with one line, or recover, and lose no row in silence.

python tests/campaigns/mutated_studies.py [MUTATIONS] [SEED] [KIND ...]     500 mutations of each kind by default

Collected tables are damaged byte by byte (which their checksums must tell), and replaced by other tables without
checksums (which commands may analyze or refuse). Leases, manifests, checkpoints and shards are damaged in a study that
is not complete, which is then run to its end: its tables must be those of a run without damage, value for value.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from fuzzing import ENDINGS, Outcome, complaint, damaged, limited_memory, other_json, report, run, snapshot, working_in

from atomglass.study.execution import leases

#: Two chains of three glasses in shards of one, so poorly annealed that they have quasi-localized modes.
STUDY = """
name = "fuzzed"
potential = "kumar2021"
seed = {seed}
[sample]
particles = 64
temperature = 0.3
equilibration_sweeps = 20
sweeps_between = 10
[ensemble]
chains = 2
realizations_per_chain = {length}
realizations_per_shard = 1
keep_configurations = "all"
[modes]
below = 1.5
"""
TABLES = ("realizations.parquet", "modes.parquet")
DERIVED = ("wells.parquet", "recurrences.parquet", "pinned.parquet", "pinned_glasses.parquet")
#: Commands that read tables, and how often they are tried.
READERS = {
    "publish study --out made": 6, "join study other --out made": 6, "compare study other": 4, "analyze study": 1,
    "publish study --out made --as-portion": 3, "status study": 1, "crosscheck study study": 2, "report study": 0.1,
    "wells study": 1, "recurrences study": 1, "pinned study --below 1.0 --fraction 0.05": 1,
}  # fmt: skip
#: Commands that read the manifest.
OPENERS = (
    "status study", "collect study --no-figures", "export study 1 --out made.extxyz", "publish study --out made",
    "join study other --out made", "run study.toml --out study", "run study.toml --out study --dry-run",
    "compare study other", "wells study",
)  # fmt: skip


#: The file of one crash.
CRASH = b'[{"index": 2, "realizing": true, "owner": "a", "run": "b", "signal": "x"}]'


def good(words: str, patience: float = 300.0) -> Outcome:
    """Run a command that must work."""
    ended = run(words.split(), patience)
    assert ended.status == 0 and not ended.error, (words, ended.err, ended.error)
    return ended


def make(folder: Path) -> None:
    """Make two collected studies, one with all derived tables, and one that is not complete."""
    folder.mkdir()
    with working_in(folder):
        for name, seed, length in (("study", 7, 3), ("other", 8, 3), ("begun", 7, 2)):
            Path(f"{name}.toml").write_text(STUDY.format(seed=seed, length=length))
            good(f"run {name}.toml --out {name}")
        good("run study.toml --out begun --extend --dry-run")
        for name in ("study", "other"):
            good(f"collect {name} --no-figures")
        for words in ("wells study", "recurrences study", "pinned study --below 1.0 --fraction 0.05"):
            good(words)


class Workshop:
    """A folder in which one file after another is damaged, and everything is put right again."""

    def __init__(self, folder: Path) -> None:
        self.original, self.folder = folder / "original", folder / "work"
        make(self.original)
        ENDINGS.clear()
        self.restore()

    def restore(self) -> None:
        """Put everything right."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.original, self.folder)

    def tried(self, words: str, allowed: tuple[int, ...] = ()) -> tuple[Outcome, str]:
        """Run a command; return how it ended, and what is wrong with that."""
        before = snapshot(self.folder)
        with working_in(self.folder):
            ended = run(words.split())
        return ended, complaint(ended, before, snapshot(self.folder), allowed)


def other_table(frame: pd.DataFrame, rng: random.Random) -> pd.DataFrame:
    """Return a table after a change that a person or another program may make."""
    name = rng.choice(list(frame.columns))
    change = rng.randrange(11)
    if change == 0:
        return frame.drop(columns=[name])
    if change == 1:
        return frame.assign(**{name: frame[name].astype(str)})
    if change == 2:
        return frame.assign(**{name: None})
    if change == 3:
        return frame.head(rng.choice((0, 1)))
    if change == 4:
        return pd.concat([frame, frame.head(2)])
    if change == 5:
        return pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    if change == 6 and pd.api.types.is_numeric_dtype(frame[name]):
        return frame.assign(**{name: rng.choice((float("nan"), float("inf"), -1, 0, 1e300, 2**62))})
    if change == 7:
        return frame.rename(columns={name: rng.choice((*frame.columns, "x"))})
    if change == 8:
        return frame.sample(frac=1.0, random_state=rng.randrange(1000))
    if change == 9:
        return frame[[name]]
    return frame.assign(**{name: [[1]] * len(frame)})


def tables(mutations: int, rng: random.Random, folder: Path) -> Iterator[str]:
    """Yield what is wrong with how damaged and foreign tables are read."""
    shop = Workshop(folder)
    names = [*(3 * TABLES), *DERIVED]
    for _ in range(mutations):
        words = rng.choices(list(READERS), list(READERS.values()))[0]
        name = rng.choice(names)
        path, by_bytes = shop.folder / "study" / name, rng.random() < 0.5
        whole = path.read_bytes()
        if by_bytes:
            path.write_bytes(
                rng.choice((damaged(whole, rng), _flipped(whole, rng), whole[: rng.randrange(len(whole))]))
            )
        else:
            (shop.folder / "study" / "SHA256SUMS").unlink()
            try:
                other_table(pd.read_parquet(path), rng).to_parquet(path)
            except Exception:  # pandas cannot write every table
                path.write_bytes(b"PAR1")
        changed = path.read_bytes() != whole
        ended, wrong = shop.tried(words)
        if not wrong and by_bytes and changed and _is_read(words, name) and ended.status != 2:
            wrong = f"a change was not noticed (exit status {ended.status})"
        if wrong:
            yield f"table {name}, {'bytes' if by_bytes else 'foreign'}, {words}: {wrong}"
        shop.restore()


def _is_read(words: str, name: str) -> bool:
    """Return whether a command reads a table."""
    command = words.split()[0]
    if command in ("status", "pinned"):
        return False
    return name in TABLES or command in ("analyze", "report", "join", "publish")


def any_damage(content: bytes, rng: random.Random) -> bytes:
    """Return a file with a few changes, with one flipped bit, or cut short."""
    return rng.choice((damaged(content, rng), _flipped(content, rng), content[: rng.randrange(len(content))]))


def _flipped(content: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << rng.randrange(8))]) + content[place + 1 :]


def manifests(mutations: int, rng: random.Random, folder: Path) -> Iterator[str]:
    """Yield what is wrong with how edited and damaged manifests are read."""
    shop = Workshop(folder)
    path = shop.folder / "study" / "study.json"
    whole = json.loads(path.read_text())
    for _ in range(mutations):
        words, kind = rng.choice(OPENERS), rng.random()
        if kind < 0.35:
            path.write_bytes(damaged(path.read_bytes(), rng))
        else:
            edited = other_json(whole, rng)
            if isinstance(edited, dict) and kind > 0.7:
                edited.pop("digest", None)  # as of an earlier version
            path.write_text(json.dumps(edited))
        ended, wrong = shop.tried(words, (1, 75) if words.startswith(("run", "collect")) else ())
        if (
            not wrong
            and ended.status == 0
            and not _same(path, whole)
            and kind <= 0.7
            and words.startswith(("status", "collect"))
        ):
            wrong = "a change was not noticed"
        if wrong:
            yield f"manifest, {words}: {wrong}\n    {path.read_bytes()[:3000]!r}"
        shop.restore()


def _same(path: Path, whole: dict[str, Any]) -> bool:
    """Return whether a manifest says the same, but for name, description and digest."""
    try:
        return _said(json.loads(path.read_bytes())) == _said(whole)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _said(manifest: dict[str, Any]) -> dict[str, Any]:
    settings = manifest["settings"] | {"name": "", "description": ""}
    return manifest | {"digest": "", "settings": settings}


def _lease() -> bytes:
    """Return a lease of a process that has ended."""
    owner = f"{leases.ProcessIdentity.current().host}~{'0' * 8}~1~1"
    content = {"chain": 0, "owner": owner, "run": "gone", "beats": 3, "sweeps": 40, "seconds": 2.0}
    return leases._encoded(content)


def lease_files(mutations: int, rng: random.Random, folder: Path) -> Iterator[str]:
    """Yield what is wrong with how a study with damaged leases, and files of crashes, is continued."""
    shop = Workshop(folder)
    leases.DAMAGED_SECONDS = 0.05
    for _ in range(mutations):
        begun = shop.folder / "begun"
        for part, chain in (("claims", 0), ("crashes", 1)):
            (begun / part).mkdir(exist_ok=True)
            content = (
                _lease()
                if part == "claims"
                else b'[{"index": 2, "realizing": true, "owner": "a", "run": "b", "signal": "x"}]'
            )
            path = begun / part / f"{chain:05d}.json"
            kind = rng.random()
            if kind < 0.3:
                content = json.dumps(other_json(json.loads(content), rng)).encode().ljust(500) + b"\n"
            elif kind < 0.35:
                content = rng.choice((b"", b"[" * 5000, b"null", b"{}", b"\0" * 501, b"9" * 5000))
            elif kind < 0.4:
                path.mkdir()
                continue
            else:
                content = damaged(content, rng)
            path.write_bytes(content)
        shown = {str(p): (p.read_bytes() if p.is_file() else b"") for p in begun.glob("c[lr]a*/*.json")}
        _, wrong = shop.tried("status begun")
        if not wrong:
            wrong = _continued(shop, "run study.toml --out begun --extend --claim-life 0.2")
        if wrong:
            yield f"lease: {wrong}\n    {shown!r}"
        shop.restore()


def _continued(shop: Workshop, words: str) -> str:
    """Run a study to its end, collect it, and return what is wrong with its tables."""
    ended, wrong = shop.tried(words)
    if wrong or ended.status:
        return wrong or f"exit status {ended.status}: {ended.err[-300:]}"
    ended, wrong = shop.tried("collect begun --no-figures")
    if wrong or ended.status:
        return wrong or f"collect: exit status {ended.status}: {ended.err[-300:]}"
    differing = [
        name for name in TABLES if _rows(shop.folder / "begun" / name) != _rows(shop.original / "study" / name)
    ]
    return f"other tables: {differing}" if differing else ""


def _rows(path: Path) -> str:
    """Return the rows of a table, without the numbers of realizations, which an extended study keeps."""
    return str(pd.read_parquet(path).drop(columns="realization").to_csv(index=False))


def shards(mutations: int, rng: random.Random, folder: Path) -> Iterator[str]:
    """Yield what is wrong with how a study with damaged shards, checkpoints and kept glasses is continued."""
    shop = Workshop(folder)
    for _ in range(mutations):
        begun = shop.folder / "begun"
        files = sorted(
            p for part in ("shards", "checkpoints", "configurations") for p in (begun / part).rglob("*") if p.is_file()
        )
        for path in rng.sample(files, rng.choice((1, 1, 2))):
            whole = path.read_bytes()
            path.write_bytes(
                rng.choice((damaged(whole, rng), _flipped(whole, rng), whole[: rng.randrange(len(whole))]))
            )
        _, wrong = shop.tried("status begun")
        if not wrong and rng.random() < 0.3:
            _, wrong = shop.tried("collect begun --no-figures", (1,))
        wrong = wrong or _continued(shop, "run study.toml --out begun --extend")
        if wrong:
            yield f"shards: {wrong}\n    {[str(p) for p in files if p.is_file()]}"
        shop.restore()


#: The kinds of mutations, by name.
KINDS = {"tables": tables, "manifests": manifests, "leases": lease_files, "shards": shards}


def complaints(kind: str, mutations: int, seed: int, folder: Path) -> Iterator[str]:
    """Yield a line for each mutation of a kind that does not end well."""
    folder.mkdir(exist_ok=True)
    with limited_memory():
        yield from KINDS[kind](mutations, random.Random(seed), folder)


if __name__ == "__main__":
    sys.exit(report(KINDS, complaints, *(int(word) for word in sys.argv[1:3]), *sys.argv[3:]))
