"""Synthetic studies in which soft modes lower the shear modulus of their own glass, to test the selection of modes.

In a glass the shear modulus is G = G_0 - sum_k c_k / omega_k^2: every mode of frequency omega_k lowers it. A rule that
measures a mode in the first phonon frequency omega_1 ~ sqrt(G) of its own glass is therefore moved by the mode itself.
Here the modes follow known laws, and all else is as measured in the published tables (see `STUDIES`):

- chains differ, as independent diameters make them: in their median omega_1, and in their rate of soft modes;
- G_0 varies between the glasses of a chain, and each mode takes its share of it; omega_1 does not exist where G <= 0;
- a defect can recur in glasses of its chain, with nearly the same frequency.

`collected_tables` gives the tables of such a study as `collect` would write them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from atomglass.errors import InputError

Array = NDArray[np.float64]
#: Rates of modes are given below this share of the chain's omega_1.
RATE_SHARE = 0.6


@dataclass(frozen=True)
class GlassEnsemble:
    """Parameters of a synthetic study; frequencies y in units of the chain's omega_1 without soft modes.

    Attributes
    ----------
    chains, glasses : int
        Number of chains, and of glasses in each.
    first_phonon, first_phonon_spread : float
        Mean and standard deviation of omega_1 over chains (normal, cut at 2.2 standard deviations).
    rates : tuple of float
        Modes of groups A and B below y = 0.6 in a glass of a chain with the mean omega_1.
    exponents : tuple of float
        s of groups A and B.
    rate_slope, rate_scatter : float
        The rate of a chain is proportional to omega_1^rate_slope, times a log-normal factor with this deviation.
    coupling, coupling_shape : float
        Mean and shape of the Gamma distribution of c: a mode takes c / y^2 from the relative shear modulus.
    modulus_spread, spread_slope : float
        Standard deviation of G_0 / <G_0> in a chain with the mean omega_1; it is proportional to omega_1^spread_slope.
    modes_per_defect, correlation : float
        Mean number of glasses in which a defect occurs (geometric), and the correlation of the normal scores of its
        frequencies.
    top : float
        Highest y of the modes.
    """

    chains: int = 100
    glasses: int = 1000
    first_phonon: float = 0.81
    first_phonon_spread: float = 0.086
    rates: tuple[float, float] = (0.0278, 0.0059)
    exponents: tuple[float, float] = (4.0, 3.0)
    rate_slope: float = -6.3
    rate_scatter: float = 0.15
    coupling: float = 0.043
    coupling_shape: float = 2.3
    modulus_spread: float = 0.055
    spread_slope: float = -2.35
    modes_per_defect: float = 1.08
    correlation: float = 0.9
    top: float = 0.95

    def __post_init__(self) -> None:
        if not (self.chains >= 1 and self.glasses >= 1 and self.top > 0 and self.coupling_shape > 0):
            raise InputError("the synthetic study", self, "chains and glasses >= 1, top and coupling_shape > 0")
        if not (min(self.exponents) > -1 and min(self.rates) >= 0 and self.modes_per_defect >= 1):
            raise InputError("the synthetic study", self, "exponents > -1, rates >= 0, modes_per_defect >= 1")


#: As measured in the tables of these names: counts below 0.6 of the chains' median omega_1 with PR < 0.27, couplings by
#: maximum likelihood from the lowest mode of each glass below 0.5 (N = 400), 0.3 (3-D) and 0.7 (N = 4000) of it.
STUDIES = {
    "kumar2021_n400": GlassEnsemble(),
    "kumar2021_n400_quantile": GlassEnsemble(
        chains=20,
        glasses=250,
        first_phonon=0.79,
        first_phonon_spread=0.0036,
        rates=(0.0346, 0.0092),
        rate_slope=0.0,
        coupling_shape=3.0,
        spread_slope=0.0,
    ),
    "kumar2021_3d_n1000": GlassEnsemble(
        chains=16,
        glasses=100,
        first_phonon=1.19,
        first_phonon_spread=0.092,
        rates=(3.25, 0.255),
        rate_slope=-1.0,
        rate_scatter=0.04,
        coupling=0.0037,
        coupling_shape=5.4,
        modulus_spread=0.025,
        spread_slope=0.0,
        modes_per_defect=1.0,
        top=0.7,
    ),
    "kumar2021": GlassEnsemble(
        chains=300,
        glasses=200,
        first_phonon=0.2455,
        first_phonon_spread=0.0104,
        rates=(0.00225, 0.0028),
        rate_slope=-9.0,
        rate_scatter=0.25,
        coupling=0.036,
        coupling_shape=5.4,
        modulus_spread=0.027,
        spread_slope=-3.0,
        modes_per_defect=1.0,
    ),
}


@dataclass(frozen=True)
class SyntheticGlasses:
    """All glasses and all modes of one or several synthetic studies, whether or not a table would hold them.

    Attributes
    ----------
    chain, first_phonon : array, shape (glasses,)
        The chain of each glass, and its omega_1; NaN where G <= 0. Chain k belongs to the study k // ensemble.chains.
    glass, frequency, group : array, shape (modes,)
        The glass of each mode, its frequency, and its group: 0 for A, 1 for B.
    """

    chain: NDArray[np.int64]
    first_phonon: Array
    glass: NDArray[np.int64]
    frequency: Array
    group: NDArray[np.int64]


def draw_glasses(ensemble: GlassEnsemble, rng: np.random.Generator, studies: int = 1) -> SyntheticGlasses:
    """Draw synthetic studies.

    Parameters
    ----------
    ensemble : GlassEnsemble
        Parameters of a study.
    rng : numpy.random.Generator
        Source of randomness.
    studies : int
        Number of independent studies, whose chains are numbered consecutively.
    """
    chains = ensemble.chains * studies
    relative = ensemble.first_phonon_spread / ensemble.first_phonon * rng.standard_normal(chains).clip(-2.2, 2.2)
    median = 1 + relative
    scatter = ensemble.rate_scatter * rng.standard_normal(chains)
    factor = ensemble.glasses * median**ensemble.rate_slope * np.exp(scatter - ensemble.rate_scatter**2 / 2)
    parts = [_draw_group(ensemble, group, factor, rng) for group in (0, 1)]
    glass, y, coupling, group = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    chain = np.repeat(np.arange(chains), ensemble.glasses)
    spread = ensemble.modulus_spread * median**ensemble.spread_slope
    modulus = 1 + np.repeat(spread, ensemble.glasses) * rng.standard_normal(chain.size)
    modulus -= np.bincount(glass, weights=coupling / y**2, minlength=chain.size)
    scale = ensemble.first_phonon * median
    with np.errstate(invalid="ignore"):
        first_phonon = scale[chain] * np.where(modulus > 0, np.sqrt(modulus), np.nan)
    return SyntheticGlasses(chain, first_phonon, glass, scale[chain[glass]] * y, group)


def _draw_group(ensemble: GlassEnsemble, group: int, factor: Array, rng: np.random.Generator) -> tuple[Array, ...]:
    """Return glass, y, coupling and group of the modes of one group; `factor` is its rate relative to `rates`."""
    power = ensemble.exponents[group] + 1
    mean = ensemble.rates[group] * (ensemble.top / RATE_SHARE) ** power / ensemble.modes_per_defect
    chain = np.repeat(np.arange(factor.size), rng.poisson(mean * factor))
    size = rng.geometric(1 / ensemble.modes_per_defect, chain.size)
    size = np.minimum(size, ensemble.glasses)
    first = np.cumsum(size) - size
    repeat = np.arange(size.sum()) - np.repeat(first, size)
    # A defect occurs in consecutive glasses of its chain, beginning with a random one.
    start = rng.integers(ensemble.glasses, size=chain.size)
    glass = np.repeat(chain * ensemble.glasses, size) + (np.repeat(start, size) + repeat) % ensemble.glasses
    shared, own = rng.standard_normal(chain.size), rng.standard_normal(repeat.size)
    rho = ensemble.correlation
    score = np.where(np.repeat(size, size) > 1, np.sqrt(rho) * np.repeat(shared, size) + np.sqrt(1 - rho) * own, own)
    y = ensemble.top * special.ndtr(score) ** (1 / power)
    coupling = rng.gamma(ensemble.coupling_shape, ensemble.coupling / ensemble.coupling_shape, chain.size)
    return glass, y, np.repeat(coupling, size), np.full(glass.size, group)


def collected_tables(
    drawn: SyntheticGlasses, below: float | None = None, phonon_multiple: float = 0.9
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the modes and the realizations of synthetic studies as tables, like those of `load_study`.

    Parameters
    ----------
    drawn : SyntheticGlasses
        From `draw_glasses`.
    below : float, optional
        Every glass's modes are known below the larger of this frequency and phonon_multiple omega_1, and a glass with
        G <= 0 counts. If it is None, modes are known below phonon_multiple omega_1 alone, and a glass with G <= 0 is
        dropped together with its modes, as in the tables of kernel version 1 and 2.
    phonon_multiple : float
        See there.

    Returns
    -------
    modes, realizations : DataFrame
        realization, chain, index_in_chain, first_phonon_frequency, complete_below and further columns that a selection
        needs; chain // `ensemble.chains` is the study.
    """
    known = phonon_multiple * drawn.first_phonon
    rigid = drawn.first_phonon > 0
    if below is not None:
        known = np.fmax(known, below)
    counted = np.isfinite(known)
    number = np.arange(drawn.chain.size)
    glasses = number.size // (int(drawn.chain[-1]) + 1)
    common: dict[str, Any] = {"realization": number, "chain": drawn.chain, "index_in_chain": number % glasses}
    limits: dict[str, Any] = {"first_phonon_frequency": drawn.first_phonon, "complete_below": known}
    status = np.where(counted, "ok", "no_rigidity") if not counted.all() else "ok"
    realizations = pd.DataFrame({**common, **limits, "status": status, "complete": counted, "rigid": rigid})
    held = np.flatnonzero(drawn.frequency < known[drawn.glass])
    held = held[np.lexsort((drawn.frequency[held], drawn.glass[held]))]
    glass = drawn.glass[held]
    columns = {name: values[glass] for name, values in (common | limits).items()}
    modes = pd.DataFrame(columns | {"frequency": drawn.frequency[held], "participation_ratio": 0.05})
    modes["group"] = np.array(["A", "B"])[drawn.group[held]]
    return modes, realizations
