"""Which modes count as quasi-localized."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Kumar, Procaccia and Singh: "participation ratio smaller than 0.27".
PARTICIPATION_RATIO = 0.27
#: Share of the first phonon frequency up to which modes do not yet mix with phonons.
FREQUENCY_SHARE = 0.8


def is_quasi_localized(
    frequency: ArrayLike,
    participation_ratio: ArrayLike,
    first_phonon_frequency: ArrayLike,
    participation_threshold: float = PARTICIPATION_RATIO,
    frequency_share: float = FREQUENCY_SHARE,
) -> NDArray[np.bool_]:
    """Return which modes are quasi-localized: few participants *and* below the first phonon.

    The paper states the participation ratio alone, but the highest modes of the spectrum are localized too, and near
    the first phonon frequency every mode mixes with phonons.

    Parameters
    ----------
    frequency, participation_ratio, first_phonon_frequency : float or array
        Of each mode and of its realization.
    participation_threshold, frequency_share : float
        The two bounds; the second in units of the first phonon frequency.
    """
    frequency = np.asarray(frequency)
    soft = (frequency > 0) & (frequency < frequency_share * np.asarray(first_phonon_frequency))
    return soft & (np.asarray(participation_ratio) < participation_threshold)
