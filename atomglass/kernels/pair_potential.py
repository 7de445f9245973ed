"""The pair potential as a function of z = (r / sigma)^2, which needs no square root.

phi / eps = z^(-n/2) - P(z) for z < z_c, where P is the Taylor polynomial of z^(-n/2) about z_c to order q. By the
remainder theorem phi >= 0 and dphi/dz <= 0 everywhere, on which the early rejection of Monte Carlo moves relies.
"""

from __future__ import annotations

from typing import NamedTuple

from atomglass.kernels.jit import device
from atomglass.types import Array


class PairParameters(NamedTuple):
    """Parameters of a pair potential, in the form that the kernels use.

    Attributes
    ----------
    exponent : int
        Exponent n of the repulsion.
    order : int
        q, the number of derivatives that vanish at the cutoff.
    epsilon : float
        Energy scale of the potential.
    cutoff_squared : float
        z_c = x_c^2, the squared cutoff in units of sigma_ij^2.
    nonadditivity : float
        a in sigma_ij = (sigma_i + sigma_j)/2 (1 - a |sigma_i - sigma_j|), in units of inverse length.
    c0, c2, c4 : float
        Coefficients of 1, z and z^2 (zero beyond q), kept as scalars so that they stay in registers if q <= 2.
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
    coefficients: Array


@device
def pair_diameter(sigma_i: float, sigma_j: float, nonadditivity: float) -> float:
    """Return the pair diameter of the non-additive mixing rule.

    Parameters
    ----------
    sigma_i, sigma_j : float
        Diameters of the two particles, in units of length.
    nonadditivity : float
        a in sigma_ij = (sigma_i + sigma_j)/2 (1 - a |sigma_i - sigma_j|), in units of inverse length.
    """
    return 0.5 * (sigma_i + sigma_j) * (1.0 - nonadditivity * abs(sigma_i - sigma_j))


@device
def inverse_power(w: float, exponent: int) -> float:
    """Return w^(n/2), using only multiplications for the two common exponents."""
    if exponent == 12:
        w3 = w * w * w
        return w3 * w3
    if exponent == 10:
        w2 = w * w
        return w2 * w2 * w
    return w ** (0.5 * exponent)  # type: ignore[no-any-return]


@device
def pair_energy(z: float, w: float, p: PairParameters) -> float:
    """Return the pair energy phi at z < z_c, in units of epsilon.

    Parameters
    ----------
    z, w : float
        (r / sigma_ij)^2 and its inverse. The caller computes both, so that the two divisions run in parallel.
    p : PairParameters
        The potential.
    """
    if p.order <= 2:
        polynomial = p.c0 + z * (p.c2 + z * p.c4)
    else:
        polynomial = p.coefficients[p.order]
        for k in range(p.order - 1, -1, -1):
            polynomial = polynomial * z + p.coefficients[k]
    return p.epsilon * (inverse_power(w, p.exponent) + polynomial)


@device
def pair_energy_slope(z: float, p: PairParameters) -> tuple[float, float]:
    """Return phi and its first derivative at z < z_c.

    Parameters
    ----------
    z : float
        (r / sigma_ij)^2.
    p : PairParameters
        The potential.

    Returns
    -------
    phi, slope : float
        phi and dphi/dz, in units of epsilon.
    """
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
def pair_derivatives(z: float, p: PairParameters) -> tuple[float, float, float, float, float]:
    """Return phi and its first four derivatives at z < z_c.

    Parameters
    ----------
    z : float
        (r / sigma_ij)^2.
    p : PairParameters
        The potential.

    Returns
    -------
    phi, first, second, third, fourth : float
        phi and its derivatives with respect to z, in units of epsilon.
    """
    c = p.coefficients
    m, w = 0.5 * p.exponent, 1.0 / z
    f0 = inverse_power(w, p.exponent)
    f1 = -m * f0 * w
    f2 = -(m + 1.0) * f1 * w
    f3 = -(m + 2.0) * f2 * w
    f4 = -(m + 3.0) * f3 * w
    q0, q1, q2, q3, q4 = c[p.order], 0.0, 0.0, 0.0, 0.0
    for k in range(p.order - 1, -1, -1):  # Horner's scheme for a polynomial and its derivatives over k!
        q4 = q4 * z + q3
        q3 = q3 * z + q2
        q2 = q2 * z + q1
        q1 = q1 * z + q0
        q0 = q0 * z + c[k]
    e = p.epsilon
    return e * (f0 + q0), e * (f1 + q1), e * (f2 + 2.0 * q2), e * (f3 + 6.0 * q3), e * (f4 + 24.0 * q4)
