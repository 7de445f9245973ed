"""The selection rule: who is in, what is refused, and that it finds the law of modes that hide among phonons."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from study_tables import fake_study

from atomglass.analysis.counted_glasses import complete_realizations, reference_frequency
from atomglass.analysis.results.exponent_drift import drift_in_errors, exponent_drift_warnings
from atomglass.analysis.results.exponent_tables import selection_grid
from atomglass.analysis.results.selected_modes import mark_selected, rule_or_refusal
from atomglass.analysis.results.selection_warnings import selection_warnings
from atomglass.analysis.selection import Selection, counted_realizations, select
from atomglass.analysis.statistics.exponents import truncated_power_law
from atomglass.analysis.validation.hybridization import HybridModel, hybrid_spectra
from atomglass.analysis.validation.synthetic import SyntheticStudy, draw_labels, power_law_quantile
from atomglass.errors import InputError
from atomglass.study.collected_tables import quasi_localized

#: One chain of five true minima, one of three; omega_1 of the minima without rigidity counts as 0.
FIRST = [0.5, 0.7, np.nan, 0.9, 0.6, 1.0, 1.2, np.nan, 5.0]
STATUS = ["ok"] * 8 + ["not_converged"]


def table(**columns: object) -> pd.DataFrame:
    """Return realizations 10 to 18: 10 to 14 in chain 3, 15 to 18 in chain 1, the last one failed."""
    rows = pd.DataFrame({"realization": np.arange(10, 19), "chain": [3] * 5 + [1] * 4, "status": STATUS})
    rows["complete"] = [True] * 8 + [None]
    rows["complete_below"] = [1.0] * 8 + [np.nan]
    rows["first_phonon_frequency"], rows["number"] = FIRST, 400
    return rows.assign(**columns)


def modes_of(realizations: list[int], frequencies: list[float], ratio: float = 0.1) -> pd.DataFrame:
    return pd.DataFrame({"realization": realizations, "frequency": frequencies, "participation_ratio": ratio})


def naive_median(values: list[float]) -> float:
    """Return a median by sorting."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def test_medians_count_minima_without_rigidity_as_zero_and_no_failures():
    chain = reference_frequency(table(), "chain")
    assert chain.index.tolist() == list(range(10, 19))
    assert chain[12] == naive_median([0.5, 0.7, 0.0, 0.9, 0.6]) == 0.6
    assert chain[16] == naive_median([1.0, 1.2, 0.0]) == 1.0
    study = reference_frequency(table(), "study")
    assert study.nunique() == 1 and study[10] == naive_median([0.5, 0.7, 0, 0.9, 0.6, 1.0, 1.2, 0]) == pytest.approx(
        0.65
    )
    old = table(status=["ok", "ok", "no_rigidity", *STATUS[3:]])
    assert reference_frequency(old, "chain").equals(chain)
    assert reference_frequency(table(), "own").isna().tolist() == list(pd.isna(FIRST))


@pytest.mark.parametrize("reference", ["chain", "study"])
def test_a_glass_without_rigidity_has_the_bound_of_its_chain_or_study(reference):
    rule = Selection(frequency_share=0.5, reference=reference)
    unit = {"chain": 0.6, "study": 0.65}[reference]
    chosen = select(modes_of([12, 12, 10, 18], [0.499 * unit, 0.501 * unit, 0.2, 0.1]), table(), rule)
    assert chosen.index.tolist() == [0, 2], "the failed one does not count"
    assert chosen["bound"].tolist() == pytest.approx([0.5 * unit] * 2)
    assert chosen["x"].tolist() == pytest.approx([0.499 / 0.5, 0.2 / (0.5 * unit)])


def test_a_mode_does_not_move_its_own_bound():
    """The own glass of the softest mode may lose its rigidity: the selection stays, but for the own omega_1."""
    modes, soft = modes_of([11, 13], [0.25, 0.25]), table(first_phonon_frequency=[0.5, 0.05, *FIRST[2:]])
    for rule in (Selection(frequency=0.3), Selection(frequency_share=0.4)):
        before = select(modes, table(first_phonon_frequency=[0.5, 0.55, *FIRST[2:]]), rule)
        assert len(before) == len(select(modes, soft, rule)), rule
    assert len(select(modes, soft, Selection(reference="own", frequency_share=0.6))) == 1


