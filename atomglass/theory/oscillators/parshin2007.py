"""The study of Parshin, Schober and Gurevich, Phys. Rev. B 76, 064206 (2007), and of Schober et al.'s summary of it.

Figs. 1 to 3, the spectrum behind them, the pressure shift, and the papers' statements with the values found here.
"""

from __future__ import annotations

from pathlib import Path

from atomglass.theory.oscillators import parshin2007_figures as figures
from atomglass.theory.oscillators.parshin2007_simulation import Config, Results, simulate
from atomglass.theory.oscillators.parshin2007_statements import analytic_statements, simulated_statements
from atomglass.theory.output import write_columns
from atomglass.theory.registry import TheoryStatement

__all__ = ["Config", "run"]


def run(config: Config, folder: Path) -> list[TheoryStatement]:
    """Write the figures and tables of the study into a folder and return the papers' statements."""
    results = simulate(config)
    figures.shift_distribution(results.ensembles, folder)
    figures.stiffness_distribution(results.ensembles, results.middle, config.exponent, folder)
    figures.boson_peak_figure(folder)
    figures.spectrum(results.ensembles, results.stars, config.exponent, folder)
    figures.pressure(results.pressed_stars, folder)
    write_columns(folder, "ensembles", _summary(results))
    return [*analytic_statements(), *simulated_statements(results)]


def _summary(results: Results) -> dict[str, list[float]]:
    """Return the columns of the table of ensembles: size, failed realizations, and omega*."""
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
