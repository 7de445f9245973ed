"""The counts and fractions that the results of a study rest on, and its limitations."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from atomglass.analysis.counted_glasses import true_minima
from atomglass.analysis.results.energy_drift import energy_drifts
from atomglass.analysis.results.mode_counts import qlms_per_realization
from atomglass.analysis.selection import in_group
from atomglass.analysis.statistics.chain_errors import Fraction, fraction

#: A mode with a smaller participation number is a single particle in a loose cage.
MIN_PARTICIPATION_NUMBER = 3
#: With fewer chains, errors between chains are uncertain.
RELIABLE_CHAINS = 20
#: With fewer pairs of glasses a chain says nothing of their correlation.
MIN_PAIRS = 10


def study_overview(qlms: pd.DataFrame, whole: pd.DataFrame, realizations: pd.DataFrame) -> pd.DataFrame:
    """Return the counts and fractions that all other results rest on: quantity, value, error.

    Parameters
    ----------
    qlms : DataFrame
        Selected modes.
    whole, realizations : DataFrame
        The realizations that count, and all.
    """
    rows: list[tuple[str, float, float]] = [
        ("realizations", len(realizations), math.nan),
        ("true minima", len(true_minima(realizations)), math.nan),
        ("analyzed", int((realizations["status"] == "ok").sum()), math.nan),
        ("of these complete", len(whole), math.nan),
        ("chains", realizations["chain"].nunique(), math.nan),
        ("QLMs", len(qlms), math.nan),
    ]
    found: list[tuple[str, Fraction]] = [("QLMs per realization", qlms_per_realization(qlms, whole))]
    for name in ("A", "B"):
        rows.append((f"QLMs in {name}", len(in_group(qlms, name)), math.nan))
        found.append((f"share of {name}", fraction(qlms["group"] == name, qlms["chain"])))
    in_a = in_group(qlms, "A")
    found.append(("share of A with a hidden well", fraction(in_a["second_minimum"].eq(True), in_a["chain"])))
    if "recurrence_of" in qlms.columns:
        found.append(("share of QLMs that are returns", fraction(qlms["recurrence_of"].notna(), qlms["chain"])))
    rows += [(name, value.value, value.error) for name, value in found]
    rows += _stationarity(realizations)
    return pd.DataFrame(rows, columns=["quantity", "value", "error"])


def _stationarity(realizations: pd.DataFrame) -> list[tuple[str, float, float]]:
    """Return the drifts of the energies, and the correlation of consecutive glasses, over chains."""
    drifts = [drift for drift in energy_drifts(realizations) if drift.beginning == "first half"]
    rows = [(f"{d.name}, 2nd half - 1st", d.change, d.error) for d in drifts]
    if "energy_per_particle" in realizations:
        minima = true_minima(realizations).sort_values(["chain", "index_in_chain"])
        found = [next_glass_correlation(chain) for _, chain in minima.groupby("chain")]
        x = np.array([value for value in found if math.isfinite(value)])
        if len(x) > 1:
            error = float(x.std(ddof=1) / math.sqrt(len(x)))
            rows.append(("energy's correlation, next glass", float(x.mean()), error))
    return rows


def next_glass_correlation(chain: pd.DataFrame) -> float:
    """Return the correlation of the inherent energies of consecutive glasses of one chain, for few glasses corrected.

    The sample correlation r of n values is too low by (1 + 3 rho) / n (Kendall, Biometrika 41, 403 (1954)).

    Parameters
    ----------
    chain : DataFrame
        True minima of one chain in their order; only glasses with consecutive `index_in_chain` are paired.

    Returns
    -------
    float
        NaN with fewer than ten pairs, or if all energies are equal.
    """
    energy = chain["energy_per_particle"].to_numpy(dtype=float)
    deviation = energy - np.nanmean(energy) if len(energy) else energy
    product = (deviation[1:] * deviation[:-1])[np.diff(chain["index_in_chain"].to_numpy()) == 1]
    pairs, variance = np.count_nonzero(np.isfinite(product)), float(np.nanmean(deviation**2)) if len(energy) else 0.0
    if pairs < MIN_PAIRS or not variance > 0:
        return math.nan
    r = float(np.nanmean(product)) / variance
    return (r + 1 / pairs) / (1 - 3 / pairs)


def mode_warnings(qlms: pd.DataFrame, whole: pd.DataFrame) -> list[str]:
    """Return the limitations of the study, a sentence each."""
    lines = []
    chains = qlms["chain"].nunique()
    if chains < RELIABLE_CHAINS:
        lines.append(
            f"The modes come from {chains} chains; errors between chains are uncertain below about {RELIABLE_CHAINS}."
        )
    if "recurrence_of" not in qlms.columns:
        lines.append("Recurrences of one defect are not marked; errors between chains allow for them.")
    size = whole.set_index("realization")["number"].reindex(qlms["realization"]).to_numpy()
    single = int((qlms["participation_ratio"].to_numpy() * size < MIN_PARTICIPATION_NUMBER).sum())
    if single:
        lines.append(
            f"In {single} of {len(qlms)} QLMs fewer than {MIN_PARTICIPATION_NUMBER} particles take part: loosely held "
            "particles, almost rattlers."
        )
    cutoff_dominated = int((qlms.get("b3_cutoff_share", pd.Series(dtype=float)).abs() > 0.5).sum())
    if cutoff_dominated:
        lines.append(
            f"In {cutoff_dominated} of {len(qlms)} QLMs most of b3 comes from pairs within 5 % of their cutoff."
        )
    return lines
