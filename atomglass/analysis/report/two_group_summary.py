"""Text summary of modes in groups A and B from any model: counts, and the fraction of B in windows of frequency."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from scipy import stats

from atomglass.analysis.report.paragraphs import paragraph
from atomglass.study.collected_tables import require_columns

#: Windows of frequency in the summary, each with the same number of modes.
WINDOWS = 5
#: Columns that the table of modes must have.
COLUMNS = ("frequency", "beta", "group")


def summarize(modes: pd.DataFrame, realizations: pd.DataFrame) -> str:
    """Return the summary of a study of any model, at most 80 columns wide.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables; frequencies in the unit of the model.

    Raises
    ------
    InputError
        A table lacks a column.
    """
    require_columns(modes, COLUMNS)
    require_columns(realizations, ("chain", "status", "reason"), "realizations")
    failed = realizations[realizations["status"] != "ok"]
    lines = [
        "REALIZATIONS",
        paragraph(f"{len(realizations)} in {realizations['chain'].nunique()} chains, {len(failed)} of them failed."),
    ]
    for status, rows in failed.groupby("status"):
        lines.append(paragraph(f"{len(rows)} x {status}: {rows['reason'].iloc[0]}"))
    if "unstable_fraction" in realizations:
        unstable = realizations["unstable_fraction"].dropna()
        lines.append(paragraph(f"Unstable before anharmonicity: {unstable.mean():.2%} of the eigenvalues."))
    lines += ["", "MODES", paragraph(f"{len(modes)} modes expanded to fourth order: b2 s^2/2 + b3 s^3/6 + b4 s^4/24.")]
    if len(modes):
        lines += [paragraph(_groups(modes)), "", *_windows(modes)]
    return "\n".join(lines)


def _groups(modes: pd.DataFrame) -> str:
    counts = modes["group"].value_counts()
    others = [f"{counts[name]} {name}" for name in counts.index if name not in ("A", "B")]
    a, b = int(counts.get("A", 0)), int(counts.get("B", 0))
    hidden = int((modes["second_minimum"] & (modes["group"] == "A")).sum()) if "second_minimum" in modes else 0
    rest = f" In addition, {', '.join(others)}." if others else ""
    return f"Group A (the only or lower well): {a}, {hidden} of them with a hidden well; B (the upper well): {b}.{rest}"


def _windows(modes: pd.DataFrame) -> list[str]:
    """Return a table of the fraction of B in windows of frequency that hold equal numbers of modes."""
    frequency = modes["frequency"].to_numpy()
    edges = np.unique(np.quantile(frequency, np.linspace(0, 1, WINDOWS + 1)))
    if len(edges) == 1:  # all frequencies are equal
        edges = np.repeat(edges, 2)
    lines = [f"  {'frequency':<22}{'modes':>8}  {'share of B (68 % interval)':<28}"]
    for low, high in itertools.pairwise(edges):
        inside = modes[(frequency >= low) & ((frequency < high) | (high == edges[-1]))]
        total, upper = len(inside), int((inside["group"] == "B").sum())
        if not total:  # fewer modes than windows
            continue
        interval = stats.binomtest(upper, total).proportion_ci(0.68, method="wilson")
        share = f"{upper / total:.2%} ({interval.low:.2%} to {interval.high:.2%})"
        lines.append(f"  {f'{low:.4g} to {high:.4g}':<22}{total:>8}  {share}")
    return lines
