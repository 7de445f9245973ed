"""The columns of the result tables: name, type, unit and meaning, in one place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from atomglass.study.protocol import BOOL, FLOAT, INT, TEXT, Column

KEYS = (
    Column(
        "realization",
        INT,
        "",
        "number of the realization in the study; an extension of the study does not change it",
    ),
    Column("chain", INT, "", "independent Monte Carlo chain; realizations of one chain are correlated"),
    Column("index_in_chain", INT, "", "number of the realization in its chain"),
)

OUTCOME = (
    Column("status", TEXT, "", "ok, or what failed: not_converged, not_a_minimum, ..., error, crashed"),
    Column("reason", TEXT, "", "what failed and what to do; where status is ok, why modes are missing, or empty"),
)
ATTEMPT_COUNT = Column("attempt_count", INT, "", "attempts made; each has a row in the table of attempts")
MODE_COUNT = Column("mode_count", INT, "", "modes in the table")

REALIZATIONS = (
    *KEYS,
    *OUTCOME,
    Column("solver", TEXT, "", "of the quench whose result this is"),
    ATTEMPT_COUNT,
    Column("sweep", INT, "sweeps", "age of the chain, thermalization included"),
    Column("energy", FLOAT, "epsilon", "total potential energy of the inherent state"),
    Column("energy_per_particle", FLOAT, "epsilon", "the same per particle, rattlers counted"),
    Column("liquid_energy_per_particle", FLOAT, "epsilon", "before the quench"),
    Column("max_force", FLOAT, "epsilon/length", "largest force on a particle after the quench"),
    Column("iterations", INT, "", "conjugate-gradient iterations"),
    Column("evaluations", INT, "", "force evaluations"),
    Column("is_minimum", BOOL, "", "no eigenvalue of the Hessian is negative"),
    Column("complete", BOOL, "", "the inertia proves that no mode below complete_below is missing"),
    Column("complete_below", FLOAT, "omega", "all modes below this frequency are in the table"),
    MODE_COUNT,
    Column("qlm_count", INT, "", "quasi-localized modes among them"),
    Column("spot_count", INT, "", "pseudo-harmonic modes in the table `spots`; null if the study has none"),
    Column("spots_below", FLOAT, "omega", "bound below which pseudo-harmonic modes were sought"),
    Column("spot_starts", INT, "", "starts from which they were sought"),
    Column("spots_not_converged", INT, "", "those whose iteration did not converge"),
    Column(
        "spot_start_frequency", FLOAT, "omega", "of the highest mode that was a start; spots near it may be missing"
    ),
    Column("shear_modulus", FLOAT, "epsilon/volume", "relaxed, mean over orientations"),
    Column("bulk_modulus", FLOAT, "epsilon/volume", "relaxed"),
    Column("pressure", FLOAT, "epsilon/volume", "-dU/dV"),
    Column("transverse_speed", FLOAT, "length omega", "sqrt(G / rho)"),
    Column("longitudinal_speed", FLOAT, "length omega", "sqrt((K + 2 G (d-1)/d) / rho)"),
    Column("first_phonon_frequency", FLOAT, "omega", "omega_1 = 2 pi c_T / L; NaN where G <= 0"),
    Column("rigid", BOOL, "", "the shear modulus is positive; null where it is not known, and in older studies"),
    Column("mean_diameter", FLOAT, "length", "of this sample's particles"),
    Column("rattlers", INT, "", "particles that nothing holds, left out of the modes"),
    Column("number", INT, "", "particles, N"),
    Column("dimension", INT, "", "2 or 3"),
    Column("density", FLOAT, "1/volume", "N / V"),
    Column("temperature", FLOAT, "epsilon", "of the liquid"),
    Column("potential", TEXT, "", "name of the model"),
)

#: Columns that describe the quartic expansion along a direction.
_QUARTIC = (
    *("b2", "b3", "b4", "beta", "group", "second_minimum", "second_minimum_position", "second_minimum_energy"),
    *("barrier", "b3_cutoff_share", "b4_cutoff_share"),
)

MODES = (
    *KEYS,
    Column("mode", INT, "", "number of the mode in its realization, from the lowest"),
    Column("frequency", FLOAT, "omega", "sqrt of the eigenvalue at unit mass"),
    Column("eigenvalue", FLOAT, "epsilon/length^2", "of the Hessian"),
    Column("participation_ratio", FLOAT, "", "(sum |psi_i|^2)^2 / (N sum |psi_i|^4)"),
    Column("residual", FLOAT, "epsilon/length^2", "|H psi - eigenvalue psi|"),
    Column("frequency_gap", FLOAT, "", "relative distance to the nearest other frequency"),
    Column("degenerate", BOOL, "", "that gap is below 0.01: b3 depends on the choice of basis"),
    Column("b2", FLOAT, "epsilon/length^2", "second derivative of the energy along the mode"),
    Column("b3", FLOAT, "epsilon/length^3", "third; the sign of the mode makes it <= 0"),
    Column("b4", FLOAT, "epsilon/length^4", "fourth"),
    Column("beta", FLOAT, "", "b3 / sqrt(3 b2 b4)"),
    Column("group", TEXT, "", "A: |beta| <= 1; B: |beta| > 1; unbounded: b4 <= 0; unstable: b2 <= 0"),
    Column("second_minimum", BOOL, "", "the quartic has a second minimum (in A: a hidden, higher one)"),
    Column("second_minimum_position", FLOAT, "length", "where; NaN if none"),
    Column("second_minimum_energy", FLOAT, "epsilon", "its energy relative to the origin; NaN if none"),
    Column("barrier", FLOAT, "epsilon", "height of the quartic's maximum between the minima; NaN if none"),
    Column(
        "true_barrier", FLOAT, "epsilon", "first maximum of the true energy along the mode; NaN if none or not sought"
    ),
    Column("b2_cutoff_share", FLOAT, "", "share of b2 from pairs within 5 % of their cutoff"),
    Column("b3_cutoff_share", FLOAT, "", "the same of b3"),
    Column("b4_cutoff_share", FLOAT, "", "the same of b4"),
    Column(
        "is_qlm",
        BOOL,
        "",
        "participation ratio and frequency below the study's bounds; where G <= 0, `below` stands for omega_1",
    ),
    Column("first_phonon_frequency", FLOAT, "omega", "of the mode's realization; NaN where G <= 0"),
    Column("complete_below", FLOAT, "omega", "of the mode's realization"),
    Column("centre_particle", INT, "", "the particle that moves most"),
)

SPOTS = (
    *KEYS,
    Column("spot", INT, "", "number of the pseudo-harmonic mode in its realization, from the softest"),
    Column("stiffness", FLOAT, "epsilon/length^2", "kappa = z.H.z along the mode z"),
    Column("frequency", FLOAT, "omega", "sqrt(kappa) at unit mass"),
    Column("cost", FLOAT, "epsilon^2/length^4", "C = kappa^2 / S, S = sum over pairs (z_ij.z_ij)^2; a local minimum"),
    Column("participation_ratio", FLOAT, "", "(sum |z_i|^2)^2 / (N sum |z_i|^4)"),
    Column("residual", FLOAT, "", "|H z - (kappa / 4 S) grad S| / |H z|"),
    Column("overlap", FLOAT, "", "with its start, |z.z_start|; of several starts, the largest"),
    Column("hits", INT, "", "starts that led to it"),
    Column("harmonic_hits", INT, "", "harmonic modes among these starts; the others are responses to force dipoles"),
    Column("nearest_mode", INT, "", "the harmonic mode in the table with the largest overlap; -1 if none"),
    Column("nearest_overlap", FLOAT, "", "that overlap; NaN if none"),
    *(column for column in MODES if column.name in _QUARTIC),
    Column("centre_particle", INT, "", "the particle that moves most"),
    Column("converged", BOOL, "", "the residual is below 1e-8"),
    Column("iterations", INT, "", "steps of the map"),
)

#: Tables of studies of two-level systems.
MINIMA = (
    *KEYS,
    Column("state", INT, "", "number of the inherent state around the glass; 0 is the glass itself"),
    Column("energy", FLOAT, "epsilon", "relative to state 0"),
    Column("energy_per_particle", FLOAT, "epsilon", "total energy per particle"),
    Column("distance", FLOAT, "length", "Euclidean distance from state 0, without a uniform displacement"),
    Column("visits", INT, "", "quenches that ended in it"),
)
TRANSITIONS = (
    *KEYS,
    Column("state_i", INT, "", "number of the first inherent state"),
    Column("state_j", INT, "", "number of the second, larger than the first"),
    Column("count_ij", INT, "", "quenches that ended in j after the one before had ended in i"),
    Column("count_ji", INT, "", "the reverse"),
    Column("energy_difference", FLOAT, "epsilon", "|E_j - E_i|"),
    Column("distance", FLOAT, "length", "Euclidean distance of the two states"),
    Column("moved_particles", FLOAT, "", "participation number of the displacement"),
    Column("largest_move", FLOAT, "length", "displacement of the particle that moves most"),
    Column("candidate", BOOL, "", "both ways, and with a small difference in energy: it may be a two-level system"),
    Column("event", INT, "", "number of the rearrangement of a candidate, as in the table of two-level systems"),
)
TLS = (
    *KEYS,
    Column("state_i", INT, "", "number of the lower inherent state; -1 if it is not in the table of minima"),
    Column("state_j", INT, "", "number of the higher inherent state; -1 if it is not in the table of minima"),
    Column("source", TEXT, "", "dynamics: from the table of transitions; mode: the second well of a soft spot"),
    Column("event", INT, "", "number of the rearrangement in its glass: pairs with overlapping displacements share it"),
    Column("path_status", TEXT, "", "one barrier, several barriers, or why there is no path"),
    Column("splitting", FLOAT, "epsilon", "E = E_2 - E_1 along the path; NaN without levels"),
    Column("splitting_error", FLOAT, "epsilon", "numerical error of the splitting along this path"),
    Column("asymmetry", FLOAT, "epsilon", "Delta between the localized states, zero-point energies included"),
    Column("tunneling", FLOAT, "epsilon", "Delta_0 = sqrt(E^2 - Delta^2)"),
    Column("localization", FLOAT, "", "1: the two localized states lie in different wells; 0: in the same one"),
    Column("energy_difference", FLOAT, "epsilon", "of the two inherent states"),
    Column("barrier", FLOAT, "epsilon", "energy of the saddle relative to the lower inherent state"),
    Column("barrier_count", INT, "", "maxima of the energy along the path"),
    Column("ground_level", FLOAT, "epsilon", "E_1 relative to the lower inherent state"),
    Column("below_barrier", BOOL, "", "E_1 and E_2 lie below the barrier"),
    Column("path_length", FLOAT, "length", "Euclidean length of the path"),
    Column("distance", FLOAT, "length", "Euclidean distance of the two inherent states"),
    Column("moved_particles", FLOAT, "", "participation number of the displacement"),
    Column("largest_move", FLOAT, "length", "displacement of the particle that moves most"),
    Column("gamma_t", FLOAT, "epsilon", "transverse deformation potential, rms over orientations"),
    Column("gamma_l", FLOAT, "epsilon", "longitudinal deformation potential, rms over orientations"),
    Column("mode_overlap", FLOAT, "", "largest overlap of the displacement with a harmonic mode of the lower state"),
    Column("mode_frequency", FLOAT, "omega", "of that mode"),
    Column("mode_group", TEXT, "", "its group, as in the table of modes"),
    Column("spot_overlap", FLOAT, "", "largest overlap of the displacement with a pseudo-harmonic mode of that state"),
    Column("spot_frequency", FLOAT, "omega", "of that mode"),
    Column("spot_group", TEXT, "", "its group"),
    Column("control_overlap", FLOAT, "", "the same with the displacement moved to random particles: chance alone"),
)

#: The tables that some studies have in addition, by name.
FURTHER_TABLES = {"spots": SPOTS, "minima": MINIMA, "transitions": TRANSITIONS, "tls": TLS}
#: Columns of realizations that only studies of two-level systems fill.
SEARCHES = (
    Column("quenches", INT, "", "quenches of the search around the glass"),
    Column("failed_quenches", INT, "", "those that did not converge"),
    Column("minima_count", INT, "", "inherent states found, the glass included"),
    Column("pair_count", INT, "", "pairs of states with transitions in either direction"),
    Column("candidate_count", INT, "", "pairs with transitions both ways and a small difference in energy"),
    Column("candidate_events", INT, "", "different rearrangements among the candidates"),
    Column("path_count", INT, "", "pairs of both sources for which a path was sought"),
    Column("spot_coupling_t", FLOAT, "epsilon/length", "coupling of its pseudo-harmonic modes to shear, rms with b4"),
    Column("spot_coupling_l", FLOAT, "epsilon/length", "the same to the strain of a longitudinal wave"),
    Column("tls_count", INT, "", "paths over one barrier with a splitting below the study's bound"),
)

ATTEMPTS = (
    *KEYS,
    Column("attempt", INT, "", "number of the attempt at the realization, from 0; negative: its process died"),
    Column("solver", TEXT, "", "of the quench"),
    Column("status", TEXT, "", "how the attempt ended; that of the last one is the realization's"),
    Column("reason", TEXT, "", "what failed"),
    Column("seconds", FLOAT, "s", "wall time"),
    Column("run", TEXT, "", "the run that made the attempt; see the table of runs"),
    Column("host", TEXT, "", "where"),
    Column("process", INT, "", "number of the process there"),
)


def schema(columns: tuple[Column, ...]) -> pa.Schema:
    """Return the Arrow schema of a table, with units and meanings as field metadata."""
    return pa.schema([pa.field(c.name, c.type, metadata={"unit": c.unit, "meaning": c.meaning}) for c in columns])


def table(columns: tuple[Column, ...], rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows as an Arrow table; a missing float is NaN, a missing integer or Boolean is null."""
    arrays = []
    for column in columns:
        if column.type == FLOAT:
            found = np.array([row.get(column.name, np.nan) for row in rows], dtype=float)
            found[np.isnan(found)] = np.nan  # of one sign: a NaN read from a checkpoint has lost its sign bit
            arrays.append(pa.array(found))
        else:
            arrays.append(pa.array([row.get(column.name) for row in rows], type=column.type))
    return pa.table(arrays, schema=schema(columns))
