"""The file that holds the reference: many small arrays, packed into few."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from same_numbers_checks import Values

#: How arrays of each kind are kept: floats, whole numbers and truth values, words.
KEPT = {"f": "float", "i": "int", "u": "int", "b": "bool", "U": "word"}
TYPES = {"float": np.float64, "int": np.int64, "bool": np.int64}


def write_reference(path: Path, stored: Values) -> None:
    """Write arrays by name: one long array a type, and an index of names, shapes and places."""
    parts: dict[str, list[np.ndarray]] = {kind: [] for kind in TYPES}
    words: list[str] = []
    index = {}
    for key, given in stored.items():
        array = np.asarray(given)
        kind = KEPT[array.dtype.kind]
        if kind == "word":
            begin = len(words)
            words += [str(word) for word in array.ravel()]
        else:
            begin = sum(map(len, parts[kind]))
            parts[kind].append(array.ravel().astype(TYPES[kind]))
        index[key] = [kind, list(array.shape), begin]
    long = {kind: np.concatenate([np.empty(0, TYPES[kind]), *arrays]) for kind, arrays in parts.items()}
    texts = {"index": np.frombuffer(json.dumps(index).encode(), np.uint8)}
    texts["word"] = np.frombuffer(json.dumps(words).encode(), np.uint8)
    np.savez_compressed(path, **long, **texts)


def read_reference(path: Path) -> Values:
    """Return the arrays by name."""
    with np.load(path, allow_pickle=False) as data:
        index, words = (json.loads(data[name].tobytes()) for name in ("index", "word"))
        long = {kind: data[kind] for kind in TYPES}
    found: Values = {}
    for key, (kind, shape, begin) in index.items():
        end = begin + int(np.prod(shape, dtype=int))
        if kind == "word":
            found[key] = np.array(words[begin:end], dtype=str).reshape(shape)
        else:
            array = long[kind][begin:end].reshape(shape)
            found[key] = array.astype(bool) if kind == "bool" else array
    return found
