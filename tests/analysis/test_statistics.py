"""Intervals, p-values, power and likelihoods on modes of known laws, correlated as those of a study are."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from scipy import stats

from atomglass.analysis.statistics import chain_errors, goodness_of_fit, likelihood, power, verdicts
from atomglass.analysis.statistics.chain_errors import ratio_error
from atomglass.analysis.statistics.exponents import truncated_power_law
from atomglass.analysis.statistics.rank_correlation import rank_correlation, weighted_rank_correlation
from atomglass.analysis.validation import synthetic
from atomglass.analysis.validation.coverage import coverage, simulated_power
from atomglass.analysis.validation.synthetic import SyntheticStudy, draw_labels
from atomglass.errors import InputError

QUARTIC = partial(synthetic.power_law_quantile, exponent=4.0)
CUBIC = partial(synthetic.power_law_quantile, exponent=3.0)
MIXED = partial(synthetic.mixture_quantile, cubic_fraction=160 / 700)


@pytest.mark.parametrize(
    ("law", "truth", "rival", "count", "modes_per_defect"),
    [
        (QUARTIC, 4.0, 3.0, 540, 1.5),
        (CUBIC, 3.0, 4.0, 160, 1.5),
        (MIXED, synthetic.mixture_exponent(160 / 700), math.nan, 700, 1.5),
        (QUARTIC, 4.0, 3.0, 540, 3.0),
    ],
)
def test_the_68_percent_interval_of_a_study_has_its_nominal_coverage(law, truth, rival, count, modes_per_defect):
    """60 chains, recurring defects, 500 studies each."""
    study = SyntheticStudy(count, modes_per_defect=modes_per_defect)
    found = coverage(law, truth, np.random.default_rng(1), study, rival=rival)
    assert 0.63 <= found.coverage <= 0.73
    assert abs(found.bias) < 0.2 * found.scatter
    # Errors of independent modes would be too small by far: the test can fail.
    assert found.scatter > 1.2 * (truth + 1) / math.sqrt(count)


@pytest.mark.parametrize(("law", "truth", "rival", "count"), [(QUARTIC, 4.0, 3.0, 540), (CUBIC, 3.0, 4.0, 160)])
def test_a_wrong_law_is_rejected_at_the_stated_power(law, truth, rival, count):
    """The power stated for the effective number of modes is the share of 500 studies that reject the rival."""
    study = SyntheticStudy(count)
    found = coverage(law, truth, np.random.default_rng(2), study, rival=rival, confidence=0.95)
    assert 0.91 <= found.coverage <= 0.98
    effective = ((truth + 1) / found.scatter) ** 2
    stated = power.statistical_power(count, effective, truth, rival, freedom=59)
    # 500 studies know the one to 0.02 and, through the scatter, the other to 0.03.
    assert found.rejected == pytest.approx(stated.power, abs=0.07)
    assert stated.design_effect == pytest.approx(count / effective)


def test_modes_needed_are_exact():
    rng = np.random.default_rng(3)
    assert power.modes_needed(4, 3) == 215
    assert power.modes_needed(3, 4) == 209
    assert power.modes_needed(4, 3) == pytest.approx((3.2415 / math.log(5 / 4)) ** 2, rel=0.03)
    for truth, rejected in ((4.0, 3.0), (3.0, 4.0)):
        needed = power.modes_needed(truth, rejected)
        assert power.rejection_probability(needed, truth, rejected) >= 0.9
        assert power.rejection_probability(needed - 1, truth, rejected) < 0.9
        assert simulated_power(needed, truth, rejected, rng) == pytest.approx(0.9, abs=0.015)
    assert power.rejection_probability(50, 4, 4) == pytest.approx(0.05)
    with pytest.raises(InputError, match="two different"):
        power.modes_needed(4, 4)


def test_p_values_respect_clusters():
    """Under the null hypothesis p is uniform with clusters and returns; the textbook's p is not."""
    rng = np.random.default_rng(4)
    defect = draw_labels(SyntheticStudy(200, 40, 3.0), rng).defect
    x = QUARTIC(goodness_of_fit.clustered_uniforms(defect, 0.9, rng, 200))
    p = [goodness_of_fit.power_law_test(row, defect, rng, 4.0, simulations=400).p for row in x]
    fitted = [goodness_of_fit.power_law_test(row, defect, rng, simulations=400).p for row in x]
    for sample in (p, fitted):
        assert stats.kstest(sample, "uniform").pvalue > 0.01
        assert 0.01 <= np.mean(np.array(sample) < 0.05) <= 0.10
    textbook = [stats.kstest(row**5, "uniform").pvalue for row in x]
    assert np.mean(np.array(textbook) < 0.05) > 0.2


