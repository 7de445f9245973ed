"""The forms of a pair potential: the energy f(z) of a pair, z = (r/sigma)^2, and its derivatives to fourth order.

Each form is three small functions: `energy(z, w)`, `slope(z)` (the energy and its first derivative) and
`derivatives(z)` (the energy and four derivatives). w is 1/z. A parameter of the form comes as `shape`. Energies are in
units of epsilon, without the polynomial that smooths the potential at its cutoff.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from atomglass.kernels.formula import compiled_formula
from atomglass.kernels.jit import device
from atomglass.kernels.pair_form import PairForm

#: The energy and its first four derivatives with respect to z.
Derivatives = tuple[float, float, float, float, float]


class FormFunctions(NamedTuple):
    """The compiled functions of a form.

    Attributes
    ----------
    energy : callable
        f of (z, w, shape).
    slope : callable
        f and df/dz of (z, shape).
    derivatives : callable
        f and its first four derivatives of (z, shape).
    """

    energy: Callable[..., Any]
    slope: Callable[..., Any]
    derivatives: Callable[..., Any]


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
def _power_energy(z: float, w: float, shape: float) -> float:
    """Return x^-n, with n = shape."""
    return inverse_power(w, int(shape))


@device
def _power_slope(z: float, shape: float) -> tuple[float, float]:
    w = 1.0 / z
    f = inverse_power(w, int(shape))
    return f, -0.5 * shape * f * w


@device
def _power_derivatives(z: float, shape: float) -> Derivatives:
    m, w = 0.5 * shape, 1.0 / z
    f0 = inverse_power(w, int(shape))
    f1 = -m * f0 * w
    f2 = -(m + 1.0) * f1 * w
    f3 = -(m + 2.0) * f2 * w
    return f0, f1, f2, f3, -(m + 3.0) * f3 * w


@device
def _lennard_jones_energy(z: float, w: float, shape: float) -> float:
    """Return 4 (x^-12 - x^-6)."""
    w3 = w * w * w
    return 4.0 * w3 * (w3 - 1.0)


@device
def _lennard_jones_slope(z: float, shape: float) -> tuple[float, float]:
    w = 1.0 / z
    w3 = w * w * w
    return 4.0 * w3 * (w3 - 1.0), -12.0 * w3 * w * (2.0 * w3 - 1.0)


@device
def _lennard_jones_derivatives(z: float, shape: float) -> Derivatives:
    w = 1.0 / z
    w3 = w * w * w
    f2 = 24.0 * w3 * w * w * (7.0 * w3 - 2.0)
    f3 = -48.0 * w3 * w3 * (28.0 * w3 - 5.0)
    f4 = 288.0 * w3 * w3 * w * (42.0 * w3 - 5.0)
    return 4.0 * w3 * (w3 - 1.0), -12.0 * w3 * w * (2.0 * w3 - 1.0), f2, f3, f4


@device
def _by_square(x: float, g0: float, g1: float, g2: float, g3: float, g4: float) -> Derivatives:
    """Return the derivatives with respect to z = x^2, given those with respect to x (Faa di Bruno's formula)."""
    v = 1.0 / x
    v2 = v * v
    f1 = 0.5 * g1 * v
    f2 = 0.25 * v2 * (g2 - g1 * v)
    f3 = 0.125 * v2 * v * (g3 - 3.0 * g2 * v + 3.0 * g1 * v2)
    f4 = 0.0625 * v2 * v2 * (g4 - 6.0 * g3 * v + 15.0 * g2 * v2 - 15.0 * g1 * v2 * v)
    return g0, f1, f2, f3, f4


@device
def _hertz_energy(z: float, w: float, shape: float) -> float:
    """Return (2/5) (1 - x)^(5/2), zero beyond x = 1."""
    u = max(1.0 - np.sqrt(z), 0.0)
    return 0.4 * u * u * np.sqrt(u)  # type: ignore[no-any-return]


@device
def _hertz_slope(z: float, shape: float) -> tuple[float, float]:
    x = np.sqrt(z)
    u = max(1.0 - x, 0.0)
    root = u * np.sqrt(u)
    return 0.4 * root * u, -0.5 * root / x


@device
def _hertz_derivatives(z: float, shape: float) -> Derivatives:
    x = np.sqrt(z)
    u = max(1.0 - x, 0.0)
    root = np.sqrt(u)
    inverse = 1.0 / root if u > 0.0 else 0.0
    cube = root * u
    return _by_square(x, 0.4 * cube * u, -cube, 1.5 * root, -0.75 * inverse, -0.375 * inverse * inverse * inverse)


@device
def _harmonic_energy(z: float, w: float, shape: float) -> float:
    """Return (1/2) (1 - x)^2, zero beyond x = 1."""
    u = max(1.0 - np.sqrt(z), 0.0)
    return 0.5 * u * u


@device
def _harmonic_slope(z: float, shape: float) -> tuple[float, float]:
    x = np.sqrt(z)
    u = max(1.0 - x, 0.0)
    return 0.5 * u * u, -0.5 * u / x


@device
def _harmonic_derivatives(z: float, shape: float) -> Derivatives:
    x = np.sqrt(z)
    u = max(1.0 - x, 0.0)
    inside = 1.0 if u > 0.0 else 0.0
    return _by_square(x, 0.5 * u * u, -u, inside, 0.0, 0.0)


@device
def _yukawa_energy(z: float, w: float, shape: float) -> float:
    """Return exp(-kappa (x - 1)) / x, with kappa = shape."""
    x = np.sqrt(z)
    return np.exp(-shape * (x - 1.0)) / x  # type: ignore[no-any-return]


@device
def _yukawa_slope(z: float, shape: float) -> tuple[float, float]:
    x = np.sqrt(z)
    g = np.exp(-shape * (x - 1.0)) / x
    return g, -0.5 * g * (shape * x + 1.0) / z


@device
def _yukawa_derivatives(z: float, shape: float) -> Derivatives:
    x = np.sqrt(z)
    v, k = 1.0 / x, shape
    g0 = np.exp(-k * (x - 1.0)) * v
    # d^n/dx^n = (-1)^n g0 n! v^n sum_(m <= n) (k x)^m / m!
    g1 = -g0 * (k + v)
    g2 = g0 * (k * k + 2.0 * v * (k + v))
    g3 = -g0 * (k * k * k + 3.0 * v * (k * k + 2.0 * v * (k + v)))
    g4 = g0 * (k**4 + 4.0 * v * (k * k * k + 3.0 * v * (k * k + 2.0 * v * (k + v))))
    return _by_square(x, g0, g1, g2, g3, g4)


_BUILT_IN = {
    "inverse_power": FormFunctions(_power_energy, _power_slope, _power_derivatives),
    "lennard_jones": FormFunctions(_lennard_jones_energy, _lennard_jones_slope, _lennard_jones_derivatives),
    "hertz": FormFunctions(_hertz_energy, _hertz_slope, _hertz_derivatives),
    "harmonic": FormFunctions(_harmonic_energy, _harmonic_slope, _harmonic_derivatives),
    "yukawa": FormFunctions(_yukawa_energy, _yukawa_slope, _yukawa_derivatives),
}


def form_functions(form: PairForm) -> FormFunctions:
    """Return the compiled functions of a form.

    Raises
    ------
    InputError
        The text of a formula cannot be used.
    """
    if form.name == "formula":
        return FormFunctions(*compiled_formula(form.text))
    return _BUILT_IN[form.name]
