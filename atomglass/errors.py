"""The error for input that cannot be used: one class, with a message of one line."""

from __future__ import annotations

_MISSING = object()

#: Why nothing is computed under a Python without file locks.
PLATFORM = (
    "this Python has no module fcntl, with which processes lock files: atomglass is made for Linux, and should "
    "run on macOS; on Windows use the Windows Subsystem for Linux (WSL)"
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
        super().__init__("; ".join(parts))


def _shown(value: object) -> str:
    """Return a value as one short line."""
    text = " ".join(str(value).split()) if not isinstance(value, str) else repr(value)
    return text if len(text) <= 120 else text[:117] + "..."
