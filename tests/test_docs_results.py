"""The figures in the text of docs/results.md are those of the data; `test_docs_tables.py` checks its tables."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import atomglass as ag
from atomglass.analysis.results.few_particle_modes import exponents_by_particle_number
from atomglass.analysis.results.parent_temperatures import boltzmann_fits, parent_temperature_table
from atomglass.analysis.results.spot_selection import particle_numbers, select_spots
from atomglass.analysis.results.theory_tests import all_tests
from atomglass.analysis.results.well_readings import READINGS, well_readings
from atomglass.analysis.selection import Selection, in_group, select
from atomglass.analysis.statistics.chain_errors import fraction, rate
from atomglass.analysis.statistics.exponents import truncated_power_law
from atomglass.analysis.statistics.likelihood import fit_two_terms
from atomglass.landscape.double_wells import WellOutcome
from atomglass.study.load import Study

ROOT = Path(__file__).parents[1]
PAGES = ("results.md", "results_tables.md")
TEXT = " ".join(" ".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in PAGES).split())

#: The studies whose second wells were tested.
WITH_WELLS = (
    *("kumar2021", "kumar2021_n1000_trajectories", "kumar2021_n400", "smoothness_q3", "smoothness_q4", "smoothness_q6"),
    *("kumar2021_3d_n2000", "kumar2021_3d_n2000_t007"),
)
README = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())


@cache
def study(name: str) -> Study:
    return ag.load_study(ROOT / "data" / name)


@cache
def spots(name: str, share: float = 0.6) -> pd.DataFrame:
    whole = study(name)
    return select_spots(whole.spots, whole.realizations, Selection(frequency_share=share))


def short(value: float, error: float, places: int) -> str:
    """Return a number as 4.07(10): the error in units of the last place."""
    digits = round(error * 10**places)
    return f"{value:.{places}f}({error:.{places}f})" if error >= 1 and places else f"{value:.{places}f}({digits})"


def exponent(rows: pd.DataFrame, group: str) -> tuple[float, float]:
    chosen = in_group(rows, group)
    fit = truncated_power_law(chosen["x"], chosen["chain"])
    return fit.exponent, fit.standard_error


@pytest.mark.parametrize("group, places", [("A", 2), ("B", 2)])
def test_the_exponents_of_the_answer(group: str, places: int) -> None:
    figure = short(*exponent(spots("kumar2021_n400"), group), places)
    assert figure in TEXT and figure in README


def test_the_exponents_hold_at_every_bound_that_the_text_names() -> None:
    for share in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        value, error = exponent(spots("kumar2021_n400", share), "A")
        assert abs(value - 4) < 2 * error
        value, error = exponent(spots("kumar2021_n400", share), "B")
        assert 2.25 <= value <= 2.55
        value, error = exponent(spots("kumar2021_n400", share), "all")
        assert share < 0.6 or 3.45 <= value < 3.65


@pytest.mark.parametrize("share, crossing", [(0.4, "0.49"), (0.6, "0.87"), (0.9, "1.5")])
def test_the_crossover_moves_with_the_bound(share: float, crossing: str) -> None:
    rows = in_group(spots("kumar2021_n400", share), "B")
    effective = truncated_power_law(rows["x"], rows["chain"]).effective_count
    found = fit_two_terms(rows["x"], rows["bound"], effective).crossing
    assert f"{found:.{len(crossing.split('.')[1])}f}" == crossing and crossing in TEXT


def test_the_tests_of_the_theory() -> None:
    found = {test.name: test for test in all_tests(spots("kumar2021_n400"), np.random.default_rng(0))}
    for name, places in {"beta uniform (all of A)": 3, "P(b2) at fixed b3, b4 (A and B)": 2}.items():
        assert short(found[name].value, found[name].error, places) in TEXT
    assert f"{short(100 * found['hidden wells'].value, 100 * found['hidden wells'].error, 1)} % of A" in TEXT


def many_particles(share: float, name: str = "smoothness_q4") -> pd.DataFrame:
    """The modes of four or more particles."""
    rows = spots(name, share)
    return rows[particle_numbers(rows, study(name).realizations) >= 4]


def lowest_exponent(name: str) -> str:
    """The exponent of modes of few particles below 0.1 of the median omega_1."""
    found = exponents_by_particle_number(study(name).spots, study(name).realizations, shares=(0.1,))
    (row,) = found.query("particles == 'fewer than 4' and group == 'A'").itertuples()
    return short(row.exponent, row.error, 2)


def test_the_modes_of_the_smooth_cutoff() -> None:
    figures = [short(*exponent(many_particles(share), "A"), 2) for share in (0.6, 0.7, 0.8)]
    assert f"A has {figures[0]}, {figures[1]}, {figures[2]} below 0.6, 0.7 and 0.8" in TEXT
    least = [short(*exponent(many_particles(share, "smoothness_q3"), "A"), 2) for share in (0.6, 0.7, 0.8)]
    assert f"A has {least[0]}, {least[1]}, {least[2]} below 0.6, 0.7 and 0.8 of the median omega_1 with q = 3" in TEXT
    smoothest = [short(*exponent(many_particles(share, "smoothness_q6"), "A"), 2) for share in (0.6, 0.7)]
    assert f"{smoothest[0]} and {smoothest[1]} below 0.6 and 0.7 with q = 6" in TEXT
    assert f"all of them together have {short(*exponent(many_particles(0.6), 'all'), 2)} with q = 4" in TEXT
    assert f"they have {short(*exponent(many_particles(0.6, 'kumar2021_n400'), 'all'), 2)}." in TEXT
    value, error = exponent(many_particles(0.6, "smoothness_q1"), "all")
    assert f"they have {short(value, error, 2)}, as with q = 2, and {(5 - value) / error:.0f} standard errors" in TEXT
    (coefficients,) = [t for t in all_tests(many_particles(0.6), np.random.default_rng(0)) if "(A and B)" in t.name]
    assert f"it is {short(coefficients.value, coefficients.error, 2)}. The law is not confirmed" in TEXT
    for share in (0.6, 0.7, 0.8):
        value, error = exponent(many_particles(share), "A")
        assert value - 3 * error > 3.5, "3 + 2/q is excluded"
    counts = [many_particles(share)["group"].eq("B").agg(["sum", "size"]) for share in (0.5, 0.9)]
    assert f"{counts[0]['sum']} of {counts[0]['size']} below 0.5 are of B, and {counts[1]['sum']} of" in TEXT
    softest = spots("smoothness_q4", 0.2)
    numbers = particle_numbers(softest, study("smoothness_q4").realizations)
    assert f"{int((numbers < 1.05).sum())} of {len(softest)} modes have N PR = 1.0" in TEXT
    share = fraction(spots("smoothness_q4")["group"] == "B", spots("smoothness_q4")["chain"])
    assert f"{100 * share.value:.1f}({round(1000 * share.error)}) % of the PHMs" in TEXT
    assert f"s = {lowest_exponent('smoothness_q4')} and {lowest_exponent('smoothness_q6')} below 0.1" in TEXT


@pytest.mark.parametrize("share, a, b", [(0.5, "3.40(13)", "2.03(16)"), (0.6, "3.08(9)", "1.98(14)")])
def test_the_exponents_in_three_dimensions(share: float, a: str, b: str) -> None:
    rows = spots("kumar2021_3d_n1000", share)
    assert [short(*exponent(rows, group), 2) for group in "AB"] == [a, b]
    assert a in TEXT and b in TEXT


@pytest.mark.parametrize("frequency", [0.4, 0.5])
def test_the_exponents_at_the_papers_size(frequency: float) -> None:
    whole = study("kumar2021")
    rows = select_spots(whole.spots, whole.realizations, Selection(frequency=frequency))
    for group in "AB":
        assert short(*exponent(rows, group), 2) in TEXT
    harmonic = select(whole.modes, whole.realizations, Selection(frequency=0.16))
    assert f"has {short(*exponent(harmonic, 'B'), 2)} in harmonic modes below omega = 0.16" in TEXT
    value, error = exponent(select_spots(whole.spots, whole.realizations, Selection(frequency=0.35)), "B")
    words = f"{short(value, error, 2)} below omega = 0.35 at N = 4000 ({(3 - value) / error:.1f} errors below 3)"
    assert words in TEXT
    near_the_papers = select_spots(whole.spots, whole.realizations, Selection(frequency=0.16))
    in_a = in_group(near_the_papers, "A")
    figure = short(*exponent(in_a, "A"), 2)
    assert f"where {len(in_a)} PHMs of A are left, it has {figure}" in TEXT
    assert f"PHMs of A have {figure} below 0.16" in TEXT
    figure = short(*exponent(near_the_papers, "all"), 2)
    assert f"where {len(near_the_papers)} modes are left, they have {figure}" in TEXT
    figures = [short(*exponent(table, "A"), 1) for table in (harmonic, near_the_papers)]
    assert f"in A harmonic modes have {figures[0]} and PHMs {figures[1]}" in TEXT
    like_the_papers = select(whole.modes, whole.realizations, Selection(frequency=0.153))
    assert len(like_the_papers) / len(whole.realizations) == pytest.approx(403 / 60000, rel=0.1)
    share = fraction(like_the_papers["group"] == "B", like_the_papers["chain"])
    assert f"there {100 * share.value:.0f}({100 * share.error:.0f}) % of our harmonic modes" in TEXT
    assert len(whole.realizations) == 60_000 and "as many glasses as the paper has, 60,000" in TEXT


def test_how_far_all_modes_lie_above_the_theory_at_the_papers_size() -> None:
    whole = study("kumar2021")
    distances = []
    for frequency in (0.25, 0.5):
        value, error = exponent(select_spots(whole.spots, whole.realizations, Selection(frequency=frequency)), "all")
        distances.append(f"{(value - 3) / error:.0f}")
    assert f"above it by {' to '.join(distances)} standard errors below omega = 0.25 to 0.5" in TEXT


def test_the_share_of_group_b_beside_that_of_a_crossover() -> None:
    whole = study("kumar2021")
    rows = select_spots(whole.spots, whole.realizations, Selection(frequency=0.5))
    b = in_group(rows, "B")
    found = fit_two_terms(b["x"], b["bound"]).crossing
    ends = {}
    for bound in (0.3, 0.35, 0.4, 0.45):
        part = in_group(select_spots(whole.spots, whole.realizations, Selection(frequency=bound)), "B")
        fit = fit_two_terms(part["x"], part["bound"], truncated_power_law(part["x"], part["chain"]).effective_count)
        if not fit.low < found < fit.high:
            ends[bound] = fit.high
    assert list(ends) == [0.3] and f"but the lowest, which ends at {ends[0.3]:.2f}" in TEXT
    share = len(b) / rows["group"].isin(["A", "B"]).sum()
    expected = 1 - 0.8 * 0.5 / found
    shares = (
        f"With omega_c = {found:.2f} {100 * expected:.0f} % of the modes below 0.5 would be of B, and {100 * share:.0f}"
    )
    assert shares in TEXT
    factor = expected / (1 - expected) / (share / (1 - share))
    assert f"there are {factor:.0f} times fewer modes of B" in TEXT


def test_near_rattlers_at_the_papers_size() -> None:
    whole = study("kumar2021")
    figures, distances, shares = [], [], []
    for frequency in (0.16, 0.35, 0.4, 0.5):
        rows = select_spots(whole.spots, whole.realizations, Selection(frequency=frequency))
        many = rows[particle_numbers(rows, whole.realizations) >= 4]
        value, error = exponent(many, "B")
        figures.append(short(value, error, 2))
        distances.append(f"{(3 - value) / error:.1f}")
        shares.append(f"{100 * (1 - len(in_group(many, 'B')) / len(in_group(rows, 'B'))):.0f} %")
    assert f"{shares[0]} below omega = 0.16 and {shares[2]} below 0.4" in TEXT
    assert "have {}, {}, {} and {} below 0.16, 0.35, 0.4 and 0.5".format(*figures) in TEXT
    assert "the last three {}, {} and {} errors below 3".format(*distances[1:]) in TEXT
    b = in_group(spots("kumar2021"), "B")
    numbers = particle_numbers(b, whole.realizations)
    low = b["barrier"] < 3.4e-9
    assert f"{(low & (numbers < 1.05)).sum()} of the {low.sum()} PHMs of B whose barrier" in TEXT
    with_them, without = (short(*exponent(rows, "B"), 2) for rows in (b, b[numbers >= 4]))
    assert f"the exponent of B is {without} instead of {with_them}" in TEXT
    assert f"B has {without} without them and {with_them} with them" in TEXT


def test_the_missing_share_of_group_b_by_size() -> None:
    big = study("kumar2021")
    rows = select_spots(big.spots, big.realizations, Selection(frequency=0.5))
    b = in_group(rows, "B")
    fit = fit_two_terms(b["x"], b["bound"], truncated_power_law(b["x"], b["chain"]).effective_count)

    def missing(chosen: pd.DataFrame, crossing: float) -> float:
        """N_B / N_A over that of the law, omega_c / (0.8 bound) - 1 from the integrals of both below the bound."""
        groups = chosen[chosen["group"].isin(["A", "B"])]
        ratio = (groups["group"] == "B").sum() / (groups["group"] == "A").sum()
        return ratio / (crossing / (0.8 * chosen["bound"]) - 1).mean()

    values = [f"{missing(rows, crossing):.2f}" for crossing in (fit.crossing, fit.high, fit.low)]
    assert "r_B = {} ({} to {} over the 95 % interval of omega_c)".format(*values) in TEXT
    small = (spots("kumar2021_n1000_trajectories", 0.9), spots("kumar2021_n400"))
    others = [missing(sample, fit.crossing) for sample in small]
    assert f"it is {others[0]:.2f} at N = 1000 (f = 0.9) and {others[1]:.2f} at N = 400 (f = 0.6)" in TEXT


@pytest.mark.parametrize(
    "name, words", [("kumar2021", "{:.0f} % (N = 4000) and "), ("kumar2021_n400", "{:.0f} % (N = 400) of")]
)
def test_single_wells_beside_which_another_minimum_was_found(name: str, words: str) -> None:
    wells = study(name).wells
    new = wells[wells["outcome"] == str(WellOutcome.NEW)]
    single = (new["group"] == "A") & ~new["second_minimum"].astype(bool)
    assert words.format(100 * single.sum() / len(new)) in TEXT


def test_boltzmann_s_law_below_a_temperature() -> None:
    names = [path.name for path in sorted((ROOT / "data").glob("parent_t*")) if path.is_dir()]
    table = parent_temperature_table([study(name) for name in names])
    for column, words in {"number": "E = {} in the unit of omega_1", "prefactor": "{} for A_4 itself"}.items():
        fits = boltzmann_fits(table, column).query("group == 'all'").set_index("temperatures")
        coldest = fits.loc[5]
        assert words.format(short(coldest["energy"], coldest["error"], 2)) in TEXT
        assert coldest["chi_squared"] < 10 < fits.loc[len(names), "chi_squared"]


def test_the_counts_of_what_is_missing() -> None:
    realizations = study("kumar2021_n400").realizations
    assert (realizations["status"] == "ok").all()
    assert f"of {realizations['spot_starts'].sum() / 1e6:.1f} million starts at N = 400 " in TEXT
    assert f"{realizations['spots_not_converged'].sum()} did not converge" in TEXT
    medians = realizations.groupby("chain")["first_phonon_frequency"].median()
    assert f"ranges from {medians.min():.2f} to {medians.max():.2f}" in TEXT
    assert math.isclose((realizations["rattlers"] > 0).mean(), 1 / 3000, rel_tol=0.05)


@pytest.mark.parametrize(
    "name, figures", [("smoothness_q6", "{} and {} below f = 0.7"), ("smoothness_q4", "{} and {}.")]
)
def test_the_two_halves_of_the_chains(name: str, figures: str) -> None:
    realizations = study(name).realizations
    later = realizations["index_in_chain"] * 2 >= realizations["chain"].map(realizations["chain"].value_counts())
    late = many_particles(0.7, name)["realization"].isin(realizations["realization"][later])
    halves = [many_particles(0.7, name)[half] for half in (~late, late)]
    assert figures.format(*(short(*exponent(half, "A"), 2) for half in halves)) in TEXT


def test_the_cutoff_and_the_groups() -> None:
    rows = spots("kumar2021_n400")
    at_the_cutoff = {g: (in_group(rows, g)["b3_cutoff_share"].abs() > 0.5).mean() for g in "AB"}
    assert f"{at_the_cutoff['B']:.0%} of the PHMs of B".replace("%", " %") in TEXT
    assert f"but {at_the_cutoff['A']:.0%} of A".replace("%", " %") in TEXT
    names = ("kumar2021_n400", "smoothness_q3", "smoothness_q4", "smoothness_q6")
    medians = [study(name).realizations.groupby("chain")["first_phonon_frequency"].median() for name in names]
    spreads = [f"{100 * m.std() / m.mean():.0f}" for m in medians]
    assert f"({', '.join(spreads[:3])} and {spreads[3]} % with q = 2, 3, 4 and 6)" in TEXT


@pytest.mark.parametrize("limit", [2, 8])
def test_other_limits_of_particles_give_the_same_exponents(limit: int) -> None:
    for name in ("smoothness_q3", "smoothness_q4", "smoothness_q6"):
        rows = spots(name, 0.7)
        numbers = particle_numbers(rows, study(name).realizations)
        value, error = exponent(rows[numbers >= 4], "A")
        assert abs(exponent(rows[numbers >= limit], "A")[0] - value) < error, name


def test_the_mean_of_the_studies_with_equal_diameters() -> None:
    values, errors = np.array([exponent(spots(name, 0.8), "B") for name in ("parent_t01", "kumar2021_n400_quantile")]).T
    weights = errors**-2
    assert short((weights * values).sum() / weights.sum(), weights.sum() ** -0.5, 2) + " with the same" in TEXT


def test_the_exponent_does_not_change_with_q_as_claimed() -> None:
    changes, distances = [], []
    for first, last, share in (("smoothness_q1", "smoothness_q4", 0.6), ("smoothness_3d_q1", "smoothness_3d_q4", 0.5)):
        (one, its), (two, other) = (exponent(many_particles(share, name), "all") for name in (first, last))
        error = math.hypot(its, other)
        changes.append(f"{two - one:+.2f}({round(100 * error)})")
        distances.append(f"{(two - one + 1.5) / error:.0f}")
    words = "{} in two dimensions (f = 0.6) and {} in three (f = 0.5), {} and {} errors away"
    assert words.format(*changes, *distances) in TEXT


def test_modes_of_b_with_a_real_second_well() -> None:
    shares = []
    for name in ("kumar2021_n400", "smoothness_q3", "smoothness_q4", "smoothness_q6"):
        rows = spots(name)
        readings = well_readings(study(name).wells).set_index("modes")
        share = (rows["group"] == "B").sum() / rows["group"].isin(["A", "B"]).sum()
        shares.append(f"{100 * share * readings.loc['B', 'same_barrier']:.1f}")
    words = "are {:.0f} % of all modes with q = 2 (N = 400), and {}, {} and {} %"
    assert words.format(float(shares[0]), *shares[1:]) in TEXT


def test_three_dimensions_at_two_temperatures() -> None:
    names = ("kumar2021_3d_n2000", "kumar2021_3d_n2000_t007")
    for group in "AB":
        warm, cold = ([short(*exponent(spots(name, f), group), 2) for f in (0.5, 0.6)] for name in names)
        assert f"{warm[0]} and {warm[1]}" in TEXT and f"{cold[0]} and {cold[1]}" in TEXT
    together = [short(*exponent(spots(name), "all"), 2) for name in names]
    assert f"All modes together have {together[0]} and {together[1]} below f = 0.6" in TEXT
    numbers, shares = [], []
    for name in names:
        rows, glasses = spots(name), study(name).realizations
        counts = rows["realization"].value_counts().reindex(glasses["realization"], fill_value=0)
        found = rate(counts.to_numpy(), glasses["chain"])
        numbers.append(short(found.value, found.error, 2))
        both = in_group(rows, "all")[rows["group"].isin(["A", "B"])]
        share = fraction(both["group"] == "B", both["chain"])
        shares.append(short(100 * share.value, 100 * share.error, 1))
    assert f"from {numbers[0]} to {numbers[1]} per glass" in TEXT
    assert f"the share of B stays, {shares[0]} and {shares[1]} %" in TEXT


def test_three_dimensions_without_near_rattlers() -> None:
    names = ("kumar2021_3d_n2000", "kumar2021_3d_n2000_t007")
    few = [100 * (1 - len(many_particles(0.6, name)) / len(spots(name))) for name in names]
    a, b = ([short(*exponent(many_particles(0.6, name), group), 2) for name in names] for group in "AB")
    words = "Near-rattlers are {:.0f} and {:.0f} % of them; without these A has {} and {}, B {} and {}."
    assert words.format(*few, *a, *b) in TEXT


def test_quenches_of_modes_of_b_in_the_chapter_on_physics() -> None:
    page = " ".join((ROOT / "docs" / "physics.md").read_text(encoding="utf-8").split())
    rows = (well_readings(study(name).wells).set_index("modes").loc["B"] for name in ("kumar2021_n400", "kumar2021"))
    small, large = ([short(100 * row[name], 100 * row[f"{name}_error"], 0) for name in READINGS] for row in rows)
    assert f"{small[0]} % of the modes of B lead to another inherent state at N = 400" in page
    assert f"and {large[0]} % at N = 4000; {small[1]} and {large[1]} % if the saddle must lead there" in page
    assert f"{small[2]} and {large[2]} % if its height must" in page


def test_quenches_that_did_not_converge_are_counted() -> None:
    found = [int(well_readings(study(name).wells)["unknown"].sum()) for name in WITH_WELLS]
    assert found == [2, 0, 0, 0, 1, 2, 0, 0] and "Five quenches that did not converge, two at N = 4000" in TEXT


def test_second_wells_in_three_dimensions() -> None:
    factors, real = [], []
    for name in ("kumar2021_3d_n2000", "kumar2021_3d_n2000_t007"):
        assert study(name).wells["chain"].nunique() == 5
        table = well_readings(study(name).wells).set_index("modes")
        factors.append(f"{table.loc['B', 'new'] / table.loc['A without', 'new']:.0f}")
        real.append(short(table.loc["B", "same_barrier"], table.loc["B", "same_barrier_error"], 2))
    words = "another minimum {} times (T = 0.1) and {} times (T = 0.07) as often as the control"
    assert words.format(*factors) in TEXT
    assert f"{real[0]} and {real[1]} of their second wells exist where the quartic has them" in TEXT
