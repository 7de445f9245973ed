"""Numbers stated in the review, each computed with the review's own parameters."""

from __future__ import annotations

from collections.abc import Callable
from math import pi

import numpy as np

from atomglass.theory.registry import TheoryStatement, claim, numeric_claim
from atomglass.theory.rfot import casimir, mixing, mosaic, rayleigh, scattering, tunneling
from atomglass.theory.rfot.bump import debye_heat_capacity, experimental_scale, heat_capacity
from atomglass.theory.rfot.glass_parameters import GlassParams
from atomglass.theory.rfot.landscape import Landscape
from atomglass.theory.rfot.phonon_coupling import cutoff_of_size, size_parameter
from atomglass.theory.rfot.plateau import thermal_conductivity
from atomglass.theory.rfot.ripplons import ripplon_frequencies, ripplon_prefactor, ripplon_spectrum
from atomglass.theory.rfot.saddle_point import saddle_point_ground_state
from atomglass.theory.rfot.scattering import MEASURED_PATH
from atomglass.theory.rfot.sound_speed import sound_speed_change
from atomglass.types import Array

#: Silica with the cell size that Sec. III A rounds to 20 Angstrom.
_SILICA_20A = GlassParams(Tg=1500, TD=342, rho=2200, cs=4100, a=20e-10 / 200 ** (1 / 3), name="silica, xi = 20 A")

#: Silica with the Debye temperature that the text after [76] uses.
_SILICA_350K = GlassParams(Tg=1500, TD=350, rho=2200, cs=4100, name="silica, T_D = 350 K")

#: Fragility of a strong glass, for the spread of ripplon frequencies in Appendix A.
_STRONG = 60.0


def statements() -> list[TheoryStatement]:
    """Return the review's statements with the values found here."""
    return [*_liquid(), *_two_level_systems(), *_ripplons(), *_plateau(), *_mixing(), *_casimir(), *_not_reproducible()]


def _number_claim(
    source: str, statement: str, paper: float, ours: float, tolerance: float, shown: str = ""
) -> TheoryStatement:
    """Return a statement about one number; the paper's value is shown as `shown`, or with four digits."""
    return numeric_claim(source, statement, shown or f"{paper:.4g}", paper, ours, tolerance)


def _liquid() -> list[TheoryStatement]:
    liquid = mosaic.mosaic_at_transition()
    landscape = Landscape(liquid.surface, liquid.entropy)
    exponent = landscape.highest_barrier / np.sqrt(2) / liquid.entropy
    return [
        _number_claim("Sec. II", "D = 32 R/dc_p", 32.0, mosaic.fragility(1.0), 0.01),
        _number_claim("Sec. II", "s_c at T_g (17 decades), k_B", 0.82, liquid.entropy, 0.01),
        _number_claim("Sec. II", "molecules in a cooperative cell, N*", 190, liquid.cell_size, 0.01),
        _number_claim("Sec. II", "size of a cell, xi/a", 5.8, liquid.xi_over_a, 0.01),
        _number_claim("Sec. III A", "typical barrier at T_g, k_B T_g", 39, liquid.barrier, 0.01),
        _number_claim("Sec. II", "barrier after 15 decades, k_B T_g", 35, 15 * np.log(10), 0.02),
        _number_claim("[13]", "molecules at the transition state", 14, landscape.transition_size, 0.03),
        _number_claim("[13]", "highest barrier, T_g s_c", 26, landscape.highest_barrier / liquid.entropy, 0.01),
        _number_claim("[14]", "its exponent, s_c", 18, exponent, 0.03),
        _number_claim("[14]", "share of cells without a barrier", 3e-7, float(np.exp(-exponent * liquid.entropy)), 0.3),
    ]


def _two_level_systems() -> list[TheoryStatement]:
    silica = GlassParams.named("silica")
    tau = 1 / float(tunneling.fastest_rate(silica, tunneling.PRINTED_SPLITTING * silica.TD, 1e-3))
    modulus = silica.rho * silica.cs**2 * silica.molecular_size**3 / 1.602176634e-19
    line = _log_slope(lambda t: scattering.conductivity_of_path(t, MEASURED_PATH), 0.01)
    times = np.array([1e4, 1e40])
    growth = [_log_slope(lambda time: tunneling.tls_heat_capacity(silica, 0.1, time), time) for time in times]
    return [
        _number_claim(
            "Sec. III A", "density of two-level systems in silica, 1/(J m^3)", 6e45, _SILICA_20A.tls_density, 0.02
        ),
        _number_claim("Sec. III B", "rho c_s^2 a^3 in silica, eV", 10, modulus, 0.06),
        _number_claim("[20]", "l/lambda of a thermal phonon", 70, scattering.path_in_wavelengths(silica), 0.1),
        _number_claim("Fig. 1", "exponent of kappa(T) at l/lambda = 150", 2.0, line, 1e-3),
        _number_claim("[29]", "frequency across the barrier, (a/xi) omega_D", 1.6, _crossing_coefficient(silica), 0.06),
        _number_claim("[25]", "tau_min at E = 5.7e-4 k_B T_D in silica, us", 2.0, tau * 1e6, 0.1),
        claim(
            "[28]",
            "heat capacity grows as t^(c/2), c = 0.1",
            "0.05",
            f"{growth[1]:.4f} (t = 1e40 s)",
            abs(growth[1] / 0.05 - 1) < 0.01,
        ),
        claim(
            "[28]",
            "the same within laboratory times",
            "0.05",
            f"{growth[0]:.4f} (t = 1e4 s)",
            abs(growth[0] / 0.05 - 1) < 0.01,
        ),
        _number_claim(
            "after [22]",
            "c for T_g/T_D = 2 (as printed)",
            0.1,
            tunneling.amplitude_exponent(silica.with_ratio(2)),
            0.05,
            "below 0.1",
        ),
        _number_claim(
            "after [22]",
            "the same from [14] and [21], which give a further 1/pi",
            tunneling.amplitude_exponent(silica.with_ratio(2)),
            tunneling.amplitude_exponent(silica.with_ratio(2), consistent=True),
            0.05,
        ),
    ]


