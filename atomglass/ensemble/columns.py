"""The columns of the result tables: name, type, unit and meaning, in one place."""

from __future__ import annotations

from typing import Any, NamedTuple

import pyarrow as pa


class Column(NamedTuple):
    """One column of a table."""

    name: str
    type: pa.DataType
    unit: str
    meaning: str


_INT, _FLOAT, _TEXT, _BOOL = pa.int64(), pa.float64(), pa.string(), pa.bool_()

KEYS = (
    Column("realization", _INT, "", "number of the realization in the study: chain * realizations per chain + index"),
    Column("chain", _INT, "", "independent Monte Carlo chain; realizations of one chain are correlated"),
    Column("index_in_chain", _INT, "", "number of the realization in its chain"),
)

REALIZATIONS = (
    *KEYS,
    Column("status", _TEXT, "", "ok, not_converged, not_a_minimum, no_rigidity, all_rattlers or error"),
    Column("reason", _TEXT, "", "what failed and what to do; empty where status is ok"),
    Column("solver", _TEXT, "", "of the quench whose result this is"),
    Column("attempt_count", _INT, "", "solvers tried; each has a row in the table of attempts"),
    Column("sweep", _INT, "sweeps", "age of the chain, thermalisation included"),
    Column("energy", _FLOAT, "epsilon", "total potential energy of the inherent state"),
    Column("energy_per_particle", _FLOAT, "epsilon", "the same per particle, rattlers counted"),
    Column("liquid_energy_per_particle", _FLOAT, "epsilon", "before the quench"),
    Column("max_force", _FLOAT, "epsilon/length", "largest force on a particle after the quench"),
    Column("iterations", _INT, "", "conjugate-gradient iterations"),
    Column("evaluations", _INT, "", "force evaluations"),
    Column("is_minimum", _BOOL, "", "no eigenvalue of the Hessian is negative"),
    Column("complete", _BOOL, "", "the inertia proves that no mode below complete_below is missing"),
    Column("complete_below", _FLOAT, "omega", "all modes below this frequency are in the table"),
    Column("mode_count", _INT, "", "modes in the table"),
    Column("qlm_count", _INT, "", "quasi-localized modes among them"),
    Column("shear_modulus", _FLOAT, "epsilon/volume", "relaxed, mean over orientations"),
    Column("bulk_modulus", _FLOAT, "epsilon/volume", "relaxed"),
    Column("pressure", _FLOAT, "epsilon/volume", "-dU/dV"),
    Column("transverse_speed", _FLOAT, "length omega", "sqrt(G / rho)"),
    Column("longitudinal_speed", _FLOAT, "length omega", "sqrt((K + 2 G (d-1)/d) / rho)"),
    Column("first_phonon_frequency", _FLOAT, "omega", "omega_1 = 2 pi c_T / L"),
    Column("mean_diameter", _FLOAT, "length", "of this sample's particles"),
    Column("rattlers", _INT, "", "particles that nothing holds, left out of the modes"),
    Column("number", _INT, "", "particles, N"),
    Column("dimension", _INT, "", "2 or 3"),
    Column("density", _FLOAT, "1/volume", "N / V"),
    Column("temperature", _FLOAT, "epsilon", "of the liquid"),
    Column("potential", _TEXT, "", "name of the model"),
)

MODES = (
    *KEYS,
    Column("mode", _INT, "", "number of the mode in its realization, from the lowest"),
    Column("frequency", _FLOAT, "omega", "sqrt of the eigenvalue at unit mass"),
    Column("eigenvalue", _FLOAT, "epsilon/length^2", "of the Hessian"),
    Column("participation_ratio", _FLOAT, "", "(sum |psi_i|^2)^2 / (N sum |psi_i|^4)"),
    Column("residual", _FLOAT, "epsilon/length^2", "|H psi - eigenvalue psi|"),
    Column("frequency_gap", _FLOAT, "", "relative distance to the nearest other frequency"),
    Column("degenerate", _BOOL, "", "that gap is below 0.01: b3 depends on the choice of basis"),
    Column("b2", _FLOAT, "epsilon/length^2", "second derivative of the energy along the mode"),
    Column("b3", _FLOAT, "epsilon/length^3", "third; the sign of the mode makes it <= 0"),
    Column("b4", _FLOAT, "epsilon/length^4", "fourth"),
    Column("beta", _FLOAT, "", "b3 / sqrt(3 b2 b4)"),
    Column("group", _TEXT, "", "A: |beta| <= 1; B: |beta| > 1; unbounded: b4 <= 0; unstable: b2 <= 0"),
    Column("second_minimum", _BOOL, "", "the quartic has a second minimum (in A: a hidden, higher one)"),
    Column("second_minimum_position", _FLOAT, "length", "where; NaN if none"),
    Column("second_minimum_energy", _FLOAT, "epsilon", "its energy relative to the origin; NaN if none"),
    Column("barrier", _FLOAT, "epsilon", "height of the quartic's maximum between the minima; NaN if none"),
    Column(
        "true_barrier", _FLOAT, "epsilon", "first maximum of the true energy along the mode; NaN if none or not sought"
    ),
    Column("b2_cutoff_share", _FLOAT, "", "share of b2 from pairs within 5 % of their cutoff"),
    Column("b3_cutoff_share", _FLOAT, "", "the same of b3"),
    Column("b4_cutoff_share", _FLOAT, "", "the same of b4"),
    Column("is_qlm", _BOOL, "", "participation ratio and frequency below the study's bounds"),
    Column("first_phonon_frequency", _FLOAT, "omega", "of the mode's realization"),
    Column("complete_below", _FLOAT, "omega", "of the mode's realization"),
    Column("centre_particle", _INT, "", "the particle that moves most"),
)

ATTEMPTS = (
    *KEYS,
    Column("attempt", _INT, "", "number of the attempt at the realization, from 0"),
    Column("solver", _TEXT, "", "of the quench"),
    Column("status", _TEXT, "", "how the attempt ended; that of the last one is the realization's"),
    Column("reason", _TEXT, "", "what failed"),
    Column("seconds", _FLOAT, "s", "wall time"),
    Column("run", _TEXT, "", "the run that made the attempt; see the table of runs"),
    Column("host", _TEXT, "", "where"),
    Column("process", _INT, "", "number of the process there"),
)


def schema(columns: tuple[Column, ...]) -> pa.Schema:
    """Return the Arrow schema of a table, with units and meanings as field metadata."""
    return pa.schema([pa.field(c.name, c.type, metadata={"unit": c.unit, "meaning": c.meaning}) for c in columns])


def table(columns: tuple[Column, ...], rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows as an Arrow table; a missing float is NaN, a missing integer or truth value is null."""
    arrays = []
    for column in columns:
        missing = float("nan") if column.type == _FLOAT else None
        arrays.append(pa.array([row.get(column.name, missing) for row in rows], type=column.type))
    return pa.table(arrays, schema=schema(columns))
