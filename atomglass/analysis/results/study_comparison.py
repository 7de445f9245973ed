"""Studies side by side: how results depend on system size, temperature, smoothness, dimension and minimizer."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from atomglass.analysis.results.mode_counts import qlms_per_realization
from atomglass.analysis.results.spot_selection import select_spots
from atomglass.analysis.results.well_readings import outcome_known
from atomglass.analysis.selection import Selection, counted_realizations, in_group, select
from atomglass.analysis.statistics.chain_errors import Fraction, fraction
from atomglass.analysis.statistics.exponents import exponent_and_error
from atomglass.analysis.true_barriers import barrier_is_real, barrier_sought
from atomglass.errors import InputError
from atomglass.landscape.double_wells import WellOutcome
from atomglass.system.potential import load_potential, potential_from


def compare_studies(
    studies: Iterable[Any], rule: Selection | None = None, *, fixed_number_of: int | None = None
) -> pd.DataFrame:
    """Return one row per study: how it was made, how many QLMs it has, fractions of B and hidden wells, exponents.

    Parameters
    ----------
    studies : iterable of Study
        From `load_study`.
    rule : Selection, optional
        The primary rule by default.
    fixed_number_of : int, optional
        Keep the bound on N PR at its value for this number of particles, for studies of system size.

    Returns
    -------
    DataFrame
        study, N, T, d, q (number of derivatives that are continuous at the cutoff; NaN for a potential that is not
        shipped), solver, realizations, chains, qlms. A value and, ending in `_error`, one standard error with chains as
        units for each of: per_realization; share_B; hidden (fraction of A); confirmed (second wells of the quartic that
        the true energy has); new_B, new_hidden, new_A (displaced and quenched: fraction that went to another inherent
        state, of B, of A with a hidden well and of the rest of A; NaN if `atomglass wells` was not run); exponent_A,
        exponent_B, exponent_all; spots_A, spots_B, spots_all (exponents of pseudo-harmonic modes; NaN without them).

    Raises
    ------
    InputError
        There is no study, a table lacks a column, or the rule's bound lies above what a study's tables hold.
    """
    rule = rule or Selection()
    if fixed_number_of is not None:
        rule = rule.at_fixed_number(fixed_number_of)
    rows = [_row(study, rule) for study in studies]
    if not rows:
        raise InputError("the number of studies to compare", 0, ">= 1")
    return pd.DataFrame(rows)


def _row(study: Any, rule: Selection) -> dict[str, object]:
    whole, realizations = counted_realizations(study.realizations, rule), study.realizations
    name = study.settings.get("name", "study")
    spots = getattr(study, "spots", None)
    try:
        qlms = select(study.modes, realizations, rule)
        found_spots = None if spots is None else select_spots(spots, realizations, rule)
    except InputError as refusal:
        raise InputError(f"study {name}: {refusal}") from None
    line: dict[str, object] = {"study": name}
    for name, column in (("N", "number"), ("T", "temperature"), ("d", "dimension")):
        line[name] = _common_value(realizations[column])
    line["q"] = _smoothness(study.settings.get("potential"), str(_common_value(realizations["potential"])))
    line["solver"] = _common_value(realizations["solver"]) if "solver" in realizations else math.nan
    line |= {"realizations": len(whole), "chains": whole["chain"].nunique(), "qlms": len(qlms)}
    both = qlms[qlms["group"].isin(["A", "B"])]
    in_a, doubles = in_group(qlms, "A"), both[both["second_minimum"].eq(True)]
    doubles = doubles[barrier_sought(doubles)]
    for name, found in (
        ("per_realization", qlms_per_realization(qlms, whole)),
        ("share_B", fraction(both["group"] == "B", both["chain"])),
        ("hidden", fraction(in_a["second_minimum"].eq(True), in_a["chain"])),
        ("confirmed", fraction(barrier_is_real(doubles), doubles["chain"])),
        *_new_minima(study.wells, qlms),
    ):
        line[name], line[f"{name}_error"] = found.value, found.error
    for group in ("A", "B", "all"):
        rows = in_group(qlms, group)
        line[f"exponent_{group}"], line[f"exponent_{group}_error"] = exponent_and_error(rows["x"], rows["chain"])
    for group in ("A", "B", "all"):
        value = error = math.nan
        if found_spots is not None:
            rows = in_group(found_spots, group)
            value, error = exponent_and_error(rows["x"], rows["chain"])
        line[f"spots_{group}"], line[f"spots_{group}_error"] = value, error
    return line


def _new_minima(wells: pd.DataFrame | None, qlms: pd.DataFrame) -> list[tuple[str, Fraction]]:
    """Return the fractions of the selected modes whose displaced glass was quenched to another inherent state."""
    if wells is None:
        return [(name, fraction([], [])) for name in ("new_B", "new_hidden", "new_A")]
    keys = ["realization", "mode"]
    tested = wells[outcome_known(wells)].merge(qlms[keys], on=keys)
    hidden, in_a = tested["second_minimum"].astype(bool), tested["group"] == "A"
    kinds = {"new_B": tested["group"] == "B", "new_hidden": in_a & hidden, "new_A": in_a & ~hidden}
    return [
        (name, fraction(tested.loc[chosen, "outcome"] == str(WellOutcome.NEW), tested.loc[chosen, "chain"]))
        for name, chosen in kinds.items()
    ]


def _common_value(values: pd.Series) -> Any:
    """Return the value that all realizations have in common, or the different values as text."""
    found = values.dropna().unique()
    return found[0] if len(found) == 1 else ", ".join(map(str, sorted(found))) or math.nan


def _smoothness(stored: object, name: str) -> float:
    """Return q of the potential that is stored in a study's settings, or of the shipped one of this name; else NaN."""
    try:
        potential = potential_from(stored, name) if isinstance(stored, dict) else load_potential(name)
        return float(potential.smoothness)
    except InputError:
        return math.nan
