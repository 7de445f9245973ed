"""Pseudo-harmonic modes of a study: which are selected, and how complete their library is.

Pseudo-harmonic modes (Richard et al., Phys. Rev. Lett. 126, 015501 (2021)) do not mix with phonons, so they need no
bound on the participation ratio. They are found from a fixed number of starts in each glass, whatever the bound of the
harmonic modes; near the highest start some are missed.
"""

from __future__ import annotations

import itertools
import math

import pandas as pd

from atomglass.analysis.counted_glasses import reference_frequency, round_down, true_minima, unit_without_zero
from atomglass.analysis.results.participation_cut import round_edges, without_cut
from atomglass.analysis.selection import FREQUENCY_TOLERANCE, Selection, bounded
from atomglass.errors import InputError
from atomglass.study.collected_tables import require_columns

#: Number of particles, N PR, below which a mode is of few particles; modes of one particle have 1.0 to 1.1. And the
#: largest share of such modes below the bound that needs no warning.
FEW, MAX_SHARE_OF_FEW = 4.0, 0.02
_COLUMNS = ("realization", "chain", "frequency", "participation_ratio", "group", "converged", "hits")


def searched_realizations(realizations: pd.DataFrame) -> pd.DataFrame:
    """Return the true minima in which pseudo-harmonic modes were sought."""
    require_columns(realizations, ("spot_count",), "realizations")
    return true_minima(realizations[realizations["spot_count"].notna()])


def counted_for_spots(realizations: pd.DataFrame, rule: Selection) -> pd.DataFrame:
    """Return the searched realizations to which a rule gives a bound; rates of pseudo-harmonic modes are over these.

    Those are all, except for glasses without a positive shear modulus if the reference is the own omega_1.
    """
    searched = searched_realizations(realizations)
    return searched[searched["first_phonon_frequency"] > 0] if rule.is_own else searched


def _spot_unit(realizations: pd.DataFrame, rule: Selection) -> pd.Series:
    """Return the rule's unit for each realization, NaN for those that do not count."""
    unit = reference_frequency(realizations, rule.reference if rule.unit else None)
    return unit.where(unit.index.isin(counted_for_spots(realizations, rule)["realization"]))


def largest_spot_share(realizations: pd.DataFrame, rule: Selection) -> float:
    """Return the largest bound, in the rule's unit, up to which pseudo-harmonic modes were sought in every glass.

    Parameters
    ----------
    realizations : DataFrame
        The collected table. Without the column `spots_below` there is no limit.
    rule : Selection
        Gives the unit: 1 for a fixed frequency, otherwise omega_1 of the rule's reference. Where that is 0 for a glass
        there is no bound in this unit, and the largest one is 0.
    """
    counted = counted_for_spots(realizations, rule).set_index("realization")
    unit = _spot_unit(realizations, rule)[counted.index]
    if unit.eq(0).any():
        return 0.0
    if "spots_below" not in counted or not len(counted):
        return math.inf
    return float((counted["spots_below"].astype(float) / unit).min())


def spot_bound(realizations: pd.DataFrame, rule: Selection) -> pd.Series:
    """Return the frequency below which a rule selects pseudo-harmonic modes, as `selection_bound` does harmonic ones.

    Parameters
    ----------
    realizations : DataFrame
        All realizations of the study.
    rule : Selection
        Gives the bound on the frequency.

    Returns
    -------
    Series
        Indexed by realization number; NaN for those that do not count.

    Raises
    ------
    InputError
        A bound lies above the frequency up to which the modes were sought, or is 0.
    """
    unit = unit_without_zero(_spot_unit(realizations, rule))
    largest = largest_spot_share(realizations, rule)
    if not rule.share <= largest * (1 + FREQUENCY_TOLERANCE):
        raise InputError(
            "the frequency bound of pseudo-harmonic modes" + f" in units of the {rule.unit}" * bool(rule.unit),
            rule.share,
            f"at most {round_down(largest):g}",
            "they were sought up to [modes] below in the study's file",
        )
    return rule.share * unit


def select_spots(spots: pd.DataFrame, realizations: pd.DataFrame, rule: Selection | None = None) -> pd.DataFrame:
    """Return the converged pseudo-harmonic modes below a rule's bound on the frequency.

    Parameters
    ----------
    spots, realizations : DataFrame
        The collected tables.
    rule : Selection, optional
        The primary rule by default; its bound on the participation is not used.

    Returns
    -------
    DataFrame
        The selected rows, with `bound` and `x` as from `select`.

    Raises
    ------
    InputError
        A column is missing, or a bound lies above the frequency up to which the modes were sought, or is 0.
    """
    rule = without_cut(rule or Selection())
    require_columns(spots, _COLUMNS, "spots")
    bound = spot_bound(realizations, rule)
    converged = spots[spots["converged"].eq(True)]
    return bounded(converged, realizations, rule, converged["realization"].map(bound))


