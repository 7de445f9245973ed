"""The simulations behind the study of Parshin, Schober and Gurevich (2007): its settings, ensembles and fits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field

from atomglass.errors import InputError
from atomglass.settings import Settings
from atomglass.theory.oscillators.ensemble import OscillatorEnsemble, run_realizations
from atomglass.theory.oscillators.model import OscillatorModel
from atomglass.theory.oscillators.spectra import Estimate, fit_omega_star
from atomglass.types import Array


class Config(Settings):
    """Settings of the study.

    Attributes
    ----------
    couplings : list of float
        Interaction strengths J of Figs. 1 and 2, ascending; the middle one is used where the paper shows one J only.
    realizations : int
        Realizations of each coupling; the spectrum of a coupling below the middle one uses more. 12 take four minutes.
    size, exponent, factors, positions, seed
        The parameters `size`, `exponent`, `couplings`, `positions` and `seed` of `OscillatorModel`.
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
    """Results of the simulations.

    Attributes
    ----------
    config : Config
        Settings of the study.
    ensembles, stars : dict
        Ensemble of each coupling J, and omega* fitted to its spectrum.
    pressed, pressed_stars : dict
        Ensemble of each external force P at the middle coupling, P = 0 included, and omega* fitted to its spectrum.
    """

    config: Config
    ensembles: dict[float, OscillatorEnsemble]
    stars: dict[float, Estimate]
    pressed: dict[float, OscillatorEnsemble]
    pressed_stars: dict[float, Estimate]

    @property
    def middle(self) -> float:
        """The coupling that corresponds to the paper's J = 0.10."""
        return self.config.couplings[1]


def simulate(config: Config) -> Results:
    """Simulate every ensemble of the study.

    Raises
    ------
    InputError
        The couplings are not ascending numbers between 0 and 1.
    """
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
        # The number of unstable modes grows as J^(n+1): weak coupling needs more realizations for the same statistics.
        more = int(config.realizations * max((middle / J) ** (config.exponent + 1) - 1, 0))
        ensembles[J] = run_realizations(replace(base, coupling=J), config.realizations, spectrum_only=more)
    stars = {J: fit_omega_star(e.frequencies, *fit_window(J)) for J, e in ensembles.items()}
    pressed = {0.0: ensembles[middle]}
    for pressure in sorted(config.pressures):
        pressed[pressure] = run_realizations(replace(base, coupling=middle, pressure=pressure), 0, config.realizations)
    # Under pressure the spectrum shifts to higher frequencies, and the window of the fit must follow.
    pressed_stars = {p: _fit_with_moving_window(e.frequencies, middle) for p, e in pressed.items()}
    return Results(config, ensembles, stars, pressed, pressed_stars)


def fit_window(coupling: float) -> tuple[float, float]:
    """Return the window of frequencies, (largest, smallest), in which omega* is fitted: J/4 to 1.5 J."""
    return 1.5 * coupling, 0.25 * coupling


def _fit_with_moving_window(frequencies: Array, coupling: float) -> Estimate:
    """Return omega* from a window whose upper end is 2 omega* itself, found by iteration."""
    star = fit_omega_star(frequencies, *fit_window(coupling))
    for _ in range(6):
        star = fit_omega_star(frequencies, max(2 * star.value, 1.5 * coupling), 0.25 * coupling)
    return star
