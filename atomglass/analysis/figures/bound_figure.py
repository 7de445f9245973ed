"""The exponent against the bound on the frequency, for each kind of modes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from atomglass.analysis.figures.named_figure import NamedFigure
from atomglass.analysis.figures.style import (
    EXPONENT_LABEL,
    FRAMED,
    GRAY,
    GREEN,
    PURPLE,
    annotate_empty,
    axes_or_new,
    exponent_limits,
    mark_exponents,
    new_figure,
    panel_letter,
    styled,
    theory_lines,
)
from atomglass.analysis.results.bound_dependence import (
    HARMONIC,
    MAX_BEYOND_STARTS,
    SPOTS,
    SPOTS_BY_CHAIN,
    UNCUT,
)
from atomglass.analysis.statistics.exponents import EXPECTED_EXPONENT
from atomglass.study.collected_tables import require_columns

_STYLES = {
    SPOTS: (PURPLE, "o"),
    SPOTS_BY_CHAIN: (GREEN, "D"),
    HARMONIC: ("#000000", "s"),
    UNCUT: (GRAY, "^"),
}
#: Points with a larger error say nothing about exponents near 3 and 4 and are not drawn.
_LARGEST_ERROR = 2.0


@styled
def draw_bound_dependence(
    table: pd.DataFrame, ax: Axes | None = None, *, group: str = "all", legend: bool = True
) -> Axes:
    """Draw the exponent of one group against the bound on the frequency, one line per kind of modes.

    Points at the same bound are drawn side by side. Open symbols: some pseudo-harmonic modes below this bound may be
    missing.

    Parameters
    ----------
    table : DataFrame
        From `exponents_by_bound`.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    group : str
        `A`, `B` or `all`.
    legend : bool
        Whether to explain the symbols in the axes.

    Raises
    ------
    InputError
        The table lacks a column.
    """
    require_columns(table, ("kind", "group", "frequency", "exponent", "error", "beyond_starts"), "bounds")
    ax = axes_or_new(ax)
    points = table[(table["group"] == group) & (table["error"] < _LARGEST_ERROR)]
    if not len(points):
        return annotate_empty(ax, f"too few modes in group {group}\nfor an exponent")
    mark_exponents(ax, EXPECTED_EXPONENT.get(group))
    step = float(np.diff(np.unique(points["frequency"])).min(initial=0.1)) / 8
    for k, (kind, (color, marker)) in enumerate(_STYLES.items()):
        line = points[points["kind"] == kind].sort_values("frequency")
        if not len(line):
            continue
        x, y = line["frequency"] + (k - 1.5) * step, line["exponent"]
        ax.errorbar(x, y, line["error"], color=color, marker=marker, markersize=3.5, linewidth=0.8, label=kind)
        thin = line["beyond_starts"] > MAX_BEYOND_STARTS
        ax.plot(x[thin], y[thin], marker, color=color, markerfacecolor="white", markersize=3.5, zorder=3)
    low, high = (
        float(end)
        for end in ((points["exponent"] - points["error"]).min(), (points["exponent"] + points["error"]).max())
    )
    exponent_limits(ax, low, min(high, 12))
    ax.set(xlabel=r"bound $\omega_\mathrm{max}$ ($\sqrt{\epsilon / m\sigma^2}$)", ylabel=EXPONENT_LABEL)
    if legend:
        ax.legend(loc="best", **FRAMED)
    return ax


@styled
def bound_figure(table: pd.DataFrame) -> NamedFigure:
    """Draw the exponents of A, B and all modes against the bound on the frequency.

    Parameters
    ----------
    table : DataFrame
        From `exponents_by_bound`.
    """
    figure = new_figure(3, 1, height=6.8)
    for ax, letter, group in zip(figure.axes, "abc", ("A", "B", "all"), strict=True):
        draw_bound_dependence(table, ax, group=group, legend=False)
        panel_letter(ax, letter, "all modes" if group == "all" else f"group {group}")
    symbols = dict(pair[::-1] for ax in figure.axes for pair in zip(*ax.get_legend_handles_labels(), strict=True))
    handles = [*symbols.values(), *theory_lines()]
    figure.legend(handles=handles, loc="outside upper center", ncols=2, columnspacing=1.0)
    caption = (
        "Maximum-likelihood exponents with one standard error (the larger of that of independent modes and that "
        "between chains), for modes below fixed frequencies. Harmonic modes mix with phonons, and a bound on PR cuts "
        "those that do: both make the exponent. Pseudo-harmonic modes do not mix; by chain: below the same share of "
        "the median omega_1 of their own chain. Open symbols: above the highest "
        "start of the search in more than 5 % of the glasses, some pseudo-harmonic modes may be missing. Points at "
        "the same bound are drawn side by side. Horizontal lines: omega^3 and omega^4; that of the theory for this "
        "group is solid."
    )
    return NamedFigure("exponent_bound", "The exponent against the bound on the frequency", caption, figure)
