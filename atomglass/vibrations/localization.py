"""The criterion for quasi-localized modes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from atomglass.types import Array, BoolArray

#: Kumar, Procaccia and Singh: "participation ratio smaller than 0.27".
PARTICIPATION_RATIO = 0.27
#: Fraction of the first phonon frequency below which modes hardly mix with phonons.
FREQUENCY_SHARE = 0.8


def central_particle(eigenvector: Array) -> int:
    """Return the particle of largest displacement in a field (N, d), which marks its place in all realizations."""
    return int((eigenvector**2).sum(axis=1).argmax())


def is_quasi_localized(
    frequency: ArrayLike,
    participation_ratio: ArrayLike,
    first_phonon_frequency: ArrayLike,
    participation_threshold: float = PARTICIPATION_RATIO,
    frequency_share: float = FREQUENCY_SHARE,
) -> BoolArray:
    """Return which modes are quasi-localized: those with a small participation ratio *and* below the first phonon.

    Kumar, Procaccia and Singh use only the participation ratio. However, the highest modes of the spectrum are
    localized as well, and near the first phonon frequency all modes mix with phonons.

    Parameters
    ----------
    frequency, participation_ratio, first_phonon_frequency : float or array
        Frequency and participation ratio of each mode, and first phonon frequency of its realization.
    participation_threshold, frequency_share : float
        Upper bounds of the participation ratio, and of the frequency in units of the first phonon frequency.

    Returns
    -------
    bool array
        One element for each mode.
    """
    frequency = np.asarray(frequency)
    soft = (frequency > 0) & (frequency < frequency_share * np.asarray(first_phonon_frequency))
    selected: BoolArray = soft & (np.asarray(participation_ratio) < participation_threshold)
    return selected
