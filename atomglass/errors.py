"""The error for input that cannot be used, with a message of one line; and names as text that a terminal can show."""

from __future__ import annotations

import inspect
import os
import shlex
import unicodedata
import warnings
from pathlib import Path

_MISSING = object()

#: Why nothing is computed under a Python without file locks.
PLATFORM = (
    "this Python has no module fcntl, with which processes lock files: atomglass is made for Linux, and should "
    "run on macOS; on Windows use the Windows Subsystem for Linux (WSL)"
)


def printable(text: str) -> str:
    r"""Return a text in one line, with every character escaped that a terminal would obey or cannot show.

    Names of files, folders and studies may hold any character: a line feed, an escape sequence that clears the screen,
    a mark that reverses the direction of reading, a byte that is no text.

    Parameters
    ----------
    text : str
        Any text.

    Examples
    --------
    >>> print(printable("glass\x1b[2J é"))
    glass\x1b[2J é
    """
    return "".join(character if _is_shown(character) else repr(character)[1:-1] for character in text)


def shell_command(*words: str) -> str:
    r"""Return words as a command that a shell reads as they are, in one printable line.

    Parameters
    ----------
    *words : str
        The words. One with characters that cannot be printed is written as ``$'...'``, as bash, zsh and `ls` do.

    Examples
    --------
    >>> print(shell_command("atomglass", "collect", "my study"), shell_command("a\tb"))
    atomglass collect 'my study' $'a\x09b'
    """
    return " ".join(shlex.quote(word) if all(map(_is_shown, word)) else f"$'{_in_bytes(word)}'" for word in words)


def warn_caller(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn, and name the line outside the package from which it was called, however deep inside the cause is.

    Parameters
    ----------
    message : str
        What is wrong, and what to do.
    category : type
        Class of the warning.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as seen:
    ...     warn_caller("too few modes")
    >>> str(seen[0].message)
    'too few modes'
    """
    package = str(Path(__file__).parent) + os.sep
    level, frame = 1, inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith(package):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


def _is_shown(character: str) -> bool:
    """Return whether a terminal shows a character; spaces of any width are shown."""
    return character.isprintable() or unicodedata.category(character) == "Zs"


def _in_bytes(word: str) -> str:
    """Return a word with quotes, backslashes and what cannot be printed as escapes of their bytes."""
    plain = (_is_shown(character) and character not in "'\\" for character in word)
    return "".join(
        character if keep else "".join(f"\\x{byte:02x}" for byte in os.fsencode(character))
        for character, keep in zip(word, plain, strict=True)
    )


class InputError(ValueError):
    """Input that cannot be used; the message states the quantity, its value, the allowed range and the remedy.

    The command line prints it as one line and exits with status 2.

    Parameters
    ----------
    what : str
        The quantity or file that is wrong, in the user's terms.
    value : object, optional
        The value that was given.
    allowed : str, optional
        The allowed range.
    remedy : str, optional
        What to do about it.
    """

    def __init__(self, what: str, value: object = _MISSING, allowed: str = "", remedy: str = "") -> None:
        parts = [what if value is _MISSING else f"{what} is {_shown(value)}"]
        if allowed:
            parts.append(f"allowed: {allowed}")
            remedy = remedy or "give an allowed value"
        if remedy:
            parts.append(remedy)
        super().__init__(printable("; ".join(parts)))


def _shown(value: object) -> str:
    """Return a value as one short line."""
    text = " ".join(str(value).split()) if not isinstance(value, str) else repr(value)
    return text if len(text) <= 120 else text[:117] + "..."
