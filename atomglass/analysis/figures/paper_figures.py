"""The figures of a study: each takes the collected table of modes and, if wished, axes to draw into.

They follow Figs. 1 to 4 of Kumar, Procaccia and Singh; a fifth shows which modes were selected. The sign of b3 is a
convention (the second well lies at s > 0), so magnitudes are drawn, or both signs with half the weight each.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter

from atomglass.analysis.figures.quartic_portraits import draw_portrait, typical_modes
from atomglass.analysis.figures.style import (
    BETA_LABEL,
    CUBIC_LABEL,
    FREQUENCY_LABEL,
    GRAY,
    GROUP_COLORS,
    GROUP_MARKERS,
    PALE,
    SHADE,
    SIGNED_BETA_LABEL,
    SIGNED_CUBIC_LABEL,
    axes_or_new,
    new_figure,
    panel_letter,
    say_nothing_found,
    styled,
)  # fmt: skip
from atomglass.analysis.selection import quasi_localized, require, selection_bound
from atomglass.analysis.statistics.exponents import EXPECTED_EXPONENT
from atomglass.analysis.statistics.histograms import Histogram, bin_number, histogram, logarithmic_edges
from atomglass.quartic import HIDDEN_WELL_BETA
from atomglass.vibrations.localization import FREQUENCY_SHARE, PARTICIPATION_RATIO


@styled
def draw_density_of_states(
    modes: pd.DataFrame, ax: Axes | None = None, *, group: str = "A", frequency_share: float = FREQUENCY_SHARE
) -> Axes:
    """Draw D(omega) of one group on double logarithmic axes, beside omega^4 and omega^3.

    The guides are not fitted: each is the normalized law omega^s up to the selection's bound in each mode's own
    realization, averaged over the modes and over the width of a bin, so it is what a bin of the histogram should hold.
    Where the bounds lie (their central 90 % are shaded) the guides bend down as the data do.

    Parameters
    ----------
    modes : DataFrame
        One row a mode, as collected.
    ax : Axes, optional
        Where to draw; by default in a new figure.
    group : str
        `A` or `B`.
    frequency_share : float
        The selection's bound in units of the first phonon frequency.
    """
    require(modes, ("frequency",))
    qlms = quasi_localized(modes, group)
    frequency, bound = qlms["frequency"].to_numpy(), selection_bound(qlms, frequency_share).to_numpy()
    known = frequency <= bound
    frequency, bound = frequency[known], bound[known]
    ax = axes_or_new(ax)
    if not len(frequency):
        return _empty(ax, group)
    edges = logarithmic_edges(frequency, bound.max(), 8 if len(frequency) < 200 else 12)
    found = histogram(frequency, edges)
    omega = np.geomspace(edges[0], edges[-1], 600)
    for exponent, dash in ((4, "-"), (3, "--")):
        guide = _binned_law(omega, bound, exponent, edges[1] / edges[0])
        label = rf"$\omega^{exponent}$" + (" (theory)" if exponent == EXPECTED_EXPONENT[group] else "")
        ax.plot(omega, guide, dash, color=GRAY, label=label, zorder=1)
    ax.axvspan(*np.quantile(bound, (0.05, 0.95)), color=PALE, alpha=0.35, linewidth=0, label="selection ends", zorder=0)
    _points(ax, found, group)
    bottom = 10 ** np.floor(np.log10((found.density - found.error[0]).min()))
    top = (found.density + found.error[1]).max()
    ax.set(
        xscale="log", yscale="log", xlim=(edges[0] * 0.95, edges[-1] * 1.05),
        ylim=(bottom, top * (top / bottom) ** 0.35),  # room for the legend above the points
        xlabel=FREQUENCY_LABEL, ylabel=rf"$D_{group}(\omega)$ per mode ($\sqrt{{m\sigma^2/\epsilon}}$)",
    )  # fmt: skip
    ax.yaxis.set_minor_formatter(NullFormatter())
    plain_ticks(ax)
    ax.legend(loc="upper left", ncols=2, columnspacing=1)
    return ax


@styled
def draw_beta(modes: pd.DataFrame, ax: Axes | None = None, *, group: str = "A", signed: bool = False) -> Axes:
    """Draw P(|beta|) or, in the paper's form, P(beta) of one group: A beside the theory's uniform law, B from 1 on.

    Where the density of b3 is smooth, and the window |b3| <= sqrt(3 b2 b4) narrow beside it, beta is uniform in A: this
    is the step from Eq. 6 to Eq. 9 of the paper.

    Parameters
    ----------
    modes, ax, group
        As of `draw_density_of_states`.
    signed : bool
        Draw both signs (Fig. 3 of the paper). A mode and its negative are the same mode, so each counts half at beta
        and half at -beta, and both halves of the picture hold the same numbers.
    """
    require(modes, ("beta",))
    beta = np.abs(quasi_localized(modes, group)["beta"].to_numpy(dtype=float))
    ax = axes_or_new(ax)
    if not len(beta):
        return _empty(ax, group)
    if group == "A":
        edges = np.linspace(0, 1, bin_number(len(beta)) + 1)
        ax.plot(*_uniform(signed), color=GRAY, linestyle="--", label="uniform (theory)", zorder=1)
        label = rf"hidden well beyond {'±' if signed else ''}$\sqrt{{8/9}}$"
        for place in (HIDDEN_WELL_BETA, -HIDDEN_WELL_BETA) if signed else (HIDDEN_WELL_BETA,):
            ax.axvline(place, color=GRAY, linestyle=":", label=label, zorder=1)
            label = "_nolegend_"
        ax.set_xlim(-signed, 1)
    elif signed:
        edges = np.linspace(1, max(bulk_end(beta), 2.0), bin_number(len(beta), most=12) + 1)
        ax.set_xlim(-edges[-1], edges[-1])
        ax.axvspan(-1, 1, color=PALE, alpha=0.35, linewidth=0, label="group A", zorder=0)
    else:
        # One mode deep in B has a beta of hundreds: equal ratios keep the bulk and the tail apart.
        top = max(float(beta.max()) * 1.001, 2.0)
        edges = np.geomspace(1, top, bin_number(len(beta), least=4) + 1)
        ax.set(xscale="log", xlim=(1, top))
        plain_ticks(ax)
    _bars(ax, histogram(beta, edges), group, signed, beyond=int((beta > edges[-1]).sum()))
    name = r"\beta" if signed else r"|\beta|"
    ax.set(xlabel=SIGNED_BETA_LABEL if signed else BETA_LABEL, ylabel=rf"$P_{group}({name})$ per mode")
    _legend_above_bars(ax, "upper left" if group == "A" else "upper right")
    return ax


@styled
def draw_cubic(modes: pd.DataFrame, ax: Axes | None = None, *, group: str = "A", signed: bool = False) -> Axes:
    """Draw P(|b3|) or, in the paper's form, P(b3) of one group.

    Parameters
    ----------
    modes, ax, group
        As of `draw_density_of_states`.
    signed : bool
        Draw both signs (Fig. 4 of the paper), as of `draw_beta`.
    """
    require(modes, ("b3",))
    cubic = np.abs(quasi_localized(modes, group)["b3"].to_numpy(dtype=float))
    ax = axes_or_new(ax)
    if not len(cubic):
        return _empty(ax, group)
    top = (bulk_end(cubic) if signed else float(cubic.max()) * 1.001) or 1.0
    edges = np.linspace(0, top, bin_number(len(cubic), most=12 if signed else 20) + 1)
    _bars(ax, histogram(cubic, edges), group, signed, beyond=int((cubic > top).sum()))
    ax.xaxis.set_major_locator(MaxNLocator(6))
    name = "b_3" if signed else "|b_3|"
    ax.set(
        xlim=(-top * signed, top), xlabel=SIGNED_CUBIC_LABEL if signed else CUBIC_LABEL,
        ylabel=rf"$P_{group}({name})$ per mode ($\sigma^3/\epsilon$)",
    )  # fmt: skip
    _legend_above_bars(ax)
    return ax


@styled
def draw_selection(
    modes: pd.DataFrame,
    ax: Axes | None = None,
    *,
    participation_ratio: float = PARTICIPATION_RATIO,
    frequency_share: float = FREQUENCY_SHARE,
) -> Axes:
    """Draw the participation ratio of every mode against its frequency, and which region was called quasi-localized.

    Parameters
    ----------
    modes : DataFrame
        One row a mode, as collected; modes that were not selected are drawn too, in gray.
    ax : Axes, optional
        Where to draw; by default in a new figure.
    participation_ratio, frequency_share : float
        The selection's bounds, the second in units of the first phonon frequency.
    """
    require(modes, ("frequency", "first_phonon_frequency", "participation_ratio"))
    ax = axes_or_new(ax)
    if not len(modes):
        return say_nothing_found(ax, "no modes in this study")
    x = modes["frequency"] / modes["first_phonon_frequency"]
    y = modes["participation_ratio"]
    ax.axvspan(0, frequency_share, ymax=participation_ratio, color=SHADE, alpha=0.35, linewidth=0)
    ax.axvline(1, color=GRAY, linestyle=":")
    qlms = quasi_localized(modes)
    rest = modes.index.difference(qlms.index)
    # Many points become one picture inside the PDF, else it takes minutes to open.
    look: dict[str, Any] = {"linestyle": "", "rasterized": len(modes) > 5000}
    ax.plot(x[rest], y[rest], ".", color=PALE, markersize=2, label="not selected", **look)
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
                **look,
            )
    others = qlms[~qlms["group"].isin(list(GROUP_MARKERS))].index
    if len(others):
        ax.plot(x[others], y[others], "x", color="k", markersize=3, label=f"QLM, no group ({len(others)})", **look)
    if not len(qlms):
        ax.text(
            frequency_share / 2, participation_ratio / 2, "no QLM in this study", ha="center", va="center", color=GRAY
        )
    # A full spectrum goes on far beyond what this figure is about.
    right = max(float(np.clip(x.max() * 1.02, 1.3, 2)), 1.2 * frequency_share)
    ax.set(
        xlim=(0, right), ylim=(0, 1),
        xlabel=r"frequency $\omega / \omega_1$ (first phonon: 1)", ylabel="participation ratio PR (no unit)",
    )  # fmt: skip
    ax.legend(loc="upper left", handletextpad=0.2)
    return ax


@styled
def portraits_figure(modes: pd.DataFrame) -> Figure:
    """Return a figure of three typical quartics of group A, (a) to (c), and three of B, (d) to (f)."""
    figure = new_figure(3, 2, height=5.0)
    for column, group in enumerate("AB"):
        chosen = typical_modes(modes, group)
        for row in range(3):
            ax = figure.axes[2 * row + column]
            letter = "abcdef"[3 * column + row]
            if row >= len(chosen):
                _empty(ax, group, "no {}QLM\nin group".format("further " if len(chosen) else "") + " {}")
                panel_letter(ax, letter)
                continue
            mode = chosen.iloc[[row]]
            draw_portrait(mode, ax)
            hidden = ", hidden well" if group == "A" and mode["second_minimum"].iloc[0] else ""
            panel_letter(ax, letter, rf"{group}, $|\beta| = {abs(mode['beta'].iloc[0]):.2f}${hidden}")
    return figure


def _empty(ax: Axes, group: str, what: str = "no QLM in group {}\nin this study") -> Axes:
    return say_nothing_found(ax, what.format(group))


def _binned_law(omega: np.ndarray, bound: np.ndarray, exponent: int, ratio: float) -> np.ndarray:
    """Mean of (s + 1) omega^s / Omega^(s+1), cut at Omega, over the modes and over a bin around each omega."""

    def share_below(edge: np.ndarray) -> np.ndarray:
        return (np.minimum(edge[:, None] / bound, 1) ** (exponent + 1)).mean(axis=1)

    low, high = omega / np.sqrt(ratio), omega * np.sqrt(ratio)
    return (share_below(high) - share_below(low)) / (high - low)


def _points(ax: Axes, found: Histogram, group: str) -> None:
    color = GROUP_COLORS[group]
    ax.hlines(found.density, found.low, found.high, color=color, linewidth=0.8)
    ax.errorbar(
        np.sqrt(found.low * found.high), found.density, found.error, fmt=GROUP_MARKERS[group], color=color,
        elinewidth=0.8, label="QLMs, 68 % Poisson", zorder=2,
    )  # fmt: skip


def _uniform(signed: bool) -> tuple[list[float], list[float]]:
    """The uniform law of |beta| on [0, 1], or of beta on [-1, 1], as a line."""
    return ([-1.0, 1.0], [0.5, 0.5]) if signed else ([0.0, 1.0], [1.0, 1.0])


def bulk_end(values: np.ndarray) -> float:
    """Return where a linear axis may end: past all values, or past 95 % of them where the rest lie far out."""
    most, top = float(np.quantile(values, 0.95)), float(values.max())
    return 1.001 * (top if top < 2 * most else most)


def _bars(ax: Axes, found: Histogram, group: str, signed: bool = False, beyond: int = 0) -> None:
    color = GROUP_COLORS[group]
    if signed:
        found = found.mirrored()
    ax.bar(found.low, found.density, found.high - found.low, align="edge", color=color, alpha=0.3, linewidth=0)
    middle = np.sqrt(found.low * found.high) if ax.get_xscale() == "log" else found.center
    ax.errorbar(
        middle, found.density, found.error, fmt=GROUP_MARKERS[group], color=color, elinewidth=0.8, zorder=2,
        label="QLMs, 68 % Poisson" + (f" ({beyond} further out)" if beyond else ""),
    )  # fmt: skip
    ax.set_ylim(0, float((found.density + found.error[1]).max()))


def _legend_above_bars(ax: Axes, where: Literal["upper left", "upper right"] = "upper right") -> None:
    """Leave room for the legend above all that is drawn."""
    rows = len(ax.get_legend_handles_labels()[1])
    ax.set_ylim(0, ax.get_ylim()[1] * (1.1 + 0.17 * rows))
    ax.legend(loc=where)


def plain_ticks(ax: Axes) -> None:
    """Write 0.1, 0.2, 0.5, 1 instead of powers on a logarithmic axis of less than two decades."""
    low, high = ax.get_xlim()
    decades = np.log10(high / low)
    if decades >= 2:
        return
    steps = (1, 2, 5) if decades > 1 else (1, 2, 3, 4, 6) if decades > 0.6 else (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
    ax.xaxis.set_major_locator(LogLocator(subs=steps))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
