"""The exponents that different selections find on modes of known laws: hidden among phonons, or lowering their G."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from atomglass.analysis.figures.style import GRAY, GREEN, GROUP_COLORS, PALE, PURPLE, axes_or_new, styled
from atomglass.analysis.results.exponent_tables import selection_grid
from atomglass.analysis.selection import Selection
from atomglass.analysis.validation.hybridization import HybridModel, hybrid_realizations, hybrid_spectra

_SHARE_LABEL = r"bound of the selection $f = \omega_\mathrm{max} / \omega_1$"


@styled
def draw_selection_bias(grid: pd.DataFrame, ax: Axes | None = None, *, truth: float = 4.0) -> Axes:
    """Draw the fitted exponent against f, one line per bound on the participation ratio.

    Parameters
    ----------
    grid : DataFrame
        From `selection_grid`.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    truth : float
        Exponent of the hidden modes.
    """
    ax = axes_or_new(ax)
    ax.axhline(truth, color=GRAY, linestyle="--", label=rf"hidden law, $s = {truth:g}$")
    ax.axvline(Selection().share, ymax=0.55, color=PALE, linewidth=5, alpha=0.6, zorder=0, label="primary selection")
    styles = {0.1: (GREEN, "o"), 0.27: (PURPLE, "s"), math.inf: ("#000000", "^")}
    step = float(np.diff(np.unique(grid["frequency_share"])).min(initial=0.1)) / 6
    for k, (ratio, (color, marker)) in enumerate(styles.items()):
        line = grid[(grid["participation_ratio"] == ratio) & (grid["group"] == "all")].dropna(subset="exponent")
        label = "no bound on PR" if math.isinf(ratio) else f"PR < {ratio:g}"
        ax.errorbar(
            line["frequency_share"] + (k - 1) * step,  # side by side, so that no line hides another
            line["exponent"],
            line["error"],
            color=color,
            marker=marker,
            linewidth=0.8,
            capsize=2,
            label=label,
        )
    ax.set(xlabel=_SHARE_LABEL, ylabel="fitted exponent $s$ (no unit)", yscale="log")
    ax.set_yticks([2, 3, 4, 5, 7, 10, 20], ["2", "3", "4", "5", "7", "10", "20"])
    ax.minorticks_off()
    ax.legend(loc="upper left")
    return ax


@styled
def draw_rules(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the exponents of the old and the new rule against f, for synthetic modes with s = 4 in A and 3 in B.

    Parameters
    ----------
    table : DataFrame
        From `own_rule_table`.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    """
    ax = axes_or_new(ax)
    units = {
        "own": (r"own $\omega_1$ of the glass", "o", "none"),
        "chain": (r"median $\omega_1$ of the chain", "s", None),
    }
    for group, truth in (("A", 4), ("B", 3)):
        ax.axhline(truth, color=GRAY, linestyle="--", zorder=0)
        for rule, (label, marker, face) in units.items():
            line, color = table[table["rule"] == rule], GROUP_COLORS[group]
            ax.errorbar(
                line["f"],
                line[group],
                line[f"error of {group}"],
                color=color,
                marker=marker,
                markerfacecolor=face or color,
                linestyle="-" if face is None else ":",
                capsize=2,
                label=f"{group}, {label}",
            )
    ax.set(xlabel=_SHARE_LABEL, ylabel="fitted exponent $s$ (no unit)", ylim=(2.5, 7))
    ax.legend(loc="upper right")
    return ax


def selection_bias(
    rng: np.random.Generator, model: HybridModel | None = None, realizations: int = 6000
) -> pd.DataFrame:
    """Return the exponents that different selections find when modes of a known law are hidden among phonons.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    model : HybridModel, optional
        Parameters of the modes and phonons.
    realizations : int
        Number of realizations.
    """
    modes = hybrid_spectra(model or HybridModel(), realizations, rng)
    return selection_grid(modes, hybrid_realizations(realizations))
