"""Results are shown in one line, without the content of arrays and tables."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from samples import glass, liquid

import atomglass as ag
from atomglass.types import brief


def _results() -> dict[str, object]:
    potential, inherent = ag.load_potential("kumar2021"), glass("kumar2021", 100, 2, 5)
    modes = ag.lowest_modes(inherent, potential, count=5)
    sampler = ag.SwapMonteCarlo(liquid("kumar2021", 100, 2, 5), potential, temperature=0.1, seed=1)
    return {
        "configuration": inherent,
        "potential": potential,
        "sampler": sampler,
        "quench": ag.quench(inherent, potential),
        "modes": modes,
        "expansion": ag.expand(inherent, potential, modes.eigenvectors[0]),
        "moduli": ag.elastic_moduli(inherent, potential),
        "density": ag.density_of_states(inherent, potential, moments=50, vectors=4),
        "spots": ag.soft_spots(inherent, potential, below=1.0),
    }


def test_every_result_is_short_and_names_its_fields() -> None:
    for name, result in _results().items():
        text = repr(result)
        assert len(text) < 700 and "\n" not in text and "array(" not in text, (name, text)
        assert text.startswith(f"{type(result).__name__}("), name
    modes = _results()["modes"]
    shown = [field.name for field in fields(modes) if field.repr]
    assert all(f"{field}=" in repr(modes) for field in shown)
    assert "frequencies=<ndarray 5>" in repr(modes) and "eigenvectors=<ndarray 5 x 100 x 2>" in repr(modes)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1 / 3, "0.333333"),
        (np.float64(1e-11), "1e-11"),
        (np.int64(7), "7"),
        (True, "True"),
        (None, "None"),
        ("converged", "'converged'"),
        (np.zeros((2, 3)), "<ndarray 2 x 3>"),
        (np.array(2.5), "2.5"),
        (pd.DataFrame({"a": [1, 2], "b": [3, 4], "c": 0}), "<DataFrame 2 x 3>"),
        ({str(k): k for k in range(50)}, "<dict of 50>"),
    ],
)
def test_values_are_shown_briefly(value: object, text: str) -> None:
    assert brief(value) == text
