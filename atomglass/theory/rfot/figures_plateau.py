"""Figures of ripplons, the bump and the plateau: 13, 15, 17, 18, 19, 20, 24."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from atomglass.theory.output import COLORS, new_figure, save_figure, styled, write_columns
from atomglass.theory.rfot import ripplons
from atomglass.theory.rfot.bump import debye_heat_capacity, heat_capacity
from atomglass.theory.rfot.figures_tls import SCALED_CONDUCTIVITY, SCALED_TEMPERATURE
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.theory.rfot.phonon_coupling import PhononCoupling, coupled_spectrum, effective_strain
from atomglass.theory.rfot.plateau import ScatteringStates, thermal_conductivity
from atomglass.theory.rfot.saddle_point import saddle_point_excited_states, saddle_point_ground_state
from atomglass.theory.rfot.saddle_point_conductivity import saddle_conductivity

#: Contours of Fig. 18.
_ERROR_LEVELS = (0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5)


@styled
def draw_shell(folder: Path) -> None:
    """Draw Fig. 13, the two sides of the sphere's eigenvalue equation."""
    mass, tension = 1.0, 0.6
    z = np.linspace(0.01, 11, 4000)
    gas, wall = ripplons.gas_cotangent(2, z), ripplons.membrane_side(2, z, mass, tension)
    mode = ripplons.shell_mode(2, mass, tension)
    # The curve falls everywhere but at its poles, across which no line is drawn.
    shown = np.where(np.diff(gas, append=-np.inf) > 0, np.nan, gas)
    figure, (ax,) = new_figure()
    ax.plot(z, shown, color=COLORS[0], label=r"gas, $\cot\,\alpha_2$")
    ax.plot(z, wall, color=COLORS[1], label="wall")
    ax.plot(mode, ripplons.membrane_side(2, mode, mass, tension), "o", color="black", label="the wall's own mode")
    ax.set(xlabel=r"frequency $\omega R/c_g$", ylabel="both sides of Eq. (30) (no unit)", xlim=(0, 11), ylim=(-4, 4))
    figure.legend(loc="outside upper center", ncols=3, columnspacing=0.8, handlelength=1.2, handletextpad=0.4)
    save_figure(figure, folder, "figure_13_shell")
    write_columns(folder, "figure_13_shell", {"omega_R_over_cg": z, "gas_side": gas, "wall_side": wall})


@styled
def draw_bump(folder: Path, glass: GlassParams, ratios: tuple[float, ...], coupling: PhononCoupling) -> None:
    """Draw Fig. 15, the heat capacity divided by the cube of the temperature.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the files, which exists.
    glass : GlassParams
        The glass without phonon coupling.
    ratios : tuple of float
        T_g/T_D of the curves with phonon coupling.
    coupling : PhononCoupling
        Cut-off of the coupling.
    """
    t = np.geomspace(2e-3, 0.1, 141)
    free = np.asarray(heat_capacity(glass, t)) / t**3
    debye = np.asarray(debye_heat_capacity(glass, t)) / t**3
    columns = {"T_over_TD": t, "debye": debye, "no_coupling": free}
    figure, (ax,) = new_figure()
    ax.loglog(t, debye, color="0.6", lw=1, label="phonons alone")
    ax.loglog(t, free, color="black", lw=1, label="no coupling")
    for ratio, color in zip(ratios, COLORS, strict=False):
        c = np.asarray(heat_capacity(glass.with_ratio(ratio), t, coupling)) / t**3
        ax.loglog(t, c, color=color, label=rf"$T_g/T_\mathrm{{D}} = {ratio:g}$")
        columns[f"coupled_ratio_{ratio:g}"] = c
    ax.set(
        xlabel=SCALED_TEMPERATURE,
        ylabel=r"$c\,(T_\mathrm{D}/T)^3/k_\mathrm{B}$ per cell",
        xlim=(2e-3, 0.1),
        ylim=(3e4, 2e6),
    )
    ax.legend()
    save_figure(figure, folder, "figure_15_bump")
    write_columns(folder, "figure_15_bump", columns)


