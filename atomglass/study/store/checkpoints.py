"""Checkpoints of chains: the sampler's state, and the realizations that are not yet in a shard.

A checkpoint is one line of JSON, which `atomglass status` reads, followed by an npz archive whose SHA-256 hash is in
that line.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from atomglass.io.atomic import replace
from atomglass.io.json_content import parse_object
from atomglass.study.protocol import Realization
from atomglass.study.store.inherent_state_files import ARRAYS, SPECIES
from atomglass.system.configuration import Configuration

_MAGIC = b"atomglass checkpoint "
#: Prefix of the arrays in the archive that belong to pending realizations, not to the sampler.
_GLASS = "_glass_"


@dataclass
class Checkpoint:
    """The progress of a chain.

    Attributes
    ----------
    state : dict of str to array, or None
        State of the sampler; None at the start of the chain.
    index : int
        Index in the chain of the next realization.
    pending : list of Realization
        Earlier realizations that are not yet in a shard.
    failed : int
        Number of realizations before `index` whose status is not `ok`.
    """

    state: dict[str, Any] | None = None
    index: int = 0
    pending: list[Realization] = field(default_factory=list)
    failed: int = 0


def encode(checkpoint: Checkpoint, chain: int, sweep: int, physics_hash: str) -> bytes:
    """Return a checkpoint as the content of a file.

    Parameters
    ----------
    checkpoint : Checkpoint
        The checkpoint, including the sampler's state.
    chain : int
        Number of the chain.
    sweep : int
        Age of the chain in steps.
    physics_hash : str
        Hash of the study's physics.
    """
    assert checkpoint.state is not None
    rest = {
        "chain": chain,
        "physics_hash": physics_hash,
        "index": checkpoint.index,
        "failed": checkpoint.failed,
        "pending": [_rows(realization) for realization in checkpoint.pending],
    }
    glasses = {
        f"{_GLASS}{k}_{name}": getattr(r.inherent_state, name)
        for k, r in enumerate(checkpoint.pending)
        if r.inherent_state is not None
        for name in (*ARRAYS, SPECIES)
        if getattr(r.inherent_state, name) is not None
    }
    body = io.BytesIO()
    np.savez(body, **checkpoint.state, **glasses, _rest=np.array(json.dumps(rest)))
    content = body.getvalue()
    head = {
        "chain": chain,
        "index": checkpoint.index,
        "sweep": sweep,
        "failed": checkpoint.failed,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return _MAGIC + json.dumps(head).encode() + b"\n" + content


def decode(content: bytes, chain: int, physics_hash: str) -> Checkpoint:
    """Return the checkpoint in a file's content.

    Parameters
    ----------
    content : bytes
        The file's content.
    chain : int
        Number of the chain to which it must belong.
    physics_hash : str
        Hash of the physics to which it must belong.

    Raises
    ------
    ValueError
        The checkpoint is damaged, or belongs to another chain or study.
    """
    line, _, body = content.partition(b"\n")
    head = _head(line)
    if hashlib.sha256(body).hexdigest() != head.get("sha256"):
        raise ValueError("its checksum does not agree")
    with np.load(io.BytesIO(body), allow_pickle=False) as data:
        state = {name: data[name] for name in data.files}
    rest = json.loads(str(state.pop("_rest")))
    glasses = {name: state.pop(name) for name in list(state) if name.startswith(_GLASS)}
    if (rest["chain"], rest["physics_hash"]) != (chain, physics_hash):
        raise ValueError("it belongs to another chain or study")
    pending = [Realization(**r, inherent_state=_glass(glasses, k)) for k, r in enumerate(rest["pending"])]
    return Checkpoint(state, rest["index"], pending, rest["failed"])


def write(path: Path, checkpoint: Checkpoint, chain: int, sweep: int, physics_hash: str) -> None:
    """Write a checkpoint; the previous one is also kept.

    Parameters
    ----------
    path : Path
        The file.
    checkpoint : Checkpoint
        State of the sampler, and the rows not yet in a shard.
    chain : int
        Number of the chain.
    sweep : int
        Age of the chain in steps.
    physics_hash : str
        Of the study.
    """
    replace(path, encode(checkpoint, chain, sweep, physics_hash), previous=path.with_suffix(".previous"))


def newest_intact(path: Path, chain: int, physics_hash: str) -> tuple[Checkpoint, list[str]]:
    """Return the newest intact checkpoint of a chain.

    Parameters
    ----------
    path : Path
        The file of the newest one.
    chain : int
        Number of the chain.
    physics_hash : str
        Of the study.

    Returns
    -------
    checkpoint : Checkpoint
        The checkpoint, or the start of the chain if there is none.
    damaged : list of str
        A line about each damaged checkpoint.
    """
    lines = list[str]()
    for candidate in (path, path.with_suffix(".previous")):
        try:
            return decode(candidate.read_bytes(), chain, physics_hash), lines
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, EOFError, TypeError) as error:
            lines.append(f"checkpoint {candidate} is damaged ({error}); the chain continues from an earlier one")
    return Checkpoint(), lines


def read_head(path: Path) -> dict[str, Any] | None:
    """Return the first line of a checkpoint (`index`, `sweep`, `failed`); None if it is missing or unreadable."""
    try:
        with path.open("rb") as file:
            return _head(file.readline(1000))
    except (OSError, ValueError):
        return None


def _rows(realization: Realization) -> dict[str, Any]:
    """Return the rows of a pending realization; further tables only if it has some, as in older checkpoints."""
    rows: dict[str, Any] = {"row": realization.row, "modes": realization.modes, "attempts": realization.attempts}
    return rows | {"tables": realization.tables} if realization.tables else rows


def _glass(arrays: dict[str, Any], k: int) -> Configuration | None:
    """Return the inherent state of the k-th pending realization, if it was kept."""
    if f"{_GLASS}{k}_{ARRAYS[0]}" not in arrays:
        return None
    given = {name: arrays.get(f"{_GLASS}{k}_{name}") for name in (*ARRAYS, SPECIES)}
    return Configuration(**given)  # type: ignore[arg-type]  # all but the species are there


def _head(line: bytes) -> dict[str, Any]:
    if not line.startswith(_MAGIC):
        raise ValueError("it is not a checkpoint")
    head = parse_object(line[len(_MAGIC) :])
    counts = [head.get(name, 0) for name in ("chain", "index", "sweep", "failed")]
    if not all(type(count) is int and 0 <= count < 2**63 for count in counts):
        raise ValueError("it is not a checkpoint")
    return head
