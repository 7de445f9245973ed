"""Matrix products in place, by BLAS, without copies of the operands."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from atomglass.kernels.jit import inline
from atomglass.types import Array

_POINTER = types.CPointer(types.float64)
_SIZE, _CHARACTER = types.intp, types.char
#: BLAS' `gemm` as numba calls it for `numpy.dot`, which cannot add to an existing matrix: kind, transposes, sizes,
#: alpha, two matrices, beta, result; every matrix with its leading dimension.
_GEMM: Any = types.ExternalFunction(
    "numba_xxgemm",
    types.intc(
        *(_CHARACTER, _CHARACTER, _CHARACTER, _SIZE, _SIZE, _SIZE, _POINTER),
        *(_POINTER, _SIZE, _POINTER, _SIZE, _POINTER, _POINTER, _SIZE),
    ),
)
_DOUBLE, _PLAIN, _TRANSPOSED = np.int8(ord("d")), np.int8(ord("n")), np.int8(ord("t"))


@inline
def subtract_product(target: Array, left: Array, right: Array, sizes: tuple[int, int, int], lead: int) -> None:
    """Subtract left^T right from a matrix, in place.

    Matrices are given by their elements from the first one on, row by row.

    Parameters
    ----------
    target : array
        The matrix (m, n), part of a larger one with rows of `lead` elements.
    left : array
        A contiguous matrix (k, m).
    right : array
        A matrix (k, n), part of a larger one with rows of `lead` elements.
    sizes : tuple of int
        m, n and k.
    lead : int
        Distance of the rows of `target` and `right` in memory, in elements.
    """
    m, n, k = sizes
    minus, one = np.full(1, -1.0), np.ones(1)
    # BLAS stores columns: what it is given are the transposed matrices.
    _GEMM(
        *(_DOUBLE, _PLAIN, _TRANSPOSED, n, m, k, minus.ctypes),
        *(right.ctypes, lead, left.ctypes, m, one.ctypes, target.ctypes, lead),
    )


@inline
def add_inner_products(target: Array, left: Array, right: Array, sizes: tuple[int, int, int], lead: int) -> None:
    """Add left right^T, the inner products of rows, to a matrix in place.

    Matrices are given by their elements from the first one on, row by row.

    Parameters
    ----------
    target : array
        A contiguous matrix (m, n).
    left, right : arrays
        Matrices (m, k) and (n, k), parts of larger ones with rows of `lead` elements.
    sizes : tuple of int
        m, n and k.
    lead : int
        Distance of the rows of `left` and `right` in memory, in elements.
    """
    m, n, k = sizes
    one = np.ones(1)
    _GEMM(
        *(_DOUBLE, _TRANSPOSED, _PLAIN, n, m, k, one.ctypes),
        *(right.ctypes, lead, left.ctypes, lead, one.ctypes, target.ctypes, n),
    )
