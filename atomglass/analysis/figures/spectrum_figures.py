"""Figures of the whole spectrum: D(omega)/omega^(d-1) with Debye's level, participation ratios among phonon bands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from atomglass.analysis.figures.style import (
    FRAMED,
    FREQUENCY_LABEL,
    GRAY,
    GROUP_COLORS,
    GROUP_MARKERS,
    PALE,
    PURPLE,
    axes_or_new,
    say_nothing_found,
    styled,
)  # fmt: skip
from atomglass.analysis.results.spectrum import boson_peak, phonon_bands
from atomglass.analysis.selection import quasi_localized, require


@styled
def draw_reduced_density(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    dimension: int = 2,
    debye: float | None = None,
    first_phonon: float | None = None,
) -> Axes:
    """Draw D(omega)/omega^(d-1), Debye's level and, where there is one, the boson peak.

    Parameters
    ----------
    table : DataFrame
        Columns frequency, density (normalized to one over all modes) and error, as of `density_of_states`, or of any
        other way to a density of states; with the columns low and high the points get horizontal bars.
    ax : Axes, optional
        Where to draw; by default in a new figure.
    dimension : int
        2 or 3.
    debye : float, optional
        A_D, as of `debye_level`.
    first_phonon : float, optional
        Mean frequency of the first phonon: below it a box of this size holds no sound.
    """
    require(table, ("frequency", "density", "error"), "density-of-states")
    ax = axes_or_new(ax)
    table = table[table["density"] > 0]
    if not len(table):
        return say_nothing_found(ax, "no modes in this study")
    power = dimension - 1
    omega = table["frequency"].to_numpy(dtype=float)
    reduced, error = (table[name].to_numpy(dtype=float) / omega**power for name in ("density", "error"))
    width = (table["high"] - table["low"]).to_numpy() / 2 if {"low", "high"} <= set(table.columns) else None
    ax.errorbar(
        omega, reduced, error, width, fmt="o", color=GROUP_COLORS["A"], markersize=2.5, elinewidth=0.7, capsize=0,
        label=r"all modes, $\pm 1$ standard error", zorder=2,
    )  # fmt: skip
    if debye is not None:
        ax.axhline(debye, color=GRAY, linestyle="--", label=f"Debye level {debye:.3g}", zorder=1)
    if first_phonon is not None:
        label = rf"first phonon, $\omega_1 = {first_phonon:.2f}$"
        ax.axvline(first_phonon, color=GRAY, linestyle=":", label=label, zorder=1)
    peak = boson_peak(table, dimension, first_phonon)
    if peak is not None:
        where = peak[0], float(np.interp(peak[0], omega, reduced))
        ax.plot(*where, "v", color=PURPLE, markersize=5, zorder=3, label=f"boson peak, {peak[0]:.2f} ± {peak[1]:.2f}")
    divisor = r"\omega" if power == 1 else rf"\omega^{power}"
    unit = r"m\sigma^2/\epsilon" if dimension == 2 else r"(m\sigma^2/\epsilon)^{3/2}"
    top = max(float((reduced + error)[error < reduced].max(initial=0)), reduced.max() * 0.5, debye or 0)
    ax.set(
        xlim=(0, float(table["high"].max() if width is not None else omega.max())), ylim=(0, 1.45 * top),
        xlabel=FREQUENCY_LABEL, ylabel=rf"$D(\omega)/{divisor}$ (${unit}$)",
    )  # fmt: skip
    ax.legend(loc="best", **FRAMED)
    return ax


@styled
def draw_participation(
    modes: pd.DataFrame,
    ax: Axes | None = None,
    *,
    speed_ratio: float | None = None,
    dimension: int = 2,
    participation_ratio: float | None = None,
) -> Axes:
    """Draw the participation ratio of every mode against its frequency, with the phonon bands marked.

    Frequencies are in units of each glass's own first phonon frequency, where the bands of all glasses coincide.

    Parameters
    ----------
    modes : DataFrame
        One row a mode, as collected.
    ax : Axes, optional
        Where to draw; by default in a new figure.
    speed_ratio : float, optional
        c_L / c_T, for the longitudinal bands; without it only transverse ones are marked.
    dimension : int
        2 or 3.
    participation_ratio : float, optional
        The selection's threshold, drawn as a line.
    """
    require(modes, ("frequency", "first_phonon_frequency", "participation_ratio"))
    ax = axes_or_new(ax)
    x = (modes["frequency"] / modes["first_phonon_frequency"]).to_numpy(dtype=float)
    shown = np.isfinite(x)
    if not shown.any():
        return say_nothing_found(ax, "no modes in this study")
    right = float(np.clip(np.nanmax(x) * 1.03, 1.15, 3.6))
    _mark_bands(ax, speed_ratio, dimension, right)
    y = modes["participation_ratio"].to_numpy(dtype=float)
    qlm = modes.index.isin(quasi_localized(modes).index)
    many: dict[str, Any] = {"rasterized": len(modes) > 2000}
    ax.plot(x[~qlm], y[~qlm], ".", color=PALE, markersize=1.5, label="other modes", **many)
    for group, marker in GROUP_MARKERS.items():
        mine = qlm & (modes["group"] == group).to_numpy()
        if mine.any():
            ax.plot(
                x[mine], y[mine], marker, color=GROUP_COLORS[group], markersize=2.5,
                label=f"QLM, {group} ({mine.sum()})", **many,
            )  # fmt: skip
    if participation_ratio is not None:
        ax.axhline(participation_ratio, color=GRAY, linewidth=0.8)
    low = max(float(np.nanmin(y)) / 1.5, 1e-4)
    ax.set(
        xscale="linear", yscale="log", xlim=(0, right), ylim=(low, 1),
        xlabel=r"frequency $\omega / \omega_1$ (first phonon: 1)", ylabel="participation ratio PR (no unit)",
    )  # fmt: skip
    ax.legend(loc="lower right", handletextpad=0.2, **FRAMED)
    return ax


def _mark_bands(ax: Axes, speed_ratio: float | None, dimension: int, right: float) -> None:
    """Mark the phonon bands by lines, with their names above the axes where there is room."""
    last = -np.inf
    for band in phonon_bands(speed_ratio or 1e3, dimension, right):
        dash = ":" if band.branch == "T" else "--"
        ax.axvline(band.frequency, color=GRAY, linestyle=dash, linewidth=0.8, zorder=0)
        if band.frequency - last > 0.06 * right:
            name = rf"{band.branch}$_{{{band.squared}}}$"
            ax.text(
                band.frequency, 1.02, name, transform=ax.get_xaxis_transform(), ha="center", va="bottom", fontsize=6.5
            )
            last = band.frequency
