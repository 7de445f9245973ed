"""Every number that Kumar, Procaccia and Singh (2021) state, beside ours with its error.

Where the paper gives no number but words ("almost two orders of magnitude", "the same range"), the row says how the
words were turned into one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from atomglass.analysis.results.exponent_tables import exponent_table
from atomglass.analysis.selection import Selection, barrier_is_real, complete_realizations, require, select
from atomglass.analysis.statistics.chain_errors import Share, rate, share
from atomglass.analysis.statistics.exponents import EXPECTED_EXPONENT
from atomglass.analysis.statistics.verdicts import (
    AGREES,
    DIFFERS,
    TWO_SIGMA,
    UNDECIDED,
    difference_verdict,
    verdict,
    verdict_of_p,
)

#: Kumar, Procaccia and Singh: realizations, modes with PR < 0.27, and those in groups A and B.
PAPER_REALIZATIONS, PAPER_QLMS, PAPER_A, PAPER_B = 60_000, 403, 278, 125
#: Their barriers of group B, lowest and highest, in epsilon.
PAPER_BARRIERS = 3.4e-9, 4.0e-4
#: With fewer modes of a group its ranges and exponents are not compared.
LEAST = 10
#: Samples drawn where a statement depends on the number of modes.
DRAWS = 2000


@dataclass(frozen=True)
class Statement:
    """One row of the table "paper | ours"; NaN stands for a number that does not exist."""

    quantity: str
    paper: float
    ours: float
    error: float
    verdict: str
    note: str = ""


def paper_statements(
    study: Any, rule: Selection | None = None, *, seed: int = 0, exponents: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return everything the paper states, with the study's own values.

    Parameters
    ----------
    study : Study
        From `load_study`: anything with the tables `modes` and `realizations`.
    rule : Selection, optional
        Which modes are quasi-localized; the primary rule by default.
    seed : int
        Of the bootstrap.
    exponents : DataFrame, optional
        From `exponent_table`, where it is at hand.

    Returns
    -------
    DataFrame
        Columns quantity, paper, ours, error (one standard error that allows for chains), verdict (`agrees`, `differs`,
        `undecided`; empty where there is nothing to compare) and note.
    """
    rng, rule = np.random.default_rng(np.random.SeedSequence([seed, 1])), rule or Selection()
    qlms, whole = select(study.modes, rule), complete_realizations(study.realizations)
    require(study.modes, ("group", "b2", "b3", "b4", "beta", "barrier", "true_barrier", "second_minimum", "chain"))
    groups = {name: qlms[qlms["group"] == name] for name in "AB"}
    fits = exponent_table(qlms, rng) if exponents is None else exponents
    rows = [
        *_numbers(qlms, groups, whole, study.realizations),
        _matching_bound(study.modes, whole, rule),
        *_wells(groups),
        *_barriers(groups["B"]),
        *_frequencies(groups, rng),
        *_coefficients(groups, rng),
        *_distributions(qlms, groups),
        *(_exponent(line) for line in fits[(fits["returns"] == "kept") & fits["group"].isin(["A", "B"])].itertuples()),
    ]
    return pd.DataFrame([vars(row) for row in rows])


def _numbers(
    qlms: pd.DataFrame, groups: dict[str, pd.DataFrame], whole: pd.DataFrame, realizations: pd.DataFrame
) -> list[Statement]:
    """How many glasses, modes, and the two shares."""
    rows = [
        Statement("realizations", PAPER_REALIZATIONS, float(len(realizations)), math.nan, "", "each a glass"),
        Statement(
            "independent chains", math.nan, float(realizations["chain"].nunique()), math.nan, "",
            "the paper calls its realizations independent and gives no sweeps between them",
        ),
        Statement("QLMs", PAPER_QLMS, float(len(qlms)), math.nan, "", "in complete realizations"),
    ]  # fmt: skip
    note = "the paper's bound in frequency is not stated; ours is f omega_1"
    for name, count, rows_of in (
        ("QLMs", PAPER_QLMS, qlms), ("A modes", PAPER_A, groups["A"]), ("B modes", PAPER_B, groups["B"]),
    ):  # fmt: skip
        found = per_realization(rows_of, whole)
        paper = count / PAPER_REALIZATIONS
        word = difference_verdict(
            found.value, found.error, paper, math.sqrt(count) / PAPER_REALIZATIONS, resolution=paper / 2
        )
        rows.append(Statement(f"{name} per realization", paper, found.value, found.error, word, note))
    both = qlms[qlms["group"].isin(["A", "B"])]
    for name, count in (("A", PAPER_A), ("B", PAPER_B)):
        found = share(both["group"] == name, both["chain"])
        paper = count / PAPER_QLMS
        paper_error = math.sqrt(paper * (1 - paper) / PAPER_QLMS)
        word = difference_verdict(found.value, found.error, paper, paper_error, resolution=0.15)
        rows.append(Statement(f"share of {name}", paper, found.value, found.error, word, "of A and B together"))
    other = len(qlms) - len(both)
    rows.append(
        Statement("modes in neither group", 0.0, float(other), math.nan, AGREES if not other else DIFFERS, "b4 <= 0")
    )
    return rows


