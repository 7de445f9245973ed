"""Energy, forces and everything else that is a sum over interacting pairs."""

from __future__ import annotations

import numpy as np

from atomglass.kernels.cell_list import IMAGE_BITS, IMAGE_MASK
from atomglass.kernels.jit import inline, kernel
from atomglass.kernels.pair_potential import pair_derivatives, pair_diameter, pair_energy, pair_energy_slope


@inline
def separation(positions, i, packed, shifts):
    """r_j - r_i of a packed neighbor."""
    j, image = packed >> IMAGE_BITS, packed & IMAGE_MASK
    dx = positions[j, 0] + shifts[image, 0] - positions[i, 0]
    dy = positions[j, 1] + shifts[image, 1] - positions[i, 1]
    dz = positions[j, 2] + shifts[image, 2] - positions[i, 2]
    return dx, dy, dz


@kernel
def trim(positions, diameters, first, neighbors, shifts, nonadditivity, cutoff, skin):
    """Keep the listed pairs within their own cutoff plus the skin; return the shorter list and its 1/sigma_ij^2."""
    inverse_squares = np.empty(neighbors.size + 1)
    kept = np.empty(neighbors.size + 1, np.uint32)  # unsigned: spares the kernels the test for negative indices
    begin = np.zeros(first.size, np.int64)
    total = 0
    for i in range(first.size - 1):
        for k in range(first[i], first[i + 1]):
            dx, dy, dz = separation(positions, i, neighbors[k], shifts)
            sigma = pair_diameter(diameters[i], diameters[neighbors[k] >> IMAGE_BITS], nonadditivity)
            limit = cutoff * sigma + skin
            # Written in any case, and written over where it is not kept: no branch for the processor to guess.
            kept[total] = neighbors[k]
            inverse_squares[total] = 1.0 / (sigma * sigma)
            total += dx * dx + dy * dy + dz * dz < limit * limit
        begin[i + 1] = total
    return begin, kept[:total].copy(), inverse_squares[:total].copy()


@kernel
def energy_forces(positions, first, neighbors, inverse_squares, shifts, p, forces):
    """Write the forces (N, 3) and return the energy.

    Parameters
    ----------
    positions : (N, 3) array
        As wrapped when the list was built, or moved on from there by less than half the skin.
    first, neighbors, inverse_squares : arrays
        A half list and its 1/sigma_ij^2.
    shifts : (32, 3) array
        Shift vectors by image number.
    p : PairParameters
        The potential.
    forces : (N, 3) array
        Overwritten.
    """
    forces[:] = 0.0
    energy = 0.0
    for i in range(positions.shape[0]):
        x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
        fx, fy, fz = 0.0, 0.0, 0.0
        for k in range(first[i], first[i + 1]):
            j, image = neighbors[k] >> IMAGE_BITS, neighbors[k] & IMAGE_MASK
            dx = positions[j, 0] + shifts[image, 0] - x
            dy = positions[j, 1] + shifts[image, 1] - y
            dz = positions[j, 2] + shifts[image, 2] - z
            ratio = (dx * dx + dy * dy + dz * dz) * inverse_squares[k]
            if ratio < p.cutoff_squared:
                e, slope = pair_energy_slope(ratio, p)
                energy += e
                g = 2.0 * slope * inverse_squares[k]
                fx += g * dx
                fy += g * dy
                fz += g * dz
                forces[j, 0] -= g * dx
                forces[j, 1] -= g * dy
                forces[j, 2] -= g * dz
        forces[i, 0] += fx
        forces[i, 1] += fy
        forces[i, 2] += fz
    return energy


