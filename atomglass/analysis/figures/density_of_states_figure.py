"""D(omega) of one group on logarithmic axes (Fig. 2 of Kumar, Procaccia and Singh)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from atomglass.analysis.figures.style import (
    ERRORS_LABEL,
    FREQUENCY_LABEL,
    GRAY,
    GROUP_COLORS,
    GROUP_MARKERS,
    PALE,
    annotate_empty,
    axes_or_new,
    plain_ticks,
    styled,
)
from atomglass.analysis.statistics.exponents import EXPECTED_EXPONENT
from atomglass.analysis.statistics.histograms import Histogram, histogram, logarithmic_edges
from atomglass.study.collected_tables import quasi_localized, require_columns

#: Share of the panel's height that the data take; the legend lies above.
_DATA_SHARE = 0.73


@styled
def draw_density_of_states(modes: pd.DataFrame, ax: Axes | None = None, *, group: str = "A") -> Axes:
    """Draw D(omega) of one group on double logarithmic axes, with omega^4 and omega^3 as guides.

    The guides are not fitted. Each is the normalized law omega^s up to the selection's bound in the mode's
    realization, averaged over the modes and over the width of a bin: the expected value of a bin of the histogram. In
    the range of the bounds (the central 90 % is shaded) the guides bend down as the data do. A bound that all share is
    a dotted line.

    Parameters
    ----------
    modes : DataFrame
        From `mark_selected`.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    group : str
        `A` or `B`.

    Raises
    ------
    InputError
        The table lacks a column.
    """
    require_columns(modes, ("frequency", "is_qlm", "group", "bound"))
    qlms = quasi_localized(modes, group)
    frequency, bound = qlms["frequency"].to_numpy(), qlms["bound"].to_numpy()
    ax = axes_or_new(ax)
    if not len(frequency):
        return annotate_empty(ax, f"no QLM in group {group}\nin this study")
    edges = logarithmic_edges(frequency, bound.max(), 8 if len(frequency) < 200 else 12)
    found = histogram(frequency, edges)
    omega = np.geomspace(edges[0], edges[-1], 600)
    for exponent, dash in ((4, "-"), (3, "--")):
        guide = _binned_law(omega, bound, exponent, edges[1] / edges[0])
        label = rf"$\omega^{exponent}$" + (" (theory)" if exponent == EXPECTED_EXPONENT[group] else "")
        ax.plot(omega, guide, dash, color=GRAY, label=label, zorder=1)
    first, last = np.quantile(bound, (0.05, 0.95))
    if last > first:
        label = "90 % of the bounds on $\\omega$"
        ax.axvspan(first, last, ymax=_DATA_SHARE, color=PALE, alpha=0.35, linewidth=0, label=label, zorder=0)
    else:
        ax.axvline(last, ymax=_DATA_SHARE, color=GRAY, linestyle=":", label="bound on $\\omega$", zorder=0)
    _points(ax, found, group)
    bottom = 10 ** np.floor(np.log10((found.density - found.error[0]).min()))
    top = (found.density + found.error[1]).max()
    ax.set(xscale="log", yscale="log", xlim=(edges[0] * 0.95, edges[-1] * 1.05))
    ax.set_ylim(bottom, top * (top / bottom) ** (0.98 / _DATA_SHARE - 1))  # leaves room for the legend above the points
    ax.set(xlabel=FREQUENCY_LABEL, ylabel=rf"$D_{group}(\omega)$ per mode ($\sqrt{{m\sigma^2/\epsilon}}$)")
    ax.yaxis.set_minor_formatter(NullFormatter())
    plain_ticks(ax)
    ax.legend(loc="upper left", ncols=2, columnspacing=1, handlelength=1.6)
    return ax


def _binned_law(omega: np.ndarray, bound: np.ndarray, exponent: int, ratio: float) -> np.ndarray:
    """Return (s + 1) omega^s / Omega^(s+1), cut at Omega, averaged over the modes and a bin around each omega."""

    def fraction_below(edge: np.ndarray) -> np.ndarray:
        return (np.minimum(edge[:, None] / bound, 1) ** (exponent + 1)).mean(axis=1)

    low, high = omega / np.sqrt(ratio), omega * np.sqrt(ratio)
    return (fraction_below(high) - fraction_below(low)) / (high - low)


def _points(ax: Axes, found: Histogram, group: str) -> None:
    color = GROUP_COLORS[group]
    ax.hlines(found.density, found.low, found.high, color=color, linewidth=0.8)
    ax.errorbar(
        np.sqrt(found.low * found.high),
        found.density,
        found.error,
        fmt=GROUP_MARKERS[group],
        color=color,
        elinewidth=0.8,
        label=ERRORS_LABEL,
        zorder=2,
    )