def _matching_bound(modes: pd.DataFrame, whole: pd.DataFrame, rule: Selection) -> Statement:
    """The bound f at which we would find as many QLMs per realization as the paper did."""
    wanted = PAPER_QLMS / PAPER_REALIZATIONS * len(whole)
    lowest = select(modes, replace(rule, frequency_share=1.2))
    ratio = np.sort((lowest["frequency"] / lowest["first_phonon_frequency"]).to_numpy())
    place = round(wanted)
    known = len(whole) > 0 and 1 <= place <= len(ratio)
    return Statement(
        "f that gives the paper's QLMs per realization", math.nan, float(ratio[place - 1]) if known else math.nan,
        float(ratio[place - 1]) / (5 * math.sqrt(place)) if known else math.nan, "",
        "bound omega < f omega_1 at the same bound on PR; error: counting, at omega^4",
    )  # fmt: skip


def per_realization(qlms: pd.DataFrame, whole: pd.DataFrame) -> Share:
    """Return modes per complete realization, those without modes counted."""
    held = qlms.groupby("realization").size().reindex(whole["realization"], fill_value=0)
    return rate(held.to_numpy(), whole["chain"].to_numpy())


def _wells(groups: dict[str, pd.DataFrame]) -> list[Statement]:
    """Which quartics, and which true energies, have a second minimum."""
    rows = []
    for name, paper, note in (
        ("A", 0.0, "0 of 278; 5.7 % are expected if beta is uniform, which makes 0 of 278 improbable (1e-7)"),
        ("B", 1.0, "125 of 125; true of every quartic with |beta| > 1"),
    ):
        found = share(groups[name]["second_minimum"].eq(True), groups[name]["chain"])
        if name == "B":
            word = AGREES if found.value == 1 else (UNDECIDED if math.isnan(found.value) else DIFFERS)
        else:
            # Nought of 278 leaves room up to 1.1 % (95 %).
            low, high = found.interval(0.95)
            word = verdict(low, high, 0.0, resolution=0.03) if not low > 0 else verdict(low, high, min(low, 0.0107))
            word = DIFFERS if low > 0.0107 else (UNDECIDED if low > 0 else word)
        rows.append(Statement(f"share of {name} with a second minimum", paper, found.value, found.error, word, note))
    deep = groups["B"]
    if len(deep):
        found = share(barrier_is_real(deep), deep["chain"])
        low, high = found.interval(0.95)
        note = "the barrier of the true energy along the mode, within a factor of 3 of the quartic's"
        word = verdict(low, high, 1.0, resolution=0.2)
        rows.append(Statement("share of B whose second well is real", 1.0, found.value, found.error, word, note))
    return rows


def _barriers(deep: pd.DataFrame) -> list[Statement]:
    """The lowest and the highest barrier, by how many of ours lie beyond the paper's."""
    barrier = deep["barrier"].dropna().to_numpy()
    rows = []
    for end, paper, pick in (("lowest", PAPER_BARRIERS[0], np.min), ("highest", PAPER_BARRIERS[1], np.max)):
        quantity = f"{end} barrier of B (epsilon)"
        if len(barrier) < LEAST:
            rows.append(Statement(quantity, paper, math.nan, math.nan, UNDECIDED, "too few modes"))
            continue
        beyond = int((barrier < paper).sum() if end == "lowest" else (barrier > paper).sum())
        p = beyond_extreme_p(beyond, len(barrier), PAPER_B)
        enough = len(barrier) >= PAPER_B / 2
        note = f"{beyond} of our {len(barrier)} lie beyond the paper's of 125: p = {p:.2g}"
        rows.append(Statement(quantity, paper, float(pick(barrier)), math.nan, verdict_of_p(p, enough), note))
    return rows


def beyond_extreme_p(beyond: int, ours: int, theirs: int) -> float:
    """Return the two-sided p-value of seeing so many of our values beyond the extreme of another sample of one law.

    Whatever the law, the k most extreme of all are ours with probability prod (m - i)/(m + n - i), i < k.

    Parameters
    ----------
    beyond : int
        How many of ours lie beyond the extreme of theirs.
    ours, theirs : int
        Sizes m and n of the samples.
    """

    def at_least(k: int) -> float:
        i = np.arange(min(k, ours + 1))
        return float(np.prod((ours - i) / (ours + theirs - i)))

    return min(1.0, 2 * min(at_least(beyond), 1 - at_least(beyond + 1)))


def _frequencies(groups: dict[str, pd.DataFrame], rng: np.random.Generator) -> list[Statement]:
    """Frequencies of B beside those of A."""
    ratio = _median_ratio(groups, "frequency", rng)
    note = "ratio of medians; 'almost two orders of magnitude smaller' taken as a factor of 50"
    return [_ratio_statement("frequency of B / frequency of A", 0.02, ratio, note)]


