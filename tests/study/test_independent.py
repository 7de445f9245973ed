"""Studies of models other than glasses: coupled oscillators, a model from a user's module, and invalid models."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import failure_points
import numpy as np
import pytest
from studies import Silent, atomglass, require_extended, same_tables
from study_runs import command, run_in_pieces, said
from typer.testing import CliRunner

from atomglass.cli.main import app
from atomglass.errors import InputError
from atomglass.study import registry
from atomglass.study.collect import collect
from atomglass.study.cost import Cost, plan_study
from atomglass.study.execution.runners import run_serial
from atomglass.study.load import load_study
from atomglass.study.models.independent import Independent
from atomglass.study.protocol import FLOAT, Column, RealizationModel
from atomglass.study.registry import read_study
from atomglass.study.schema import table
from atomglass.study.store.study_store import StudyStore
from atomglass.theory import oscillator_realization
from atomglass.theory.oscillators.realization import OscillatorConfig

pytestmark = pytest.mark.extended

OSCILLATORS = """
name = "small"
model = "oscillators"
seed = 5
[oscillators]
coupling = 0.2
size = 4
frequency_max = 0.6
{more}
[ensemble]
chains = {chains}
realizations_per_chain = {realizations}
realizations_per_shard = 2
"""

OWN = """
import numpy as np
from atomglass.settings import Settings
from atomglass.study.protocol import FLOAT, TEXT, Column, RealizationModel

class Config(Settings):
    width: float

def realize(config, rng):
    x = rng.normal(0, config.width)
    if x < -config.width:
        raise ArithmeticError("too far")
    modes = [{"frequency": np.float64(abs(x)), "beta": 0.0, "group": "A"}]
    return modes, {"status": "ok", "reason": "", "x": x} | ({"y": 1} if x > 9 else {})

MODEL = RealizationModel(
    "walk", 1, Config, realize, (Column("x", FLOAT, "", "where"),),
    (Column("frequency", FLOAT, "", ""), Column("beta", FLOAT, "", ""), Column("group", TEXT, "", "")),
)
"""


def written(folder: Path, chains: int = 3, realizations: int = 5, more: str = "") -> Path:
    path = folder / f"oscillators{chains}{realizations}.toml"
    path.write_text(OSCILLATORS.format(chains=chains, realizations=realizations, more=more), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small study of oscillators after one uninterrupted serial run, collected."""
    folder = tmp_path_factory.mktemp("oscillators")
    store = StudyStore.create(folder / "out", read_study(written(folder)))
    assert run_serial(store, Silent()).complete
    collect(store)
    return store.folder


def test_tables_contain_every_value_of_a_realization(whole: Path) -> None:
    study = load_study(whole)
    rows, modes = study.realizations, study.modes
    assert rows["realization"].tolist() == list(range(15)) and (rows["status"] == "ok").all()
    assert rows["seed"].nunique() == 15 and rows["lowest_bare_eigenvalue"].notna().all()
    assert rows["mode_count"].sum() == len(modes) > 50 and set(modes["group"]) <= {"A", "B"}
    # Realization 2 of chain 1, computed directly.
    config = OscillatorConfig(coupling=0.2, size=4, frequency_max=0.6)
    rng = np.random.default_rng(np.random.SeedSequence(5, spawn_key=(0, 1, 2)))
    expected, row = oscillator_realization(config, rng)
    here = rows[rows["realization"] == 7].iloc[0]
    assert {key: here[key] for key in row} == row
    mine = modes[modes["realization"] == 7]
    assert set(expected[0]) <= set(mine)
    for key in ("frequency", "b3", "b4", "beta", "group", "participation_ratio"):
        assert mine[key].tolist() == [mode[key] for mode in expected]
    units = study.columns.set_index(["table", "column"])["unit"]
    assert units["modes", "frequency"] == "omega0" and set(study.columns["column"]) == set(rows) | set(modes)


def test_interrupted_and_extended_studies_give_the_same_tables(whole: Path, tmp_path: Path) -> None:
    settings = read_study(written(tmp_path))
    pieces = StudyStore.create(tmp_path / "pieces", settings)
    assert run_in_pieces(pieces, 1) > 2
    collect(pieces)
    assert same_tables(whole, pieces.folder)
    small = StudyStore.create(tmp_path / "small", read_study(written(tmp_path, 2, 3)))
    assert run_serial(small, Silent()).complete
    with pytest.raises(InputError, match="add --extend"):
        StudyStore.create(tmp_path / "small", settings)
    larger = StudyStore.create(tmp_path / "small", settings, extend=True)
    assert run_serial(larger, Silent()).complete
    collect(larger)
    require_extended(larger.folder, 2, 3, whole)


