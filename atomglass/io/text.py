"""Text files of any program: with or without a byte-order mark, in any encoding that contains ASCII, plain or gzip."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from atomglass.errors import InputError
from atomglass.types import Array, IntArray

_GZIP = b"\x1f\x8b"
#: Bytes that a compressed file may expand to: so many, and so many times its own size. Numbers compress to a third.
EXPANDED_BYTES, EXPANSION = 2**25, 40
#: Byte-order marks and the encodings they announce; that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@contextmanager
def open_lines(path: Path) -> Iterator[Iterator[str]]:
    """Open a text file as a series of lines; bytes that are no text in its encoding are shown as escapes.

    Raises
    ------
    InputError
        The file cannot be read, is not a text file, or is a damaged or implausible gzip file.
    """
    try:
        with path.open("rb") as file:
            compressed = file.read(2) == _GZIP
            file.seek(0)
            plain = io.BufferedReader(_Expanded(file, path)) if compressed else file
            start = plain.peek(4096)[:4096]
            encoding = next((name for mark, name in _MARKS if start.startswith(mark)), "")
            if b"\0" in start and encoding in ("", "utf-8-sig"):
                raise InputError(f"{path} is not a text file", remedy="give a file of the format that its suffix says")
            yield io.TextIOWrapper(plain, encoding or "utf-8", errors="backslashreplace")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path} is a damaged gzip file ({error})", remedy="restore it") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot read {path} ({reason})", remedy="give a readable file") from None


class _Expanded(io.RawIOBase):
    """The content of a gzip file, which ends in an error where it would fill the memory."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._content, self._path = gzip.GzipFile(fileobj=file), path
        self._left = EXPANDED_BYTES + EXPANSION * path.stat().st_size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self._content.read(len(buffer))
        self._left -= len(content)
        if self._left < 0:
            raise InputError(
                f"{self._path} expands to more than {EXPANSION} times its size",
                remedy="decompress it (gunzip) if it is meant to",
            )
        buffer[: len(content)] = content
        return len(content)


def split_rows(rows: Sequence[str], width: int, where: str, source: str) -> list[list[str]]:
    """Return the words of each row, or reject a row with another number of words.

    Parameters
    ----------
    rows : sequence of str
        One line for each particle.
    width : int
        Number of columns.
    where : str
        Names of file and frame, for error messages.
    source : str
        The line of the file that says how many columns there are.

    Raises
    ------
    InputError
        A row has more or fewer columns.
    """
    words = [row.split() for row in rows]
    for index, row in enumerate(words):
        if len(row) != width:
            allowed = f"{width}, as {source} says"
            raise InputError(f"{where}: columns of particle {index}", len(row), allowed, "repair the line")
    return words


def real_column(words: Sequence[str], where: str) -> Array:
    """Return words as real numbers (N,), or reject the first that is none.

    Parameters
    ----------
    words : sequence of str
        One word for each particle.
    where : str
        Names of file, frame and column, for error messages.

    Raises
    ------
    InputError
        A word is not a number.
    """
    values = np.empty(len(words))
    for index, word in enumerate(words):
        try:
            if "_" in word:  # float("1_0") is 10
                raise ValueError
            values[index] = float(word)
        except ValueError:
            raise InputError(f"{where} of particle {index}", word, "a number", "repair the line") from None
    return values


def integer_column(words: Sequence[str], where: str) -> IntArray:
    """Return words as integers (N,), or reject the first that is none.

    Parameters
    ----------
    words : sequence of str
        One word for each particle.
    where : str
        Names of file, frame and column, for error messages.

    Raises
    ------
    InputError
        A word is not an integer of at most 18 digits.
    """
    values = np.empty(len(words), dtype=np.int64)
    for index, word in enumerate(words):
        digits = word[1:] if word[:1] in "+-" else word
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
            raise InputError(f"{where} of particle {index}", word, "an integer", "repair the line")
        values[index] = int(word)
    return values


def check_line_ends(rows: list[str], where: str) -> None:
    """Reject rows the last of which has no end of line, since its last number may be cut off.

    Raises
    ------
    InputError
        The last row has no end of line.
    """
    if rows and not rows[-1].endswith("\n"):
        raise InputError(
            f"{where}: the last line has no end", remedy="restore the file, or add a line end if it is whole"
        )
