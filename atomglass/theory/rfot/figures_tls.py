"""Figures of two-level systems, scattering lines and quantum mixing: 1, 11, 22."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from atomglass.theory.output import COLORS, new_figure, save_figure, styled, write_columns
from atomglass.theory.rfot import mixing
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.theory.rfot.plateau import thermal_conductivity
from atomglass.theory.rfot.ripplons import ripplon_spectrum
from atomglass.theory.rfot.scattering import MEASURED_PATH, conductivity_of_path
from atomglass.theory.rfot.tunneling import tls_heat_capacity

SCALED_CONDUCTIVITY = r"thermal conductivity $\kappa/K$"
SCALED_TEMPERATURE = r"temperature $T/T_\mathrm{D}$"

#: Durations of Fig. 11 in s.
DURATIONS = {"10 us": 1e-5, "10 s": 10.0, "10 h": 3.6e4}


@styled
def draw_conductivity_lines(folder: Path, glass: GlassParams) -> None:
    """Draw the two lines of Fig. 1 and the theory's curve between them."""
    t = np.geomspace(1e-4, 1, 121)
    long, short = (np.asarray(conductivity_of_path(t, path)) for path in (MEASURED_PATH, 1.0))
    theory = np.asarray(thermal_conductivity(glass, t))
    figure, (ax,) = new_figure()
    ax.loglog(t, long, color=COLORS[0], label=r"$\ell/\lambda = 150$")
    ax.loglog(t, short, color=COLORS[1], label=r"$\ell/\lambda = 1$")
    ax.loglog(t, theory, ":", color="black", label="theory, no coupling")
    ax.set(xlabel=SCALED_TEMPERATURE, ylabel=SCALED_CONDUCTIVITY, xlim=(1e-4, 1), ylim=(1e-7, 1e2))
    ax.legend()
    save_figure(figure, folder, "figure_01_conductivity_lines")
    columns = {"T_over_TD": t, "kappa_path_150": long, "kappa_path_1": short, "kappa_theory": theory}
    write_columns(folder, "figure_01_conductivity_lines", columns)


@styled
def draw_time_dependence(folder: Path, glass: GlassParams, exponent: float) -> None:
    """Draw Fig. 11, the heat capacity measured within three durations.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the files, which exists.
    glass : GlassParams
        The glass.
    exponent : float
        c of the distribution of tunneling amplitudes [22].
    """
    t = np.geomspace(1e-5, 1e-2, 121)
    columns: dict[str, np.ndarray] = {"T_over_TD": t}
    figure, (ax,) = new_figure()
    for (label, duration), color in zip(DURATIONS.items(), COLORS, strict=False):
        c = np.asarray(tls_heat_capacity(glass, t * glass.TD, duration, exponent))
        ax.loglog(t, np.where(c > 0, c, np.nan), color=color, label=label.replace("us", "\N{MICRO SIGN}s"))
        columns[f"c_after_{label.replace(' ', '_')}"] = c
    ax.set(
        xlabel=SCALED_TEMPERATURE,
        ylabel=r"heat capacity $C/(A\bar{P}k_\mathrm{B}^2\,\mathrm{K})$",
        xlim=(1e-5, 1e-2),
        ylim=(1e-4, 1e3),
    )
    ax.legend(title="measured within")
    save_figure(figure, folder, "figure_11_time_dependence")
    write_columns(folder, "figure_11_time_dependence", columns)


@styled
def draw_mixing(folder: Path, glass: GlassParams, relative_coupling: float = 0.03) -> None:
    """Draw Fig. 22, the bare bias against the effective bias and its derivative.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the files, which exists.
    glass : GlassParams
        The glass.
    relative_coupling : float
        Coupling to each ripplon divided by its frequency.
    """
    spectrum = ripplon_spectrum(glass)
    effective = np.linspace(0, 0.98 * spectrum.frequencies[0], 400)
    bare = mixing.bare_bias(effective, spectrum, relative_coupling)
    slope = mixing.bias_stretching(effective, spectrum, relative_coupling)
    sigma = mixing.pile_up(spectrum, relative_coupling)
    figure, (left, right) = new_figure(columns=2)
    left.plot(effective, bare, color=COLORS[0])
    left.plot(effective, effective, ":", color="0.5", label="without ripplons")
    left.axvline(spectrum.frequencies[0], color="0.6", lw=0.8, ls="--")
    left.annotate(r"$\Sigma$", (0, sigma), xytext=(4, -10), textcoords="offset points")
    left.annotate(r"$\omega_2$", (spectrum.frequencies[0], 0.02), xytext=(-13, 0), textcoords="offset points")
    left.legend(loc="upper left")
    left.set(
        xlabel=r"effective bias $|\tilde\epsilon|/\hbar\omega_\mathrm{D}$",
        ylabel=r"bare bias $|\epsilon|/\hbar\omega_\mathrm{D}$",
        xlim=(0, 0.155),
        ylim=(0, 0.3),
    )
    right.plot(effective, slope, color=COLORS[0])
    right.axhline(1, color="0.5", ls=":")
    right.annotate(
        "", xy=(0.001, 2.9), xytext=(0.001, 1.05), arrowprops={"arrowstyle": "-|>", "color": COLORS[1], "lw": 2}
    )
    right.annotate(r"$\Sigma\,\delta(\tilde\epsilon)$", (0.005, 2.6), color=COLORS[1])
    right.set(
        xlabel=r"effective bias $|\tilde\epsilon|/\hbar\omega_\mathrm{D}$",
        ylabel=r"$\partial|\epsilon|/\partial|\tilde\epsilon|$ (no unit)",
        xlim=(0, 0.155),
        ylim=(0, 3),
    )
    save_figure(figure, folder, "figure_22_mixing")
    write_columns(folder, "figure_22_mixing", {"effective_bias": effective, "bare_bias": bare, "derivative": slope})
