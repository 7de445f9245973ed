"""Which modes were selected: the participation ratio of every mode against its frequency."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from atomglass.analysis.figures.style import (
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
from atomglass.study.collected_tables import quasi_localized, require_columns
from atomglass.vibrations.localization import FREQUENCY_SHARE, PARTICIPATION_RATIO


@styled
def draw_selection(
    modes: pd.DataFrame,
    ax: Axes | None = None,
    *,
    participation_ratio: float = PARTICIPATION_RATIO,
    frequency_share: float = FREQUENCY_SHARE,
) -> Axes:
    """Draw the participation ratio of every mode against its frequency, with the selected region shaded.

    Parameters
    ----------
    modes : DataFrame
        One row per mode, as collected; modes that were not selected are drawn in gray.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    participation_ratio, frequency_share : float
        The selection's bounds, the second in units of the first phonon frequency.

    Raises
    ------
    InputError
        The table lacks a column.
    """
    require_columns(modes, ("frequency", "first_phonon_frequency", "participation_ratio"))
    ax = axes_or_new(ax)
    if not len(modes):
        return annotate_empty(ax, "no modes in this study")
    x = modes["frequency"] / modes["first_phonon_frequency"]
    y = modes["participation_ratio"]
    ax.axvspan(0, frequency_share, ymax=participation_ratio, color=SHADE, alpha=0.35, linewidth=0)
    ax.axvline(1, color=GRAY, linestyle=":")
    qlms = quasi_localized(modes)
    rest = modes.index.difference(qlms.index)
    # Many points are rasterized inside the PDF; otherwise it takes minutes to open.
    style: dict[str, Any] = {"linestyle": "", "rasterized": len(modes) > 5000}
    ax.plot(x[rest], y[rest], ".", color=PALE, markersize=2, label="not selected", **style)
    for group, marker in GROUP_MARKERS.items():
        chosen = quasi_localized(modes, group).index
        if len(chosen):
            label = f"QLM, {group} ({len(chosen)})"
            ax.plot(
                x[chosen],
                y[chosen],
                marker,
                color=GROUP_COLORS[group],
                markersize=2.5,
                label=label,
                clip_on=False,
                **style,
            )
    others = qlms[~qlms["group"].isin(list(GROUP_MARKERS))].index
    if len(others):
        ax.plot(x[others], y[others], "x", color="k", markersize=3, label=f"QLM, no group ({len(others)})", **style)
    if not len(qlms):
        ax.text(
            frequency_share / 2, participation_ratio / 2, "no QLM in this study", ha="center", va="center", color=GRAY
        )
    # A full spectrum extends far beyond the range of interest here.
    right = max(float(np.clip(x.max() * 1.02, 1.3, 2)), 1.2 * frequency_share)
    ax.set(xlim=(0, right), ylim=(0, 1), xlabel=SCALED_FREQUENCY_LABEL, ylabel=PARTICIPATION_LABEL)
    ax.legend(loc="upper left", handletextpad=0.2)
    return ax
