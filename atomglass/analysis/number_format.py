"""Numbers with their errors as text: plain ASCII for a terminal, typeset for a page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class NumberFormat:
    """How numbers are written.

    Attributes
    ----------
    plus_minus, minus : str
        The two signs.
    missing : str
        What stands for NaN.
    infinity, minus_infinity : str
        What stands for an infinite number.
    separator : str
        Between groups of three digits of an integer.
    max_integer : float
        Integers from here on are written like any other number.
    times_ten : str
        What replaces the `e` of a power of ten, as in 3.4 × 10^-9. Where it is not `e`, a small number and its error
        share one power.
    max_places : int
        Most decimal places of a number with an error.
    """

    plus_minus: str
    minus: str
    missing: str
    infinity: str
    minus_infinity: str
    separator: str
    max_integer: float
    times_ten: str
    max_places: int

    def number(self, value: Any, digits: int = 3) -> str:
        """Return a number in a few significant digits; text stays as it is.

        Parameters
        ----------
        value : float, int, bool, str or None
            The number.
        digits : int
            Significant digits.
        """
        if isinstance(value, str):
            return value
        if isinstance(value, (bool, np.bool_)):
            return "yes" if value else "no"
        if value is None or math.isnan(value):
            return self.missing
        value = float(value)
        if math.isinf(value):
            return self.infinity if value > 0 else self.minus_infinity
        if value.is_integer() and abs(value) < self.max_integer:
            return self._signed(f"{int(value):,}".replace(",", self.separator))
        return self._signed(self._power(f"{value:.{digits}g}"))

    def with_error(self, value: float, error: float) -> str:
        """Return value +- error, both to the error's second digit; the number alone if it has no error.

        Parameters
        ----------
        value, error : float
            A number and its standard error.
        """
        if not (error > 0) or math.isnan(value) or math.isinf(error):
            return self.number(value)
        places = 1 - math.floor(math.log10(error))
        if 0 <= places <= self.max_places and abs(value) < 1e6:
            return self._signed(f"{value:.{places}f} {self.plus_minus} {error:.{places}f}")
        if self.times_ten != "e" and abs(value) < 1e-3:
            return self._signed(self._with_common_power(value, error))
        return f"{self.number(value)} {self.plus_minus} {self.number(error, 2)}"

    def _with_common_power(self, value: float, error: float) -> str:
        power = math.floor(math.log10(max(abs(value), error)))
        unit = 10.0**power
        places = max(0, 1 - math.floor(math.log10(error / unit)))
        mantissas = f"{value / unit:.{places}f} {self.plus_minus} {error / unit:.{places}f}"
        return f"({mantissas}){self.times_ten}{power}"

    def interval(self, low: float, high: float) -> str:
        """Return `low to high`; if either is unknown, what stands for a missing number."""
        if math.isnan(low) or math.isnan(high):
            return self.missing
        return f"{self.number(low)}\u00a0to\u00a0{self.number(high)}"

    def _power(self, text: str) -> str:
        if "e" not in text or self.times_ten == "e":
            return text
        mantissa, exponent = text.split("e")
        return f"{mantissa}{self.times_ten}{int(exponent)}"

    def _signed(self, text: str) -> str:
        return text if self.times_ten == "e" else text.replace("-", self.minus)


#: For terminals and plain text.
PLAIN = NumberFormat("+-", "-", "", "none", "none", "", 1e6, "e", 6)
#: For HTML and Markdown.
TYPESET = NumberFormat("±", "−", "–", "∞", "−∞", "\u202f", 1e7, " × 10^", 5)
