"""The papers whose models this package computes, and what a study of one says about it.

A paper's module has two names: `Config`, a subclass of `atomglass.settings.Settings` whose every field has a default,
and `run(config, folder)`, which writes the figures and the tables behind them into the folder and returns the paper's
checkable statements, each beside the number found here.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

from atomglass.errors import InputError
from atomglass.settings import Settings

VERDICTS = ("agrees", "differs", "not reproducible")


@dataclass(frozen=True)
class Statement:
    """One thing a paper says that can be checked.

    Attributes
    ----------
    source : str
        Where the paper says it: equation, figure or section.
    statement : str
        What it says, in few words.
    paper, ours : str
        The paper's value and the value found here.
    verdict : str
        `agrees`, `differs` or `not reproducible`.
    """

    source: str
    statement: str
    paper: str
    ours: str
    verdict: str

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise InputError("the verdict of a statement", self.verdict, ", ".join(VERDICTS))


def verdict(holds: bool) -> str:
    """Return `agrees` or `differs`."""
    return "agrees" if holds else "differs"


def number(source: str, statement: str, paper: str, expected: float, ours: float, rtol: float) -> Statement:
    """Return a statement about one number, judged by a relative tolerance: the digits the paper gives."""
    ours = float(ours)
    return Statement(source, statement, paper, f"{ours:.4g}", verdict(abs(ours - expected) <= rtol * abs(expected)))


STATEMENT_FIELDS = tuple(field.name for field in fields(Statement))


@dataclass(frozen=True)
class Paper:
    """One paper: its short name, its reference, and the module of its study."""

    name: str
    reference: str
    module: str


class Study(NamedTuple):
    """What a paper's module provides."""

    config: type[Settings]
    run: Callable[[Settings, Path], list[Statement]]


_TABLE = (
    Paper(
        "parshin2007",
        "Parshin, Schober, Gurevich, Phys. Rev. B 76, 064206 (2007): two-level systems and the boson peak",
        "atomglass.theory.oscillators.parshin2007",
    ),
    Paper(
        "ilin1987",
        "Il'in, Karpov, Parshin, Sov. Phys. JETP 65, 165 (1987): parameters of soft atomic potentials in glasses",
        "atomglass.theory.soft_potential.ilin1987",
    ),
    Paper(
        "lubchenko2003",
        "Lubchenko, Wolynes: mosaic of a random first-order transition and the quantum excitations of glasses",
        "atomglass.theory.rfot.study",
    ),
)

PAPERS = {paper.name: paper for paper in _TABLE}


def load_study(name: str) -> Study:
    """Return the configuration model and the run function of one paper.

    Raises
    ------
    InputError
        No paper of that name; the nearest name is suggested.
    """
    if name not in PAPERS:
        close = difflib.get_close_matches(name, PAPERS, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "`atomglass theory list` shows them"
        raise InputError("the theory", name, ", ".join(PAPERS), hint)
    module = importlib.import_module(PAPERS[name].module)
    return Study(module.Config, module.run)
