"""The study of Parshin, Schober and Gurevich, Phys. Rev. B 76, 064206 (2007), and of Schober et al.'s summary of it.

Its Figs. 1 to 3, the spectrum behind them, the pressure shift, and what the paper states beside what is found here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from atomglass.errors import InputError
from atomglass.settings import Settings
from atomglass.theory.oscillators import parshin2007_figures as figures
from atomglass.theory.oscillators.ensemble import OscillatorEnsemble, gather
from atomglass.theory.oscillators.model import OscillatorModel
from atomglass.theory.oscillators.parshin2007_statements import analytic_statements, simulated_statements
from atomglass.theory.oscillators.spectra import Estimate, fit_omega_star
from atomglass.theory.output import write_columns
from atomglass.theory.registry import Statement


class Config(Settings):
    """Settings of the study.

    Attributes
    ----------
    couplings : list of float
        Interaction strengths J of Figs. 1 and 2, ascending; the middle one is used for what the paper shows at one J.
    realizations : int
        Realizations for each coupling, more for a spectrum below the middle one; 12 take four minutes in all.
    size, exponent, factors, positions, seed
        As `size`, `exponent`, `couplings`, `positions` and `seed` of `OscillatorModel`.
    pressures : list of float
        External forces, uniform in +-pressure, at the middle coupling.
    """

    couplings: list[float] = Field([0.07, 0.10, 0.15], min_length=3, max_length=3)
    realizations: int = Field(12, ge=2, le=10_000)
    size: int = Field(13, ge=6, le=20)
    exponent: float = Field(2.0, gt=0, le=10)
    factors: Literal["uniform", "sign", "dipolar"] = "uniform"
    positions: Literal["lattice", "poisson", "hardcore"] = "lattice"
    seed: int = Field(2007, ge=0)
    pressures: list[float] = Field([3e-4, 1e-3], min_length=1, max_length=6)


@dataclass(frozen=True, eq=False)
class Results:
    """What the simulations gave: an ensemble a coupling and a pressure, and omega* of each."""

    config: Config
    ensembles: dict[float, OscillatorEnsemble]
    stars: dict[float, Estimate]
    pressed: dict[float, OscillatorEnsemble]
    pressed_stars: dict[float, Estimate]

    @property
    def middle(self) -> float:
        """The coupling that stands for the paper's J = 0.10."""
        return self.config.couplings[1]


def run(config: Config, folder: Path) -> list[Statement]:
    """Compute the study; write its figures and tables into the folder and return the paper's statements beside ours."""
    results = simulate(config)
    figures.shift_distribution(results.ensembles, folder)
    figures.stiffness_distribution(results.ensembles, results.middle, config.exponent, folder)
    figures.boson_peak_figure(folder)
    figures.spectrum(results.ensembles, results.stars, config.exponent, folder)
    figures.pressure(results.pressed_stars, folder)
    write_columns(folder, "ensembles", _summary(results))
    return [*analytic_statements(), *simulated_statements(results)]


def simulate(config: Config) -> Results:
    """Run every ensemble of the study."""
    if sorted(set(config.couplings)) != config.couplings or not all(0 < J < 1 for J in config.couplings):
        raise InputError("couplings", config.couplings, "three ascending numbers between 0 and 1")
    base = OscillatorModel(
        size=config.size,
        seed=config.seed,
        exponent=config.exponent,
        couplings=config.factors,
        positions=config.positions,
    )
    middle = config.couplings[1]
    ensembles = {}
    for J in config.couplings:
        # Unstable modes go as J^(n+1): at weak coupling it takes more realizations to see the boson peak as well.
        more = int(config.realizations * max((middle / J) ** (config.exponent + 1) - 1, 0))
        ensembles[J] = gather(replace(base, coupling=J), config.realizations, spectrum_only=more)
    stars = {J: fit_omega_star(e.frequencies, *fit_window(J)) for J, e in ensembles.items()}
    pressed = {0.0: ensembles[middle]}
    for pressure in sorted(config.pressures):
        pressed[pressure] = gather(replace(base, coupling=middle, pressure=pressure), 0, config.realizations)
    # Under pressure the spectrum moves up: the window of the fit goes with it.
    pressed_stars = {p: _moving_fit(e.frequencies, middle) for p, e in pressed.items()}
    return Results(config, ensembles, stars, pressed, pressed_stars)


def _summary(results: Results) -> dict[str, list[float]]:
    """Return one row an ensemble: its size, what failed, and omega*."""
    ensembles = [(J, 0.0, e, results.stars[J]) for J, e in results.ensembles.items()]
    ensembles += [(results.middle, p, results.pressed[p], results.pressed_stars[p]) for p in results.pressed if p > 0]
    return {
        "J": [J for J, _, _, _ in ensembles],
        "P": [pressure for _, pressure, _, _ in ensembles],
        "oscillators": [ensemble.oscillators for _, _, ensemble, _ in ensembles],
        "not_converged": [ensemble.not_converged for _, _, ensemble, _ in ensembles],
        "omega_star": [star.value for _, _, _, star in ensembles],
        "omega_star_error": [star.error for _, _, _, star in ensembles],
        "modes_fitted": [star.count for _, _, _, star in ensembles],
    }


def fit_window(coupling: float) -> tuple[float, float]:
    """Return the window of frequencies, (largest, smallest), in which omega* is fitted: J/4 to 1.5 J."""
    return 1.5 * coupling, 0.25 * coupling


def _moving_fit(frequencies: np.ndarray, coupling: float) -> Estimate:
    """Return omega* from a window that reaches up to 2 omega* itself."""
    star = fit_omega_star(frequencies, *fit_window(coupling))
    for _ in range(6):
        star = fit_omega_star(frequencies, max(2 * star.value, 1.5 * coupling), 0.25 * coupling)
    return star
