"""The look of the figures: colors, sizes, labels. Nothing here needs a display."""

from __future__ import annotations

from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

#: Okabe and Ito's palette, told apart by color-blind readers; the shapes differ too, for print in gray.
GROUP_COLORS = {"A": "#0072B2", "B": "#D55E00"}
GROUP_MARKERS = {"A": "o", "B": "s"}
GRAY = "#6E6E6E"
PALE = "#BDBDBD"
SHADE = "#F0E442"
PURPLE = "#882255"  # Tol: stands apart from both groups

#: Six steps from dark to light that keep their order in gray print and for color-blind readers (viridis, cut short).
SEQUENCE = ("#440154", "#414487", "#2A788E", "#22A884", "#7AD151", "#C9B800")
#: A legend that covers what lies under it, where no corner is free.
FRAMED: Any = {"frameon": True, "framealpha": 0.9, "edgecolor": "none"}

#: Width of one column of a two-column page, inches.
COLUMN_WIDTH = 3.4

RC: Any = {  # Matplotlib's stubs know each key by name
    "font.size": 8,
    "axes.labelsize": 8.5,
    "axes.titlesize": 8,
    "legend.fontsize": 7,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "axes.linewidth": 0.7,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "errorbar.capsize": 1.5,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "legend.frameon": False,
    "mathtext.fontset": "dejavusans",
    "pdf.fonttype": 42,  # fonts that journals and editors can use
}

#: Decorator that gives a drawing function this look, whatever the caller's own settings are.
styled = matplotlib.rc_context(RC)

# Reduced units: lengths in sigma (the mean diameter is about 1), energies in epsilon, mass 1.
FREQUENCY_LABEL = r"frequency $\omega$ ($\sqrt{\epsilon / m\sigma^2}$)"
BETA_LABEL = r"$|\beta| = |b_3|\,/\,\sqrt{3\,b_2 b_4}$ (no unit)"
SIGNED_BETA_LABEL = r"$\beta = b_3\,/\,\sqrt{3\,b_2 b_4}$ (no unit)"
SIGNED_CUBIC_LABEL = r"$b_3$ ($\epsilon/\sigma^3$)"
CUBIC_LABEL = r"$|b_3|$ ($\epsilon/\sigma^3$)"


def new_figure(rows: int = 1, columns: int = 1, width: float = COLUMN_WIDTH, height: float = 2.6) -> Figure:
    """Return a figure with empty axes that is drawn to files, never to a screen."""
    with matplotlib.rc_context(RC):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        figure.subplots(rows, columns)
    return figure


def axes_or_new(ax: Axes | None) -> Axes:
    """Return the axes given, or those of a new figure."""
    return new_figure().axes[0] if ax is None else ax


def say_nothing_found(ax: Axes, what: str = "no QLM in this study") -> Axes:
    """Write into axes that there is nothing to draw."""
    ax.text(0.5, 0.5, what, ha="center", va="center", transform=ax.transAxes, color=GRAY)
    ax.set_xticks([])
    ax.set_yticks([])
    return ax


@styled
def panel_letter(ax: Axes, letter: str, title: str = "") -> None:
    """Put (a), (b) ... above the left corner of a panel, with a short title."""
    ax.set_title(f"({letter})  {title}".rstrip(), loc="left")
