"""Which modes were selected: the participation ratio of every mode against its frequency."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from atomglass.analysis.figures.style import (
    FREQUENCY_LABEL,
    GRAY,
    GROUP_COLORS,
    GROUP_MARKERS,
    PALE,
    PARTICIPATION_LABEL,
    SCALED_FREQUENCY_LABEL,
    SHADE,
    annotate_empty,
    axes_or_new,
    styled,
)
from atomglass.analysis.selection import Selection
from atomglass.study.collected_tables import quasi_localized, require_columns


@styled
def draw_selection(
    modes: pd.DataFrame,
    ax: Axes | None = None,
    *,
    rule: Selection | None = None,
) -> Axes:
    """Draw the participation ratio of every mode against its frequency, with the selected region shaded.

    Parameters
    ----------
    modes : DataFrame
        From `mark_selected`; modes that were not selected are drawn in gray.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    rule : Selection, optional
        The rule that selected them; the primary rule by default.

    Raises
    ------
    InputError
        The table lacks a column.
    """
    rule = rule or Selection()
    require_columns(modes, ("scaled_frequency", "participation_ratio", "is_qlm"))
    ax = axes_or_new(ax)
    if not len(modes):
        return annotate_empty(ax, "no modes in this study")
    x, top = modes["scaled_frequency"], min(rule.participation_ratio, 1.0)
    y = modes["participation_ratio"]
    ax.axvspan(0, rule.share, ymax=top, color=SHADE, alpha=0.35, linewidth=0, label="selected region")
    if rule.unit:
        ax.axvline(1, color=GRAY, linestyle=":", label=r"first phonon, $\omega_1$")
    qlms = quasi_localized(modes)
    rest = modes.index.difference(qlms.index)
    # Many points are rasterized inside the PDF; otherwise it takes minutes to open.
    style: dict[str, Any] = {"linestyle": "", "rasterized": len(modes) > 5000}
    many = len(qlms) > 1500  # smaller symbols, so that one group does not hide the other
    ax.plot(x[rest], y[rest], ".", color=PALE, markersize=0.8 if many else 2, label="not selected", **style)
    for group, marker in GROUP_MARKERS.items():
        chosen = quasi_localized(modes, group).index
        if len(chosen):
            label = f"QLM, {group} ({len(chosen)})"
            ax.plot(
                x[chosen],
                y[chosen],
                marker,
                color=GROUP_COLORS[group],
                markersize=1.3 if many else 2.5,
                markeredgewidth=0,
                label=label,
                clip_on=False,
                **style,
            )
    others = qlms[~qlms["group"].isin(list(GROUP_MARKERS))].index
    if len(others):
        ax.plot(x[others], y[others], "x", color="k", markersize=3, label=f"QLM, no group ({len(others)})", **style)
    if not len(qlms):
        ax.text(rule.share / 2, top / 2, "no QLM in this study", ha="center", va="center", color=GRAY)
    # A full spectrum extends far beyond the range of interest here.
    known = x[np.isfinite(x)]  # in units of a glass's own omega_1 there is none without rigidity
    right = max(float(np.clip(known.max() * 1.02, 1.3, 2)) if len(known) else 1.3, 1.2 * rule.share)
    ax.set(xlim=(0, right), ylim=(0, 1), xlabel=_frequency_label(rule), ylabel=PARTICIPATION_LABEL)
    ax.legend(loc="upper left", handletextpad=0.4, handlelength=1.4, markerscale=2.5 if many else 1)
    return ax


def _frequency_label(rule: Selection) -> str:
    """Return the label of the frequency axis in the rule's unit."""
    if not rule.unit:
        return FREQUENCY_LABEL
    if rule.is_own:
        return SCALED_FREQUENCY_LABEL
    return rf"frequency in units of the {rule.unit.replace('omega_1', '')}$\omega_1$"
