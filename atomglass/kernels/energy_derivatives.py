"""Interacting pairs, and higher derivatives of the energy: along displacements, and under strain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels.cell_list import IMAGE_BITS
from atomglass.kernels.jit import kernel
from atomglass.kernels.pair_potential import cutoff_squared, pair_derivatives, stored_kind
from atomglass.kernels.pair_records import Potential
from atomglass.kernels.pair_sums import separation
from atomglass.kernels.records import PairList
from atomglass.types import Array, IntArray


@kernel
def interacting_pairs(
    positions: Array, pairs: PairList, potential: Potential
) -> tuple[IntArray, Array, Array, Array, Array]:
    """Return the pairs within their cutoff.

    Parameters
    ----------
    positions : (N, 3) array
        Wrapped when the list was built, and moved since by less than half its skin.
    pairs : PairList
        Half neighbor list.
    potential : PairParameters or FormParameters
        Parameters of the pair potential.

    Returns
    -------
    indices : (P, 2) int array
        i and j of each pair.
    separations : (P, 3) array
        r_j - r_i.
    ratios : (P,) array
        (r / sigma_ij)^2.
    cutoffs_squared : (P,) array
        The value of (r / sigma_ij)^2 at which each interaction ends.
    derivatives : (P, 5) array
        phi and its first four derivatives with respect to r^2, in units of epsilon over length^(2 n).
    """
    row_starts, neighbors, shifts = pairs.row_starts, pairs.neighbors, pairs.shifts
    count = 0
    indices = np.empty((neighbors.size, 2), np.int64)
    separations = np.empty((neighbors.size, 3))
    ratios, cutoffs_squared = np.empty(neighbors.size), np.empty(neighbors.size)
    derivatives = np.empty((neighbors.size, 5))
    for i in range(positions.shape[0]):
        for k in range(row_starts[i], row_starts[i + 1]):
            dx, dy, dz = separation(positions, i, neighbors[k], shifts)
            w = pairs.inverse_sigma_squared[k]
            ratio = (dx * dx + dy * dy + dz * dz) * w
            kind = stored_kind(pairs.kinds, k, potential)
            if ratio < cutoff_squared(kind, potential):
                f0, f1, f2, f3, f4 = pair_derivatives(ratio, potential, kind)
                indices[count, 0], indices[count, 1] = i, neighbors[k] >> IMAGE_BITS
                separations[count, 0], separations[count, 1], separations[count, 2] = dx, dy, dz
                ratios[count], cutoffs_squared[count] = ratio, cutoff_squared(kind, potential)
                derivatives[count, 0], derivatives[count, 1], derivatives[count, 2] = f0, f1 * w, f2 * w * w
                derivatives[count, 3], derivatives[count, 4] = f3 * w * w * w, f4 * w * w * w * w
                count += 1
    return (
        indices[:count].copy(),
        separations[:count].copy(),
        ratios[:count].copy(),
        cutoffs_squared[:count].copy(),
        derivatives[:count].copy(),
    )


@kernel
def directional_derivatives(
    indices: IntArray, separations: Array, derivatives: Array, near_cutoff: NDArray[np.bool_], directions: Array
) -> tuple[Array, Array]:
    """Return the second to fourth derivatives of the energy along directions, and the share of pairs near the cutoff.

    Along r(s) = r + s w the squared distance is r^2 + 2 s r.w + s^2 w^2. Its derivatives beyond the second vanish, so
    d^n phi / ds^n is a short sum of products (Faa di Bruno's formula).

    Parameters
    ----------
    indices : (P, 2) int array
        Pairs from `interacting_pairs`.
    separations : (P, 3) array
        r_j - r_i, from `interacting_pairs`.
    derivatives : (P, 5) array
        phi and its derivatives with respect to r^2, from `interacting_pairs`.
    near_cutoff : (P,) bool array
        Marks pairs near their cutoff.
    directions : (M, N, 3) array
        Displacements per unit of s, not necessarily normalized.

    Returns
    -------
    coefficients : (M, 3) array
        b2, b3, b4: d^n U / ds^n for n = 2, 3, 4; in units of epsilon over length^n for normalized directions.
    shares : (M, 3) array
        For each coefficient, the sum of |terms| over the pairs near the cutoff divided by the sum over all pairs.
    """
    coefficients = np.zeros((directions.shape[0], 3))
    shares = np.zeros((directions.shape[0], 3))
    for m in range(directions.shape[0]):
        psi = directions[m]
        b2, b3, b4 = 0.0, 0.0, 0.0
        n2, n3, n4, s2, s3, s4 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for k in range(indices.shape[0]):
            i, j = indices[k, 0], indices[k, 1]
            wx, wy, wz = psi[j, 0] - psi[i, 0], psi[j, 1] - psi[i, 1], psi[j, 2] - psi[i, 2]
            a = 2.0 * (separations[k, 0] * wx + separations[k, 1] * wy + separations[k, 2] * wz)
            c = 2.0 * (wx * wx + wy * wy + wz * wz)
            aa = a * a
            t2 = derivatives[k, 2] * aa + derivatives[k, 1] * c
            t3 = a * (derivatives[k, 3] * aa + 3.0 * derivatives[k, 2] * c)
            t4 = aa * (derivatives[k, 4] * aa + 6.0 * derivatives[k, 3] * c) + 3.0 * derivatives[k, 2] * c * c
            b2 += t2
            b3 += t3
            b4 += t4
            s2 += abs(t2)
            s3 += abs(t3)
            s4 += abs(t4)
            if near_cutoff[k]:
                n2 += abs(t2)
                n3 += abs(t3)
                n4 += abs(t4)
        coefficients[m, 0], coefficients[m, 1], coefficients[m, 2] = b2, b3, b4
        shares[m, 0] = n2 / s2 if s2 > 0.0 else 0.0
        shares[m, 1] = n3 / s3 if s3 > 0.0 else 0.0
        shares[m, 2] = n4 / s4 if s4 > 0.0 else 0.0
    return coefficients, shares


@kernel
def strain_response(
    indices: IntArray, separations: Array, derivatives: Array, strains: Array, n_particles: int
) -> tuple[Array, Array, Array]:
    """Return first and second derivatives of the energy under r -> exp(gamma S) r, and the forces per unit strain.

    S is symmetric, so the squared distance becomes r.exp(2 gamma S).r, with derivatives 2 r.S.r and 4 |S r|^2.

    Parameters
    ----------
    indices : (P, 2) int array
        Pairs from `interacting_pairs`.
    separations : (P, 3) array
        r_j - r_i, from `interacting_pairs`.
    derivatives : (P, 5) array
        phi and its derivatives with respect to r^2, from `interacting_pairs`.
    strains : (K, 3, 3) array
        Symmetric generators S.
    n_particles : int
        Number of particles N.

    Returns
    -------
    first : (K,) array
        dU/dgamma of the affine deformation, in units of epsilon.
    born : (K,) array
        d2U/dgamma2 of the affine deformation (Born term), in units of epsilon.
    mixed : (K, N, 3) array
        d2U / (dr_i dgamma), where r_i is the position before the deformation, in units of epsilon over length.
    """
    n_strains = strains.shape[0]
    first, born, mixed = np.zeros(n_strains), np.zeros(n_strains), np.zeros((n_strains, n_particles, 3))
    strained = np.empty(3)
    for k in range(indices.shape[0]):
        i, j = indices[k, 0], indices[k, 1]
        for m in range(n_strains):
            slope, curvature = 0.0, 0.0
            for a in range(3):
                strained[a] = 0.0
                for b in range(3):
                    strained[a] += strains[m, a, b] * separations[k, b]
                slope += 2.0 * separations[k, a] * strained[a]
                curvature += 4.0 * strained[a] * strained[a]
            first[m] += derivatives[k, 1] * slope
            born[m] += derivatives[k, 2] * slope * slope + derivatives[k, 1] * curvature
            for a in range(3):
                g = 2.0 * derivatives[k, 2] * slope * separations[k, a] + 4.0 * derivatives[k, 1] * strained[a]
                mixed[m, j, a] += g
                mixed[m, i, a] -= g
    return first, born, mixed
