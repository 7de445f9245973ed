"""Studies side by side: what depends on size, temperature, smoothness, dimension and minimizer."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from atomglass.analysis.results.paper_statements import per_realization
from atomglass.analysis.selection import Selection, barrier_is_real, complete_realizations, select
from atomglass.analysis.statistics.chain_errors import Share, share
from atomglass.analysis.statistics.exponents import exponent_and_error
from atomglass.errors import InputError
from atomglass.landscape.double_wells import Outcome
from atomglass.system.potential import load_potential


def compare_studies(
    studies: Iterable[Any], rule: Selection | None = None, *, fixed_number_of: int | None = None
) -> pd.DataFrame:
    """Return one row a study: how it was made, how many QLMs, shares of B and of hidden wells, exponents.

    Parameters
    ----------
    studies : iterable of Study
        From `load_study`.
    rule : Selection, optional
        The primary rule by default.
    fixed_number_of : int, optional
        Hold the participation number N PR at the bound it has for so many particles, for studies of size.

    Returns
    -------
    DataFrame
        study, N, T, d, q (derivatives smooth at the cutoff; missing for a potential that is not at hand), solver,
        realizations, chains, qlms, and for each of per_realization, share_B, hidden (share of A), confirmed (second
        wells that the true energy has), new_B, new_hidden, new_A (displaced and quenched: share that led to another
        inherent state, of B, of A with a hidden well and of the rest of A; missing where `atomglass wells` was not
        run), exponent_A, exponent_B, exponent_all a value and, ending in `_error`, one standard error that allows for
        chains.

    Raises
    ------
    InputError
        No study.
    """
    rule = rule or Selection()
    if fixed_number_of is not None:
        rule = rule.at_fixed_number(fixed_number_of)
    rows = [_row(study, rule) for study in studies]
    if not rows:
        raise InputError("the number of studies to compare", 0, ">= 1")
    return pd.DataFrame(rows)


def _row(study: Any, rule: Selection) -> dict[str, object]:
    whole, realizations = complete_realizations(study.realizations), study.realizations
    size = realizations.set_index("realization")["number"].reindex(study.modes["realization"]).to_numpy()
    qlms = select(study.modes, rule, size)
    line: dict[str, object] = {"study": study.settings.get("name", "study")}
    for name, column in (("N", "number"), ("T", "temperature"), ("d", "dimension")):
        line[name] = _one(realizations[column])
    line["q"] = _smoothness(str(_one(realizations["potential"])))
    line["solver"] = _one(realizations["solver"]) if "solver" in realizations else math.nan
    line |= {"realizations": len(whole), "chains": whole["chain"].nunique(), "qlms": len(qlms)}
    both = qlms[qlms["group"].isin(["A", "B"])]
    shallow, doubles = qlms[qlms["group"] == "A"], both[both["second_minimum"].eq(True)]
    real = barrier_is_real(doubles)
    for name, found in (
        ("per_realization", per_realization(qlms, whole)),
        ("share_B", share(both["group"] == "B", both["chain"])),
        ("hidden", share(shallow["second_minimum"].eq(True), shallow["chain"])),
        ("confirmed", share(real, doubles["chain"])),
        *_led_elsewhere(study.wells, qlms),
    ):
        line[name], line[f"{name}_error"] = found.value, found.error
    for group in ("A", "B", "all"):
        rows = qlms if group == "all" else qlms[qlms["group"] == group]
        line[f"exponent_{group}"], line[f"exponent_{group}_error"] = exponent_and_error(rows["x"], rows["chain"])
    return line


def _led_elsewhere(wells: pd.DataFrame | None, qlms: pd.DataFrame) -> list[tuple[str, Share]]:
    """Return the shares of the selected modes whose glass, displaced, was quenched to another inherent state."""
    if wells is None:
        return [(name, share([], [])) for name in ("new_B", "new_hidden", "new_A")]
    keys = ["realization", "mode"]
    tested = wells.merge(qlms[keys], on=keys)
    hidden, shallow = tested["second_minimum"].astype(bool), tested["group"] == "A"
    kinds = {"new_B": tested["group"] == "B", "new_hidden": shallow & hidden, "new_A": shallow & ~hidden}
    return [
        (name, share(tested.loc[chosen, "outcome"] == str(Outcome.NEW), tested.loc[chosen, "chain"]))
        for name, chosen in kinds.items()
    ]


def _one(values: pd.Series) -> Any:
    """The value that all realizations share, or a list of them all in words."""
    found = values.dropna().unique()
    return found[0] if len(found) == 1 else ", ".join(map(str, sorted(found))) or math.nan


def _smoothness(potential: str) -> float:
    """Return q of a shipped potential; NaN where there is none of this name."""
    try:
        return float(load_potential(potential).order)
    except InputError:
        return math.nan
