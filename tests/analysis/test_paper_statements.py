"""The paper's statements compared with ours, and studies compared with each other."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from study_tables import fake_study

from atomglass.analysis.report.comparison_text_tables import comparison_table
from atomglass.analysis.results.paper_coefficients import (
    coefficient_statements,
    distribution_statements,
    frequency_statement,
)
from atomglass.analysis.results.paper_counts import count_statements
from atomglass.analysis.results.paper_statements import paper_statements
from atomglass.analysis.results.paper_values import (
    PAPER_A,
    PAPER_B,
    PAPER_BARRIERS,
    PAPER_QLMS,
    PaperStatement,
    verdict_with_needed,
)
from atomglass.analysis.results.paper_wells import barrier_statements, beyond_extreme_p, well_statements
from atomglass.analysis.results.study_comparison import compare_studies
from atomglass.analysis.statistics.verdicts import Comparison
from atomglass.errors import InputError

#: A table of one realization, for statements in which realizations do not matter.
ONE_GLASS = pd.DataFrame({"realization": [0], "chain": [0], "status": ["ok"]})


def study(name="fake", **options) -> SimpleNamespace:
    modes, realizations = fake_study(**options)
    return SimpleNamespace(modes=modes, realizations=realizations, settings={"name": name}, wells=None)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return paper_statements(study(group_a=278, group_b=125, hidden=0, chains=60)).set_index("quantity")


def test_the_paper_s_own_numbers_agree(rows):
    for quantity, value in (("share of A", 278 / 403), ("share of B", 125 / 403)):
        assert rows.ours[quantity] == rows.paper[quantity] == pytest.approx(value)
        assert rows.verdict[quantity] == "agrees"
        # Two samples of 403: sqrt(p (1 - p) / 403), or a little more for the chains.
        assert 0.0230 <= rows.error[quantity] < 0.035
    assert rows.verdict["share of A with a second minimum"] == "agrees"
    assert rows.verdict["share of B with a second minimum"] == "agrees"
    assert rows.verdict["exponent of D(omega) in A"] == "agrees"
    assert rows.verdict["b2 of B / b2 of A"] == "agrees"


def test_differences_are_reported(rows):
    assert rows.ours["frequency of B / frequency of A"] == pytest.approx(1, abs=0.2)
    assert rows.verdict["frequency of B / frequency of A"] == "differs"
    hidden = paper_statements(study(group_a=278, group_b=125, hidden=25, chains=60)).set_index("quantity")
    assert hidden.ours["share of A with a second minimum"] == pytest.approx(25 / 278)
    assert hidden.verdict["share of A with a second minimum"] == "differs"


def test_few_modes_are_undecided():
    few = paper_statements(study(group_a=6, group_b=4, hidden=0)).set_index("quantity")
    for quantity in ("share of A", "exponent of D(omega) in A", "b2 of B / b2 of A", "lowest barrier of B (epsilon)"):
        assert few.verdict[quantity] == "undecided", quantity


@pytest.mark.parametrize("chains", [1, 4])
def test_a_few_chains_decide_nothing(chains):
    """However many modes they hold; nor does any number of modes of so few chains."""
    few = paper_statements(study(group_a=600, group_b=300, hidden=0, chains=chains)).set_index("quantity")
    exact = ["share of B with a second minimum", "modes in neither group"]  # of every quartic, and a plain count
    assert set(few.drop(exact).verdict) == {"undecided", ""}
    assert few.needed.isna().all()
    ratio = few.loc["b2 of B / b2 of A"]
    assert math.isnan(ratio.error) if chains == 1 else ratio.error > 0


def test_a_share_among_few_unlike_chains_differs_no_more_often_than_it_should():
    """Five chains, each with a share of A of its own around the paper's; with a normal interval it is 9 %."""
    rng, differs = np.random.default_rng(3), 0
    mean = PAPER_A / PAPER_QLMS
    for _ in range(600):
        chance = rng.beta(12 * mean, 12 * (1 - mean), 5)[:, None]
        in_a = (rng.random((5, 100)) < chance).ravel()
        modes = pd.DataFrame({"group": np.where(in_a, "A", "B"), "chain": np.repeat(np.arange(5), 100)})
        modes["realization"] = 0
        rows = count_statements(modes, ONE_GLASS, ONE_GLASS)
        differs += next(row for row in rows if row.quantity == "share of A").verdict == "differs"
    assert differs / 600 < 0.06


