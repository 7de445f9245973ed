"""The rows of the benchmark's table, as text and as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from atomglass.bench.clock import Timing


@dataclass(frozen=True)
class Target:
    """What is aimed at.

    Attributes
    ----------
    sense : str
        `<=` or `>=`.
    value : float
        The bound, for the ratio if `of` is `ratio`, else for the measured value.
    of : str
        `ratio` or `measured`.
    """

    sense: Literal["<=", ">="]
    value: float
    of: Literal["ratio", "measured"] = "ratio"

    def met(self, median: float) -> bool:
        """Whether a median keeps it."""
        return median <= self.value if self.sense == "<=" else median >= self.value


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    name : str
        The benchmark it comes from, as `--only` takes it.
    what : str
        What was measured.
    measured : Timing or None
        The values; None where there are none, and `note` says why.
    unit : str
        Of the measured values.
    ratio : Timing or None
        Beside the yardstick or another program; None where that is missing.
    ratio_unit : str
        For instance `x tuned C` or `evaluations`.
    target : Target or None
        What is aimed at.
    claim : bool or None
        In place of a measured value: whether something holds.
    note : str
        What one must know to read the row.
    """

    name: str
    what: str
    measured: Timing | None = None
    unit: str = "s"
    ratio: Timing | None = None
    ratio_unit: str = ""
    target: Target | None = None
    claim: bool | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one, or where it cannot be told."""
        if self.target is None:
            return self.claim
        found = self.ratio if self.target.of == "ratio" else self.measured
        return None if found is None else self.target.met(found.median)

    def cells(self) -> list[str]:
        """Return what | measured | ratio | target | met, as text."""
        measured = _shown(self.measured, self.unit) if self.claim is None else "yes" if self.claim else "no"
        target = ""
        if self.target is not None:
            unit = self.ratio_unit if self.target.of == "ratio" else self.unit
            target = f"{self.target.sense} {number(self.target.value)} {unit}".rstrip()
        elif self.claim is not None:
            target = "yes"
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        return [self.what, measured, _shown(self.ratio, self.ratio_unit), target, verdict]

    def data(self) -> dict[str, Any]:
        """Return everything as plain data; NaN and infinity, which JSON lacks, do not occur in measured times."""
        return {
            "name": self.name,
            "what": self.what,
            "unit": self.unit,
            **_numbers("", self.measured),
            "ratio_unit": self.ratio_unit,
            **_numbers("ratio_", self.ratio),
            "target": None if self.target is None else vars(self.target),
            "claim": self.claim,
            "met": self.met,
            "note": self.note,
        }


HEADER = ["what", "measured", "ratio", "target", ""]


def annotated(rows: Sequence[Row]) -> tuple[list[list[str]], list[str]]:
    """Return the rows' cells with the numbers of their notes, and the notes, numbered."""
    notes = list(dict.fromkeys(row.note for row in rows if row.note))
    cells = [row.cells() for row in rows]
    for row, line in zip(rows, cells, strict=True):
        if row.note:
            line[0] += f" [{notes.index(row.note) + 1}]"
    return cells, [f"[{k}] {note}" for k, note in enumerate(notes, 1)]


def markdown(rows: Sequence[Row]) -> str:
    """Return the tables for a page of docs, ours and then those beside other programs, with their notes below."""
    parts = [[row for row in rows if row.name.startswith("peer-") is beside] for beside in (False, True)]
    return "\n\n".join(_markdown(part) for part in parts if part)


def _markdown(rows: Sequence[Row]) -> str:
    cells, notes = annotated(rows)
    lines = ["| what | measured | ratio | target | |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(line) + " |" for line in cells]
    return "\n".join([*lines, "", *(f"{note}  " for note in notes)]).rstrip()


def number(value: float) -> str:
    """Return three significant digits, without an exponent where a person would write none."""
    if value == 0 or not 1e-3 <= abs(value) < 1e6:
        return f"{value:.3g}"
    digits = max(0, 2 - len(str(int(abs(value)))) + 1)
    text = f"{value:,.{digits}f}" if abs(value) >= 1 else f"{value:.3g}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _shown(timing: Timing | None, unit: str) -> str:
    if timing is None:
        return ""
    spread = f" ± {timing.spread:.0%}" if len(timing.values) > 1 else ""
    return f"{number(timing.median)} {unit}{spread}".replace("  ", " ")


def _numbers(prefix: str, timing: Timing | None) -> dict[str, Any]:
    if timing is None:
        return {f"{prefix}median": None, f"{prefix}spread": None, f"{prefix}values": []}
    return {f"{prefix}median": timing.median, f"{prefix}spread": timing.spread, f"{prefix}values": [*timing.values]}
