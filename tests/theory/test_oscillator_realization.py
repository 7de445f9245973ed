"""One realization as rows of a table, and the oscillators' modes in groups A and B."""

from __future__ import annotations

import numpy as np
import pytest

from atomglass.errors import InputError
from atomglass.settings import validated
from atomglass.theory import oscillator_realization
from atomglass.theory.realization import OscillatorConfig

CONFIG = OscillatorConfig(coupling=0.2, size=7, frequency_max=0.3)


def test_rows():
    rows, realization = oscillator_realization(CONFIG, np.random.default_rng(5))
    again, _ = oscillator_realization(CONFIG, np.random.default_rng(5))
    assert repr(rows) == repr(again)
    assert realization["status"] == "ok" and realization["modes"] == len(rows) > 3
    frequencies = [row["frequency"] for row in rows]
    assert frequencies == sorted(frequencies) and frequencies[-1] <= 0.3
    for row in rows:
        assert row["frequency"] ** 2 == pytest.approx(row["b2"], rel=1e-9)
        beta = row["b3"] / np.sqrt(3 * row["b2"] * row["b4"])
        assert row["beta"] == pytest.approx(beta, rel=1e-9)
        assert row["group"] == ("A" if abs(beta) <= 1 else "B")
        assert row["second_minimum"] == (beta**2 > 8 / 9)
        assert np.isnan(row["barrier"]) != row["second_minimum"]
        assert 1 / 343 <= row["participation_ratio"] <= 1
        assert row["status"] == "ok" and row["reason"] == ""
    plain = {type(value) for row in [*rows, realization] for value in row.values()}
    assert plain <= {int, float, str, bool}


def test_double_wells_occur():
    """Both groups, and the hidden wells of group A, in a few dozen strongly coupled realizations."""
    config = OscillatorConfig(coupling=0.25, size=6, frequency_max=0.3)
    rng = np.random.default_rng(1)
    rows = [row for _ in range(40) for row in oscillator_realization(config, rng)[0]]
    groups = [row["group"] for row in rows]
    assert {"A", "B"} == set(groups)
    assert 0.5 < groups.count("A") / len(groups) < 0.999
    assert any(row["group"] == "A" and row["second_minimum"] for row in rows)


def test_settings_are_checked():
    with pytest.raises(InputError, match="coupling"):
        validated(OscillatorConfig, {"coupling": 3.0}, "x.toml")
    with pytest.raises(InputError, match="ascending"):
        validated(OscillatorConfig, {"anharmonicity": [2.0, 1.0]}, "x.toml")
