"""The exponent as a function of the selection."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from atomglass.analysis.figures.named_figure import NamedFigure
from atomglass.analysis.figures.style import (
    EXPONENT_LABEL,
    FRAMED,
    PALE,
    SEQUENCE,
    annotate_empty,
    axes_or_new,
    exponent_limits,
    mark_exponents,
    new_figure,
    panel_letter,
    styled,
    theory_lines,
)
from atomglass.analysis.selection import Selection
from atomglass.analysis.statistics.exponents import EXPECTED_EXPONENT
from atomglass.study.collected_tables import require_columns
from atomglass.vibrations.localization import PARTICIPATION_RATIO

_MARKERS = "v<o^>D"
#: Points with a larger error say nothing about exponents near 3 and 4 and are not drawn.
_LARGEST_ERROR = 2.0


@styled
def draw_selection_grid(
    grid: pd.DataFrame,
    ax: Axes | None = None,
    *,
    group: str = "all",
    frequency_share: float = Selection.frequency_share,
    participation_ratio: float = PARTICIPATION_RATIO,
    legend: bool = True,
) -> Axes:
    """Draw the exponent of one group against the bound f, one line per threshold of the participation ratio.

    Parameters
    ----------
    grid : DataFrame
        From `selection_grid`: group, frequency_share, participation_ratio (infinite: no bound), exponent, error.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    group : str
        `A`, `B` or `all`.
    frequency_share, participation_ratio : float
        The primary selection, which is marked.
    legend : bool
        Whether to explain the symbols in the axes.

    Raises
    ------
    InputError
        The table lacks a column.
    """
    require_columns(grid, ("group", "frequency_share", "participation_ratio", "exponent", "error"), "selection")
    ax = axes_or_new(ax)
    points = grid[(grid["group"] == group) & (grid["error"] < _LARGEST_ERROR)]
    if not len(points):
        return annotate_empty(ax, f"too few modes in group {group}\nfor an exponent")
    mark_exponents(ax, EXPECTED_EXPONENT.get(group))
    ax.axvline(frequency_share, color=PALE, linewidth=5, alpha=0.6, zorder=0, label="primary selection")
    ratios = sorted(grid["participation_ratio"].unique())
    # Without a bound on PR the exponent can reach 20 near the first phonons; it must not set the scale.
    finite = np.isfinite(points["participation_ratio"])
    bounded = points[finite] if finite.any() else points
    top = 1.1 * float((bounded["exponent"] + bounded["error"]).max())
    step = float(np.diff(np.unique(grid["frequency_share"])).min(initial=0.1)) / (1.6 * len(ratios))
    for k, ratio in enumerate(ratios):
        line = points[points["participation_ratio"] == ratio].sort_values("frequency_share")
        if not len(line):
            continue
        x = line["frequency_share"] + step * (
            k - (len(ratios) - 1) / 2
        )  # side by side, so that the error bars do not overlap
        primary = np.isclose(ratio, participation_ratio)
        ax.errorbar(
            x,
            line["exponent"],
            line["error"],
            fmt=_MARKERS[k % 6] + "-",
            color=SEQUENCE[k % 6],
            elinewidth=0.8,
            linewidth=1.6 if primary else 0.6,
            markersize=4 if primary else 2.8,
            capsize=0,
            label="no bound" if np.isinf(ratio) else f"PR < {ratio:g}",
            zorder=3 if primary else 2,
        )
        highest = line["exponent"].idxmax()
        if line["exponent"][highest] > top:
            text = f"up to {line['exponent'][highest]:.0f}"
            ax.annotate(text, (x[highest], top), xytext=(-3, -4), textcoords="offset points", ha="right", fontsize=6.5)
    exponent_limits(ax, float((points["exponent"] - points["error"]).min()), top)
    ax.set(xlabel=r"bound of the selection $f = \omega_\mathrm{max} / \omega_1$", ylabel=EXPONENT_LABEL)
    if legend:
        ax.legend(loc="best", ncols=3, columnspacing=0.8, handlelength=1.4, **FRAMED)
    return ax


@styled
def selection_grid_figure(
    grid: pd.DataFrame, frequency_share: float | None = None, rule: Selection | None = None
) -> NamedFigure:
    """Draw the exponents of A, B and all modes as functions of the selection.

    Parameters
    ----------
    grid : DataFrame
        From `selection_grid`.
    frequency_share : float, optional
        The primary selection's bound in the grid's unit; the rule's own share by default.
    rule : Selection, optional
        The primary selection.
    """
    rule = rule or Selection()
    share = rule.share if frequency_share is None else frequency_share
    unit = rule.unit or "study's median omega_1"
    figure = new_figure(3, 1, height=6.8)
    for ax, letter, group in zip(figure.axes, "abc", ("A", "B", "all"), strict=True):
        draw_selection_grid(
            grid, ax, group=group, frequency_share=share, participation_ratio=rule.participation_ratio, legend=False
        )
        panel_letter(ax, letter, "all modes" if group == "all" else f"group {group}")
    symbols = dict(pair[::-1] for ax in figure.axes for pair in zip(*ax.get_legend_handles_labels(), strict=True))
    handles = [*symbols.values(), *theory_lines()]
    figure.legend(handles=handles, loc="outside upper center", ncols=3, columnspacing=0.8, handlelength=1.6)
    caption = (
        "Maximum-likelihood exponents with one standard error (the larger of that of independent modes and that "
        f"between chains), for bounds omega < f of the {unit} and thresholds of the participation ratio."
        " Thick line and gray bar: the primary "
        "selection, fixed in advance. Points at the same f are drawn side by side. Horizontal lines: omega^3 and "
        "omega^4; that of the theory for this group is solid."
    )
    return NamedFigure("exponent_selection", "The exponent against the selection", caption, figure)