@kernel
def energy_forces_plane(positions, first, neighbors, inverse_squares, shifts, p, forces):
    """Do as `energy_forces` does, for particles in the plane z = 0: an eighth faster."""
    forces[:] = 0.0
    energy = 0.0
    for i in range(positions.shape[0]):
        x, y = positions[i, 0], positions[i, 1]
        fx, fy = 0.0, 0.0
        for k in range(first[i], first[i + 1]):
            j, image = neighbors[k] >> IMAGE_BITS, neighbors[k] & IMAGE_MASK
            dx = positions[j, 0] + shifts[image, 0] - x
            dy = positions[j, 1] + shifts[image, 1] - y
            ratio = (dx * dx + dy * dy) * inverse_squares[k]
            if ratio < p.cutoff_squared:
                e, slope = pair_energy_slope(ratio, p)
                energy += e
                g = 2.0 * slope * inverse_squares[k]
                fx += g * dx
                fy += g * dy
                forces[j, 0] -= g * dx
                forces[j, 1] -= g * dy
        forces[i, 0] += fx
        forces[i, 1] += fy
    return energy


@kernel
def energy_forces_masked(positions, first, neighbors, inverse_squares, shifts, p, forces):
    """Do as `energy_forces_plane` does, without a branch at the cutoff: pairs beyond it count times zero.

    Which pairs interact the processor learns from one evaluation to the next in a small sample; in a large one it
    guesses wrong at every fifth pair, and this is a third faster.
    """
    forces[:] = 0.0
    energy = 0.0
    for i in range(positions.shape[0]):
        x, y = positions[i, 0], positions[i, 1]
        fx, fy = 0.0, 0.0
        for k in range(first[i], first[i + 1]):
            j, image = neighbors[k] >> IMAGE_BITS, neighbors[k] & IMAGE_MASK
            dx = positions[j, 0] + shifts[image, 0] - x
            dy = positions[j, 1] + shifts[image, 1] - y
            ratio = (dx * dx + dy * dy) * inverse_squares[k]
            inside = 1.0 if ratio < p.cutoff_squared else 0.0
            e, slope = pair_energy_slope(ratio, p)
            energy += inside * e
            g = inside * 2.0 * slope * inverse_squares[k]
            fx += g * dx
            fy += g * dy
            forces[j, 0] -= g * dx
            forces[j, 1] -= g * dy
        forces[i, 0] += fx
        forces[i, 1] += fy
    return energy


@kernel
def interacting_pairs(positions, first, neighbors, inverse_squares, shifts, p):
    """Return the pairs within their cutoff.

    Returns
    -------
    pairs, separations, ratios, derivatives : (P, 2), (P, 3), (P,), (P, 5) arrays
        Indices, r_j - r_i, (r/sigma)^2, and phi with its first four derivatives by r^2.
    """
    count = 0
    pairs = np.empty((neighbors.size, 2), np.int64)
    separations = np.empty((neighbors.size, 3))
    ratios = np.empty(neighbors.size)
    derivatives = np.empty((neighbors.size, 5))
    for i in range(positions.shape[0]):
        for k in range(first[i], first[i + 1]):
            dx, dy, dz = separation(positions, i, neighbors[k], shifts)
            w = inverse_squares[k]
            ratio = (dx * dx + dy * dy + dz * dz) * w
            if ratio < p.cutoff_squared:
                f0, f1, f2, f3, f4 = pair_derivatives(ratio, p)
                pairs[count, 0], pairs[count, 1] = i, neighbors[k] >> IMAGE_BITS
                separations[count, 0], separations[count, 1], separations[count, 2] = dx, dy, dz
                ratios[count] = ratio
                derivatives[count, 0], derivatives[count, 1], derivatives[count, 2] = f0, f1 * w, f2 * w * w
                derivatives[count, 3], derivatives[count, 4] = f3 * w * w * w, f4 * w * w * w * w
                count += 1
    return pairs[:count].copy(), separations[:count].copy(), ratios[:count].copy(), derivatives[:count].copy()


