"""Types that many modules share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Real numbers in double precision.
Array = NDArray[np.float64]
#: Indices and counts.
IntArray = NDArray[np.int64]
#: What a random stream begins from: an integer >= 0, or one of numpy's seed sequences.
Seed = int | np.random.SeedSequence
