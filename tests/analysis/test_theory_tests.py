"""The tests of the theory: each agrees with modes that follow it and differs from ones that do not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq
from theory_modes import boson_peak_modes, jacobian_modes

from atomglass.analysis.results import beta_tests
from atomglass.analysis.results import theory_tests as tests
from atomglass.analysis.results.omega_star import RefittedBeta, beta_distribution, beta_log_density, fit_omega_star
from atomglass.analysis.statistics.bounded_power_law import fit_bounded_power_law
from atomglass.analysis.statistics.verdicts import interval_95


@pytest.fixture(scope="module")
def obeying():
    return jacobian_modes(3000, np.random.default_rng(1))


def test_modes_of_the_theory_pass(obeying):
    rng = np.random.default_rng(2)
    uniform = beta_tests.beta_uniformity(obeying, rng)
    assert (uniform.verdict, uniform.count) == ("agrees", (obeying.group == "A").sum())
    assert abs(uniform.value - 0.5) < 3 * uniform.error < 0.1
    hidden = beta_tests.hidden_wells(obeying)
    assert hidden.expected == pytest.approx(0.05719, abs=1e-5)
    assert abs(hidden.value - hidden.expected) < 3 * hidden.error
    assert hidden.verdict == "agrees"
    for group in (None, "A", "B"):
        law = tests.curvature_law(obeying, group)
        assert abs(law.value - 1) < 3 * law.error < 0.5, group
        assert law.verdict == "agrees"
    barriers = tests.barrier_law(obeying)
    assert abs(barriers.value + 1 / 3) < 3 * barriers.error
    assert tests.confirmed_wells(obeying).value == 1


def test_the_curvature_law_finds_another_power():
    """It asks nothing of b3 and b4, and measures the power of b2 whatever the groups make of the histogram."""
    for power in (0.0, 2.0):
        modes = jacobian_modes(3000, np.random.default_rng(3), power=power)
        law = tests.curvature_law(modes)
        assert abs(law.value - power) < 3 * law.error
        assert law.verdict == "differs"


def test_a_peaked_beta_is_detected(obeying):
    modes = obeying[obeying.group == "A"].copy()
    modes["beta"] = -(modes["beta"].abs() ** 2)
    found = beta_tests.beta_uniformity(modes, np.random.default_rng(4))
    assert found.verdict == "differs"
    assert found.value == pytest.approx(1 / 3, abs=3 * found.error)
    none = modes[modes["beta"].abs() < 0.9]
    assert beta_tests.hidden_wells(none).verdict == "differs"


@pytest.mark.parametrize("count, verdict", [(35, "undecided"), (50, "undecided"), (60, "undecided"), (400, "differs")])
def test_few_modes_without_a_hidden_well_do_not_agree_with_six_percent(obeying, count, verdict):
    """None of 60 is not improbable, whether there are none at all or 5.7 % are expected."""
    none = obeying[(obeying["group"] == "A") & (obeying["beta"].abs() < 0.9)].iloc[:count]
    found = beta_tests.hidden_wells(none)
    assert (len(none), found.value, found.verdict) == (count, 0, verdict)


def test_all_second_wells_confirmed_agree_whatever_their_number(obeying):
    wells = obeying[obeying["second_minimum"].eq(True)]
    assert {tests.confirmed_wells(wells.iloc[:count]).verdict for count in range(20, 120)} == {"agrees"}


def test_few_modes_are_undecided(obeying):
    few, rng = obeying.iloc[:8], np.random.default_rng(5)
    assert {test.verdict for test in tests.all_tests(few, rng) if test.name != "second wells confirmed"} == {
        "undecided"
    }
    some = obeying.iloc[:60]
    assert beta_tests.beta_uniformity(some, rng).verdict == "undecided"  # too few to speak of agreement
    assert tests.curvature_law(some, "B").count > 10


def test_a_few_chains_decide_nothing(obeying):
    """However many modes they hold, and whatever these say; from five chains on there are verdicts."""
    violating = obeying.assign(beta=obeying["beta"] ** 2, b2=obeying["b2"] ** 2, true_barrier=0.0)
    violating["barrier"] = obeying["barrier"] ** 2
    for modes in (obeying, violating):
        for chains in (1, 2, 4):
            few = modes.assign(chain=np.arange(len(modes)) % chains)
            assert {test.verdict for test in tests.all_tests(few, np.random.default_rng(13))} == {"undecided"}
        five = modes.assign(chain=np.arange(len(modes)) % 5)
        decided = [test for test in tests.all_tests(five, np.random.default_rng(13)) if test.verdict != "undecided"]
        assert len(decided) > 5


def test_the_interval_of_an_exponent_allows_for_few_chains():
    """Six chains of five values, each found five times: the normal law would make their interval too narrow."""
    rng, held = np.random.default_rng(14), 0
    for _ in range(600):
        y = np.repeat(np.sqrt(rng.random((6, 5))), 5, axis=1).ravel()
        value, error, freedom = fit_bounded_power_law(y, np.zeros(y.size), np.repeat(np.arange(6), 25))
        assert freedom == pytest.approx(5) or math.isinf(freedom)
        low, high = interval_95(value, error, freedom)
        held += low <= 1 <= high
    assert 0.925 < held / 600 < 0.985


def test_both_fits_of_omega_star_find_it():
    """P(beta | omega) and the share of A are two ways to one parameter."""
    rng = np.random.default_rng(6)
    modes = boson_peak_modes(4000, rng, star=0.4, bound=0.5)
    for found in (beta_tests.beta_given_frequency(modes, rng), beta_tests.group_a_fraction(modes)):
        assert abs(found.value - 0.4) < 3 * found.error < 0.1, found.name
        assert found.verdict == "agrees"
    wrong = modes[modes["group"] == "A"].copy()
    wrong["beta"] = rng.beta(3, 3, len(wrong))  # concentrated in the middle, where the theory has the fewest
    assert beta_tests.beta_given_frequency(wrong, rng).verdict == "differs"


@pytest.mark.extended
def test_the_p_value_of_a_true_law_is_uniform_although_omega_star_is_fitted():
    """Without a fit to each simulated sample its mean is 0.6, and a false law agrees too easily."""
    rng = np.random.default_rng(15)
    p = [beta_tests.beta_given_frequency(boson_peak_modes(300, rng, star=0.4, bound=0.5), rng).p for _ in range(200)]
    assert abs(np.mean(p) - 0.5) < 3 / math.sqrt(12 * len(p))
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_omega_star_of_a_simulated_sample_is_that_of_a_fit_to_it():
    """The tabulated functions and Newton's method beside the fit to data and the closed form."""
    rng = np.random.default_rng(16)
    omega = 0.5 * np.sort(rng.random(400)) ** 0.2
    for star in (0.2, 0.45):
        u = rng.random((4, omega.size))
        found = RefittedBeta(omega, star)(u)
        for sample, values in zip(found, u, strict=True):
            beta = np.array([brentq(lambda b, v=v, x=x: float(beta_distribution(x, b)) - v, 0, 1)
                             for v, x in zip(values, omega / star, strict=True)])  # fmt: skip
            best, _ = fit_omega_star(
                lambda log_star, beta=beta: beta_log_density(omega / math.exp(log_star), beta),
                float(np.median(omega)),
                np.arange(omega.size),
            )
            assert sample == pytest.approx(beta_distribution(omega / best, beta), abs=2e-3)


