"""A study on disk: a frozen manifest, immutable shards, checkpoints. The file system is the database.

    DIR/study.json                      resolved settings and their physics hash
    DIR/shards/00003/000020-000040.parquet   realizations 20 to 39 of chain 3, each with its modes
    DIR/checkpoints/00003.npz           all that the chain's next move reads, and rows not yet in a shard
    DIR/runs/*.json                     who computed what, when and with which versions

Everything is written aside, synced and renamed or linked; a shard that exists is never written again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from atomglass.ensemble.columns import MODES, REALIZATIONS, table
from atomglass.ensemble.realization import Realization
from atomglass.ensemble.settings import StudySettings
from atomglass.errors import InputError
from atomglass.settings import validated
from atomglass.version import KERNEL_VERSION

FORMAT = 1
_CHECKSUM = b"atomglass.sha256"


class StudyStore:
    """The directory of one study.

    Parameters
    ----------
    folder : Path
        The study's directory, made by `create`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        manifest = self.folder / "study.json"
        try:
            data = json.loads(manifest.read_text(encoding="utf-8"))
            self.settings = validated(StudySettings, data["settings"], str(manifest))
            self._kernel_version = data["kernel_version"]
        except FileNotFoundError:
            raise InputError(f"no study in {folder}", remedy="start one with `atomglass run FILE --out DIR`") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{manifest} is damaged ({error})", remedy="restore it from a copy") from None

    @classmethod
    def create(cls, folder: Path, settings: StudySettings, extend: bool = False) -> StudyStore:
        """Make a study's directory, or open the one that is there if its physics is the same.

        Raises
        ------
        InputError
            The directory holds another study, or other files; or it cannot be written.
        """
        folder = Path(folder)
        manifest = folder / "study.json"
        if not manifest.exists():
            _check_free(folder)
            try:
                for part in ("shards", "checkpoints", "runs"):
                    (folder / part).mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError(
                    f"cannot write to {folder} ({error.strerror})", remedy="choose another --out"
                ) from None
            publish(manifest, _manifest(settings))
        store = cls(folder)
        store._agree(settings, extend)
        return store

    def _agree(self, wanted: StudySettings, extend: bool) -> None:
        """Refuse other physics; take over a larger ensemble if told to."""
        mine = _flat(self.settings.physics() | {"kernel_version": self._kernel_version})
        theirs = _flat(wanted.physics())
        changed = [key for key in sorted({*mine, *theirs}) if mine.get(key) != theirs.get(key)]
        if changed:
            shown = ", ".join(f"{key}: {mine.get(key)} there, {theirs.get(key)} now" for key in changed[:5])
            raise InputError(f"{self.folder} holds a study with other physics ({shown})", remedy="choose another --out")
        have, want = self.settings.ensemble, wanted.ensemble
        if have == want:
            return
        grown = want.chains >= have.chains and want.realizations_per_chain >= have.realizations_per_chain
        if not grown:
            raise InputError(
                f"{self.folder} holds {have.chains} chains of {have.realizations_per_chain} realizations, "
                f"more than the {want.chains} of {want.realizations_per_chain} asked for",
                remedy="choose another --out",
            )
        if not extend:
            raise InputError(
                f"{self.folder} holds {have.chains} chains of {have.realizations_per_chain} realizations; "
                f"{want.chains} of {want.realizations_per_chain} are asked for",
                remedy="add --extend to enlarge the study",
            )
        self.settings = self.settings.model_copy(update={"ensemble": want})
        replace(self.folder / "study.json", _manifest(self.settings))

    def shard_ranges(self, chain: int) -> list[tuple[int, int]]:
        """Return the (start, stop) of a chain's shards, in order."""
        folder = self._shard_folder(chain)
        if not folder.is_dir():
            return []
        return sorted(_range(name) for name in os.listdir(folder) if name.endswith(".parquet") and name[0] != ".")

    def published(self, chain: int) -> int:
        """Return how many realizations of a chain are in shards, counted from its first."""
        stop = 0
        for start, end in self.shard_ranges(chain):
            if start > stop:
                break
            stop = max(stop, end)
        return stop

    def write_shard(self, chain: int, start: int, realizations: list[Realization]) -> None:
        """Publish realizations start, start + 1, ... of a chain as one immutable file."""
        rows = table(REALIZATIONS, [r.row for r in realizations])
        modes = table(MODES, [m for r in realizations for m in r.modes])
        counts = np.cumsum([0, *(len(r.modes) for r in realizations)])
        nested = pa.ListArray.from_arrays(pa.array(counts, pa.int32()), modes.to_struct_array().combine_chunks())
        shard = rows.append_column("modes", nested)
        shard = shard.replace_schema_metadata({_CHECKSUM: checksum(rows, modes, counts)})
        path = self._shard_folder(chain) / f"{start:06d}-{start + len(realizations):06d}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        sink = pa.BufferOutputStream()
        pq.write_table(shard, sink, write_page_checksum=True)
        publish(path, sink.getvalue().to_pybytes())

    def read_shard(self, chain: int, span: tuple[int, int]) -> tuple[pa.Table, pa.Table]:
        """Return the realizations and the modes of one shard.

        Raises
        ------
        InputError
            The file is damaged: its checksum does not agree.
        """
        path = self._shard_folder(chain) / f"{span[0]:06d}-{span[1]:06d}.parquet"
        try:
            shard = pq.ParquetFile(path, page_checksum_verification=True).read()
            nested = shard["modes"].combine_chunks()
            rows, modes = shard.drop_columns(["modes"]), pa.Table.from_struct_array(nested.flatten())
            good = (shard.schema.metadata or {}).get(_CHECKSUM) == checksum(rows, modes, nested.offsets.to_numpy())
        except (OSError, KeyError, AttributeError, pa.ArrowException) as error:
            raise _damaged(path, str(error).splitlines()[0]) from None
        if not good:
            raise _damaged(path, "its checksum does not agree")
        return rows, modes

    def save_checkpoint(self, chain: int, state: dict[str, Any], index: int, pending: list[Realization]) -> None:
        """Keep all that the chain's next move reads, and the rows that no shard holds yet; the last one is kept too."""
        path = self._checkpoint(chain)
        rest = json.dumps({"index": index, "pending": [[r.row, r.modes] for r in pending]})
        aside = _aside(path)
        with aside.open("wb") as file:
            np.savez(file, **state, _rest=np.array(rest))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            os.replace(path, path.with_suffix(".previous.npz"))
        os.replace(aside, path)
        _sync(path.parent)

    def load_checkpoint(self, chain: int) -> tuple[dict[str, Any], int, list[Realization]] | None:
        """Return the newest checkpoint that can be read: state, next index, pending rows; None if there is none."""
        path = self._checkpoint(chain)
        for candidate in (path, path.with_suffix(".previous.npz")):
            try:
                with np.load(candidate, allow_pickle=False) as data:
                    state = {name: data[name] for name in data.files}
                rest = json.loads(str(state.pop("_rest")))
                return state, rest["index"], [Realization(row, modes) for row, modes in rest["pending"]]
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
                continue
        return None

    def remove_checkpoints(self, chain: int) -> None:
        """Free the previous generation of a finished chain's checkpoint; the last one lets the study be extended."""
        self._checkpoint(chain).with_suffix(".previous.npz").unlink(missing_ok=True)

    def _checkpoint(self, chain: int) -> Path:
        return self.folder / "checkpoints" / f"{chain:05d}.npz"

    def _shard_folder(self, chain: int) -> Path:
        return self.folder / "shards" / f"{chain:05d}"