def test_a_wrong_law_has_a_small_p():
    rng = np.random.default_rng(5)
    defect = draw_labels(SyntheticStudy(), rng).defect
    x = QUARTIC(goodness_of_fit.clustered_uniforms(defect, 0.9, rng, 1)[0])
    assert goodness_of_fit.power_law_test(x, defect, rng, 4.0).p > 0.05
    assert goodness_of_fit.power_law_test(x, defect, rng, 2.0).p < 0.01
    bent = np.concatenate([x, np.full(100, 0.3)])
    assert goodness_of_fit.power_law_test(bent, np.arange(640), rng).p < 0.01


def test_cluster_correlation_is_found():
    rng = np.random.default_rng(6)
    label = np.repeat(np.arange(2000), 3)
    for rho in (0.0, 0.4, 0.9):
        u = goodness_of_fit.clustered_uniforms(label, rho, rng, 1)[0]
        assert goodness_of_fit.cluster_correlation(u, label) == pytest.approx(rho, abs=0.03)
        assert stats.kstest(u[::3], "uniform").pvalue > 0.001
    assert goodness_of_fit.cluster_correlation([0.1, 0.9], [0, 1]) == 0


def test_the_distance_is_that_of_scipy():
    u = np.random.default_rng(7).random((5, 83))
    expected = [stats.kstest(row, "uniform").statistic for row in u]
    assert goodness_of_fit.ks_statistic(u) == pytest.approx(expected)


def test_a_weighted_rank_correlation_is_that_of_repeated_modes():
    rng = np.random.default_rng(21)
    x, y = rng.integers(8, size=(2, 40))  # equal values among them
    weight = rng.integers(4, size=40)
    direct = stats.spearmanr(x.repeat(weight), y.repeat(weight)).statistic
    assert weighted_rank_correlation(x, y, weight.astype(float)) == pytest.approx(direct)
    assert rank_correlation(x, y, np.arange(40), rng).value == pytest.approx(stats.spearmanr(x, y).statistic)


