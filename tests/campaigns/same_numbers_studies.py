"""Items on studies: their identity, their rows, and a study that an older version ran."""

from __future__ import annotations

import re
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from same_numbers_checks import AtLeast, Check, Close, Equal, Places, Values, digest, item
from same_numbers_run import atomglass, table_checks

import atomglass as ag

WORKFLOWS = (
    "kumar2021", "kumar2021_3d_n1000", "kumar2021_n1000", "kumar2021_n400", "kumar2021_n400_cg", "kumar2021_n400_fire",
    "kumar2021_n400_quantile", "kumar2021_n400_sd", "kumar2021_n400_t008",
    "kumar2021_small", "parshin2007_study", "quickstart", "tiny",
)  # fmt: skip
SMALL = """
name = "{name}"
potential = "{potential}"
seed = 11
[sample]
particles = {particles}
temperature = 0.2
equilibration_sweeps = 500
sweeps_between = {between}
{sample}
[ensemble]
chains = {chains}
realizations_per_chain = {realizations}
realizations_per_shard = {shard}
keep_configurations = "{keep}"
{rest}
"""
PLAIN = {
    "potential": "kumar2021", "particles": 100, "sample": "", "chains": 2, "realizations": 4, "keep": "qlm", "shard": 3,
    "between": 50, "rest": "",
}  # fmt: skip
WAYS = {
    "steepest_descent": {"rest": '[quench]\nmethod = "steepest_descent"\nmax_iterations = 1000000'},
    "fire": {"rest": '[quench]\nmethod = "fire"'},
    "flights": {"sample": 'diameters = "quantile"\n[sample.trajectories]\nevery = 5\ntime_step = 0.04'},
    "three_dimensions": {"potential": "kumar2021_3d", "particles": 400, "keep": "all"},
    "full_spectrum": {"rest": "[modes]\nfull_spectrum = true", "sample": "target_acceptance = 0.4"},
    "smooth": {"potential": "kumar2021_smooth", "keep": "none"},
    "ipl10": {"potential": "ipl10", "sample": "density = 0.95"},
}
#: Glasses enough for some second wells, and the saddles before them.
WELLS = PLAIN | {"name": "wells", "particles": 400, "realizations": 50, "shard": 25, "between": 300}
#: The study in the archive, and what it is extended to.
OLD = PLAIN | {"name": "old", "particles": 256, "realizations": 9, "shard": 5}
OLD_EXTENDED = OLD | {"chains": 3, "realizations": 12}


def write_study(folder: Path, **settings: object) -> Path:
    """Write the TOML file of a small study and return its path."""
    path = folder / f"{settings['name']}.toml"
    path.write_text(SMALL.format(**PLAIN | settings), encoding="utf-8")
    return path


def collected(folder: Path) -> dict[str, pd.DataFrame]:
    """Collect a study and return its tables."""
    atomglass(folder.parent, "collect", folder.name, "--no-figures")
    study = ag.load_study(folder)
    return {"modes": study.modes, "realizations": study.realizations}


def run(places: Places, file: Path, name: str) -> dict[str, pd.DataFrame]:
    """Run a study from its file, collect it and return its tables."""
    atomglass(places.work, "run", file, "--out", name)
    return collected(places.work / name)


def _checks(name: str, tables: dict[str, pd.DataFrame], bits: bool = True) -> Iterator[Check]:
    for table, frame in tables.items():
        yield from table_checks(f"{name}: {table}", frame, bits=bits)


@item("identity")
def identity(places: Places) -> Iterator[Check]:
    """The physics hash and the seed of every shipped study."""
    values: Values = {}
    for name in WORKFLOWS:
        said = atomglass(places.work, "run", name, "--out", "nowhere", "--dry-run")
        found = re.search(r"physics hash (\w+), seed (\d+)", said)
        values[name] = np.array(" ".join(found.groups()) if found else said)
    yield Check("workflows", Equal("same hash and seed"), values)


@item("tiny", quick=True)
def tiny(places: Places) -> Iterator[Check]:
    """The smallest shipped study."""
    yield from _checks("tiny", run(places, places.repository / "workflows" / "tiny.toml", "tiny"))


@item("ways")
def ways(places: Places) -> Iterator[Check]:
    """Small studies that take another way somewhere: minimiser, sampler, dimension, spectrum, model."""
    for name, settings in WAYS.items():
        yield from _checks(name, run(places, write_study(places.work, name=name, **settings), name))
    kept = dict(ag.kept_configurations(places.work / "three_dimensions"))
    one = ag.load_configuration(places.work / "three_dimensions", 5)
    values = {"numbers": np.array(list(kept)), "identical": np.array(one.identical(kept[5])), "N": np.array(len(one))}
    yield Check("three_dimensions: kept", Equal(), values, bits=True)


