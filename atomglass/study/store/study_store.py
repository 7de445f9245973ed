"""A study on disk: a manifest, immutable shards, and checkpoints. The file system is the database.

    DIR/study.json                           resolved settings and their physics hash
    DIR/shards/00003/000020-000040.parquet   realizations 20 to 39 of chain 3, each with its modes
    DIR/configurations/00003/000020-...      inherent states of these realizations
    DIR/checkpoints/00003.checkpoint         state of the sampler of chain 3, and rows not yet in a shard
    DIR/checkpoints/00003.previous           the previous checkpoint, in case the newest one is damaged
    DIR/claims/00003.json                    lease on chain 3: the process that is working on it
    DIR/crashes/00003.json                   processes that crashed in chain 3
    DIR/damaged/                             shards whose checksum did not match
    DIR/runs/*.json                          one file per run: host, time, versions

Every file is written by `atomglass.io.atomic`, completely or not at all; an existing shard is never overwritten.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import Any

from atomglass.errors import InputError, shell_command
from atomglass.io.atomic import create, remove_stale_temporaries, replace
from atomglass.study.errors import DamagedShard
from atomglass.study.protocol import Column, Realization, StudyModel
from atomglass.study.registry import is_foreign, model_of
from atomglass.study.settings import StudyBase
from atomglass.study.store import checkpoints, inherent_state_files, shards
from atomglass.study.store.checkpoints import Checkpoint
from atomglass.study.store.crash_reports import CrashReports
from atomglass.study.store.manifest import (
    FOLDERS,
    encode_manifest,
    extended,
    read_manifest,
    require_free,
    require_same_physics,
)
from atomglass.study.store.shards import Shard
from atomglass.study.store.stored_model import StoredModel
from atomglass.system.configuration import Configuration

#: Models whose realizations are glasses, so that their inherent states are kept.
GLASS_MODELS = ("glass", "two_level_systems")
_SHARD_NAME = re.compile(r"(\d{6,})-(\d{6,})\.parquet")


class StudyStore:
    """The directory of one study.

    Parameters
    ----------
    folder : Path
        The study's directory, as made by `create`.
    load_model : bool
        Whether to import a model that is defined outside this package, which only running a study needs.

    Attributes
    ----------
    model : StudyModel
        The model of the study.
    settings : StudyBase
        Settings of the study, of the model's own class.
    physics_hash : str
        Hash of the physics under the kernel version with which the study began, so that older studies can be read.
    crash_reports : CrashReports
        The crashes of worker processes.

    Raises
    ------
    InputError
        There is no study in the directory, or its manifest is damaged.
    """

    def __init__(self, folder: Path, load_model: bool = False) -> None:
        self.folder = Path(folder)
        manifest = self.folder / "study.json"
        try:
            data = read_manifest(self.folder)
            name = data["settings"].get("model")
            self.model: StudyModel = (
                StoredModel(name, self.folder)
                if is_foreign(name) and not load_model
                else model_of(data["settings"], str(manifest))
            )
            # Any: sections that only one kind of study has are read only by code for that kind.
            self.settings: Any = self.model.stored(data["settings"], str(manifest))
            self._kernel_version = data["kernel_version"]
            self._joined = "portions" in data or "portion" in data
            self.physics_hash = self.settings.physics_hash_under(self._kernel_version)
            self.crash_reports = CrashReports(self.folder / "crashes")
        except (FileNotFoundError, NotADirectoryError):
            raise InputError(f"no study in {folder}", remedy="start one with `atomglass run FILE --out DIR`") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{manifest} is damaged ({error})", remedy="restore it from a copy") from None

    @classmethod
    def create(cls, folder: Path, settings: StudyBase, extend: bool = False) -> StudyStore:
        """Make a study's directory, or open the existing one if its physics is the same.

        Parameters
        ----------
        folder : Path
            The study's directory; new, empty, or holding the same study.
        settings : StudyBase
            The study's settings.
        extend : bool
            Whether an existing study may be enlarged.

        Raises
        ------
        InputError
            The directory contains another study or other files, or cannot be written to.
        """
        folder = Path(folder)
        manifest = folder / "study.json"
        try:
            if not manifest.exists():
                require_free(folder)
                folder.mkdir(parents=True, exist_ok=True)
                create(manifest, encode_manifest(settings))
            cls(folder).reconciled(settings, extend)  # another study is refused before its model is imported
            store = cls(folder, load_model=True)
            present = store.settings
            store.settings = store.reconciled(settings, extend)
            store.require_known_shards()
            if store.settings != present:
                replace(manifest, encode_manifest(store.settings))
            for part in FOLDERS:
                (folder / part).mkdir(exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot write to {folder} ({error.strerror})", remedy="choose another --out") from None
        return store

    def reconciled(self, wanted: StudyBase, extend: bool) -> StudyBase:
        """Return this study's settings, with the ensemble of `wanted` if that is larger and `extend` is set.

        Raises
        ------
        InputError
            The physics differs, or the ensemble would shrink, or would grow although `extend` is not set.
        """
        if self._joined:
            raise InputError(
                f"{self.folder} holds tables joined from several studies, or one of these",
                remedy="choose another --out",
            )
        require_same_physics(self.folder, self.settings, self._kernel_version, wanted)
        ensemble = extended(self.folder, self.settings.ensemble, wanted.ensemble, extend)
        return self.settings.model_copy(update={"ensemble": ensemble})

    @property
    def further_tables(self) -> dict[str, tuple[Column, ...]]:
        """Columns of the tables that the study has besides realizations, modes and attempts, by name."""
        return self.model.further_tables(self.settings)

    def require_known_shards(self) -> None:
        """Raise InputError if there are more realizations than the settings say: they would be left out in silence."""
        ensemble = self.settings.ensemble
        try:
            names = os.listdir(self.folder / "shards")
        except OSError:
            return
        for chain in sorted(int(name) for name in names if re.fullmatch(r"[0-9]{5,9}", name)):
            for span in self.shard_ranges(chain):
                if chain >= ensemble.chains or span[1] > ensemble.realizations_per_chain:
                    size = f"{ensemble.chains} chains of {ensemble.realizations_per_chain} realizations"
                    raise InputError(
                        f"{self._shard_path(chain, span)} is beyond the {size} of {self.folder / 'study.json'}",
                        remedy="the manifest was edited or is older: restore it, or run the study with --extend",
                    )

    def require_glasses(self) -> None:
        """Reject a study of any other model.

        Raises
        ------
        InputError
            The study is of another model.
        """
        if self.model.name not in GLASS_MODELS:
            raise InputError(f"{self.folder} is a study of {self.model.name}", allowed="a study of glasses")

    @property
    def has_tables_alone(self) -> bool:
        """Whether the directory holds tables that were joined or published, without the shards behind them."""
        collected = any((self.folder / f"{name}.parquet").exists() for name in ("realizations", "modes"))
        return self._joined or (collected and not (self.folder / "shards").is_dir())

    def require_shards(self) -> None:
        """Reject a directory of joined or published tables.

        Raises
        ------
        InputError
            There are no shards.
        """
        if self.has_tables_alone:
            raise InputError(
                f"{self.folder} holds joined or published tables, which are collected already",
                remedy=f"go on with `{shell_command('atomglass', 'analyze', str(self.folder))}`",
            )

    def shard_ranges(self, chain: int) -> list[tuple[int, int]]:
        """Return the ranges (start, stop) of realizations in a chain's shards, in order."""
        try:
            names = os.listdir(self._shard_folder(chain))
        except FileNotFoundError:
            return []
        matches = (_SHARD_NAME.fullmatch(name) for name in names)
        return sorted((int(match[1]), int(match[2])) for match in matches if match)

    def stored(self, chain: int) -> int:
        """Return the number of realizations of a chain that are in shards, from the first one to the first gap."""
        end = 0
        for start, stop in self.shard_ranges(chain):
            if start > end:
                break
            end = max(end, stop)
        return end

    def is_complete(self, chain: int) -> bool:
        """Return whether all realizations of a chain are in shards."""
        return self.stored(chain) >= self.settings.ensemble.realizations_per_chain

    def write_shard(self, chain: int, start: int, realizations: list[Realization], provenance: dict[str, Any]) -> None:
        """Write realizations start, start + 1, ... of a chain as one immutable shard.

        Parameters
        ----------
        chain : int
            Number of the chain.
        start : int
            Index in the chain of the first realization.
        realizations : list of Realization
            Consecutive realizations.
        provenance : dict
            Process, versions and processor with which they were computed.
        """
        path = self._shard_path(chain, (start, start + len(realizations)))
        path.parent.mkdir(parents=True, exist_ok=True)
        # The inherent states come first, so that they exist wherever the shard does.
        inherent_states = inherent_state_files.encode(realizations)
        if inherent_states is not None:
            target = self._inherent_state_path(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            create(target, inherent_states)
        origin = provenance | {"chain": chain, "seed": self.settings.seed, "physics_hash": self.physics_hash}
        create(path, shards.encode(realizations, origin, self.model, self.further_tables))

    def read_shard(self, chain: int, span: tuple[int, int]) -> Shard:
        """Return one shard.

        Raises
        ------
        DamagedShard
            The shard cannot be read, fails its checksum, or does not contain the realizations that its name indicates.
        """
        shard = shards.read(self._shard_path(chain, span))
        if shard.provenance.get("physics_hash") != self.physics_hash:
            raise DamagedShard("it belongs to another study")
        absent = sorted(self.further_tables.keys() - shard.further.keys())
        if absent:
            raise DamagedShard(f"it has no table {absent[0]}")
        numbers = shard.realizations["index_in_chain"].to_pylist()
        if numbers != list(range(*span)) or set(shard.realizations["chain"].to_pylist()) != {chain}:
            raise DamagedShard("it does not contain the realizations that its name indicates")
        return shard

    def read_configurations(self, chain: int, span: tuple[int, int]) -> dict[int, Configuration]:
        """Return the inherent states kept for a shard, by their index in the chain.

        Raises
        ------
        DamagedShard
            The file cannot be read, or fails its checksum.
        """
        path = self._inherent_state_path(self._shard_path(chain, span))
        return inherent_state_files.read(path) if path.exists() else {}

    def quarantine_damaged_shards(self, chain: int) -> list[str]:
        """Move a chain's damaged shards to `DIR/damaged`, to be recomputed; return a line about each."""
        lines = []
        for span in self.shard_ranges(chain):
            path = self._shard_path(chain, span)
            try:
                self.read_shard(chain, span)
                self.read_configurations(chain, span)
            except DamagedShard as why:
                self._inherent_state_path(path).unlink(missing_ok=True)  # will be recomputed with the shard
                target = self.folder / "damaged" / f"{chain:05d}-{path.name}"
                target.parent.mkdir(exist_ok=True)
                with contextlib.suppress(FileNotFoundError):  # another process did it
                    os.replace(path, target)
                    lines.append(f"shard {path} was damaged ({why}); it is kept as {target} and computed again")
        return lines

    def save_checkpoint(self, chain: int, checkpoint: Checkpoint, sweep: int) -> None:
        """Write a chain's checkpoint; the previous one is also kept.

        Parameters
        ----------
        chain : int
            Number of the chain.
        checkpoint : Checkpoint
            State of the sampler, and the rows not yet in a shard.
        sweep : int
            Age of the chain in steps.
        """
        checkpoints.write(self.checkpoint_path(chain), checkpoint, chain, sweep, self.physics_hash)

    def load_checkpoint(self, chain: int) -> tuple[Checkpoint, list[str]]:
        """Return the newest intact checkpoint of a chain, or its start, and a line about each damaged one."""
        return checkpoints.newest_intact(self.checkpoint_path(chain), chain, self.physics_hash)

    def remove_previous_checkpoint(self, chain: int) -> None:
        """Delete the older checkpoint of a finished chain; the newer one is kept, so that the study can be extended."""
        self.checkpoint_path(chain).with_suffix(".previous").unlink(missing_ok=True)

    def remove_stale_temporaries(self, chains: list[int]) -> None:
        """Delete partial files of killed processes on this machine, for these chains and in the study's folders."""
        folders = [self.folder, *(self.folder / part for part in ("checkpoints", "claims", "runs"))]
        folders += [self._shard_folder(chain) for chain in chains]
        folders += [self.folder / "configurations" / f"{chain:05d}" for chain in chains]
        for folder in folders:
            remove_stale_temporaries(folder)

    def checkpoint_path(self, chain: int) -> Path:
        """Return the path of a chain's newest checkpoint."""
        return self.folder / "checkpoints" / f"{chain:05d}.checkpoint"

    @property
    def lease_folder(self) -> Path:
        """The folder of the leases on chains."""
        return self.folder / "claims"

    def _shard_folder(self, chain: int) -> Path:
        return self.folder / "shards" / f"{chain:05d}"

    def _inherent_state_path(self, shard: Path) -> Path:
        return self.folder / "configurations" / shard.parent.name / shard.name

    def _shard_path(self, chain: int, span: tuple[int, int]) -> Path:
        return self._shard_folder(chain) / f"{span[0]:06d}-{span[1]:06d}.parquet"
