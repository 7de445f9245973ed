"""How far apart are successive glasses of a chain? A program that is run by hand, on a collected study.

    python tests/campaigns/successive_glasses.py FOLDER [FOLDER ...]

Printed against the number of glasses between two of a chain, with the standard error over chains: the autocorrelation
of the energy per particle, of the lowest harmonic frequency and of the lowest pseudo-harmonic one (the highest of the
table for a glass that has none in it); the share of bonds that survive; the share of particles within 0.3 of where they
were; and the normalized correlation of the displacement fields from one glass to the next. The last three need the
inherent states. If glasses are independent configurations within the same cages, the correlation of successive
displacement fields is -1/2 and that of later ones zero. Then the statistical inefficiency of the energy, and the share
of soft spots that recur from an earlier glass of the chain.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import atomglass as ag
from atomglass.diagnostics.autocorrelation import autocorrelations, jackknife_error
from atomglass.diagnostics.dynamics import bond_breaking, overlap
from atomglass.study.followup.recurrence_table import load_recurrences
from atomglass.study.followup.recurrences import likely_recurrences
from atomglass.study.store.study_store import StudyStore

LAGS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
#: In how many glasses of a chain, evenly spaced, the inherent states are compared with later ones.
ORIGINS = 10


def by_chain(study: ag.Study, values: pd.Series) -> NDArray[np.float64]:
    """Return values of the realizations as an array (chains, glasses of a chain); incomplete chains are left out."""
    table = study.realizations.assign(value=values.to_numpy())
    array = table.pivot(index="chain", columns="index_in_chain", values="value").to_numpy(float)
    kept = array[np.isfinite(array).all(axis=1)]
    print(f"  {len(kept)} of {len(array)} chains have a value in each of their {array.shape[1]} glasses")
    return kept


def variance_within_chains(series: NDArray[np.float64]) -> float:
    """Return half the mean squared difference of values at least half a chain apart."""
    length = series.shape[1]
    return float(np.mean([((series[:, t:] - series[:, :-t]) ** 2).mean() / 2 for t in range(length // 2, length - 5)]))


def correlation(series: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[float, float]]:
    """Return the autocorrelation within chains, its error, and the inefficiency 1 + 2 sum rho up to its window."""
    lags = min(40, series.shape[1] // 4)

    def mean(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return autocorrelations(rows, lags, variance_within_chains(rows)).mean(axis=0)

    def inefficiency(rho: NDArray[np.float64]) -> float:
        sums = 2 * np.cumsum(rho) - 1
        window = np.flatnonzero(np.arange(len(sums)) >= 5 * np.maximum(sums, 1))
        return float(sums[window[0] if len(window) else -1])

    rho = mean(series)
    without = np.array([mean(np.delete(series, k, axis=0)) for k in range(len(series))])
    errors = np.array([jackknife_error(column) for column in without.T])
    return rho, errors, (inefficiency(rho), jackknife_error([inefficiency(row) for row in without]))


def motion(glasses: list[ag.Configuration], potential: ag.PairPotential) -> NDArray[np.float64]:
    """Return surviving bonds, overlap, and the correlation of displacement fields, for each lag within a chain."""
    positions = np.array([glass.positions for glass in glasses])
    fields = np.diff(positions, axis=0)
    fields -= fields.mean(axis=1, keepdims=True)
    square = (fields**2).sum(axis=(1, 2)).mean()
    found = []
    for lag in (lag for lag in LAGS if lag < len(fields)):
        starts = np.unique(np.linspace(0, len(glasses) - 1 - lag, ORIGINS).astype(int))
        pairs = [(glasses[k], glasses[k + lag]) for k in starts]
        bonds = np.mean([bond_breaking(one, other, potential=potential) for one, other in pairs])
        stayed = np.mean([overlap(one, other) for one, other in pairs])
        product = np.mean([(fields[k] * fields[k + lag]).sum() for k in range(len(fields) - lag)])
        found.append((bonds, stayed, product / square))
    return np.array(found)


def of_chains(folder: Path, chains: int) -> list[list[ag.Configuration]]:
    """Return the glasses of those chains of which all were kept."""
    per_chain = ag.load_study(folder).settings["ensemble"]["realizations_per_chain"]
    found = [[glass for _, glass in ag.kept_configurations(folder, range(k, k + 1))] for k in range(chains)]
    return [glasses for glasses in found if len(glasses) == per_chain]


def lowest_frequency(study: ag.Study, modes: pd.DataFrame) -> pd.Series:
    """Return the lowest frequency of each realization; the table's highest where the realization has none in it."""
    lowest = modes.groupby("realization")["frequency"].min().reindex(study.realizations["realization"])
    return lowest.fillna(modes["frequency"].max())


def recurring(spots: pd.DataFrame) -> str:
    """Return which share of soft spots are, by central particle, frequency and b4, those of an earlier glass."""
    spots = spots[spots["converged"]].rename(columns={"spot": "mode"}).reset_index(drop=True)
    again = likely_recurrences(spots)["recurrence_of"].notna()
    shares = again.groupby(spots["chain"]).mean()
    return f"{again.mean():.3f}({shares.std(ddof=1) / np.sqrt(len(shares)):.3f}) of {len(spots)}"


def report(folder: Path) -> None:
    """Print everything about one study."""
    study = ag.load_study(folder)
    ensemble = study.settings["ensemble"]
    print(f"{folder}: {ensemble['chains']} chains of {ensemble['realizations_per_chain']}")
    series_of = {
        "energy per particle": study.realizations["energy_per_particle"],
        "lowest harmonic frequency": lowest_frequency(study, study.modes),
    }
    if study.spots is not None:
        series_of["lowest pseudo-harmonic frequency"] = lowest_frequency(study, study.spots)
    for name, values in series_of.items():
        print(f" {name}")
        series = by_chain(study, values)
        if len(series) > 1:
            rho, error, whole = correlation(series)
            shown = "  ".join(f"{lag}: {rho[lag]:.3f}({error[lag]:.3f})" for lag in LAGS if lag < len(rho))
            print(f"  {shown}\n  statistical inefficiency {whole[0]:.2f} +- {whole[1]:.2f}")
    if study.spots is not None:
        print(f" soft spots that recur, from the table: {recurring(study.spots)}")
    marked = load_recurrences(folder)
    if marked is not None and len(marked):
        share = marked["recurrence_of"].notna().mean()
        print(f" quasi-localized modes that recur, by overlap: {share:.3f} of {len(marked)}")
    try:
        chains = of_chains(folder, ensemble["chains"])
    except ag.InputError:
        chains = []
    if len(chains) < 2:
        print(" inherent states: not kept")
        return
    values = np.array([motion(glasses, StudyStore(folder).settings.pair_potential) for glasses in chains])
    mean, error = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
    print(f" {len(chains)} chains: glasses apart, bonds that survive, particles within 0.3, displacement fields")
    for lag, row, spread in zip(LAGS, mean, error, strict=False):
        print(f"  {lag:3d}  " + "  ".join(f"{value:.3f}({one:.3f})" for value, one in zip(row, spread, strict=True)))


def main() -> None:
    """Print a report on each study."""
    for folder in sys.argv[1:]:
        report(Path(folder))


if __name__ == "__main__":
    main()
