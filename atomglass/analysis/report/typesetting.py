"""Plain text about physics as HTML: escaped first, then names of symbols replaced by symbols."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape

from atomglass.errors import printable

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
    """Return plain text about physics as HTML: `omega_1^4 +- 2` becomes ω with an index and a power.

    Parameters
    ----------
    text : str
        Any text; characters that are special in HTML are escaped.
    """
    html = _WORDS.sub(lambda word: _GREEK[word.group(1)], str(escape(visible(str(text)))))
    for pattern, replacement in _RULES:
        html = pattern.sub(replacement, html)
    # keeps a number and its error on one line
    return Markup(html.replace(" ± ", "\u00a0±\u00a0").replace(" × 10", "\u00a0×\u00a010"))


def visible(value: Any) -> Any:
    """Return a text with its control characters escaped, which no HTML may contain; spaces and line feeds stay.

    Parameters
    ----------
    value : str, or anything else, which is returned as it is
        What a template shows.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return re.sub(r"[^ \t\n\r]+", lambda word: printable(word[0]), value)


def verbatim(name: str) -> Markup:
    """Return the name of a column or setting as it stands in files, with places for line breaks."""
    return Markup("<code>{}</code>").format(Markup("<wbr>").join(re.split(r"(?<=[._])", name)))
