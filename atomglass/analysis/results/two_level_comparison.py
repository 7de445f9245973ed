"""Several studies of two-level systems side by side, and one beside published pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from atomglass.analysis.results.two_level_links import KINDS, OVERLAPS, link_to_modes
from atomglass.analysis.results.two_level_pairs import (
    Estimate,
    mean_over_glasses,
    pairs_over_one_barrier,
    searched_glasses,
    tls_table,
)
from atomglass.analysis.results.two_level_systems import summarize_two_level_systems
from atomglass.analysis.results.two_level_theories import predictions, splitting_bound
from atomglass.analysis.statistics.glass_quantiles import quantiles_per_glass
from atomglass.landscape.minimum_energy_path import PathStatus

#: Columns of published pairs (Ciarella et al., Nat. Commun. 14, 4229 (2023)) and ours, by quantity.
COLUMNS = {
    "splitting (epsilon)": ("quantum_splitting", "splitting"),
    "displacement (length)": ("total_displacement", "distance"),
    "participation number": ("PR", "moved_particles"),
    "difference in energy (epsilon)": ("Delta_E", "energy_difference"),
}
#: The quantiles that are compared.
PROBABILITIES = (0.1, 0.5, 0.9)


def compare_two_level_studies(studies: Sequence[Any]) -> pd.DataFrame:
    """Return the search, its results and the predictions of theories of several studies.

    Parameters
    ----------
    studies : sequence of Study
        Studies of two-level systems, from `atomglass.load_study`.

    Returns
    -------
    DataFrame
        One row per quantity, one column per study (its name), each element an `Estimate`; the error is NaN for numbers
        that have none.
    """
    columns = {str(study.settings["name"]): _column(study) for study in studies}
    return pd.DataFrame(columns)


def _column(study: Any) -> pd.Series:
    glasses, tls = searched_glasses(study), tls_table(study)
    below, bound = float(study.settings["paths"]["splitting_below"]), splitting_bound(study)
    single, several, missing = rearrangements_by_path(tls)
    low, wide = summarize_two_level_systems(study, below), summarize_two_level_systems(study, bound)
    theories = predictions(study)

    def exact(value: float) -> Estimate:
        return Estimate(float(value), float("nan"))

    def mean(name: str) -> Estimate:
        return mean_over_glasses(glasses[name])

    rows = {
        "dimension": exact(glasses["dimension"].iloc[0]),
        "parent temperature": exact(study.settings["sample"]["temperature"]),
        "glasses": exact(len(glasses)),
        "energy per particle of the glasses": mean("energy_per_particle"),
        "quenches of a glass": mean("quenches"),
        "inherent states of a glass": mean("minima_count"),
        "candidate rearrangements of a glass": mean("candidate_events"),
        "paths of rearrangements: over one barrier": exact(single),
        "over several barriers": exact(several),
        "not found": exact(missing),
        "share whose ground level lies above the barrier": exact(low.above_barrier),
        f"two-level systems a glass, E < {below:g}": low.per_glass,
        f"two-level systems a glass, E < {bound:g}": wide.per_glass,
        "n, per volume and epsilon": wide.density,
        "P, per volume and epsilon": wide.pbar,
        "P of soft potentials": theories["soft potentials"].pbar,
        "P of the vibrational instability": theories["vibrational instability"].pbar,
        "P of the mosaic": theories["mosaic"].pbar,
        "gamma of shear (epsilon)": exact(theories["search"].gamma),
        "gamma of soft potentials": exact(theories["soft potentials"].gamma),
        "gamma of the mosaic": exact(theories["mosaic"].gamma),
        "C of transverse sound": wide.strength_t,
        "C of soft potentials": theories["soft potentials"].strength,
        "C of the vibrational instability": theories["vibrational instability"].strength,
        "C of the mosaic": theories["mosaic"].strength,
    }
    for overlap in OVERLAPS:
        for link in link_to_modes(pairs_over_one_barrier(study), overlap).itertuples():
            rows[f"share with {KINDS[link.kind]} under them, overlap > {overlap:g}"] = Estimate(link.share, link.error)
    return pd.Series(rows)


def rearrangements_by_path(tls: pd.DataFrame) -> tuple[int, int, int]:
    """Return the numbers of rearrangements with a path over one barrier, only over several ones, and without a path.

    The same particles can rearrange between several pairs of minima that differ elsewhere, and whose paths may differ.
    A pair whose path failed has no number of a rearrangement, and counts as one without a path.

    Parameters
    ----------
    tls : DataFrame
        The table of two-level systems, of which those from dynamics are counted.
    """
    dynamics = tls[tls["source"] == "dynamics"]
    number = dynamics["event"].to_numpy(dtype=float, na_value=-1)
    event = [dynamics["realization"], np.where(number < 0, -1 - np.arange(len(number)), number)]
    over_one, over_several = (
        dynamics["path_status"].eq(status.value).groupby(event).any()
        for status in (PathStatus.ONE_BARRIER, PathStatus.SEVERAL_BARRIERS)
    )
    single, several = int(over_one.sum()), int((over_several & ~over_one).sum())
    return single, several, len(over_one) - single - several


def rearrangement_quantiles(study: Any, column: str, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Return quantiles of the rearrangements of a study over one barrier, every glass with the same weight.

    Parameters
    ----------
    study : Study
        A study of two-level systems, from `atomglass.load_study`.
    column : str
        A column of its table `tls`.
    rng : numpy.random.Generator
        For the bootstrap over glasses.

    Returns
    -------
    tuple of Estimate
        At `PROBABILITIES`.
    """
    pairs = pairs_over_one_barrier(study)
    return _quantiles(pairs[column], pairs["realization"], rng, pairs["weight"])


def _quantiles(
    values: ArrayLike, glasses: ArrayLike, rng: np.random.Generator, weights: ArrayLike | None = None
) -> tuple[Estimate, ...]:
    found = quantiles_per_glass(values, glasses, PROBABILITIES, rng, weights)
    return tuple(Estimate(float(v), float(e)) for v, e in zip(*found, strict=True))


def quantiles_beside_published(
    study: Any, published: pd.DataFrame, largest_difference: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Return quantiles of the pairs of a study and of published pairs, every glass with the same weight.

    Parameters
    ----------
    study : Study
        A study of two-level systems, from `atomglass.load_study`; of its pairs those over one barrier.
    published : DataFrame
        Published pairs: quantum_splitting, total_displacement, PR, Delta_E, and conf, the glass.
    largest_difference : float
        Largest difference in energy of the published pairs in the last column, in units of epsilon.
    rng : numpy.random.Generator
        For the bootstrap over glasses.

    Returns
    -------
    DataFrame
        quantity, and for `ours`, `published` and `published_small` (small differences in energy) a tuple of
        `Estimate`s at `PROBABILITIES`.
    """
    small = published[published["Delta_E"] < largest_difference]
    rows = [
        {
            "quantity": quantity,
            "ours": rearrangement_quantiles(study, mine, rng),
            "published": _quantiles(published[theirs], published["conf"], rng),
            "published_small": _quantiles(small[theirs], small["conf"], rng),
        }
        for quantity, (theirs, mine) in COLUMNS.items()
    ]
    return pd.DataFrame(rows)
