"""The functions of `pair_potential` for `PairParameters`: the inverse power law between particles of any diameters.

By the remainder theorem phi >= 0 and dphi/dz <= 0 everywhere, on which the early rejection of Monte Carlo moves relies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from atomglass.kernels.jit import device
from atomglass.kernels.pair_forms import inverse_power
from atomglass.kernels.pair_records import KindArray, PairParameters


@device
def _pair_diameter(label_i: float, label_j: float, p: PairParameters) -> float:
    """Return the pair diameter of the non-additive mixing rule."""
    return 0.5 * (label_i + label_j) * (1.0 - p.nonadditivity * abs(label_i - label_j))


@device
def _pair_kind(label_i: float, label_j: float, p: PairParameters) -> int:
    """Return 0, the kind of all pairs."""
    return 0


@device
def _store_kind(kinds: KindArray, k: int, label_i: float, label_j: float, p: PairParameters) -> None:
    """Do nothing: all pairs are of one kind."""


@device
def _stored_kind(kinds: KindArray, k: int, p: PairParameters) -> int:
    """Return 0, the kind of all pairs."""
    return 0


@device
def _cutoff_squared(kind: int, p: PairParameters) -> float:
    """Return z_c."""
    return p.cutoff_squared


@device
def _max_cutoff(label: float, max_label: float, p: PairParameters) -> float:
    """Return the largest distance at which a particle of this diameter interacts with any other."""
    other = max_label
    if 2.0 * p.nonadditivity * other > 1.0:  # sigma_ij grows with sigma_j only up to 1/(2a)
        other = max(label, 0.5 / p.nonadditivity)
    return np.sqrt(p.cutoff_squared) * (  # type: ignore[no-any-return]
        0.5 * (label + other) * (1.0 - p.nonadditivity * abs(label - other))
    )


@device
def _is_repulsive(p: PairParameters) -> bool:
    """Return True, by the remainder theorem."""
    return True


@device
def _early_bound(bound: float, p: PairParameters) -> float:
    """Return the bound itself, since phi >= 0."""
    return bound


@device
def _finite_beyond_cutoff(p: PairParameters) -> bool:
    """Return True: powers of z and polynomials are finite for all z > 0."""
    return True


@device
def _pair_energy(z: float, w: float, p: PairParameters, kind: int) -> float:
    """Return the pair energy phi at z < z_c, in units of epsilon."""
    if p.order <= 2:
        polynomial = p.c0 + z * (p.c2 + z * p.c4)
    else:
        polynomial = p.coefficients[p.order]
        for k in range(p.order - 1, -1, -1):
            polynomial = polynomial * z + p.coefficients[k]
    return p.epsilon * (inverse_power(w, p.exponent) + polynomial)


@device
def _pair_energy_slope(z: float, p: PairParameters, kind: int) -> tuple[float, float]:
    """Return phi and dphi/dz at z < z_c, in units of epsilon."""
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
def _pair_derivatives(z: float, p: PairParameters, kind: int) -> tuple[float, float, float, float, float]:
    """Return phi and its first four derivatives with respect to z at z < z_c, in units of epsilon."""
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


#: The functions of `pair_potential` by name.
IMPLEMENTATIONS: dict[str, Callable[..., Any]] = {
    "pair_diameter": _pair_diameter,
    "pair_kind": _pair_kind,
    "store_kind": _store_kind,
    "stored_kind": _stored_kind,
    "cutoff_squared": _cutoff_squared,
    "max_cutoff": _max_cutoff,
    "is_repulsive": _is_repulsive,
    "early_bound": _early_bound,
    "finite_beyond_cutoff": _finite_beyond_cutoff,
    "pair_energy": _pair_energy,
    "pair_energy_slope": _pair_energy_slope,
    "pair_derivatives": _pair_derivatives,
}
