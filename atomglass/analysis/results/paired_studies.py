"""Two studies of the same liquids, compared glass by glass: the effect of the quench without sampling noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from atomglass.analysis.results.well_readings import outcome_known
from atomglass.analysis.selection import Selection, counted_realizations, select
from atomglass.analysis.statistics.chain_errors import Fraction, fraction, ratio_error
from atomglass.analysis.statistics.ratio_of_sums import (
    RatioOfSums,
    difference_error,
    exponent_ratio,
    sums_over,
)
from atomglass.analysis.true_barriers import barrier_is_real, barrier_sought
from atomglass.landscape.double_wells import WellOutcome
from atomglass.types import ShortRepr

Array = NDArray[np.float64]
#: Two quenches to the same inherent state differ by less in energy per particle; different states, by far more.
ENERGY_TOLERANCE = 1e-9
#: Relative difference of the energies of one liquid on two processors: sums are rounded differently.
LIQUID_TOLERANCE = 1e-12
_KEYS = ["chain", "index_in_chain"]
_ENERGY, _LIQUID = "energy_per_particle", "liquid_energy_per_particle"
#: Settings that determine the liquids.
_LIQUID_SETTINGS = ("seed", "potential", "sample")


@dataclass(frozen=True, repr=False)
class PairedComparison(ShortRepr):
    """How two studies of the same liquids differ.

    Attributes
    ----------
    names : tuple of str
        Names of the first and the second study.
    pairs, chains : int
        Number of glasses that both have with all their modes, and of the chains that these come from.
    other_liquids : int
        Number of realizations that both have but that started from different liquids; they are left out.
    same : Fraction
        Fraction of the pairs in the same inherent state.
    lower, higher : int
        Number of pairs in which the second study's glass has the lower, and the higher, energy.
    energy, energy_error : float
        Mean difference of the energies per particle, second minus first, and its standard error over chains.
    table : DataFrame
        quantity, first, second, difference (second minus first) and error, its standard error over chains for paired
        glasses.
    """

    names: tuple[str, str]
    pairs: int
    chains: int
    other_liquids: int
    same: Fraction
    lower: int
    higher: int
    energy: float
    energy_error: float
    table: pd.DataFrame


def have_same_liquids(one: Any, other: Any) -> bool:
    """Return whether two studies, from `load_study`, quench the same liquids: the same seed and sampling settings."""
    first, second = ([study.settings.get(name) for name in _LIQUID_SETTINGS] for study in (one, other))
    known = all(value is not None for value in first)
    return known and first == second and all(_LIQUID in study.realizations for study in (one, other))


def compare_paired_studies(one: Any, other: Any, rule: Selection | None = None) -> PairedComparison:
    """Compare two studies of the same liquids glass by glass.

    Parameters
    ----------
    one, other : Study
        From `load_study`, for which `have_same_liquids` holds.
    rule : Selection, optional
        Which modes are quasi-localized; the primary rule by default.

    Returns
    -------
    PairedComparison
        Differences over the pairs only; their errors treat chains as independent and glasses as paired.
    """
    rule = rule or Selection()
    good = [counted_realizations(study.realizations, rule) for study in (one, other)]
    rows = good[0].merge(good[1], on=_KEYS, suffixes=("", "_other"), validate="one_to_one")
    liquid, other_liquid = (rows[name].to_numpy(dtype=float) for name in (_LIQUID, f"{_LIQUID}_other"))
    same_liquid = np.isclose(liquid, other_liquid, rtol=LIQUID_TOLERANCE, atol=0)
    pairs = rows[same_liquid]
    energy_change = (pairs[f"{_ENERGY}_other"] - pairs[_ENERGY]).to_numpy(dtype=float)
    same = np.abs(energy_change) <= ENERGY_TOLERANCE
    chains = np.unique(pairs["chain"])
    count = sums_over(pairs["chain"], np.ones(len(pairs)), chains)
    total = sums_over(pairs["chain"], energy_change, chains)
    first, second = (_quantities(study, pairs, chains, rule) for study in (one, other))
    differences = [{"quantity": name} | _difference(first[name], second[name]) for name in first if name in second]
    return PairedComparison(
        names=(_name(one), _name(other)),
        pairs=len(pairs),
        chains=len(chains),
        other_liquids=int((~same_liquid).sum()),
        same=fraction(same, pairs["chain"]),
        lower=int((energy_change < -ENERGY_TOLERANCE).sum()),
        higher=int((energy_change > ENERGY_TOLERANCE).sum()),
        energy=float(energy_change.mean()) if len(energy_change) else math.nan,
        energy_error=ratio_error(total, count),
        table=pd.DataFrame(differences),
    )


def _name(study: Any) -> str:
    return str(study.settings.get("name", "study"))


def _quantities(study: Any, pairs: pd.DataFrame, chains: Array, rule: Selection) -> dict[str, RatioOfSums]:
    """Return the quantities of one study that are compared, over its paired glasses."""
    selected = select(study.modes, study.realizations, rule)
    qlms = selected.merge(pairs[_KEYS], on=_KEYS, validate="many_to_one")
    in_a, in_b = qlms["group"] == "A", qlms["group"] == "B"
    double = (in_a | in_b) & qlms["second_minimum"].eq(True)
    every = pd.Series(True, qlms.index)

    def ratio(event: Any, among: Any) -> RatioOfSums:
        return RatioOfSums(sums_over(qlms["chain"], event & among, chains), sums_over(qlms["chain"], among, chains))

    def exponent(chosen: Any) -> RatioOfSums:
        return exponent_ratio(qlms.loc[chosen, "x"], qlms.loc[chosen, "chain"], chains)

    glasses = sums_over(pairs["chain"], np.ones(len(pairs)), chains)
    found = {
        "QLMs per glass": RatioOfSums(sums_over(qlms["chain"], every, chains), glasses),
        "share of B": ratio(in_b, in_a | in_b),
        "share of A with a second well": ratio(qlms["second_minimum"].eq(True), in_a),
        "second wells that the true energy has": ratio(barrier_is_real(qlms), double & barrier_sought(qlms)),
        "exponent of A": exponent(in_a),
        "exponent of B": exponent(in_b),
        "exponent of all": exponent(every),
    }
    if study.wells is not None:
        rows = study.wells.merge(qlms[["realization", "mode"]], on=["realization", "mode"])
        rows = rows[rows["second_minimum"].astype(bool) & outcome_known(rows)]
        new = sums_over(rows["chain"], rows["outcome"] == str(WellOutcome.NEW), chains)
        tested = sums_over(rows["chain"], np.ones(len(rows)), chains)
        found["second wells that glasses fall into"] = RatioOfSums(new, tested)
    return found


def _difference(one: RatioOfSums, other: RatioOfSums) -> dict[str, float]:
    """Return both values, their difference and its error: the chains of both studies are the same."""
    first, second = one.value(), other.value()
    return {"first": first, "second": second, "difference": second - first, "error": difference_error(one, other)}