@item("wells")
def wells(places: Places) -> Iterator[Check]:
    """Second wells and saddles, and defects met again."""
    run(places, write_study(places.work, **WELLS), "wells")
    atomglass(places.work, "wells", "wells")
    yield from table_checks("wells", ag.load_study(places.work / "wells").wells, 1e-6, bits=True)
    atomglass(places.work, "recurrences", "wells")
    again = pd.read_parquet(places.work / "wells" / "recurrences.parquet")
    yield from table_checks("recurrences", again, 1e-6, bits=True)


@item("oscillators")
def oscillators(places: Places) -> Iterator[Check]:
    """A study of another model than glasses."""
    text = (places.repository / "workflows" / "parshin2007_study.toml").read_text(encoding="utf-8")
    file = places.work / "few.toml"
    file.write_text(_fewer(text, 2, 6), encoding="utf-8")
    yield from _checks("oscillators", run(places, file, "oscillators"), bits=False)


def _fewer(text: str, chains: int, realizations: int) -> str:
    """Return a study's text with a smaller ensemble, which leaves the rows that are made as they are."""
    text = re.sub(r"(?m)^chains = \d+", f"chains = {chains}", text)
    return re.sub(r"(?m)^realizations_per_chain = \d+", f"realizations_per_chain = {realizations}", text)


@item("published")
def published(places: Places) -> Iterator[Check]:
    """The first glasses of chain 0 of the published table, made again.

    Their numbers follow 100,000 sweeps: another processor than the table's gives another liquid. What every processor
    gives again is the diameters. How many rows agree with the table is counted, and may not become fewer.
    """
    text = (places.repository / "workflows" / "kumar2021_n400.toml").read_text(encoding="utf-8")
    file = places.work / "few.toml"
    file.write_text(_fewer(text, 1, 20), encoding="utf-8")
    tables = run(places, file, "n400")
    yield from _checks("n400, chain 0", tables)
    theirs = ag.load_study(places.data / "kumar2021_n400").realizations.query("chain == 0 and index_in_chain < 20")
    ours = tables["realizations"]
    values = {"theirs": theirs["mean_diameter"].to_numpy(), "ours": ours["mean_diameter"].to_numpy()}
    yield Check("mean diameters", Close(1e-13), values)
    same = np.abs(ours["energy"].to_numpy() / theirs["energy"].to_numpy() - 1) < 1e-8
    yield Check("rows as published", AtLeast(), {"rows of 20": np.array(np.count_nonzero(same))}, bits=True)


def make_old_study(archive: Path, work: Path) -> None:
    """Run the study of the archive and pack it, uncollected."""
    atomglass(work, "run", write_study(work, **OLD), "--out", "old")

    def anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        return member

    with tarfile.open(archive, "w:gz") as tar:
        tar.add(work / "old", "old", filter=anonymous)


@item("old_study", quick=True)
def old_study(places: Places) -> Iterator[Check]:
    """A study that version 2 ran is collected, tested for second wells, and extended."""
    folder = places.work / "old"
    with tarfile.open(places.old_study) as tar:
        tar.extractall(places.work, filter="data")
    copy = places.work / "extended"
    shutil.copytree(folder, copy)
    yield from _checks("collected", collected(folder), bits=False)
    kept = list(ag.kept_configurations(folder))
    values = {"numbers": np.array([k for k, _ in kept]), "positions": digest(*(c.positions for _, c in kept))}
    yield Check("kept", Equal("same bits"), values)
    atomglass(places.work, "wells", "old")
    yield from table_checks("wells", ag.load_study(folder).wells, 1e-6, bits=True)
    atomglass(places.work, "recurrences", "old")
    yield from table_checks("recurrences", pd.read_parquet(folder / "recurrences.parquet"), 1e-6)
    file = write_study(places.work, **OLD_EXTENDED)
    atomglass(places.work, "run", file, "--out", copy.name, "--extend")
    # The reference was numbered anew when it was extended; since then an extension leaves all numbers as they are.
    length = OLD_EXTENDED["realizations"]
    renumbered = {
        name: table.assign(realization=table["chain"] * length + table["index_in_chain"])
        for name, table in collected(copy).items()
    }
    yield from _checks("extended", renumbered)
