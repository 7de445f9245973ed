"""The comment line of an extended XYZ frame: pairs `key=value`, quoted in any of the ways that ASE reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from atomglass.errors import InputError

#: A piece of a key or value: an escaped character, a group in quotation marks or brackets, or a plain character.
_PIECE = re.compile(
    r"""\\(?P<escaped>.)
      | "(?P<double>(?:\\.|[^"\\])*)" | '(?P<single>(?:\\.|[^'\\])*)'
      | \{(?P<brace>(?:\\.|[^}\\])*)\} | \[(?P<bracket>(?:\\.|[^\]\\])*)\]
      | (?P<plain>[^\s="'{\[\\]+)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_EQUALS = re.compile(r"\s*=\s*")
_SPACE = re.compile(r"\s+")


def user_pairs(comment: str) -> list[tuple[str, str]]:
    """Return all keys of a comment line with their values, unquoted, in order; a key without a value has the value T.

    Raises
    ------
    InputError
        A quotation mark or bracket has no partner.
    """
    text, place = comment.strip(), 0
    pairs: list[tuple[str, str]] = []
    while place < len(text):
        if (space := _SPACE.match(text, place)) is not None:
            place = space.end()
            continue
        key, place = _word(text, place, "")
        value = "T"
        if (equals := _EQUALS.match(text, place)) is not None:
            value, place = _word(text, equals.end(), "=")
        pairs.append((key, value))
    return pairs


def _word(text: str, place: int, also: str) -> tuple[str, int]:
    """Return a key or value, with `also` as one of its plain characters, and the place where it ends."""
    parts: list[str] = []
    while place < len(text) and not text[place].isspace():
        if text[place] == "=":
            if not also:
                break
            parts.append("=")
            place += 1
            continue
        piece = _PIECE.match(text, place)
        if piece is None:
            raise InputError(
                "comment line, from the quotation mark or bracket without a partner,",
                text[place : place + 40],
                "quotation marks and brackets in pairs",
                "complete it",
            )
        kind = piece.lastgroup or "plain"
        content = piece.group(kind)
        parts.append(content if kind in ("plain", "escaped") else _ESCAPE.sub(r"\1", content))
        place = piece.end()
    return "".join(parts), place


def reserved_value(pairs: list[tuple[str, str]], key: str, any_case: bool = False) -> str | None:
    """Return the value of a key of the format, which no other spelling of it shadows; None if there is none.

    Parameters
    ----------
    pairs : list of (str, str)
        All keys and values.
    key : str
        The key, as the format spells it.
    any_case : bool
        Whether another spelling counts where this one is missing, as for the box, without which there is no sample.

    Raises
    ------
    InputError
        The key occurs with different values.
    """
    found = {value for name, value in pairs if name == key}
    if not found and any_case:
        found = {value for name, value in pairs if name.lower() == key.lower()}
    if len(found) > 1:
        raise InputError(f"{key} in the comment line", " and ".join(sorted(found)), "one value", "remove the others")
    return next(iter(found), None)


def format_pairs(header: Mapping[str, Any]) -> str:
    """Return header entries as text that `user_pairs` and ASE read back, with a space before each."""
    return "".join(f" {key}={_formatted(value)}" for key, value in header.items())


def _formatted(value: Any) -> str:
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, (int, float)):
        return repr(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return escaped if re.fullmatch(r"[\w.+-]+", escaped, re.ASCII) else f'"{escaped}"'
