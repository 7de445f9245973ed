"""Two-level systems of a study beside the theories: their density, their heat capacity, their tunneling strength."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter

from atomglass.analysis.figures.named_figure import NamedFigure
from atomglass.analysis.figures.style import FRAMED, GRAY, new_figure, panel_letter, styled
from atomglass.analysis.results.two_level_pairs import (
    glass_volumes,
    mean_over_glasses,
    searched_glasses,
    sum_per_glass,
    two_level_systems,
)
from atomglass.analysis.results.two_level_theories import (
    THEORIES,
    heat_capacities,
    predictions,
    splitting_bound,
)
from atomglass.analysis.results.two_level_theory_inputs import theory_inputs
from atomglass.errors import InputError
from atomglass.types import Array

#: Number of bins of the splitting, up to three times the bound of the comparison.
BINS = 6
#: Temperature, in units of the smallest splitting, below which the heat capacity of a finite number of systems is not
#: drawn: the maximum of a single system lies at 0.42.
COLDEST = 0.2
_COLORS = dict(zip(THEORIES, ("black", "#0072B2", "#009E73", "#D55E00"), strict=True))
#: Tunneling strengths of glasses in experiments (Pohl, Liu and Thompson, Rev. Mod. Phys. 74, 991 (2002)).
MEASURED_STRENGTHS = (1e-4, 1e-3)
_LINES = dict(zip(THEORIES, ("-", "-", "--", "-."), strict=True))


def splitting_density(study: Any, edges: Array) -> pd.DataFrame:
    """Return the number of two-level systems per volume and energy in bins of their splitting.

    Parameters
    ----------
    study : Study
        A study of two-level systems, from `atomglass.load_study`.
    edges : (m,) array
        Edges of the bins, ascending, in units of epsilon.

    Returns
    -------
    DataFrame
        low, high, density and error of all two-level systems; `weighted` and `weighted_error`, each with
        the weight (Delta_0/E)^2, which is P in the standard tunneling model. Errors are over glasses.
    """
    pairs, glasses = two_level_systems(study), searched_glasses(study)
    volume = glass_volumes(glasses)
    rows = []
    for low, high in pairwise(edges):
        some = pairs[(pairs["splitting"] >= low) & (pairs["splitting"] < high)]
        share = some["weight"] * (some["tunneling"] / some["splitting"]) ** 2
        plain, weighted = (
            mean_over_glasses(sum_per_glass(values, some["realization"], glasses) / (volume * (high - low)))
            for values in (some["weight"], share)
        )
        rows.append((low, high, plain.value, plain.error, weighted.value, weighted.error))
    return pd.DataFrame(rows, columns=["low", "high", "density", "error", "weighted", "weighted_error"])


@styled
def draw_two_level_theories(study: Any, figure: Figure | None = None) -> Figure:
    """Draw the density of two-level systems, their heat capacity and their tunneling strength, beside three theories.

    Parameters
    ----------
    study : Study
        A study of two-level systems, from `atomglass.load_study`.
    figure : Figure, optional
        An empty figure to draw into; a new one by default.

    Returns
    -------
    Figure
        (a) n(E), and P(E), its part with the weight (Delta_0/E)^2; (b) c(T)/T; (c) C.

    Raises
    ------
    InputError
        A table or a column that the theories need is missing.
    """
    if figure is None:
        figure = new_figure(3, 1, height=7.8)
    else:
        figure.subplots(3, 1)
    for ax, letter, draw in zip(figure.axes, "abc", (_draw_density, _draw_heat_capacity, _draw_strength), strict=True):
        draw(ax, study)
        panel_letter(ax, letter)
    return figure


def two_level_figures(study: Any) -> list[NamedFigure]:
    """Return the figure of two-level systems and theories, if the study has what it needs."""
    if getattr(study, "tls", None) is None:
        return []
    try:
        inputs = theory_inputs(study)
    except InputError:
        return []
    caption = (
        "(a) Two-level systems per volume and energy: n(E), and P(E), each with the weight (Delta_0/E)^2; errors over "
        "glasses. Lines: P of the theories. (b) Heat capacity per volume over T, without "
        "phonons. (c) Tunneling strength of transverse sound; gray: glasses in experiments. Nothing is fitted. Soft "
        f"potentials: from {inputs.modes} pseudo-harmonic modes below {inputs.bound:g}, A_g = "
        f"{inputs.mode_density.value:.3g} per volume, W = {inputs.quartic_energy:.3g}, and their coupling to shear, "
        f"{inputs.coupling:.3g}. Vibrational instability: from W and the boson peak at {inputs.boson_peak:.3g}. "
        f"Mosaic: from T_g = {inputs.temperature:g} and the shear modulus {inputs.shear_modulus:.3g}."
    )
    title = "Two-level systems beside three theories"
    return [NamedFigure("two_level_systems", title, caption, draw_two_level_theories(study))]


def _draw_density(ax: Axes, study: Any) -> None:
    largest = 3 * splitting_bound(study)
    table = splitting_density(study, np.linspace(0, largest, BINS + 1))
    center, half = (table["low"] + table["high"]) / 2, (table["high"] - table["low"]) / 2
    ax.errorbar(center, table["density"], table["error"], half, fmt="o", ms=3, color="black", label="search, $n(E)$")
    style: Any = {"fmt": "s", "ms": 3, "mfc": "white", "color": "black", "label": "search, $P(E)$"}
    ax.errorbar(center, table["weighted"], table["weighted_error"], half, **style)
    found = predictions(study)
    for name in (name for name in THEORIES[1:] if np.isfinite(found[name].pbar.value)):
        ax.axhline(found[name].pbar.value, color=_COLORS[name], ls=_LINES[name], label=f"{name}, $P$")
    ax.set(yscale="log", xlabel=r"splitting $E$ ($\epsilon$)", ylabel=r"density ($\epsilon^{-1}\sigma^{-d}$)")
    ax.set_xlim(0, largest)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    positive = table["weighted"][table["weighted"] > 0]
    if len(positive):  # an error as large as the value itself would stretch the axis without end
        ax.set_ylim(bottom=positive.min() / 5)
    ax.legend(fontsize="x-small", **FRAMED)


def _draw_heat_capacity(ax: Axes, study: Any) -> None:
    w = theory_inputs(study).quartic_energy
    t = np.geomspace(0.011 * w, 1.4 * w, 60)
    smallest = two_level_systems(study)["splitting"].min()
    for name, values in heat_capacities(study, t).items():
        if name == "search":
            values = np.where(t >= COLDEST * smallest, values, np.nan)
        if np.isfinite(values).any():
            ax.loglog(t, values / t, color=_COLORS[name], ls=_LINES[name], label=name)
    ax.legend(fontsize="x-small", **FRAMED)
    ax.set(xlabel=r"temperature $k_BT$ ($\epsilon$)", ylabel=r"$c/T$ per volume ($k_B^2\epsilon^{-1}\sigma^{-d}$)")
    ax.xaxis.set_minor_formatter(NullFormatter())


def _draw_strength(ax: Axes, study: Any) -> None:
    for k, (name, found) in enumerate(predictions(study).items()):
        error = found.strength.error if np.isfinite(found.strength.error) else None
        if found.strength.value > 0:
            ax.errorbar(k, found.strength.value, error, fmt="o", ms=4, color=_COLORS[name])
    ax.axhspan(*MEASURED_STRENGTHS, color=GRAY, alpha=0.15, lw=0)
    ax.annotate(
        "glasses in experiments",
        (0.02, 1.05 * MEASURED_STRENGTHS[0]),
        xycoords=("axes fraction", "data"),
        fontsize="x-small",
    )
    ax.set_xticks(range(len(THEORIES)), [name.replace(" ", "\n") for name in THEORIES], fontsize="x-small")
    ax.set(yscale="log", ylabel=r"tunneling strength $C$ (no unit)", xlim=(-0.6, len(THEORIES) - 0.4))
