"""The energy along the path between two inherent states, with its levels and wave functions."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from atomglass.analysis.figures.style import FRAMED, GRAY, GROUP_COLORS, PALE, SEQUENCE, axes_or_new, styled
from atomglass.errors import InputError
from atomglass.landscape.tunnel_splitting import TunnelSplitting
from atomglass.landscape.well_profile import well_profile

#: Height of the largest wave function, in units of the highest energy drawn.
_HEIGHT = 0.12
#: The weight of a wave function, in units of its maximum, below which it is not drawn.
_VISIBLE = 0.01


@styled
def draw_two_level_system(found: TunnelSplitting, ax: Axes | None = None) -> Axes:
    """Draw the energy along a path, its images, and the lowest levels with their wave functions.

    Parameters
    ----------
    found : TunnelSplitting
        A pair of inherent states with its levels.
    ax : Axes, optional
        Axes to draw into; those of a new figure by default.

    Returns
    -------
    Axes
        The axes with the drawing.

    Raises
    ------
    InputError
        There are no levels, as the path is not usable.
    """
    if found.levels is None:
        raise InputError("levels of the pair", found.path.status.value, "a path with levels", "choose another pair")
    ax = axes_or_new(ax)
    path, levels = found.path, found.levels
    lengths, energies = path.table()
    profile = well_profile(lengths, energies, between_minima=True)
    walls = profile(levels.grid) + profile.minimum
    ax.plot(levels.grid, walls, color=PALE, linestyle="--", label="harmonic walls")
    ax.plot(lengths, energies, color=GRAY, label="energy along the path")
    ax.plot(path.lengths, path.energies, "o", color=GRAY, markersize=2.5)
    top = max(float(energies.max()), float(levels.energies.max()))
    bottom = float(energies.min())
    height = _HEIGHT * (top - bottom) / np.abs(levels.states).max()
    colors = (GROUP_COLORS["A"], GROUP_COLORS["B"], *SEQUENCE[2:])
    for k, energy in enumerate(levels.energies):
        color = colors[min(k, len(colors) - 1)]
        state = levels.states[:, k]
        seen = np.abs(state) > _VISIBLE * np.abs(state).max()
        ax.plot(levels.grid[seen], energy + height * state[seen], color=color, linewidth=0.9)
        ax.plot(levels.grid[seen][[0, -1]], [energy, energy], color=color, linewidth=0.6, label=f"$E_{k + 1}$")
    highest = levels.states[:, -1]
    seen = levels.grid[np.abs(highest) > _VISIBLE * np.abs(highest).max()]
    ax.set_xlim(seen[0], seen[-1])
    ax.set_ylim(bottom - 0.05 * (top - bottom), top + 0.5 * (top - bottom))
    ax.set_xlabel(r"length of the path ($\sigma$)")
    ax.set_ylabel(r"energy ($\epsilon$)")
    ax.legend(loc="upper right", ncols=2, **FRAMED)
    return ax
