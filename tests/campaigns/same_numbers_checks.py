"""What `same_numbers.py` is made of: the register of items, and the rules by which two results are the same."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

Values = dict[str, np.ndarray]

#: Packages on which the last bits of a number depend.
PACKAGES = ("numpy", "scipy", "numba", "llvmlite")
#: Two numbers smaller than this share of the largest of their array are compared as if they were so large.
FLOOR = 1e-9


class Verdict(NamedTuple):
    """What a rule found: whether the results are the same, the largest deviation in words, and what differs."""

    same: bool
    deviation: str
    differing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Equal:
    """Every value is the same: hashes, counts, words."""

    words: str = "equal"

    def __call__(self, old: Values, new: Values) -> Verdict:
        """Count the arrays that differ."""
        bad = tuple(
            f"{name} (entry {_first_other(old[name], new[name])})"
            for name in old
            if not np.array_equal(old[name], new[name])
        )
        return Verdict(not bad, f"{len(bad)} of {len(old)}", bad)


@dataclass(frozen=True)
class Close:
    """Numbers agree to a relative deviation, or to an absolute one.

    Attributes
    ----------
    relative : float
        Largest deviation, relative to the larger of the two, or to `floor` times the largest of the array.
    absolute : float
        Deviations up to this are none.
    floor : float
        See `relative`.
    """

    relative: float
    absolute: float = 0.0
    floor: float = FLOOR

    @property
    def words(self) -> str:
        """What is asked."""
        return f"to {self.relative:.0e}" + (f", or {self.absolute:.0e} absolute" if self.absolute else "")

    def __call__(self, old: Values, new: Values) -> Verdict:
        """Find the largest deviation of all arrays."""
        found = {name: self.deviation(old[name], new[name]) for name in old}
        bad = tuple(f"{name} ({value:.1e})" for name, value in found.items() if not value <= self.relative)
        return Verdict(not bad, f"{max(found.values(), default=0.0):.1e}", bad)

    def deviation(self, old: ArrayLike, new: ArrayLike) -> float:
        """Return the largest relative deviation of two arrays; infinite where shapes, NaN or infinities differ."""
        a, b = np.atleast_1d(np.asarray(old, float)), np.atleast_1d(np.asarray(new, float))
        if a.shape != b.shape:
            return np.inf
        finite = np.isfinite(a) & np.isfinite(b)
        if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
            return np.inf
        a, b = a[finite], b[finite]
        size = np.maximum(np.abs(a), np.abs(b))
        apart = np.abs(a - b)
        counted = apart > self.absolute
        if not counted.any():
            return 0.0
        return float((apart[counted] / np.maximum(size, self.floor * size.max())[counted]).max())


@dataclass(frozen=True)
class States:
    """The same inherent states, but for a few, and the same energies where the state is the same.

    Attributes
    ----------
    changed : int
        How many states may be others.
    energies : float
        Relative deviation of the energies.
    fingerprint : float
        Deviation of a structure amplitude |rho_k| below which two states are the same one.
    """

    changed: int = 0
    energies: float = 1e-12
    fingerprint: float = 1e-5

    @property
    def words(self) -> str:
        """What is asked."""
        return f"same state but {self.changed}, energies to {self.energies:.0e}"

    def __call__(self, old: Values, new: Values) -> Verdict:
        """Count the other states; compare the energies of the rest."""
        if any(old[name].shape != new[name].shape for name in old):
            return Verdict(False, "another number of states")
        apart = np.abs(old["amplitudes"] - new["amplitudes"]).max(axis=1)
        other = ~(apart <= self.fingerprint)
        worst = Close(self.energies).deviation(old["energies"][~other], new["energies"][~other]) if any(~other) else 0.0
        same = np.count_nonzero(other) <= self.changed and worst <= self.energies
        return Verdict(
            same, f"{np.count_nonzero(other)} of {len(other)} changed, energies {worst:.1e}",
            tuple(f"state {k}" for k in np.flatnonzero(other)[:10]),
        )  # fmt: skip


@dataclass(frozen=True)
class AtLeast:
    """Counts that must not become smaller."""

    words: str = "not fewer"

    def __call__(self, old: Values, new: Values) -> Verdict:
        """Compare the counts."""
        fewer = (name for name in old if not np.all(new[name] >= old[name]))
        bad = tuple(f"{name}: {old[name]} before, {new[name]} now" for name in fewer)
        return Verdict(not bad, ", ".join(f"{new[name]} (before {old[name]})" for name in old), bad)


@dataclass(frozen=True)
class Check:
    """A few results and the rule that they are held to.

    Attributes
    ----------
    name : str
        Of the check, within its item.
    rule : callable
        Takes the old and the new values, returns a `Verdict`; `words` says what it asks.
    values : dict of str to array
        The results.
    bits : bool
        Whether the results depend on the last bits of a long run, which other processors and packages change.
    """

    name: str
    rule: Equal | Close | States | AtLeast
    values: Values
    bits: bool = False


@dataclass(frozen=True)
class Places:
    """Where an item finds what it needs.

    Attributes
    ----------
    repository, data : Path
        The checkout that this file is in, and the folder of published tables.
    work : Path
        A temporary folder, of the item alone.
    old_study : Path
        The archive of a finished study of version 2.
    inputs : dict of str to array
        Glasses that are analysed: made by `record`, read by `compare`.
    texts : dict of str to str
        Filled by items with what was printed, for diagnosis.
    """

    repository: Path
    data: Path
    work: Path
    old_study: Path
    inputs: Values
    texts: dict[str, str] = field(default_factory=dict)


class Item(NamedTuple):
    """One subject of the comparison; `quick` items take a few seconds each."""

    make: Callable[[Places], Iterable[Check]]
    quick: bool


ITEMS: dict[str, Item] = {}


def item(name: str, quick: bool = False) -> Callable[[Callable[[Places], Iterator[Check]]], Callable]:
    """Register a function that yields the checks of one item."""

    def register(make: Callable[[Places], Iterator[Check]]) -> Callable[[Places], Iterator[Check]]:
        ITEMS[name] = Item(make, quick)
        return make

    return register


def digest(*arrays: ArrayLike) -> np.ndarray:
    """Return the sha256 of arrays' shapes and bytes as an array of one word."""
    total = hashlib.sha256()
    for array in arrays:
        plain = np.ascontiguousarray(array)
        plain = plain.astype(plain.dtype.newbyteorder("<"))
        total.update(f"{plain.dtype.kind}{plain.dtype.itemsize}{plain.shape}".encode())
        total.update(plain.tobytes())
    return np.array(total.hexdigest())


def machine() -> str:
    """Return what the last bits of a number depend on: processor and package versions."""
    import llvmlite.binding as llvm

    packages = " ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"{platform.machine()} {llvm.get_host_cpu_name()}; Python {platform.python_version()}; {packages}"


def _first_other(old: np.ndarray, new: np.ndarray) -> str:
    """Return the first entry at which two arrays differ."""
    if old.shape != new.shape:
        return f"shape {old.shape} before, {new.shape} now"
    where = np.flatnonzero(np.ravel(old != new))
    k = where[0] if len(where) else 0
    return f"{k}: {str(np.ravel(old)[k])[:40]} before, {str(np.ravel(new)[k])[:40]} now"
