"""Checkpoints of chains: all that the next move reads, and the realizations that no shard holds yet.

A checkpoint is one line of JSON, which `atomglass status` reads, and an npz archive whose SHA-256 stands in that line.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from atomglass.study.realization import Realization
from atomglass.study.store.stored_configurations import ARRAYS
from atomglass.system.configuration import Configuration

_MAGIC = b"atomglass checkpoint "
#: Arrays of the archive that belong to pending realizations, not to the sampler.
_GLASS = "_glass_"


@dataclass
class Checkpoint:
    """How far a chain is.

    Attributes
    ----------
    state : dict of str to array, or None
        Of the sampler; None at the very start.
    index : int
        The realization that comes next.
    pending : list of Realization
        Those before it that no shard holds yet.
    failed : int
        How many of the realizations before `index` have another status than `ok`.
    """

    state: dict[str, Any] | None = None
    index: int = 0
    pending: list[Realization] = field(default_factory=list)
    failed: int = 0


def encode(checkpoint: Checkpoint, chain: int, sweep: int, physics_hash: str) -> bytes:
    """Return a checkpoint as the content of a file."""
    assert checkpoint.state is not None
    rest = {
        "chain": chain,
        "physics_hash": physics_hash,
        "index": checkpoint.index,
        "failed": checkpoint.failed,
        "pending": [{"row": r.row, "modes": r.modes, "attempts": r.attempts} for r in checkpoint.pending],
    }
    glasses = {
        f"{_GLASS}{k}_{name}": getattr(r.inherent_state, name)
        for k, r in enumerate(checkpoint.pending)
        if r.inherent_state is not None
        for name in ARRAYS
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

    Raises
    ------
    ValueError
        It is damaged, or another chain's.
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


def read_head(path: Path) -> dict[str, Any] | None:
    """Return the first line of a checkpoint: `index`, `sweep`, `failed`; None if there is none that can be read."""
    try:
        with path.open("rb") as file:
            return _head(file.readline(1000))
    except (OSError, ValueError):
        return None


def _glass(arrays: dict[str, Any], k: int) -> Configuration | None:
    """Return the inherent state that belongs to the k-th pending realization, if it was kept."""
    if f"{_GLASS}{k}_{ARRAYS[0]}" not in arrays:
        return None
    return Configuration(*(arrays[f"{_GLASS}{k}_{name}"] for name in ARRAYS))


def _head(line: bytes) -> dict[str, Any]:
    if not line.startswith(_MAGIC):
        raise ValueError("it is no checkpoint")
    head = json.loads(line[len(_MAGIC) :])
    if not isinstance(head, dict):
        raise ValueError("it is no checkpoint")
    return head
