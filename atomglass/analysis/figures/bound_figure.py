"""The exponent against the bound on the frequency, for each kind of modes."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from atomglass.analysis.figures.named_figure import NamedFigure
from atomglass.analysis.figures.style import (
    FRAMED,
    GRAY,
    GROUP_COLORS,
    PURPLE,
    annotate_empty,
    axes_or_new,
    new_figure,
    panel_letter,
    styled,
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
    SPOTS_BY_CHAIN: (GROUP_COLORS["B"], "D"),
    HARMONIC: (GROUP_COLORS["A"], "s"),
    UNCUT: (GRAY, "^"),
}
#: Points with a larger error say nothing about exponents near 3 and 4 and are not drawn.
_LARGEST_ERROR = 2.0


@styled
def draw_bound_dependence(table: pd.DataFrame, ax: Axes | None = None, *, group: str = "all") -> Axes:
    """Draw the exponent of one group against the bound on the frequency, one line per kind of modes.

    Open symbols: some pseudo-harmonic modes below this bound may be missing.

    Parameters
    ----------
    table : DataFrame
        From `exponents_by_bound`.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    group : str
        `A`, `B` or `all`.

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
    for exponent in sorted(set(EXPECTED_EXPONENT.values())):
        ax.axhline(exponent, color=GRAY, linestyle="-" if exponent == EXPECTED_EXPONENT.get(group) else "--", zorder=0)
    for kind, (color, marker) in _STYLES.items():
        line = points[points["kind"] == kind].sort_values("frequency")
        if not len(line):
            continue
        x, y = line["frequency"], line["exponent"]
        ax.errorbar(x, y, line["error"], color=color, marker=marker, markersize=3.5, linewidth=0.8, label=kind)
        thin = line["beyond_starts"] > MAX_BEYOND_STARTS
        ax.plot(x[thin], y[thin], marker, color=color, markerfacecolor="white", markersize=3.5, zorder=3)
    top = float((points["exponent"] + points["error"]).max())
    ax.set(ylim=(0, min(1.15 * top, 12)), xlabel=r"bound $\omega_{max}$", ylabel="exponent $s$ (no unit)")
    ax.legend(loc="lower left", **FRAMED)
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
        draw_bound_dependence(table, ax, group=group)
        legend = ax.get_legend()
        if group != "A" and legend is not None:  # the same in all panels
            legend.remove()
        panel_letter(ax, letter, "all modes" if group == "all" else f"group {group}")
    caption = (
        "Maximum-likelihood exponents with one standard error (the larger of that of independent modes and that "
        "between chains), for modes below fixed frequencies. Harmonic modes mix with phonons, and a bound on PR cuts "
        "those that do: both make the exponent. Pseudo-harmonic modes do not mix; by chain: below the same share of "
        "the median omega_1 of their own chain. Open symbols: above the highest "
        "start of the search in more than 5 % of the glasses, some pseudo-harmonic modes may be missing. Horizontal "
        "lines: omega^3 and omega^4; the theory's is solid."
    )
    return NamedFigure("exponent_bound", "The exponent against the bound on the frequency", caption, figure)
