"""Paragraphs of plain text, at most 80 columns wide."""

from __future__ import annotations

import textwrap

WIDTH = 80


def paragraph(text: str) -> str:
    """Return a text as an indented paragraph."""
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False)
