"""Pictures of modes: the displacement of every particle as an arrow on the glass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from numpy.typing import ArrayLike, NDArray

from atomglass.analysis.figures.named_figure import NamedFigure
from atomglass.analysis.figures.style import GROUP_COLORS, PALE, axes_or_new, new_figure, styled
from atomglass.errors import InputError
from atomglass.study.collected_tables import quasi_localized
from atomglass.system.configuration import Configuration
from atomglass.system.potential import PairPotential
from atomglass.vibrations.modes import lowest_modes

#: Arrows shorter than this fraction of the longest are left out: far from the core they would only be clutter.
_MIN_ARROW = 0.08
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

    Particles are circles with their own diameter; those that take part more are darker. A 3-D glass is drawn as a slice
    through the core, seen along z.

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
    ax.set(xlim=(-half_width, half_width), ylim=(-half_width, half_width), aspect="equal")
    ax.set(xlabel=r"$x$ ($\sigma$)", ylabel=r"$y$ ($\sigma$)")
    return ax


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
        figure = new_figure(height=3.4)
        draw_mode(configuration, found.eigenvectors[int(mode["mode"])], figure.axes[0], color=color)
        caption = (
            f"Mode {int(mode['mode'])} of realization {int(mode['realization'])}: omega = {mode['frequency']:.3g}, "
            f"PR = {mode['participation_ratio']:.2g}, |beta| = {abs(mode['beta']):.2f}. Arrows: displacements, the "
            "longest drawn three units long. Particles are circles with their own diameter; those that take part more "
            "are darker."
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