def publish(path: Path, content: bytes) -> None:
    """Write a file that must not exist yet; if it does by now, it stays as it is."""
    aside = _aside(path)
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    _sync(path.parent)


def replace(path: Path, content: bytes) -> None:
    """Write a file whole, over the one that may be there."""
    aside = _aside(path)
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)
    _sync(path.parent)


def checksum(rows: pa.Table, modes: pa.Table, offsets: np.ndarray) -> bytes:
    """Return a hash of a shard's names and values, whatever the file's encoding."""
    digest = hashlib.sha256(np.asarray(offsets, np.int64).tobytes())
    for part in (rows, modes):
        for name, column in zip(part.column_names, part.columns, strict=True):
            digest.update(name.encode() + b"\0")
            whole = column.combine_chunks()
            digest.update(whole.is_null().to_numpy(zero_copy_only=False).tobytes())
            if pa.types.is_string(whole.type):
                digest.update("\0".join(whole.fill_null("").to_pylist()).encode())
            else:
                filler = pa.scalar(0).cast(whole.type)
                digest.update(whole.fill_null(filler).to_numpy(zero_copy_only=False).tobytes())
    return digest.hexdigest().encode()


def _manifest(settings: StudySettings) -> bytes:
    data = {
        "format": FORMAT,
        "kernel_version": KERNEL_VERSION,
        "physics_hash": settings.physics_hash,
        "settings": settings.model_dump(mode="json"),
    }
    return (json.dumps(data, indent=2) + "\n").encode()


def _check_free(folder: Path) -> None:
    """Refuse to mix a study with other files."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file", remedy="choose another --out")
    if folder.is_dir() and any(not entry.name.startswith(".") for entry in _entries(folder)):
        raise InputError(f"{folder} holds other files and no study", remedy="choose a new or an empty --out")


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from (entry for entry in entries if entry.name not in ("shards", "checkpoints", "runs"))


def _flat(data: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            result |= _flat(value, f"{prefix}{key}.")
        else:
            result[prefix + key] = value
    return result


def _range(name: str) -> tuple[int, int]:
    start, stop = name.removesuffix(".parquet").split("-")
    return int(start), int(stop)


def _damaged(path: Path, why: str) -> InputError:
    return InputError(f"shard {path} is damaged ({why})", remedy="delete it and run the study again: it is recomputed")


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")


def _sync(folder: Path) -> None:
    """Make a rename durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
