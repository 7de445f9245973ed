"""Figures of the liquid and of the frozen landscape: 4, 5, 6, 8, 10."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from atomglass.theory.output import COLORS, COLUMN_WIDTH, new_figure, save_figure, styled, write_columns
from atomglass.theory.rfot import mosaic, stretching
from atomglass.theory.rfot.landscape import Landscape


@styled
def draw_droplet(folder: Path) -> None:
    """Draw Fig. 4, the free energy profile of a droplet."""
    liquid = mosaic.mosaic_at_transition()
    n = np.linspace(0, 230, 461)
    figure, (ax,) = new_figure()
    ax.plot(n, np.asarray(liquid.profile(n)), color=COLORS[0])
    ax.axhline(0, color="0.6", lw=0.8)
    ax.plot([liquid.critical_size, liquid.cell_size], [liquid.barrier, 0], "o", color=COLORS[1])
    ax.annotate("transition state", (liquid.critical_size, liquid.barrier), xytext=(0, 8), textcoords="offset points")
    ax.annotate(r"$N^*$", (liquid.cell_size, 0), xytext=(4, 8), textcoords="offset points")
    ax.set(
        xlabel=r"number of molecules in the droplet $N$ (no unit)",
        ylabel=r"free energy $F/k_\mathrm{B}T_g$",
        xlim=(0, 230),
        ylim=(-12, 46),
    )
    save_figure(figure, folder, "figure_04_droplet")
    write_columns(folder, "figure_04_droplet", {"molecules": n, "free_energy_in_kTg": liquid.profile(n)})


@styled
def draw_fragility(folder: Path) -> None:
    """Draw the line of Fig. 5, and the fragility index against the jump of the heat capacity."""
    jumps = np.linspace(0.05, 7, 279)
    d = np.asarray([mosaic.fragility(jump) for jump in jumps])
    m = np.asarray(mosaic.fragility_index(d))
    marks = np.array([5.0, 10.0, 20.0, 50.0, 100.0])
    figure, (left, right) = new_figure(columns=2)
    left.plot(m, m, color=COLORS[0])
    for k, mark in enumerate(marks):
        value = float(mosaic.fragility_index(mark))
        left.plot(value, value, "o", color=COLORS[1])
        # on alternating sides of the line, as strong glasses lie close together
        shift, side = ((-5, -2), "right") if k % 2 else ((5, -2), "left")
        left.annotate(f"$D = {mark:g}$", (value, value), xytext=shift, textcoords="offset points", ha=side, fontsize=7)
    left.set(
        xlabel="fragility index $m$ from thermodynamics (no unit)",
        ylabel="$m$ from kinetics (no unit)",
        xlim=(0, 190),
        ylim=(0, 190),
    )
    right.plot(jumps, m, color=COLORS[0])
    right.set(
        xlabel=r"heat-capacity jump per molecule $\Delta c_p/k_\mathrm{B}$",
        ylabel=r"fragility index $m$ (no unit)",
        xlim=(0, 7),
        ylim=(0, 190),
    )
    save_figure(figure, folder, "figure_05_fragility")
    write_columns(folder, "figure_05_fragility", {"heat_capacity_jump_in_kB": jumps, "D": d, "m": m})


@styled
def draw_stretching(folder: Path) -> None:
    """Draw Fig. 6, the stretching exponent against fragility."""
    d = np.geomspace(2, 200, 99)
    collapsed = np.asarray(stretching.stretching_exponent(d))
    fitted = np.asarray(stretching.stretching_exponent(d, collapsed=False))
    closed = np.asarray(stretching.gaussian_exponent(d))
    figure, (ax,) = new_figure()
    ax.semilogx(d, collapsed, color=COLORS[0], label="upper half collapsed")
    ax.semilogx(d, closed, "--", color=COLORS[1], label="Gaussian, closed form")
    ax.semilogx(d, fitted, ":", color=COLORS[2], label="Gaussian, fitted")
    ax.set(
        xlabel=r"fragility $D$ (no unit)", ylabel=r"stretching exponent $\beta$ (no unit)", xlim=(2, 200), ylim=(0, 1)
    )
    ax.legend()
    save_figure(figure, folder, "figure_06_stretching")
    columns = {"D": d, "beta_collapsed": collapsed, "beta_gaussian_closed": closed, "beta_gaussian_fitted": fitted}
    write_columns(folder, "figure_06_stretching", columns)


@styled
def draw_aging(folder: Path) -> None:
    """Draw Fig. 8, the fragility index against the nonlinearity parameter of aging."""
    x = np.linspace(0.1, 1, 181)
    m = np.asarray(mosaic.fragility_index_from_aging(x))
    figure, (ax,) = new_figure()
    ax.plot(x, m, color=COLORS[0])
    ax.set(
        xlabel=r"nonlinearity parameter $x_\mathrm{NMT}$ (no unit)",
        ylabel=r"fragility index $m$ (no unit)",
        xlim=(0, 1),
        ylim=(0, 200),
    )
    save_figure(figure, folder, "figure_08_ageing")
    write_columns(folder, "figure_08_ageing", {"x": x, "m": m})


@styled
def draw_barriers(folder: Path, rng: np.random.Generator) -> None:
    """Draw Fig. 10, paths through the levels of one random landscape."""
    liquid = mosaic.mosaic_at_transition()
    landscape = Landscape(liquid.surface, liquid.entropy)
    n = np.linspace(0, 72, 289)
    typical = landscape.typical_barrier(n)
    sizes = np.arange(2, 72, 3)
    levels = np.array([landscape.lowest_barriers(float(k), 8, rng) for k in sizes])
    threshold = landscape.typical_barrier(n) + 3.5
    generic = [levels[np.arange(len(sizes)), rng.integers(0, 8, len(sizes))] for _ in range(2)]
    figure, (ax,) = new_figure(width=1.5 * COLUMN_WIDTH, height=3.4)
    ax.fill_between(n, threshold, 60, color="0.9", lw=0, label="levels too dense to draw")
    left = np.repeat(sizes - 1.0, levels.shape[1])
    ax.hlines(levels.ravel(), left, left + 2, color="0.55", lw=0.9, label="levels at size $N$")
    ax.axhline(0, color="0.6", lw=0.6)
    ax.plot(n, typical, color="black", label="typical barrier $V(N)$")
    for path, line, width, label in (
        (generic[0], COLORS[1], 0.9, "a generic path"),
        (generic[1], COLORS[3], 0.9, "another generic path"),
        (levels.min(axis=1), COLORS[2], 2.0, "lowest path"),
    ):
        ax.plot(*_along_levels(sizes, path), color=line, lw=width, label=label)
    ax.set(
        xlabel=r"number of molecules in the droplet $N$ (no unit)",
        ylabel=r"energy $V/k_\mathrm{B}T_g$",
        xlim=(0, 72),
        ylim=(-18, 30),
    )
    ax.legend(loc="lower left")
    save_figure(figure, folder, "figure_10_barriers")
    columns = {f"level_{i + 1}_in_kTg": levels[:, i] for i in range(levels.shape[1])}
    write_columns(
        folder, "figure_10_barriers", {"molecules": sizes, "typical": landscape.typical_barrier(sizes), **columns}
    )


def _along_levels(sizes: np.ndarray, energies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a path that is flat along each level, one molecule to either side, and straight between levels."""
    return np.column_stack([sizes - 1.0, sizes + 1.0]).ravel(), np.repeat(energies, 2)
