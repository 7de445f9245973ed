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
    """Return the drifts of the energies, and the correlation of consecutive glasses in full chains, over chains."""
    drifts = energy_drifts(realizations)
    if not drifts:
        return []
    sizes = realizations["chain"].map(realizations["chain"].value_counts())
    full = [chain for _, chain in realizations[sizes == sizes.max()].groupby("chain")]
    x = np.array([chain["energy_per_particle"].autocorr(1) for chain in full])
    error = float(np.std(x, ddof=1) / math.sqrt(len(x))) if len(x) > 1 else math.nan
    return [
        *((f"{d.name}, 2nd half - 1st", d.change, d.error) for d in drifts),
        ("energy's correlation, next glass", float(x.mean()), error),
    ]


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
