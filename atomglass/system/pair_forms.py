"""Definitions of the forms of pair potentials: formula, defaults, smoothing at the cutoff."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from math import comb
from typing import TYPE_CHECKING, Literal

import numpy as np

from atomglass.errors import InputError
from atomglass.kernels.formula import derivatives_by_square, parse_formula
from atomglass.types import Array

if TYPE_CHECKING:
    import sympy

#: Names of the forms.
FormName = Literal["inverse_power", "lennard_jones", "wca", "hertz", "harmonic", "yukawa", "formula"]

#: Number of decimal digits with which derivatives at the cutoff are computed, before they are rounded to float64.
_DIGITS = 40
#: A derivative at the cutoff below this counts as zero.
_VANISHES = 1e-9


@dataclass(frozen=True)
class PairFormDefinition:
    """What distinguishes a form from the others.

    Attributes
    ----------
    compiled : str
        Name of the form in the kernels.
    text : str
        The energy in units of epsilon as a formula of x = r / sigma_ij; {exponent} and {kappa} are replaced.
    cutoff : float or None
        Cutoff in units of sigma_ij if it belongs to the form; None if a model chooses it.
    order : int, "none" or None
        Number of derivatives made to vanish at the cutoff ("none": not even the energy is changed) if it belongs to the
        form; None if a model chooses it.
    repulsive : bool
        Whether phi >= 0 everywhere for any smoothing. Inverse powers and the Yukawa form are completely monotone
        functions of z, so that the remainder of their Taylor polynomial is positive.
    """

    compiled: str
    text: str
    cutoff: float | None = None
    order: int | Literal["none"] | None = None
    repulsive: bool = False


#: The forms by name.
FORMS: dict[str, PairFormDefinition] = {
    "inverse_power": PairFormDefinition("inverse_power", "x^-{exponent}", repulsive=True),
    "lennard_jones": PairFormDefinition("lennard_jones", "4*(x^-12 - x^-6)"),
    "wca": PairFormDefinition("lennard_jones", "4*(x^-12 - x^-6)", 2 ** (1 / 6), 0, repulsive=True),
    "hertz": PairFormDefinition("hertz", "2/5*(1 - x)^(5/2)", 1.0, "none", repulsive=True),
    "harmonic": PairFormDefinition("harmonic", "(1 - x)^2/2", 1.0, "none", repulsive=True),
    "yukawa": PairFormDefinition("yukawa", "exp(-{kappa}*(x - 1))/x", repulsive=True),
    "formula": PairFormDefinition("formula", ""),
}


def form_text(form: str, exponent: int | None, kappa: float | None, formula: str | None) -> str:
    """Return the energy of a form, in units of epsilon, as a formula of x.

    Parameters
    ----------
    form : str
        Name of the form.
    exponent : int or None
        n of `inverse_power`.
    kappa : float or None
        Inverse screening length of `yukawa`.
    formula : str or None
        Text of `formula`.
    """
    return formula or FORMS[form].text.format(exponent=exponent, kappa=repr(kappa))


@cache
def form_derivatives(text: str, order: int) -> list[sympy.Expr]:
    """Return f(z) and its derivatives up to an order, as expressions of z = (r/sigma)^2."""
    return derivatives_by_square(parse_formula(text), order)


def _at_cutoff(text: str, cutoff: float, order: int) -> list[sympy.Expr]:
    """Return f and its derivatives with respect to z at the cutoff, with many digits."""
    import sympy

    z_c = sympy.Rational(cutoff) ** 2
    return [sympy.N(e.subs(sympy.Symbol("z", positive=True), z_c), _DIGITS) for e in form_derivatives(text, order)]


def inverse_power_coefficients(exponent: int, cutoff: float, order: int) -> Array:
    """Return the coefficients (q + 1,) that smooth x^-n at its cutoff.

    Parameters
    ----------
    exponent : int
        n.
    cutoff : float
        x_c, in units of sigma_ij.
    order : int
        q.
    """
    m, zc = exponent / 2, cutoff**2
    # First the Taylor coefficients f^(k)(z_c)/k! of f = z^-m, then the expansion of the powers of z - z_c.
    taylor = [zc**-m]
    for k in range(1, order + 1):
        taylor.append(-taylor[-1] * (m + k - 1) / (k * zc))
    coefficients = np.zeros(order + 1)
    for k, t in enumerate(taylor):
        for power in range(k + 1):
            coefficients[power] -= t * comb(k, power) * (-zc) ** (k - power)
    return coefficients


def smoothing_coefficients(text: str, cutoff: float, order: int | Literal["none"]) -> Array:
    """Return the coefficients (q + 1,) of z^0, z^1, ... that make phi and q derivatives vanish at the cutoff.

    Parameters
    ----------
    text : str
        The form, in units of epsilon.
    cutoff : float
        x_c, in units of sigma_ij.
    order : int or "none"
        q; without smoothing the only coefficient is 0.
    """
    import sympy

    if order == "none":
        return np.zeros(1)
    z_c = sympy.Rational(cutoff) ** 2
    coefficients = [sympy.Integer(0)] * (order + 1)
    for k, derivative in enumerate(_at_cutoff(text, cutoff, order)):
        for power in range(k + 1):
            coefficients[power] -= derivative / math.factorial(k) * comb(k, power) * (-z_c) ** (k - power)
    return np.array([float(c) for c in coefficients])


def form_values(text: str, x: Array, derivative: int) -> Array:
    """Return a derivative of the form with respect to x.

    Parameters
    ----------
    text : str
        The form, in units of epsilon.
    x : array
        r / sigma_ij.
    derivative : int
        Order of the derivative.
    """
    import sympy

    symbol = sympy.Symbol("x", positive=True)
    expression = sympy.diff(parse_formula(text), symbol, derivative)
    with np.errstate(invalid="ignore", divide="ignore"):  # beyond the cutoff, where the value is not used
        values = sympy.lambdify((symbol,), expression, "numpy")(x)
    return np.asarray(np.broadcast_to(values, np.shape(x)), dtype=np.float64)


def even_polynomial(coefficients: Array, x: Array, derivative: int) -> Array:
    """Return a derivative with respect to x of the polynomial sum_l c_2l x^(2l).

    Parameters
    ----------
    coefficients : (q + 1,) array
        c_0, c_2, ...
    x : array
        Where it is evaluated.
    derivative : int
        Order of the derivative.
    """
    value = np.zeros(np.shape(x))
    for power, c in zip(range(0, 2 * len(coefficients), 2), coefficients, strict=True):
        if power >= derivative:
            value = value + c * np.prod([power - k for k in range(derivative)]) * x ** (power - derivative)
    return value


def smoothness(text: str, cutoff: float, order: int | Literal["none"]) -> int:
    """Return q, the number of derivatives that vanish at the cutoff, at most 8; -1 if the energy itself jumps there.

    Parameters
    ----------
    text : str
        The form, in units of epsilon.
    cutoff : float
        x_c, in units of sigma_ij.
    order : int or "none"
        Number of derivatives that smoothing makes vanish; a form may have more that vanish by themselves.
    """
    import sympy

    first = 0 if order == "none" else order + 1
    q = first - 1
    for value in _at_cutoff(text, cutoff, 8)[first:]:
        if not (value.is_finite and abs(sympy.re(value)) < _VANISHES):
            break
        q += 1
    return q


def check_range(text: str, cutoff: float) -> None:
    """Reject a formula that is not a finite real number for all 0 < x < x_c.

    The bases of negative powers must not vanish, those of roots must not be negative, and arguments of logarithms must
    be positive.

    Raises
    ------
    InputError
        There is such a point.
    """
    import sympy

    x = sympy.Symbol("x", positive=True)
    grid = np.linspace(0, cutoff, 20_001)[1:]
    inner = grid[:-1]  # at the cutoff itself a root may vanish
    for part in sympy.preorder_traversal(parse_formula(text)):
        if isinstance(part, sympy.Pow) and part.base != x and part.base.has(x):
            values = _on_grid(part.base, inner)
            if part.exp.is_negative and (np.any(values[1:] * values[:-1] <= 0) or _touches_zero(part.base, inner)):
                raise _pole(text, part, cutoff)
            if not part.exp.is_integer and np.any(values < 0):
                raise _pole(text, part, cutoff)
        if isinstance(part, sympy.log) and not np.all(_on_grid(part.args[0], inner) > 0):
            raise _pole(text, part, cutoff)
    if not np.all(np.isfinite(_on_grid(parse_formula(text), inner[200:]))):
        raise InputError(f"formula {text!r}", "not finite", f"finite for 0 < x < {cutoff:g}", "choose another formula")


def _on_grid(expression: sympy.Expr, grid: Array) -> Array:
    import sympy

    function = sympy.lambdify((sympy.Symbol("x", positive=True),), expression, "numpy")
    with np.errstate(all="ignore"):
        return np.broadcast_to(np.asarray(function(grid), dtype=complex), grid.shape).real.astype(np.float64)


def _touches_zero(base: sympy.Expr, grid: Array) -> bool:
    """Return whether a function that keeps its sign on the grid reaches zero between two of its points."""
    from scipy.optimize import minimize_scalar

    values = np.abs(_on_grid(base, grid))
    k = int(np.argmin(values[1:-1])) + 1
    span = (grid[k - 1], grid[k + 1])
    found = minimize_scalar(lambda s: abs(_on_grid(base, np.array([s]))[0]), bounds=span, method="bounded")
    return bool(k > 0 and found.fun < 1e-9 * max(np.median(values), 1e-300))


def _pole(text: str, part: sympy.Expr, cutoff: float) -> InputError:
    return InputError(
        f"formula {text!r}: {part} is not finite and real for all x below the cutoff {cutoff:g}",
        remedy="choose another formula or a smaller cutoff",
    )
