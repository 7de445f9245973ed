"""Figures of modes in groups A and B from any model, not only glasses: D(omega) and P(|beta|)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from atomglass.analysis.figures.style import (
    ALL_COLOR,
    ALL_MARKER,
    BETA_LABEL,
    GRAY,
    GROUP_COLORS,
    GROUP_MARKERS,
    annotate_empty,
    axes_or_new,
    new_figure,
    panel_letter,
    plain_ticks,
    styled,
)
from atomglass.analysis.statistics.histograms import histogram, logarithmic_edges, number_of_bins
from atomglass.quartic import HIDDEN_WELL_BETA
from atomglass.study.collected_tables import require_columns
from atomglass.theory.output import RESOLUTION, save_png

#: Columns that the table of modes must have.
COLUMNS = ("frequency", "beta", "group")


@styled
def draw_density(modes: pd.DataFrame, ax: Axes | None = None, *, group: str | None = None) -> Axes:
    """Draw D(omega) of all modes or of one group on double logarithmic axes, with omega^3 and omega^4 as guides.

    The guides go through the lowest bin with at least ten modes, if there is one; they are not fitted.

    Parameters
    ----------
    modes : DataFrame
        One row per mode, as collected.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    group : str, optional
        `A` or `B`; all modes by default.
    """
    require_columns(modes, COLUMNS)
    ax = axes_or_new(ax)
    chosen = modes if group is None else modes[modes["group"] == group]
    frequency = chosen["frequency"].to_numpy(dtype=float)
    frequency = frequency[frequency > 0]
    if not len(frequency):
        return annotate_empty(ax, f"no mode in group {group}" if group else "no modes in this study")
    edges = logarithmic_edges(frequency, frequency.max() * (1 + 1e-9), 8 if len(frequency) < 200 else 12)
    found = histogram(frequency, edges)
    middle = np.sqrt(found.low * found.high)
    color, marker = GROUP_COLORS.get(group or "", ALL_COLOR), GROUP_MARKERS.get(group or "", ALL_MARKER)
    ax.errorbar(middle, found.density, found.error, fmt=marker, color=color, elinewidth=0.8, label="68 % Poisson")
    start = int(np.argmax(found.count >= 10))
    for exponent, dash in ((4, "-"), (3, "--")) if found.count[start] >= 10 else ():
        line = found.density[start] * (middle / middle[start]) ** exponent
        ax.plot(middle, line, dash, color=GRAY, label=rf"$\omega^{exponent}$", zorder=1)
    bottom = (found.density - found.error[0]).min()
    ax.set(xscale="log", yscale="log", ylim=(bottom / 1.5, 6 * (found.density + found.error[1]).max()))
    ax.set_xlim(found.low[0] * 0.95, found.high[-1] * 1.05)
    plain_ticks(ax)
    ax.set(xlabel=r"frequency $\omega$ (the model's unit)", ylabel=r"$D(\omega)$ per mode (1/unit of $\omega$)")
    ax.legend(loc="upper left", ncols=3, columnspacing=1)
    return ax


@styled
def draw_beta(modes: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw P(|beta|) of all modes on [0, 2]: group B lies above 1, and above sqrt(8/9) there is a second well."""
    require_columns(modes, COLUMNS)
    ax = axes_or_new(ax)
    beta = np.abs(modes["beta"].to_numpy(dtype=float))
    beta = beta[np.isfinite(beta)]
    if not len(beta):
        return annotate_empty(ax, "no modes in this study")
    bins_per_group = number_of_bins(len(beta))
    found = histogram(beta, np.linspace(0, 2, 2 * bins_per_group + 1))
    colors = [GROUP_COLORS["A" if high <= 1 + 1e-9 else "B"] for high in found.high]
    ax.bar(found.low, found.density, found.high - found.low, align="edge", color=colors, alpha=0.4, linewidth=0)
    ax.errorbar(found.center, found.density, found.error, fmt="none", ecolor=GRAY, elinewidth=0.8)
    ax.axvline(HIDDEN_WELL_BETA, color=GRAY, linestyle=":")
    beyond = int((beta > 2).sum())
    ax.set(xlim=(0, 2), xlabel=BETA_LABEL, ylabel=r"$P(|\beta|)$ per mode (no unit)")
    ax.text(
        0.98,
        0.95,
        f"A: {(beta <= 1).mean():.1%}\nB: {(beta > 1).mean():.1%}, {beyond} beyond 2",
        ha="right",
        va="top",
        transform=ax.transAxes,
        fontsize=7,
    )
    return ax


@styled
def draw_figures(modes: pd.DataFrame, folder: str | Path) -> list[Path]:
    """Write the figures of a study as PNG (200 dpi) and PDF, and return the files."""
    figure = new_figure(3, 1, height=6.6)
    draw_density(modes, figure.axes[0])
    draw_density(modes, figure.axes[1], group="B")
    draw_beta(modes, figure.axes[2])
    number = int((modes["group"] == "B").sum())
    for ax, letter, title in zip(figure.axes, "abc", (f"{len(modes)} modes", f"group B, {number}", ""), strict=True):
        panel_letter(ax, letter, title)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    png, pdf = folder / "modes.png", folder / "modes.pdf"
    save_png(figure, png)
    figure.savefig(pdf, dpi=RESOLUTION, metadata={"CreationDate": None})
    return [png, pdf]
