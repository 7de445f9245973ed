"""scipy's eigensolvers as they are usually called, on the same Hessian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.sparse.linalg import eigsh

from atomglass.bench import samples
from atomglass.bench.clock import cpu_seconds
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.hessian import ReducedHessian, pair_hessian
from atomglass.vibrations.modes import lowest_of

_COUNT = 20
#: Eigenvalues below this are the translations, and rattlers.
_ZERO = 1e-6


def zero_shift(sample: Configuration) -> dict[str, Any]:
    """`eigsh(sigma=0)`: shift-invert at zero itself."""
    return _against(sample, lambda matrix: eigsh(matrix, _COUNT + 2, sigma=0)[0])


def smallest_magnitude(sample: Configuration) -> dict[str, Any]:
    """`eigsh(which="SM")`: no factorization at all."""
    return _against(sample, lambda matrix: eigsh(matrix, _COUNT + 2, which="SM")[0])


def dense_lowest(sample: Configuration) -> dict[str, Any]:
    """`eigh(subset_by_index)`: dense LAPACK, the lowest alone."""
    return _against(sample, lambda matrix: eigh(matrix.toarray(), subset_by_index=[0, _COUNT + 1])[0])


def _against(sample: Configuration, solve: Callable[[Any], NDArray[np.float64]]) -> dict[str, Any]:
    """Compare with our lowest modes, from the same pairs: matrix, factor, eigenvectors, residuals, inertia."""
    pairs = InteractingPairs.of(sample, samples.potential(2))
    modes, found = [], []
    lowest_of(ReducedHessian(pairs), 3)
    mine = [cpu_seconds(lambda: modes.append(lowest_of(ReducedHessian(pairs), _COUNT))) for _ in range(3)]
    seconds = cpu_seconds(lambda: found.append(np.sort(solve(pair_hessian(pairs)))))
    expected = modes[0].eigenvalues
    values = found[0][found[0] > _ZERO][:_COUNT]
    spurious = len(found[0]) - int(np.count_nonzero(found[0] > _ZERO)) - 2 * (1 + int(modes[0].rattlers.sum()))
    apart = float(np.abs(values / expected[: len(values)] - 1).max()) if len(values) else np.inf
    good = apart < 1e-9 and len(values) > _COUNT - 2
    agreement = f"eigenvalues within {apart:.0e}" if good else f"eigenvalues missing or wrong: {apart:.0e} apart"
    if spurious > 0:
        agreement += f", {spurious} null modes too many"
    return {"equal": good, "agreement": agreement, "ours": mine * good, "theirs": [seconds] * len(mine) * good}
