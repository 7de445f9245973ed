"""The paper's statements on frequencies and on b2, b3 and b4, compared with ours."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from atomglass.analysis.results.paper_values import MIN_MODES, PaperStatement, own_number
from atomglass.analysis.statistics.chain_errors import fraction
from atomglass.analysis.statistics.verdicts import AGREES, DIFFERS, UNDECIDED, Z_95

#: Bootstrap resamples of whole chains for a ratio of medians.
RESAMPLES = 500
#: A ratio agrees with a phrase such as "an order of magnitude" within this factor.
_FACTOR = 2


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


def distribution_statements(qlms: pd.DataFrame, groups: dict[str, pd.DataFrame]) -> list[PaperStatement]:
    """Return the rows on the shapes of Fig. 4, and on whether the coefficients are correlated.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    groups : dict
        Those of groups A and B.
    """
    rows = []
    cubic = {name: modes["b3"].abs() for name, modes in groups.items()}
    if min(map(len, cubic.values())) >= MIN_MODES:
        small = fraction(cubic["A"] < cubic["A"].max() / 4, groups["A"]["chain"])
        verdict = AGREES if small.interval(0.95)[0] > 0.25 else UNDECIDED
        note = "in the lowest quarter of A's range; 'peaks at very small values', so more than a quarter"
        rows.append(PaperStatement("share of A at small |b3|", math.nan, small.value, small.error, verdict, note))
        dip = fraction(cubic["B"] < cubic["A"].median(), groups["B"]["chain"])
        verdict = AGREES if dip.interval(0.95)[1] < 0.5 else UNDECIDED
        note = "below the median of A; 'has a dip at small values', so less than half"
        rows.append(PaperStatement("share of B at small |b3|", math.nan, dip.value, dip.error, verdict, note))
    if len(qlms) >= MIN_MODES:
        rows += [_rank_correlation(qlms, *pair) for pair in (("b3", "b4"), ("b2", "b3"), ("b2", "b4"))]
    return rows


def _rank_correlation(qlms: pd.DataFrame, one: str, other: str) -> PaperStatement:
    found = stats.spearmanr(qlms[one].abs(), qlms[other].abs())
    error = (1 - found.statistic**2) / math.sqrt(len(qlms) - 1)
    verdict = AGREES if found.pvalue < 0.05 else UNDECIDED
    quantity = f"rank correlation of {_label(one)} and {_label(other)}"
    note = "Spearman's, all QLMs; 'correlations exist'"
    return PaperStatement(quantity, math.nan, float(found.statistic), float(error), verdict, note)


def _size(groups: dict[str, pd.DataFrame]) -> int:
    """Return the number of modes of both groups."""
    return sum(map(len, groups.values()))


def _label(column: str) -> str:
    """Return the name of a coefficient; the sign of b3 is a convention, so its magnitude is meant."""
    return "|b3|" if column == "b3" else column


def _median_ratio(groups: dict[str, pd.DataFrame], column: str, rng: np.random.Generator) -> tuple[float, NDArray[Any]]:
    """Return the ratio of the medians of |column|, B to A, and its logarithms in resamples of whole chains."""
    if min(len(rows) for rows in groups.values()) < MIN_MODES:
        return math.nan, np.empty(0)
    both = pd.concat(groups.values())
    values, in_b = both[column].abs().to_numpy(), (both["group"] == "B").to_numpy()
    labels, chain = np.unique(both["chain"], return_inverse=True)
    order = np.argsort(values)
    values, in_b, chain = values[order], in_b[order], chain[order]
    weights = rng.multinomial(len(labels), np.full(len(labels), 1 / len(labels)), size=RESAMPLES)[:, chain]

    def weighted_medians(member: NDArray[Any]) -> NDArray[Any]:
        cumulative = np.cumsum(weights[:, member], axis=1)
        return values[member][np.argmax(cumulative >= cumulative[:, -1:] / 2, axis=1)]

    ratio = float(np.median(values[in_b]) / np.median(values[~in_b]))
    return ratio, np.log(weighted_medians(in_b) / weighted_medians(~in_b))


def _ratio(quantity: str, paper: float, ratio: tuple[float, NDArray[Any]], note: str, count: int) -> PaperStatement:
    """Compare a ratio with what the paper says in words: it agrees within a factor of two."""
    value, logs = ratio
    if math.isnan(value):
        return PaperStatement(quantity, paper, math.nan, math.nan, UNDECIDED, note, 2 * MIN_MODES)
    spread, expected, tolerance = float(logs.std()), math.log(paper), math.log(_FACTOR)
    low, high = math.log(value) - Z_95 * spread, math.log(value) + Z_95 * spread
    if low > expected + tolerance or high < expected - tolerance:
        verdict = DIFFERS
    else:
        close = abs(math.log(value) - expected) < tolerance and spread < tolerance / 2
        verdict = AGREES if close else UNDECIDED
    needed = math.nan
    if verdict == UNDECIDED:
        beyond = abs(math.log(value) - expected) - tolerance
        needed = math.ceil(count * (spread / (beyond / Z_95 if beyond > 0 else tolerance / 2)) ** 2)
    return PaperStatement(quantity, paper, value, value * spread, verdict, note, needed)
