"""The examples in the docstrings of what users call: each public name has one, and it runs."""

from __future__ import annotations

import doctest
import importlib
import inspect
from functools import cache

import numpy as np
import pytest
from samples import liquid as liquid_sample

import atomglass as ag
from atomglass import diagnostics, theory

#: Results without an example of their own: they are what a verb returns.
RESULTS = {"InputError", "Quench", "Modes", "PinnedModes", "Expansion", "ElasticModuli", "Study"}
RESULTS |= {"Levels", "MinimumEnergyPath", "TunnelSplitting"}
RESULTS |= {"FiniteDifferenceModes", "FiniteDifferenceExpansion"}
PUBLIC = [("atomglass", name) for name in ag.__all__ if not name.startswith("__")]
PUBLIC += [("atomglass.diagnostics", name) for name in diagnostics.__all__]
PUBLIC += [("atomglass.theory", name) for name in theory.__all__]


@cache
def names() -> dict[str, object]:
    """What every example may use: a potential, a small liquid of its model, and the inherent state of that liquid."""
    pot = ag.load_potential("kumar2021")
    liquid = liquid_sample("kumar2021", 100, 2, 1, False)
    glass = ag.quench(liquid, pot).configuration
    return {
        "ag": ag,
        "np": np,
        "diagnostics": diagnostics,
        "theory": theory,
        "pot": pot,
        "liquid": liquid,
        "glass": glass,
    }


def is_called(value: object, name: str) -> bool:
    return (inspect.isfunction(value) or inspect.isclass(value)) and name not in RESULTS


@pytest.mark.parametrize("module, name", PUBLIC)
def test_the_example_runs(module: str, name: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    value = getattr(importlib.import_module(module), name)
    text = inspect.getdoc(value) or ""
    example = doctest.DocTestParser().get_doctest(text, dict(names()), f"{module}.{name}", None, 0)
    if is_called(value, name) and not hasattr(value, "__members__"):
        assert example.examples, f"{module}.{name} has no example"
    monkeypatch.chdir(tmp_path)
    found: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(example, out=found.append)
    assert not runner.failures, "".join(found)