def _crossing_coefficient(glass: GlassParams) -> float:
    return tunneling.barrier_frequency(glass, curvature=True) * glass.xi_over_a


def _log_slope(function: Callable[[float], float | Array], x: float) -> float:
    """Return d ln f/d ln x."""
    step = 1.05
    return float(np.log(function(x * step) / function(x / step)) / np.log(step**2))


def _ripplons() -> list[TheoryStatement]:
    silica = GlassParams.named("silica")
    omega_2 = float(ripplon_frequencies(silica, 2))
    spectrum = ripplon_spectrum(silica)
    cutoff = float(cutoff_of_size(silica))
    return [
        _number_claim("[33]", "prefactor of the ripplon frequencies", 1.34, ripplon_prefactor(silica), 0.005),
        _number_claim("Sec. IV C", "lowest ripplon in silica, K", 51, omega_2 * silica.TD, 0.02),
        _number_claim(
            "Sec. IV C", "lowest ripplon in silica, THz", 1.0, omega_2 * silica.omega_D / (2 * pi) / 1e12, 0.06
        ),
        _number_claim("Sec. IV C", "ripplons of a cell (l = 2 to 9)", 96, float(spectrum.weights.sum()), 1e-12),
        _number_claim("App. B", "cut-off at kR = 6, (a/xi) omega_D", 2.5, cutoff, 0.02),
        _number_claim(
            "App. A",
            "kR = omega/(x (a/xi) omega_D), x",
            0.4,
            silica.xi_over_a / float(size_parameter(silica, 1.0)),
            0.05,
        ),
        _number_claim(
            "App. B", "where quadratic strain matters, omega_D", 0.4, rayleigh.quadratic_strain_frequency(silica), 0.06
        ),
    ]


def _plateau() -> list[TheoryStatement]:
    silica = GlassParams.named("silica")
    free = silica.with_ratio(4.4)
    spectrum = ripplon_spectrum(free)
    debye = float(debye_heat_capacity(free, 1e-3)) * 1e9
    peaks = {ratio: _bump_maximum(silica.with_ratio(ratio)) for ratio in (2.0, 4.4)}
    t = np.geomspace(0.015, 0.06, 46)
    kappa = np.asarray(thermal_conductivity(free, t))
    low = np.array([1e-3, 4e-3])
    slope = float(np.diff(np.log(thermal_conductivity(free, low)))[0] / np.log(4))
    edge = saddle_point_ground_state(spectrum, 1e-4, free.ratio).density
    sound = np.asarray(sound_speed_change(silica, np.array([1.0, 1e3]), 5.0))
    amplitude = -float(np.diff(sound)[0]) / np.log(1e3)
    plain = rayleigh.path_in_wavelengths_rayleigh(silica, 10**-1.5, 10**-1.5, _STRONG, lowest=10**-1.5)
    peak_temperature = t[kappa.argmax()] * silica.TD
    return [
        _number_claim("Fig. 15", "phonons' c/T^3 per cell, k_B/T_D^3", 4.6e4, debye, 0.03),
        _number_claim(
            "Fig. 15",
            "scale of measured c/T^3, per J/(g K^4)",
            5.8e10,
            experimental_scale(silica) * 1e3,
            0.01,
            "(not printed) 5.8e10",
        ),
        _number_claim("Sec. IV F", "bump in silica with T_g/T_D = 2, K", 10, peaks[2.0] * silica.TD, 0.2, "about 10"),
        _number_claim(
            "Sec. IV F",
            "bump with T_g/T_D = 4.4 below the measured 10 K by",
            3.0,
            10 / (peaks[4.4] * silica.TD),
            0.25,
            "a factor of about 3",
        ),
        _number_claim("after [41]", "saddle point at omega -> 0", 1.08, edge, 0.01),
        claim("Fig. 19", "kappa below the plateau", "T^2", f"T^{slope:.2f}", abs(slope - 2) < 0.05),
        claim(
            "Fig. 19",
            "plateau of silica without coupling",
            "1 to 30 K",
            f"{peak_temperature:.0f} K",
            1 < peak_temperature < 30,
        ),
        _number_claim(
            "Sec. IV G",
            "slope of delta c_s/c_s per ln omega",
            1 / 200,
            amplitude,
            1.0,
            "of the order of 5e-3, (a/xi)^3",
        ),
        claim(
            "App. A",
            "l/lambda of Rayleigh scattering by ripplons",
            "above 1e4",
            f"{plain:.2g} (D = {_STRONG:g})",
            plain > 1e4,
        ),
        _number_claim(
            "App. A", "the same of resonant scattering", 100, scattering.path_in_wavelengths(silica), 0.5, "about 1e2"
        ),
    ]


