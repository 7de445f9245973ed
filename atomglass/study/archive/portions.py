"""Publish a study as one portion of a larger study, whose earlier portions are left as they are."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from atomglass.errors import InputError
from atomglass.io.atomic import remove_stale_temporaries, replace
from atomglass.study.archive.join import JoinedPart
from atomglass.study.archive.publish import TABLES, Cuts, collected_tables, write_compact
from atomglass.study.store.checksums import SUMS
from atomglass.study.store.manifest import FORMAT, read_manifest, require_joinable, sealed
from atomglass.study.store.portions import PREFIX, Portion, portions, read_table, require_same_physics
from atomglass.study.store.study_store import StudyStore

#: Columns of the table of runs that are not published, since they name machines.
_PRIVATE = ("run", "host", "process")


def publish_portion(folder: Path, out: Path, cuts: Cuts) -> list[Path]:
    """Publish a complete study as the next portion of the study in `out`, as if that study had run its chains too.

    Parameters
    ----------
    folder : Path
        The directory of a collected study of glasses, all of whose chains are finished.
    out : Path
        The directory of the whole study: new, empty, or with earlier portions, whose files are not changed.
    cuts : Cuts
        Bounds above which modes are left out.

    Returns
    -------
    list of Path
        The files written: those of the portion, in a folder of its own, and the manifest of the whole study.

    Raises
    ------
    InputError
        The study is not complete; its physics or the length of its chains differs from that of the earlier portions;
        one of these has its seed; or `out` holds other files.
    """
    collected_tables(folder)
    _remove_unfinished(out, read_manifest(folder))
    present = _earlier(out)
    part = JoinedPart.read(folder, first_chain=sum(portion.chains for portion in present))
    _require_next(part, out, present)
    target = out / f"{PREFIX}{len(present) + 1:02d}"
    manifest = part.manifest | {"portion": part.parts()[0]}
    written = write_compact(target, _tables(part, present), cuts, sealed(manifest))
    replace(out / "study.json", sealed(_whole(out, part, target)))
    return [*written, out / "study.json"]


def _remove_unfinished(out: Path, manifest: dict[str, Any]) -> None:
    """Remove the portion that a process began with the same study and did not add to the manifest of the whole."""
    remove_stale_temporaries(out)
    try:
        listed = read_manifest(out).get("portions", [])
    except FileNotFoundError:
        listed = []
    target = out / f"{PREFIX}{len(listed) + 1:02d}"
    try:
        own = read_manifest(target)
    except (FileNotFoundError, NotADirectoryError):
        return
    if isinstance(own.get("portion"), dict) and own["settings"] == manifest["settings"]:
        shutil.rmtree(target)


def _earlier(out: Path) -> list[Portion]:
    """Return the portions that are published already, all of them intact in their settings."""
    found = portions(out)
    require_same_physics(out, found)
    if not found and out.is_dir() and any(out.iterdir()):
        raise InputError(f"{out} holds other files and no portions", remedy="choose a new or an empty --out")
    return found


def _require_next(part: JoinedPart, out: Path, present: list[Portion]) -> None:
    """Reject a study that cannot be the next portion."""
    folder, expected = part.folder, part.settings["ensemble"]["chains"] * part.per_chain
    finished = read_table(folder, "realizations")
    assert finished is not None  # the part was read
    if len(part.parts()) > 1 or len(finished) != expected:
        raise InputError(
            f"{folder} has {len(finished)} realizations in {len(part.parts())} studies",
            allowed=f"one complete study, {expected} realizations",
            remedy="run the study to its end, and collect it",
        )
    seed = part.settings["seed"]
    for portion in present:
        if portion.seed == seed:
            raise InputError(
                f"seed {seed} is that of {portion.folder} and of {folder}",
                allowed="a different seed for each portion",
                remedy="chains with the same seed are not independent",
            )
    if not present:
        return
    whole = StudyStore(out).settings
    require_joinable(out, whole.physics(), folder, part.physics)
    per_chain = whole.ensemble.realizations_per_chain
    if part.per_chain != per_chain:
        raise InputError(f"realizations per chain of {folder}", part.per_chain, f"{per_chain}, as in {out}")
    for name in TABLES:
        if (read_table(folder, name) is None) != (present[0].table(name) is None):
            has, lacks = (out, folder) if read_table(folder, name) is None else (folder, out)
            raise InputError(
                f"{has} has a table {name}, {lacks} does not",
                allowed="the same tables in all portions",
                remedy="make the missing table, or remove the other, before the portion is published",
            )


def _tables(part: JoinedPart, present: list[Portion]) -> dict[str, pa.Table]:
    """Return the tables of the portion, numbered as in the whole study, and the versions that its runs used."""
    tables = {}
    for name in TABLES:
        earlier = [table for table in (portion.table(name) for portion in present) if table is not None]
        labels = [pc.max(table["defect"]).as_py() for table in earlier if "defect" in table.column_names and len(table)]
        defects = max(labels, default=-1) + 1
        table = part.table(name, part.per_chain, defects, sum(len(table) for table in earlier))
        if table is not None:
            tables[name] = table
    runs = read_table(part.folder, "runs")
    if runs is not None:
        tables["runs"] = runs.drop_columns([name for name in _PRIVATE if name in runs.column_names])
    return tables


def _whole(out: Path, part: JoinedPart, target: Path) -> dict[str, Any]:
    """Return the manifest of the whole study with the new portion."""
    sums = hashlib.sha256((target / SUMS).read_bytes()).hexdigest()
    entry = part.parts()[0] | {"physics_hash": part.manifest["physics_hash"], "folder": target.name, "sums": sums}
    path = out / "study.json"
    first = read_manifest(out) if path.is_file() else part.manifest | {"portions": []}
    listed = [*first["portions"], entry]
    versions = sorted({portion["kernel_version"] for portion in listed})
    ensemble = first["settings"]["ensemble"] | {"chains": sum(portion["chains"] for portion in listed)}
    ensemble.pop("extended_from", None)  # the whole study has numbers of its own
    return {
        "format": FORMAT,
        "kernel_version": versions[0] if len(versions) == 1 else " and ".join(map(str, versions)),
        "physics_hash": first["physics_hash"],
        "settings": first["settings"] | {"ensemble": ensemble},
        "portions": listed,
    }
