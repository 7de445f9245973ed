"""Colors, sizes, labels and axes that the figures have in common. Nothing here needs a display."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from atomglass.theory.output import COLUMN_WIDTH as COLUMN_WIDTH
from atomglass.theory.output import STYLE

#: Okabe and Ito's palette, which color-blind readers can distinguish; the markers differ too, for print in gray.
GROUP_COLORS = {"A": "#0072B2", "B": "#D55E00"}
GROUP_MARKERS = {"A": "o", "B": "s"}
GRAY = "#6E6E6E"
PALE = "#BDBDBD"
SHADE = "#F0E442"
PURPLE = "#882255"  # Tol's palette: distinct from both groups
GREEN = "#009E73"
#: Color and marker of all modes together.
ALL_COLOR, ALL_MARKER = "#000000", "^"

#: Six colors from dark to light (viridis without its light end) that keep their order in gray and if color-blind.
SEQUENCE = ("#440154", "#414487", "#2A788E", "#22A884", "#7AD151", "#C9B800")
#: A legend with a background, for axes without a free corner.
FRAMED: Any = {"frameon": True, "framealpha": 0.9, "edgecolor": "none"}

#: Decorator that draws with these settings, whatever the caller's own are.
styled = matplotlib.rc_context(STYLE)

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
#: Exponents, as on an axis.
EXPONENT_LABEL = "exponent $s$ (no unit)"


def new_figure(rows: int = 1, columns: int = 1, width: float = COLUMN_WIDTH, height: float = 2.6) -> Figure:
    """Return a figure with empty axes that is drawn to files, never to a screen.

    Parameters
    ----------
    rows, columns : int
        Number of axes.
    width, height : float
        Size in inches.
    """
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        figure.subplots(rows, columns)
    return figure


def axes_or_new(ax: Axes | None) -> Axes:
    """Return the given axes, or those of a new figure."""
    return new_figure().axes[0] if ax is None else ax


def mark_exponents(ax: Axes, expected: float | None, exponents: tuple[float, ...] = (3.0, 4.0)) -> None:
    """Draw the exponents that a theory predicts as horizontal lines: the expected one solid, the others dashed.

    Parameters
    ----------
    ax : Axes
        Axes whose vertical axis is an exponent.
    expected : float or None
        The exponent of this group.
    exponents : tuple of float
        All of them.
    """
    for exponent in exponents:
        found = exponent == expected
        ax.axhline(exponent, color=GRAY, linestyle="-" if found else "--", linewidth=1.0, zorder=0)


def exponent_limits(ax: Axes, lowest: float, highest: float) -> None:
    """Set the limits of an axis of exponents: all points with their errors, and both predictions.

    Parameters
    ----------
    ax : Axes
        Axes whose vertical axis is an exponent.
    lowest, highest : float
        Ends of the lowest and of the highest error bar.
    """
    ax.set_ylim(max(0.0, np.floor(2 * min(lowest, 3.0) - 0.4) / 2), max(highest + 0.2, 4.3))


def theory_lines() -> list[Line2D]:
    """Return the entries of a legend for the lines of `mark_exponents`."""
    own = Line2D([], [], color=GRAY, linewidth=1.0, linestyle="-", label="theory of this group")
    return [own, Line2D([], [], color=GRAY, linewidth=1.0, linestyle="--", label="theory of A or B")]


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
