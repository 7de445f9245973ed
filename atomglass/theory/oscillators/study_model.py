"""The oscillator model as a study: `model = "oscillators"` in a study's TOML file."""

from __future__ import annotations

import numpy as np

from atomglass.study.protocol import BOOL, FLOAT, INT, TEXT, Column, RealizationModel, Row
from atomglass.theory.oscillators.realization import OscillatorConfig, oscillator_realization

_REALIZATIONS = (
    Column("number", INT, "", "oscillators, N"),
    Column("dimension", INT, "", "3"),
    Column("seed", INT, "", "of OscillatorModel: with the study's settings it gives this realization again"),
    Column("energy", FLOAT, "k0^2/A0", "potential energy of the minimum, relative to all at rest at the origin"),
    Column("energy_per_particle", FLOAT, "k0^2/A0", "the same per oscillator"),
    Column("max_force", FLOAT, "k0 sqrt(k0/A0)", "largest force left in the minimum"),
    Column("iterations", INT, "", "steps of the minimizer"),
    Column("is_minimum", BOOL, "", "no eigenvalue of the Hessian is negative"),
    Column("complete", BOOL, "", "no mode below complete_below is missing: all eigenvalues are computed"),
    Column("complete_below", FLOAT, "omega0", "all modes below this frequency are in the table"),
    Column("unstable_fraction", FLOAT, "", "share of negative eigenvalues before anharmonicity"),
    Column("lowest_bare_eigenvalue", FLOAT, "k0", "before anharmonicity"),
)

_MODES = (
    Column("mode", INT, "", "number of the mode in its realization, from the lowest"),
    Column("frequency", FLOAT, "omega0", "sqrt of the eigenvalue at unit mass"),
    Column("eigenvalue", FLOAT, "k0", "of the Hessian in the minimum"),
    Column("participation_ratio", FLOAT, "", "1 / (N sum e_i^4)"),
    Column("b2", FLOAT, "k0", "second derivative of the energy along the mode"),
    Column("b3", FLOAT, "sqrt(k0 A0)", "third; the sign of the mode makes it <= 0"),
    Column("b4", FLOAT, "A0", "fourth"),
    Column("beta", FLOAT, "", "b3 / sqrt(3 b2 b4)"),
    Column("group", TEXT, "", "A: |beta| <= 1; B: |beta| > 1"),
    Column("second_minimum", BOOL, "", "the quartic has a second minimum (in A: a hidden, higher one)"),
    Column("second_minimum_position", FLOAT, "sqrt(k0/A0)", "where; NaN if none"),
    Column("second_minimum_energy", FLOAT, "k0^2/A0", "its energy relative to the origin; NaN if none"),
    Column("barrier", FLOAT, "k0^2/A0", "height of the maximum between the minima; NaN if none"),
    Column("complete_below", FLOAT, "omega0", "of the mode's realization"),
)


def _realize(config: OscillatorConfig, rng: np.random.Generator) -> tuple[list[Row], Row]:
    modes, row = oscillator_realization(config, rng)
    return [mode | {"complete_below": row["complete_below"]} for mode in modes], row


OSCILLATORS = RealizationModel(
    name="oscillators",
    version=1,
    settings=OscillatorConfig,
    realize=_realize,
    realization_columns=_REALIZATIONS,
    mode_columns=_MODES,
    describe=lambda config: f"N = {config.size}^3, J = {config.coupling:g}",
)
