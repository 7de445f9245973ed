"""The criterion for quasi-localized modes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from atomglass.types import BoolArray

#: Kumar, Procaccia and Singh: "participation ratio smaller than 0.27".
PARTICIPATION_RATIO = 0.27
#: Fraction of the first phonon frequency up to which modes do not mix with phonons.
FREQUENCY_SHARE = 0.8


def is_quasi_localized(
    frequency: ArrayLike,
    participation_ratio: ArrayLike,
    first_phonon_frequency: ArrayLike,
    participation_threshold: float = PARTICIPATION_RATIO,
    frequency_share: float = FREQUENCY_SHARE,
) -> BoolArray:
    """Return which modes are quasi-localized: of small participation ratio *and* below the first phonon.

    Kumar, Procaccia and Singh state the participation ratio alone. But the highest modes of the spectrum are localized
    too, and near the first phonon frequency every mode mixes with phonons.

    Parameters
    ----------
    frequency, participation_ratio, first_phonon_frequency : float or array
        Of each mode and of its realization.
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