def test_tables_in_single_precision_give_the_same_errors():
    """Published tables are; the second difference of the likelihood needs more digits than they have."""
    rng = np.random.default_rng(17)
    modes = boson_peak_modes(120, rng, star=0.4, bound=0.5)
    numbers = modes.select_dtypes("float64").columns
    single = modes.astype(dict.fromkeys(numbers, "float32"))
    double = single.astype(dict.fromkeys(numbers, "float64"))
    for one, other in zip(*(tests.all_tests(m, np.random.default_rng(18)) for m in (single, double)), strict=True):
        assert (one.value, one.error) == pytest.approx((other.value, other.error), rel=1e-6, nan_ok=True), one.name


def test_no_sign_of_omega_star_is_infinity():
    modes = jacobian_modes(3000, np.random.default_rng(10))
    in_a = modes[modes["group"] == "A"].assign(beta=lambda t: np.random.default_rng(11).beta(1.1, 1, len(t)))
    found = beta_tests.beta_given_frequency(in_a, np.random.default_rng(12))
    assert (math.isinf(found.value), math.isnan(found.error)) == (True, True)


def test_fractions_that_fall_with_frequency_are_detected():
    rng = np.random.default_rng(7)
    modes = jacobian_modes(3000, rng)
    modes["group"] = np.where(rng.random(3000) < 0.9 - modes["x"] * 0.8, "A", "B")
    assert beta_tests.group_a_fraction(modes).verdict == "differs"


