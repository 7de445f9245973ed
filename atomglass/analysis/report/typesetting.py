"""Text and numbers of a report as HTML: escaped first, then the plain names of symbols as symbols."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
from markupsafe import Markup, escape

_GREEK = {"omega": "ω", "epsilon": "ε", "beta": "β", "sigma": "σ", "Omega": "Ω", "lambda": "λ"}
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bdlnL\(([\d.]+)\)"), r"Δ ln L(\1)"),
    (re.compile(r"\b(A|N|ω)_(max|\w)\b"), r"\1<sub>\2</sub>"),
    (re.compile(r"\b([bc])([234])\b"), r"\1<sub>\2</sub>"),
    (re.compile(r"\bsqrt\("), "√("),
    (re.compile(r"\^\(([^()]*)\)"), r"<sup>\1</sup>"),
    (re.compile(r"\^([-−]?[\w.]+)"), r"<sup>\1</sup>"),
    (re.compile(r"\+-"), "±"),
    (re.compile(r"&lt;="), "≤"),
    (re.compile(r"&gt;="), "≥"),
)
_WORDS = re.compile(r"\b(" + "|".join(_GREEK) + r")(?=\b|_)")


def typeset(text: Any) -> Markup:
    """Return plain text about physics as HTML: `omega_1^4 +- 2` becomes ω with an index and a power, and so on.

    Parameters
    ----------
    text : str
        What the tables, captions and warnings say; it may hold any character.
    """
    html = _WORDS.sub(lambda word: _GREEK[word.group(1)], str(escape(str(text))))
    for pattern, replacement in _RULES:
        html = pattern.sub(replacement, html)
    # a number and its error stay on one line
    return Markup(html.replace(" ± ", "\u00a0±\u00a0").replace(" × 10", "\u00a0×\u00a010"))


def verbatim(name: str) -> Markup:
    """Return the name of a column or setting as it is written in files, with places to break it."""
    return Markup("<code>{}</code>").format(Markup("<wbr>").join(re.split(r"(?<=[._])", name)))


def number(value: Any, digits: int = 3) -> str:
    """Return a number in a few digits with a true minus sign, and a dash where there is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    value = float(value)
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value.is_integer() and abs(value) < 1e7:
        return f"{int(value):,}".replace(",", "\u202f").replace("-", "−")
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        text = f"{mantissa} × 10^{int(exponent)}"
    return text.replace("-", "−")


def with_error(value: float, error: float) -> str:
    """Return value ± error, both to the error's second digit."""
    if math.isnan(value) or math.isnan(error) or not error > 0 or math.isinf(error):
        return number(value)
    places = 1 - math.floor(math.log10(error))
    if 0 <= places <= 5 and abs(value) < 1e6:
        return f"{value:.{places}f} ± {error:.{places}f}".replace("-", "−")
    if abs(value) < 1e-3:
        power = math.floor(math.log10(max(abs(value), error)))
        unit = 10.0**power
        digits = max(0, 1 - math.floor(math.log10(error / unit)))
        return f"({value / unit:.{digits}f} ± {error / unit:.{digits}f}) × 10^{power}".replace("-", "−")
    return f"{number(value)} ± {number(error, 2)}"


def interval(low: float, high: float) -> str:
    """Return `low to high`, and a dash where it is not known."""
    return "–" if math.isnan(low) or math.isnan(high) else f"{number(low)}\u00a0to\u00a0{number(high)}"
