"""Bad input: one line with the value, what is allowed and the remedy; exit status 2; nothing written."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import numpy as np
import pytest

import atomglass as ag
from atomglass.cli import main as cli

TINY = Path(__file__).parents[2] / "workflows" / "tiny.toml"


def command(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run the command line in this process and return its exit status."""
    monkeypatch.setattr(sys, "argv", ["atomglass", *words])
    try:
        cli.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with one good file and others that are each wrong in one way."""
    rng = np.random.default_rng(1)
    side = np.array([8.0, 8.0])
    good = {"positions": rng.random((64, 2)) * side, "diameters": np.full(64, 1.0), "box": side}

    def wrong(name: str, **changes: np.ndarray) -> None:
        np.savez(tmp_path / f"{name}.npz", **(good | changes))

    def changed(key: str, where: tuple[int, ...], value: object) -> np.ndarray:
        array = good[key].copy()
        array[where] = value
        return array

    wrong("good")
    wrong("nan", positions=changed("positions", (3, 1), np.nan))
    wrong("coincident", positions=changed("positions", (3,), good["positions"][7] + side))
    wrong("negative", diameters=changed("diameters", (5,), -1.0))
    wrong("mismatch", diameters=good["diameters"][:50])
    wrong("narrow", positions=good["positions"][:3] / 4, diameters=np.full(3, 1.2), box=np.array([2.0, 2.0]))
    wrong("spread", diameters=changed("diameters", (5,), 9.0), box=side * 4)
    (tmp_path / "folder").mkdir()
    atoms = "".join(f"{i + 1} {1 + i % 2} {x} {y} 0\n" for i, (x, y) in enumerate(good["positions"]))
    (tmp_path / "types.lammpstrj").write_text(
        "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n64\nITEM: BOX BOUNDS pp pp pp\n0 8\n0 8\n0 1\n"
        f"ITEM: ATOMS id type x y z\n{atoms}"
    )
    (tmp_path / "text.gsd").write_text("hello")
    (tmp_path / "binary.extxyz").write_bytes(bytes(range(256)))
    (tmp_path / "mine.toml").write_text("")
    (tmp_path / "empty.toml").write_text("")
    (tmp_path / "broken.toml").write_text("a = = 3")
    tiny = TINY.read_text()
    for name, old, new in (
        ("unknown", "temperature", "tempreture"),
        ("cold", "temperature = 0.1", "temperature = 0.0"),
        ("model", '"kumar2021"', '"kumar2020"'),
        ("small", "particles = 64", "particles = 10"),
        ("word", "particles = 64", 'particles = "many"'),
        ("none", "chains = 1", "chains = 0"),
        ("method", "[ensemble]", '[quench]\nmethod = "newton"\n\n[ensemble]'),
    ):
        (tmp_path / f"{name}.toml").write_text(tiny.replace(old, new))
    monkeypatch.chdir(tmp_path)
    return tmp_path


OUT = ("--out", "result.extxyz")

CASES = [
    (("quench", "folder", *OUT), ["folder is a folder", "name the file"]),
    (("quench", "good.npz", "--out", "folder"), ["folder is a folder", "name the file"]),
    (("modes", "good.npz", "--out", "folder"), ["--out is 'folder'", "a file", "name one in this folder"]),
    (("dos", "good.npz", "--out", "folder"), ["--out is 'folder'", "a file"]),
    *(((name, "nowhere"), ["no folder nowhere", "a collected study"]) for name in ("report", "analyze", "compare")),
    *(((name, "nowhere"), ["no folder nowhere", "a collected study"]) for name in ("wells", "recurrences")),
    (("publish", "nowhere", "--out", "published"), ["no folder nowhere", "a collected study"]),
    (("sample", "-n", "100", "-p", "mine", *OUT), ["'mine'", "did you mean 'mine.toml'?"]),
    (("plan", "cold"), ["'cold'", "did you mean 'cold.toml'?"]),
    (("modes", "types.lammpstrj"), ["diameters", "none", "kumar2021 mixes", "--diameters-by-type 1=", "--potential"]),
    (("sample", "-n", "1e3", *OUT), ["--particles", "integer", "'1e3'", "`atomglass sample --help`"]),
    (("modes", "good.npz", "--coutn", "3"), ["--coutn", "--count", "`atomglass modes --help`"]),
    (("theory", "run", "parshin2007", "--ot", "x"), ["--ot", "--out", "`atomglass theory run --help`"]),
    (("mode", "good.npz"), ["'mode'", "modes", "`atomglass --help`"]),
    (("quench", "nan.npz", *OUT), ["position of particle 3", "nan", "finite"]),
    (("modes", "nan.npz"), ["position of particle 3"]),
    (("sample", "--from", "nan.npz", *OUT), ["position of particle 3"]),
    (("quench", "coincident.npz", *OUT), ["particles 3 and 7 coincide", "move or remove"]),
    (("quench", "negative.npz", *OUT), ["diameter of particle 5", "-1.0", "> 0"]),
    (("quench", "mismatch.npz", *OUT), ["(50,)", "(64,)"]),
    (("quench", "narrow.npz", *OUT), ["smallest height of the box is 2.0", "3.0", "larger box"]),
    (("sample", "--from", "narrow.npz", *OUT), ["smallest height of the box is 2.0"]),
    (("modes", "narrow.npz"), ["smallest height of the box is 2.0"]),
    (("quench", "spread.npz", *OUT), ["spread of the diameters is 8.0", "below", "unit of length"]),
    (("quench", "text.gsd", *OUT), ["text.gsd", "GSD"]),
    (("quench", "binary.extxyz", *OUT), ["binary.extxyz", "not a text file"]),
    (("quench", "missing.extxyz", *OUT), ["missing.extxyz", "does not exist"]),
    (("quench", "good.npz", "--out", "result.foo"), ["'.foo'", ".extxyz"]),
    (("quench", "good.npz", "--out", "nowhere/result.npz"), ["no folder nowhere", "create it"]),
    (("quench", "good.npz", *OUT, "--force-tolerance", "0"), ["force_tolerance is 0.0", "> 0"]),
    (("quench", "good.npz", *OUT, "--max-iterations", "0"), ["max_iterations is 0", ">= 1"]),
    (("quench", "good.npz", *OUT, "--method", "cg"), ["method is 'cg'", "steepest_descent or fire", "leave it out"]),
    (("quench", "good.npz", *OUT, "--frame", "3"), ["frame of good.npz is 3"]),
    (("sample", "-n", "100", "-t", "0", *OUT), ["temperature is 0.0", "> 0", "quench"]),
    (("sample", "-n", "100", "-t", "-1", *OUT), ["temperature is -1.0"]),
    (("sample", "-n", "100", "-t", "nan", *OUT), ["temperature is nan"]),
    (("sample", "-n", "5", *OUT), ["smallest height of the box", "use more particles"]),
    (("sample", *OUT), ["start of the sample", "--particles", "--from"]),
    (("sample", "-n", "100", "-p", "kumar202", *OUT), ["'kumar202'", "did you mean 'kumar2021'?"]),
    (("sample", "-n", "100", "--diameters", "foo", *OUT), ["'foo'", "'iid' or 'quantile'"]),
    (
        ("sample", "-n", "100", "--sizes", "gauss", *OUT),
        ["size law is 'gauss'", "a file with one diameter"],
    ),
    (("sample", "-n", "100", "--sizes", "gaussian polydispersity=2", *OUT), ["polydispersity is 2", "less than 1"]),
    (("sample", "-n", "100", "--sizes", "word.toml", *OUT), ["word.toml", "one positive number in each line"]),
    (("sample", "--from", "good.npz", "--sizes", "power", *OUT), ["--sizes is 'power'", "--from"]),
    (("sample", "-n", "100", "--seed", "-1", *OUT), ["seed is -1", ">= 0"]),
    (("sample", "-n", "100", "--density", "0", *OUT), ["density is 0.0", "1e-06 to 1e+06"]),
    (("sample", "-n", "100", "--sweeps", "-5", *OUT), ["sweeps is -5", ">= 0"]),
    (("sample", "-n", "100", "--swap-fraction", "1.5", *OUT), ["swap_fraction is 1.5", "0 to 1"]),
    (("sample", "-n", "100", "--max-displacement", "3", *OUT), ["max_displacement is 3.0", "smaller step"]),
    (
        ("sample", "-n", "100", "--trajectories", "--swap-fraction", "0.2", *OUT),
        ["--swap-fraction is 0.2", "only without --trajectories"],
    ),
    (
        ("sample", "-n", "100", "--swap-window", "0.1", *OUT),
        ["--swap-window is 0.1", "only with --trajectories"],
    ),
    (
        ("sample", "-n", "100", "--trajectories", "--swap-window", "-1", *OUT),
        ["swap window with trajectories is -1", "> 0"],
    ),
    (("sample", "--from", "good.npz", "--diameters", "iid", *OUT), ["--diameters is 'iid'", "--from"]),
    (("sample", "--from", "good.npz", "--density", "2", *OUT), ["--density is 2.0", "--from"]),
    (("sample", "--from", "good.npz", "--frame", "4", *OUT), ["frame of good.npz is 4"]),
    (("modes", "good.npz", "--count", "3", "--full"), ["--count is 3", "--full"]),
    (("modes", "good.npz"), ["largest force", "--quench"]),
    (("modes", "good.npz", "--count", "0"), ["--count is 0", ">= 1"]),
    (("modes", "good.npz", "--diameters-by-type", "A:1.0"), ["--diameters-by-type", "'A:1.0'", "A=1.0,B=0.88"]),
    (("modes", "good.npz", "--diameters-by-type", "A=1.0,A=2"), ["--diameters-by-type", "each type once"]),
    (
        ("modes", "good.npz", "--diameters-by-type", "A=1.0"),
        ["good.npz", "no types of particles", "leave this option out"],
    ),
    (("quench", "good.npz", *OUT, "--species", "A,,B"), ["--species", "'A,,B'", "each type once"]),
    (("dos", "good.npz", "--species", "A,B"), ["good.npz", "no types of particles"]),
    (("quench", "good.npz", *OUT, "--potential", "kumar2021_3d"), ["dimension of good.npz is 2", "3, that of the"]),
    (("modes", "good.npz", "--out", "nowhere/modes.extxyz"), ["no folder nowhere", "create it first"]),
    (("modes", "good.npz", "--out", "table.foo"), ["'.foo'", ".parquet, .csv, .extxyz"]),
    (("run", "empty.toml", "-o", "study"), ["empty.toml is empty"]),
    (("run", "broken.toml", "-o", "study"), ["broken.toml is not valid TOML", "line 1"]),
    (("run", "unknown.toml", "-o", "study"), ["'sample.tempreture'", "did you mean 'temperature'?"]),
    (("run", "cold.toml", "-o", "study"), ["sample.temperature is 0.0", "greater than 0"]),
    (("run", "model.toml", "-o", "study"), ["'kumar2020'", "did you mean 'kumar2021'?"]),
    (("run", "small.toml", "-o", "study"), ["sample.particles is 10", ">="]),
    (("run", "word.toml", "-o", "study"), ["sample.particles is 'many'", "integer"]),
    (("run", "none.toml", "-o", "study"), ["ensemble.chains is 0", "1"]),
    (("run", "method.toml", "-o", "study"), ["quench.method is 'newton'", "'steepest_descent' or 'fire'"]),
    (("run", "nothing", "-o", "study"), ["'nothing'", "quickstart"]),
    (("run", "tiny", "-o", "good.npz"), ["good.npz is a file"]),
    (("run", "tiny", "-o", "."), ["holds other files"]),
    (("run", "tiny", "-o", "study", "--workers", "0"), ["--workers", "1"]),
    (("run", "tiny"), ["--out"]),
    (("rum",), ["rum", "--help"]),
    (("status", "."), ["no study", "atomglass run"]),
    (("bench", "--only", "quensh"), ["--only is 'quensh'", "quench"]),
    (("bench", "--json", "nowhere/bench.json"), ["folder of --json is 'nowhere'", "existing folder"]),
    (("bench", "--json", "."), ["--json is '.'", "a file"]),
    (("bench", "--study", "nowhere"), ["no study", "atomglass run"]),
    (("collect", "nowhere"), ["no study", "atomglass run"]),
    (("analyze", "folder"), ["modes.parquet is missing", "atomglass collect"]),
    (("compare", "folder"), ["modes.parquet is missing", "atomglass collect"]),
    (("recurrences", "folder"), ["modes.parquet is missing", "atomglass collect"]),
]


@pytest.mark.parametrize(("words", "expected"), CASES, ids=[" ".join(words) for words, _ in CASES])
def test_one_line_and_status_two(words, expected, files, monkeypatch, capsys):
    before = sorted(path.name for path in files.rglob("*"))
    assert command(monkeypatch, *words) == 2
    shown = capsys.readouterr()
    lines = shown.err.strip().splitlines()
    assert len(lines) == 1, shown.err
    assert lines[0].startswith("atomglass: ")
    assert ";" in lines[0], "no remedy"
    for part in expected:
        assert part in lines[0]
    assert sorted(path.name for path in files.rglob("*")) == before


def test_good_input_is_accepted(files, monkeypatch, capsys):
    """Not everything is refused."""
    assert command(monkeypatch, "quench", "good.npz", *OUT) == 0
    assert command(monkeypatch, "modes", "result.extxyz", "--out", "table.csv") == 0
    assert "proven complete by inertia" in capsys.readouterr().out
    assert (files / "table.csv").read_text().startswith("mode,frequency")


@pytest.mark.parametrize("method", ["conjugate_gradients", "steepest_descent", "fire"])
def test_every_minimizer_by_name(method, files, monkeypatch, capsys):
    more = ("--max-iterations", "1000000", "--method", method)
    assert command(monkeypatch, "quench", "good.npz", *OUT, *more) == 0
    assert capsys.readouterr().out.startswith("converged")


def test_a_quench_that_does_not_converge_is_written_and_reported(files, monkeypatch, capsys):
    assert command(monkeypatch, "quench", "good.npz", *OUT, "--max-iterations", "2") == 1
    shown = capsys.readouterr().out
    assert "iterations_exhausted" in shown
    assert "raise max_iterations" in shown
    assert len(ag.read(files / "result.extxyz")) == 64


@pytest.mark.parametrize("verb", ["energy", "forces", "quench", "hessian", "lowest_modes", "elastic_moduli"])
def test_the_api_raises_the_same_error(verb, files):
    narrow = ag.read(files / "narrow.npz")
    with pytest.raises(ag.InputError, match="smallest height of the box"):
        getattr(ag, verb)(narrow, ag.load_potential("kumar2021"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[sample]", "[sample]\ndensity = 1e-308"), "sample.density is 1e-308"),
        (("[sample]", "[sample]\ndensity = 1e308"), "sample.density is 1e+308"),
        (("seed = ", f"seed = {'9' * 5000}#"), "has numbers or lists that no settings have"),
        (("seed = ", f"x = {'[' * 5000}{']' * 5000}\nseed = "), "has numbers or lists that no settings have"),
        (("particles = 64", f"particles = {10**20}"), "sample.particles is 100000000000000000000"),
    ],
    ids=["thin", "dense", "digits", "nested", "large"],
)
def test_settings_beyond_every_limit(change, says, tmp_path, monkeypatch, capsys) -> None:
    file = tmp_path / "extreme.toml"
    file.write_text(TINY.read_text().replace(*change, 1))
    assert command(monkeypatch, "run", str(file), "--out", str(tmp_path / "out")) == 2
    error = capsys.readouterr().err.strip()
    assert says in error
    assert "\n" not in error
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("variable", "value"),
    [("SLURM_ARRAY_TASK_ID", "abc"), ("SLURM_ARRAY_TASK_ID", "9" * 30), ("SLURM_NTASKS", "-1"), ("PMI_SIZE", "x")],
)
def test_variables_of_launchers_that_are_no_numbers(variable, value, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv(variable, value)
    assert command(monkeypatch, "run", str(TINY), "--out", str(tmp_path / "out")) == 2
    assert f"the environment variable {variable} is" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_version_as_an_option(monkeypatch, capsys) -> None:
    assert command(monkeypatch, "--version") == 0
    assert capsys.readouterr().out.strip() == ag.__version__
    assert command(monkeypatch, "run", "-h") == 0


def test_commands_that_messages_propose_can_be_pasted(tmp_path: Path) -> None:
    folder = tmp_path / "two words; $HOME"
    folder.mkdir()
    with pytest.raises(ag.InputError) as refused:
        ag.load_study(folder)
    proposed = str(refused.value).split("`")[1]
    assert shlex.split(proposed) == ["atomglass", "collect", str(folder)]


@pytest.mark.parametrize(("factor", "noted"), [(0.5, True), (1.0, False), (1.5, False), (2.0, True), (3.4, True)])
def test_sizes_that_are_not_the_models_are_noted(
    factor: float, noted: bool, files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with np.load("good.npz") as good:
        np.savez("sizes.npz", **{**good, "diameters": factor * good["diameters"], "box": 4 * good["box"]})
    command(monkeypatch, "quench", "sizes.npz", "--max-iterations", "1", *OUT)
    error = capsys.readouterr().err
    shown = f"note: the mean diameter in sizes.npz is {factor:g}, in kumar2021 diameters are 0.7261 to 1.611: "
    assert (shown in error) is noted and ("note:" in error) is noted
