"""Figures of the full spectrum: D(omega)/omega^(d-1) with the Debye level, participation ratios and phonon bands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from atomglass.analysis.figures.style import (
    ALL_COLOR,
    ALL_MARKER,
    FRAMED,
    FREQUENCY_LABEL,
    GRAY,
    GROUP_COLORS,
    GROUP_MARKERS,
    PALE,
    PARTICIPATION_LABEL,
    PURPLE,
    SCALED_FREQUENCY_LABEL,
    annotate_empty,
    axes_or_new,
    styled,
)
from atomglass.analysis.results.spectrum import find_boson_peak, phonon_bands
from atomglass.study.collected_tables import quasi_localized, require_columns


@styled
def draw_reduced_density(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    dimension: int = 2,
    debye: float | None = None,
    first_phonon: float | None = None,
) -> Axes:
    """Draw D(omega)/omega^(d-1), the Debye level and, if there is one, the boson peak.

    Parameters
    ----------
    table : DataFrame
        Columns frequency, density (normalized to one over all modes) and error, from `density_of_states` or any other
        method. With the columns low and high the points get horizontal bars.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    dimension : int
        2 or 3.
    debye : float, optional
        A_D, from `debye_level`.
    first_phonon : float, optional
        Mean frequency of the first phonon: a box of this size has no sound waves below it.

    Raises
    ------
    InputError
        The table lacks a column.
    """
    require_columns(table, ("frequency", "density", "error"), "density-of-states")
    ax = axes_or_new(ax)
    table = table[table["density"] > 0]
    if not len(table):
        return annotate_empty(ax, "no modes in this study")
    power = dimension - 1
    omega = table["frequency"].to_numpy(dtype=float)
    reduced, error = (table[name].to_numpy(dtype=float) / omega**power for name in ("density", "error"))
    width = (table["high"] - table["low"]).to_numpy() / 2 if {"low", "high"} <= set(table.columns) else None
    ax.errorbar(
        omega,
        reduced,
        error,
        width,
        fmt=ALL_MARKER,
        color=ALL_COLOR,
        markersize=2.5,
        elinewidth=0.7,
        capsize=0,
        label=r"all modes, $\pm 1$ standard error",
        zorder=2,
    )
    if debye is not None:
        ax.axhline(debye, color=GRAY, linestyle="--", label=f"Debye level {debye:.3g}", zorder=1)
    if first_phonon is not None and first_phonon < 1.5 * float(omega.max()):
        label = rf"first phonon, $\omega_1 = {first_phonon:.2f}$"
        ax.axvline(first_phonon, color=GRAY, linestyle=":", label=label, zorder=1)
    peak = find_boson_peak(table, dimension, first_phonon)
    if peak is not None:
        height = float(np.interp(peak[0], omega, reduced))
        ax.plot(
            peak[0],
            height,
            "v",
            color=PURPLE,
            markersize=5,
            zorder=3,
            label=f"boson peak, {peak[0]:.2f} ± {peak[1]:.2f}",
        )
    divisor = r"\omega" if power == 1 else rf"\omega^{power}"
    unit = r"m\sigma^2/\epsilon" if dimension == 2 else r"(m\sigma^2/\epsilon)^{3/2}"
    top = max(float((reduced + error)[error < reduced].max(initial=0)), reduced.max() * 0.5, debye or 0)
    right = float(table["high"].max() if width is not None else omega.max())
    if first_phonon is not None and right < first_phonon < 1.5 * right:
        right = 1.04 * first_phonon
    ax.set(xlim=(0, right), ylim=(0, 1.45 * top))
    ax.ticklabel_format(axis="y", scilimits=(-1, 3), useMathText=True)
    ax.yaxis.set_major_locator(MaxNLocator(6))
    ax.set(xlabel=FREQUENCY_LABEL, ylabel=rf"$D(\omega)/{divisor}$ (${unit}$)")
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
        One row per mode, as collected.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    speed_ratio : float, optional
        c_L / c_T, for the longitudinal bands; without it only the transverse bands are marked.
    dimension : int
        2 or 3.
    participation_ratio : float, optional
        The selection's threshold, drawn as a line.

    Raises
    ------
    InputError
        The table lacks a column.
    """
    require_columns(modes, ("frequency", "first_phonon_frequency", "participation_ratio"))
    ax = axes_or_new(ax)
    x = (modes["frequency"] / modes["first_phonon_frequency"]).to_numpy(dtype=float)
    shown = np.isfinite(x)
    if not shown.any():
        return annotate_empty(ax, "no modes in this study")
    right = float(np.clip(np.nanmax(x) * 1.03, 1.15, 3.6))
    _mark_bands(ax, speed_ratio, dimension, right)
    y = modes["participation_ratio"].to_numpy(dtype=float)
    qlm = modes.index.isin(quasi_localized(modes).index)
    style: dict[str, Any] = {"rasterized": len(modes) > 2000}
    ax.plot(x[~qlm], y[~qlm], ".", color=PALE, markersize=1.5, label="other modes", **style)
    for group, marker in GROUP_MARKERS.items():
        chosen = qlm & (modes["group"] == group).to_numpy()
        if chosen.any():
            style |= {"color": GROUP_COLORS[group], "label": f"QLM, {group} ({chosen.sum()})"}
            ax.plot(x[chosen], y[chosen], marker, markersize=2.5, **style)
    if participation_ratio is not None:
        ax.axhline(participation_ratio, color=GRAY, linewidth=0.8)
    low = max(float(np.nanmin(y)) / 1.5, 1e-4)
    ax.set(xscale="linear", yscale="log", xlim=(0, right), ylim=(low, 1))
    ax.set(xlabel=SCALED_FREQUENCY_LABEL, ylabel=PARTICIPATION_LABEL)
    ax.legend(loc="lower right", handletextpad=0.2, **FRAMED)
    return ax


def _mark_bands(ax: Axes, speed_ratio: float | None, dimension: int, right: float) -> None:
    """Mark the phonon bands by lines, with their names above the axes if there is room."""
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