def test_a_killed_run_continues(whole: Path, tmp_path: Path) -> None:
    arguments = ("run", written(tmp_path), "--out", tmp_path / "out")
    assert subprocess.run(failure_points.command("shard.sync:3", *arguments)).returncode == -9
    assert atomglass(*arguments, "--workers", 2).returncode == 0
    collect(StudyStore(tmp_path / "out"))
    assert same_tables(whole, tmp_path / "out")


def test_mpi_ranks_give_the_same_bytes(mpirun: str, whole: Path, tmp_path: Path) -> None:
    run = command(mpirun, 2, "run", written(tmp_path), "--out", tmp_path / "out")
    done = subprocess.run(run, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    collect(StudyStore(tmp_path / "out"))
    assert same_tables(whole, tmp_path / "out")


def test_a_nan_has_one_sign() -> None:
    column = (Column("x", FLOAT, "", ""),)
    one, other = (table(column, [{"x": value}])["x"].to_numpy().tobytes() for value in (np.nan, -np.float64(np.nan)))
    assert one == other


def test_commands_call_realizations_by_name(whole: Path, tmp_path: Path) -> None:
    file = written(tmp_path, 4, 7)
    before = sorted(p.name for p in whole.rglob("*"))
    assert "13 of 28 realizations left in 4 of 4 chains" in said("run", file, "--out", whole, "--extend", "--dry-run")
    assert sorted(p.name for p in whole.rglob("*")) == before
    text = " ".join(said("status", whole).split())
    assert "done 3 15" in text and "failed realizations: 0" in text and "sweeps" not in text
    lines = dict(plan_study(read_study(file), Cost(0.0, 3.0, 1000, 500), cores=2))
    assert lines["core-hours"].startswith(f"{28 * 3 / 3600:.3g} ") and "one realization" in lines
    assert "28 in 4 chains of 7" in said("plan", file)
    text = said("collect", whole)
    assert "15 in 3 chains, 0 of them failed" in text and "Group A" in text
    assert max(map(len, (whole / "summary.txt").read_text().splitlines())) <= 80
    assert (whole / "figures" / "modes.png").stat().st_size > 10_000
    for name in ("analyze", "report", "wells", "recurrences"):
        done = CliRunner().invoke(app, [name, str(whole)])
        assert isinstance(done.exception, InputError) and "is a study of oscillators" in str(done.exception)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('model = "oscilators"', "did you mean 'oscillators'?"),
        ("model = 3", "write a name in quotes"),
        ('model = "no_such_package:MODEL"', "cannot be loaded (ModuleNotFoundError"),
        ('model = "json:loads"', "is not a RealizationModel"),
        ('model = "oscillators"\n[sample]\nparticles = 64', "unknown key 'sample'"),
        ('model = "oscillators"\n[oscillators]\ncouplin = 0.1', "did you mean 'coupling'?"),
        ('model = "glass"\npotential = "kumar2021"\n[oscillators]\nsize = 5', "unknown key 'oscillators'"),
        ('model = "oscillators"\n[oscillators]\nsize = 1', "oscillators.size is 1"),
    ],
)
def test_errors_are_one_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "study.toml"
    ensemble = "[ensemble]\nchains = 1\nrealizations_per_chain = 1\n"
    file.write_text(f'name = "x"\nseed = 1\n{text}\n{ensemble}', encoding="utf-8")
    with pytest.raises(InputError) as mistake:
        read_study(file)
    assert words in str(mistake.value) and "\n" not in str(mistake.value)


def test_the_hash_of_a_study_of_glasses_does_not_change(settings) -> None:
    study = settings()
    assert study.model == "glass" and "model" not in study.physics()
    old = {key: value for key, value in study.model_dump(mode="json").items() if key != "model"}
    assert registry.model_of(old, "x").stored(old, "x").physics_hash == study.physics_hash


