"""JSON from files that may be damaged."""

from __future__ import annotations

import json
from typing import Any


def parse_json(content: bytes | str) -> Any:
    """Return the value that a JSON text describes.

    Parameters
    ----------
    content : bytes or str
        The text; bytes are UTF-8.

    Raises
    ------
    ValueError
        The text is not JSON, is nested too deeply, or contains a number with thousands of digits.
    """
    try:
        return json.loads(content)
    except (RecursionError, MemoryError):
        raise ValueError("it is nested too deeply") from None


def parse_object(content: bytes | str) -> dict[str, Any]:
    """Return the object that a JSON text describes.

    Parameters
    ----------
    content : bytes or str
        The text; bytes are UTF-8.

    Raises
    ------
    ValueError
        The text is not JSON, or describes something other than an object.
    """
    value = parse_json(content)
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    return value
