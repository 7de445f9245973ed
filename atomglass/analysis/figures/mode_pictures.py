"""Pictures of modes: the displacement of every particle as an arrow on the glass itself."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from numpy.typing import ArrayLike, NDArray

from atomglass.analysis.figures.style import GROUP_COLORS, PALE, axes_or_new, styled
from atomglass.errors import InputError
from atomglass.system.configuration import Configuration

#: Arrows shorter than this share of the longest are left out: far from the core they would be dust.
_LEAST_ARROW = 0.08
#: Half the thickness, in diameters, of the slice of a 3-D glass that is drawn.
_HALF_SLICE = 0.75


@styled
def draw_mode(
    configuration: Configuration,
    mode: ArrayLike,
    ax: Axes | None = None,
    *,
    reach: float | None = None,
    longest: float = 3.0,
    color: str = GROUP_COLORS["A"],
) -> Axes:
    """Draw the displacements of one mode on the particles, its core in the middle.

    Particles are circles of their own diameter, the darker the larger their share of the mode. Of a 3-D glass a slice
    through the core is drawn, seen along z.

    Parameters
    ----------
    configuration : Configuration
        The inherent state.
    mode : array, shape (N, d)
        The eigenvector, of any length and sign.
    ax : Axes, optional
        Where to draw; by default in a new figure.
    reach : float, optional
        Half the width of the window in units of length; by default all of the box, at most 16.
    longest : float
        Length of the longest arrow in units of length.
    color : str
        Of the arrows.

    Raises
    ------
    InputError
        The mode has another shape than the positions, or no displacement at all.
    """
    vector = np.asarray(mode, dtype=float)
    if vector.shape != configuration.positions.shape:
        raise InputError("shape of the mode", vector.shape, f"{configuration.positions.shape}, that of the positions")
    share = (vector**2).sum(axis=1)
    if not share.max() > 0:
        raise InputError("the mode", "zero everywhere", "a displacement", "give an eigenvector, modes.eigenvectors[k]")
    share, vector = share / share.max(), vector / np.sqrt(share.max())
    place = _around(configuration, int(np.argmax(share)))
    reach = min(float(configuration.heights[:2].min()) / 2, 16.0) if reach is None else reach
    shown = (np.abs(place[:, :2]) < reach + 1).all(axis=1)
    if configuration.dimension == 3:
        shown &= np.abs(place[:, 2]) < _HALF_SLICE
    ax = axes_or_new(ax)
    size = configuration.diameters[shown]
    ax.add_collection(
        EllipseCollection(
            size, size, np.zeros(shown.sum()), units="xy", offsets=place[shown, :2], transOffset=ax.transData,
            facecolors=_shades(share[shown]), edgecolors=PALE, linewidths=0.3,
        )
    )  # fmt: skip
    moved = shown & (share > _LEAST_ARROW**2)
    ax.quiver(
        *place[moved, :2].T, *(longest * vector[moved, :2]).T, angles="xy", scale_units="xy", scale=1, color=color,
        width=0.006, headwidth=3.6, headlength=4, headaxislength=3.6, pivot="tail", zorder=3,
    )  # fmt: skip
    ax.set(
        xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xlabel=r"$x$ ($\sigma$)", ylabel=r"$y$ ($\sigma$)"
    )
    return ax


def _around(configuration: Configuration, center: int) -> NDArray[np.float64]:
    """Return the nearest images of all particles relative to one of them, (N, d)."""
    relative = configuration.fractional - configuration.fractional[center]
    return np.asarray((relative - np.round(relative)) @ configuration.cell, dtype=np.float64)


def _shades(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return grays from white (at rest) to dark (the core), one a particle, RGB."""
    return np.repeat((1 - 0.55 * np.sqrt(share))[:, None], 3, axis=1)
