"""A study on disk: a frozen manifest, immutable shards, checkpoints. The file system is the database.

    DIR/study.json                           resolved settings and their physics hash
    DIR/shards/00003/000020-000040.parquet   realizations 20 to 39 of chain 3, each with its modes
    DIR/checkpoints/00003.checkpoint         all that the chain's next move reads, and rows not yet in a shard
    DIR/checkpoints/00003.previous           the one before, for when that one is damaged
    DIR/claims/00003.json                    who works on chain 3 now
    DIR/crashes/00003.json                   processes that died of a fault of their own in chain 3
    DIR/damaged/                             shards whose checksum did not agree, out of the way
    DIR/runs/*.json                          who computed what, when and with which versions

Everything is written aside, synced and renamed or linked; a shard that exists is never written again.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from atomglass.errors import InputError
from atomglass.io.atomic import publish, replace, sweep_asides
from atomglass.study.execution.crash_reports import Crashes
from atomglass.study.realization import Realization
from atomglass.study.registry import model_of
from atomglass.study.settings import StudyBase
from atomglass.study.store import checkpoints, shards
from atomglass.study.store import stored_configurations as configurations
from atomglass.study.store.checkpoints import Checkpoint
from atomglass.study.store.shards import DamagedShard, Shard
from atomglass.system.configuration import Configuration

FORMAT = 1
_PARTS = ("shards", "configurations", "checkpoints", "claims", "runs")
_SHARD_NAME = re.compile(r"(\d{6,})-(\d{6,})\.parquet")


class StudyStore:
    """The directory of one study.

    Parameters
    ----------
    folder : Path
        The study's directory, made by `create`.

    Raises
    ------
    InputError
        There is no study, or its manifest is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        manifest = self.folder / "study.json"
        try:
            data = json.loads(manifest.read_text(encoding="utf-8"))
            self.model = model_of(data["settings"], str(manifest))
            # Of the model's own class: what only one kind of study has is read where only that kind comes.
            self.settings: Any = self.model.stored(data["settings"], str(manifest))
            self._kernel_version = data["kernel_version"]
            self._joined = "portions" in data
            # Under the version that the study began with: what that computed can still be collected and looked at.
            self.physics_hash = self.settings.physics_hash_under(self._kernel_version)
            self.crashes = Crashes(self.folder / "crashes")
        except (FileNotFoundError, NotADirectoryError):
            raise InputError(f"no study in {folder}", remedy="start one with `atomglass run FILE --out DIR`") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{manifest} is damaged ({error})", remedy="restore it from a copy") from None

    @classmethod
    def create(cls, folder: Path, settings: StudyBase, extend: bool = False) -> StudyStore:
        """Make a study's directory, or open the one that is there if its physics is the same.

        Raises
        ------
        InputError
            The directory holds another study, or other files; or it cannot be written.
        """
        folder = Path(folder)
        manifest = folder / "study.json"
        try:
            if not manifest.exists():
                check_free(folder)
                folder.mkdir(parents=True, exist_ok=True)
                publish(manifest, _manifest(settings), "manifest")
            store = cls(folder)
            store.settings = store.agreed(settings, extend)
            if store.settings != cls(folder).settings:
                replace(manifest, _manifest(store.settings), "manifest")
            for part in _PARTS:
                (folder / part).mkdir(exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot write to {folder} ({error.strerror})", remedy="choose another --out") from None
        return store

    def agreed(self, wanted: StudyBase, extend: bool) -> StudyBase:
        """Return this study's settings, with the larger ensemble of `wanted` if it may be extended.

        Raises
        ------
        InputError
            The physics differs; or the ensemble does, and is not to be extended, or would shrink.
        """
        if self._joined:
            raise InputError(f"{self.folder} holds tables joined from several studies", remedy="choose another --out")
        mine = flat(self.settings.physics() | {"kernel_version": self._kernel_version})
        theirs = flat(wanted.physics())
        changed = [key for key in sorted({*mine, *theirs}) if mine.get(key) != theirs.get(key)]
        if changed:
            shown = ", ".join(
                f"{key}: {mine.get(key, 'the default')} there, {theirs.get(key, 'the default')} now"
                for key in changed[:5]
            )
            more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
            raise InputError(
                f"{self.folder} holds a study with other physics ({shown}{more})", remedy="choose another --out"
            )
        have, want = self.settings.ensemble, wanted.ensemble
        if have == want:
            return self.settings
        sizes = f"{have.chains} chains of {have.realizations_per_chain} realizations"
        if want.chains < have.chains or want.realizations_per_chain < have.realizations_per_chain:
            raise InputError(
                f"{self.folder} holds {sizes}, more than the {want.chains} of {want.realizations_per_chain} asked for",
                remedy="choose another --out",
            )
        if not extend:
            raise InputError(
                f"{self.folder} holds {sizes} in shards of {have.realizations_per_shard}; {want.chains} of "
                f"{want.realizations_per_chain} in shards of {want.realizations_per_shard} are asked for",
                remedy="add --extend to enlarge the study",
            )
        return self.settings.model_copy(update={"ensemble": want})

    def need_glasses(self) -> None:
        """Refuse a study of anything else.

        Raises
        ------
        InputError
            It is of another model.
        """
        if self.model.name != "glass":
            raise InputError(f"{self.folder} is a study of {self.model.name}", allowed="a study of glasses")

    def shard_ranges(self, chain: int) -> list[tuple[int, int]]:
        """Return the (start, stop) of a chain's shards, in order."""
        try:
            names = os.listdir(self._shard_folder(chain))
        except FileNotFoundError:
            return []
        matches = (_SHARD_NAME.fullmatch(name) for name in names)
        return sorted((int(m[1]), int(m[2])) for m in matches if m)

    def published(self, chain: int) -> int:
        """Return how many realizations of a chain are in shards, counted from its first up to the first gap."""
        stop = 0
        for start, end in self.shard_ranges(chain):
            if start > stop:
                break
            stop = max(stop, end)
        return stop

    def is_complete(self, chain: int) -> bool:
        """Whether all realizations of a chain are in shards."""
        return self.published(chain) >= self.settings.ensemble.realizations_per_chain

    def write_shard(self, chain: int, start: int, realizations: list[Realization], provenance: dict[str, Any]) -> None:
        """Publish realizations start, start + 1, ... of a chain as one immutable file."""
        path = self._shard_path(chain, (start, start + len(realizations)))
        path.parent.mkdir(parents=True, exist_ok=True)
        # The glasses first: where there is a shard, what belongs to it is there too.
        glasses = configurations.encode(realizations)
        if glasses is not None:
            beside = self._configurations_path(path)
            beside.parent.mkdir(parents=True, exist_ok=True)
            publish(beside, glasses, "configurations")
        origin = provenance | {"chain": chain, "seed": self.settings.seed, "physics_hash": self.physics_hash}
        publish(path, shards.encode(realizations, origin, self.model), "shard")

    def read_shard(self, chain: int, span: tuple[int, int]) -> Shard:
        """Return one shard.

        Raises
        ------
        DamagedShard
            It cannot be trusted.
        """
        shard = shards.read(self._shard_path(chain, span))
        if shard.provenance.get("physics_hash") != self.physics_hash:
            raise DamagedShard("it belongs to another study")
        numbers = shard.realizations["index_in_chain"].to_pylist()
        if numbers != list(range(*span)) or set(shard.realizations["chain"].to_pylist()) != {chain}:
            raise DamagedShard("it holds other realizations than its name says")
        return shard

    def read_configurations(self, chain: int, span: tuple[int, int]) -> dict[int, Configuration]:
        """Return the inherent states kept of a shard's realizations, by their number in the chain.

        Raises
        ------
        DamagedShard
            The file cannot be trusted.
        """
        path = self._configurations_path(self._shard_path(chain, span))
        return configurations.read(path) if path.exists() else {}

    def set_damaged_aside(self, chain: int) -> list[str]:
        """Move the chain's damaged shards out of the way, so that they are computed again; return a line on each."""
        lines = []
        for span in self.shard_ranges(chain):
            path = self._shard_path(chain, span)
            try:
                self.read_shard(chain, span)
                self.read_configurations(chain, span)
            except DamagedShard as why:
                self._configurations_path(path).unlink(missing_ok=True)  # it comes again with the shard
                refuge = self.folder / "damaged" / f"{chain:05d}-{path.name}"
                refuge.parent.mkdir(exist_ok=True)
                with contextlib.suppress(FileNotFoundError):  # another process did it
                    os.replace(path, refuge)
                    lines.append(f"shard {path} was damaged ({why}); it is kept as {refuge} and computed again")
        return lines

    def save_checkpoint(self, chain: int, checkpoint: Checkpoint, sweep: int) -> None:
        """Keep all that the chain's next move reads, and the rows that no shard holds yet; the last one is kept too."""
        path = self.checkpoint_path(chain)
        content = checkpoints.encode(checkpoint, chain, sweep, self.physics_hash)
        replace(path, content, "checkpoint", previous=path.with_suffix(".previous"))

    def load_checkpoint(self, chain: int) -> tuple[Checkpoint, list[str]]:
        """Return the newest checkpoint to be trusted (or the chain's start), and a line on each damaged one."""
        path, lines = self.checkpoint_path(chain), list[str]()
        for candidate in (path, path.with_suffix(".previous")):
            try:
                content = candidate.read_bytes()
                return checkpoints.decode(content, chain, self.physics_hash), lines
            except FileNotFoundError:
                continue
            except (OSError, ValueError, KeyError, EOFError, TypeError) as error:
                lines.append(f"checkpoint {candidate} is damaged ({error}); the chain goes on from an earlier one")
        return Checkpoint(), lines

    def tidy(self, chain: int) -> None:
        """Free the previous generation of a finished chain's checkpoint; the last one lets the study be extended."""
        self.checkpoint_path(chain).with_suffix(".previous").unlink(missing_ok=True)

    def sweep_asides(self, chains: list[int]) -> None:
        """Remove what killed processes of this machine left half written, of these chains and of the study."""
        for folder in (self.folder, *(self.folder / part for part in ("checkpoints", "claims", "runs"))):
            sweep_asides(folder)
        for chain in chains:
            sweep_asides(self._shard_folder(chain))
            sweep_asides(self.folder / "configurations" / f"{chain:05d}")

    def checkpoint_path(self, chain: int) -> Path:
        """Return where a chain's newest checkpoint is."""
        return self.folder / "checkpoints" / f"{chain:05d}.checkpoint"

    def _shard_folder(self, chain: int) -> Path:
        return self.folder / "shards" / f"{chain:05d}"

    def _configurations_path(self, shard: Path) -> Path:
        return self.folder / "configurations" / shard.parent.name / shard.name

    def _shard_path(self, chain: int, span: tuple[int, int]) -> Path:
        return self._shard_folder(chain) / f"{span[0]:06d}-{span[1]:06d}.parquet"


def _manifest(settings: StudyBase) -> bytes:
    data = {
        "format": FORMAT,
        "kernel_version": settings.version,
        "physics_hash": settings.physics_hash,
        "settings": settings.model_dump(mode="json"),
    }
    return (json.dumps(data, indent=2) + "\n").encode()


def check_free(folder: Path) -> None:
    """Refuse to mix a study with other files."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file", remedy="choose another --out")
    if folder.is_dir() and any(not entry.name.startswith(".") for entry in _entries(folder)):
        raise InputError(f"{folder} holds other files and no study", remedy="choose a new or an empty --out")


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from (entry for entry in entries if entry.name not in (*_PARTS, "study.json"))


def flat(data: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings as one dictionary, keys joined by dots."""
    result: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            result |= flat(value, f"{prefix}{key}.")
        else:
            result[prefix + key] = value
    return result
