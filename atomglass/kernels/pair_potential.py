"""The pair potential in terms of z = (r / sigma)^2, where no square root is needed.

phi / eps = z^(-n/2) - P(z) for z < z_c, P the Taylor polynomial of z^(-n/2) about z_c to order q. By the remainder
theorem phi >= 0 and dphi/dz <= 0 everywhere, which the Monte Carlo's early rejection relies on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atomglass.kernels.jit import device


class PairParameters(NamedTuple):
    """Numbers that the kernels need of a potential.

    Attributes
    ----------
    exponent : int
        n of the repulsion.
    order : int
        q, the number of derivatives that vanish at the cutoff.
    epsilon : float
        Energy unit.
    cutoff_squared : float
        z_c = x_c^2.
    nonadditivity : float
        a in sigma_ij = (sigma_i + sigma_j)/2 (1 - a |sigma_i - sigma_j|).
    c0, c2, c4 : float
        Coefficients of 1, z and z^2 (zero beyond q): as scalars they stay in registers where q <= 2.
    coefficients : (q + 1,) array
        c_0, c_2, c_4, ...: coefficients of z^0, z^1, z^2, ...
    """

    exponent: int
    order: int
    epsilon: float
    cutoff_squared: float
    nonadditivity: float
    c0: float
    c2: float
    c4: float
    coefficients: np.ndarray


@device
def pair_diameter(sigma_i, sigma_j, nonadditivity):
    """sigma_ij of the non-additive mixing rule."""
    return 0.5 * (sigma_i + sigma_j) * (1.0 - nonadditivity * abs(sigma_i - sigma_j))


@device
def inverse_power(w, exponent):
    """w^(n/2); the two exponents in common use by multiplications alone."""
    if exponent == 12:
        w3 = w * w * w
        return w3 * w3
    if exponent == 10:
        w2 = w * w
        return w2 * w2 * w
    return w ** (0.5 * exponent)


@device
def pair_energy(z, w, p):
    """Phi at z < z_c, given w = 1/z as well: the caller divides twice in parallel, not one after the other."""
    if p.order <= 2:
        polynomial = p.c0 + z * (p.c2 + z * p.c4)
    else:
        polynomial = p.coefficients[p.order]
        for k in range(p.order - 1, -1, -1):
            polynomial = polynomial * z + p.coefficients[k]
    return p.epsilon * (inverse_power(w, p.exponent) + polynomial)


@device
def pair_energy_slope(z, p):
    """Phi and dphi/dz at z < z_c."""
    w = 1.0 / z
    power = inverse_power(w, p.exponent)
    if p.order <= 2:
        polynomial = p.c0 + z * (p.c2 + z * p.c4)
        derivative = p.c2 + 2.0 * z * p.c4
    else:
        polynomial, derivative = p.coefficients[p.order], 0.0
        for k in range(p.order - 1, -1, -1):
            derivative = derivative * z + polynomial
            polynomial = polynomial * z + p.coefficients[k]
    return p.epsilon * (power + polynomial), p.epsilon * (derivative - 0.5 * p.exponent * power * w)


@device
def pair_derivatives(z, p):
    """Phi and its first four derivatives by z, at z < z_c."""
    c = p.coefficients
    m, w = 0.5 * p.exponent, 1.0 / z
    f0 = inverse_power(w, p.exponent)
    f1 = -m * f0 * w
    f2 = -(m + 1.0) * f1 * w
    f3 = -(m + 2.0) * f2 * w
    f4 = -(m + 3.0) * f3 * w
    q0, q1, q2, q3, q4 = c[p.order], 0.0, 0.0, 0.0, 0.0
    for k in range(p.order - 1, -1, -1):  # Horner's scheme for a polynomial and its derivatives / k!
        q4 = q4 * z + q3
        q3 = q3 * z + q2
        q2 = q2 * z + q1
        q1 = q1 * z + q0
        q0 = q0 * z + c[k]
    e = p.epsilon
    return e * (f0 + q0), e * (f1 + q1), e * (f2 + 2.0 * q2), e * (f3 + 6.0 * q3), e * (f4 + 24.0 * q4)
