"""Are the chains of a study stationary? The change of the energy along the glasses of each chain.

A liquid that is still relaxing has an energy that falls along its chain. Two liquids that were started in different
ways may relax together, so that their agreement does not show equilibrium; a constant energy is needed as well.

The second half of each chain is compared with the first half, which finds a slow change, and with the first tenth
(J. Geweke, in Bayesian Statistics 4, Oxford University Press, 1992), which finds an equilibration that ended too soon.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from atomglass.analysis.counted_glasses import true_minima
from atomglass.analysis.statistics.cluster_variance import cluster_variance, degrees_of_freedom
from atomglass.analysis.statistics.number_format import PLAIN
from atomglass.analysis.statistics.verdicts import MIN_CHAINS
from atomglass.study.collected_tables import require_columns

Array = NDArray[np.float64]
#: Energies per particle, by the name that they have in sentences.
ENERGIES = {"liquid's energy": "liquid_energy_per_particle", "inherent states' energy": "energy_per_particle"}
#: What the second half of a chain is compared with, and how many of n glasses that is.
BEGINNINGS: dict[str, Callable[[int], int]] = {"first half": lambda n: n // 2, "first tenth": lambda n: max(1, n // 10)}
#: Chains of fewer glasses are not divided, and the scatter between fewer chains is not known.
MIN_GLASSES, FEWEST_CHAINS = 4, 2
#: A drift is announced if the smallest of all p-values, times their number, is below this: three standard deviations.
ALARM = 0.0027


@dataclass(frozen=True)
class EnergyDrift:
    """Change of a mean energy per particle along the chains.

    Attributes
    ----------
    name, beginning : str
        Which energy, and what the second half of each chain was compared with.
    change, error : float
        Mean change over chains, weighted by their number of glasses, and its standard error from the scatter between
        chains (epsilon).
    scatter : float
        Standard deviation of the energy between the glasses of a chain.
    p : float
        Probability of a change at least as large, of either sign, in stationary chains (Student's t).
    chains : int
        Number of chains that were divided.
    """

    name: str
    beginning: str
    change: float
    error: float
    scatter: float
    p: float
    chains: int


def energy_drifts(realizations: pd.DataFrame) -> list[EnergyDrift]:
    """Return the drifts of the liquid's and of the inherent states' energy.

    Parameters
    ----------
    realizations : DataFrame
        All realizations of a study. Those that are no minima are left out, and those whose energy is not known.

    Returns
    -------
    list of EnergyDrift
        Two for each energy that the table has, one for each beginning; none if fewer than two chains have four
        glasses or more.

    Raises
    ------
    InputError
        The table lacks the columns that order the glasses.

    Examples
    --------
    >>> import pandas as pd
    >>> energies = [0.1 * chain + 0.001 * (k >= 10) * (chain + 5) for chain in range(5) for k in range(20)]
    >>> table = pd.DataFrame({"chain": sorted([*range(5)] * 20), "index_in_chain": [*range(20)] * 5, "status": "ok",
    ...     "energy_per_particle": energies})
    >>> for drift in energy_drifts(table):
    ...     print(f"from the {drift.beginning}: {drift.change:.4f} +- {drift.error:.4f}, {drift.chains} chains")
    from the first half: 0.0070 +- 0.0007, 5 chains
    from the first tenth: 0.0070 +- 0.0007, 5 chains
    """
    require_columns(realizations, ("status", "chain", "index_in_chain"), "realizations")
    minima = true_minima(realizations).sort_values(["chain", "index_in_chain"])
    found = []
    for name, column in ENERGIES.items():
        known = minima[minima[column].notna()] if column in minima else minima.iloc[:0]
        chains = [c[column].to_numpy(dtype=float) for _, c in known.groupby("chain") if len(c) >= MIN_GLASSES]
        if len(chains) >= FEWEST_CHAINS:
            found += [_drift(name, beginning, chains) for beginning in BEGINNINGS]
    return found


def _drift(name: str, beginning: str, chains: list[Array]) -> EnergyDrift:
    """Return the change of one energy from the beginning of its chains to their second half."""
    first = BEGINNINGS[beginning]
    changes = np.array([e[len(e) // 2 :].mean() - e[: first(len(e))].mean() for e in chains])
    size = np.array([len(e) for e in chains], dtype=float)
    change = float((size * changes).sum() / size.sum())
    error = math.sqrt(cluster_variance(size * (changes - change), size)) / float(size.sum())
    p = float(2 * stats.t.sf(abs(change) / error, degrees_of_freedom(size))) if error > 0 else float(change == 0)
    scatter = math.sqrt(sum(((e - e.mean()) ** 2).sum() for e in chains) / (size - 1).sum())
    return EnergyDrift(name, beginning, change, error, scatter, p, len(chains))


def found_drift(drifts: list[EnergyDrift]) -> EnergyDrift | None:
    """Return the most significant of several drifts if it is more than chance allows, given their number."""
    worst = min(drifts, key=lambda drift: drift.p, default=None)
    return worst if worst is not None and worst.p * len(drifts) < ALARM else None


def drift_warnings(realizations: pd.DataFrame) -> list[str]:
    """Return a sentence if an energy changes along the chains by more than chance allows, or if that is not known.

    Parameters
    ----------
    realizations : DataFrame
        All realizations of a study.
    """
    if not any(column in realizations for column in ENERGIES.values()):
        return []
    drifts = energy_drifts(realizations)
    d = found_drift(drifts)
    if d is None and (not drifts or drifts[0].chains < MIN_CHAINS):
        return [
            "Whether the chains are stationary is not known: that takes "
            f"at least {MIN_CHAINS} chains of {MIN_GLASSES} glasses."
        ]
    if d is None:
        return []
    return [
        f"The chains are not stationary: from the {d.beginning} to the second half of their glasses the {d.name} per "
        f"particle changes by {PLAIN.with_error(d.change, d.error)}, {abs(d.change) / d.scatter:.1g} times its "
        f"standard deviation within a chain ({d.chains} chains, p = {d.p:.1g}). The liquid still relaxes or changes "
        "its phase; do the beginning and the end of the chains have the same modes?"
    ]
