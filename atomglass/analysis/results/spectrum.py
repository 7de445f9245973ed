"""The full density of states: D(omega)/omega^(d-1), its Debye level, the boson peak and the phonon bands."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from atomglass.analysis.statistics.chain_errors import ratio_error, sum_by_chain
from atomglass.analysis.statistics.histograms import poisson_interval
from atomglass.errors import InputError
from atomglass.study.collected_tables import require_columns

#: Above this multiple of the first phonon frequency the phonon bands overlap.
BANDS_MERGE = 3.0

_MODES = ("realization", "chain", "frequency")
_REALIZATIONS = ("realization", "chain", "status", "complete_below", "number", "rattlers", "dimension")


def debye_level(transverse: float, longitudinal: float, density: float, dimension: int) -> float:
    """Return A_D of Debye's law D(omega) = A_D omega^(d-1), D normalized to one over all d N modes.

    Each of the d - 1 transverse branches and the longitudinal one has S_d k^(d-1) dk V/(2 pi)^d waves, omega = c k.

    Parameters
    ----------
    transverse, longitudinal : float
        Speeds of sound.
    density : float
        Particles per volume, without rattlers.
    dimension : int
        2 or 3.

    Raises
    ------
    InputError
        A speed or the density is not positive.
    """
    speeds = {"transverse speed": transverse, "longitudinal speed": longitudinal, "density": density}
    for name, value in speeds.items():
        if not value > 0:
            raise InputError(name, value, "> 0", "only a rigid glass carries sound")
    sphere = {2: 2 * math.pi, 3: 4 * math.pi}[dimension]
    branches = (dimension - 1) / transverse**dimension + 1 / longitudinal**dimension
    return sphere * branches / ((2 * math.pi) ** dimension * density * dimension)


@dataclass(frozen=True)
class PhononBand:
    """Plane waves of one frequency in a cubic box.

    Attributes
    ----------
    frequency : float
        In units of the first phonon frequency.
    branch : str
        `T` (transverse) or `L` (longitudinal).
    squared : int
        n^2 of the wave vector 2 pi n / L, n integers.
    waves : int
        Number of such waves.
    """

    frequency: float
    branch: str
    squared: int
    waves: int


def phonon_bands(speed_ratio: float, dimension: int, below: float) -> list[PhononBand]:
    """Return the phonon bands of an elastic medium in a periodic square or cubic box, in ascending order.

    Parameters
    ----------
    speed_ratio : float
        c_L / c_T.
    dimension : int
        2 or 3.
    below : float
        Highest frequency, in units of the first (transverse) phonon frequency.

    Raises
    ------
    InputError
        The speed ratio is not positive, or `below` is not between 0 and 40.
    """
    if not (speed_ratio > 0 and 0 < below < 40):
        raise InputError("speed ratio and highest band", f"{speed_ratio:g}, {below:g}", "> 0, and between 0 and 40")
    largest = int(below * max(1.0, 1 / speed_ratio)) + 1
    integers = range(-largest, largest + 1)
    squares = [sum(n * n for n in vector) for vector in itertools.product(integers, repeat=dimension)]
    values, waves = np.unique([square for square in squares if square], return_counts=True)
    bands = [
        PhononBand(factor * math.sqrt(square), branch, int(square), int(count * polarizations))
        for branch, factor, polarizations in (("T", 1.0, dimension - 1), ("L", speed_ratio, 1))
        for square, count in zip(values, waves, strict=True)
        if factor * math.sqrt(square) <= below
    ]
    return sorted(bands, key=lambda band: band.frequency)


def density_of_states(modes: pd.DataFrame, realizations: pd.DataFrame, edges: ArrayLike | None = None) -> pd.DataFrame:
    """Return D(omega) of a study's glasses, normalized to one over all their modes, in bins.

    Each bin uses only the glasses in which all modes up to its upper edge are known, so that a table that holds only
    the low modes does not lower the density.

    Parameters
    ----------
    modes, realizations : DataFrame
        The collected tables.
    edges : array, shape (m,), optional
        Ascending; by default bins of 2.5 % (full spectra) or 5 % of the highest known frequency.

    Returns
    -------
    DataFrame
        Columns low, high, frequency (middle of the bin), density, error (one standard error, between chains if
        there are at least 5, otherwise Poisson), count, glasses.

    Raises
    ------
    InputError
        A table lacks a column.
    """
    require_columns(modes, _MODES)
    require_columns(realizations, _REALIZATIONS, "realizations")
    good = realizations[(realizations["status"] == "ok") & realizations["complete_below"].notna()]
    columns = ["low", "high", "frequency", "density", "error", "count", "glasses"]
    if not len(good) or not len(modes):
        return pd.DataFrame(columns=columns, dtype=float)
    known, total = known_below(modes, good), _mode_number(good)
    edges = default_edges(known) if edges is None else np.asarray(edges, dtype=float)
    row_of = pd.Series(np.arange(len(good)), index=good["realization"].to_numpy())
    counted = modes[modes["realization"].isin(row_of.index)]
    bin_of = np.searchsorted(edges, counted["frequency"].to_numpy(), side="right") - 1
    inside = (bin_of >= 0) & (bin_of < len(edges) - 1)
    counts = np.zeros((len(good), len(edges) - 1))
    np.add.at(counts, (row_of[counted["realization"]].to_numpy()[inside], bin_of[inside]), 1)
    covered = edges[1:] <= known[:, None] * (1 + 1e-12)
    rows = []
    for k, (low, high) in enumerate(itertools.pairwise(edges)):
        use = covered[:, k]
        if use.sum() < max(1, 0.1 * len(good)):
            continue
        number = counts[use, k]
        unit = 1 / (total[use].sum() * (high - low))
        error = _rate_error(number, total[use], good["chain"].to_numpy()[use]) / (high - low)
        rows.append((low, high, (low + high) / 2, number.sum() * unit, error, int(number.sum()), int(use.sum())))
    return pd.DataFrame(rows, columns=columns)


def known_below(modes: pd.DataFrame, good: pd.DataFrame) -> NDArray[np.float64]:
    """Return for each glass the frequency below which all its modes are in the table; infinity for a full spectrum."""
    present = modes.groupby("realization").size().reindex(good["realization"]).fillna(0).to_numpy()
    top = good["complete_below"].to_numpy(dtype=float)
    translations = good["dimension"].to_numpy()
    return np.where(present >= _mode_number(good) - translations, np.inf, top)


def default_edges(known: NDArray[np.float64], top: float = 6.0) -> NDArray[np.float64]:
    """Return the default bins, up to where half of the glasses are known, or to `top` for full spectra."""
    limit = float(np.quantile(known, 0.5, method="lower"))
    return np.linspace(0, top, 61) if not math.isfinite(limit) else np.linspace(0, limit, 21)


def find_boson_peak(
    table: pd.DataFrame, dimension: int, first_phonon: float | None = None
) -> tuple[float, float] | None:
    """Return (frequency, half width of its bin) of the maximum of D(omega)/omega^(d-1), None if there is no clear one.

    In a finite box the lowest phonons form separate bands, each with its own maximum. Frequencies below `BANDS_MERGE`
    first phonon frequencies are therefore ignored, and so is a maximum at the edge of the remaining range.

    Parameters
    ----------
    table : DataFrame
        Columns frequency, density and error, ascending; the highest frequency must lie well above the peak.
    dimension : int
        2 or 3.
    first_phonon : float, optional
        Frequency of the first phonon of the box.
    """
    table = table[table["frequency"] > BANDS_MERGE * (first_phonon or 0.0)]
    if len(table) < 8:
        return None
    omega = table["frequency"].to_numpy(dtype=float)
    reduced, noise = (table[name].to_numpy(dtype=float) / omega ** (dimension - 1) for name in ("density", "error"))
    significant = noise < 0.2 * np.maximum(reduced, 1e-300)  # a single mode in the lowest bin is not a peak
    if not significant.any():
        return None
    peak = int(np.argmax(np.where(significant, reduced, -np.inf)))
    below, above = reduced[:peak].min(initial=np.inf), reduced[peak + 1 :].min(initial=np.inf)
    if not max(below, above) < min(0.9 * reduced[peak], reduced[peak] - 3 * noise[peak]):
        return None  # it must rise and fall by more than the bands make it fluctuate
    half = np.diff(omega).mean() / 2 if "high" not in table else (table["high"] - table["low"]).iloc[peak] / 2
    return float(omega[peak]), float(half)


def _mode_number(good: pd.DataFrame) -> NDArray[np.float64]:
    """Return the number of modes of each glass, translations included: d times the particles that are not rattlers."""
    held = good["number"].astype(float) - good["rattlers"].fillna(0).astype(float)
    return (good["dimension"].astype(float) * held).to_numpy()


def _rate_error(number: NDArray[Any], total: NDArray[Any], chain: NDArray[Any]) -> float:
    """Return one standard error of sum(number)/sum(total), between chains if there are at least five."""
    counts, weights = sum_by_chain(chain, number, total)
    if len(counts) >= 5:
        error = ratio_error(counts, weights)
        if error > 0:
            return error
    low, high = poisson_interval(int(number.sum()))
    return float(high - low) / 2 / total.sum()
