"""Variances of means and ratios over few, unequal clusters, and the degrees of freedom of such a variance.

A residual is smaller than the deviation that it estimates, because the large clusters pull the mean towards themselves.
The bias-reduced variance (CR2) undoes this: the squared residual sum of a cluster that holds the share w of the sample
is divided by 1 - w. For clusters of equal size this is the usual factor K/(K - 1). The variance is itself uncertain, as
if it came from `degrees_of_freedom` normal deviations; Student's t with this number widens the interval. If a few of
many clusters hold most of the sample, it is far below K - 1.

Bell and McCaffrey, Survey Methodology 28, 169 (2002); with a correlation within clusters in the working model: Imbens
and Kolesar, Rev. Econ. Stat. 98, 701 (2016); general: Pustejovsky and Tipton, J. Bus. Econ. Stat. 36, 672 (2018).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Array = NDArray[np.float64]


def cluster_variance(residual: ArrayLike, size: ArrayLike) -> float:
    """Return the bias-reduced variance (CR2) of a sum of residuals over clusters.

    Parameters
    ----------
    residual : array, shape (K,)
        Sum of the residuals of each cluster, from a fitted mean or ratio, so that they add up to zero.
    size : array, shape (K,)
        Number of values in each cluster, or the denominator of a ratio; zeros are allowed.

    Returns
    -------
    float
        Divided by the square of the total size, this is the variance of the mean or ratio. NaN if fewer than two
        clusters have a size.
    """
    residual, size = np.asarray(residual, dtype=float), np.asarray(size, dtype=float)
    if np.count_nonzero(size) < 2:
        return math.nan
    return float((residual**2 / (1 - size / size.sum())).sum())


def correlation_within_clusters(design_effect: float, size: ArrayLike) -> float:
    """Return the correlation of two values of one cluster that explains a design effect, between 0 and 1.

    A mean over n values with the correlation rho within clusters of sizes n_k has 1 + rho (sum(n_k^2)/n - 1) times the
    variance of independent values (Moulton, J. Econometrics 32, 385 (1986)).

    Parameters
    ----------
    design_effect : float
        Variance with clusters over the variance of independent values.
    size : array, shape (K,)
        Number of values in each cluster.
    """
    size = np.asarray(size, dtype=float)
    excess = float((size**2).sum() / size.sum()) - 1
    return float(np.clip((design_effect - 1) / excess, 0.0, 1.0)) if excess > 0 else 0.0


def degrees_of_freedom(size: ArrayLike, correlation: float = 0.0) -> float:
    """Return the degrees of freedom of `cluster_variance` by Satterthwaite's approximation.

    With the vectors p_g = (1 - H)' A_g 1_g / n of Bell and McCaffrey, H the projection on the mean and A_g = (1 -
    w_g)^(-1/2) on the constant, and with O_gh = p_g' Sigma p_h, the number is tr(O)^2 / tr(O^2). Sigma is the
    covariance of values that are correlated within clusters. Sums over pairs of clusters are products of sums.

    Parameters
    ----------
    size : array, shape (K,)
        Number of values in each cluster.
    correlation : float
        Correlation of two values of one cluster, in [0, 1].

    Returns
    -------
    float
        K - 1 for K equal clusters, less for unequal ones; NaN if fewer than two clusters have a size.
    """
    n = np.asarray(size, dtype=float)
    n = n[n > 0]
    if len(n) < 2:
        return math.nan
    w = n / n.sum()
    t = ((1 - correlation) * n + correlation * n**2) / n.sum()  # variance of the sum over a cluster
    total, scale = t.sum(), 1 / (1 - w)
    diagonal = scale * (t - 2 * w * t + w**2 * total)
    # O_gh^2 = scale_g scale_h (w_g w_h total - w_h t_g - w_g t_h)^2 for g != h; at g = h this formula gives `same`.
    ww, wt, tt = (float((scale * product).sum()) for product in (w * w, w * t, t * t))
    pairs = total**2 * ww**2 + 2 * tt * ww + 2 * wt**2 - 4 * total * ww * wt
    same = (scale * (w**2 * total - 2 * w * t)) ** 2
    return float(diagonal.sum() ** 2 / ((diagonal**2).sum() + pairs - same.sum()))


def student_factor(freedom: float, confidence: float) -> float:
    """Return by how much Student's t widens the central normal interval: t / z, 1 for NaN or infinite freedom."""
    if not freedom < math.inf:
        return 1.0
    tail = (1 - confidence) / 2
    return float(stats.t.isf(tail, freedom) / stats.norm.isf(tail))
