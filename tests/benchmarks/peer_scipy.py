"""scipy's eigensolvers, called as they usually are, for the same Hessian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from peer_result import peer_result
from scipy.linalg import eigh
from scipy.sparse.linalg import eigsh

from atomglass.bench import samples
from atomglass.bench.clock import cpu_seconds
from atomglass.system.configuration import Configuration
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.hessian import ReducedHessian, pair_hessian
from atomglass.vibrations.modes import lowest_modes_of_hessian

#: Number of modes.
COUNT = 20
#: Eigenvalues below this belong to translations and rattlers.
ZERO = 1e-6


def shift_invert_at_zero(sample: Configuration) -> dict[str, Any]:
    """`eigsh(sigma=0)`: shift-invert at zero itself."""
    return _compare(sample, lambda matrix: eigsh(matrix, COUNT + 2, sigma=0)[0])


def smallest_magnitude(sample: Configuration) -> dict[str, Any]:
    """`eigsh(which="SM")`: no factorization at all."""
    return _compare(sample, lambda matrix: eigsh(matrix, COUNT + 2, which="SM")[0])


def dense_lowest(sample: Configuration) -> dict[str, Any]:
    """`eigh(subset_by_index)`: dense LAPACK for the lowest modes only."""
    return _compare(sample, lambda matrix: eigh(matrix.toarray(), subset_by_index=[0, COUNT + 1])[0])


def _compare(sample: Configuration, solve: Callable[[Any], NDArray[np.float64]]) -> dict[str, Any]:
    """Compare with our lowest modes, from the same pairs: matrix, factors, eigenvectors, residuals, inertia."""
    pairs = InteractingPairs.of(sample, samples.potential(2))
    modes, results = [], []
    lowest_modes_of_hessian(ReducedHessian(pairs), 3)
    ours = [cpu_seconds(lambda: modes.append(lowest_modes_of_hessian(ReducedHessian(pairs), COUNT))) for _ in range(3)]
    seconds = cpu_seconds(lambda: results.append(np.sort(solve(pair_hessian(pairs)))))
    nonzero = results[0][results[0] > ZERO]
    found = nonzero[:COUNT]
    null_modes = len(results[0]) - len(nonzero) - 2 * (1 + int(modes[0].rattlers.sum()))
    error = float(np.abs(found / modes[0].eigenvalues[: len(found)] - 1).max()) if len(found) else np.inf
    equal = error < 1e-9 and len(found) > COUNT - 2
    agreement = f"eigenvalues within {error:.0e}" if equal else f"eigenvalues missing or wrong, by {error:.0e}"
    if null_modes > 0:
        agreement += f", {null_modes} null modes too many"
    return peer_result(equal, agreement, ours, [seconds] * len(ours))
