"""What a chain hands to the store: rows of the tables, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from atomglass.system.configuration import Configuration

Row = dict[str, Any]


@dataclass
class Realization:
    """Rows of the tables: one for the realization, one for each of its modes, one for each attempt at it.

    `inherent_state` is the glass itself where the study keeps it.
    """

    row: Row
    modes: list[Row] = field(default_factory=list)
    attempts: list[Row] = field(default_factory=list)
    inherent_state: Configuration | None = None


class ControlledEnd(Exception):
    """The work on a chain ends here, by order and not by a fault."""


class Stopped(ControlledEnd):
    """The run was asked to stop."""


class ClaimLost(ControlledEnd):
    """The process was taken for dead, and another one has its chain."""
