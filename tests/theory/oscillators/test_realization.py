"""One realization as rows of a table, and the oscillators' modes in groups A and B."""

from __future__ import annotations

import numpy as np
import pytest

from atomglass.errors import InputError
from atomglass.settings import validated
from atomglass.theory import OscillatorModel, oscillator_realization
from atomglass.theory.oscillators.ensemble import run_realizations
from atomglass.theory.oscillators.realization import OscillatorConfig

CONFIG = OscillatorConfig(coupling=0.2, size=7, frequency_max=0.3)


def test_rows():
    rows, realization = oscillator_realization(CONFIG, np.random.default_rng(5))
    again, _ = oscillator_realization(CONFIG, np.random.default_rng(5))
    assert repr(rows) == repr(again)
    assert realization["status"] == "ok" and realization["mode_count"] == len(rows) > 3
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
        assert row["b3"] <= 0
        if row["second_minimum"]:
            s = row["second_minimum_position"]
            assert row["b2"] + s * (row["b3"] / 2 + s * row["b4"] / 6) == pytest.approx(0, abs=1e-9)
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


def test_failures_are_data(monkeypatch):
    """A minimizer stopped early: a row with its reason, and no modes."""
    from atomglass.theory.oscillators import model as oscillators

    def stopped(K, quartic, force, y):
        found = minimize(K, quartic, force, y)
        return found[0] + 1e-3, found[1], 1e-3, 1

    minimize = oscillators.minimize_energy
    monkeypatch.setattr(oscillators, "minimize_energy", stopped)
    rows, realization = oscillator_realization(CONFIG, np.random.default_rng(5))
    assert rows == [] and realization["mode_count"] == 0
    assert realization["status"] == "not_converged" and "1.0e-03" in realization["reason"]
    ensemble = run_realizations(OscillatorModel(coupling=0.2, size=5), 2)
    assert ensemble.not_converged == 2 and ensemble.oscillators == 0
