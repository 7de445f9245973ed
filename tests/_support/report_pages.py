"""Folders of collected synthetic studies, for tests of reports."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from study_tables import fake_study

#: What a careless or hostile name may contain.
HOSTILE = '<script>alert("x")</script> & <img src=http://example.org/x.png onerror=alert(1)>'


def write_study(folder: Path, name: str = "fake", wells: bool = True, **options: object) -> Path:
    """Write the tables of a synthetic study, with runs, settings and second wells, into a folder."""
    modes, realizations = fake_study(**{"group_a": 300, "group_b": 120, "hidden": 9, "chains": 24, **options})
    realizations["transverse_speed"], realizations["longitudinal_speed"] = 2.1, 4.9
    folder.mkdir(exist_ok=True)
    modes.to_parquet(folder / "modes.parquet")
    realizations.to_parquet(folder / "realizations.parquet")
    runs = pd.DataFrame({"run": ["a", "b"], "atomglass": "0.1.0", "processor": ["one chip", "another <chip>"]})
    runs["packages"] = json.dumps({"numpy": "2.4.6"})
    runs.to_parquet(folder / "runs.parquet")
    settings = {
        "name": name, "description": f"made up, {name}", "potential": "kumar2021", "seed": 1,
        "sample": {"particles": 400, "equilibration_sweeps": 10000, "sweeps_between": 300, "diameters": "iid"},
        "ensemble": {"chains": 24, "realizations_per_chain": 1000},
    }  # fmt: skip
    (folder / "study.json").write_text(json.dumps({"settings": settings}))
    if wells:
        write_wells(modes).to_parquet(folder / "wells.parquet")
    return folder


def write_wells(modes: pd.DataFrame) -> pd.DataFrame:
    """Return a table of second wells: every third glass of B reaches a new minimum, no other glass does."""
    table = modes[modes["is_qlm"]].reset_index(drop=True)
    table["quartic_barrier"] = table["barrier"]
    new = (table["group"] == "B") & (table.index % 3 == 0)
    table["outcome"] = ["new minimum" if there else "same minimum" for there in new]
    table["energy_difference"] = (-1e-3 * table["frequency"]).where(new)
    table["distance"], table["moved_particles"] = (2 * table["frequency"]).where(new), (30.0 + table.index).where(new)
    table["barrier"] = (1.1 * table["quartic_barrier"]).where(new)
    return table
