"""Are the chains of a study stationary? The change of the energy from the first to the second half of their glasses.

A liquid that is still relaxing has an energy that falls along its chain. Two liquids that were started in different
ways may relax together, so that their agreement does not show equilibrium; a constant energy is needed as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from atomglass.analysis.counted_glasses import true_minima
from atomglass.analysis.statistics.number_format import PLAIN

#: Energies per particle, by the name that they have in sentences.
ENERGIES = {
    "liquid's energy": "liquid_energy_per_particle",
    "inherent states' energy": "energy_per_particle",
}
#: Chains of fewer glasses are not divided; with fewer chains the error is not known.
MIN_GLASSES, MIN_CHAINS = 4, 2
#: A drift with a smaller p-value is announced: three standard deviations of a normal distribution.
ALARM = 0.0027


@dataclass(frozen=True)
class EnergyDrift:
    """Change of a mean energy per particle from the first to the second half of the chains.

    Attributes
    ----------
    name : str
        Which energy.
    mean, change, error : float
        Mean over all glasses, mean change over chains, and the standard error of the latter (epsilon).
    p : float
        Probability of a change at least as large, of either sign, in stationary chains (Student's t).
    chains : int
        Number of chains that were divided.
    """

    name: str
    mean: float
    change: float
    error: float
    p: float
    chains: int


def energy_drifts(realizations: pd.DataFrame) -> list[EnergyDrift]:
    """Return the drift of the liquid's and of the inherent states' energy.

    Parameters
    ----------
    realizations : DataFrame
        All realizations of a study. Those that are no minima are left out.

    Returns
    -------
    list of EnergyDrift
        Empty if fewer than two chains have four glasses or more, or if the table has no such energy.

    Examples
    --------
    >>> import pandas as pd
    >>> energies = [0.1 * chain + 0.001 * (k >= 10) * (chain + 5) for chain in range(4) for k in range(20)]
    >>> table = pd.DataFrame({"chain": sorted([*range(4)] * 20), "index_in_chain": [*range(20)] * 4, "status": "ok",
    ...     "energy_per_particle": energies})
    >>> drift, = energy_drifts(table)
    >>> print(f"{drift.change:.4f} +- {drift.error:.4f}, {drift.chains} chains")
    0.0065 +- 0.0006, 4 chains
    """
    minima = true_minima(realizations).sort_values(["chain", "index_in_chain"])
    chains = [chain for _, chain in minima.groupby("chain") if len(chain) >= MIN_GLASSES]
    if len(chains) < MIN_CHAINS:
        return []
    found = []
    for name, column in ENERGIES.items():
        if column not in minima:
            continue
        energies = [chain[column].to_numpy(dtype=float) for chain in chains]
        changes = np.array([e[len(e) // 2 :].mean() - e[: len(e) // 2].mean() for e in energies])
        change, error = float(changes.mean()), float(changes.std(ddof=1) / math.sqrt(len(changes)))
        if not math.isfinite(change):
            continue
        p = float(2 * stats.t.sf(abs(change) / error, len(changes) - 1)) if error > 0 else float(change == 0)
        mean = float(np.mean(np.concatenate(energies)))
        found.append(EnergyDrift(name, mean, change, error, p, len(changes)))
    return found


def drift_warnings(realizations: pd.DataFrame) -> list[str]:
    """Return a sentence if an energy changes along the chains by more than chance allows; else nothing.

    Parameters
    ----------
    realizations : DataFrame
        All realizations of a study.
    """
    drifts = [drift for drift in energy_drifts(realizations) if drift.p < ALARM]
    if not drifts:
        return []
    d = min(drifts, key=lambda drift: drift.p)
    return [
        f"The chains are not stationary: from the first to the second half of their glasses the {d.name} per particle "
        f"changes by {PLAIN.with_error(d.change, d.error)}, {abs(d.change / d.mean):.1%} of it ({d.chains} chains, "
        f"p = {d.p:.1g}). The liquid was not equilibrated for long enough; do the two halves have the same modes?"
    ]
