"""The rows of a benchmark's table, as text and as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from atomglass.bench.clock import Timing


@dataclass(frozen=True)
class Target:
    """A bound set before the measurement.

    Attributes
    ----------
    sense : str
        `<=` or `>=`.
    value : float
        The bound.
    of : str
        What is bounded: the `ratio` or the `measured` value.
    """

    sense: Literal["<=", ">="]
    value: float
    of: Literal["ratio", "measured"] = "ratio"

    def met(self, median: float) -> bool:
        """Whether a median meets the target."""
        return median <= self.value if self.sense == "<=" else median >= self.value


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    name : str
        The benchmark, as named by `--only`.
    what : str
        What was measured.
    measured : Timing or None
        The values; None where there are none, for the reason given in `note`.
    unit : str
        Unit of the measured values.
    ratio : Timing or None
        The ratio to the yardstick or to another program; None where that is missing.
    ratio_unit : str
        For instance `x tuned C` or `evaluations`.
    target : Target or None
        The bound to be met, if one was set.
    claim : bool or None
        Whether a statement holds, in rows that have no measured value.
    note : str
        What a reader must know to interpret the row.
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
        """Whether the target is met; None if there is no target or no value to compare with it."""
        if self.target is None:
            return self.claim
        found = self.ratio if self.target.of == "ratio" else self.measured
        return None if found is None else self.target.met(found.median)

    def cells(self) -> list[str]:
        """Return the texts of the columns named in `HEADER`."""
        measured = _format_timing(self.measured, self.unit) if self.claim is None else "yes" if self.claim else "no"
        target = ""
        if self.target is not None:
            unit = self.ratio_unit if self.target.of == "ratio" else self.unit
            target = f"{self.target.sense} {format_number(self.target.value)} {unit}".rstrip()
        elif self.claim is not None:
            target = "yes"
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        return [self.what, measured, _format_timing(self.ratio, self.ratio_unit), target, verdict]

    def data(self) -> dict[str, Any]:
        """Return everything as plain data. Measured times are finite, so that JSON can represent them."""
        return {
            "name": self.name,
            "what": self.what,
            "unit": self.unit,
            **_timing_data("", self.measured),
            "ratio_unit": self.ratio_unit,
            **_timing_data("ratio_", self.ratio),
            "target": None if self.target is None else vars(self.target),
            "claim": self.claim,
            "met": self.met,
            "note": self.note,
        }


HEADER = ["what", "measured", "ratio", "target", ""]


def number_notes(rows: Sequence[Row]) -> tuple[list[list[str]], list[str]]:
    """Return the cells of the rows with the numbers of their notes, and the numbered notes."""
    notes = list(dict.fromkeys(row.note for row in rows if row.note))
    cells = [row.cells() for row in rows]
    for row, line in zip(rows, cells, strict=True):
        if row.note:
            line[0] += f" [{notes.index(row.note) + 1}]"
    return cells, [f"[{k}] {note}" for k, note in enumerate(notes, 1)]


def markdown(rows: Sequence[Row]) -> str:
    """Return the table in Markdown with its notes below."""
    cells, notes = number_notes(rows)
    lines = ["| what | measured | ratio | target | |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(line) + " |" for line in cells]
    return "\n".join([*lines, "", *(f"{note}  " for note in notes)]).rstrip()


def format_number(value: float) -> str:
    """Return three significant digits, with an exponent only for very small and very large numbers."""
    if value == 0 or not 1e-3 <= abs(value) < 1e6:
        return f"{value:.3g}"
    digits = max(0, 2 - len(str(int(abs(value)))) + 1)
    text = f"{value:,.{digits}f}" if abs(value) >= 1 else f"{value:.3g}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _format_timing(timing: Timing | None, unit: str) -> str:
    if timing is None:
        return ""
    spread = f" ± {timing.spread:.0%}" if len(timing.values) > 1 else ""
    return f"{format_number(timing.median)} {unit}{spread}".replace("  ", " ")


def _timing_data(prefix: str, timing: Timing | None) -> dict[str, Any]:
    if timing is None:
        return {f"{prefix}median": None, f"{prefix}spread": None, f"{prefix}values": []}
    return {f"{prefix}median": timing.median, f"{prefix}spread": timing.spread, f"{prefix}values": [*timing.values]}
