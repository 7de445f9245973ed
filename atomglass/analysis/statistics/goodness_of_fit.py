"""Kolmogorov-Smirnov tests whose p-value is simulated with the clusters that the data have.

Modes of one chain, above all recurrences of one defect, are alike. The tables in textbooks assume independence and
reject true laws. Here the null samples have as many modes in each cluster as the data, correlated by a Gaussian copula
whose correlation is estimated from the data (one-way analysis of variance of the normal scores).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from atomglass.errors import InputError

Array = NDArray[np.float64]
#: Number of simulated samples; a p-value of 0.05 is then known to 0.005.
SIMULATIONS = 2000


@dataclass(frozen=True)
class KolmogorovSmirnov:
    """Result of a Kolmogorov-Smirnov test.

    Attributes
    ----------
    statistic : float
        Largest distance between the distribution functions of the data and of the law.
    p : float
        Fraction of simulated samples that lie at least as far from the law; NaN for fewer than two modes.
    correlation : float
        Correlation of the normal scores within clusters that the simulation used.
    count : int
        Sample size.
    """

    statistic: float
    p: float
    correlation: float
    count: int


def cluster_correlation(u: ArrayLike, cluster: ArrayLike) -> float:
    """Return the correlation within clusters of the normal scores of u, between 0 and 1.

    This is the estimate of one-way analysis of variance: with the mean squares B between and W within clusters and
    the weighted mean cluster size n0, rho = (B - W) / (B + (n0 - 1) W). Negative estimates are noise and count as 0.

    Parameters
    ----------
    u : array, shape (n,)
        Values of the law's distribution function at the data, in (0, 1).
    cluster : array, shape (n,)
        Cluster of each value.
    """
    values = np.clip(np.asarray(u, dtype=float), 1e-9, 1 - 1e-9)
    _, index, size = np.unique(np.asarray(cluster), return_inverse=True, return_counts=True)
    groups, n = len(size), values.size
    if groups < 2 or n <= groups:
        return 0.0
    score = special.ndtri(values)
    mean = np.bincount(index, weights=score) / size
    between = float((size * (mean - score.mean()) ** 2).sum()) / (groups - 1)
    within = float(((score - mean[index]) ** 2).sum()) / (n - groups)
    mean_size = (n - float((size**2).sum()) / n) / (groups - 1)
    total = between + (mean_size - 1) * within
    return float(np.clip((between - within) / total, 0.0, 1.0)) if total > 0 else 0.0


def effective_count(values: ArrayLike, cluster: ArrayLike) -> float:
    """Return how many independent values determine a distribution as well as a clustered sample does.

    n values with the correlation rho within clusters of sizes n_k count as n / (1 + rho (sum(n_k^2)/n - 1)).

    Parameters
    ----------
    values : array, shape (n,)
        The values, of any law: their correlation is that of the normal scores of their ranks.
    cluster : array, shape (n,)
        Cluster of each value.
    """
    count = np.size(values)
    if not count:
        return 0.0
    size = np.unique(np.asarray(cluster), return_counts=True)[1]
    correlation = cluster_correlation((stats.rankdata(values) - 0.5) / count, cluster)
    return float(count / (1 + correlation * ((size**2).sum() / count - 1)))


def clustered_uniforms(
    cluster: ArrayLike, correlation: float, rng: np.random.Generator, samples: int = SIMULATIONS
) -> Array:
    """Return samples of uniform numbers that are correlated within clusters.

    Parameters
    ----------
    cluster : array, shape (n,)
        Cluster of each number.
    correlation : float
        Correlation of the normal scores within a cluster, in [0, 1].
    rng : numpy.random.Generator
        Source of randomness.
    samples : int
        Number of samples.

    Returns
    -------
    array, shape (samples, n)
        Each number by itself is uniform on (0, 1).
    """
    labels, index = np.unique(np.asarray(cluster), return_inverse=True)
    own = rng.standard_normal((samples, index.size))
    if correlation > 0:
        shared = rng.standard_normal((samples, len(labels)))
        own = math.sqrt(correlation) * shared[:, index] + math.sqrt(1 - correlation) * own
    return special.ndtr(own)


def ks_statistic(u: Array) -> Array:
    """Return the Kolmogorov-Smirnov distance of samples (last axis) from the uniform law on (0, 1)."""
    u = np.sort(u, axis=-1)
    n = u.shape[-1]
    steps = np.arange(n)
    return np.maximum((u - steps / n).max(axis=-1), ((steps + 1) / n - u).max(axis=-1))


def uniformity_test(
    u: ArrayLike, cluster: ArrayLike, rng: np.random.Generator, simulations: int = SIMULATIONS
) -> KolmogorovSmirnov:
    """Test whether a clustered sample follows the uniform law on (0, 1), which has no free parameter.

    Parameters
    ----------
    u : array, shape (n,)
        The law's distribution function at the data.
    cluster : array, shape (n,)
        Cluster of each value: its chain or, if recurrences are marked, its defect.
    rng : numpy.random.Generator
        Source of randomness.
    simulations : int
        Number of simulated samples.
    """
    u, cluster = _checked(u, cluster)
    if u.size < 2:
        return KolmogorovSmirnov(math.nan, math.nan, 0.0, u.size)
    correlation = cluster_correlation(u, cluster)
    null = ks_statistic(clustered_uniforms(cluster, correlation, rng, simulations))
    distance = float(ks_statistic(u))
    return KolmogorovSmirnov(distance, _simulated_p(null, distance), correlation, u.size)


def power_law_test(
    x: ArrayLike,
    cluster: ArrayLike,
    rng: np.random.Generator,
    exponent: float | None = None,
    simulations: int = SIMULATIONS,
) -> KolmogorovSmirnov:
    """Test whether modes follow x^s on (0, 1].

    Parameters
    ----------
    x : array, shape (n,)
        Frequencies in units of the bound.
    cluster : array, shape (n,)
        Cluster of each mode.
    rng : numpy.random.Generator
        Source of randomness.
    exponent : float, optional
        s. If it is not given, it is fitted to the data and to each simulated sample alike (`fitted_law_test`).
    simulations : int
        Number of simulated samples.
    """
    x, cluster = _checked(x, cluster)
    if exponent is not None:
        return uniformity_test(x ** (exponent + 1), cluster, rng, simulations)
    if x.size < 2 or not np.log(x).sum() < 0:
        return KolmogorovSmirnov(math.nan, math.nan, 0.0, x.size)
    # The distribution of the statistic does not depend on the exponent, so the null samples may have s = 0.
    return fitted_law_test(_fitted_uniforms(x), cluster, rng, _fitted_uniforms, simulations)


def fitted_law_test(
    u: ArrayLike, cluster: ArrayLike, rng: np.random.Generator, refit: Callable[[Array], Array], simulations: int
) -> KolmogorovSmirnov:
    """Test a law whose parameter was fitted to the data, by fitting it to each simulated sample alike.

    A fitted law lies closer to its sample than the true one does. Without this (the correction of Lilliefors, J. Am.
    Stat. Assoc. 62, 399 (1967)) it would always look too good.

    Parameters
    ----------
    u : array, shape (n,)
        The fitted law's distribution function at the data.
    cluster : array, shape (n,)
        Cluster of each value.
    rng : numpy.random.Generator
        Source of randomness.
    refit : callable
        Takes samples of the law, shape (simulations, n), as values of its distribution function; fits the parameter to
        each, and returns the values of the distribution functions that result.
    simulations : int
        Number of simulated samples.
    """
    u, cluster = _checked(u, cluster)
    correlation = cluster_correlation(u, cluster)
    null = ks_statistic(refit(clustered_uniforms(cluster, correlation, rng, simulations)))
    distance = float(ks_statistic(u))
    return KolmogorovSmirnov(distance, _simulated_p(null, distance), correlation, u.size)


def _fitted_uniforms(x: Array) -> Array:
    """Return x^(s + 1) with the exponent of each sample (last axis) fitted to it."""
    logs = np.log(x)
    return np.exp(-logs / logs.mean(axis=-1, keepdims=True))


def _simulated_p(null: Array, distance: float) -> float:
    """Return the fraction of samples at least as far from the law; the data count as one, so it is never 0."""
    return (1 + int((null >= distance).sum())) / (1 + null.size)


def _checked(values: ArrayLike, cluster: ArrayLike) -> tuple[Array, NDArray[Any]]:
    values, cluster = np.asarray(values, dtype=float), np.asarray(cluster)
    if values.shape != cluster.shape:
        raise InputError("the number of cluster labels", cluster.size, f"{values.size}, one for each mode")
    if not ((values > 0) & (values <= 1)).all():
        raise InputError("the values to test", "some outside", "0 < value <= 1")
    return values, cluster
