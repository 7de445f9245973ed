"""Colors, sizes, labels and axes that the figures have in common. Nothing here needs a display."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

#: Okabe and Ito's palette, which color-blind readers can distinguish; the markers differ too, for print in gray.
GROUP_COLORS = {"A": "#0072B2", "B": "#D55E00"}
GROUP_MARKERS = {"A": "o", "B": "s"}
GRAY = "#6E6E6E"
PALE = "#BDBDBD"
SHADE = "#F0E442"
PURPLE = "#882255"  # Tol's palette: distinct from both groups

#: Six colors from dark to light (viridis without its light end) that keep their order in gray and if color-blind.
SEQUENCE = ("#440154", "#414487", "#2A788E", "#22A884", "#7AD151", "#C9B800")
#: A legend with a background, for axes without a free corner.
FRAMED: Any = {"frameon": True, "framealpha": 0.9, "edgecolor": "none"}

#: Width of one column of a two-column page, in inches.
COLUMN_WIDTH = 3.4

RC: Any = {  # Any: Matplotlib's stubs list each key by name
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
    "pdf.fonttype": 42,  # TrueType, which journals accept and editors can edit
}

#: Decorator that draws with these settings, whatever the caller's own are.
styled = matplotlib.rc_context(RC)

# Reduced units: lengths in sigma (the mean diameter is about 1), energies in epsilon, mass 1.
FREQUENCY_LABEL = r"frequency $\omega$ ($\sqrt{\epsilon / m\sigma^2}$)"
BETA_LABEL = r"$|\beta| = |b_3|\,/\,\sqrt{3\,b_2 b_4}$ (no unit)"
SIGNED_BETA_LABEL = r"$\beta = b_3\,/\,\sqrt{3\,b_2 b_4}$ (no unit)"
SIGNED_CUBIC_LABEL = r"$b_3$ ($\epsilon/\sigma^3$)"
CUBIC_LABEL = r"$|b_3|$ ($\epsilon/\sigma^3$)"
SCALED_FREQUENCY_LABEL = r"frequency $\omega / \omega_1$ (first phonon: 1)"
PARTICIPATION_LABEL = "participation ratio PR (no unit)"
#: Error bars of histograms of modes.
ERRORS_LABEL = "QLMs, 68 % Poisson"


def new_figure(rows: int = 1, columns: int = 1, width: float = COLUMN_WIDTH, height: float = 2.6) -> Figure:
    """Return a figure with empty axes that is drawn to files, never to a screen.

    Parameters
    ----------
    rows, columns : int
        Number of axes.
    width, height : float
        Size in inches.
    """
    with matplotlib.rc_context(RC):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        figure.subplots(rows, columns)
    return figure


def axes_or_new(ax: Axes | None) -> Axes:
    """Return the given axes, or those of a new figure."""
    return new_figure().axes[0] if ax is None else ax


def annotate_empty(ax: Axes, message: str = "no QLM in this study") -> Axes:
    """Write a message into axes that have nothing to show."""
    ax.text(0.5, 0.5, message, ha="center", va="center", transform=ax.transAxes, color=GRAY)
    ax.set_xticks([])
    ax.set_yticks([])
    return ax


@styled
def panel_letter(ax: Axes, letter: str, title: str = "") -> None:
    """Write (a), (b), ... and a short title above the left corner of a panel.

    Parameters
    ----------
    ax : Axes
        The panel.
    letter, title : str
        Its letter and title.
    """
    ax.set_title(f"({letter})  {title}".rstrip(), loc="left")


def plain_ticks(ax: Axes) -> None:
    """Label a logarithmic axis of less than two decades with 0.1, 0.2, 0.5, 1 instead of powers."""
    low, high = ax.get_xlim()
    decades = np.log10(high / low)
    if decades >= 2:
        return
    steps = (1, 2, 5) if decades > 1 else (1, 2, 3, 4, 6) if decades > 0.6 else (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
    ax.xaxis.set_major_locator(LogLocator(subs=steps))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
