"""Summary and figures of modes in groups A and B from any model, glass or not: D(omega), P(|beta|), shares of B."""

from __future__ import annotations

import itertools
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from scipy import stats

from atomglass.analysis.figures.paper_figures import plain_ticks
from atomglass.analysis.figures.style import (
    BETA_LABEL,
    GRAY,
    GROUP_COLORS,
    GROUP_MARKERS,
    axes_or_new,
    new_figure,
    panel_letter,
    say_nothing_found,
    styled,
)
from atomglass.analysis.selection import require
from atomglass.analysis.statistics.histograms import bin_number, histogram, logarithmic_edges
from atomglass.quartic import HIDDEN_WELL_BETA

WIDTH = 80
#: Windows of frequency in the summary, each with the same number of modes.
WINDOWS = 5
#: What the table of modes must have.
COLUMNS = ("frequency", "beta", "group")


def summarize(modes: pd.DataFrame, realizations: pd.DataFrame) -> str:
    """Return what a study found, in words, at most 80 columns wide.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables; frequencies in whatever unit the model has.

    Raises
    ------
    InputError
        A table lacks a column.
    """
    require(modes, COLUMNS)
    require(realizations, ("chain", "status", "reason"), "realizations")
    failed = realizations[realizations["status"] != "ok"]
    lines = [
        "REALIZATIONS",
        _say(f"{len(realizations)} in {realizations['chain'].nunique()} chains, {len(failed)} of them failed."),
    ]
    for status, rows in failed.groupby("status"):
        lines.append(_say(f"{len(rows)} x {status}: {rows['reason'].iloc[0]}"))
    if "unstable_fraction" in realizations:
        share = realizations["unstable_fraction"].dropna()
        lines.append(_say(f"Unstable before anharmonicity: {share.mean():.2%} of the eigenvalues."))
    lines += ["", "MODES", _say(f"{len(modes)} modes expanded to fourth order: b2 s^2/2 + b3 s^3/6 + b4 s^4/24.")]
    if len(modes):
        lines += [_say(_groups(modes)), "", *_windows(modes)]
    return "\n".join(lines)


def _groups(modes: pd.DataFrame) -> str:
    counts = modes["group"].value_counts()
    others = [f"{counts[name]} {name}" for name in counts.index if name not in ("A", "B")]
    a, b = int(counts.get("A", 0)), int(counts.get("B", 0))
    hidden = int((modes["second_minimum"] & (modes["group"] == "A")).sum()) if "second_minimum" in modes else 0
    rest = f" Beside these, {', '.join(others)}." if others else ""
    return f"Group A (the only or lower well): {a}, {hidden} of them with a hidden well; B (the upper well): {b}.{rest}"


def _windows(modes: pd.DataFrame) -> list[str]:
    """How the share of B falls with frequency, in windows that hold equally many modes."""
    frequency = modes["frequency"].to_numpy()
    edges = np.unique(np.quantile(frequency, np.linspace(0, 1, WINDOWS + 1)))
    lines = [f"  {'frequency':<22}{'modes':>8}  {'share of B (68 % interval)':<28}"]
    for low, high in itertools.pairwise(edges):
        inside = modes[(frequency >= low) & ((frequency < high) | (high == edges[-1]))]
        total, upper = len(inside), int((inside["group"] == "B").sum())
        interval = stats.binomtest(upper, total).proportion_ci(0.68, method="wilson")
        told = f"{upper / total:.2%} ({interval.low:.2%} to {interval.high:.2%})"
        lines.append(f"  {f'{low:.4g} to {high:.4g}':<22}{total:>8}  {told}")
    return lines


@styled
def draw_density(modes: pd.DataFrame, ax: Axes | None = None, *, group: str | None = None) -> Axes:
    """Draw D(omega) of all modes or of one group on double logarithmic axes, beside omega^3 and omega^4.

    The guides go through the lowest bin that holds ten modes or more, if there is one; they are not fitted.
    """
    require(modes, COLUMNS)
    ax = axes_or_new(ax)
    chosen = modes if group is None else modes[modes["group"] == group]
    frequency = chosen["frequency"].to_numpy(dtype=float)
    frequency = frequency[frequency > 0]
    if not len(frequency):
        return say_nothing_found(ax, f"no mode in group {group}" if group else "no modes in this study")
    edges = logarithmic_edges(frequency, frequency.max() * (1 + 1e-9), 8 if len(frequency) < 200 else 12)
    found = histogram(frequency, edges)
    middle = np.sqrt(found.low * found.high)
    color, marker = GROUP_COLORS.get(group or "", "k"), GROUP_MARKERS.get(group or "", "^")
    ax.errorbar(middle, found.density, found.error, fmt=marker, color=color, elinewidth=0.8, label="68 % Poisson")
    start = int(np.argmax(found.count >= 10))
    for exponent, dash in ((4, "-"), (3, "--")) if found.count[start] >= 10 else ():
        line = found.density[start] * (middle / middle[start]) ** exponent
        ax.plot(middle, line, dash, color=GRAY, label=rf"$\omega^{exponent}$", zorder=1)
    bottom = (found.density - found.error[0]).min()
    ax.set(xscale="log", yscale="log", ylim=(bottom / 1.5, 6 * (found.density + found.error[1]).max()))
    ax.set_xlim(found.low[0] * 0.95, found.high[-1] * 1.05)
    plain_ticks(ax)
    ax.set(xlabel=r"frequency $\omega$ (the model's unit)", ylabel=r"$D(\omega)$ per mode")
    ax.legend(loc="upper left", ncols=3, columnspacing=1)
    return ax


@styled
def draw_beta(modes: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw P(|beta|) of all modes on [0, 2]; beyond 1 lies group B, beyond sqrt(8/9) a second well."""
    require(modes, COLUMNS)
    ax = axes_or_new(ax)
    beta = np.abs(modes["beta"].to_numpy(dtype=float))
    beta = beta[np.isfinite(beta)]
    if not len(beta):
        return say_nothing_found(ax, "no modes in this study")
    half = bin_number(len(beta))
    found = histogram(beta, np.linspace(0, 2, 2 * half + 1))
    colors = [GROUP_COLORS["A" if high <= 1 + 1e-9 else "B"] for high in found.high]
    ax.bar(found.low, found.density, found.high - found.low, align="edge", color=colors, alpha=0.4, linewidth=0)
    ax.errorbar(found.center, found.density, found.error, fmt="none", ecolor=GRAY, elinewidth=0.8)
    ax.axvline(HIDDEN_WELL_BETA, color=GRAY, linestyle=":")
    beyond = int((beta > 2).sum())
    ax.set(xlim=(0, 2), xlabel=BETA_LABEL, ylabel=r"$P(|\beta|)$ per mode")
    ax.text(
        0.98, 0.95, f"A: {(beta <= 1).mean():.1%}\nB: {(beta > 1).mean():.1%}, {beyond} beyond 2", ha="right", va="top",
        transform=ax.transAxes, fontsize=7,
    )  # fmt: skip
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
    paths = [folder / "modes.png", folder / "modes.pdf"]
    for path in paths:
        figure.savefig(path, dpi=200, metadata={"CreationDate": None} if path.suffix == ".pdf" else None)
    return paths


def _say(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False)
