"""Two studies of the same liquids, glass by glass: what the way down changes, with the noise of sampling taken out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from atomglass.analysis.selection import Selection, barrier_is_real, complete_realizations, select
from atomglass.analysis.statistics.chain_errors import Share, ratio_error, share
from atomglass.landscape.double_wells import Outcome

Array = NDArray[np.float64]
#: Energies per particle of one inherent state that was reached in two ways differ by less; those of two by far more.
SAME_ENERGY = 1e-9
_KEYS = ["chain", "index_in_chain"]
_ENERGY, _LIQUID = "energy_per_particle", "liquid_energy_per_particle"
#: Settings on which the liquids depend.
_SAMPLING = ("seed", "potential", "sample")


@dataclass(frozen=True)
class Paired:
    """How two studies of the same liquids differ.

    Attributes
    ----------
    names : tuple of str
        Of the studies, first and second.
    pairs, chains : int
        Glasses that both have, with all their modes, and from how many chains.
    other_liquids : int
        Realizations that both have and that did not begin from the same liquid; they are left out.
    same : Share
        Share of pairs in the same inherent state.
    lower, higher : int
        Pairs in which the second study's glass is the lower, and the higher one.
    energy, energy_error : float
        Mean difference of the energies per particle, second minus first, and its standard error over chains.
    table : DataFrame
        quantity, first, second, difference (second minus first) and its standard error, over chains and paired.
    """

    names: tuple[str, str]
    pairs: int
    chains: int
    other_liquids: int
    same: Share
    lower: int
    higher: int
    energy: float
    energy_error: float
    table: pd.DataFrame


def share_liquids(one: Any, other: Any) -> bool:
    """Whether two studies, from `load_study`, quench the same liquids: seed and sampling are the same."""
    told = [[study.settings.get(name) for name in _SAMPLING] for study in (one, other)]
    known = all(value is not None for value in told[0])
    return known and told[0] == told[1] and all(_LIQUID in study.realizations for study in (one, other))


def paired(one: Any, other: Any, rule: Selection | None = None) -> Paired:
    """Compare two studies of the same liquids glass by glass.

    Parameters
    ----------
    one, other : Study
        From `load_study`, for which `share_liquids` holds.
    rule : Selection, optional
        Which modes are quasi-localized; the primary rule by default.

    Returns
    -------
    Paired
        Differences are of the pairs alone; their errors take chains as independent and glasses as paired.
    """
    rule = rule or Selection()
    good = [complete_realizations(study.realizations) for study in (one, other)]
    rows = good[0].merge(good[1], on=_KEYS, suffixes=("", "_other"), validate="one_to_one")
    alike = rows[_LIQUID] == rows[f"{_LIQUID}_other"]
    pairs = rows[alike]
    gap = (pairs[f"{_ENERGY}_other"] - pairs[_ENERGY]).to_numpy(dtype=float)
    same = np.abs(gap) <= SAME_ENERGY
    chains = np.unique(pairs["chain"])
    count = _sums(pairs["chain"], np.ones(len(pairs)), chains)
    total = _sums(pairs["chain"], gap, chains)
    sums = [_study_sums(study, pairs, chains, rule) for study in (one, other)]
    names = [name for name in sums[0] if name in sums[1]]
    return Paired(
        names=(_name(one), _name(other)),
        pairs=len(pairs),
        chains=len(chains),
        other_liquids=int((~alike).sum()),
        same=share(same, pairs["chain"]),
        lower=int((gap < -SAME_ENERGY).sum()),
        higher=int((gap > SAME_ENERGY).sum()),
        energy=float(gap.mean()) if len(gap) else math.nan,
        energy_error=ratio_error(total, count),
        table=pd.DataFrame([{"quantity": name} | _difference(sums[0][name], sums[1][name]) for name in names]),
    )


def _name(study: Any) -> str:
    return str(study.settings.get("name", "study"))


def _study_sums(
    study: Any, pairs: pd.DataFrame, chains: Array, rule: Selection
) -> dict[str, tuple[Array, Array, float]]:
    """Return for each quantity the chains' sums of numerator and denominator, and what is added to their ratio."""
    modes = study.modes.merge(pairs[[*_KEYS, "number"]], on=_KEYS, validate="many_to_one")
    qlms = select(modes, rule, modes["number"])
    known = qlms["group"].isin(["A", "B"])
    shallow, double = qlms["group"] == "A", known & qlms["second_minimum"].eq(True)
    real = barrier_is_real(qlms)

    def of(event: Any, among: Any) -> tuple[Array, Array, float]:
        return _sums(qlms["chain"], event & among, chains), _sums(qlms["chain"], among, chains), 0.0

    def exponent(chosen: Any) -> tuple[Array, Array, float]:
        # s + 1 = n / sum(-ln x), the likelihood's maximum, is a ratio of sums like all the others.
        logs = -np.log(qlms["x"]) * chosen
        return _sums(qlms["chain"], chosen, chains), _sums(qlms["chain"], logs, chains), -1.0

    whole = pd.Series(True, qlms.index)
    glasses = _sums(pairs["chain"], np.ones(len(pairs)), chains)
    found = {
        "QLMs per glass": (_sums(qlms["chain"], whole, chains), glasses, 0.0),
        "share of B": of(qlms["group"] == "B", known),
        "share of A with a second well": of(qlms["second_minimum"].eq(True), shallow),
        "second wells that the true energy has": of(real, double),
        "exponent of A": exponent(shallow),
        "exponent of B": exponent(qlms["group"] == "B"),
        "exponent of all": exponent(whole),
    }
    if study.wells is not None:
        rows = study.wells.merge(qlms[["realization", "mode"]], on=["realization", "mode"])
        rows = rows[rows["second_minimum"].astype(bool)]
        new = _sums(rows["chain"], rows["outcome"] == str(Outcome.NEW), chains)
        found["second wells that glasses fall into"] = new, _sums(rows["chain"], np.ones(len(rows)), chains), 0.0
    return found


def _sums(chain: pd.Series, values: Any, chains: Array) -> Array:
    """Return the sum of values over each of the chains."""
    place = np.searchsorted(chains, chain.to_numpy())
    return np.bincount(place, np.asarray(values, dtype=float), minlength=len(chains)).astype(float)


def _difference(one: tuple[Array, Array, float], other: tuple[Array, Array, float]) -> dict[str, float]:
    """Return both values of a ratio of sums, the difference and its error.

    To first order a ratio R = sum n_k / sum d_k moves by (n_k - R d_k) / sum d with each chain k; of two ratios from
    the same chains the movements are subtracted before they are squared.
    """
    values, moves = [], []
    for numerator, denominator, offset in (one, other):
        total = denominator.sum()
        ratio = numerator.sum() / total if total > 0 else math.nan
        values.append(ratio + offset)
        moves.append((numerator - ratio * denominator) / total if total > 0 else np.full(len(numerator), math.nan))
    move, count = moves[1] - moves[0], len(moves[0])
    error = math.sqrt(count / (count - 1) * float(move @ move)) if count > 1 else math.nan
    return {"first": values[0], "second": values[1], "difference": values[1] - values[0], "error": error}