def test_a_fixed_frequency_is_the_same_for_all():
    chosen = select(modes_of([10, 12, 17, 18], [0.29, 0.31, 0.1, 0.1]), table(), Selection(frequency=0.3))
    assert chosen.index.tolist() == [0, 2]
    assert set(chosen["bound"]) == {0.3}


def test_the_own_reference_drops_minima_without_rigidity():
    rule = Selection(reference="own", frequency_share=0.6)
    assert select(modes_of([10, 12, 13], [0.29, 0.1, 0.55]), table(), rule).index.tolist() == [0]
    assert len(counted_realizations(table(), rule)) == 6
    assert len(counted_realizations(table(), Selection())) == len(complete_realizations(table())) == 8


def test_a_bound_above_what_the_tables_hold_is_refused_and_the_largest_named():
    low = table(complete_below=[1.0, 1.0, 0.25, 1.0, 1.0, 1.0, 0.45, 1.0, np.nan])
    modes = modes_of([10], [0.1])
    with pytest.raises(InputError, match=r"omega is 0.3; allowed: at most 0.25, .*realization 12 .* below 0.25"):
        select(modes, low, Selection(frequency=0.3))
    assert len(select(modes, low, Selection(frequency=0.25))) == 1
    with pytest.raises(InputError, match=r"median omega_1 is 0.6; allowed: at most 0.416, .*--frequency 0.25, or"):
        select(modes, low, Selection())
    assert len(select(modes, low, Selection(frequency_share=0.416))) == 1
    with pytest.raises(InputError, match=r"study's median omega_1 is 0.5; allowed: at most 0.384"):
        select(modes, low, Selection(frequency_share=0.5, reference="study"))
    with pytest.raises(InputError, match=r"own omega_1 is 0.6; allowed: at most 0.375, as the modes of realization 16"):
        select(modes, low, Selection(reference="own"))
    assert "\n" not in str(rule_or_refusal(low)[1])
    incomplete = low.assign(complete=[True, True, None, *[True] * 5, None])
    assert len(select(modes, incomplete, Selection(frequency=0.45))) == 1, "what is not counted does not bind"


def test_a_chain_of_liquids_has_no_median():
    soft = table(first_phonon_frequency=[np.nan] * 3 + FIRST[3:])
    with pytest.raises(InputError, match=r"is 0: .* \(--frequency\)"):
        select(modes_of([10], [0.1]), soft)
    assert len(select(modes_of([10], [0.1]), soft, Selection(frequency=0.2))) == 1


def test_what_is_left_out_is_told():
    fixed = Selection(frequency=0.2)
    assert selection_warnings(table(), fixed) == ["1 of 9 realizations failed: they are no minima, or not known to be."]
    assert "median omega_1 of chains of 4 glasses" in selection_warnings(table())[0]
    old = table(status=["ok", "ok", "no_rigidity", *STATUS[3:]], complete=[True, None, None, *[True] * 5, None])
    missing, incomplete, failed = selection_warnings(old, fixed)
    assert missing.startswith("1 true minimum with G <= 0 has no modes in this table; they hold the softest modes")
    assert incomplete.startswith("1 of 8 glasses are not proven complete")
    assert failed.startswith("1 of 9")
    own = selection_warnings(old, Selection(reference="own"))
    assert (
        "biases the exponents upwards" in own[0]
        and "(2 of 8 here)" in own[0]
        and own[1:] == [missing, incomplete, failed]
    )


def test_own_bounds_bias_and_bounds_of_the_chain_do_not():
    """Modes of omega^4 that lower the omega_1 of their own glass: only the chain's median gives the exponent back."""
    rng, count = np.random.default_rng(8), 40_000
    frequency = 0.6 * rng.random(count) ** (1 / 5)
    modulus = 1 - 0.02 / frequency**2  # G = G_affine - coupling / omega^2
    first = np.where(modulus > 0, np.sqrt(np.abs(modulus)), np.nan)
    rows = pd.DataFrame({"realization": np.arange(2 * count), "chain": np.arange(2 * count) % 50, "status": "ok"})
    rows["first_phonon_frequency"] = np.append(first, np.ones(count))
    rows["complete"], rows["complete_below"] = True, 2.0
    modes = modes_of(list(range(count)), list(frequency)).assign(chain=rows["chain"][:count])
    fits = {}
    for reference in ("chain", "own"):
        chosen = select(modes, rows, Selection(frequency_share=0.5, reference=reference))
        fits[reference] = truncated_power_law(chosen["x"], chosen["chain"])
    assert abs(fits["chain"].exponent - 4) < 3 * fits["chain"].standard_error < 0.3
    assert fits["own"].exponent > 4.3


