"""Statements of Parshin, Schober and Gurevich (2007) and of Schober et al.'s summary, with the values found here."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.special import erfcinv

from atomglass.theory.dipoles import dipole_interaction
from atomglass.theory.oscillators import boson_peak as peak
from atomglass.theory.oscillators import scattering
from atomglass.theory.oscillators.elastic_host import lattice_interaction, real_space_disorder
from atomglass.theory.oscillators.model import OscillatorModel, two_oscillator_eigenvalues
from atomglass.theory.oscillators.parshin2007_simulation import Results
from atomglass.theory.oscillators.renormalization import (
    LevyLaw,
    bare_stiffness_density,
    lorentzian_half_width,
    sampled_shifts,
    stiffness_density,
)
from atomglass.theory.oscillators.spectra import low_frequency_exponent
from atomglass.theory.registry import TheoryStatement, claim, numeric_claim
from atomglass.theory.soft_potential import two_level_systems as tls
from atomglass.theory.soft_potential.heat_capacity import heat_capacity_minimum
from atomglass.theory.soft_potential.tunneling import tunnel_splitting


def analytic_statements() -> list[TheoryStatement]:
    """Return the statements that need no simulation."""
    critical = two_oscillator_eigenvalues(0.1 * 2.0, (0.1, 2.0), (1.0, 1.0))[0]
    C = tls.tunneling_strength_estimate(4, 100)
    splitting = tunnel_splitting(-6.0) / tunnel_splitting(-6.0, "W")
    star, path = peak.omega_star_estimate, scattering.wavelength_over_mean_free_path_estimate
    total, upper = (_low_exponent(part) for part in ("total", "III"))
    rows = (
        ("1.14", "hbar omega_c of SiO2: W = 4 K, C = 3e-4", "60 K", 60, tls.critical_energy_estimate(4, 3e-4), 0.01),
        ("1.13, 4.20", "C/(W/hbar omega_c)^3: 1.13 drops 4 sqrt2/pi", "1", 1, C / 0.04**3, 0.1),
        ("4.4", "Delta0 = W exp(-S): exact/estimate at alpha = -6", "1", 1, splitting, 0.5),
        ("4.9", "f/delta f of two-level systems", "2e-4", 2e-4, tls.relative_force(4, 100, 1, 0, 10, 3, 2), 0.1),
        ("4.10", "|k|/k_c of two-level systems", "0.05", 0.05, tls.relative_stiffness(4, 100, 10), 0.1),
        ("4.21", "C for W = 4 K, hbar omega_c = 100 K", "1e-4", 1e-4, C, 0.2),
        ("4.25", "two-level systems per oscillator, L = 1", "3e-8", 3e-8, tls.active_fraction(4, 100, 3), 0.2),
        ("4.25", "the same with the paper's L = 10", "3e-8", 3e-8, tls.active_fraction(4, 100, 3, 10), 0.2),
        ("4.33", "lambda_max of SiO2", "350", 350, tls.largest_tunneling_parameter(3e-4), 0.02),
        ("after 1.13", "W = 2 T_min of c/T^3", "T_min = 0.5 W", 0.5, heat_capacity_minimum()[0], 0.2),
        ("5.11", "omega*/omega_c: n = 2, omega_c = omega_0/3", "1/2", 0.5, 3 * star(1 / 3, 2), 0.1),
        ("5.11", "omega*/omega_c: n = 2, omega_c = omega_0/5", "1/3", 1 / 3, 5 * star(1 / 5, 2), 0.1),
        ("Fig. 3", "boson peak near omega*", "1", 1, peak.boson_peak_maximum().position, 0.1),
        ("Sec. I", "exponent of g below the peak", "4", 4, total, 0.01),
        ("5.25", "exponent of g_III, the upper wells", "3", 3, upper, 0.01),
        ("5.30", "T* for hbar omega* = 40 K, W = 4 K", "740 K", 740, peak.crossover_temperature(40, 4), 0.01),
        ("5.31", "integral with exp(y^2), printed as exp(y)", "1.07", 1.07, peak.UPPER_WELL_INTEGRAL, 0.01),
        ("6.7", "lambda/l for n = 2, omega_c = omega_0/3", "1.64", 1.64, path(3, 2), 0.01),
        ("6.8", "lambda/l for a flat g0", "15", 15, path(3, 0), 0.03),
        ("Sec. VI", "linear g0: strong scattering above omega_0/", "15", 15, path(1, 1), 0.03),
    )
    return [
        claim("1.1", "two oscillators: omega^2 = 0 at I_c", "0", f"{critical:.1e}", abs(critical) < 1e-12),
        *(numeric_claim(*row) for row in rows),
        *_host_statements(),
    ]


def _low_exponent(part: str) -> float:
    """Return the exponent of a part of the density of states at low frequency."""
    low, high = peak.boson_peak_dos(np.array([1e-3, 2e-3]), part)
    return float(np.log2(high / low))


def _host_statements() -> list[TheoryStatement]:
    """Return the statements on sound and on real space (Schober et al.)."""
    separation, axes = (5, 2, 1), np.eye(3)
    lattice = lattice_interaction(64)[separation]
    law = np.array([[dipole_interaction(separation, a, b) for b in axes] for a in axes])
    deviation = float(np.sqrt(((lattice - law) ** 2).mean() / (law**2).mean()))
    correlation, error = real_space_disorder(np.random.default_rng(1), 8, 50)
    return [
        claim(
            "2.3",
            "sound makes a dipole interaction ~ 1/r^3",
            "1/r^3",
            f"lattice within {100 * deviation:.0f} % at r = (5,2,1)",
            deviation < 0.12,
        ),
        claim(
            "Schober et al.",
            "random matrix in mode space: correlated force constants",
            "correlated",
            f"{correlation:.2f} +- {error:.3f} between neighbors",
            correlation > 5 * error,
        ),
    ]


def simulated_statements(results: Results) -> list[TheoryStatement]:
    """Return the statements that are checked by simulation."""
    fractions = [ensemble.unstable_fraction for ensemble in results.ensembles.values()]
    shown = ", ".join(f"{fraction:.2%}" for fraction in fractions)
    couplings = ", ".join(f"{J:g}" for J in results.config.couplings)
    rising = all(b > a for a, b in pairwise(fractions))
    return [
        *_shift_statements(results),
        *_stiffness_statements(results),
        *_spectrum_statements(results),
        _anharmonicity_statement(results),
        _force_statement(results),
        _coupling_statement(results),
        _pressure_statement(results),
        claim("Sec. II", f"unstable fraction grows with J = {couplings}", "grows", shown, rising),
    ]


def _shift_statements(results: Results) -> list[TheoryStatement]:
    weak, J, strong = results.config.couplings
    medians = {J: float(np.median(e.shifts)) for J, e in results.ensembles.items()}
    ratio = medians[strong] / medians[weak] / (strong / weak) ** 2
    top = np.sort(results.ensembles[J].shifts)[-len(results.ensembles[J].shifts) // 100 :]
    slope = 1 + 1 / np.log(top / top[0])[1:].mean()
    expected = (results.config.exponent + 3) / 2
    levy = LevyLaw.of_model(J, results.config.exponent, results.config.factors)
    return [
        numeric_claim("Fig. 1", "kappa scales as J^2: median ratio over J^2", "1", 1, ratio, 0.05),
        numeric_claim(
            "after 2.19", "rho ~ kappa^-(n+3)/2: exponent of the tail", f"{expected:g}", expected, float(slope), 0.1
        ),
        numeric_claim("2.19", f"kappa of order k_c: median/k_c, J = {J:g}", "1", 1, medians[J] / levy.k_c, 0.7),
    ]


def _stiffness_statements(results: Results) -> list[TheoryStatement]:
    J, exponent = results.middle, results.config.exponent
    ensemble = results.ensembles[J]
    phi = ensemble.bare_density(0.0, 0.02)
    convolution = float(stiffness_density(np.linspace(-0.01, 0.01, 21), ensemble.shifts, exponent).mean())
    tolerance = 0.1 + 2 / np.sqrt(max(phi * 0.02 * len(ensemble.bare), 1.0))  # plus two counting errors
    at_k_c = float(bare_stiffness_density(LevyLaw.of_model(J, exponent, results.config.factors).k_c, exponent))
    return [
        numeric_claim(
            "Fig. 2", f"Eq. 2.21 gives the exact Phi(0), J = {J:g}", f"{convolution:.3f}", convolution, phi, tolerance
        ),
        numeric_claim("2.24", f"Phi(0) of order F(k_c), J = {J:g}", f"{at_k_c:.3f}", at_k_c, phi, 0.5),
    ]


def _spectrum_statements(results: Results) -> list[TheoryStatement]:
    statements = []
    for J, star in results.stars.items():
        omega_c = LevyLaw.of_model(J, results.config.exponent, results.config.factors).omega_c
        expected = float(peak.omega_star_estimate(omega_c, results.config.exponent)) if omega_c < 1 else np.nan
        holds = abs(star.value - expected) < 0.2 * expected + 2 * star.error
        statements.append(claim("5.11", f"omega* = omega_c^(1+n/3), J = {J:g}", f"{expected:.3f}", str(star), holds))
    strong = results.config.couplings[2]
    frequencies = results.ensembles[strong].frequencies
    exponent = low_frequency_exponent(frequencies, 0.8 * results.stars[strong].value)
    statements.append(
        claim(
            "Sec. I",
            f"g ~ omega^4 below the peak, simulated, J = {strong:g}",
            "4",
            str(exponent),
            abs(exponent.value - 4) < max(1.0, 2 * exponent.error),
        )
    )
    return statements


def _anharmonicity_statement(results: Results) -> TheoryStatement:
    """Compare the Hessians at x and at x/10, the minima for A = 1 and 100; the forces of the second vanish, too."""
    coupling, seed = results.config.couplings[2], results.config.seed
    states = [OscillatorModel(coupling=coupling, size=8, seed=seed, anharmonicity=(A, A)).relax() for A in (1.0, 100.0)]
    spectra = [np.linalg.eigvalsh(state.hessian) for state in states]
    x, model = states[1].displacements, states[1].model
    force = model.external_forces - model.stiffness_matrix @ x - 100.0 * x**3
    largest = float(max(np.abs(spectra[0] - spectra[1]).max(), np.abs(force).max()))
    said = "the spectrum does not depend on A: change for A x 100"
    return claim("2.16, 5.11", said, "0", f"{largest:.0e}", largest < 1e-8)


def _force_statement(results: Results) -> TheoryStatement:
    J = results.middle
    forces = results.ensembles[J].forces
    from_forces, from_spectrum = float(peak.omega_star(lorentzian_half_width(forces))), results.stars[J].value
    holds = 0.5 < from_forces / from_spectrum < 2
    return claim(
        "5.10",
        f"omega* from the width of the forces, J = {J:g}",
        f"{from_spectrum:.3f} (spectrum)",
        f"{from_forces:.3f}",
        holds,
    )


def _coupling_statement(results: Results) -> TheoryStatement:
    """B of sampled neighbors with g = +-1 over the printed B: the median of a Levy law is B^2/(2 erfcinv(1/2)^2)."""
    exponent = results.config.exponent
    shifts = sampled_shifts(np.random.default_rng(results.config.seed), 4000, exponent=exponent, couplings="sign")
    sampled = erfcinv(0.5) * np.sqrt(2 * np.median(shifts))
    printed = np.pi / 3 * np.sqrt(np.pi / 2) * 0.1 * (exponent + 1) / exponent
    return numeric_claim(
        "2.3, 2.18", "B for g = +-1 over the printed B (pi/3 needs <|g|> = 1/4)", "1", 1, sampled / printed, 0.1
    )


def _pressure_statement(results: Results) -> TheoryStatement:
    stars = list(results.pressed_stars.values())
    rising = all(b.value > a.value for a, b in pairwise(stars))
    return claim(
        "Schober et al.",
        f"pressure moves the boson peak up, J = {results.middle:g}",
        "up",
        ", ".join(f"{star.value:.3f}" for star in stars),
        rising,
    )
