"""Pictures of modes: the displacement of every particle as an arrow on the glass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.patches import Circle, Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from atomglass.analysis.figures.named_figure import NamedFigure
from atomglass.analysis.figures.style import (
    COLUMN_WIDTH,
    GROUP_COLORS,
    PALE,
    axes_or_new,
    new_figure,
    panel_letter,
    styled,
)
from atomglass.errors import InputError
from atomglass.study.collected_tables import quasi_localized
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential
from atomglass.vibrations.modes import lowest_modes

#: Arrows shorter than this fraction of the longest are left out: far from the core they would only be clutter.
_MIN_ARROW = 0.08
#: Width of the picture of the core, in units of length, if the core is not wider.
_CORE_WINDOW = 5.0
#: Half the thickness, in units of length, of the slice of a 3-D glass that is drawn.
_HALF_SLICE = 0.75


@styled
def draw_mode(
    configuration: Configuration,
    mode: ArrayLike,
    ax: Axes | None = None,
    *,
    half_width: float | None = None,
    longest: float = 3.0,
    color: str = GROUP_COLORS["A"],
) -> Axes:
    """Draw the displacements of one mode on the particles, with its core in the center.

    The core is the particle with the largest displacement. A dashed circle around it contains half of the mode: the
    particles in it have half of the squared displacements. Particles are circles with their own diameter; those that
    take part more are darker. A 3-D glass is drawn as a slice through the core, seen along z.

    Parameters
    ----------
    configuration : Configuration
        The inherent state.
    mode : array, shape (N, d)
        The eigenvector, of any length and sign.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.
    half_width : float, optional
        Half the width of the window in units of length; by default the whole box, at most 16.
    longest : float
        Length of the longest arrow in units of length.
    color : str
        Color of the arrows.

    Raises
    ------
    InputError
        The mode has a different shape from the positions, or is zero everywhere.
    """
    vector = np.asarray(mode, dtype=float)
    if vector.shape != configuration.positions.shape:
        raise InputError("shape of the mode", vector.shape, f"{configuration.positions.shape}, that of the positions")
    weight = (vector**2).sum(axis=1)
    if not weight.max() > 0:
        raise InputError("the mode", "zero everywhere", "a displacement", "give an eigenvector, modes.eigenvectors[k]")
    weight, vector = weight / weight.max(), vector / np.sqrt(weight.max())
    position = _positions_around(configuration, int(np.argmax(weight)))
    if half_width is None:
        half_width = min(float(configuration.heights[:2].min()) / 2, 16.0)
    shown = (np.abs(position[:, :2]) < half_width + 1).all(axis=1)
    if configuration.dimension == 3:
        shown &= np.abs(position[:, 2]) < _HALF_SLICE
    ax = axes_or_new(ax)
    size = configuration.diameters[shown]
    ax.add_collection(
        EllipseCollection(
            size,
            size,
            np.zeros(shown.sum()),
            units="xy",
            offsets=position[shown, :2],
            transOffset=ax.transData,
            facecolors=_grays(weight[shown]),
            edgecolors=PALE,
            linewidths=0.3,
        )
    )
    moved = shown & (weight > _MIN_ARROW**2)
    ax.quiver(
        *position[moved, :2].T,
        *(longest * vector[moved, :2]).T,
        angles="xy",
        scale_units="xy",
        scale=1,
        color=color,
        width=0.006,
        headwidth=3.6,
        headlength=4,
        headaxislength=3.6,
        pivot="tail",
        zorder=3,
    )
    radius = core_radius(configuration, vector)
    ax.add_patch(Circle((0, 0), radius, fill=False, linestyle="--", linewidth=1.0, edgecolor="black", zorder=4))
    ax.set(xlim=(-half_width, half_width), ylim=(-half_width, half_width), aspect="equal")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5))
    ax.set(xlabel=r"$x$ from the core ($\sigma$)", ylabel=r"$y$ from the core ($\sigma$)")
    return ax


def core_radius(configuration: Configuration, mode: ArrayLike) -> float:
    """Return the radius, in units of length, around the core within which half of the squared displacements lie.

    Parameters
    ----------
    configuration : Configuration
        The inherent state.
    mode : array, shape (N, d)
        The eigenvector, of any length and sign.
    """
    weight = (np.asarray(mode, dtype=float) ** 2).sum(axis=1)
    distance = np.linalg.norm(_positions_around(configuration, int(np.argmax(weight))), axis=1)
    order = np.argsort(distance, kind="stable")
    half = int(np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2))
    return float(distance[order[half]] + configuration.diameters[order[half]] / 2)


@styled
def mode_figures(
    modes: pd.DataFrame, configuration_of: Callable[[int], Configuration | None], potential: PairPotential
) -> list[NamedFigure]:
    """Draw one mode of each group on its glass: a well-localized one, at the lower quartile of the PR.

    Parameters
    ----------
    modes : DataFrame
        One row per mode, as collected.
    configuration_of : callable
        Takes the number of a realization and returns its inherent state, None if it was not kept.
    potential : PairPotential
        The potential of the study.
    """
    figures = []
    for group, color in GROUP_COLORS.items():
        candidates = quasi_localized(modes, group).sort_values(["participation_ratio", "realization"])
        if not len(candidates):
            continue
        mode = candidates.iloc[len(candidates) // 4]
        configuration = configuration_of(int(mode["realization"]))
        if configuration is None:
            continue
        found = lowest_modes(configuration, potential, int(mode["mode"]) + 2)
        vector = found.eigenvectors[int(mode["mode"])]
        figure = new_figure(1, 2, width=2 * COLUMN_WIDTH, height=3.5)
        core = max(_CORE_WINDOW, 1.2 * core_radius(configuration, vector))
        draw_mode(configuration, vector, figure.axes[0], color=color)
        draw_mode(configuration, vector, figure.axes[1], color=color, half_width=core)
        for ax, letter, title in zip(figure.axes, "ab", ("the glass", "the core, magnified"), strict=True):
            panel_letter(ax, letter, title)
        square = Rectangle((-core, -core), 2 * core, 2 * core, fill=False, linewidth=0.8, edgecolor="black", zorder=4)
        figure.axes[0].add_patch(square)
        caption = (
            f"Mode {int(mode['mode'])} of realization {int(mode['realization'])}: omega = {mode['frequency']:.3g}, "
            f"PR = {mode['participation_ratio']:.2g}, |beta| = {abs(mode['beta']):.2f}. Arrows: displacements, the "
            "longest drawn three units long. Particles are circles with their own diameter; those that take part more "
            "are darker. The circle contains half of the mode, the square in (a) is the part shown in (b)."
        )
        figures.append(NamedFigure(f"mode_{group}", f"A mode of group {group}", caption, figure))
    return figures


def _positions_around(configuration: Configuration, center: int) -> NDArray[np.float64]:
    """Return the positions of the nearest images of all particles relative to one of them, shape (N, d)."""
    relative = configuration.fractional - configuration.fractional[center]
    return np.asarray((relative - np.round(relative)) @ configuration.cell, dtype=np.float64)


def _grays(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return grays from white (at rest) to dark (the core) as RGB, shape (N, 3)."""
    return np.repeat((1 - 0.55 * np.sqrt(weight))[:, None], 3, axis=1)