def test_the_primary_rule_marks_what_is_drawn():
    modes, realizations = fake_study()
    chosen = select(modes, realizations)
    assert chosen.index.equals(quasi_localized(modes).index)  # the synthetic modes end at its bound
    middle = realizations.groupby("chain")["first_phonon_frequency"].transform("median")
    assert (chosen["bound"] == 0.6 * middle[chosen["realization"]].to_numpy()).all()
    marked = mark_selected(modes, realizations)
    assert marked.index[marked["is_qlm"]].equals(chosen.index)
    assert np.allclose(marked["scaled_frequency"][chosen.index], 0.6 * chosen["x"])
    assert marked["bound"][chosen.index].equals(chosen["bound"]) and marked["bound"].count() == len(chosen)


def test_unproven_realizations_are_left_out():
    modes, realizations = fake_study()
    home = modes.loc[modes["is_qlm"], "realization"].iloc[0]
    lost = realizations.assign(complete=realizations["complete"].mask(realizations["realization"] == home))
    assert not select(modes, lost)["realization"].eq(home).any()


def test_no_bound_on_participation_lets_phonons_in():
    tables = fake_study()
    wide = Selection(frequency_share=0.95)
    assert len(select(*tables, replace(wide, participation_ratio=math.inf))) > len(select(*tables, wide))


def test_the_participation_number_can_be_held_fixed():
    modes, small = fake_study()
    large = small.assign(number=4000)
    rule = Selection().at_fixed_number(400)
    assert select(modes, small, rule).index.equals(select(modes, small).index)
    strict = Selection(participation_ratio=0.027)
    assert select(modes, large, rule).index.equals(select(modes, large, strict).index)


@pytest.mark.parametrize(
    "bad",
    [
        {"frequency_share": 0}, {"participation_ratio": -1}, {"participation_number": 0.0},
        {"frequency": 0.0}, {"frequency": math.nan}, {"reference": "glass"},
    ],
)  # fmt: skip
def test_impossible_rules_are_refused(bad):
    with pytest.raises(InputError):
        Selection(**bad)


def test_rules_read_well():
    assert str(Selection()) == "omega < 0.6 of the chain's median omega_1, PR < 0.27"
    assert str(Selection(reference="own", participation_ratio=math.inf)) == "omega < 0.6 of the own omega_1"
    assert str(Selection(frequency=0.35).at_fixed_number(400)) == "omega < 0.35, N PR < 108"


@pytest.fixture(scope="module")
def hidden():
    return hybrid_spectra(HybridModel(side=24), 4000, np.random.default_rng(1))


def glasses_of(count: int) -> pd.DataFrame:
    """Return the realizations of a model whose first phonon frequency is 1 in each."""
    rows = pd.DataFrame({"realization": np.arange(count), "chain": np.arange(count) % 60, "status": "ok"})
    return rows.assign(complete=True, complete_below=1.2, first_phonon_frequency=1.0, number=400)


def test_the_primary_rule_recovers_a_hidden_law(hidden):
    table = selection_grid(hidden, glasses_of(4000)).set_index(["group", "participation_ratio", "frequency_share"])
    grid, error = table["exponent"], table["error"]
    # Coupling of 0.1 raises the exponent by 0.13 (docs/statistics.md), less than a study's error.
    assert abs(grid["all", 0.27, 0.8] - 4.13) < 2 * error["all", 0.27, 0.8] < 0.5
    # Beyond the rule the phonons make the exponent, up or down.
    assert grid["all", math.inf, 1.0] > 7
    assert grid["all", 0.1, 1.0] < 3.5


