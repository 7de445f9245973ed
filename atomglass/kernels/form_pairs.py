"""The functions of `pair_potential` for `FormParameters`: potentials of any form, with or without species."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from atomglass.kernels.jit import device
from atomglass.kernels.pair_form import PairForm
from atomglass.kernels.pair_forms import Derivatives, form_functions
from atomglass.kernels.pair_records import FormParameters, KindArray


@device
def _pair_diameter(label_i: float, label_j: float, p: FormParameters) -> float:
    """Return sigma_ij of two species, or the pair diameter of the mixing rule."""
    if p.species > 0:
        return p.sigma[int(label_i), int(label_j)]  # type: ignore[no-any-return]
    return 0.5 * (label_i + label_j) * (1.0 - p.nonadditivity * abs(label_i - label_j))


@device
def _pair_kind(label_i: float, label_j: float, p: FormParameters) -> int:
    return int(label_i) * p.species + int(label_j) if p.species > 0 else 0


@device
def _store_kind(kinds: KindArray, k: int, label_i: float, label_j: float, p: FormParameters) -> None:
    kinds[k] = _pair_kind(label_i, label_j, p)


@device
def _stored_kind(kinds: KindArray, k: int, p: FormParameters) -> np.int64:
    return np.int64(kinds[k])


@device
def _cutoff_squared(kind: int, p: FormParameters) -> float:
    return p.cutoff_squared[kind]  # type: ignore[no-any-return]


@device
def _max_cutoff(label: float, max_label: float, p: FormParameters) -> float:
    """Return the largest cutoff of all species, or that of a diameter with any other."""
    if p.species > 0:
        return p.max_cutoff
    other = max_label
    if 2.0 * p.nonadditivity * other > 1.0:  # sigma_ij grows with sigma_j only up to 1/(2a)
        other = max(label, 0.5 / p.nonadditivity)
    return np.sqrt(p.cutoff_squared[0]) * (  # type: ignore[no-any-return]
        0.5 * (label + other) * (1.0 - p.nonadditivity * abs(label - other))
    )


@device
def _is_repulsive(p: FormParameters) -> bool:
    return p.repulsive


@device
def _early_bound(bound: float, p: FormParameters) -> float:
    return bound if p.repulsive else np.inf


@device
def _finite_beyond_cutoff(p: FormParameters) -> bool:
    """Return False: a formula may contain the root of a negative number there."""
    return False


@device
def _polynomial(z: float, p: FormParameters, kind: int) -> float:
    value = p.coefficients[kind, p.order]
    for k in range(p.order - 1, -1, -1):
        value = value * z + p.coefficients[kind, k]
    return value  # type: ignore[no-any-return]


@device
def _polynomial_slope(z: float, p: FormParameters, kind: int) -> tuple[float, float]:
    value, slope = p.coefficients[kind, p.order], 0.0
    for k in range(p.order - 1, -1, -1):
        slope = slope * z + value
        value = value * z + p.coefficients[kind, k]
    return value, slope


@device
def _polynomial_derivatives(z: float, p: FormParameters, kind: int) -> Derivatives:
    """Return a polynomial and its derivatives, by Horner's scheme for the derivatives over k!."""
    c = p.coefficients
    q0, q1, q2, q3, q4 = c[kind, p.order], 0.0, 0.0, 0.0, 0.0
    for k in range(p.order - 1, -1, -1):
        q4 = q4 * z + q3
        q3 = q3 * z + q2
        q2 = q2 * z + q1
        q1 = q1 * z + q0
        q0 = q0 * z + c[kind, k]
    return q0, q1, 2.0 * q2, 6.0 * q3, 24.0 * q4


@cache
def implementations(form: PairForm) -> dict[str, Callable[..., Any]]:
    """Return the functions of `pair_potential` for a form, by name."""
    energy_of, slope_of, derivatives_of = form_functions(form)

    @device
    def pair_energy(z: float, w: float, p: FormParameters, kind: int) -> float:
        """Return phi at z < z_c, in units of epsilon."""
        return p.epsilon[kind] * (energy_of(z, w, p.shape) + _polynomial(z, p, kind))  # type: ignore[no-any-return]

    @device
    def pair_energy_slope(z: float, p: FormParameters, kind: int) -> tuple[float, float]:
        """Return phi and dphi/dz at z < z_c, in units of epsilon."""
        f0, f1 = slope_of(z, p.shape)
        q0, q1 = _polynomial_slope(z, p, kind)
        return p.epsilon[kind] * (f0 + q0), p.epsilon[kind] * (f1 + q1)

    @device
    def pair_derivatives(z: float, p: FormParameters, kind: int) -> Derivatives:
        """Return phi and its first four derivatives with respect to z at z < z_c, in units of epsilon."""
        f0, f1, f2, f3, f4 = derivatives_of(z, p.shape)
        q0, q1, q2, q3, q4 = _polynomial_derivatives(z, p, kind)
        e = p.epsilon[kind]
        return e * (f0 + q0), e * (f1 + q1), e * (f2 + q2), e * (f3 + q3), e * (f4 + q4)

    return {
        "pair_diameter": _pair_diameter,
        "pair_kind": _pair_kind,
        "store_kind": _store_kind,
        "stored_kind": _stored_kind,
        "cutoff_squared": _cutoff_squared,
        "max_cutoff": _max_cutoff,
        "is_repulsive": _is_repulsive,
        "early_bound": _early_bound,
        "finite_beyond_cutoff": _finite_beyond_cutoff,
        "pair_energy": pair_energy,
        "pair_energy_slope": pair_energy_slope,
        "pair_derivatives": pair_derivatives,
    }
