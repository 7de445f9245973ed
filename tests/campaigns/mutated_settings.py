"""Damage studies, potentials and command lines at random: each command ends well, or with one line and nothing written.

python tests/campaigns/mutated_settings.py [MUTATIONS] [SEED] [KIND ...]     500 mutations of each kind by default
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import ase.io
import numpy as np
from fuzzing import (
    ENDINGS,
    complaint,
    damaged,
    limited_memory,
    other_values,
    other_words,
    report,
    run,
    snapshot,
    working_in,
)

import atomglass as ag
from atomglass.settings import shipped_folder

#: A small study with most of the settings written out.
STUDY = """
name = "fuzzed"
description = "as small as possible"
potential = "kumar2021"
seed = 7

[sample]
particles = 64
density = 1.0
temperature = 0.3
diameters = "iid"
swap_fraction = 0.2
max_displacement = 0.12
target_acceptance = 0.3
equilibration_sweeps = 20
sweeps_between = 10

[ensemble]
chains = 2
realizations_per_chain = 2
realizations_per_shard = 1
keep_configurations = "all"

[quench]
method = "fire"
force_tolerance = 1e-10
max_iterations = 10000

[modes]
phonon_multiple = 1.2
below = 1.5

[qlm]
participation_ratio = 0.27
frequency_share = 0.6
"""
DISPLACEMENTS = "swap_fraction = 0.2\nmax_displacement = 0.12\ntarget_acceptance = 0.3\n"
TRAJECTORIES = """
[sample.trajectories]
every = 2
steps = 4
time_step = 0.01
"""
SIZES = """
[sample.sizes]
law = "discrete"
values = [1.0, 1.4]
fractions = [0.5, 0.5]
"""
#: Command lines that work in the folder made by `examples`.
COMMANDS = (
    "version", "potentials", "theory list",
    "sample -n 64 -t 0.3 --sweeps 5 --seed 1 --out made.extxyz",
    "sample -n 64 -t 0.3 --sweeps 4 --trajectories --out made.npz",
    "sample --from glass.extxyz --sweeps 3 -t 0.2 --out made.data",
    "quench glass.extxyz --out made.extxyz", "quench glass.npz --out made.npz",
    "modes glass.extxyz --count 3 --out made.extxyz", "modes glass.npz --below 1.0", "dos glass.extxyz --out made.png",
    "run study.toml --out out", "run study.toml --out out --dry-run", "run study.toml --out out --part 0/2",
    "run study.toml --out out --portion 1/2 --max-walltime 5s", "plan study.toml --no-measure --cores 4",
    "export study 1 --out made.extxyz", "collect study --no-figures", "status study --chains", "status study",
    "wells study --chains 1", "pinned study --below 1.0 --fraction 0.05", "compare study study", "recurrences study",
    "compare study --fixed-number-of 64 --out made.csv", "analyze study --share 0.6 --seed 1", "crosscheck study study",
    "join study other --out joined", "publish study --out made", "publish study --out made --below 1.1",
    "publish study --out made --as-portion",
)  # fmt: skip
#: Exit statuses that commands document besides 0 and 2.
STATUSES = {"run": (75,), "collect": (1,), "crosscheck": (1,)}
#: Commands that a mutation must not reach: they take minutes, or describe this machine.
EXCLUDED = ("warmup", "bench", "doctor", "theory", "report")


def study_text(rng: random.Random) -> str:
    """Return a valid study."""
    text = STUDY
    if rng.random() < 0.3:
        text = (
            text.replace("swap_fraction = 0.2\nmax_displacement = 0.12\ntarget_acceptance = 0.3\n", "") + TRAJECTORIES
        )
    if rng.random() < 0.3:
        text += SIZES
    return text.replace('"fire"', rng.choice(('"fire"', '"conjugate_gradients"', '"steepest_descent"')))


def mutated_text(text: str, rng: random.Random) -> bytes:
    """Return settings after a change of values, mostly, or of bytes."""
    return (
        other_values(text, rng).encode("utf-8", "surrogatepass") if rng.random() < 0.8 else damaged(text.encode(), rng)
    )


def studies(mutations: int, rng: random.Random, folder: Path) -> Iterator[str]:
    """Yield what is wrong with how damaged study files are run."""
    file, out = folder / "fuzzed.toml", folder / "out"
    for _ in range(mutations):
        content = mutated_text(study_text(rng), rng)
        file.write_bytes(content)
        before = snapshot(folder)
        ended = run(["run", "fuzzed.toml", "--out", "out", "--max-walltime", "4s"])
        wrong = complaint(ended, before, snapshot(folder), (75,))
        if not wrong and ended.status == 0:
            after = run(["status", "out"])
            wrong = f"no status: {after.error or after.err[-200:]}" if after.status or after.error else ""
        if wrong:
            yield f"study: {wrong}\n    {content!r}"
        shutil.rmtree(out, ignore_errors=True)


def potentials(mutations: int, rng: random.Random, folder: Path) -> Iterator[str]:
    """Yield what is wrong with how damaged potentials are used."""
    shipped = sorted(shipped_folder("potentials").glob("*.toml"))
    for _ in range(mutations):
        original = rng.choice(shipped)
        content = mutated_text(original.read_text(), rng)
        (folder / "fuzzed.toml").write_bytes(content)
        before = snapshot(folder)
        words = ["sample", "--potential", "fuzzed.toml", "-n", "300", "-t", "0.5", "--sweeps", "2", "--out", "made.npz"]
        ended = run([*words, *(["--dimension", "2"] if rng.random() < 0.5 else [])])
        wrong = complaint(ended, before, snapshot(folder))
        if not wrong and ended.status == 0 and not np.isfinite(ag.read(folder / "made.npz").positions).all():
            wrong = "positions that are not finite"
        if wrong:
            yield f"potential: {wrong}\n    {original.name}: {content!r}"
        (folder / "made.npz").unlink(missing_ok=True)


def examples(folder: Path) -> Path:
    """Make a folder with configurations, a study file, and two collected studies."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    start = ag.Configuration(rng.random((64, 2)) * 8, rng.uniform(0.8, 1.2, 64), [8.0, 8.0])
    glass = ag.quench(start, ag.load_potential("kumar2021"))
    assert glass.converged
    for suffix in (".extxyz", ".npz"):
        ag.write(folder / f"glass{suffix}", glass.configuration)
    ase.io.write(folder / "made_by_ase.extxyz", glass.configuration.to_atoms(), format="extxyz")
    (folder / "study.toml").write_text(STUDY)
    with working_in(folder):
        for name, seed in (("study", 7), ("other", 8)):
            (folder / "seeded.toml").write_text(STUDY.replace("seed = 7", f"seed = {seed}"))
            for words in (["run", "seeded.toml", "--out", name], ["collect", name, "--no-figures"]):
                ended = run(words, patience=300)
                assert ended.status == 0 and not ended.error, (ended.err, ended.error)
    return folder


