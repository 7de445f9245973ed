"""Errors over few and unequal chains: against matrices, against resampling, and by coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import linalg, stats

from atomglass.analysis.statistics import chain_errors
from atomglass.analysis.statistics.cluster_variance import (
    cluster_variance,
    correlation_within_clusters,
    degrees_of_freedom,
    student_factor,
)
from atomglass.analysis.statistics.exponents import truncated_power_law
from atomglass.analysis.validation.coverage import CASES, coverage
from atomglass.analysis.validation.synthetic import SyntheticStudy, draw_labels

SIZES = (3, 5, 20, 1)


def matrices(sizes, correlation):
    """Return what Bell and McCaffrey need for a mean: residual maker, adjusted vectors, covariance of the values."""
    label = np.repeat(np.arange(len(sizes)), sizes)
    n = label.size
    maker = np.eye(n) - np.ones((n, n)) / n
    vectors = []
    for cluster in range(len(sizes)):
        mine = label == cluster
        adjust = linalg.inv(linalg.sqrtm(maker[np.ix_(mine, mine)]))
        vectors.append(maker[:, mine] @ adjust @ np.ones(mine.sum()) / n)
    covariance = np.eye(n) * (1 - correlation) + correlation * (label[:, None] == label)
    return label, maker, np.array(vectors).T, covariance


@pytest.mark.parametrize("correlation", [0.0, 0.3, 1.0])
def test_degrees_of_freedom_are_those_of_the_matrices(correlation):
    _, _, vectors, covariance = matrices(SIZES, correlation)
    omega = vectors.T @ covariance @ vectors
    expected = np.trace(omega) ** 2 / (omega**2).sum()
    assert degrees_of_freedom(SIZES, correlation) == pytest.approx(expected)
    assert degrees_of_freedom((4,) * 7, correlation) == pytest.approx(6)
    assert degrees_of_freedom((0, *SIZES, 0), correlation) == pytest.approx(expected)


def test_the_variance_is_that_of_the_matrices():
    label, maker, vectors, _ = matrices(SIZES, 0.0)
    y = np.random.default_rng(1).exponential(size=label.size)
    residual = np.bincount(label, maker @ y)
    assert cluster_variance(residual, SIZES) / label.size**2 == pytest.approx(((vectors.T @ y) ** 2).sum())
    assert cluster_variance(residual[:3], (7, 7, 7)) == pytest.approx(1.5 * (residual[:3] ** 2).sum())
    assert math.isnan(cluster_variance([0.0, 0.0], [5, 0]))


def test_the_variance_of_independent_values_has_no_bias():
    rng, sizes = np.random.default_rng(2), np.array([60, 20, 5, 1, 1])
    label = np.repeat(np.arange(5), sizes)
    y = rng.standard_normal((20_000, label.size))
    residual = (y - y.mean(axis=1, keepdims=True)) @ (label[:, None] == np.arange(5))
    found = np.array([cluster_variance(row, sizes) for row in residual])
    assert found.mean() == pytest.approx(label.size, rel=0.03)
    usual = (residual**2).sum(axis=1).mean() * 5 / 4
    assert usual < 0.75 * label.size
    # The degrees of freedom are those of a scaled chi-square with the same variance.
    assert 2 * found.mean() ** 2 / found.var() == pytest.approx(degrees_of_freedom(sizes), rel=0.06)


def test_correlation_explains_the_design_effect():
    sizes = np.array([60, 20, 5, 1, 1])
    for rho in (0.0, 0.2, 1.0):
        _, _, _, covariance = matrices(sizes, rho)
        assert correlation_within_clusters(covariance.sum() / sizes.sum(), sizes) == pytest.approx(rho)
    assert correlation_within_clusters(0.5, sizes) == 0
    assert correlation_within_clusters(3.0, [1, 1, 1]) == 0


def test_student_s_factor():
    assert student_factor(1, 0.95) == pytest.approx(12.706 / 1.96, rel=1e-3)
    assert student_factor(math.inf, 0.95) == student_factor(math.nan, 0.95) == 1


@pytest.mark.parametrize("case", ["omega^4, 985 modes, 100 chains, five hold 29 %", "omega^4, 60 modes, 3 chains"])
def test_intervals_over_few_or_unequal_chains_have_their_nominal_coverage(case):
    for confidence, within in ((0.6827, 0.06), (0.95, 0.03)):
        found = coverage(CASES[case].law, 4.0, np.random.default_rng(3), CASES[case].study, confidence=confidence)
        assert found.coverage == pytest.approx(confidence, abs=within)


def test_the_usual_error_is_too_small_if_two_chains_hold_most_modes():
    """Modes that come in threes; the factor K/(K - 1) and normal quantiles cover far too rarely."""
    rng, study = np.random.default_rng(4), SyntheticStudy(sizes=(120, 60, 30, 15, 6, 3, 3, 3), modes_per_defect=3.0)
    held = usual = 0
    for _ in range(600):
        labels = draw_labels(study, rng)
        x = rng.random(study.count)[np.unique(labels.defect, return_inverse=True)[1]] ** 0.2
        fit = truncated_power_law(x, labels.chain)
        low, high = fit.interval(0.6827)
        held += low < 4 < high
        score = np.bincount(labels.chain, -np.log(x) - 1 / (fit.exponent + 1))
        error = (fit.exponent + 1) ** 2 * math.sqrt(8 / 7 * (score @ score)) / x.size
        usual += abs(fit.exponent - 4) < error
    assert 0.64 < held / 600 < 0.76
    assert usual / 600 < 0.62


def test_the_interval_agrees_with_resampled_chains():
    """The percentiles of a bootstrap over many chains are an independent estimate of the same interval."""
    rng = np.random.default_rng(5)
    labels = draw_labels(SyntheticStudy(4000, 400, 2.0), rng)
    x = rng.random(4000)[labels.defect] ** 0.2
    fit = truncated_power_law(x, labels.chain)
    count, logs = chain_errors.sum_by_chain(labels.chain, np.ones(x.size), -np.log(x))
    weights = rng.multinomial(len(count), np.full(len(count), 1 / len(count)), size=4000)
    exponents = (weights @ count) / (weights @ logs) - 1
    for confidence in (0.6827, 0.95):
        expected = np.quantile(exponents, [(1 - confidence) / 2, (1 + confidence) / 2])
        assert fit.interval(confidence) == pytest.approx(expected, abs=0.2 * fit.chain_error)


def test_fractions_over_few_chains_are_wider():
    event, chain = np.array([1, 1, 1, 0, 0, 0, 0, 0, 1]) > 0, np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    found = chain_errors.fraction(event, chain)
    assert found.freedom == pytest.approx(2)
    low, high = found.interval(0.95)
    z, n, p = stats.t.isf(0.025, 2), found.effective, found.value
    root = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert high - low == pytest.approx(2 * root)
    mixed = chain_errors.fraction(event, np.array([0, 1, 2, 0, 1, 2, 0, 1, 2]))
    assert mixed.freedom == math.inf  # alike chains: the binomial error is the larger
