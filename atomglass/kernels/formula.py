"""Formulas for pair energies: read by a list of what is allowed, differentiated symbolically, and compiled."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from atomglass.errors import InputError
from atomglass.kernels.jit import device

if TYPE_CHECKING:
    import sympy

#: Functions that a formula may call.
FUNCTIONS = ("exp", "log", "sqrt", "tanh")
#: Largest number of characters in a formula, and largest absolute value of an exponent.
MAX_LENGTH, MAX_EXPONENT = 500, 100
#: Smallest and largest magnitude of a number, those of double precision.
MIN_NUMBER, MAX_NUMBER = sys.float_info.min, sys.float_info.max
#: Most binary digits of a power's numerator or denominator: exact fractions near 1 would grow without bound.
MAX_BITS = 2**14
#: What a formula may contain, for messages.
ALLOWED = f"numbers, x, + - * / ^, parentheses, {', '.join(FUNCTIONS)}"


def parse_formula(text: str) -> sympy.Expr:
    """Return a formula as an expression of the symbol x = r / sigma_ij.

    Parameters
    ----------
    text : str
        For example "4*(x^-12 - x^-6)".

    Raises
    ------
    InputError
        The text is not a formula, contains anything that is not allowed, or does not depend on x.
    """
    if not isinstance(text, str) or len(text) > MAX_LENGTH or not text.strip():
        raise InputError("formula", text, f"1 to {MAX_LENGTH} characters: {ALLOWED}")
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval")
        expression = _expression(tree.body, text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("formula", text, ALLOWED, "correct its syntax") from None
    if not expression.free_symbols:
        raise InputError("formula", text, "an expression that depends on x", "x is r / sigma_ij")
    return expression


def _expression(node: ast.expr, text: str) -> Any:
    """Return the expression of a node of the syntax tree, or refuse what is not allowed."""
    import sympy

    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return _bounded(sympy.Rational(repr(node.value)) if abs(node.value) <= MAX_NUMBER else sympy.oo, text)
    if isinstance(node, ast.Name):
        if node.id != "x":
            raise InputError(f"formula {text!r}: unknown name {node.id!r}", allowed=ALLOWED)
        return sympy.Symbol("x", positive=True)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
        value = _expression(node.operand, text)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _expression(node.left, text), _expression(node.right, text)
        if isinstance(node.op, ast.Div) and right == 0:
            raise InputError(f"formula {text!r} divides by zero", remedy="correct it")
        if isinstance(node.op, ast.Pow) and not (right.is_number and abs(right) <= MAX_EXPONENT):
            raise InputError(
                f"formula {text!r}: an exponent", str(right), f"a number from -{MAX_EXPONENT} to {MAX_EXPONENT}"
            )
        if (
            isinstance(node.op, ast.Pow)
            and left.is_Rational
            and abs(right) * max(left.p.bit_length(), left.q.bit_length()) > MAX_BITS
        ):
            raise _unusable(text)
        return _bounded(_OPERATORS[type(node.op)](left, right), text)
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else "?"
        if name not in FUNCTIONS or len(node.args) != 1 or node.keywords:
            raise InputError(f"formula {text!r}: unknown function {name!r}", allowed=ALLOWED)
        return _bounded(getattr(sympy, name)(_expression(node.args[0], text)), text)
    raise InputError(f"formula {text!r}: {ast.unparse(node)!r} cannot be used", allowed=ALLOWED)


def _bounded(expression: sympy.Expr, text: str) -> sympy.Expr:
    """Return an expression, or refuse it if it holds a number that the computer cannot represent."""
    import sympy

    if expression.has(sympy.I):
        raise InputError("formula", text, "a real formula", "roots and logarithms need positive arguments")
    numbers = expression.atoms(sympy.Number) | ({expression} if expression.is_number else set())
    if not all(number == 0 or bool(MIN_NUMBER <= abs(number.evalf()) <= MAX_NUMBER) for number in numbers):
        raise _unusable(text)
    if any(power.exp.is_number and abs(power.exp) > MAX_EXPONENT for power in expression.atoms(sympy.Pow)):
        raise InputError(f"formula {text!r}: an exponent", allowed=f"from -{MAX_EXPONENT} to {MAX_EXPONENT}")
    return expression


def _unusable(text: str) -> InputError:
    """Return the error for a number that double precision cannot hold."""
    allowed = f"0, or a magnitude from {MIN_NUMBER:.2g} to {MAX_NUMBER:.2g}"
    return InputError(f"formula {text!r}: a number is too large, too small or not finite", allowed=allowed)


_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


def derivatives_by_square(expression: sympy.Expr, order: int) -> list[sympy.Expr]:
    """Return an expression of x and its derivatives up to an order as expressions of z = x^2."""
    import sympy

    z = sympy.Symbol("z", positive=True)
    result = [expression.subs(sympy.Symbol("x", positive=True), sympy.sqrt(z))]
    for _ in range(order):
        result.append(sympy.diff(result[-1], z))
    return result


@cache
def compiled_formula(text: str) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    """Return the compiled energy, slope and derivatives of a formula, with the arguments of the built-in forms.

    Raises
    ------
    InputError
        The text cannot be used as a formula.
    """
    import sympy

    z = sympy.Symbol("z", positive=True)
    expressions = derivatives_by_square(parse_formula(text), 4)

    def compiled(count: int) -> Any:
        numbers = [sympy.N(expression, 17) for expression in expressions[:count]]
        result = tuple(numbers) if count > 1 else numbers[0]
        return device(sympy.lambdify((z,), result, modules="math", cse=True))

    value, slope_of, all_derivatives = compiled(1), compiled(2), compiled(5)

    @device
    def energy(z: float, w: float, shape: float) -> float:
        """Return the energy; w and shape are not used."""
        return value(z)  # type: ignore[no-any-return]

    @device
    def slope(z: float, shape: float) -> tuple[float, float]:
        """Return the energy and its first derivative."""
        return slope_of(z)  # type: ignore[no-any-return]

    @device
    def derivatives(z: float, shape: float) -> tuple[float, float, float, float, float]:
        """Return the energy and its first four derivatives."""
        return all_derivatives(z)  # type: ignore[no-any-return]

    return energy, slope, derivatives
