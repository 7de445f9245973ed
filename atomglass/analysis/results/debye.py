"""The density of states without phonons, D_G = D - D_Debye, and its exponent.

The density of states is taken as the sum of phonons and of the rest (Lerner, Moriel and Bouchbinder, arXiv:2404.12735).
Sound speeds give the phonons: in an infinite glass D_Debye = A_D omega^(d-1); in a periodic box the waves
2 pi n / L, n integers, whose frequencies form separate bands. There is none below the first one, omega_1, so that
nothing is subtracted there.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from atomglass.analysis.results.glasses_below_bound import BOUND_SHARES, CountedGlasses, counted_glasses
from atomglass.analysis.results.phonons import Moduli, SoundOfGlasses, Waves, sound_of_glasses
from atomglass.analysis.statistics.chain_errors import ratio_error, sum_by_chain
from atomglass.analysis.statistics.exponents import MIN_MODES
from atomglass.study.collected_tables import require_columns


def excess_exponents(
    modes: pd.DataFrame,
    realizations: pd.DataFrame,
    omega: ArrayLike,
    moduli: tuple[Moduli, ...] = ("own", "chain"),
    waves: tuple[Waves, ...] = ("box", "continuum"),
) -> pd.DataFrame:
    """Return the exponent of D_G = D - D_Debye below a bound, on a grid of bounds.

    For D_G ~ omega^s below Omega, s + 1 is the number of its modes over their sum of ln(Omega / omega). Both are the
    sums over all modes minus those over the phonons, so that no bins are needed; without phonons it is the estimate of
    `truncated_power_law`. The number is exact only if Omega lies in a gap between bands of phonons, as disorder widens
    the bands.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables. All modes count, whatever their participation ratio.
    omega : float or array, shape (len(realizations),)
        The highest bound.
    moduli, waves : tuple of str
        Which sound speeds and which phonons; one row for each combination and bound.

    Returns
    -------
    DataFrame
        moduli; waves; bound (the highest one); share (of each glass's bound that the row uses); glasses; left_out
        (realizations that failed or are not proven complete); not_rigid (glasses from which nothing is subtracted);
        band_distance (median relative distance of the bound to the nearest phonon of the box: the count is uncertain
        where this is no larger than the width of the bands); modes; phonons (number subtracted); excess; exponent;
        error (one standard error, chains as the unit, the phonons taken as known); chains. The exponent is NaN with
        fewer than ten modes in excess.

    Raises
    ------
    InputError
        A column is missing, or a bound is not positive or above the frequencies that the table holds.
    """
    require_columns(modes, ("realization", "frequency"))
    counted = counted_glasses(realizations, omega)
    highest = float(counted.bound.max(initial=0.0))
    rows = []
    for speed, wave in itertools.product(moduli, waves):
        sound = sound_of_glasses(counted, speed)
        for share in BOUND_SHARES:
            head = {"moduli": speed, "waves": wave, "bound": share * highest, "share": share}
            head |= {"glasses": len(counted.glasses), "left_out": counted.left_out, "not_rigid": sound.not_rigid}
            rows.append(head | _excess_exponent(modes, counted, sound, wave, share))
    return pd.DataFrame(rows)


def _excess_exponent(
    modes: pd.DataFrame, counted: CountedGlasses, sound: SoundOfGlasses, waves: Waves, share: float
) -> dict[str, float]:
    """Return the counts and the exponent of one row."""
    below, row = counted.below(modes, share)
    bound = share * counted.bound
    logs = np.log(bound[row] / below["frequency"].to_numpy(dtype=float))
    size = len(counted.glasses)
    phonons, phonon_logs = sound.phonons_below(bound, waves)
    number = np.bincount(row, minlength=size) - phonons
    total_logs = np.bincount(row, weights=logs, minlength=size) - phonon_logs
    distance = float(np.median(sound.band_distance(bound))) if size else math.nan
    line = {
        "band_distance": distance,
        "modes": len(below),
        "phonons": float(phonons.sum()),
        "excess": float(number.sum()),
    }
    line |= {"exponent": math.nan, "error": math.nan, "chains": len(np.unique(counted.chain[row]))}
    if line["excess"] < MIN_MODES or not total_logs.sum() > 0:
        return line
    rate = number.sum() / total_logs.sum()
    independent = math.sqrt(number.sum()) / total_logs.sum()
    between_chains = ratio_error(*sum_by_chain(counted.chain, number, total_logs))
    return line | {"exponent": rate - 1, "error": float(np.fmax(independent, between_chains))}


def excess_density(
    modes: pd.DataFrame,
    realizations: pd.DataFrame,
    edges: ArrayLike,
    moduli: Moduli = "own",
    waves: Waves = "box",
) -> pd.DataFrame:
    """Return D, D_Debye and their difference D_G in bins, normalized to one over all modes of a glass.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables.
    edges : array, shape (m,)
        Ascending frequencies.
    moduli, waves : str
        Which sound speeds and which phonons.

    Returns
    -------
    DataFrame
        low, high, frequency (middle of the bin), glasses, count, density, debye, excess, error (one standard error of
        the excess: the larger of that between chains and that of independent modes).

    Raises
    ------
    InputError
        A column is missing, or an edge is above the frequencies that the table holds.
    """
    edges = np.asarray(edges, dtype=float)
    counted = counted_glasses(realizations, edges[-1])
    sound, (below, row) = sound_of_glasses(counted, moduli), counted.below(modes)
    glasses = counted.glasses
    held = glasses["number"].to_numpy(dtype=float) - glasses["rattlers"].fillna(0).to_numpy(dtype=float)
    total = sound.dimension * held
    frequency = below["frequency"].to_numpy(dtype=float)
    rows = []
    for low, high in itertools.pairwise(edges) if len(glasses) else ():
        number = np.bincount(row[(frequency >= low) & (frequency < high)], minlength=len(glasses))
        bounds = (np.full(len(glasses), edge) for edge in (low, high))
        lower, upper = (sound.phonons_below(bound, waves)[0] for bound in bounds)
        phonons, unit = upper - lower, total.sum() * (high - low)
        chains = ratio_error(*sum_by_chain(counted.chain, number - phonons, total)) / (high - low)
        error = float(np.fmax(chains, math.sqrt(max(number.sum(), 1)) / unit))
        shares = (value / unit for value in (number.sum(), phonons.sum(), (number - phonons).sum()))
        rows.append((low, high, (low + high) / 2, len(glasses), int(number.sum()), *shares, error))
    columns = ["low", "high", "frequency", "glasses", "count", "density", "debye", "excess", "error"]
    return pd.DataFrame(rows, columns=columns)