@styled
def draw_scattering_states(folder: Path, glass: GlassParams) -> None:
    """Draw Fig. 17, the density of scattering states and the error of the saddle point."""
    spectrum, states = ripplons.ripplon_spectrum(glass), ScatteringStates(glass)
    omega = np.linspace(0.002, 0.8, 400)
    points = [saddle_point_ground_state(spectrum, w, glass.ratio) for w in omega]
    density, fourth, third = (
        np.array([getattr(p, k) for p in points]) for k in ("density", "fourth_order", "third_order")
    )
    exact = np.interp(omega, states.frequencies, states.ground)
    figure, (left, right) = new_figure(columns=2)
    left.semilogy(states.frequencies, states.ground, color="0.6", label="exact counting")
    left.semilogy(omega, density, color=COLORS[0], label="saddle point")
    left.set(
        xlabel=r"frequency $\omega/\omega_\mathrm{D}$",
        ylabel=r"scattering states $T_g\,\rho(\omega)$ (no unit)",
        xlim=(0, 0.8),
        ylim=(0.5, 1e4),
    )
    left.legend()
    right.plot(omega, fourth, "-.", color=COLORS[1], label="fourth order")
    right.plot(omega, third, "--", color=COLORS[2], label="third order")
    right.set(
        xlabel=r"frequency $\omega/\omega_\mathrm{D}$",
        ylabel=r"term of the exponent at $1\sigma$ (no unit)",
        xlim=(0, 0.8),
        ylim=(0, 0.6),
    )
    right.legend()
    save_figure(figure, folder, "figure_17_scattering_states")
    columns = {"omega": omega, "saddle_point": density, "exact": exact, "fourth_order": fourth, "third_order": third}
    write_columns(folder, "figure_17_scattering_states", columns)


@styled
def draw_saddle_error(folder: Path, glass: GlassParams, ratio: float, coupling: PhononCoupling) -> None:
    """Draw Fig. 18, a map of the saddle point's error for absorption from excited cells; black: where it reaches one.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the files, which exists.
    glass : GlassParams
        The glass, whose T_g is replaced.
    ratio : float
        T_g/T_D.
    coupling : PhononCoupling
        Cut-off of the coupling.
    """
    from matplotlib.colors import LogNorm

    moved = glass.with_ratio(ratio)
    # A coarser spectrum suffices for a map of errors: its resonances are wider than these cells.
    spectrum = coupled_spectrum(moved, coupling, step=1e-3)
    omega, energy = np.geomspace(1e-3, 1, 61), np.geomspace(1e-3, 1, 61)
    error = np.array([[saddle_point_excited_states(spectrum, w, e, ratio).fourth_order for w in omega] for e in energy])
    figure, (ax,) = new_figure(height=2.8)
    ax.set(xscale="log", yscale="log")  # before the contours, whose labels are placed by the scale
    filled = ax.contourf(omega, energy, error, levels=_ERROR_LEVELS, norm=LogNorm(), cmap="cividis", extend="both")
    lines = ax.contour(omega, energy, error, levels=_ERROR_LEVELS, colors="white", linewidths=0.6)
    ax.contour(omega, energy, error, levels=[1.0], colors="black", linewidths=1.2)
    ax.clabel(lines, levels=[0.15, 0.2, 0.5], fmt="%g", fontsize=6.5)
    bar = figure.colorbar(filled, ax=ax, label="fourth-order term (no unit)", format="%g")
    bar.ax.minorticks_off()
    ax.set(xlabel=r"frequency $\omega/\omega_\mathrm{D}$", ylabel=r"energy $E/\hbar\omega_\mathrm{D}$")
    save_figure(figure, folder, "figure_18_saddle_error")
    mesh_omega, mesh_energy = np.meshgrid(omega, energy)
    columns = {"omega": mesh_omega.ravel(), "energy": mesh_energy.ravel(), "fourth_order": error.ravel()}
    write_columns(folder, "figure_18_saddle_error", columns)


