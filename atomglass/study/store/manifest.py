"""The manifest of a study, `study.json`, and checks before a study is started, continued or extended."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from atomglass.errors import InputError
from atomglass.io.json_content import parse_object
from atomglass.study.settings import EnsembleSettings, StudyBase

#: Version of the layout of a study's directory.
FORMAT = 1
#: Folders that every study has.
FOLDERS = ("shards", "configurations", "checkpoints", "claims", "runs")


def encode_manifest(settings: StudyBase) -> bytes:
    """Return the content of `study.json`."""
    return sealed(
        {
            "format": FORMAT,
            "kernel_version": settings.version,
            "physics_hash": settings.physics_hash,
            "settings": settings.model_dump(mode="json"),
        }
    )


def sealed(manifest: dict[str, Any]) -> bytes:
    """Return a manifest as the content of `study.json`, with a digest that tells whether it was edited since."""
    return (json.dumps(manifest | {"digest": _digest(manifest)}, indent=2) + "\n").encode()


def _digest(manifest: dict[str, Any]) -> str:
    """Return the SHA-256 of all that a manifest says but name and description, which may be edited."""
    data = {key: value for key, value in manifest.items() if key != "digest"}
    if isinstance(data.get("settings"), dict):
        data["settings"] = {k: v for k, v in data["settings"].items() if k not in ("name", "description")}
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the content of a study's manifest.

    Parameters
    ----------
    folder : Path
        The study's directory.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        There is none.
    InputError
        It is damaged, or was edited.
    """
    path = folder / "study.json"
    remedy = "restore it from a copy"
    try:
        data = parse_object(path.read_bytes())
        if not isinstance(data["settings"], dict):
            raise ValueError("its settings are missing")
        # Joined studies name several versions in a text.
        if type(data.get("kernel_version", 0)) not in (int, str) or not isinstance(data.get("physics_hash", ""), str):
            raise ValueError("its kernel version or its physics hash is of a wrong type")
    except (FileNotFoundError, NotADirectoryError):
        raise
    except (OSError, ValueError, KeyError) as error:
        text = " ".join(str(error).split())[:200]
        raise InputError(f"{path} is damaged ({text})", remedy=remedy) from None
    if data.get("digest", _digest(data)) != _digest(data):  # those of earlier versions have none
        raise InputError(
            f"{path} was edited or damaged (its digest does not match)",
            remedy="restore it from a copy; `atomglass run FILE --out DIR --extend` enlarges a study",
        )
    return data


def require_free(folder: Path) -> None:
    """Reject a folder that contains files other than those of a study.

    Raises
    ------
    InputError
        The path is that of a file, or the folder contains other files.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file", remedy="choose another --out")
    if folder.is_dir() and any(not entry.name.startswith(".") for entry in _foreign_entries(folder)):
        raise InputError(f"{folder} holds other files and no study", remedy="choose a new or an empty --out")


def _foreign_entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from (entry for entry in entries if entry.name not in (*FOLDERS, "study.json"))


def flattened(data: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings as one dictionary whose keys are joined by dots."""
    result: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            result |= flattened(value, f"{prefix}{key}.")
        else:
            result[prefix + key] = value
    return result


def require_same_physics(folder: Path, present: StudyBase, kernel_version: int, wanted: StudyBase) -> None:
    """Reject settings whose physics differs from that of an existing study.

    Parameters
    ----------
    folder : Path
        The study's directory, for the error message.
    present : StudyBase
        The settings of the existing study.
    kernel_version : int
        Kernel version with which the study began.
    wanted : StudyBase
        The settings to run.

    Raises
    ------
    InputError
        The physics differs.
    """
    old, new = flattened(present.physics() | {"kernel_version": kernel_version}), flattened(wanted.physics())
    changed = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
    if changed:
        shown = ", ".join(
            f"{key}: {old.get(key, 'the default')} there, {new.get(key, 'the default')} now" for key in changed[:5]
        )
        more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
        raise InputError(f"{folder} is a study of different physics ({shown}{more})", remedy="choose another --out")


def require_joinable(one: Path, physics: dict[str, Any], other: Path, other_physics: dict[str, Any]) -> None:
    """Reject a study that differs in more than its seed from one that it is to be joined with.

    Parameters
    ----------
    one, other : Path
        The directories of the studies, for the error message.
    physics, other_physics : dict
        From `StudyBase.physics`. The seed and the kernel version may differ.

    Raises
    ------
    InputError
        The physics differs.
    """
    expected, found = flattened(physics), flattened(other_physics)
    for key in sorted({*expected, *found} - {"seed", "kernel_version"}):
        if expected.get(key) != found.get(key):
            raise InputError(
                f"{other} has different physics from {one} ({key} is {found.get(key)}, not {expected.get(key)})",
                remedy="compare studies of different physics with `atomglass compare`",
            )


def extended(folder: Path, present: EnsembleSettings, wanted: EnsembleSettings, extend: bool) -> EnsembleSettings:
    """Return the ensemble of an existing study that is to be run with another one.

    Its earlier sizes follow from those of the existing study, so that every realization keeps its number.

    Parameters
    ----------
    folder : Path
        The study's directory, for the error message.
    present, wanted : EnsembleSettings
        The existing ensemble, and the one to run.
    extend : bool
        Whether the study may be enlarged.

    Raises
    ------
    InputError
        The ensemble would shrink, or differs although `extend` is not set, or `wanted` has other earlier sizes.
    """
    sizes = present.numbering.extended(wanted.chains, wanted.realizations_per_chain).sizes[:-1]
    if wanted.extended_from not in ((), sizes):
        given = [list(size) for size in wanted.extended_from]
        raise InputError("ensemble.extended_from", given, f"{[list(size) for size in sizes]}, or nothing")
    wanted = wanted.model_copy(update={"extended_from": sizes})
    if wanted == present:
        return present
    size = f"{present.chains} chains of {present.realizations_per_chain} realizations"
    if wanted.chains < present.chains or wanted.realizations_per_chain < present.realizations_per_chain:
        raise InputError(
            f"{folder} holds {size}, more than the {wanted.chains} of {wanted.realizations_per_chain} asked for",
            remedy="choose another --out",
        )
    if not extend:
        old, new = vars(present), vars(wanted)
        names = [name for name in new if name != "extended_from" and old[name] != new[name]]
        changes = [f"{name} from {old[name]} to {new[name]}" for name in names]
        raise InputError(
            f"the settings of {folder} would change: {', '.join(changes)}",
            remedy="add --extend; glasses that are finished stay as they are",
        )
    return wanted
