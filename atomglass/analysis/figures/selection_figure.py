"""The exponent against the selection that makes it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from atomglass.analysis.figures.style import FRAMED, GRAY, PALE, SEQUENCE, axes_or_new, say_nothing_found, styled
from atomglass.analysis.selection import require
from atomglass.analysis.statistics.exponents import EXPECTED_EXPONENT
from atomglass.vibrations.localization import FREQUENCY_SHARE, PARTICIPATION_RATIO

_MARKERS = "v<o^>D"
#: An error larger than this says nothing about exponents near 3 and 4, and would only hide the other points.
_LARGEST_ERROR = 2.0


@styled
def draw_selection_grid(
    grid: pd.DataFrame,
    ax: Axes | None = None,
    *,
    group: str = "all",
    frequency_share: float = FREQUENCY_SHARE,
    participation_ratio: float = PARTICIPATION_RATIO,
) -> Axes:
    """Draw the exponent of one group against the bound f omega_1, one line a threshold of the participation ratio.

    Parameters
    ----------
    grid : DataFrame
        As of `selection_grid`: group, frequency_share, participation_ratio (infinite: no bound), exponent, error.
    ax : Axes, optional
        Where to draw; by default in a new figure.
    group : str
        `A`, `B` or `all`.
    frequency_share, participation_ratio : float
        The primary selection, marked.
    """
    require(grid, ("group", "frequency_share", "participation_ratio", "exponent", "error"), "selection")
    ax = axes_or_new(ax)
    mine = grid[(grid["group"] == group) & (grid["error"] < _LARGEST_ERROR)]
    if not len(mine):
        return say_nothing_found(ax, f"too few modes in group {group}\nfor an exponent")
    for exponent in sorted(set(EXPECTED_EXPONENT.values())):
        ax.axhline(exponent, color=GRAY, linestyle="-" if exponent == EXPECTED_EXPONENT.get(group) else "--", zorder=0)
    ax.axvline(frequency_share, color=PALE, linewidth=5, alpha=0.6, zorder=0)
    ratios = sorted(grid["participation_ratio"].unique())
    # Without a bound on PR the exponent can be 20 where phonons begin: it must not squeeze the others.
    bounded = mine[np.isfinite(mine["participation_ratio"])] if np.isfinite(mine["participation_ratio"]).any() else mine
    top = 1.3 * float((bounded["exponent"] + bounded["error"]).max())
    step = float(np.diff(np.unique(grid["frequency_share"])).min(initial=0.1)) / (1.6 * len(ratios))
    for k, ratio in enumerate(ratios):
        line = mine[mine["participation_ratio"] == ratio].sort_values("frequency_share")
        if not len(line):
            continue
        x = line["frequency_share"] + step * (k - (len(ratios) - 1) / 2)  # side by side, or the errors cover each other
        primary = np.isclose(ratio, participation_ratio)
        ax.errorbar(
            x, line["exponent"], line["error"], fmt=_MARKERS[k % 6] + "-", color=SEQUENCE[k % 6],
            elinewidth=0.8, linewidth=1.6 if primary else 0.6, markersize=4 if primary else 2.8, capsize=0,
            label=_label(ratio, float(line["exponent"].max()), top), zorder=3 if primary else 2,
        )  # fmt: skip
    ax.set(
        ylim=(min(0.0, float((mine["exponent"] - mine["error"]).min())), top),
        xlabel=r"bound of the selection, $f = \omega_{\max} / \omega_1$", ylabel="exponent $s$ (no unit)",
    )  # fmt: skip
    ax.legend(loc="upper left", ncols=3, columnspacing=0.8, handlelength=1.4, **FRAMED)
    return ax


def _label(ratio: float, highest: float, top: float) -> str:
    """Return the name of a line; one that leaves the axes says how far it goes."""
    name = "no bound" if np.isinf(ratio) else f"PR < {ratio:g}"
    return name if highest < top else f"{name} (to {highest:.0f})"
