"""Studies published in portions: a manifest that lists them, and a folder for each, never changed once it is written.

    DIR/study.json                   settings of the whole study; folder, seed, chains and checksum of each portion
    DIR/portion_01/study.json        settings of the portion, which is a study of its own seed
    DIR/portion_01/SHA256SUMS        checksums of its tables
    DIR/portion_01/modes.parquet     its tables, with chains and realizations numbered as in the whole study

The tables of the whole study are those of the portions, one after another.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from atomglass.errors import InputError
from atomglass.study.store.checksums import SUMS, checked_table, table_of
from atomglass.study.store.manifest import read_manifest, require_joinable
from atomglass.study.store.study_store import StudyStore

#: Names of the folders of the portions begin with this, followed by their number.
PREFIX = "portion_"
_RESTORE = "restore it from a copy of the data"


@dataclass(frozen=True)
class Portion:
    """One portion of a published study.

    Attributes
    ----------
    folder : Path
        Its folder.
    seed : int
        Seed of its random streams, different in each portion.
    first_chain, chains : int
        Its chains, as numbered in the whole study: from `first_chain` on.
    sums : str
        SHA-256 of its file of checksums.
    """

    folder: Path
    seed: int
    first_chain: int
    chains: int
    sums: str

    def table(self, name: str) -> pa.Table | None:
        """Return a table of the portion; None if it has none of this name.

        Raises
        ------
        InputError
            The portion or the table is missing or damaged, or contains chains of another portion.
        """
        expected = self._checksums().get(f"{name}.parquet")
        if expected is None:
            return None
        path = self.folder / f"{name}.parquet"
        content = _content(path)
        if hashlib.sha256(content).hexdigest() != expected:
            raise InputError(f"{path} is damaged (its SHA-256 is not that in {SUMS})", remedy=_RESTORE)
        table = table_of(path, content, _RESTORE)
        self._require_own_chains(path, table)
        return table

    def require_listed_checksums(self) -> None:
        """Reject a portion that is missing, or whose file of checksums is not the one that the manifest lists."""
        self._checksums()

    def _checksums(self) -> dict[str, str]:
        """Return the SHA-256 of each file of the portion, by name."""
        content = _content(self.folder / SUMS)
        if hashlib.sha256(content).hexdigest() != self.sums:
            raise InputError(
                f"{self.folder / SUMS} is not the file that the study's manifest lists",
                remedy="a portion must not be changed once it is published; " + _RESTORE,
            )
        return {name: digest for digest, name in (line.split() for line in content.decode().splitlines())}

    def _require_own_chains(self, path: Path, table: pa.Table) -> None:
        """Reject a table with chains that belong to another portion."""
        if "chain" not in table.column_names or not len(table):
            return
        found = pc.min_max(table["chain"]).as_py()
        last = self.first_chain + self.chains - 1
        if not self.first_chain <= found["min"] <= found["max"] <= last:
            raise InputError(
                f"chains in {path}", (found["min"], found["max"]), f"{self.first_chain} to {last}", _RESTORE
            )


def _content(path: Path) -> bytes:
    """Return the content of a portion's file."""
    try:
        return path.read_bytes()
    except OSError as error:
        what = path if path.parent.is_dir() else path.parent
        reason = "missing" if isinstance(error, FileNotFoundError) else f"unreadable ({error.strerror})"
        raise InputError(f"{what} is {reason}, but the study's manifest lists it", remedy=_RESTORE) from None


def portions(folder: Path) -> list[Portion]:
    """Return the portions of a published study; none if it was not published in portions.

    Parameters
    ----------
    folder : Path
        The study's directory.

    Raises
    ------
    InputError
        The manifest is damaged, a seed occurs twice, chains overlap, or a portion is not listed.
    """
    try:
        listed = read_manifest(folder).get("portions", [])
        found = [_portion(folder, part) for part in listed if "folder" in part]
    except FileNotFoundError:
        found = []
    except InputError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{folder / 'study.json'} is damaged ({error})", remedy="restore it from a copy") from None
    _require_consistent(folder, found)
    return found