def starts_end_below(searched: pd.DataFrame, bound: float | pd.Series) -> pd.Series:
    """Return for which glasses the highest start of the search lies below a bound, or is not known.

    Parameters
    ----------
    searched : DataFrame
        From `searched_realizations`.
    bound : float or Series
        The bound, or that of each glass, indexed by realization number; glasses without one are left out.
    """
    start = searched.set_index("realization")["spot_start_frequency"].astype(float)
    own = pd.Series(bound, index=start.index).dropna()
    return ~(start[own.index] >= own)


def particle_numbers(spots: pd.DataFrame, realizations: pd.DataFrame) -> pd.Series:
    """Return N PR of modes, the number of particles that take part in each.

    Parameters
    ----------
    spots, realizations : DataFrame
        The collected tables.
    """
    require_columns(realizations, ("realization", "number"), "realizations")
    number = realizations.set_index("realization")["number"].astype(float)
    return spots["participation_ratio"] * spots["realization"].map(number)


def spot_bins(spots: pd.DataFrame, realizations: pd.DataFrame, top: float) -> pd.DataFrame:
    """Return the shares of A and B in bins of frequency, and the evidence that the library is complete.

    Parameters
    ----------
    spots, realizations : DataFrame
        The collected tables.
    top : float
        Highest frequency.

    Returns
    -------
    DataFrame
        low, high (edges in omega); modes (converged); not_converged; share_A, share_B, unbounded (number with b4 <= 0);
        hits (mean number of starts that led to a mode); hit_once (share of modes that a single start led to: the more
        there are, the more were missed); beyond_starts (share of the glasses whose highest start lies below the bin's
        upper edge: modes may be missing there).
    """
    require_columns(spots, _COLUMNS, "spots")
    edges = round_edges(top)
    searched = searched_realizations(realizations)
    rows = []
    for low, high in itertools.pairwise(edges):
        found = spots[(spots["frequency"] >= low) & (spots["frequency"] < high)]
        modes = found[found["converged"].eq(True)]
        share = {group: (modes["group"] == group).mean() if len(modes) else math.nan for group in "AB"}
        rows.append(
            {
                "low": low,
                "high": high,
                "modes": len(modes),
                "not_converged": len(found) - len(modes),
                "share_A": share["A"],
                "share_B": share["B"],
                "unbounded": int((~modes["group"].isin(["A", "B"])).sum()),
                "hits": modes["hits"].mean() if len(modes) else math.nan,
                "hit_once": (modes["hits"] == 1).mean() if len(modes) else math.nan,
                "beyond_starts": float(starts_end_below(searched, high).mean()),
            }
        )
    return pd.DataFrame(rows)


def spot_warnings(spots: pd.DataFrame, realizations: pd.DataFrame, rule: Selection | None = None) -> list[str]:
    """Return what is not known of the pseudo-harmonic modes, a sentence each.

    Parameters
    ----------
    spots, realizations : DataFrame
        The collected tables.
    rule : Selection, optional
        The primary rule by default.
    """
    lines = []
    searched, minima = searched_realizations(realizations), true_minima(realizations)
    if len(searched) < len(minima):
        lines.append(f"In {len(minima) - len(searched)} of {len(minima)} glasses no pseudo-harmonic modes were sought.")
    lost = int(spots["converged"].ne(True).sum())
    if lost:
        lines.append(f"{lost} of {len(spots)} pseudo-harmonic modes did not converge and are left out.")
    low = starts_end_below(searched, spot_bound(realizations, rule or Selection()))
    if low.any():
        lines.append(
            f"In {low.sum()} of {len(low)} glasses the highest start of the search for pseudo-harmonic modes lies "
            "below the glass's bound: some of the modes between may be missing, and exponents come out too low."
        )
    chosen = select_spots(spots, realizations, rule)
    if len(chosen):
        few = float((particle_numbers(chosen, realizations) < FEW).mean())
        if few > MAX_SHARE_OF_FEW:
            lines.append(
                f"{100 * few:.0f} % of the pseudo-harmonic modes below the bound are vibrations of fewer than {FEW:g} "
                "particles, loosely held by contacts near their cutoff, which obey another law: see the exponents by "
                "number of particles."
            )
    return lines
