"""Pseudo-harmonic modes in the analysis: which count, how complete they are, and that every output has them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from axes_checks import assert_axes_filled
from report_pages import write_study
from study_tables import fake_spots, fake_study

from atomglass.analysis.figures.bound_figure import bound_figure, draw_bound_dependence
from atomglass.analysis.report.html_report import render
from atomglass.analysis.report.summary import summarize
from atomglass.analysis.report.text_tables import analysis_tables
from atomglass.analysis.results.analysis_files import write_analysis
from atomglass.analysis.results.bound_dependence import (
    HARMONIC,
    SPOTS,
    SPOTS_BY_CHAIN,
    UNCUT,
    ModeTables,
    bound_drift_warnings,
    exponents_by_bound,
)
from atomglass.analysis.results.few_particle_modes import exponents_by_particle_number
from atomglass.analysis.results.paper_statements import spot_statements
from atomglass.analysis.results.spot_selection import select_spots, spot_bins, spot_warnings
from atomglass.analysis.results.study_analysis import Analysis, analyze
from atomglass.analysis.selection import Selection, select
from atomglass.analysis.statistics.exponents import truncated_power_law
from atomglass.errors import InputError
from atomglass.study.load import load_study


@pytest.fixture(scope="module")
def study() -> SimpleNamespace:
    modes, realizations = fake_study(chains=24, group_a=200, group_b=100)
    spots, realizations = fake_spots(realizations, group_a=900, group_b=500, lost=7)
    return SimpleNamespace(modes=modes, realizations=realizations, spots=spots, settings={"name": "fake"}, wells=None)


@pytest.fixture(scope="module")
def found(study: SimpleNamespace) -> Analysis:
    return analyze(study, seed=2)


def test_every_converged_spot_below_the_bound_counts_whatever_its_participation(study):
    wide = study.spots.assign(participation_ratio=0.6)
    rule = Selection(frequency=0.5)
    chosen = select_spots(wide, study.realizations, rule)
    expected = wide[wide["converged"] & (wide["frequency"] < 0.5)]
    assert chosen.index.equals(expected.index) and 0 < len(chosen) < len(wide)
    assert np.allclose(chosen["x"], expected["frequency"] / 0.5)


def test_the_bound_may_exceed_what_the_tables_of_harmonic_modes_hold(study):
    low = study.realizations.assign(complete_below=0.1)
    assert len(select_spots(study.spots, low, Selection())) == len(select_spots(study.spots, study.realizations))


def test_glasses_without_rigidity_count_and_glasses_not_searched_do_not(study):
    home = study.spots["realization"].iloc[0]
    here = study.realizations["realization"] == home
    soft = study.realizations.assign(
        first_phonon_frequency=study.realizations["first_phonon_frequency"].mask(here),
        complete=study.realizations["complete"].mask(here),
    )
    assert home in set(select_spots(study.spots, soft, Selection(frequency=0.9))["realization"])
    unsearched = study.realizations.assign(spot_count=study.realizations["spot_count"].mask(here))
    assert home not in set(select_spots(study.spots, unsearched, Selection(frequency=0.9))["realization"])
    lines = spot_warnings(study.spots, unsearched)
    assert lines[0].startswith(f"In 1 of {len(study.realizations)} glasses no pseudo-harmonic modes were sought")
    assert lines[1].startswith(f"7 of {len(study.spots)} pseudo-harmonic modes did not converge")


def test_a_median_of_zero_is_refused_as_for_harmonic_modes(study):
    """Most glasses of one chain are not rigid: without a bound, its modes would be dropped and its glasses counted."""
    liquid = study.realizations["chain"] == 3
    first = study.realizations["first_phonon_frequency"].mask(liquid)
    realizations = study.realizations.assign(first_phonon_frequency=first, complete_below=0.9)
    for chosen_from, by in ((study.modes, select), (study.spots, select_spots)):
        with pytest.raises(InputError, match=r"is 0: .* \(--frequency\)"):
            by(chosen_from, realizations)
    assert len(exponents_by_particle_number(study.spots, realizations)) == 0
    kinds = set(exponents_by_bound(ModeTables(study.modes, realizations, study.spots))["kind"])
    assert SPOTS in kinds and SPOTS_BY_CHAIN not in kinds
    assert "No exponents of pseudo-harmonic modes" in summarize(study.modes, realizations, spots=study.spots)
    tables = SimpleNamespace(**vars(study) | {"realizations": realizations})
    rule = Selection(frequency=0.45)
    same = analyze(study, rule=rule).spot_exponents
    pd.testing.assert_frame_equal(analyze(tables, rule=rule).spot_exponents, same)


def test_rates_are_over_the_glasses_that_have_a_bound(study):
    """A quarter of the glasses is not rigid: they have no own omega_1, and no mode of theirs counts."""
    soft = study.realizations["realization"] % 4 == 0
    realizations = study.realizations.assign(
        first_phonon_frequency=study.realizations["first_phonon_frequency"].mask(soft)
    )
    rule, tables = Selection(reference="own"), SimpleNamespace(**vars(study) | {"realizations": realizations})
    ours = spot_statements(tables, rule).set_index("quantity")["ours"]["QLMs per realization"]
    modes = study.spots[study.spots["converged"] & (study.spots["realization"] % 4 != 0)]
    bound = 0.6 * modes["realization"].map(realizations.set_index("realization")["first_phonon_frequency"])
    assert ours == pytest.approx((modes["frequency"] < bound).sum() / (~soft).sum())


def test_bins_count_every_spot_once_and_show_where_starts_end(study):
    start = np.where(study.realizations["realization"] % 4 == 0, 0.55, 1.3)
    realizations = study.realizations.assign(spot_start_frequency=start)
    table = spot_bins(study.spots, realizations, top=0.85)
    assert table["modes"].sum() + table["not_converged"].sum() == len(study.spots)
    assert table["not_converged"].sum() == 7
    row = table[(table["low"] < 0.65) & (table["high"] > 0.65)].iloc[0]
    inside = study.spots[study.spots["frequency"].between(row["low"], row["high"]) & study.spots["converged"]]
    assert row["share_B"] == pytest.approx((inside["group"] == "B").mean())
    assert row["hits"] == pytest.approx(inside["hits"].mean())
    assert row["hit_once"] == pytest.approx((inside["hits"] == 1).mean())
    assert row["beyond_starts"] == pytest.approx(0.25, abs=0.01)
    assert table["beyond_starts"].iloc[0] == 0
    assert any("highest start" in line for line in spot_warnings(study.spots, realizations, Selection(frequency=0.6)))


def test_starts_are_compared_with_the_bound_of_their_own_glass(study):
    """One chain is three times as stiff as the others: its bound is no bound of theirs."""
    stiff = study.realizations["chain"] == 5
    first = study.realizations["first_phonon_frequency"] * np.where(stiff, 3.0, 1.0)
    start = np.where(stiff, 2.5, 0.7)  # each above the own bound, most below the largest one, 0.6 * 3 * 0.8
    realizations = study.realizations.assign(first_phonon_frequency=first, spot_start_frequency=start)
    assert select_spots(study.spots, realizations)["bound"].max() > 1.3
    assert not any("highest start" in line for line in spot_warnings(study.spots, realizations))
    lacking = realizations.assign(spot_start_frequency=np.where(realizations.index < 3, 0.3, start))
    lacking.loc[1, "spot_start_frequency"] = np.nan
    (line,) = (line for line in spot_warnings(study.spots, lacking) if "highest start" in line)
    assert line.startswith(f"In 3 of {len(realizations)} glasses")
    assert spot_bins(study.spots, lacking, 0.5)["beyond_starts"].iloc[-1] == pytest.approx(3 / len(realizations))
    table = exponents_by_bound(ModeTables(study.modes, lacking, study.spots), shares=(0.5,))
    assert table.loc[table["kind"] == SPOTS_BY_CHAIN, "beyond_starts"].iloc[0] == pytest.approx(3 / len(realizations))


def test_unbounded_spots_belong_to_neither_group(study):
    spots = study.spots.copy()
    spots.loc[spots.index[:4], "group"] = "unbounded"
    assert spot_bins(spots, study.realizations, 0.9)["unbounded"].sum() == 4


def test_exponents_are_flat_in_the_bound_for_spots_of_a_known_law(study):
    tables = ModeTables(study.modes, study.realizations, study.spots)
    table = exponents_by_bound(tables)
    assert set(table["kind"]) == {HARMONIC, UNCUT, SPOTS, SPOTS_BY_CHAIN}
    spots = table[(table["kind"] == SPOTS) & table["exponent"].notna()]
    for group, law in (("A", 4), ("B", 3)):
        rows = spots[spots["group"] == group]
        assert len(rows) >= 4
        assert (abs(rows["exponent"] - law) < 3 * rows["error"]).all()
    widest = spots[(spots["group"] == "A") & (spots["share"] == 1.0)].iloc[0]
    omega = widest["frequency"]
    rows = study.spots[(study.spots["group"] == "A") & study.spots["converged"] & (study.spots["frequency"] < omega)]
    fit = truncated_power_law(rows["frequency"] / omega, rows["chain"])
    assert widest["exponent"] == pytest.approx(fit.exponent) and widest["modes"] == len(rows)
    number = rows["chain"].value_counts()
    assert widest["effective_chains"] == pytest.approx(number.sum() ** 2 / (number**2).sum())
    assert bound_drift_warnings(tables) == []
    # Harmonic modes end where the tables end: the grid stops there, that of the spots goes on.
    assert table[table["kind"] == HARMONIC]["share"].max() < table[table["kind"] == SPOTS]["share"].max() == 1.0


def test_a_drift_with_the_bound_is_told_unless_spots_are_missing_there(study):
    thin = (study.spots["frequency"] > 0.5) & (np.random.default_rng(0).random(len(study.spots)) < 0.7)
    bent = study.spots[~thin]
    said = bound_drift_warnings(ModeTables(study.modes, study.realizations, bent))
    assert any("exponent of A" in line and "no plateau" in line for line in said)
    short = study.realizations.assign(spot_start_frequency=0.45)
    assert bound_drift_warnings(ModeTables(study.modes, short, bent)) == []


def test_a_drift_is_told_where_chains_scatter_most_at_the_higher_bound(study):
    """omega^0 below 0.4 of the median omega_1 in every chain; above, every second chain has far more modes."""
    rng, unit = np.random.default_rng(1), study.realizations["first_phonon_frequency"].median()
    share = 0.4 * rng.random(len(study.spots))
    above = rng.random(len(share)) < np.where(study.spots["chain"] % 2, 0.4, 0.8)
    spots = study.spots.assign(frequency=unit * np.where(above, 0.4 + share / 2, share))
    tables = ModeTables(study.modes, study.realizations.assign(spots_below=0.61 * unit), spots)
    error = exponents_by_bound(tables).set_index(["kind", "group", "share"])["error"]
    assert error[SPOTS, "all", 0.6] > error[SPOTS, "all", 0.4], "the difference of the squared errors is negative"
    said = bound_drift_warnings(tables)
    assert any(f"below omega = {0.4 * unit:.3g}" in line and "exponent of all" in line for line in said)


def test_the_answer_is_that_of_the_spots(found, study):
    assert found.answer is found.spot_exponents
    assert analyze(SimpleNamespace(**vars(study) | {"spots": None}), seed=2).answer["modes"].tolist() == [200, 100, 300]
    chosen = select_spots(study.spots, study.realizations)
    assert found.spot_exponents.set_index("group").modes["all"] == len(chosen)
    statements = found.spot_statements.set_index("quantity")
    assert statements.ours["QLMs"] == len(chosen)
    assert statements.ours["exponent of D(omega) in A"] == found.spot_exponents.set_index("group").exponent["A"]
    assert "share of B with the barrier in the true energy" not in statements.index  # the true energy was not computed


def test_every_output_has_the_spots(found, study, tmp_path):
    written = write_analysis(found, tmp_path)
    names = {path.name for path in written}
    assert {"spot_exponents.csv", "spot_statements.csv", "spot_bins.csv", "spot_theory.csv"} <= names
    assert {"bounds.csv", "participation_cut.csv", "chain_stiffness.csv", "exponents_without_cut.csv"} <= names
    content = json.loads((tmp_path / "analysis.json").read_text())
    assert content["spot_exponents"][0]["exponent"] == found.spot_exponents.exponent[0]
    titles = [title for title, _, _ in analysis_tables(found)]
    assert sum("pseudo-harmonic" in title.lower() for title in titles) >= 3
    statements = next(table for table in analysis_tables(found) if table[0] == "The paper's statements")
    assert statements[1][2:6] == ["harmonic", "verdict", "pseudo-harmonic", "verdict"]
    assert all(len(row) == len(header) for _, header, rows in analysis_tables(found) for row in rows)
    text = summarize(study.modes, study.realizations, spots=study.spots)
    assert "Pseudo-harmonic modes" in text and max(map(len, text.splitlines())) <= 80
    assert any("did not converge" in line for line in found.warnings)


@pytest.mark.extended
def test_the_report_has_a_section_of_spots(tmp_path: Path):
    folder = write_study(tmp_path / "study", wells=False, group_a=60, group_b=40)
    spots, realizations = fake_spots(pd.read_parquet(folder / "realizations.parquet"), 300, 100)
    realizations.to_parquet(folder / "realizations.parquet")
    (folder / "study.json").unlink()
    tables = load_study(folder)
    study = SimpleNamespace(**vars(tables) | {"spots": spots})
    page = render(study, folder, analyze(study))
    assert 'id="nonlinear"' in page and "side by side" in page
    assert "The exponent against the bound on the frequency" in page


@pytest.mark.parametrize("group", ["A", "B", "all"])
def test_exponents_are_drawn_with_errors_and_open_symbols_where_spots_may_be_missing(found, study, group):
    ax = draw_bound_dependence(found.bounds, group=group)
    assert_axes_filled(ax, minimum=6)
    assert set(ax.get_legend_handles_labels()[1]) == {HARMONIC, UNCUT, SPOTS, SPOTS_BY_CHAIN}
    rows = found.bounds[(found.bounds["kind"] == SPOTS) & (found.bounds["group"] == group)]
    rows = rows[rows["error"] < 2]
    line = next(c for c in ax.containers if c.get_label() == SPOTS)
    assert line.lines[0].get_ydata() == pytest.approx(rows["exponent"].to_numpy())
    thin = found.bounds.assign(beyond_starts=np.where(found.bounds["kind"] == SPOTS, 0.5, math.nan))
    drawn = draw_bound_dependence(thin, group=group).get_lines()
    assert sum(len(each.get_xdata()) for each in drawn if each.get_markerfacecolor() == "white") == len(rows)


def test_too_few_modes_are_reported_in_the_axes(found):
    empty = found.bounds.assign(exponent=np.nan, error=np.nan)
    assert all("too few" in ax.texts[0].get_text() for ax in bound_figure(empty).figure.axes)


def test_a_missing_column_is_named(study):
    with pytest.raises(InputError, match="spots table lacks the column converged"):
        select_spots(study.spots.drop(columns="converged"), study.realizations)
    with pytest.raises(InputError, match="realizations table lacks the column spot_count"):
        select_spots(study.spots, study.realizations.drop(columns="spot_count"))