def _bump_maximum(glass: GlassParams) -> float:
    """Return T/T_D of the bump's maximum with phonon coupling."""
    t = np.geomspace(0.009, 0.04, 120)
    return float(t[np.argmax(np.asarray(heat_capacity(glass, t, coupling=True)) / t**3)])


def _mixing() -> list[TheoryStatement]:
    silica = GlassParams.named("silica")
    b = mixing.mixing_number(silica)
    exponents = {value: mixing.conductivity_exponent(silica, value) for value in (0.0, 5.0, b)}
    kelvin = 0.01 * silica.TD
    fast, regular = (float(part[0]) / kelvin for part in mixing.mixed_heat_capacity(silica, kelvin, 60.0))
    limits = [
        float(mixing.MixedDistribution(0.0, silica.ratio, c, smallest=1e-300).slow_weight(1.0))
        for c in (1e-9, 1 - 1e-9)
    ]
    return [
        claim("after [65]", "B, the sum of omega_D/omega_i", "several hundred", f"{b:.0f}", 200 < b < 900),
        _number_claim("after [68]", "the integral at c = 0", 1.0, limits[0], 1e-6),
        _number_claim("after [68]", "the integral at c = 1", pi / 2, limits[1], 1e-6),
        _number_claim("after [68]", "exponent of kappa without mixing, 2 + c", 2.1, exponents[0.0], 1e-3),
        claim(
            "after [68]",
            "mixing makes kappa subquadratic (T = 0.01 T_D)",
            "T^1.9+-0.1 in experiment",
            f"T^{exponents[b]:.2f} at B = {b:.0f}, T^{exponents[5.0]:.2f} at B = 5",
            abs(exponents[b] - 1.9) < 0.1,
        ),
        _number_claim("after [69]", "regular heat capacity, one minute, 0.01 T_D", 100, regular, 0.5, "of order 100"),
        _number_claim("after [69]", "its fast part", 10, fast, 1.0, "at most of order 10"),
    ]


def _casimir() -> list[TheoryStatement]:
    silica = GlassParams.named("silica")
    parts = casimir.grueneisen(silica, 1.0)
    low = 0.01
    structures = casimir.two_structure_energy(silica, low * silica.Tg) / casimir.two_structure_energy(
        silica, 1e-6 * silica.Tg
    )
    return [
        _number_claim(
            "[76]",
            "Grueneisen parameter of silica, T_D = 350 K",
            -3.0,
            float(casimir.grueneisen(_SILICA_350K, 1.0).ripplon_ripplon),
            0.1,
        ),
        _number_claim(
            "after [79]",
            "ripplon-structure over ripplon-ripplon at 1 K",
            1.2,
            float(parts.ripplon_tls / parts.ripplon_ripplon),
            0.03,
        ),
        _number_claim(
            "before [79]",
            "perturbation theory breaks down below, T_g",
            1e-3,
            casimir.breakdown_temperature(silica),
            0.5,
        ),
        _number_claim("[82]", "bound on |gamma| of independent systems", 8, casimir.phillips_bound(silica), 0.06),
        _number_claim(
            "after [74]",
            "sum over pairs of ripplons, 1/omega_D",
            casimir.printed_pair_sum(silica),
            casimir.pair_sum(silica),
            0.2,
        ),
        claim(
            "after [81]",
            "structures' energy as the temperature rises",
            "magnitude grows",
            f"falls: {structures:.5f} at 0.01 T_g",
            structures > 1,
        ),
        _number_claim(
            "after [76]",
            "linear expansion of silica at 1 K, 1/K",
            -0.4e-9,
            float(casimir.volume_expansion(_SILICA_20A, 1.0).ripplon_ripplon) / 3,
            0.2,
        ),
    ]


def _not_reproducible() -> list[TheoryStatement]:
    silica = GlassParams.named("silica")
    return [
        TheoryStatement(
            "Figs. 1, 5-8, 15, 19, 20", "measured points", "from other papers", "not available", "not reproducible"
        ),
        TheoryStatement(
            "Fig. 7", "viscosity of TNB with softened barriers", "fit", "fit parameters not given", "not reproducible"
        ),
        TheoryStatement(
            "footnote 5",
            "yield strain of silica",
            "0.05",
            f"{scattering.rms_strain(silica):.3f} with the text's c_s",
            "not reproducible",
        ),
        TheoryStatement("Figs. 2, 3, 9, 12, 14, 16, 21, 23", "sketches", "no numbers", "not drawn", "not reproducible"),
    ]
