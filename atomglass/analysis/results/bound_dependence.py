"""Exponents against the bound on the frequency, for harmonic and for pseudo-harmonic modes on the same grid."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from atomglass.analysis.counted_glasses import reference_frequency
from atomglass.analysis.results.exponent_drift import DRIFT_RANGE, drift_in_errors
from atomglass.analysis.results.exponent_tables import RESOLUTION
from atomglass.analysis.results.mode_counts import effective_chains
from atomglass.analysis.results.participation_cut import without_cut
from atomglass.analysis.results.spot_selection import (
    largest_spot_share,
    searched_realizations,
    select_spots,
    spot_bound,
    starts_end_below,
)
from atomglass.analysis.selection import FREQUENCY_TOLERANCE, Selection, in_group, known_shares, select
from atomglass.analysis.statistics.exponents import EXPECTED_EXPONENT, MIN_MODES, truncated_power_law
from atomglass.analysis.statistics.verdicts import MIN_CHAINS, UNDECIDED, interval_verdict

#: Bounds in units of the study's median omega_1.
SHARES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
#: The kinds of modes; the second name is used in figures.
HARMONIC, UNCUT, SPOTS = "harmonic", "harmonic, no bound on PR", "pseudo-harmonic"
#: Pseudo-harmonic modes below the same share of the median omega_1 of their own chain.
SPOTS_BY_CHAIN = "pseudo-harmonic, by chain"
#: A drift must exceed this number of standard errors, as the largest of several differences.
DRIFT_ERRORS = 2.5
#: Largest share of glasses whose highest start lies below a bound for which a drift says something of the law.
MAX_BEYOND_STARTS = 0.05
_COLUMNS = (
    *("kind", "group", "share", "frequency", "modes", "chains", "effective_chains"),
    *("exponent", "error", "low95", "high95", "verdict", "beyond_starts"),
)


@dataclass(frozen=True)
class ModeTables:
    """The tables of a study that exponents are taken from.

    Attributes
    ----------
    modes, realizations : DataFrame
        The collected tables.
    spots : DataFrame or None
        The pseudo-harmonic modes, if the study has them.
    """

    modes: pd.DataFrame
    realizations: pd.DataFrame
    spots: pd.DataFrame | None = None


def exponents_by_bound(
    tables: ModeTables, rule: Selection | None = None, shares: tuple[float, ...] = SHARES
) -> pd.DataFrame:
    """Return the exponents of A, B and all below a grid of bounds, for each kind of modes.

    The bounds are fixed frequencies; for pseudo-harmonic modes also the same shares of each chain's median omega_1.

    Parameters
    ----------
    tables : ModeTables
        The study.
    rule : Selection, optional
        Gives the bound on the participation of the harmonic modes; the primary rule by default.
    shares : tuple of float
        The bounds, in units of the study's median omega_1.

    Returns
    -------
    DataFrame
        kind (`harmonic`, `harmonic, no bound on PR`, `pseudo-harmonic`, and `pseudo-harmonic, by chain`, whose bound is
        the share of the chain's median omega_1); group; share and frequency (share of the study's median); modes;
        chains; effective_chains; exponent; error; low95, high95; verdict (of the 95 % interval alone, without a test of
        the fit); beyond_starts (share of the glasses whose highest start lies below the bound: pseudo-harmonic modes
        may be missing; NaN for harmonic ones). NaN with fewer than ten modes. Kinds are left out where the tables do
        not hold their modes.
    """
    rows = []
    for below in _below_bounds(tables, rule or Selection(), shares):
        for group in ("A", "B", "all"):
            line = {"kind": below.kind, "group": group, "share": below.share, "frequency": below.frequency}
            fit = _fit(in_group(below.modes, group), group)
            rows.append(line | fit | {"beyond_starts": below.beyond_starts})
    return pd.DataFrame(rows, columns=list(_COLUMNS))


class _ModesBelow(NamedTuple):
    """The modes of one kind below one bound, with the meaning of the columns of `exponents_by_bound`."""

    kind: str
    share: float
    frequency: float
    modes: pd.DataFrame
    beyond_starts: float


def _below_bounds(tables: ModeTables, rule: Selection, shares: tuple[float, ...]) -> Iterator[_ModesBelow]:
    """Yield the modes of each kind below each bound up to which they are known."""
    unit = reference_frequency(tables.realizations, "study")
    if not (len(unit) and unit.iloc[0] > 0):
        return
    largest = float(known_shares(tables.realizations, Selection(frequency=1.0)).min())
    for share in shares:
        frequency = share * float(unit.iloc[0])
        known = frequency <= largest * (1 + FREQUENCY_TOLERANCE)
        for kind, modes, beyond in (
            *_selected(tables, rule, frequency, known),
            *_selected_spots(tables, frequency, share),
        ):
            yield _ModesBelow(kind, share, frequency, modes, beyond)


def _selected(
    tables: ModeTables, rule: Selection, frequency: float, known: bool
) -> Iterator[tuple[str, pd.DataFrame, float]]:
    """Yield each kind of modes below a fixed frequency."""
    fixed = Selection(frequency, participation_ratio=rule.participation_ratio)
    if rule.participation_number is not None:
        fixed = Selection(frequency, participation_number=rule.participation_number)
    if known:
        yield HARMONIC, select(tables.modes, tables.realizations, fixed), math.nan
        yield UNCUT, select(tables.modes, tables.realizations, without_cut(fixed)), math.nan


def _selected_spots(tables: ModeTables, frequency: float, share: float) -> Iterator[tuple[str, pd.DataFrame, float]]:
    """Yield pseudo-harmonic modes below a fixed frequency, and below a share of the median omega_1 of their chain."""
    if tables.spots is None:
        return
    searched = searched_realizations(tables.realizations)
    for kind, rule in ((SPOTS, Selection(frequency)), (SPOTS_BY_CHAIN, Selection(frequency_share=share))):
        if rule.share <= largest_spot_share(tables.realizations, rule) * (1 + FREQUENCY_TOLERANCE):
            beyond = starts_end_below(searched, spot_bound(tables.realizations, rule)).mean()
            yield kind, select_spots(tables.spots, tables.realizations, rule), float(beyond)


def _fit(rows: pd.DataFrame, group: str) -> dict[str, Any]:
    """Return what the table says of the modes of one group."""
    line: dict[str, Any] = {"modes": len(rows), "chains": rows["chain"].nunique()}
    line["effective_chains"] = effective_chains(rows)
    if len(rows) < MIN_MODES:
        return line | dict.fromkeys(("exponent", "error", "low95", "high95"), math.nan) | {"verdict": UNDECIDED}
    fit = truncated_power_law(rows["x"], rows["chain"])
    low, high = fit.interval(0.95)
    truth = EXPECTED_EXPONENT.get(group, 4)
    verdict = interval_verdict(low, high, truth, rivals=(7 - truth,), resolution=RESOLUTION)
    line |= {"exponent": fit.exponent, "error": fit.standard_error, "low95": low, "high95": high}
    return line | {"verdict": verdict if line["chains"] >= MIN_CHAINS else UNDECIDED}


def bound_drift_warnings(tables: ModeTables, rule: Selection | None = None, kind: str = SPOTS) -> list[str]:
    """Return a warning for each group whose exponent differs between two bounds a factor 1.5 apart.

    Parameters
    ----------
    tables : ModeTables
        The study.
    rule : Selection, optional
        As for `exponents_by_bound`.
    kind : str
        The kind of modes.

    Returns
    -------
    list of str
        For each group the most significantly different pair, if the difference exceeds 2.5 standard errors, see
        `drift_in_errors`. Bounds above the highest starts of more than 5 % of the glasses are left out: pseudo-harmonic
        modes are missing there.
    """
    below = [each for each in _below_bounds(tables, rule or Selection(), SHARES) if each.kind == kind]
    below = [each for each in below if not each.beyond_starts > MAX_BEYOND_STARTS]
    lines = []
    for group in ("A", "B", "all"):
        most, worst = DRIFT_ERRORS, None
        for pair in itertools.combinations(sorted(below, key=lambda each: each.share), 2):
            if pair[1].share < DRIFT_RANGE * pair[0].share * (1 - FREQUENCY_TOLERANCE):
                continue
            deviation = drift_in_errors(*(in_group(each.modes, group) for each in pair))
            if deviation > most:
                most, worst = deviation, pair
        if worst is not None:
            inner, outer = (_fit(in_group(each.modes, group), group) for each in worst)
            lines.append(
                f"The exponent of {group} ({kind} modes) drifts with the bound, {inner['exponent']:.1f} +- "
                f"{inner['error']:.1f} below omega = {worst[0].frequency:.3g} and {outer['exponent']:.1f} +- "
                f"{outer['error']:.1f} below {worst[1].frequency:.3g}: there is no plateau."
            )
    return lines