def test_the_effective_count_is_the_number_of_different_modes():
    rng = np.random.default_rng(22)
    values, cluster = rng.random(50).repeat(8), np.arange(50).repeat(8)
    assert goodness_of_fit.effective_count(values, cluster) == pytest.approx(50, rel=0.05)
    assert goodness_of_fit.effective_count(rng.random(400), cluster) > 250
    in_chains = goodness_of_fit.effective_count(values, cluster // 5)  # five defects in each chain
    assert in_chains == pytest.approx(50, rel=0.5)
    assert goodness_of_fit.effective_count([], []) == 0


def test_likelihood_differences():
    x = QUARTIC(np.random.default_rng(8).random(300))
    below = likelihood.log_likelihood_differences(x)
    best = truncated_power_law(x).exponent
    for s, value in below.items():
        direct = np.sum(np.log((s + 1) * x**s)) - np.sum(np.log((best + 1) * x**best))
        assert value == pytest.approx(direct)
        assert value <= 0
    assert below[3.0] < below[3.5] < below[4.0]
    half = likelihood.log_likelihood_differences(x, effective=150)
    assert half[3.0] == pytest.approx(below[3.0] / 2)


def test_two_terms_are_distinguished_from_powers():
    rng = np.random.default_rng(9)
    bound = 0.4
    for crossing in (0.5, 0.7):
        x = synthetic.two_term_quantile(rng.random(4000), bound / crossing)
        fit = likelihood.fit_two_terms(x, np.full(4000, bound))
        assert fit.low <= crossing <= fit.high
        assert fit.crossing == pytest.approx(crossing, rel=0.1)
        assert fit.over_cubic > 2
        assert fit.over_quartic > fit.over_cubic
    cubic = likelihood.fit_two_terms(CUBIC(rng.random(4000)), np.full(4000, bound))
    assert math.isinf(cubic.high)
    assert cubic.over_cubic < 2
    quad = np.linspace(0, 1, 20001)[1:]
    density = np.exp([float(likelihood.two_term_log_likelihood([v], [bound], 1 / 0.5)) for v in quad[::100]])
    assert density.mean() == pytest.approx(1, abs=0.02)


def test_copies_of_every_mode_in_its_chain_add_no_likelihood():
    """Five copies are no new modes: interval and differences stay, as those of a single exponent do."""
    x = synthetic.two_term_quantile(np.random.default_rng(20).random(300), 0.7)
    once = likelihood.fit_two_terms(x, np.full(300, 0.4))
    copies = likelihood.fit_two_terms(np.repeat(x, 5), np.full(1500, 0.4), effective=300)
    assert (copies.low, copies.high) == pytest.approx((once.low, once.high))
    assert (copies.over_cubic, copies.over_quartic) == pytest.approx((once.over_cubic, once.over_quartic))
    assert once.over_cubic > 0.5
    cubic = likelihood.fit_two_terms(CUBIC(np.random.default_rng(23).random(300)), np.full(300, 0.4))
    assert cubic.over_cubic >= 0


def test_two_term_bounds_have_their_nominal_coverage():
    rng = np.random.default_rng(10)
    held = 0
    for _ in range(100):
        fit = likelihood.fit_two_terms(synthetic.two_term_quantile(rng.random(300), 0.7), np.ones(300))
        held += fit.low <= 1 / 0.7 <= fit.high
    assert held >= 90


def test_mixture_and_two_term_quantiles_invert_their_distributions():
    u = np.linspace(0.001, 1, 500)
    x = synthetic.mixture_quantile(u, 0.3)
    assert 0.3 * x**4 + 0.7 * x**5 == pytest.approx(u)
    x = synthetic.two_term_quantile(u, 0.8)
    assert (x**4 / 4 - 0.8 * x**5 / 5) / (1 / 4 - 0.8 / 5) == pytest.approx(u, abs=2e-4)
    big = synthetic.mixture_quantile(np.random.default_rng(11).random(200_000), 0.3)
    assert truncated_power_law(big).exponent == pytest.approx(synthetic.mixture_exponent(0.3), abs=0.04)


def test_prefactor_counts_empty_realizations():
    rng = np.random.default_rng(12)
    omega, freedoms, truth = rng.uniform(0.3, 0.6, 5000), np.full(5000, 800.0), 0.02
    count = rng.poisson(freedoms * truth * omega**5 / 5)
    chain = np.arange(5000) % 50
    found = likelihood.prefactor(omega, freedoms, count, chain, 4.0)
    assert abs(found.value - truth) < 3 * found.error
    assert found.error == pytest.approx(truth / math.sqrt(count.sum()), rel=0.3)
    some = count > 0
    assert likelihood.prefactor(omega[some], freedoms[some], count[some], chain[some], 4.0).value > 1.2 * truth


def test_fractions_and_rates_allow_for_chains():
    rng = np.random.default_rng(13)
    held = 0
    for _ in range(300):
        chance = rng.beta(3, 1, 60)[:, None]  # chains that differ
        event = (rng.random((60, 10)) < chance).ravel()
        low, high = chain_errors.fraction(event, np.repeat(np.arange(60), 10)).interval(0.6827)
        held += low <= 0.75 <= high
    assert 0.61 <= held / 300 <= 0.75
    none = chain_errors.fraction(np.zeros(278, bool), np.arange(278) % 60)
    assert none.interval(0.95) == pytest.approx((0, 0.0136), abs=2e-4)
    rate = chain_errors.rate([0, 0, 2, 0, 1, 0], [0, 0, 1, 1, 2, 2])
    assert rate.value == 0.5
    assert rate.error >= math.sqrt(3) / 6


@pytest.mark.parametrize("count", [7, 10, 13, 28, 35, 60, 278])
def test_no_event_and_nothing_else_are_inside_their_own_intervals(count):
    """Exactly: what is compared with 0 or 1 must not differ by a rounding error."""
    chain = np.arange(count) % 7
    assert chain_errors.fraction(np.zeros(count, bool), chain).interval(0.95)[0] == 0
    assert chain_errors.fraction(np.ones(count, bool), chain).interval(0.95)[1] == 1


def test_verdicts():
    assert verdicts.interval_verdict(3.5, 4.5, 4, rivals=(3,)) == "agrees"
    assert verdicts.interval_verdict(2.5, 4.5, 4, rivals=(3,)) == "undecided"
    assert verdicts.interval_verdict(2.5, 3.5, 4, rivals=(3,)) == "differs"
    assert verdicts.interval_verdict(math.nan, 3.5, 4) == "undecided"
    assert verdicts.interval_verdict(0.0, 0.5, 0.1, resolution=0.2) == "undecided"
    assert verdicts.p_value_verdict(0.01, enough=False) == "differs"
    assert verdicts.p_value_verdict(0.5, enough=False) == "undecided"
    assert verdicts.Comparison(1.0, 0.1, 1.1, 0.1, resolution=0.5).verdict == "agrees"


def test_the_fewest_chains_of_every_verdict_are_those_of_an_exponent():
    assert verdicts.verdict_over_chains("agrees", np.arange(20) % 5) == "agrees"
    assert verdicts.verdict_over_chains("differs", np.arange(20) % 4) == "undecided"


def test_the_error_of_a_difference_of_counts_is_finite():
    """A chain with more phonons than modes has a negative part: the parts of the sum are no weights."""
    error = ratio_error(np.array([30.0, 5.0]), np.array([12.0, -2.0]))
    residual = np.array([30 - 3.5 * 12, 5 + 3.5 * 2])
    assert error == pytest.approx(np.sqrt(2 * (residual**2).sum()) / 10)