@kernel
def moments(pairs, separations, derivatives, near, directions):
    """Return b2, b3, b4 of each direction and how much of each comes from pairs near the cutoff.

    Along r(s) = r + s w the squared distance is r^2 + 2 s r.w + s^2 w^2, whose derivatives beyond the second vanish, so
    d^n phi / ds^n is a short sum of products (Faa di Bruno's formula).

    Parameters
    ----------
    pairs, separations, derivatives : arrays
        From `interacting_pairs`.
    near : (P,) bool array
        Pairs near their cutoff.
    directions : (M, N, 3) array
        Displacements, not necessarily normalized.

    Returns
    -------
    coefficients, shares : (M, 3) arrays
        The derivatives 2, 3, 4, and sum |near terms| / sum |terms| of each.
    """
    total = np.zeros((directions.shape[0], 3))
    shares = np.zeros((directions.shape[0], 3))
    for m in range(directions.shape[0]):
        psi = directions[m]
        b2, b3, b4 = 0.0, 0.0, 0.0
        n2, n3, n4, s2, s3, s4 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for k in range(pairs.shape[0]):
            i, j = pairs[k, 0], pairs[k, 1]
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
            if near[k]:
                n2 += abs(t2)
                n3 += abs(t3)
                n4 += abs(t4)
        total[m, 0], total[m, 1], total[m, 2] = b2, b3, b4
        shares[m, 0] = n2 / s2 if s2 > 0.0 else 0.0
        shares[m, 1] = n3 / s3 if s3 > 0.0 else 0.0
        shares[m, 2] = n4 / s4 if s4 > 0.0 else 0.0
    return total, shares


@kernel
def energy_change(positions, displacement, s, first, neighbors, inverse_squares, shifts, p):
    """Return U(positions + s displacement) - U(positions), summed over the pairs' own changes.

    Barriers of 1e-9 would drown in the rounding of two total energies.
    """
    change = 0.0
    for i in range(positions.shape[0]):
        for k in range(first[i], first[i + 1]):
            j = neighbors[k] >> IMAGE_BITS
            dx, dy, dz = separation(positions, i, neighbors[k], shifts)
            before = (dx * dx + dy * dy + dz * dz) * inverse_squares[k]
            dx += s * (displacement[j, 0] - displacement[i, 0])
            dy += s * (displacement[j, 1] - displacement[i, 1])
            dz += s * (displacement[j, 2] - displacement[i, 2])
            after = (dx * dx + dy * dy + dz * dz) * inverse_squares[k]
            if after < p.cutoff_squared:
                change += pair_energy(after, 1.0 / after, p)
            if before < p.cutoff_squared:
                change -= pair_energy(before, 1.0 / before, p)
    return change


@kernel
def strain_response(pairs, separations, derivatives, strains, number):
    """Return first and second derivatives of the energy under r -> exp(gamma S) r, and the forces per unit strain.

    The squared distance becomes r.exp(2 gamma S).r (S symmetric): derivatives 2 r.S.r and 4 |S r|^2.

    Parameters
    ----------
    pairs, separations, derivatives : arrays
        From `interacting_pairs`.
    strains : (K, 3, 3) array
        Symmetric generators S.
    number : int
        N.

    Returns
    -------
    first, born : (K,) arrays
        dU/dgamma and d2U/dgamma2 at fixed affine positions.
    mixed : (K, N, 3) array
        d2U / (dr_i dgamma), r_i the position before the deformation.
    """
    kinds = strains.shape[0]
    first, born, mixed = np.zeros(kinds), np.zeros(kinds), np.zeros((kinds, number, 3))
    image = np.empty(3)
    for k in range(pairs.shape[0]):
        i, j = pairs[k, 0], pairs[k, 1]
        for m in range(kinds):
            stretch, square = 0.0, 0.0
            for a in range(3):
                image[a] = 0.0
                for b in range(3):
                    image[a] += strains[m, a, b] * separations[k, b]
                stretch += 2.0 * separations[k, a] * image[a]
                square += 4.0 * image[a] * image[a]
            first[m] += derivatives[k, 1] * stretch
            born[m] += derivatives[k, 2] * stretch * stretch + derivatives[k, 1] * square
            for a in range(3):
                g = 2.0 * derivatives[k, 2] * stretch * separations[k, a] + 4.0 * derivatives[k, 1] * image[a]
                mixed[m, j, a] += g
                mixed[m, i, a] -= g
    return first, born, mixed