def test_bounded_power_law_with_an_interval_for_each_event():
    rng = np.random.default_rng(8)
    low = rng.uniform(0, 0.9, 5000)
    for m in (-0.5, 1.0, 3.0):
        y = (low ** (m + 1) + rng.random(5000) * (1 - low ** (m + 1))) ** (1 / (m + 1))
        value, error, _ = fit_bounded_power_law(y, low, np.arange(5000) % 50)
        assert abs(value - m) < 3 * error < 0.5


def test_errors_allow_for_chains_of_repeated_modes():
    modes = jacobian_modes(400, np.random.default_rng(9))
    repeated = modes.loc[modes.index.repeat(4)].assign(chain=lambda t: np.arange(len(t)) // 4)
    alone, four = tests.curvature_law(modes.assign(chain=np.arange(400))), tests.curvature_law(repeated)
    assert four.value == pytest.approx(alone.value)
    assert four.error / alone.error == pytest.approx(1, abs=0.1)
    assert four.error > 1.8 * alone.error / math.sqrt(4)


def test_recurrences_of_one_defect_are_not_enough_for_a_shape():
    """Twenty defects, each seen twenty times with the same beta: not rejected, and not confirmed."""
    few = jacobian_modes(400, np.random.default_rng(8))
    few = few[few.group == "A"].iloc[:20]
    many = few.loc[few.index.repeat(20)].reset_index(drop=True)
    many["defect"], many["chain"] = np.arange(400) // 20, np.arange(400) // 40
    found = beta_tests.beta_uniformity(many, np.random.default_rng(9))
    assert found.count == 400
    assert found.verdict == "undecided"


def test_a_barrier_that_was_not_sought_is_not_missing(obeying):
    """In a full spectrum the true energy is followed along the modes marked `is_qlm` only."""
    modes = obeying[obeying["second_minimum"]].assign(complete_below=np.inf, is_qlm=False)
    modes.loc[modes.index[:50], "is_qlm"] = True
    modes.loc[modes.index[50:], "true_barrier"] = np.nan
    found = tests.confirmed_wells(modes)
    assert (found.value, found.count) == (1, 50)
    published = modes.assign(complete_below=1.0)  # up to a bound, as `publish` does
    assert tests.confirmed_wells(published).count == 50
    published.loc[published.index[50], "true_barrier"] = published["barrier"].iloc[50]
    assert tests.confirmed_wells(published).value < 1  # not a full spectrum: what is missing was sought


def test_five_defects_do_not_confirm_all_wells(obeying):
    """Each seen twenty times, all with the barrier: without the labels they would count as a hundred."""
    rows = obeying[obeying["second_minimum"]].iloc[:5]
    many = rows.loc[rows.index.repeat(20)].assign(chain=np.arange(100) % 10)
    assert tests.confirmed_wells(many).verdict == "agrees"
    assert tests.confirmed_wells(many.assign(defect=np.repeat(np.arange(5), 20))).verdict == "undecided"