def test_a_model_from_a_users_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "walk_model.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "study.toml"
    file.write_text(
        'name = "x"\nseed = 1\nmodel = "walk_model:MODEL"\n[walk]\nwidth = 2.0\n'
        "[ensemble]\nchains = 2\nrealizations_per_chain = 20\n"
    )
    store = StudyStore.create(tmp_path / "out", read_study(file))
    assert run_serial(store, Silent()).complete
    found = collect(store)
    rows = load_study(store.folder).realizations
    failed = rows["status"] == "error"
    assert 0 < failed.sum() < 20 and (rows["reason"][failed] == "ArithmeticError: too far").all()
    assert (rows["attempt_count"][failed] == 2).all() and rows["x"][~failed].notna().all()
    assert found.failed == {"error": failed.sum()} and found.attempts.num_rows == 40 + failed.sum()
    # A value without a column is an error.
    model = registry.model_of({"model": "walk_model:MODEL"}, "x")
    monkeypatch.setattr(np.random, "default_rng", lambda seed: type("Far", (), {"normal": lambda *a: 10.0})())
    sampler = model.restore(store.settings, 0, {"drawn": 1})
    lost = model.realize(store.settings, sampler, lambda: None)
    assert lost.row["status"] == "error" and "no realization column is called y" in lost.row["reason"]


CRASHING = """
import os, signal
import numpy as np
from atomglass.settings import Settings
from atomglass.study.protocol import RealizationModel

class Config(Settings):
    signal: int

def realize(config, rng):
    if rng.integers(2**40) == {number}:
        os.kill(os.getpid(), config.signal)
    return [], {{"status": "ok", "reason": ""}}

MODEL = RealizationModel("crash", 1, Config, realize, (), ())
"""


@pytest.fixture
def crashing(tmp_path: Path) -> Path:
    """The file of a study whose realization 2 of chain 1 kills its process by signal 11."""
    sick = np.random.default_rng(np.random.SeedSequence(1, spawn_key=(0, 1, 2))).integers(2**40)
    (tmp_path / "crash_model.py").write_text(CRASHING.format(number=sick))
    file = tmp_path / "study.toml"
    file.write_text(
        'name = "x"\nseed = 1\nmodel = "crash_model:MODEL"\n[crash]\nsignal = 11\n'
        "[ensemble]\nchains = 2\nrealizations_per_chain = 4\n"
    )
    return file


def run(file: Path, *more: object) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(file.parent), os.getcwd()])
    return atomglass("run", file, "--out", file.parent / "out", *more, environment={"PYTHONPATH": path})


def test_a_realization_that_always_crashes_its_process_is_given_up(crashing: Path, monkeypatch) -> None:
    monkeypatch.syspath_prepend(crashing.parent)
    for _ in range(3):
        assert run(crashing).returncode == -11
    done = run(crashing)
    assert done.returncode == 0, done.stderr
    rows = _rows(crashing)
    assert rows["status"].tolist() == ["ok"] * 6 + ["crashed", "ok"]
    assert "Segmentation fault" in rows["reason"][6] and "crashes" in rows["reason"][6]
    kept = json.loads((crashing.parent / "out" / "crashes" / "00001.json").read_text())
    assert len(kept) == 3 and all("crash_model.py" in crash["trace"] for crash in kept)
    told = collect(StudyStore(crashing.parent / "out")).attempts.to_pandas().query("realization == 6")
    assert told["attempt"].tolist() == [-3, -2, -1] and (told["status"] == "crashed").all()
    assert "processes that crashed: 3" in said("status", crashing.parent / "out")


def test_workers_survive_a_crashing_realization(crashing: Path, monkeypatch) -> None:
    monkeypatch.syspath_prepend(crashing.parent)
    done = run(crashing, "--workers", 2)
    assert done.returncode == 0 and done.stderr.count("another one takes its place") == 3, done.stderr
    assert _rows(crashing)["status"].tolist() == ["ok"] * 6 + ["crashed", "ok"]


def test_kills_from_outside_never_count(crashing: Path, monkeypatch) -> None:
    monkeypatch.syspath_prepend(crashing.parent)
    crashing.write_text(crashing.read_text().replace("signal = 11", "signal = 9"))
    for _ in range(4):
        assert run(crashing).returncode == -9
    assert not (crashing.parent / "out" / "crashes").exists()


def _rows(file: Path):
    store = StudyStore(file.parent / "out")
    collect(store)
    return load_study(store.folder).realizations


@pytest.mark.parametrize(
    "row, words", [({"x": 1.0}, "lacks reason and status"), ({"status": "ok", "reason": "", "x": [1.0]}, "type list")]
)
def test_a_row_that_the_tables_cannot_hold_is_an_error_of_its_realization(row: dict, words: str) -> None:
    model = Independent(
        RealizationModel("walk", 1, OscillatorConfig, lambda config, rng: ([], row), (Column("x", FLOAT, "", ""),), ()),
        "walk",
    )
    sampler = SimpleNamespace(generator=lambda: np.random.default_rng(1))
    lost = model.realize(SimpleNamespace(walk=None), sampler, lambda: None)
    assert lost.row["status"] == "error" and words in lost.row["reason"]