def test_a_drift_with_the_bound_gives_a_warning(hidden):
    """A power law stays silent, also a steep one; modes cut away near the bound, as by too low a bound on PR, speak."""
    rule, glasses = Selection(frequency_share=0.8), glasses_of(4000)
    assert exponent_drift_warnings(hidden, glasses, rule) == []
    bent = hidden[(hidden["frequency"] < 0.65) | (np.random.default_rng(4).random(len(hidden)) < 0.1)]
    said = exponent_drift_warnings(bent, glasses, rule)
    assert any("exponent of A" in line and "no plateau" in line for line in said)


@pytest.mark.parametrize("localized", [{"participation_ratio": 0.25}, {"participation_number": 0.25 * 400}])
@pytest.mark.parametrize("bound", [{"frequency_share": 0.73}, {"frequency": 0.73}])
def test_a_drift_is_sought_whatever_the_bounds(hidden, localized, bound):
    """Neither bound need be one that the table of exponents against the selection shows."""
    bent = hidden[(hidden["frequency"] < 0.6) | (np.random.default_rng(4).random(len(hidden)) < 0.1)]
    rule, glasses = Selection(**bound, **localized), glasses_of(4000)
    outer = select(bent, glasses, rule)
    inner = outer[outer["frequency"] < 0.73 / 1.5]
    low, high = (truncated_power_law(rows["frequency"] / top) for rows, top in ((inner, 0.73 / 1.5), (outer, 0.73)))
    said = exponent_drift_warnings(bent, glasses, rule)
    where = "below omega = {:.3g}" if "frequency" in bound else "at f = {:.3g}"
    (line,) = (line for line in said if "exponent of all" in line)
    for fit, top in ((low, 0.73 / 1.5), (high, 0.73)):
        assert f"{fit.exponent:.1f} +- " in line and where.format(top) in line
    assert exponent_drift_warnings(hidden, glasses, rule) == []


def test_a_drift_is_told_where_chains_scatter_most_at_the_higher_bound():
    """omega^0 below 0.4 in every chain; above, every second chain has many modes, the others have none."""
    rng, chains = np.random.default_rng(9), np.arange(60)
    home = np.concatenate([np.repeat(chains, 30), np.repeat(chains, np.where(chains % 2, 60, 0))])
    frequency = np.concatenate([0.4 * rng.random(1800), rng.uniform(0.4, 0.6, len(home) - 1800)])
    modes = pd.DataFrame({"realization": home, "chain": home, "frequency": frequency, "group": "A"})
    rule, glasses = Selection(frequency=0.6), glasses_of(60)
    outer, inner = (select(modes.assign(participation_ratio=0.1), glasses, Selection(frequency=f)) for f in (0.6, 0.4))
    high, low = (truncated_power_law(rows["x"], rows["chain"]) for rows in (outer, inner))
    assert high.standard_error > low.standard_error, "the difference of the squared errors is negative"
    said = exponent_drift_warnings(modes.assign(participation_ratio=0.1), glasses, rule)
    assert [line.split(" drifts")[0] for line in said] == ["The exponent of A", "The exponent of all"]


@pytest.mark.parametrize(("per_defect", "chains"), [(3.0, 60), (1.0, 10)])
def test_an_exact_power_law_drifts_as_often_as_errors_say(per_defect, chains):
    """Also where each defect is found three times: the errors are those of the differences over many samples."""
    rng, study = np.random.default_rng(10), SyntheticStudy(600, chains, per_defect)
    found = []
    for _ in range(500):
        labels = draw_labels(study, rng)
        own, common = rng.standard_normal(600), rng.standard_normal(labels.defect.max() + 1)[labels.defect]
        score = own if per_defect == 1 else np.sqrt(0.9) * common + np.sqrt(0.1) * own
        x = power_law_quantile(stats.norm.cdf(score), 3)
        outer = pd.DataFrame({"x": x, "chain": labels.chain})
        found.append(drift_in_errors(outer[x < 2 / 3].assign(x=1.5 * x[x < 2 / 3]), outer))
    assert 0.85 < np.sqrt(np.mean(np.square(found))) < 1.15
    assert 0.02 < np.mean(np.array(found) > 2) < 0.09


def test_another_hidden_law_is_distinguished():
    modes = hybrid_spectra(HybridModel(exponent=3.0), 2000, np.random.default_rng(2))
    chosen = select(modes, glasses_of(2000), Selection(frequency_share=0.8))
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
