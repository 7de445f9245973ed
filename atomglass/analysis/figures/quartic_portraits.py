"""Portraits of single modes: the quartic energy along each (as Fig. 1 of Kumar, Procaccia and Singh)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from atomglass.analysis.figures.style import GRAY, GROUP_COLORS, axes_or_new, say_nothing_found, styled
from atomglass.analysis.selection import quasi_localized, require
from atomglass.errors import InputError
from atomglass.quartic import energy, shape

_COLUMNS = ("b2", "b3", "b4", "beta", "group", "second_minimum")
#: A barrier lower than this share of the panel's height is shown magnified in an inset.
_VISIBLE_SHARE = 0.08


def typical_modes(modes: pd.DataFrame, group: str, count: int = 3) -> pd.DataFrame:
    """Return the quasi-localized modes at evenly spaced quantiles of |beta|, in ascending order.

    In group A the last one is the mode with the highest hidden well's barrier, where there is one: it is rare, and the
    quantiles would miss it.

    Parameters
    ----------
    modes : DataFrame
        One row a mode, as collected.
    group : str
        `A` or `B`.
    count : int
        Number of portraits; fewer come back where the group is smaller.
    """
    require(modes, (*_COLUMNS, "barrier"))
    qlms = quasi_localized(modes, group)
    ordered = qlms.iloc[np.argsort(np.abs(qlms["beta"].to_numpy()), kind="stable")]
    hidden = ordered[ordered["second_minimum"].astype(bool)] if group == "A" else ordered.iloc[:0]
    single = ordered.drop(hidden.index)
    hidden_count = min(len(hidden), max(1, count - len(single)))
    wanted = min(count - hidden_count, len(single))
    places = ((np.arange(wanted) + 0.5) / max(wanted, 1) * len(single)).astype(int)
    return pd.concat([single.iloc[places], hidden.nlargest(hidden_count, "barrier")])


@styled
def draw_portrait(modes: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the quartic along the one mode of a table, with both minima and the barrier between them.

    Where the barrier is too low to be seen beside the depth of the second minimum, an inset magnifies it.

    Parameters
    ----------
    modes : DataFrame
        One row, with b2, b3, b4, beta and group.
    ax : Axes, optional
        Where to draw; by default in a new figure.
    """
    require(modes, _COLUMNS)
    if len(modes) != 1:
        raise InputError("the number of modes in a portrait", len(modes), "1", "pick a row, modes.iloc[[k]]")
    ax = axes_or_new(ax)
    mode = modes.iloc[0]
    b2, b3, b4 = (float(mode[name]) for name in ("b2", "b3", "b4"))
    if not (b2 > 0 and b4 > 0):
        return say_nothing_found(ax, f"the quartic is {mode['group']}")
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
            0.5, 0.95, f"barrier\n{_written(found.barrier)}", ha="center", va="top", transform=ax.transAxes, fontsize=7
        )
        if found.barrier < _VISIBLE_SHARE * np.ptp(u):
            _magnify_barrier(ax, (b2, b3, b4), color)
        else:
            ax.plot(found.maximum_position, found.barrier / unit, "v", color=color, markerfacecolor="w")
    low, high = float(u.min()), float(u.max())
    ax.set(
        xlim=(s[0], s[-1]), ylim=((low - 0.12 * (high - low)) / unit, high / unit),
        xlabel=r"$s$ ($\sigma$)", ylabel=rf"$U(s)$ ({power}$\epsilon$)",
    )  # fmt: skip
    return ax


def _window(b2: float, b3: float, b4: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return positions and energies that frame the quartic: as high on both sides, with all its extrema inside."""
    found = shape(b2, b3, b4)
    scale = np.sqrt(12 * b2 / b4)  # where the quadratic and the quartic term are equal
    reach = max(3 * scale, 2.5 * abs(found.second_minimum_position) if found.second_minimum else 0.0)
    s = np.linspace(-reach, reach, 40_001)
    u = energy(s, b2, b3, b4)
    if found.second_minimum:
        top = max(2.8 * found.barrier, 0.9 * (found.barrier - min(found.second_minimum_energy, 0.0)))
    else:
        top = float(energy(1.1 * scale, b2, 0.0, b4))
    inside = np.flatnonzero(u <= top)
    inside = np.linspace(inside[0], inside[-1], 600).astype(int)
    return s[inside], u[inside]


def _magnify_barrier(ax: Axes, coefficients: tuple[float, float, float], color: str) -> None:
    """Show the origin and the barrier in an inset without scales, in the corner that the falling curve leaves free."""
    found = shape(*coefficients)
    s = np.linspace(-0.8 * found.maximum_position, 1.7 * found.maximum_position, 400)
    inset = ax.inset_axes((0.05, 0.07, 0.33, 0.38))
    inset.axhline(0, color=GRAY, linewidth=0.4)
    inset.plot(s, energy(s, *coefficients) / found.barrier, color=color, linewidth=0.9)
    inset.plot(0, 0, "o", color=color, markersize=2.5)
    inset.plot(found.maximum_position, 1, "v", color=color, markersize=2.5, markerfacecolor="w")
    inset.set(xticks=[], yticks=[], xlim=(s[0], s[-1]), ylim=(-0.9, 1.7))


def _energy_unit(scale: float) -> tuple[float, str]:
    """Return a power of ten near an energy and how it is written before epsilon; 1 and nothing where it is near 1."""
    exponent = int(np.floor(np.log10(scale)))
    return (1.0, "") if 0 <= exponent <= 1 else (10.0**exponent, rf"$10^{{{exponent}}}$ ")


def _written(barrier: float) -> str:
    """Return an energy with two digits and its power of ten."""
    mantissa, exponent = f"{barrier:.1e}".split("e")
    return rf"${mantissa} \times 10^{{{int(exponent)}}}\,\epsilon$"
