"""The smallest frequency of each glass: its Weibull law, by group of the lowest mode."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from atomglass.analysis.results.glasses_below_bound import (
    BOUND_SHARES,
    CountedGlasses,
    counted_glasses,
    searched_for_spots,
)
from atomglass.analysis.statistics.exponents import MIN_MODES
from atomglass.analysis.statistics.weibull import weibull_fit, weibull_interval
from atomglass.study.collected_tables import require_columns

Array = NDArray[np.float64]
#: The kinds of modes.
HARMONIC, SPOTS = "harmonic", "spots"
#: Number of resamples of the intervals.
RESAMPLES = 2000


def smallest_frequencies(modes: pd.DataFrame, counted: CountedGlasses) -> pd.DataFrame:
    """Return the lowest mode of each glass, if it lies below the glass's bound.

    Parameters
    ----------
    modes : DataFrame
        One row per mode, or per soft spot: realization, frequency and group.
    counted : CountedGlasses
        The glasses that count, with their bounds.

    Returns
    -------
    DataFrame
        One row per glass: realization, chain, bound, frequency (NaN if no mode is below the bound), group (of the
        lowest mode; empty if there is none).
    """
    require_columns(modes, ("realization", "frequency", "group"))
    below, row = counted.below(modes)
    order = np.argsort(below["frequency"].to_numpy(), kind="stable")
    place, first = np.unique(row[order], return_index=True)
    lowest = below.iloc[order[first]]
    frequency, group = np.full(len(counted.glasses), np.nan), np.full(len(counted.glasses), "", dtype=object)
    frequency[place], group[place] = lowest["frequency"].to_numpy(dtype=float), lowest["group"].to_numpy()
    columns = {"realization": counted.glasses["realization"].to_numpy(), "chain": counted.chain}
    return pd.DataFrame(columns | {"bound": counted.bound, "frequency": frequency, "group": group})


def smallest_frequency_table(
    modes: pd.DataFrame, realizations: pd.DataFrame, omega: ArrayLike, rng: np.random.Generator, kind: str = HARMONIC
) -> pd.DataFrame:
    """Return the exponents of the Weibull law of the smallest frequency, by group of the lowest mode.

    A glass without a mode below the bound is censored there. In the rows of one group, a glass whose lowest mode
    belongs to another group is censored at that mode: up to there it had no mode of this group (competing risks). If
    the modes of the groups are independent, each group has a Weibull law of its own exponent.

    Parameters
    ----------
    modes : DataFrame
        One row per mode, or per soft spot: realization, frequency and group. No mode is left out for its participation
        ratio, which it changes itself.
    realizations : DataFrame
        The collected table.
    omega : float or array, shape (len(realizations),)
        The bound; above the first phonon the lowest mode may be a phonon. For soft spots it is lowered to the frequency
        up to which they were sought in every glass.
    rng : numpy.random.Generator
        For the bootstrap over chains.
    kind : str
        Which modes these are, `harmonic` or `spots`: soft spots count in the glasses in which they were sought,
        harmonic modes in those in which their number is proven.

    Returns
    -------
    DataFrame
        kind; group; scale_of (`chain`: each chain has its own omega_0, for chains of unlike glasses; `common`: one for
        all, which lowers the exponent if chains differ); bound (the highest one); share (of each glass's bound that
        the row uses); glasses; left_out (realizations that failed or are not proven complete, for soft spots those that
        failed or were not searched); events (glasses whose lowest mode is of the group); chains;
        exponent s; error (one standard error, chains as the unit); low68, high68, low95, high95 (bootstrap over chains,
        for share 1 alone); scale (omega_0 of all glasses together). NaN with fewer than ten events.

    Raises
    ------
    InputError
        A column is missing, or a bound is not positive or above the frequencies that the table holds.
    """
    counted = (searched_for_spots if kind == SPOTS else counted_glasses)(realizations, omega)
    lowest = smallest_frequencies(modes, counted)
    highest = float(counted.bound.max(initial=0.0))
    rows = []
    for group, scale in itertools.product(("A", "B", "all"), ("chain", "common")):
        for share in BOUND_SHARES:
            head = {"kind": kind, "group": group, "scale_of": scale, "bound": share * highest, "share": share}
            found = _fit(_censored(lowest, group, share), scale == "chain", rng if share == 1 else None)
            rows.append(head | {"glasses": len(lowest), "left_out": counted.left_out} | found)
    return pd.DataFrame(rows)


def _censored(lowest: pd.DataFrame, group: str, share: float) -> tuple[Array, NDArray[np.bool_], NDArray[Any]]:
    """Return frequency, event and chain of each glass for one group below `share` times the bounds."""
    bound, frequency = share * lowest["bound"].to_numpy(), lowest["frequency"].to_numpy()
    seen = frequency < bound  # False where there is no mode
    event = seen if group == "all" else seen & (lowest["group"] == group).to_numpy()
    return np.where(seen, frequency, bound), event, lowest["chain"].to_numpy()


def _fit(
    data: tuple[Array, NDArray[np.bool_], NDArray[Any]], by_chain: bool, rng: np.random.Generator | None
) -> dict[str, Any]:
    """Return what the table says of one group, with intervals if `rng` is given."""
    _, event, chain = data
    line: dict[str, Any] = {"events": int(event.sum()), "chains": len(np.unique(chain[event]))}
    line |= dict.fromkeys(("exponent", "error", "low68", "high68", "low95", "high95", "scale"), math.nan)
    if line["events"] < MIN_MODES:
        return line
    fit = weibull_fit(*data, by_chain)
    line |= {"exponent": fit.exponent, "error": fit.error, "scale": fit.scale}
    if rng is None:
        return line
    for percent, confidence in ((68, 0.6827), (95, 0.95)):
        found = weibull_interval(*data, rng, by_chain=by_chain, confidence=confidence, resamples=RESAMPLES)
        line[f"low{percent}"], line[f"high{percent}"] = found.low, found.high
    return line
