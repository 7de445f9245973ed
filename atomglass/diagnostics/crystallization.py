"""Test whether a sample is still a liquid: crystalline order and demixing are detected and reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atomglass.diagnostics.bond_order import hexatic_order, steinhardt_order
from atomglass.diagnostics.dynamics import overlap
from atomglass.diagnostics.structure import size_correlation
from atomglass.errors import InputError
from atomglass.system.configuration import Configuration

#: Largest global order of a liquid, by dimension; in small samples, fluctuations of order N^-1/2 set the limit.
GLOBAL_ORDER = {2: 0.2, 3: 0.1}
#: Largest local order of a liquid: mean |psi_6| in 2-D, mean averaged Q_6 in 3-D.
LOCAL_ORDER = {2: 0.7, 3: 0.3}
#: Limit of the global order from fluctuations, in units of N^-1/2; with a Rayleigh tail, one in 10^5 liquids exceeds
#: it.
FLUCTUATION = 5.0
#: Largest correlation of neighbors' diameters in a liquid, and largest structure factor of the diameters in a liquid at
#: the smallest wave vectors.
NEIGHBOR_SIZES = 0.1
LARGE_SCALE_SIZES = 5.0


@dataclass(frozen=True)
class LiquidReport:
    """Whether a sample is still a liquid, and the numbers behind it.

    Attributes
    ----------
    is_liquid : bool
        Whether there is no sign of crystalline order or of demixing.
    reasons : tuple of str
        Signs of order or demixing, in words and numbers; empty for a liquid.
    dimension, number : int
        Space dimension d, and number of particles N.
    global_order : float
        |mean psi_6| in 2-D, global Q_6 in 3-D. This and the following three are maxima over the configurations.
    local_order : float
        Mean |psi_6| in 2-D, mean of the averaged Q_6 in 3-D.
    neighbor_sizes : float
        Correlation coefficient of the diameters of neighbors; NaN if all diameters are equal.
    large_scale_sizes : float
        Structure factor of the diameters at the smallest wave vectors; NaN if all diameters are equal.
    overlap : float
        Fraction of particles of the last configuration within 0.3 of their positions in the first; NaN for a single
        configuration. It is not a criterion, since a deeply supercooled liquid hardly moves for a long time.

    Examples
    --------
    >>> diagnostics.liquid_report(liquid).overlap
    nan
    """

    is_liquid: bool
    reasons: tuple[str, ...]
    dimension: int
    number: int
    global_order: float
    local_order: float
    neighbor_sizes: float
    large_scale_sizes: float
    overlap: float

    def __str__(self) -> str:
        return "liquid" if self.is_liquid else "not a liquid: " + "; ".join(self.reasons)


def liquid_report(configurations: Configuration | Sequence[Configuration]) -> LiquidReport:
    """Report whether a sample, or each of a series of samples, is still a liquid.

    Parameters
    ----------
    configurations : Configuration or sequence of them
        One sample, or several samples of the same particles in temporal order.

    Returns
    -------
    LiquidReport
        The report; its text names everything that is not liquid-like.

    Raises
    ------
    InputError
        There are no configurations, their particles differ, or the box is too small for the analysis.

    Notes
    -----
    Limits, and values measured in `kumar2021` at T = 0.1 (N = 4000) and in `kumar2021_3d` at T = 0.108 (N = 1500):

    =====================================  ==================  =======  ==================  =======
    quantity                               limit in 2-D        liquid   limit in 3-D        liquid
    =====================================  ==================  =======  ==================  =======
    global psi_6 / Q_6                     0.2 (N >= 625)      0.02     0.1 (N >= 2500)     0.02
    mean |psi_6| / mean averaged Q_6       0.7                 0.50     0.3                 0.13
    neighbors' diameters, Moran's I        0.1                 -0.31    0.1                 -0.22
    diameters at the smallest k            5                   0.18     5                   0.12
    =====================================  ==================  =======  ==================  =======

    In small samples the limit of the global order is 5 N^-1/2. For perfect crystals both orders are 1 (triangular),
    0.575 (fcc) and 0.511 (bcc); with thermal displacements of a twentieth of the spacing, 0.93, 0.53 and 0.47.
    Diameters sorted along one axis give I = 0.9 and a structure factor of 270 (2-D, N = 4000).

    Examples
    --------
    >>> report = diagnostics.liquid_report([liquid, glass])
    >>> report.dimension, report.number
    (2, 100)
    """
    samples = [configurations] if isinstance(configurations, Configuration) else list(configurations)
    if not samples:
        raise InputError("number of configurations", 0, ">= 1")
    first, last = samples[0], samples[-1]
    if any(sample.positions.shape != first.positions.shape for sample in samples):
        raise InputError("shapes of the configurations", "different", "the same particles in all")
    values = np.array([_measure(sample) for sample in samples]).max(axis=0)
    global_order, local_order, neighbor_sizes, large_scale_sizes = (float(value) for value in values)
    reasons = _reasons(
        global_order, local_order, neighbor_sizes, large_scale_sizes, dimension=first.dimension, number=len(first)
    )
    return LiquidReport(
        is_liquid=not reasons,
        reasons=reasons,
        dimension=first.dimension,
        number=len(first),
        global_order=global_order,
        local_order=local_order,
        neighbor_sizes=neighbor_sizes,
        large_scale_sizes=large_scale_sizes,
        overlap=overlap(first, last) if len(samples) > 1 else float("nan"),
    )


def _measure(sample: Configuration) -> tuple[float, float, float, float]:
    """Return global and local order, and neighbor and large-scale correlation of the diameters."""
    if sample.dimension == 2:
        hexatic = hexatic_order(sample)
        order = hexatic.global_order, hexatic.local_order
    else:
        steinhardt = steinhardt_order(sample, 6)
        order = steinhardt.global_order, float(steinhardt.averaged.mean())
    if np.ptp(sample.diameters) < 1e-9:
        return *order, float("nan"), float("nan")
    sizes = size_correlation(sample)
    return *order, sizes.neighbors, sizes.large_scale


def _reasons(
    global_order: float,
    local_order: float,
    neighbor_sizes: float,
    large_scale_sizes: float,
    *,
    dimension: int,
    number: int,
) -> tuple[str, ...]:
    """Return the signs of order or demixing in words."""
    symbol = "psi_6" if dimension == 2 else "Q_6"
    limit = max(GLOBAL_ORDER[dimension], FLUCTUATION / np.sqrt(number))
    sentences = [
        (
            global_order > limit,
            f"global {symbol} = {global_order:.3f} exceeds {limit:.3f}: crystalline order across the sample",
        ),
        (
            local_order > LOCAL_ORDER[dimension],
            f"mean local {symbol} = {local_order:.3f} exceeds {LOCAL_ORDER[dimension]}: crystalline neighborhoods",
        ),
        (
            neighbor_sizes > NEIGHBOR_SIZES,
            f"neighbors' diameters correlate by {neighbor_sizes:.3f}, more than {NEIGHBOR_SIZES}: sizes have demixed",
        ),
        (
            large_scale_sizes > LARGE_SCALE_SIZES,
            f"diameters vary {large_scale_sizes:.1f} times as much as shuffled ones over the box, more than "
            f"{LARGE_SCALE_SIZES:g} times: sizes have separated",
        ),
    ]
    return tuple(text for found, text in sentences if found)