def test_resamples_without_a_group_do_not_count():
    """B lies in two chains of twenty, one of its values far below the others."""
    groups = {}
    for name, chains in (("A", 20), ("B", 2)):
        values = np.linspace(1, 1.1, 100)
        values[0] = 1e-6
        groups[name] = pd.DataFrame({"group": name, "frequency": values, "chain": np.arange(100) % chains})
    assert frequency_statement(groups, np.random.default_rng(4)).error < 0.1


def test_what_is_undecided_says_how_many_modes_would_decide():
    """In a table with thirty modes; with as many as stated, the same share of A is decided, with fewer not."""
    few = paper_statements(study(group_a=21, group_b=9, hidden=0, chains=30)).set_index("quantity")
    undecided = few[(few.verdict == "undecided") & few.paper.notna()]
    assert len(undecided) > 4 and (undecided.needed > 9).all()
    assert few.drop(undecided.index).needed.isna().all()
    factor = float(few.needed["share of A"]) / 30
    assert factor > 1.3
    for more, verdict in ((1.3 * factor, "agrees"), (factor / 1.5, "undecided")):
        many = study(group_a=round(21 * more), group_b=round(9 * more), hidden=0, chains=200)
        assert paper_statements(many).set_index("quantity").verdict["share of A"] == verdict


@pytest.mark.parametrize("freedom", [math.inf, 6.0])
@pytest.mark.parametrize("value, error, expected_error", [(0.1, 0.3, 0.0), (0.0, 0.2, 0.05), (0.3, 0.2, 0.1)])
def test_the_number_of_modes_that_decides(value, error, expected_error, freedom):
    """Beside a search for the first number with which the verdict is not `undecided`."""

    def verdict(modes):
        return Comparison(value, error * np.sqrt(50 / modes), 0.0, expected_error, 0.25, freedom).verdict

    found = Comparison(value, error, 0.0, expected_error, 0.25, freedom).modes_to_decide(50)
    assert verdict(50) == "undecided"
    assert next(modes for modes in range(50, 100_000) if verdict(modes) != "undecided") == pytest.approx(found, abs=1)


def test_no_number_of_modes_decides_against_the_error_of_the_paper():
    assert Comparison(0.1, 0.1, 0.0, 0.2, 0.25).modes_to_decide(50) == math.inf
    assert "the paper's error" in verdict_with_needed("undecided", math.inf)


def test_every_row_is_complete(rows):
    assert set(rows.verdict) <= {"agrees", "differs", "undecided", ""}
    stated = rows[rows.paper.notna() & (rows.verdict == "")]
    assert set(stated.index) == {
        "realizations",
        *(f"{n} per realization" for n in ("QLMs", "A modes", "B modes")),
        "QLMs",
    }
    assert rows.index.is_unique


def test_barriers_are_compared_at_the_paper_s_count():
    """Barriers with the law V^(-1/3) up to 4.01e-4 agree with the paper's highest, higher ones do not."""
    made = study(group_a=278, group_b=400, chains=60)
    rng = np.random.default_rng(1)
    in_b = (made.modes["group"] == "B") & made.modes["is_qlm"]
    for scale, word in ((4.01e-4, "agrees"), (4.0e-2, "differs")):
        made.modes.loc[in_b, "barrier"] = scale * rng.random(in_b.sum()) ** 1.5
        rows = paper_statements(made).set_index("quantity")
        assert rows.verdict["highest barrier of B (epsilon)"] == word
    # The paper's lowest is a hundred times lower than this law makes the lowest of 400.
    assert rows.ours["lowest barrier of B (epsilon)"] > 3.4e-9


def test_the_p_value_of_extremes_is_exact():
    rng = np.random.default_rng(2)
    ours, theirs = rng.random((20_000, 7)), rng.random((20_000, 5))
    beyond = (ours > theirs.max(axis=1, keepdims=True)).sum(axis=1)
    for k in range(8):
        direct = min(1.0, 2 * min((beyond >= k).mean(), (beyond <= k).mean()))
        assert beyond_extreme_p(k, 7, 5) == pytest.approx(direct, abs=0.02)


