"""Types that many modules share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Real numbers in double precision.
Array = NDArray[np.float64]
#: Complex numbers in double precision.
ComplexArray = NDArray[np.complex128]
#: Indices and counts.
IntArray = NDArray[np.int64]
#: Indices in 32 bits, where half of the memory traffic counts.
Int32Array = NDArray[np.int32]
#: Unsigned integers of 32 bits: neighbors packed with the number of their periodic image (see `kernels.cell_list`).
UInt32Array = NDArray[np.uint32]
#: True or false for each particle, pair or mode.
BoolArray = NDArray[np.bool_]
#: The seed of a random stream: an integer >= 0, or one of numpy's seed sequences.
Seed = int | np.random.SeedSequence