def _portion(folder: Path, part: dict[str, Any]) -> Portion:
    """Return a portion from its entry in the manifest."""
    name, sums = part["folder"], part["sums"]
    seed, first_chain, chains = numbers = [part[key] for key in ("seed", "first_chain", "chains")]
    if not (isinstance(name, str) and name.startswith(PREFIX) and Path(name).name == name and isinstance(sums, str)):
        raise ValueError(f"a portion is in {str(name)[:80]!r}")
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise ValueError(f"seed, first chain and chains of {name} are {str(numbers)[:80]}")
    return Portion(folder / name, seed, first_chain, chains, sums)


def _require_consistent(folder: Path, found: list[Portion]) -> None:
    """Reject portions that share a seed or a chain, and folders of portions that the manifest does not list."""
    seeds: dict[int, Path] = {}
    chains = 0
    for portion in found:
        if portion.seed in seeds:
            raise InputError(
                f"seed {portion.seed} is that of {seeds[portion.seed]} and of {portion.folder}",
                allowed="a different seed for each portion",
                remedy="chains with the same seed are not independent",
            )
        if portion.first_chain != chains:
            raise InputError(f"the first chain of {portion.folder}", portion.first_chain, str(chains), _RESTORE)
        seeds[portion.seed] = portion.folder
        chains += portion.chains
    listed = {portion.folder.name for portion in found}
    if not folder.is_dir():
        return
    others = sorted(p.name for p in folder.iterdir() if p.name.startswith(PREFIX) and p.name not in listed)
    if others:
        raise InputError(
            f"{folder / others[0]} is not listed in {folder / 'study.json'}",
            remedy="remove it, and publish its study again by `atomglass publish STUDY --as-portion`",
        )


def require_same_physics(folder: Path, found: list[Portion]) -> None:
    """Reject portions whose settings, apart from the seed, are not those of the whole study.

    Parameters
    ----------
    folder : Path
        The study's directory.
    found : list of Portion
        Its portions.

    Raises
    ------
    InputError
        A portion is missing or damaged, or its physics differs; the message names the first setting that differs.
    """
    if not found:
        return
    whole = StudyStore(folder).settings.physics()
    for portion in found:
        portion.require_listed_checksums()
        require_joinable(folder, whole, portion.folder, StudyStore(portion.folder).settings.physics())


def read_table(folder: str | Path, name: str) -> pa.Table | None:
    """Return a table of a study, whether it was collected, or published whole or in portions.

    Parameters
    ----------
    folder : str or Path
        The study's directory.
    name : str
        Name of the table, such as `modes`.

    Returns
    -------
    Table or None
        The rows of all portions, in the order of the chains; None if the study has no such table.

    Raises
    ------
    InputError
        The table is damaged or was changed, a portion is missing or not consistent with the others, or only some of the
        portions have the table.
    """
    folder = Path(folder)
    parts = portions(folder)
    if not parts:
        path = folder / f"{name}.parquet"
        return checked_table(path) if path.is_file() else None
    found = {part.folder.name: part.table(name) for part in parts}
    tables = [table for table in found.values() if table is not None]
    if not tables:
        return None
    if len(tables) < len(parts):
        without = ", ".join(part for part, table in found.items() if table is None)
        raise InputError(
            f"{folder} has {name}.parquet in {len(tables)} of {len(parts)} portions, but not in {without}",
            allowed="a table in all portions or in none",
            remedy="publish the portions again with the same tables, or read each by itself",
        )
    return pa.concat_tables(tables, promote_options="permissive").combine_chunks()


def summary(parts: list[dict[str, Any]]) -> tuple[str, str]:
    """Return the seeds of the portions that a manifest lists, and their chains, as texts for a table of settings."""
    seeds = [part["seed"] for part in parts]
    versions = " and ".join(map(str, dict.fromkeys(part["kernel_version"] for part in parts)))
    last = parts[-1]["first_chain"] + parts[-1]["chains"] - 1
    if len(parts) > 4 and seeds == list(range(seeds[0], seeds[0] + len(seeds))):
        return (
            f"{seeds[0]} to {seeds[-1]}",
            f"{len(parts)} with one seed each: chains 0 to {last}, kernel version {versions}",
        )
    lines = [
        f"chains {part['first_chain']} to {part['first_chain'] + part['chains'] - 1}: seed {part['seed']}, "
        f"kernel version {part['kernel_version']}"
        for part in parts
    ]
    return ", ".join(map(str, seeds)), "; ".join(lines)
