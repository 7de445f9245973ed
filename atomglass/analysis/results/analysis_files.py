"""The files of an analysis: all in one JSON file, and each table as CSV."""

from __future__ import annotations

import json
from pathlib import Path

from atomglass.analysis.results.study_analysis import Analysis
from atomglass.io.atomic import remove_stale_temporaries, replace

#: Contains the whole analysis and lists its other files.
INDEX = "analysis.json"


def write_analysis(analysis: Analysis, folder: Path) -> list[Path]:
    """Write `analysis.json` and each table as CSV, each file atomically.

    Tables of an earlier analysis in this folder that are not written again are deleted: beside those of another
    selection they would pass for part of it. Other files stay.

    Parameters
    ----------
    analysis : Analysis
        What to write.
    folder : Path
        Where to write; it is created if necessary.

    Returns
    -------
    list of Path
        The files written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    remove_stale_temporaries(folder)
    contents = {INDEX: analysis.to_json()}
    contents |= {f"{name}.csv": table.to_csv(index=False) for name, table in analysis.tables().items()}
    # Before the index is replaced: if this is interrupted, every table of either analysis is still listed.
    for name in _listed(folder / INDEX):
        if name not in contents:
            (folder / name).unlink(missing_ok=True)
    for name, text in contents.items():
        replace(folder / name, text.encode())
    return [folder / name for name in contents]


def _listed(index: Path) -> list[str]:
    """Return the tables that an earlier analysis wrote; none if there is no index or it does not list any."""
    try:
        content = json.loads(index.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    names = content.get("files", []) if isinstance(content, dict) else []
    names = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    # Whatever the index says, only tables of this folder are deleted.
    return [name for name in names if name.endswith(".csv") and Path(name).name == name]