def _coefficients(groups: dict[str, pd.DataFrame], rng: np.random.Generator) -> list[Statement]:
    """Ranges of b2, b3 and b4 in the two groups."""
    rows = []
    for column, paper, note in (
        ("b2", 1.0, "ratio of medians; 'span the same range'"),
        ("b4", 1.0, "ratio of medians; 'span the same range'"),
        ("b3", 10.0, "ratio of medians of |b3|; 'an order of magnitude larger'"),
    ):
        label = "|b3|" if column == "b3" else column
        rows.append(_ratio_statement(f"{label} of B / {label} of A", paper, _median_ratio(groups, column, rng), note))
    for column in ("b2", "b3", "b4"):
        for name in "AB":
            values = groups[name][column].abs()
            for word, value in (("lowest", values.min()), ("highest", values.max())):
                label = "|b3|" if column == "b3" else column
                rows.append(Statement(f"{word} {label} in {name}", math.nan, float(value), math.nan, "", "our range"))
    return rows


def _distributions(qlms: pd.DataFrame, groups: dict[str, pd.DataFrame]) -> list[Statement]:
    """The shapes of Fig. 4, and whether the coefficients know of each other."""
    cubic = {name: rows["b3"].abs() for name, rows in groups.items()}
    rows = []
    if min(map(len, cubic.values())) >= LEAST:
        small = share(cubic["A"] < cubic["A"].max() / 4, groups["A"]["chain"])
        word = {True: AGREES, False: UNDECIDED}[small.interval(0.95)[0] > 0.25]
        note = "in the lowest quarter of A's range; 'peaks at very small values', so more than a quarter"
        rows.append(Statement("share of A at small |b3|", math.nan, small.value, small.error, word, note))
        dip = share(cubic["B"] < cubic["A"].median(), groups["B"]["chain"])
        word = {True: AGREES, False: UNDECIDED}[dip.interval(0.95)[1] < 0.5]
        note = "below the median of A; 'has a dip at small values', so less than half"
        rows.append(Statement("share of B at small |b3|", math.nan, dip.value, dip.error, word, note))
    for one, other in (("b3", "b4"), ("b2", "b3"), ("b2", "b4")):
        if len(qlms) >= LEAST:
            found = stats.spearmanr(qlms[one].abs(), qlms[other].abs())
            error = (1 - found.statistic**2) / math.sqrt(len(qlms) - 1)
            word = AGREES if found.pvalue < 0.05 else UNDECIDED
            note = "Spearman's, all QLMs; 'correlations exist'"
            name = f"rank correlation of |{one}| and |{other}|".replace("|b2|", "b2").replace("|b4|", "b4")
            rows.append(Statement(name, math.nan, float(found.statistic), float(error), word, note))
    return rows


def _median_ratio(groups: dict[str, pd.DataFrame], column: str, rng: np.random.Generator) -> tuple[float, NDArray]:
    """Return the ratio of the medians of |column|, B to A, and its logarithms in resamples of whole chains."""
    if min(len(rows) for rows in groups.values()) < LEAST:
        return math.nan, np.empty(0)
    both = pd.concat(groups.values())
    values, in_b = both[column].abs().to_numpy(), (both["group"] == "B").to_numpy()
    labels, chain = np.unique(both["chain"], return_inverse=True)
    order = np.argsort(values)
    values, in_b, chain = values[order], in_b[order], chain[order]
    weights = rng.multinomial(len(labels), np.full(len(labels), 1 / len(labels)), size=DRAWS // 4)[:, chain]

    def median(member: NDArray) -> NDArray:
        heap = np.cumsum(weights[:, member], axis=1)
        return values[member][np.argmax(heap >= heap[:, -1:] / 2, axis=1)]

    ratio = float(np.median(values[in_b]) / np.median(values[~in_b]))
    return ratio, np.log(median(in_b) / median(~in_b))


def _ratio_statement(quantity: str, paper: float, ratio: tuple[float, NDArray], note: str) -> Statement:
    """Compare a ratio with words: agreement is within a factor of two."""
    value, logs = ratio
    if math.isnan(value):
        return Statement(quantity, paper, math.nan, math.nan, UNDECIDED, note)
    spread = float(logs.std())
    low, high = math.log(value) - TWO_SIGMA * spread, math.log(value) + TWO_SIGMA * spread
    asked = math.log(paper)
    if low > asked + math.log(2) or high < asked - math.log(2):
        word = DIFFERS
    else:
        word = AGREES if abs(math.log(value) - asked) < math.log(2) and spread < math.log(2) / 2 else UNDECIDED
    return Statement(quantity, paper, value, value * spread, word, note)


def _exponent(line: Any) -> Statement:
    """The exponent of a group's density of states, from a line of `exponent_table`."""
    quantity, note = f"exponent of D(omega) in {line.group}", "the paper shows a guide to the eye and no error"
    return Statement(quantity, EXPECTED_EXPONENT[line.group], line.exponent, line.error, line.verdict, note)
