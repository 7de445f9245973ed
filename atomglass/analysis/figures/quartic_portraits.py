"""The quartic energy along single modes (as in Fig. 1 of Kumar, Procaccia and Singh)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from atomglass.analysis.figures.style import (
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


@styled
def draw_quartic(modes: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the quartic along one mode, with both minima and the barrier between them.

    If the barrier is too low to be seen on the scale of the second minimum, an inset magnifies it.

    Parameters
    ----------
    modes : DataFrame
        One row, with b2, b3, b4, beta and group.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.

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
    s, u = _window(b2, b3, b4)
    unit, power = _energy_unit(np.ptp(u))
    color = GROUP_COLORS.get(mode["group"], GRAY)
    ax.axhline(0, color=GRAY, linewidth=0.5)
    ax.plot(s, u / unit, color=color)
    ax.plot(0, 0, "o", color=color, clip_on=False)
    if found.second_minimum:
        ax.plot(
            found.second_minimum_position, found.second_minimum_energy / unit, "o", color=color, markerfacecolor="w"
        )
        ax.text(
            0.5,
            0.95,
            f"barrier\n{_math_text(found.barrier)}",
            ha="center",
            va="top",
            transform=ax.transAxes,
            fontsize=7,
        )
        if found.barrier < _VISIBLE_FRACTION * np.ptp(u):
            _magnify_barrier(ax, (b2, b3, b4), color)
        else:
            ax.plot(found.maximum_position, found.barrier / unit, "v", color=color, markerfacecolor="w")
    low, high = float(u.min()), float(u.max())
    ax.set(
        xlim=(s[0], s[-1]),
        ylim=((low - 0.12 * (high - low)) / unit, high / unit),
        xlabel=r"$s$ ($\sigma$)",
        ylabel=rf"$U(s)$ ({power}$\epsilon$)",
    )
    return ax


@styled
def quartic_portraits_figure(modes: pd.DataFrame) -> Figure:
    """Return a figure of three typical quartics of group A, (a) to (c), and three of B, (d) to (f)."""
    figure = new_figure(3, 2, height=5.0)
    for column, group in enumerate("AB"):
        chosen = typical_modes(modes, group)
        for row in range(3):
            ax = figure.axes[2 * row + column]
            letter = "abcdef"[3 * column + row]
            if row >= len(chosen):
                further = "further " if len(chosen) else ""
                annotate_empty(ax, f"no {further}QLM\nin group {group}")
                panel_letter(ax, letter)
                continue
            mode = chosen.iloc[[row]]
            draw_quartic(mode, ax)
            hidden = ", hidden well" if group == "A" and mode["second_minimum"].iloc[0] else ""
            panel_letter(ax, letter, rf"{group}, $|\beta| = {abs(mode['beta'].iloc[0]):.2f}${hidden}")
    return figure


def _window(b2: float, b3: float, b4: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return positions and energies that frame the quartic: equally high on both sides, with all extrema inside."""
    found = shape(b2, b3, b4)
    scale = np.sqrt(12 * b2 / b4)  # where the quadratic and the quartic term are equal
    widest = max(3 * scale, 2.5 * abs(found.second_minimum_position) if found.second_minimum else 0.0)
    s = np.linspace(-widest, widest, 40_001)
    u = energy(s, b2, b3, b4)
    if found.second_minimum:
        top = max(2.8 * found.barrier, 0.9 * (found.barrier - min(found.second_minimum_energy, 0.0)))
    else:
        top = float(energy(1.1 * scale, b2, 0.0, b4))
    inside = np.flatnonzero(u <= top)
    inside = np.linspace(inside[0], inside[-1], 600).astype(int)
    return s[inside], u[inside]


def _magnify_barrier(ax: Axes, coefficients: tuple[float, float, float], color: str) -> None:
    """Show the origin and the barrier in an inset without scales, in the free corner below the curve."""
    found = shape(*coefficients)
    s = np.linspace(-0.8 * found.maximum_position, 1.7 * found.maximum_position, 400)
    inset = ax.inset_axes((0.05, 0.07, 0.33, 0.38))
    inset.axhline(0, color=GRAY, linewidth=0.4)
    inset.plot(s, energy(s, *coefficients) / found.barrier, color=color, linewidth=0.9)
    inset.plot(0, 0, "o", color=color, markersize=2.5)
    inset.plot(found.maximum_position, 1, "v", color=color, markersize=2.5, markerfacecolor="w")
    inset.set(xticks=[], yticks=[], xlim=(s[0], s[-1]), ylim=(-0.9, 1.7))


def _energy_unit(scale: float) -> tuple[float, str]:
    """Return a power of ten near an energy, and its math text before epsilon; 1 and no text for energies near 1."""
    exponent = int(np.floor(np.log10(scale)))
    return (1.0, "") if 0 <= exponent <= 1 else (10.0**exponent, rf"$10^{{{exponent}}}$ ")


def _math_text(barrier: float) -> str:
    """Return an energy as math text, with two digits and a power of ten."""
    mantissa, exponent = f"{barrier:.1e}".split("e")
    return rf"${mantissa} \times 10^{{{int(exponent)}}}\,\epsilon$"
