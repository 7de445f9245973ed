"""Find the TOML files that travel with the package: in the wheel beside the code, in a checkout at the top."""

from __future__ import annotations

import difflib
import os.path
from pathlib import Path

from atomglass.errors import InputError

_PACKAGE = Path(__file__).resolve().parent


def shipped_folder(kind: str) -> Path:
    """Return the folder of shipped files of one kind (`potentials`, `workflows` or `slurm`)."""
    inside = _PACKAGE / kind
    return inside if inside.is_dir() else _PACKAGE.parent / kind


def find_toml(name: str | Path, kind: str) -> Path:
    """Return the path of a TOML file given by path, or by the name of a shipped one.

    Raises
    ------
    InputError
        Neither a file nor a shipped name; close names are suggested.
    """
    given = Path(name)
    if os.path.isfile(given):  # False, where Path.is_file raises, for a name too long for the file system
        return given
    folder = shipped_folder(kind)
    shipped = folder / given.name if given.suffix == ".toml" else folder / f"{given.name}.toml"
    # `workflows/quickstart.toml` works from any folder, not from the checkout alone.
    if os.path.isfile(shipped) and given.parent in (Path("."), Path(kind)):
        return shipped
    known = sorted(path.stem for path in folder.glob("*.toml"))
    close = difflib.get_close_matches(given.stem, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else "give the path of a TOML file or one of these names"
    raise InputError(f"{kind[:-1]} file", str(name), f"an existing path, or one of {', '.join(known)}", hint)