@styled
def draw_plateau(
    folder: Path, glass: GlassParams, ratios: tuple[float, ...], coupling: PhononCoupling, path: float
) -> None:
    """Draw Fig. 19, the thermal conductivity with thermally occupied upper structures.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the files, which exists.
    glass : GlassParams
        The glass without phonon coupling.
    ratios : tuple of float
        T_g/T_D of the curves with phonon coupling.
    coupling : PhononCoupling
        Cut-off of the coupling.
    path : float
        l/lambda of bare two-level systems.
    """
    t = np.geomspace(1e-3, 0.5, 241)
    free = {
        "no coupling": np.asarray(thermal_conductivity(glass, t, path=path)),
        "no coupling, saddle point": np.asarray(saddle_conductivity(glass, t, path=path)),
    }
    curves = {
        ratio: np.asarray(thermal_conductivity(glass.with_ratio(ratio), t, coupling, path=path)) for ratio in ratios
    }
    _draw_conductivities(folder, "figure_19_plateau", t, curves, free)


@styled
def draw_plateau_step(
    folder: Path, glass: GlassParams, ratios: tuple[float, ...], coupling: PhononCoupling, path: float
) -> None:
    """Draw Fig. 20, the thermal conductivity if all upper structures with a bias below k_B T absorb.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the files, which exists.
    glass : GlassParams
        The glass, whose T_g is replaced.
    ratios : tuple of float
        T_g/T_D of the curves.
    coupling : PhononCoupling
        Cut-off of the coupling.
    path : float
        l/lambda of bare two-level systems.
    """
    t = np.geomspace(1e-3, 0.5, 241)
    curves = {
        ratio: np.asarray(thermal_conductivity(glass.with_ratio(ratio), t, coupling, path=path, weighting="step"))
        for ratio in ratios
    }
    _draw_conductivities(folder, "figure_20_plateau_step", t, curves, {})


def _draw_conductivities(
    folder: Path, name: str, t: np.ndarray, curves: dict[float, np.ndarray], free: dict[str, np.ndarray]
) -> None:
    figure, (ax,) = new_figure()
    columns = {"T_over_TD": t}
    for (label, kappa), line in zip(free.items(), ("-", ":"), strict=False):
        ax.loglog(t, kappa, line, color="black", lw=1, label=label)
        columns[label.replace(", ", "_").replace(" ", "_")] = kappa
    for (ratio, kappa), color in zip(curves.items(), COLORS, strict=False):
        ax.loglog(t, kappa, color=color, label=rf"$T_g/T_\mathrm{{D}} = {ratio:g}$")
        columns[f"coupled_ratio_{ratio:g}"] = kappa
    ax.set(xlabel=SCALED_TEMPERATURE, ylabel=SCALED_CONDUCTIVITY, xlim=(1e-3, 0.5), ylim=(5e-4, 1))
    ax.legend()
    save_figure(figure, folder, name)
    write_columns(folder, name, columns)


@styled
def draw_strain(folder: Path) -> None:
    """Draw Fig. 24, the fraction of a phonon's strain that acts on a cell."""
    x = np.linspace(0, 10, 501)
    share = effective_strain(x)
    figure, (ax,) = new_figure()
    ax.plot(x, share, color=COLORS[0])
    ax.axvline(6, color="0.5", ls=":")
    ax.text(6.15, 0.116, "$kR = 6$: the limit\nof Appendix B", va="top", fontsize=7)
    ax.set(
        xlabel="wave number $x = kR$ (no unit)",
        ylabel=r"share of the strain $(\mathrm{d}j_1/\mathrm{d}x)^2$ (no unit)",
        xlim=(0, 10),
        ylim=(0, 0.12),
    )
    save_figure(figure, folder, "figure_24_strain")
    write_columns(folder, "figure_24_strain", {"kR": x, "strain_share": share})
