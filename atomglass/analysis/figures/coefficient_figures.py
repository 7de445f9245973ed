"""Distributions of beta and b3 in one group (Figs. 3 and 4 of Kumar, Procaccia and Singh).

The sign of b3 is a convention (the second well lies at s > 0), so the figures show magnitudes, or both signs with half
the weight each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, MultipleLocator

from atomglass.analysis.figures.style import (
    BETA_LABEL,
    CUBIC_LABEL,
    ERRORS_LABEL,
    GRAY,
    GROUP_COLORS,
    GROUP_MARKERS,
    PALE,
    SIGNED_BETA_LABEL,
    SIGNED_CUBIC_LABEL,
    annotate_empty,
    axes_or_new,
    plain_ticks,
    styled,
)
from atomglass.analysis.statistics.histograms import Histogram, histogram, number_of_bins
from atomglass.quartic import HIDDEN_WELL_BETA
from atomglass.study.collected_tables import quasi_localized, require_columns


@styled
def draw_beta(modes: pd.DataFrame, ax: Axes | None = None, *, group: str = "A", signed: bool = False) -> Axes:
    """Draw P(|beta|) or, as in the paper, P(beta) of one group.

    Beta is uniform in A if the density of b3 is smooth over the window |b3| <= sqrt(3 b2 b4): the step from Eq. 6 to
    Eq. 9 of the paper. Group B starts at |beta| = 1.

    Parameters
    ----------
    modes : DataFrame
        One row per mode, as collected.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    group : str
        `A` or `B`.
    signed : bool
        Draw both signs (Fig. 3 of the paper). A mode and its negative are the same mode, so each counts half at beta
        and half at -beta, and the figure is symmetric.

    Raises
    ------
    InputError
        The table lacks a column.
    """
    require_columns(modes, ("beta",))
    beta = np.abs(quasi_localized(modes, group)["beta"].to_numpy(dtype=float))
    ax = axes_or_new(ax)
    if not len(beta):
        return annotate_empty(ax, f"no QLM in group {group}\nin this study")
    guides: list[Line2D | Rectangle] = []
    if group == "A":
        edges = np.linspace(0, 1, number_of_bins(len(beta)) + 1)
        ax.plot(*_uniform(signed), color=GRAY, linestyle="--", label="uniform (theory)", zorder=1)
        label = r"second, higher well beyond $\sqrt{8/9}$"
        for place in (HIDDEN_WELL_BETA, -HIDDEN_WELL_BETA) if signed else (HIDDEN_WELL_BETA,):
            guides.append(ax.axvline(place, color=GRAY, linestyle=":", label=label, zorder=1))
            label = "_nolegend_"
        ax.set_xlim(-signed, 1)
        ax.xaxis.set_major_locator(MultipleLocator(0.5 if signed else 0.2))
    elif signed:
        edges = np.linspace(1, max(bulk_end(beta), 2.0), number_of_bins(len(beta), maximum=12) + 1)
        ax.set_xlim(-edges[-1], edges[-1])
        label = r"group A, $|\beta| \leq 1$"
        guides.append(ax.axvspan(-1, 1, color=PALE, alpha=0.35, linewidth=0, label=label, zorder=0))
    else:
        # A single mode of B can have a beta of hundreds: bins of equal ratio show both the bulk and the tail.
        top = max(float(beta.max()) * 1.001, 2.0)
        edges = np.geomspace(1, top, number_of_bins(len(beta), minimum=4) + 1)
        ax.set(xscale="log", xlim=(1, top))
        plain_ticks(ax)
    _bars(ax, histogram(beta, edges), group, signed, beyond=int((beta > edges[-1]).sum()))
    name = r"\beta" if signed else r"|\beta|"
    ax.set(xlabel=SIGNED_BETA_LABEL if signed else BETA_LABEL, ylabel=rf"$P_{group}({name})$ per mode (no unit)")
    _legend_above_bars(ax, guides)
    return ax


@styled
def draw_cubic(modes: pd.DataFrame, ax: Axes | None = None, *, group: str = "A", signed: bool = False) -> Axes:
    """Draw P(|b3|) or, as in the paper, P(b3) of one group.

    Parameters
    ----------
    modes : DataFrame
        One row per mode, as collected.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    group : str
        `A` or `B`.
    signed : bool
        Draw both signs (Fig. 4 of the paper), each mode half at b3 and half at -b3.

    Raises
    ------
    InputError
        The table lacks a column.
    """
    require_columns(modes, ("b3",))
    cubic = np.abs(quasi_localized(modes, group)["b3"].to_numpy(dtype=float))
    ax = axes_or_new(ax)
    if not len(cubic):
        return annotate_empty(ax, f"no QLM in group {group}\nin this study")
    top = (bulk_end(cubic) if signed else float(cubic.max()) * 1.001) or 1.0
    edges = np.linspace(0, top, number_of_bins(len(cubic), maximum=12 if signed else 20) + 1)
    _bars(ax, histogram(cubic, edges), group, signed, beyond=int((cubic > top).sum()))
    ax.xaxis.set_major_locator(MaxNLocator(6))
    name = "b_3" if signed else "|b_3|"
    ax.set(xlim=(-top * signed, top), xlabel=SIGNED_CUBIC_LABEL if signed else CUBIC_LABEL)
    ax.set_ylabel(rf"$P_{group}({name})$ per mode ($\sigma^3/\epsilon$)")
    _legend_above_bars(ax)
    return ax


def _uniform(signed: bool) -> tuple[list[float], list[float]]:
    """Return the uniform law of |beta| on [0, 1], or of beta on [-1, 1], as a line."""
    return ([-1.0, 1.0], [0.5, 0.5]) if signed else ([0.0, 1.0], [1.0, 1.0])


def bulk_end(values: np.ndarray) -> float:
    """Return where a linear axis may end: above all values, or above 95 % of them if the others are far away."""
    quantile, largest = float(np.quantile(values, 0.95)), float(values.max())
    return 1.001 * (largest if largest < 2 * quantile else quantile)


def _bars(ax: Axes, found: Histogram, group: str, signed: bool = False, beyond: int = 0) -> None:
    color, first = GROUP_COLORS[group], 0
    if signed:
        found, first = found.mirrored(), len(found.low)
    # the mirror image is paler, with open symbols
    paints = [to_rgba(color, 0.12 if k < first else 0.3) for k in range(len(found.low))]
    ax.bar(found.low, found.density, found.high - found.low, align="edge", color=paints, linewidth=0)
    middle = np.sqrt(found.low * found.high) if ax.get_xscale() == "log" else found.center
    style: dict[str, Any] = {"fmt": GROUP_MARKERS[group], "color": color, "elinewidth": 0.8, "zorder": 2}
    if signed:
        image = found.density[:first], found.error[:, :first]
        label = r"the same modes, mirrored: the sign is arbitrary"
        ax.errorbar(middle[:first], *image, markerfacecolor="white", label=label, **style)
    label = ERRORS_LABEL + (f" ({beyond} further out)" if beyond else "")
    ax.errorbar(middle[first:], found.density[first:], found.error[:, first:], label=label, **style)
    ax.set_ylim(0, float((found.density + found.error[1]).max()))


def _legend_above_bars(ax: Axes, guides: Sequence[Line2D | Rectangle] = ()) -> None:
    """Put the legend above everything that is drawn; vertical lines and bands end below it."""
    rows = len(ax.get_legend_handles_labels()[1])
    room = 1.1 + 0.17 * rows
    ax.set_ylim(0, ax.get_ylim()[1] * room)
    for guide in guides:
        if isinstance(guide, Line2D):
            guide.set_ydata([0, 1.05 / room])
        else:
            guide.set_height(1.05 / room)
    ax.legend(loc="upper center")
