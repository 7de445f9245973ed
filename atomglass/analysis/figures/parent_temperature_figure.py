"""The density of soft modes against the inverse temperature of the liquid that was quenched."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from atomglass.analysis.figures.named_figure import NamedFigure
from atomglass.analysis.figures.style import (
    FRAMED,
    GRAY,
    GROUP_COLORS,
    GROUP_MARKERS,
    annotate_empty,
    axes_or_new,
    new_figure,
    panel_letter,
    styled,
)
from atomglass.analysis.results.parent_temperatures import boltzmann_fits
from atomglass.study.collected_tables import require_columns


@styled
def draw_parent_temperatures(table: pd.DataFrame, ax: Axes | None = None, *, column: str = "number") -> Axes:
    """Draw the number of modes of each group against 1 / T, with Boltzmann's law.

    Parameters
    ----------
    table : DataFrame
        From `parent_temperature_table` or `with_local_stiffness`.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    column : str
        `number`, in the unit of omega_1, or `local_number`, in that of the local stiffness.

    Raises
    ------
    InputError
        The table lacks a column.
    """
    require_columns(table, ("temperature", "group", column, f"{column}_error"), "parent temperatures")
    ax = axes_or_new(ax)
    points = table[table[column] > 0]
    if not len(points):
        return annotate_empty(ax, "no pseudo-harmonic modes below the bound")
    fits = boltzmann_fits(points, column)
    for group in ("all", "A", "B"):
        lines = points[points["group"] == group]
        beta, number = 1 / lines["temperature"].to_numpy(), lines[column].to_numpy()
        error = lines[f"{column}_error"].to_numpy()
        color, marker = GROUP_COLORS.get(group, GRAY), GROUP_MARKERS.get(group, "^")
        name = "all" if group == "all" else f"group {group}"
        (fit,) = fits[fits["group"] == group].tail(1).itertuples()
        if np.isfinite(fit.energy):
            used = beta >= 1 / fit.highest - 1e-9
            weight = (number[used] / error[used]) ** 2
            level = np.exp(np.average(np.log(number[used]) + fit.energy * beta[used], weights=weight))
            line = np.array([beta[used].min(), beta.max()])
            ax.plot(line, level * np.exp(-fit.energy * line), color=color, linewidth=0.8)
            name += rf", $E = {fit.energy:.2f}\,\epsilon$"
        ax.errorbar(beta, number, error, color=color, marker=marker, markersize=3.5, linestyle="none", label=name)
    ax.set_yscale("log")
    ax.set(xlabel=r"inverse parent temperature $\epsilon / k_\mathrm{B} T$")
    ax.legend(loc="best", **FRAMED)
    return ax


@styled
def parent_temperature_figure(table: pd.DataFrame) -> NamedFigure:
    """Draw the numbers of modes in the units of omega_1 and of the local stiffness.

    Parameters
    ----------
    table : DataFrame
        From `with_local_stiffness`.
    """
    figure = new_figure(2, 1, height=5.0)
    above, below = figure.axes
    draw_parent_temperatures(table, above)
    above.set(ylabel=r"$A_4\,\omega_1^5$ (per particle)", xlabel="")
    panel_letter(above, "a", r"unit: first phonon frequency $\omega_1$")
    draw_parent_temperatures(table, below, column="local_number")
    below.set(ylabel=r"$A_4\,\omega_g^5$ (per particle)")
    panel_letter(below, "b", r"unit: response to force dipoles $\omega_g$")
    caption = (
        "Prefactor of D(omega) = A_4 omega^4 of pseudo-harmonic modes, in two units of frequency, against the inverse "
        "temperature of the liquid that was quenched, with one standard error (the larger of that of independent modes "
        "and that between chains). Lines: least-squares fits of Boltzmann's law exp(-E / T) to the lowest temperatures."
    )
    return NamedFigure("parent_temperatures", "Soft modes against the parent temperature", caption, figure)
