"""The examples in the docstrings of the public names of `rfot` run as they stand."""

from __future__ import annotations

import doctest
import inspect

import numpy as np
import pytest

from atomglass import theory
from atomglass.theory import rfot


@pytest.mark.parametrize("name", rfot.__all__)
def test_the_example_runs(name: str) -> None:
    text = inspect.getdoc(getattr(rfot, name)) or ""
    example = doctest.DocTestParser().get_doctest(text, {"np": np, "theory": theory}, name, None, 0)
    assert example.examples, f"{name} has no example"
    found: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(example, out=found.append)
    assert not runner.failures, "".join(found)
