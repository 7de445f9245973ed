"""The selection rule: who is in, and that f = 0.8 finds the law of modes that hide among phonons."""

from __future__ import annotations

import math

import numpy as np
import pytest
from study_tables import fake_study

from atomglass.analysis.results.exponent_tables import exponent_drift_warnings, selection_grid
from atomglass.analysis.selection import Selection, complete_realizations, select
from atomglass.analysis.statistics.exponents import truncated_power_law
from atomglass.analysis.validation.hybridization import HybridModel, hybrid_spectra
from atomglass.errors import InputError
from atomglass.study.collected_tables import quasi_localized


def test_the_primary_rule_is_the_study_s_own():
    modes, realizations = fake_study()
    chosen = select(modes)
    assert chosen.index.equals(quasi_localized(modes).index)
    assert (chosen["x"] <= 1).all()
    assert chosen["bound"].equals((0.8 * modes["first_phonon_frequency"])[chosen.index])
    assert len(complete_realizations(realizations)) == (realizations["status"] == "ok").sum()


def test_unproven_realizations_are_left_out_and_low_bounds_bind():
    modes, _ = fake_study()
    home = modes["realization"] == modes.loc[modes["is_qlm"], "realization"].iloc[0]
    lost = modes.assign(complete_below=modes["complete_below"].mask(home))
    assert not select(lost)["realization"].isin(modes.loc[home, "realization"]).any()
    low = select(modes.assign(complete_below=0.3))
    assert (low["frequency"] < 0.3).all()
    assert (low["bound"] == 0.3).all()


def test_no_bound_on_participation_lets_phonons_in():
    modes, _ = fake_study()
    assert len(select(modes, Selection(1.2, math.inf))) > len(select(modes, Selection(1.2)))


def test_the_participation_number_can_be_held_fixed():
    modes, _ = fake_study()
    small, large = np.full(len(modes), 400), np.full(len(modes), 4000)
    rule = Selection().at_fixed_number(400)
    assert select(modes, rule, small).index.equals(select(modes).index)
    assert select(modes, rule, large).index.equals(select(modes, Selection(participation_ratio=0.027)).index)
    with pytest.raises(InputError, match="needs N"):
        select(modes, rule)


@pytest.mark.parametrize("bad", [{"frequency_share": 0}, {"participation_ratio": -1}, {"participation_number": 0.0}])
def test_impossible_rules_are_refused(bad):
    with pytest.raises(InputError):
        Selection(**bad)


@pytest.fixture(scope="module")
def hidden():
    return hybrid_spectra(HybridModel(side=24), 4000, np.random.default_rng(1))


def test_the_primary_rule_recovers_a_hidden_law(hidden):
    table = selection_grid(hidden).set_index(["group", "participation_ratio", "frequency_share"])
    grid, error = table["exponent"], table["error"]
    # Coupling of 0.1 raises the exponent by 0.13 (docs/statistics.md), less than a study's error.
    assert abs(grid["all", 0.27, 0.8] - 4.13) < 2 * error["all", 0.27, 0.8] < 0.5
    # Beyond the rule the phonons make the exponent, up or down.
    assert grid["all", math.inf, 1.0] > 7
    assert grid["all", 0.1, 1.0] < 3.5


def test_a_drift_with_the_bound_gives_a_warning(hidden):
    """A power law stays silent, also a steep one; modes cut away near the bound, as by too low a bound on PR, speak."""
    assert exponent_drift_warnings(selection_grid(hidden), Selection()) == []
    bent = hidden[(hidden["frequency"] < 0.65) | (np.random.default_rng(4).random(len(hidden)) < 0.1)]
    said = exponent_drift_warnings(selection_grid(bent), Selection())
    assert any("exponent of A" in line and "no plateau" in line for line in said)


def test_another_hidden_law_is_distinguished():
    modes = hybrid_spectra(HybridModel(exponent=3.0), 2000, np.random.default_rng(2))
    chosen = select(modes)
    fit = truncated_power_law(chosen["x"], chosen["chain"])
    assert abs(fit.exponent - 3) < 2.5 * fit.error < 0.6


def test_the_model_has_its_parameters(hidden):
    model = HybridModel(coupling=0.0, disorder=0.0)
    modes = hybrid_spectra(model, 1500, np.random.default_rng(3))
    alone = modes[modes["localized"] > 0.5]
    assert len(alone[alone["frequency"] < 0.8]) / 1500 == pytest.approx(model.density, rel=0.1)
    waves = modes[modes["localized"] <= 0.5]
    assert waves["frequency"].to_numpy() == pytest.approx(1)  # the second band lies beyond 1.2
    assert len(waves) == 4 * 1500
    assert waves["participation_ratio"].min() > 0.4
    assert alone["participation_ratio"].max() < 0.1
    # Coupled to waves, a mode near the first phonon frequency takes part in them.
    near = hidden[(hidden["frequency"] > 0.9) & (hidden["frequency"] < 1.1)]
    assert ((near["localized"] > 0.1) & (near["localized"] < 0.9)).sum() > 100
    assert (hidden["frequency"] > 0).all()
