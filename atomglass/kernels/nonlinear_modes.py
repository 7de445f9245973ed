"""The functions of displacement fields that nonlinear modes make stationary, and their gradients."""

from __future__ import annotations

import numpy as np

from atomglass.kernels.jit import kernel
from atomglass.types import Array, IntArray


@kernel
def pseudoharmonic_sums(indices: IntArray, z: Array) -> tuple[Array, Array]:
    """Return S = sum over pairs of |z_ij|^4, and a quarter of its gradient.

    Richard, Kapteijns, Giannini, Manning and Lerner, Phys. Rev. Lett. 126, 015501 (2021).

    Parameters
    ----------
    indices : (P, 2) int array
        Interacting pairs i, j.
    z : (K, N, d) array
        Displacement fields; z_ij = z_j - z_i.

    Returns
    -------
    sums : (K,) array
        S of each field.
    gradients : (K, N, d) array
        (1/4) dS/dz, the sum over the pairs of a particle of |z_ij|^2 z_ij with its sign.
    """
    d = z.shape[2]
    sums, gradients = np.zeros(z.shape[0]), np.zeros(z.shape)
    w = np.empty(d)
    for k in range(z.shape[0]):
        field, gradient, total = z[k], gradients[k], 0.0
        for p in range(indices.shape[0]):
            i, j = indices[p, 0], indices[p, 1]
            square = 0.0
            for a in range(d):
                w[a] = field[j, a] - field[i, a]
                square += w[a] * w[a]
            total += square * square
            for a in range(d):
                gradient[j, a] += square * w[a]
                gradient[i, a] -= square * w[a]
        sums[k] = total
    return sums, gradients


@kernel
def cubic_sums(indices: IntArray, separations: Array, derivatives: Array, z: Array) -> tuple[Array, Array]:
    """Return the third derivative of the energy along each field, tau = U''':zzz, and its contraction U''':zz.

    Gartner and Lerner, Phys. Rev. E 93, 011001 (2016).

    Parameters
    ----------
    indices : (P, 2) int array
        Interacting pairs i, j.
    separations : (P, 3) array
        r_j - r_i.
    derivatives : (P, 5) array
        The pair energy and its derivatives with respect to r^2.
    z : (K, N, d) array
        Displacement fields.

    Returns
    -------
    sums : (K,) array
        tau of each field.
    gradients : (K, N, d) array
        U''':zz, a third of the gradient of tau.
    """
    d = z.shape[2]
    sums, gradients = np.zeros(z.shape[0]), np.zeros(z.shape)
    w = np.empty(d)
    for k in range(z.shape[0]):
        field, gradient, total = z[k], gradients[k], 0.0
        for p in range(indices.shape[0]):
            i, j = indices[p, 0], indices[p, 1]
            a, c = 0.0, 0.0  # first and second derivative of |r + s w|^2 with respect to s
            for x in range(d):
                w[x] = field[j, x] - field[i, x]
                a += 2.0 * separations[p, x] * w[x]
                c += 2.0 * w[x] * w[x]
            along = 2.0 * (derivatives[p, 3] * a * a + derivatives[p, 2] * c)
            across = 4.0 * derivatives[p, 2] * a
            total += a * (derivatives[p, 3] * a * a + 3.0 * derivatives[p, 2] * c)
            for x in range(d):
                term = along * separations[p, x] + across * w[x]
                gradient[j, x] += term
                gradient[i, x] -= term
        sums[k] = total
    return sums, gradients


@kernel
def quartic_sums(indices: IntArray, separations: Array, derivatives: Array, z: Array) -> tuple[Array, Array]:
    """Return the fourth derivative of the energy along each field, chi = U'''':zzzz, and its contraction U'''':zzz.

    Kapteijns, Richard and Lerner, Phys. Rev. E 101, 032130 (2020).

    Parameters
    ----------
    indices : (P, 2) int array
        Interacting pairs i, j.
    separations : (P, 3) array
        r_j - r_i.
    derivatives : (P, 5) array
        The pair energy and its derivatives with respect to r^2.
    z : (K, N, d) array
        Displacement fields.

    Returns
    -------
    sums : (K,) array
        chi of each field.
    gradients : (K, N, d) array
        U'''':zzz, a quarter of the gradient of chi.
    """
    d = z.shape[2]
    sums, gradients = np.zeros(z.shape[0]), np.zeros(z.shape)
    w = np.empty(d)
    for k in range(z.shape[0]):
        field, gradient, total = z[k], gradients[k], 0.0
        for p in range(indices.shape[0]):
            i, j = indices[p, 0], indices[p, 1]
            f2, f3, f4 = derivatives[p, 2], derivatives[p, 3], derivatives[p, 4]
            a, c = 0.0, 0.0
            for x in range(d):
                w[x] = field[j, x] - field[i, x]
                a += 2.0 * separations[p, x] * w[x]
                c += 2.0 * w[x] * w[x]
            along = 2.0 * a * (f4 * a * a + 3.0 * f3 * c)
            across = 6.0 * (f3 * a * a + f2 * c)
            total += a * a * (f4 * a * a + 6.0 * f3 * c) + 3.0 * f2 * c * c
            for x in range(d):
                term = along * separations[p, x] + across * w[x]
                gradient[j, x] += term
                gradient[i, x] -= term
        sums[k] = total
    return sums, gradients
