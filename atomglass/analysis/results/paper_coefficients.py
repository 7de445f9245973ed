"""The paper's statements on frequencies and on b2, b3 and b4, compared with ours."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from atomglass.analysis.results.paper_values import MIN_MODES, PaperStatement, own_number
from atomglass.analysis.statistics.bootstrap import chain_weights, standard_error
from atomglass.analysis.statistics.chain_errors import fraction
from atomglass.analysis.statistics.cluster_variance import degrees_of_freedom
from atomglass.analysis.statistics.fraction_differences import difference_interval
from atomglass.analysis.statistics.rank_correlation import rank_correlation
from atomglass.analysis.statistics.verdicts import (
    AGREES,
    DIFFERS,
    UNDECIDED,
    enough_chains,
    interval_95,
    side_verdict,
    verdict_over_chains,
)

#: Bootstrap resamples of whole chains for a ratio of medians.
RESAMPLES = 500
#: A ratio agrees with a phrase such as "an order of magnitude" within this factor.
_FACTOR = 2
#: A small |b3| in A is one below this part of the quantile that this fraction of A lies below.
_SMALL, _BULK = 0.25, 0.9
#: A rank correlation whose 95 % interval contains 0 and lies below this in magnitude is next to none.
_NO_CORRELATION = 0.1


class MedianRatio(NamedTuple):
    """A ratio of medians, B to A.

    Attributes
    ----------
    value : float
        The ratio; NaN with too few modes.
    log_error : float
        Standard error of its logarithm, chains as units; NaN if there is only one.
    freedom : float
        Degrees of freedom of that error.
    enough_chains : bool
        Whether the modes of either group come from enough chains for a verdict.
    """

    value: float = math.nan
    log_error: float = math.nan
    freedom: float = math.inf
    enough_chains: bool = False


def frequency_statement(groups: dict[str, pd.DataFrame], rng: np.random.Generator) -> PaperStatement:
    """Return the row on the frequencies of B relative to those of A.

    Parameters
    ----------
    groups : dict
        The selected modes of groups A and B.
    rng : numpy.random.Generator
        For the bootstrap.
    """
    note = "ratio of medians; 'almost two orders of magnitude smaller' taken as a factor of 50"
    return _ratio("frequency of B / frequency of A", 0.02, _median_ratio(groups, "frequency", rng), note, _size(groups))


def coefficient_statements(groups: dict[str, pd.DataFrame], rng: np.random.Generator) -> list[PaperStatement]:
    """Return the rows on the ranges of b2, b3 and b4 in the two groups.

    Parameters
    ----------
    groups : dict
        The selected modes of groups A and B.
    rng : numpy.random.Generator
        For the bootstrap.
    """
    rows = []
    for column, paper, note in (
        ("b2", 1.0, "ratio of medians; 'span the same range'"),
        ("b4", 1.0, "ratio of medians; 'span the same range'"),
        ("b3", 10.0, "ratio of medians of |b3|; 'an order of magnitude larger'"),
    ):
        label = _label(column)
        ratio = _median_ratio(groups, column, rng)
        rows.append(_ratio(f"{label} of B / {label} of A", paper, ratio, note, _size(groups)))
    for column in ("b2", "b3", "b4"):
        for name in "AB":
            values = groups[name][column].abs()
            for end, value in (("lowest", values.min()), ("highest", values.max())):
                rows.append(own_number(f"{end} {_label(column)} in {name}", float(value), "our range"))
    return rows


def distribution_statements(
    qlms: pd.DataFrame, groups: dict[str, pd.DataFrame], rng: np.random.Generator
) -> list[PaperStatement]:
    """Return the rows on the shapes of Fig. 4, and on whether the coefficients are correlated.

    The text of the paper has no scale for "very small values" of |b3| in A, so that the scale is that of our own
    distribution: a quarter of the value that 90 % of it lie below. A constant density has 22.5 % there, one that peaks
    at 0 more. Unlike the largest of our values, a quantile does not grow with their number.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    groups : dict
        Those of groups A and B.
    rng : numpy.random.Generator
        For the bootstrap.
    """
    rows = []
    if min(map(len, groups.values())) >= MIN_MODES:
        rows += [_peak_of_a(groups["A"]), _dip_of_b(groups)]
    if len(qlms) >= MIN_MODES:
        rows += _rank_correlations(qlms, rng)
    return rows


def _peak_of_a(in_a: pd.DataFrame) -> PaperStatement:
    """Compare how many modes of A have a small |b3| with a constant density."""
    cubic, constant = in_a["b3"].abs(), _SMALL * _BULK
    small = fraction(cubic < _SMALL * cubic.quantile(_BULK), in_a["chain"])
    verdict = side_verdict(*small.interval(0.95), constant, above=True)
    verdict = verdict_over_chains(verdict, in_a["chain"])
    note = f"below a quarter of the {_BULK:.0%} quantile; 'peaks at very small values', so more than {constant:.1%}"
    return PaperStatement("share of A at small |b3|", math.nan, small.value, small.error, verdict, note)


def _dip_of_b(groups: dict[str, pd.DataFrame]) -> PaperStatement:
    """Compare how many modes of B have a smaller |b3| than half of A; the median of A is uncertain, too."""
    median = groups["A"]["b3"].abs().median()
    below, half = (fraction(groups[name]["b3"].abs() < median, groups[name]["chain"]) for name in "BA")
    verdict = side_verdict(*difference_interval(below, half), 0.0, above=False)
    for rows in groups.values():
        verdict = verdict_over_chains(verdict, rows["chain"])
    error = math.hypot(below.error, half.error)
    note = "below the median of A; 'has a dip at small values', so less than half"
    return PaperStatement("share of B at small |b3|", math.nan, below.value, error, verdict, note)


def _rank_correlations(qlms: pd.DataFrame, rng: np.random.Generator) -> list[PaperStatement]:
    """Compare the rank correlations of the coefficients with "correlations exist".

    That one pair is correlated is enough for it, so that it is wrong only if there is next to none in every pair.
    """
    pairs = ("b3", "b4"), ("b2", "b3"), ("b2", "b4")
    found = [rank_correlation(qlms[one].abs(), qlms[other].abs(), qlms["chain"], rng) for one, other in pairs]
    exists = [not each.low95 <= 0 <= each.high95 for each in found]
    nowhere = not any(exists) and all(max(-each.low95, each.high95) < _NO_CORRELATION for each in found)
    note = f"Spearman's, all QLMs; 'correlations exist': wrong if all three are certainly below {_NO_CORRELATION:g}"
    rows = []
    for (one, other), each, exist in zip(pairs, found, exists, strict=True):
        verdict = AGREES if exist else DIFFERS if nowhere else UNDECIDED
        verdict = verdict_over_chains(verdict, qlms["chain"])
        quantity = f"rank correlation of {_label(one)} and {_label(other)}"
        rows.append(PaperStatement(quantity, math.nan, each.value, each.error, verdict, note))
    return rows


def _size(groups: dict[str, pd.DataFrame]) -> int:
    """Return the number of modes of both groups."""
    return sum(map(len, groups.values()))


def _label(column: str) -> str:
    """Return the name of a coefficient; the sign of b3 is a convention, so its magnitude is meant."""
    return "|b3|" if column == "b3" else column


def _median_ratio(groups: dict[str, pd.DataFrame], column: str, rng: np.random.Generator) -> MedianRatio:
    """Return the ratio of the medians of |column|, B to A, with its error from resamples of whole chains."""
    if min(len(rows) for rows in groups.values()) < MIN_MODES:
        return MedianRatio()
    both = pd.concat(groups.values())
    values, in_b = both[column].abs().to_numpy(), (both["group"] == "B").to_numpy()
    labels, chain = np.unique(both["chain"], return_inverse=True)
    order = np.argsort(values)
    values, in_b, chain = values[order], in_b[order], chain[order]
    weights = chain_weights(len(labels), rng, RESAMPLES)[:, chain]
    # If few chains hold a group, resamples may lack it, and then there is no median.
    weights = weights[(weights[:, in_b].sum(axis=1) > 0) & (weights[:, ~in_b].sum(axis=1) > 0)]

    def weighted_medians(member: NDArray[Any]) -> NDArray[Any]:
        cumulative = np.cumsum(weights[:, member], axis=1)
        return values[member][np.argmax(cumulative >= cumulative[:, -1:] / 2, axis=1)]

    logs = np.log(weighted_medians(in_b) / weighted_medians(~in_b))
    sizes = [rows["chain"].value_counts() for rows in groups.values()]
    return MedianRatio(
        value=float(np.median(values[in_b]) / np.median(values[~in_b])),
        log_error=standard_error(logs, min(map(len, sizes))),
        freedom=min(degrees_of_freedom(size) for size in sizes),
        enough_chains=all(enough_chains(rows["chain"]) for rows in groups.values()),
    )


def _ratio(quantity: str, paper: float, ratio: MedianRatio, note: str, count: int) -> PaperStatement:
    """Compare a ratio with what the paper says in words: it agrees if it is certainly within a factor of two."""
    value, error, freedom, _ = ratio
    if math.isnan(value):
        return PaperStatement(quantity, paper, math.nan, math.nan, UNDECIDED, note, 2 * MIN_MODES)
    if not ratio.enough_chains:
        return PaperStatement(quantity, paper, value, value * error, UNDECIDED, note)
    expected, tolerance = math.log(paper), math.log(_FACTOR)
    low, high = interval_95(math.log(value), error, freedom)
    if low > expected + tolerance or high < expected - tolerance:
        verdict = DIFFERS
    else:
        verdict = AGREES if low > expected - tolerance and high < expected + tolerance else UNDECIDED
    needed = math.nan
    if verdict == UNDECIDED:
        margin = abs(abs(math.log(value) - expected) - tolerance)  # what the 95 % interval must not reach
        needed = math.ceil(count * ((high - low) / 2 / margin) ** 2) if margin > 0 else math.nan
    return PaperStatement(quantity, paper, value, value * error, verdict, note, needed)
