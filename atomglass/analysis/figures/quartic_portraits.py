"""The quartic energy along single modes (as in Fig. 1 of Kumar, Procaccia and Singh)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from atomglass.analysis.figures.style import (
    COLUMN_WIDTH,
    GRAY,
    GROUP_COLORS,
    annotate_empty,
    axes_or_new,
    new_figure,
    panel_letter,
    styled,
)
from atomglass.errors import InputError
from atomglass.quartic import energy, shape
from atomglass.study.collected_tables import quasi_localized, require_columns

_COLUMNS = ("b2", "b3", "b4", "beta", "group", "second_minimum")
#: A barrier lower than this fraction of the panel's height is magnified in an inset.
_VISIBLE_FRACTION = 0.08


def typical_modes(modes: pd.DataFrame, group: str, count: int = 3) -> pd.DataFrame:
    """Return the quasi-localized modes at evenly spaced quantiles of |beta|, in ascending order.

    In group A the last one is the mode whose hidden well has the highest barrier, if there is any: hidden wells are
    rare, and the quantiles would miss them.

    Parameters
    ----------
    modes : DataFrame
        One row per mode, as collected.
    group : str
        `A` or `B`.
    count : int
        Number of modes; fewer if the group is smaller.
    """
    require_columns(modes, (*_COLUMNS, "barrier"))
    qlms = quasi_localized(modes, group)
    ordered = qlms.iloc[np.argsort(np.abs(qlms["beta"].to_numpy()), kind="stable")]
    hidden = ordered[ordered["second_minimum"].astype(bool)] if group == "A" else ordered.iloc[:0]
    single = ordered.drop(hidden.index)
    hidden_count = min(len(hidden), max(1, count - len(single)))
    wanted = min(count - hidden_count, len(single))
    quantiles = ((np.arange(wanted) + 0.5) / max(wanted, 1) * len(single)).astype(int)
    return pd.concat([single.iloc[quantiles], hidden.nlargest(hidden_count, "barrier")])


@dataclass(frozen=True)
class Window:
    """A window in the quartic's own units: lengths in sqrt(b2/b4), energies in b2^2/b4.

    Attributes
    ----------
    left, right : float
        Ends of the horizontal axis.
    top : float
        Upper end of the vertical axis.
    """

    left: float
    right: float
    top: float

    @classmethod
    def of(cls, b2: float, b3: float, b4: float) -> Window:
        """Return the window that frames a quartic: equally high on both sides, with all extrema inside.

        Parameters
        ----------
        b2, b3, b4 : float
            Its derivatives at the origin; b2 and b4 are positive.
        """
        found = shape(b2, b3, b4)
        scale = np.sqrt(12 * b2 / b4)  # where the quadratic and the quartic term are equal
        if found.second_minimum:
            top = max(2.8 * found.barrier, 1.25 * (found.barrier - min(found.second_minimum_energy, 0.0)))
        else:
            top = float(energy(1.1 * scale, b2, 0.0, b4))
        return cls._up_to(top / (b2**2 / b4), b2, b3, b4)

    @classmethod
    def _up_to(cls, top: float, b2: float, b3: float, b4: float) -> Window:
        """Return the window of a quartic up to an energy."""
        found, unit = shape(b2, b3, b4), np.sqrt(b2 / b4)
        widest = max(3 * np.sqrt(12), 2.5 * abs(found.second_minimum_position) / unit if found.second_minimum else 0.0)
        x = np.linspace(-widest, widest, 40_001)
        inside = np.flatnonzero(energy(unit * x, b2, b3, b4) <= top * b2**2 / b4)
        return cls(float(x[inside[0]]), float(x[inside[-1]]), top)

    @classmethod
    def common(cls, modes: pd.DataFrame, same_top: bool) -> Window | None:
        """Return one horizontal axis for several quartics, None if none of them is bounded.

        Parameters
        ----------
        modes : DataFrame
            One row per quartic, with b2, b3 and b4.
        same_top : bool
            Whether they share the vertical axis too, up to the lowest of their tops.
        """
        rows = [
            (float(m["b2"]), float(m["b3"]), float(m["b4"])) for _, m in modes.iterrows() if min(m["b2"], m["b4"]) > 0
        ]
        if not rows:
            return None
        own = [cls.of(*row) for row in rows]
        top = min(one.top for one in own)
        if same_top:
            own = [cls._up_to(top, *row) for row in rows]
        return cls(min(one.left for one in own), max(one.right for one in own), top if same_top else np.nan)


@styled
def draw_quartic(modes: pd.DataFrame, ax: Axes | None = None, window: Window | None = None) -> Axes:
    """Draw the quartic along one mode, with both minima and the barrier between them.

    If the barrier is too low to be seen on the scale of the second minimum, an inset magnifies it.

    Parameters
    ----------
    modes : DataFrame
        One row, with b2, b3, b4, beta and group.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    window : Window, optional
        Part of the quartic to draw, with a top of nan for its own; that with all extrema by default.

    Raises
    ------
    InputError
        The table lacks a column or does not have exactly one row.
    """
    require_columns(modes, _COLUMNS)
    if len(modes) != 1:
        raise InputError("the number of modes to draw", len(modes), "1", "pick a row, modes.iloc[[k]]")
    ax = axes_or_new(ax)
    mode = modes.iloc[0]
    b2, b3, b4 = (float(mode[name]) for name in ("b2", "b3", "b4"))
    if not (b2 > 0 and b4 > 0):
        return annotate_empty(ax, f"the quartic is {mode['group']}")
    found = shape(b2, b3, b4)
    own = Window.of(b2, b3, b4)
    window = window or own
    high = (own.top if np.isnan(window.top) else window.top) * b2**2 / b4
    s = np.linspace(window.left, window.right, 600) * np.sqrt(b2 / b4)
    u = energy(s, b2, b3, b4)
    low = float(u.min())
    unit, power = _energy_unit(high - low)
    color = GROUP_COLORS.get(mode["group"], GRAY)
    ax.axhline(0, color=GRAY, linewidth=0.5)
    ax.plot(s, u / unit, color=color)
    ax.plot(0, 0, "o", color=color, clip_on=False)
    if found.second_minimum:
        ax.plot(
            found.second_minimum_position, found.second_minimum_energy / unit, "o", color=color, markerfacecolor="w"
        )
        if found.barrier < _VISIBLE_FRACTION * (high - low):
            origin, wall = ((x - window.left) / (window.right - window.left) for x in (0.0, own.right))
            # above the curve, or beside its right wall if there is more room
            inside = (origin + 0.12, min(0.3, wall - origin - 0.17))
            beside = (wall + 0.12, min(0.3, 0.96 - wall - 0.12))
            _magnify_barrier(ax, (b2, b3, b4), color, max(inside, beside, key=lambda place: place[1]))
        else:
            ax.plot(found.maximum_position, found.barrier / unit, "v", color=color, markerfacecolor="w")
    ax.set(
        xlim=(s[0], s[-1]),
        ylim=((low - 0.12 * (high - low)) / unit, high / unit),
        xlabel=r"$s$ ($\sigma$)",
        ylabel=rf"$U(s)$ ({power}$\epsilon$)",
    )
    return ax


@styled
def quartic_portraits_figure(modes: pd.DataFrame) -> Figure:
    """Return a figure of three typical quartics of group A, (a) to (c), and three of B, (d) to (f).

    In units of sqrt(b2/b4), the three of one group have the same horizontal axis; in units of b2^2/b4, those of A have
    the same vertical axis too. So the panels differ by beta alone, and their scales show b2 and b4.
    """
    figure = new_figure(2, 3, width=2 * COLUMN_WIDTH, height=3.8)
    for row, group in enumerate("AB"):
        chosen = typical_modes(modes, group)
        window = Window.common(chosen, same_top=group == "A")
        for column in range(3):
            ax = figure.axes[3 * row + column]
            letter = "abcdef"[3 * row + column]
            if column >= len(chosen):
                further = "further " if len(chosen) else ""
                annotate_empty(ax, f"no {further}QLM\nin group {group}")
                panel_letter(ax, letter)
                continue
            mode = chosen.iloc[[column]]
            draw_quartic(mode, ax, window)
            hidden = ", hidden well" if group == "A" and mode["second_minimum"].iloc[0] else ""
            panel_letter(ax, letter, rf"{group}, $|\beta| = {abs(mode['beta'].iloc[0]):.2f}${hidden}")
    return figure


def _magnify_barrier(
    ax: Axes, coefficients: tuple[float, float, float], color: str, place: tuple[float, float]
) -> None:
    """Show the origin and the barrier, with scales, in an inset above the curve: its left end and width are given."""
    found = shape(*coefficients)
    s = np.linspace(-0.8 * found.maximum_position, 1.7 * found.maximum_position, 400)
    unit, power = _energy_unit(2 * found.barrier)
    inset = ax.inset_axes((place[0], 0.63, place[1], 0.26))
    inset.axhline(0, color=GRAY, linewidth=0.4)
    inset.plot(s, energy(s, *coefficients) / unit, color=color, linewidth=0.9)
    inset.plot(0, 0, "o", color=color, markersize=2.5)
    inset.plot(found.maximum_position, found.barrier / unit, "v", color=color, markersize=2.5, markerfacecolor="w")
    inset.set(xlim=(s[0], s[-1]), ylim=(-0.9 * found.barrier / unit, 1.7 * found.barrier / unit))
    for axis in (inset.xaxis, inset.yaxis):
        axis.set_major_locator(MaxNLocator(2))
    inset.tick_params(labelsize=5.5, pad=2, length=2, top=False, right=False)
    inset.text(-0.1, 1.07, rf"$U$ ({power}$\epsilon$)", transform=inset.transAxes, fontsize=5.5)


def _energy_unit(scale: float) -> tuple[float, str]:
    """Return a power of ten near an energy, and its math text before epsilon; 1 and no text for energies near 1."""
    exponent = int(np.floor(np.log10(scale)))
    return (1.0, "") if 0 <= exponent <= 1 else (10.0**exponent, rf"$10^{{{exponent}}}$ ")