def recurring(chains: int, defects: int, times: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return modes of defects with b2, b3, b4 and barriers of independent laws; each recurs nearly as it was."""
    count = chains * defects
    modes = pd.DataFrame({name: rng.lognormal(size=count) for name in ("b2", "b3", "b4", "barrier")})
    modes = modes.loc[modes.index.repeat(times)].reset_index(drop=True)
    modes *= np.exp(0.01 * rng.standard_normal(modes.shape))
    return modes.assign(chain=np.repeat(np.arange(chains), defects * times), group="B")


def test_recurrences_are_no_correlation_of_coefficients():
    """18 defects of independent coefficients, each found forty times in one of six chains."""
    rng, found = np.random.default_rng(5), []
    for _ in range(80):
        modes = recurring(6, 3, 40, rng)
        found += distribution_statements(modes, {"A": modes[:0], "B": modes}, rng)
    verdicts = pd.Series([row.verdict for row in found])
    assert len(found) == 240 and verdicts.eq("agrees").mean() < 0.1
    spread, error = np.std([row.ours for row in found]), np.mean([row.error for row in found])
    assert error == pytest.approx(spread, rel=0.25)


def test_correlations_of_coefficients_that_exist_or_do_not_are_told():
    rng = np.random.default_rng(10)
    modes = recurring(100, 40, 1, rng)
    nowhere = distribution_statements(modes, {"A": modes[:0], "B": modes}, rng)
    assert [row.verdict for row in nowhere] == ["differs"] * 3
    modes["b4"] *= modes["b3"]  # one correlation is enough for them to exist; about the others nothing is said
    somewhere = distribution_statements(modes, {"A": modes[:0], "B": modes}, rng)
    assert [row.verdict for row in somewhere] == ["agrees", "undecided", "undecided"]


def shares_at_small_b3(in_a: np.ndarray, in_b: np.ndarray) -> dict[str, PaperStatement]:
    """Return the two rows on |b3| of modes in forty chains."""
    groups = {
        name: pd.DataFrame({"b3": values, "chain": np.arange(len(values)) % 40, "group": name})
        for name, values in (("A", in_a), ("B", in_b))
    }
    rows = distribution_statements(groups["A"][:0], groups, np.random.default_rng(0))
    return {row.quantity[9]: row for row in rows}


def test_the_share_at_small_b3_is_that_of_the_law_whatever_the_number_of_modes():
    """An exponential law has 1 - exp(-ln(10)/4) = 44 % below a quarter of its 90 % quantile, a constant one 22.5 %."""
    rng = np.random.default_rng(8)
    for count in (300, 3000, 30_000):
        in_a, in_b = rng.exponential(size=count), 1 + rng.exponential(size=count)
        found = shares_at_small_b3(in_a, in_b)
        assert found["A"].ours == pytest.approx(1 - 10**-0.25, abs=4 * found["A"].error)
        assert (found["A"].verdict, found["B"].verdict) == ("agrees", "agrees")
        violating = shares_at_small_b3(in_b, rng.exponential(size=count))
        assert (violating["A"].verdict, violating["B"].verdict) == ("differs", "differs")


def test_neither_peak_nor_dip_is_seldom_taken_for_one():
    """A constant density in both groups is the border of both statements."""
    rng = np.random.default_rng(9)
    for name in "AB":
        found = [shares_at_small_b3(rng.random(200), rng.random(150))[name].verdict for _ in range(300)]
        assert found.count("undecided") > 0.92 * len(found)


def test_recurrences_are_no_extreme_barriers():
    """Of 20 defects that recur ten times, and of a sample of the paper's size with the same law."""
    rng, differs = np.random.default_rng(7), 0
    for _ in range(600):
        modes = recurring(10, 2, 10, rng)
        modes["barrier"] *= PAPER_BARRIERS[1] / rng.lognormal(size=PAPER_B).max()
        differs += barrier_statements(modes)[1].verdict == "differs"
    assert differs / 600 < 0.05


def test_studies_are_compared():
    table = compare_studies([study("one"), study("two", group_b=0, hidden=0)])
    assert table.study.tolist() == ["one", "two"]
    assert table.share_B.tolist() == pytest.approx([50 / 170, 0])
    assert (table.N == 400).all()
    assert (table.q == 2).all()
    assert (table.d == 2).all()
    assert table.hidden[0] == pytest.approx(2 / 120)
    assert abs(table.exponent_A[0] - 4) < 3 * table.exponent_A_error[0]
    assert math.isnan(table.exponent_B[1])
    assert (table.per_realization > 0).all()
    _, header, lines = comparison_table(table)
    assert header == ["", "one", "two"]
    assert ["N", "400", "400"] in lines
    assert table.new_B.isna().all()
    smaller = compare_studies([study("one")], fixed_number_of=200)
    assert smaller.qlms[0] < table.qlms[0]
    with pytest.raises(InputError, match="studies"):
        compare_studies([])


def test_outcomes_of_displaced_glasses_are_compared():
    """Every second mode of B, every third of the rest of A: the shares are those, of the selected modes alone."""
    one = study("one")
    wells = one.modes[["realization", "chain", "mode", "group", "second_minimum"]].copy()
    order, in_b = wells.groupby("group").cumcount(), wells["group"] == "B"
    new = np.where(in_b, order % 2 == 0, order % 3 == 0) & ~(~in_b & wells["second_minimum"].astype(bool))
    one.wells = wells.assign(outcome=np.where(new, "new minimum", "same minimum"))
    row = compare_studies([one]).iloc[0]
    chosen = one.modes["is_qlm"] & one.modes["group"].eq("A") & ~one.modes["second_minimum"].astype(bool)
    assert row.new_A == pytest.approx(new[chosen].mean())
    assert row.new_B == pytest.approx(0.5, abs=0.02)
    assert row.new_hidden == 0
    assert 0.03 < row.new_B_error < 0.12


def test_a_share_of_all_or_none_has_an_error():
    """Six modes of A and none of B: the paper's share of A, 69 %, would give that in 11 % of cases."""
    for count, verdict in ((6, "undecided"), (40, "differs")):
        modes = pd.DataFrame({"group": "A", "chain": np.arange(count) % 10, "realization": 0})
        found = next(row for row in count_statements(modes, ONE_GLASS, ONE_GLASS) if row.quantity == "share of A")
        assert (found.ours, found.verdict) == (1.0, verdict)
        assert math.isnan(found.needed) == (verdict != "undecided")


@pytest.mark.parametrize(("hidden", "verdict"), [(0, "agrees"), (2, "agrees"), (1, "undecided"), (80, "differs")])
def test_a_few_hidden_wells_among_thousands_do_not_contradict_none_among_hundreds(hidden, verdict):
    count = 3000 if hidden != 1 else 60
    modes = pd.DataFrame({"second_minimum": np.arange(count) < hidden, "chain": np.arange(count) % 20})
    modes["chain"] = np.random.default_rng(5).permutation(modes["chain"])
    other = pd.DataFrame({"second_minimum": [True] * 50, "chain": np.arange(50) % 10, "barrier": 1.0})
    row = well_statements({"A": modes, "B": other})[0]
    assert row.verdict == verdict
    assert math.isnan(row.needed) == (verdict != "undecided")


@pytest.mark.parametrize(("ratio", "count", "verdict"), [(1.0, 400, "agrees"), (1.9, 400, "undecided")])
def test_within_a_factor_of_two_means_the_whole_interval(ratio, count, verdict):
    """Medians of lognormal values of width 1: the logarithm of their ratio has the error 0.09."""
    rng = np.random.default_rng(6)
    groups = {}
    for name, scale in (("A", 1.0), ("B", ratio)):
        values = {column: scale * np.exp(rng.standard_normal(count)) for column in ("b2", "b3", "b4")}
        groups[name] = pd.DataFrame({"group": name, "chain": np.arange(count) % 40} | values)
    row = coefficient_statements(groups, rng)[0]
    assert row.quantity == "b2 of B / b2 of A"
    assert row.verdict == verdict
    if verdict == "undecided":
        width = abs(math.log(row.ours / 2)) * math.sqrt(row.needed / (2 * count)) / (row.error / row.ours)
        assert 1.9 < width < 2.2  # with that many modes the interval would end at a factor of two


def test_modes_of_one_defect_count_as_one_where_independent_modes_are_counted():
    """Each defect is seen twice, in two chains, so that only its label shows that these modes are alike."""
    tables = study(group_a=278, group_b=124, hidden=0, chains=60)
    in_b = tables.modes.index[tables.modes["group"] == "B"]
    rng = np.random.default_rng(7)
    defect = np.arange(len(tables.modes)) + 1000
    defect[in_b] = np.repeat(np.arange(62), 2)
    tables.modes["chain"] = np.arange(len(tables.modes)) % 60
    tables.modes.loc[in_b, "barrier"] = np.repeat(np.exp(rng.standard_normal(62)), 2)
    recurrences = tables.modes[["realization", "mode"]].assign(defect=defect, recurrence_of=pd.NA)
    counts = []
    for given in (None, recurrences):
        row = paper_statements(tables, recurrences=given).set_index("quantity").loc["lowest barrier of B (epsilon)"]
        counts.append(int(row.note.split("effectively ")[1].split(",")[0]))
    assert counts[0] > 100 and counts[1] == 62
