"""Figures of the study of Parshin, Schober and Gurevich (2007), each with the numbers it shows as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from atomglass.theory.oscillators.boson_peak import boson_peak_dos, boson_peak_maximum, pressure_shift
from atomglass.theory.oscillators.ensemble import OscillatorEnsemble
from atomglass.theory.oscillators.renormalization import LevyLaw, bare_stiffness_density, stiffness_density
from atomglass.theory.oscillators.spectra import Estimate, reduced_density
from atomglass.theory.output import COLORS, COLUMN_WIDTH, new_figure, save_figure, styled, write_columns


@styled
def shift_distribution(ensembles: Mapping[float, OscillatorEnsemble], folder: Path) -> None:
    """Draw Fig. 1: the distribution of the shift kappa, and its tail."""
    figure, (ax, tail) = new_figure(2)
    table: dict[str, np.ndarray] = {}
    for color, (J, ensemble) in zip(COLORS, ensembles.items(), strict=False):
        edges = np.arange(0, 0.1, 0.001 if J < 0.12 else 0.002)
        density = np.histogram(ensemble.shifts, edges)[0] / len(ensemble.shifts) / np.diff(edges)
        centers = (edges[1:] + edges[:-1]) / 2
        ax.plot(centers, density, color=color, label=f"$J={J:g}$")
        wide = np.geomspace(ensemble.shifts.min(), ensemble.shifts.max(), 60)
        beyond = np.array([(ensemble.shifts > kappa).mean() for kappa in wide])
        tail.loglog(wide, beyond, color=color, label=f"$J={J:g}$")
        table |= {f"kappa_J{J:g}": centers, f"rho_J{J:g}": density, f"kappa_tail_J{J:g}": wide, f"above_J{J:g}": beyond}
    J = list(ensembles)[1]
    x = np.geomspace(0.05, 2, 5)
    tail.loglog(x, 3e-3 * (x / 0.05) ** -1.5, "k--", label=r"$\kappa^{-3/2}$")
    x_levy = np.geomspace(1e-3, 3, 200)
    tail.loglog(x_levy, 1 - LevyLaw.of_model(J).cumulative(x_levy), "k:", label=f"Eq. 2.17, $J={J:g}$")
    tail.set_ylim(1e-5, 1.5)
    ax.set(xlabel=r"shift $\kappa$ ($k_0$)", ylabel=r"$\rho(\kappa)$ ($1/k_0$)", xlim=(0, 0.1), ylim=(0, None))
    tail.set(xlabel=r"shift $\kappa$ ($k_0$)", ylabel=r"probability of a larger $\kappa$ (no unit)")
    ax.legend()
    tail.legend()
    save_figure(figure, folder, "figure1_shift_distribution")
    write_columns(folder, "figure1_shift_distribution", table)


@styled
def stiffness_distribution(
    ensembles: Mapping[float, OscillatorEnsemble], middle: float, exponent: float, folder: Path
) -> None:
    """Draw Fig. 2: the distribution of the renormalized stiffness around zero.

    Parameters
    ----------
    ensembles : mapping of float to OscillatorEnsemble
        One ensemble per coupling J.
    middle : float
        The coupling whose distribution is compared with Eq. 2.21.
    exponent : float
        n of the bare density of states.
    folder : pathlib.Path
        Folder of the files, which exists.
    """
    figure, (ax,) = new_figure()
    edges = np.linspace(-0.1, 0.2, 31)
    centers = (edges[1:] + edges[:-1]) / 2
    table = {"k": centers}
    for color, (J, ensemble) in zip(COLORS, ensembles.items(), strict=False):
        density = np.histogram(ensemble.bare, edges)[0] / len(ensemble.bare) / np.diff(edges)
        ax.plot(centers, density, color=color, label=f"$J={J:g}$, eigenvalues")
        table[f"Phi_J{J:g}"] = density
    convolution = stiffness_density(centers, ensembles[middle].shifts, exponent)
    ax.plot(centers, convolution, ":", color="black", lw=2, label=f"$J={middle:g}$, Eq. 2.21")
    bare = bare_stiffness_density(centers, exponent)
    ax.plot(centers, bare, "--", color="0.5", label="$F(k)$, no interaction")
    ax.axvline(0, color="0.8", lw=0.8, zorder=0)
    ax.set(xlabel=r"quasielastic constant $k$ ($k_0$)", ylabel=r"$\Phi(k)$ ($1/k_0$)", xlim=(-0.1, 0.2), ylim=(0, 0.8))
    ax.legend()
    save_figure(figure, folder, "figure2_stiffness_distribution")
    write_columns(folder, "figure2_stiffness_distribution", table | {"convolution": convolution, "bare": bare})


@styled
def boson_peak_figure(folder: Path) -> None:
    """Draw Fig. 3: the universal boson peak and its parts."""
    figure, (ax,) = new_figure()
    x = np.linspace(0.01, 5, 500)
    table = {"x": x}
    for color, (part, label) in zip(
        COLORS,
        {"total": "total", "I": "I: $k>0$", "II": "II: $k<0$, lower well", "III": "III: upper well"}.items(),
        strict=False,
    ):
        values = boson_peak_dos(x, part) / x**2
        ax.plot(x, values, color=color, lw=2 if part == "total" else 1, ls="--" if part == "III" else "-", label=label)
        table[f"g_{part}_over_x2"] = values
    peak = boson_peak_maximum()
    ax.plot(peak.position, peak.height, "o", color=COLORS[0])
    ax.set(
        xlabel=r"frequency $\omega/\omega^*$",
        ylabel=r"$g(\omega)/\omega^2$ ($n_0 M\Phi(0)/\omega^*$)",
        xlim=(0, 5),
        ylim=(0, 3),
    )
    ax.legend()
    save_figure(figure, folder, "figure3_boson_peak")
    write_columns(folder, "figure3_boson_peak", table)


@styled
def spectrum(
    ensembles: Mapping[float, OscillatorEnsemble], stars: Mapping[float, Estimate], exponent: float, folder: Path
) -> None:
    """Draw the spectra in the minima and the universal form, with omega* from a fit and Phi(0) from the eigenvalues.

    Parameters
    ----------
    ensembles : mapping of float to OscillatorEnsemble
        One ensemble per coupling J.
    stars : mapping of float to Estimate
        omega* per coupling.
    exponent : float
        n of the bare density of states.
    folder : pathlib.Path
        Folder of the files, which exists.
    """
    figure, (ax,) = new_figure(width=1.4 * COLUMN_WIDTH, height=3.0)
    table: dict[str, np.ndarray] = {}
    for color, marker, (J, ensemble) in zip(COLORS, "os^", ensembles.items(), strict=False):
        # The few modes below 0.4 J share one bin.
        edges = np.append(0.0, np.arange(0.4 * J, 0.5, 0.15 * J))
        centers, g, error = reduced_density(ensemble.frequencies, edges, ensemble.oscillators)
        ax.errorbar(centers, g, error, fmt=marker, ms=3.5, lw=0.8, color=color, label=f"$J={J:g}$, simulated")
        star, phi = stars[J].value, ensemble.bare_density(0.0, 0.02)
        x = np.linspace(0.05, 3, 200)
        ax.plot(
            x * star, phi * boson_peak_dos(x) / (star * x**2), color=color, label=rf"Eq. 5.18, $\omega^*={star:.3f}$"
        )
        table |= {f"omega_J{J:g}": centers, f"g_over_omega2_J{J:g}": g, f"error_J{J:g}": error}
    ax.axhline(exponent + 1, color="0.5", ls="--", lw=0.8, label="no interaction" if exponent == 2 else None)
    ax.set(
        xlabel=r"frequency $\omega$ ($\omega_0$)",
        ylabel=r"$g(\omega)/\omega^2$ ($1/\omega_0^3$)",
        xlim=(0, 0.4),
        ylim=(0, None),
    )
    ax.legend(ncols=2)
    save_figure(figure, folder, "spectrum")
    write_columns(folder, "spectrum", table)


@styled
def pressure(stars: Mapping[float, Estimate], folder: Path) -> None:
    """Draw omega* under external forces, with the analytic law that starts from its value without force."""
    figure, (ax,) = new_figure()
    forces = np.array(list(stars))
    values, errors = (np.array([getattr(star, name) for star in stars.values()]) for name in ("value", "error"))
    ax.errorbar(forces * 1e3, values, errors, fmt="o", color=COLORS[0], label="simulated, forces uniform in $\\pm P$")
    # A uniform distribution is not Lorentzian; its half width at half maximum is taken for the added width.
    width = values[0] ** 3 / (3 * np.sqrt(3))
    line = np.linspace(0, forces.max() * 1.1, 100)
    law = values[0] * pressure_shift(line, 2 * width)
    ax.plot(line * 1e3, law, color=COLORS[1], label=r"$\omega^*(0)\,(1+P/P_0)^{1/3}$")
    ax.set(xlabel=r"external force $P$ ($10^{-3}\,k_0\sqrt{k_0/A}$)", ylabel=r"$\omega^*$ ($\omega_0$)", ylim=(0, None))
    ax.legend()
    save_figure(figure, folder, "pressure_shift")
    write_columns(
        folder, "pressure_shift", {"P": forces, "omega_star": values, "error": errors, "P_law": line, "law": law}
    )