def command_lines(mutations: int, rng: random.Random, folder: Path) -> Iterator[str]:
    """Yield what is wrong with how mutated command lines end."""
    original = examples(folder / "original")
    work = folder / "work"
    shutil.copytree(original, work)
    pristine = snapshot(work)
    ENDINGS.clear()
    for _ in range(mutations):
        words = other_words(rng.choice(COMMANDS).split(), rng)
        if any(word in EXCLUDED for word in words):
            continue
        with working_in(work):
            before = snapshot(work)
            ended = run(words)
            after = snapshot(work)
        statuses = STATUSES.get(words[0] if words else "", ())
        wrong = complaint(ended, before, after, statuses)
        if wrong:
            yield f"command line {words!r}: {wrong}"
        if after != pristine:
            shutil.rmtree(work)
            shutil.copytree(original, work)
            pristine = snapshot(work)


#: The kinds of mutations, by name.
KINDS = {"studies": studies, "potentials": potentials, "command_lines": command_lines}


def complaints(kind: str, mutations: int, seed: int, folder: Path) -> Iterator[str]:
    """Yield a line for each mutation of a kind that does not end well."""
    folder.mkdir(exist_ok=True)
    with limited_memory(), working_in(folder):
        yield from KINDS[kind](mutations, random.Random(seed), folder)


if __name__ == "__main__":
    sys.exit(report(KINDS, complaints, *(int(word) for word in sys.argv[1:3]), *sys.argv[3:]))
