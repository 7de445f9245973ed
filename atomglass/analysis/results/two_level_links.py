"""The link between two-level systems and soft modes, in both directions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from atomglass.analysis.results.two_level_pairs import (
    LOCALIZED,
    pairs_over_one_barrier,
    tls_table,
    two_level_systems,
)
from atomglass.analysis.statistics.chain_errors import ratio_error, sum_by_chain
from atomglass.landscape.minimum_energy_path import PathStatus

#: Kinds of modes with which displacements are compared, in words.
KINDS = {"mode": "a harmonic mode", "spot": "a pseudo-harmonic mode", "control": "a mode by chance"}
#: Overlaps of displacement and mode above which the mode lies under the pair.
OVERLAPS = (0.7, 0.5)


def link_to_modes(pairs: pd.DataFrame, overlap: float) -> pd.DataFrame:
    """Return which share of pairs has a soft mode under it.

    Parameters
    ----------
    pairs : DataFrame
        From `pairs_over_one_barrier` or `two_level_systems`, with the weights of the pairs.
    overlap : float
        Overlap of displacement and mode from which a mode counts as lying under a pair.

    Returns
    -------
    DataFrame
        One row per kind of mode (`mode`, `spot`, and `control`, the displacement moved to random particles): number of
        rearrangements for which the overlap is known, share above the bound, and its standard error: the larger of the
        binomial one and that over glasses. The pairs of one rearrangement share a weight of one.
    """
    rows = []
    for kind in KINDS:
        column = f"{kind}_overlap"
        known = pairs[pairs[column].notna()] if column in pairs else pairs[:0]
        events = len(known[["realization", "event"]].drop_duplicates())
        weight = known["weight"].to_numpy(dtype=float)
        share = error = float("nan")
        if events:
            above = weight * (known[column] > overlap).to_numpy()
            share = float(above.sum() / weight.sum())
            over_glasses = ratio_error(*sum_by_chain(known["realization"], above, weight))
            error = float(np.fmax(np.sqrt(share * (1 - share) / events), over_glasses))
        rows.append({"kind": kind, "pairs": events, "share": share, "error": error})
    return pd.DataFrame(rows)


def second_wells_of_modes(study: Any, below: float) -> pd.DataFrame:
    """Return what the second wells of the pseudo-harmonic modes of the glasses lead to.

    Parameters
    ----------
    study : Study
        A study of two-level systems, from `atomglass.load_study`.
    below : float
        Bound on the splitting, in units of epsilon.

    Returns
    -------
    DataFrame
        One row per group of the mode with the largest overlap, and `all`: second wells reached; paths over one barrier;
        of these, those whose lowest two levels lie below the barrier, whose ground level lies above it, and which are
        two-level systems (splitting below the bound, both levels below the barrier, one in each well).
    """
    wells = tls_table(study)
    wells = wells[wells["source"] == "mode"]
    single = wells[(wells["path_status"] == PathStatus.ONE_BARRIER.value) & wells["splitting"].notna()]
    groups = sorted(set(wells["spot_group"].dropna())) if "spot_group" in wells else []
    rows = []
    for group in (*groups, "all"):
        reached = wells if group == "all" else wells[wells["spot_group"] == group]
        some = single if group == "all" else single[single["spot_group"] == group]
        bound, apart = some["below_barrier"].eq(True), some["localization"] > LOCALIZED
        rows.append(
            {
                "group": group,
                "second_wells": len(reached),
                "one_barrier": len(some),
                "both_levels_below_barrier": int(bound.sum()),
                "ground_level_above_barrier": int((some["ground_level"] > some["barrier"]).sum()),
                "two_level_systems": int((bound & apart & (some["splitting"] < below)).sum()),
            }
        )
    return pd.DataFrame(rows)


def link_table(study: Any) -> pd.DataFrame | None:
    """Return the link between two-level systems and soft modes, in both directions, as a table.

    Parameters
    ----------
    study : Study
        Any study, from `atomglass.load_study`; its settings contain the bound on the splitting.

    Returns
    -------
    DataFrame or None
        quantity | value | error; None for a study without two-level systems.
    """
    if getattr(study, "tls", None) is None:
        return None
    below = float(study.settings["paths"]["splitting_below"])
    rows: list[tuple[str, float, float]] = []
    groups = {
        "rearrangements over one barrier": pairs_over_one_barrier(study),
        "two-level systems": two_level_systems(study),
    }
    for which, pairs in groups.items():
        for overlap in OVERLAPS:
            for link in link_to_modes(pairs, overlap).itertuples():
                if link.pairs:
                    kind = KINDS[link.kind]
                    text = f"share of {which} with {kind} under them, overlap > {overlap:g}"
                    rows.append((text, link.share, link.error))
    for well in second_wells_of_modes(study, below).to_dict("records"):
        group = well.pop("group")
        whose = "all modes" if group == "all" else f"modes of group {group}"
        rows += [(f"second wells of {whose}: {name.replace('_', ' ')}", count, np.nan) for name, count in well.items()]
    return pd.DataFrame(rows, columns=["quantity", "value", "error"])
