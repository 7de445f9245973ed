"""Two theories of one glass on the same axes: soft potentials and the random first-order transition.

Both add excitations to the Debye phonons of the same glass, and both are adjusted to the mean free path measured below
the plateau; everything above is compared. Soft potentials follow Parshin, Schober and Gurevich (2007) and Il'in, Karpov
and Parshin (1987), the mosaic Lubchenko and Wolynes. No atomistic data enter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from math import pi, sqrt, tanh
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import Boltzmann, electron_volt
from scipy.integrate import quad

from atomglass.errors import InputError
from atomglass.theory.checks import positive, scalar_or_array
from atomglass.theory.oscillators.boson_peak import boson_peak_dos, boson_peak_maximum
from atomglass.theory.oscillators.scattering import wavelength_over_mean_free_path
from atomglass.theory.output import COLORS, new_figure, save_figure, styled, write_columns
from atomglass.theory.rfot.bump import debye_heat_capacity, experimental_scale, heat_capacity
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.theory.rfot.phonon_coupling import lowest_resonance
from atomglass.theory.rfot.plateau import thermal_conductivity
from atomglass.theory.rfot.ripplons import ripplon_frequencies
from atomglass.theory.rfot.scattering import MEASURED_PATH, conductivity_of_path, path_in_wavelengths
from atomglass.theory.soft_potential.heat_capacity import (
    HARMONIC_LIMIT,
    reduced_heat_capacity,
)
from atomglass.theory.soft_potential.two_level_systems import tunneling_strength_estimate
from atomglass.theory.thermal import einstein_heat_capacity
from atomglass.types import Array

#: g_tot/x^4 of the universal density of states at x << 1, in its own units (Parshin et al., Eq. 5.19).
_LOW_FREQUENCY = 12 / pi * sqrt(1.5)

#: Largest k_B T/w at which the grid of soft potentials contains all stiff wells that are excited.
_LARGEST_TAU = 1.1


@dataclass(frozen=True, kw_only=True)
class SoftPotentialGlass:
    """A glass in the soft-potential theory; the defaults are the orders of magnitude given in the papers.

    Parameters
    ----------
    W : float
        Energy scale of the quartic potential over k_B, in K.
    star : float
        hbar omega*/k_B in K, which sets the boson peak.
    path : float
        Measured l/lambda below the plateau. The tunneling strength is chosen to give the same conductivity there.
    deformation : float
        Deformation potential gamma of the two-level systems in eV.
    logarithm : float
        L = ln(W/Delta_0), which enters as L^(2/3) and is 1 in the paper's estimates.

    Raises
    ------
    InputError
        A value is not positive, or star is below 2 W, where the soft modes would tunnel.
    """

    W: float = 4.0
    star: float = 40.0
    path: float = MEASURED_PATH
    deformation: float = 1.0
    logarithm: float = 1.0

    def __post_init__(self) -> None:
        for name in ("W", "star", "path", "deformation", "logarithm"):
            positive(getattr(self, name), f"the soft-potential glass's {name}")
        if self.star < 2 * self.W:
            raise InputError("star", self.star, f"above 2 W = {2 * self.W:g} K")

    @property
    def tunneling_strength(self) -> float:
        """C = Pbar gamma^2/(rho v^2), such that lambda/l = 2 pi^2 C tanh(hbar omega/2T) conducts as `path` does."""
        return _thermal_average() / (2 * pi**2 * self.path)

    @property
    def mode_strength(self) -> float:
        """J n0 Phi(0) of the soft modes: Eqs. 6.1 and 6.2 of Parshin et al. agree at low frequency with this value."""
        return self.tunneling_strength * (self.star / self.W) ** 3 / (4 * _LOW_FREQUENCY)

    def tls_density(self, glass: GlassParams) -> float:
        """Return Pbar in 1/(J m^3), from the tunneling strength and the deformation potential."""
        return self.tunneling_strength * glass.rho * glass.cs**2 / (self.deformation * electron_volt) ** 2

    def mode_density(self, glass: GlassParams) -> float:
        """Return 4 A_g (W/hbar)^5 in 1/m^3, g = A_g omega^4 being the density of quasilocalized modes below the peak.

        Modes and two-level systems belong to the same potentials (Parshin et al., Eqs. 4.13 and 5.20):
        Pbar = 16 (2/9)^(1/3) (A_g/hbar) (W/hbar)^4 L^(-2/3).
        """
        return self.tls_density(glass) * Boltzmann * self.W * self.logarithm ** (2 / 3) / (4 * (2 / 9) ** (1 / 3))


@lru_cache(maxsize=1)
def _thermal_average() -> float:
    """Return the mean of coth(x/2) over the phonons that carry heat if l is a fixed number of wavelengths."""

    def carried(x: float, factor: float) -> float:
        return float(x**3 * np.exp(-x) / np.expm1(-x) ** 2 * factor)

    weighted = quad(lambda x: carried(x, 1 / tanh(x / 2)), 0, 60)[0]
    return float(weighted / quad(lambda x: carried(x, 1.0), 0, 60)[0])


def soft_heat_capacity(glass: GlassParams, soft: SoftPotentialGlass, T: ArrayLike) -> float | Array:
    """Return the heat capacity of phonons and soft potentials in J/(kg K).

    Below the peak the exact levels of the potentials are used (Il'in et al.), above it harmonic modes with the
    universal density of states (Parshin et al.); the harmonic omega^4 law, which both contain, is subtracted once.
    Above k_B T = 1.1 W the anharmonic correction, a fifth of the excess there, levels off; at 5 W it is below half a
    percent.

    Parameters
    ----------
    glass : GlassParams
        Density, speed of sound and Debye temperature of the glass.
    soft : SoftPotentialGlass
        Parameters of its soft potentials.
    T : float or array
        Temperature in K.
    """
    kelvin = positive(T, "the temperature", "K")
    tau = kelvin / soft.W
    anharmonic = _anharmonic_correction(tau)
    x = _harmonic_grid(float(kelvin.max()), soft.star)
    einstein = einstein_heat_capacity(x[:, None] * soft.star / kelvin.ravel())
    # g(omega) d omega = A_g omega*^5 [g_tot(x)/_LOW_FREQUENCY] dx, and 4 A_g (W/hbar)^5 is the unit.
    unit = (soft.star / soft.W) ** 5 / 4 / _LOW_FREQUENCY
    modes = np.trapezoid(boson_peak_dos(x)[:, None] * einstein, x, axis=0).reshape(kelvin.shape) * unit
    excess = soft.mode_density(glass) * Boltzmann * (anharmonic + modes) / glass.rho
    return scalar_or_array(excess + phonon_heat_capacity(glass, kelvin))


def phonon_heat_capacity(glass: GlassParams, T: ArrayLike) -> Array:
    """Return the heat capacity of Debye phonons in J/(kg K)."""
    kelvin = positive(T, "the temperature", "K")
    return np.asarray(debye_heat_capacity(glass, kelvin / glass.TD)) * glass.TD**3 / experimental_scale(glass)


def _harmonic_grid(largest: float, star: float) -> Array:
    """Return a grid of omega/omega* that covers all modes excited at the highest temperature."""
    return np.linspace(1e-3, max(40 * largest / star, 5.0), 4000)


def _anharmonic_correction(tau: Array) -> Array:
    """Return the reduced heat capacity of soft potentials minus that of harmonic modes with g ~ omega^4."""
    grid = np.geomspace(0.02, _LARGEST_TAU, 40)
    correction = reduced_heat_capacity(grid) - HARMONIC_LIMIT * grid**5
    slope = np.log(correction[-1] / correction[-2]) / np.log(grid[-1] / grid[-2])
    inside = np.interp(np.log(np.clip(tau, grid[0], grid[-1])), np.log(grid), correction)
    low = np.minimum(tau / grid[0], 1.0)
    high = 1 + slope * (1 - np.minimum(_LARGEST_TAU / tau, 1.0))
    return inside * low * high


def soft_conductivity(glass: GlassParams, soft: SoftPotentialGlass, T: ArrayLike) -> float | Array:
    """Return kappa/K of phonons scattered by the two-level systems and the soft modes of the same potentials.

    The two-level systems contribute lambda/l = 2 pi^2 C tanh(hbar omega/2T); the modes follow from the universal
    density of states (Parshin et al., Eqs. 6.1-6.4), with the strength that gives the low-frequency limit (6.2). As in
    the other theory l never falls below one wavelength: l/lambda = 1/(lambda/l) + 1.

    Parameters
    ----------
    glass : GlassParams
        Its Debye temperature sets the unit of frequency.
    soft : SoftPotentialGlass
        Parameters of its soft potentials.
    T : float or array
        Temperature in K.
    """
    kelvin = positive(T, "the temperature", "K")
    c = soft.tunneling_strength

    def path(omega: Array, t: float) -> Array:
        modes = wavelength_over_mean_free_path(omega * glass.TD / soft.star, 1.0, 1.0, soft.mode_strength)
        return 1 / (2 * pi**2 * c * np.tanh(omega / (2 * t)) + modes) + 1

    values = [float(conductivity_of_path(t, partial(path, t=t))) for t in (kelvin / glass.TD).flat]
    return scalar_or_array(np.asarray(values).reshape(kelvin.shape))


def mosaic_heat_capacity(glass: GlassParams, T: ArrayLike, coupling: bool) -> float | Array:
    """Return the heat capacity of phonons and dressed two-level systems in J/(kg K).

    Parameters
    ----------
    glass : GlassParams
        Constants of the glass.
    T : float or array
        Temperature in K.
    coupling : bool
        Whether ripplons are broadened and shifted by phonons.
    """
    kelvin = positive(T, "the temperature", "K")
    per_cell = np.asarray(heat_capacity(glass, kelvin / glass.TD, coupling))
    return scalar_or_array(per_cell * glass.TD**3 / experimental_scale(glass))


def comparison_table(glass: GlassParams, soft: SoftPotentialGlass) -> list[dict[str, str]]:
    """Return the predictions of both theories, one row per quantity."""
    kelvin = np.geomspace(1, 25, 80)
    soft_low, soft_high = _extremes(np.asarray(soft_heat_capacity(glass, soft, kelvin)), kelvin)
    free_low, free_high = _extremes(np.asarray(mosaic_heat_capacity(glass, kelvin, False)), kelvin)
    coupled_low, coupled_high = _extremes(np.asarray(mosaic_heat_capacity(glass, kelvin, True)), kelvin)
    strength = float(tunneling_strength_estimate(soft.W, CRITICAL_ENERGY))
    above_peak = 1 / float(wavelength_over_mean_free_path(10.0, 1.0, 1.0, soft.mode_strength))
    rows = [
        ("tunneling strength C, predicted", f"{strength:.3g}", f"{1 / glass.beads:.3g}", "3e-4"),
        (
            "l/lambda below the plateau, predicted",
            f"{1 / (2 * pi**2 * strength * tanh(0.5)):.3g}",
            f"{path_in_wavelengths(glass):.3g}",
            f"{MEASURED_PATH:.0f}",
        ),
        ("l/lambda far above the peak", f"{above_peak:.3g}", "1 (imposed)", "1"),
        ("two-level systems, 1/(J m^3)", f"{soft.tls_density(glass):.3g}", f"{glass.tls_density:.3g}", "1e44 to 1e46"),
        (
            "boson peak or lowest ripplon, K",
            f"{boson_peak_maximum().position * soft.star:.3g} (from omega*)",
            f"{float(ripplon_frequencies(glass, 2)) * glass.TD:.3g}; shifted {lowest_resonance(glass) * glass.TD:.3g}",
            "-",
        ),
        ("minimum of c/T^3, K", soft_low, f"{free_low}; with coupling {coupled_low}", "2 to 10"),
        ("maximum of c/T^3, K", soft_high, f"{free_high}; with coupling {coupled_high}", "10 to 30"),
        ("size of an excitation, molecules", "not predicted", f"{glass.beads:.0f}", "-"),
        ("vibrations", "g = A omega^4 below the peak", "2l + 1 ripplons at every omega_l", "-"),
        ("barriers", "P(V) = V^(-3/4)", "P(V) = exp[V/(sqrt 2 k_B T_g)]", "-"),
    ]
    header = ("quantity", "soft potentials", "random first-order transition", "experiment as the papers quote it")
    return [dict(zip(header, row, strict=True)) for row in rows]


#: hbar omega_c/k_B in K, the interaction scale behind the soft-potential theory's own tunneling strength.
CRITICAL_ENERGY = 100.0


def _extremes(capacity: Array, kelvin: Array) -> tuple[str, str]:
    """Return the temperatures, in K, of the minimum of c/T^3 and of the maximum above it, `none` for a missing one."""
    slope = np.sign(np.diff(capacity / kelvin**3))
    minima = np.flatnonzero((slope[:-1] < 0) & (slope[1:] > 0)) + 1
    maxima = np.flatnonzero((slope[:-1] > 0) & (slope[1:] < 0)) + 1
    lowest, highest = (f"{kelvin[found[0]]:.2g}" if found.size else "none" for found in (minima, maxima))
    return lowest, highest


def caption(glass: GlassParams, soft: SoftPotentialGlass) -> str:
    """Return the caption of the figure."""
    return (
        f"Debye phonons of {glass.name} with two theories of everything else. (a) Heat capacity over T^3; (b) "
        "thermal conductivity in units of K = k_B^3 T_D^2/(pi hbar^2 c_s). Blue: soft potentials with "
        f"W/k_B = {soft.W:g} K, hbar omega*/k_B = {soft.star:g} K and a deformation potential of "
        f"{soft.deformation:g} eV (the paper's orders of magnitude; nothing is fitted). Orange: dressed two-level "
        "systems of the mosaic, without (solid) and with (dashed) coupling of ripplons to phonons at "
        f"T_g/T_D = {glass.ratio:.2g}. Both are set to the conductivity measured below the plateau "
        f"(l/lambda = {soft.path:g}) and to one wavelength at the least. Not a figure of either paper."
    )


#: Label, color and line of every curve.
_STYLES = {
    "soft_potentials": ("soft potentials", COLORS[0], "-"),
    "mosaic_no_coupling": ("mosaic, no coupling", COLORS[1], "-"),
    "mosaic_coupling": ("mosaic, coupling", COLORS[1], "--"),
}


def _capacities(glass: GlassParams, soft: SoftPotentialGlass, kelvin: Array) -> dict[str, Array]:
    """Return c/T^3 in J/(kg K^4)."""
    curves = {
        "soft_potentials": soft_heat_capacity(glass, soft, kelvin),
        "mosaic_no_coupling": mosaic_heat_capacity(glass, kelvin, coupling=False),
        "mosaic_coupling": mosaic_heat_capacity(glass, kelvin, coupling=True),
    }
    return {name: np.asarray(c) / kelvin**3 for name, c in curves.items()}


def _conductivities(glass: GlassParams, soft: SoftPotentialGlass, kelvin: Array) -> dict[str, Array]:
    """Return kappa/K."""
    t = kelvin / glass.TD
    return {
        "soft_potentials": np.asarray(soft_conductivity(glass, soft, kelvin)),
        "mosaic_no_coupling": np.asarray(thermal_conductivity(glass, t, path=soft.path)),
        "mosaic_coupling": np.asarray(thermal_conductivity(glass, t, coupling=True, path=soft.path)),
    }


@styled
def draw_comparison(folder: Path, glass: GlassParams, soft: SoftPotentialGlass) -> None:
    """Draw the heat capacity and the conductivity of both theories, and write the table of their predictions.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the files, which exists.
    glass : GlassParams
        Constants of the glass.
    soft : SoftPotentialGlass
        Parameters of its soft potentials.
    """
    import pandas as pd
    from matplotlib.ticker import LogLocator, NullFormatter

    kelvin, wide = np.geomspace(0.5, 30, 121), np.geomspace(0.1, 100, 241)
    phonons = phonon_heat_capacity(glass, kelvin) / kelvin**3
    capacity, conductivity = _capacities(glass, soft, kelvin), _conductivities(glass, soft, wide)
    figure, (left, right) = new_figure(columns=2)
    left.loglog(kelvin, 1e3 * phonons, color="0.6")
    for key, (label, color, line) in _STYLES.items():
        left.loglog(kelvin, 1e3 * capacity[key], line, color=color, label=label)
        right.loglog(wide, conductivity[key], line, color=color, label=label)
    left.set(xlabel="temperature $T$ (K)", ylabel=r"$c/T^3$ (mJ kg$^{-1}$ K$^{-4}$)", xlim=(0.5, 30))
    left.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    left.yaxis.set_major_formatter("{x:g}")
    left.yaxis.set_minor_formatter(NullFormatter())
    right.set(xlabel="temperature $T$ (K)", ylabel=r"thermal conductivity $\kappa/K$", xlim=(0.1, 100))
    left.annotate("phonons alone", (0.55, 1e3 * phonons[0]), xytext=(0, 4), textcoords="offset points", color="0.4")
    right.legend(loc="lower right")
    save_figure(figure, folder, "comparison_of_theories")
    columns = {"T_heat_capacity_in_K": kelvin, "c_over_T3_phonons": phonons}
    columns |= {f"c_over_T3_{name}": values for name, values in capacity.items()}
    columns |= {"T_conductivity_in_K": wide} | {f"kappa_{name}": values for name, values in conductivity.items()}
    write_columns(folder, "comparison_of_theories", columns)
    pd.DataFrame(comparison_table(glass, soft)).to_csv(folder / "comparison_table.csv", index=False)
