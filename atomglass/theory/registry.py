"""The papers whose models this package computes, and their checkable statements.

A paper's module defines two names: `Config`, a subclass of `atomglass.settings.Settings` in which every field has a
default, and `run(config, folder)`, which writes figures and the tables behind them into a folder and returns the
paper's checkable statements, each with the value found here.
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
class TheoryStatement:
    """One statement of a paper that can be checked.

    Attributes
    ----------
    source : str
        Equation, figure or section of the paper.
    statement : str
        What the paper states.
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


def claim(source: str, statement: str, paper: str, ours: str, holds: bool) -> TheoryStatement:
    """Return a statement with the verdict `agrees` or `differs`.

    Parameters
    ----------
    source, statement, paper, ours : str
        Fields of `TheoryStatement`.
    holds : bool
        Whether the value found here agrees with the paper.
    """
    return TheoryStatement(source, statement, paper, ours, "agrees" if holds else "differs")


def numeric_claim(
    source: str, statement: str, paper: str, expected: float, ours: float, rtol: float
) -> TheoryStatement:
    """Return a statement about one number, which agrees within a relative tolerance.

    Parameters
    ----------
    source, statement : str
        Fields of `TheoryStatement`.
    paper : str
        The paper's value as text.
    expected, ours : float
        The paper's value and the value found here, in the same unit.
    rtol : float
        Relative tolerance: the precision to which the paper states its value.
    """
    ours = float(ours)
    return claim(source, statement, paper, f"{ours:.4g}", abs(ours - expected) <= rtol * abs(expected))


STATEMENT_FIELDS = tuple(field.name for field in fields(TheoryStatement))


@dataclass(frozen=True)
class Paper:
    """One paper: its short name, its reference, and the module of its study."""

    name: str
    reference: str
    module: str


class PaperStudy(NamedTuple):
    """Settings and run function of one paper's module."""

    config: type[Settings]
    run: Callable[[Settings, Path], list[TheoryStatement]]


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
        "atomglass.theory.rfot.lubchenko2003",
    ),
)

PAPERS = {paper.name: paper for paper in _TABLE}


def load_paper(name: str) -> PaperStudy:
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
    return PaperStudy(module.Config, module.run)
