"""The registry, the command line, and both studies end to end with small settings."""

from __future__ import annotations

import csv
import importlib
import json
import subprocess
import sys

import pytest
from axes_checks import assert_printable, drawn_figures
from typer.testing import CliRunner

from atomglass import theory
from atomglass.cli.theory import theory_app
from atomglass.errors import InputError
from atomglass.settings import Settings, find_toml, read_toml, validated
from atomglass.theory.registry import PAPERS, STATEMENT_FIELDS, TheoryStatement, load_paper, numeric_claim

OURS = ("parshin2007", "ilin1987")
SMALL = {
    "parshin2007": "size = 8\nrealizations = 12\npressures = [1e-3]\n",
    "ilin1987": "samples = 20000\np_min = -8.0\n",
}


def test_lazy_names_exist():
    for name in ("QuarticMode", "reduced_heat_capacity", "boson_peak_dos", "OscillatorModel", "oscillator_realization"):
        assert callable(getattr(theory, name)) and name in dir(theory)
    with pytest.raises(AttributeError, match="no attribute 'Quartic'"):
        theory.Quartic  # noqa: B018


def test_command_line_starts_without_numerical_libraries():
    heavy = "('numpy', 'scipy', 'matplotlib', 'pandas')"
    code = f"import sys, atomglass.cli.main; print([m for m in {heavy} if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


@pytest.mark.parametrize("name", OURS)
def test_shipped_settings_are_the_defaults(name):
    study = load_paper(name)
    assert issubclass(study.config, Settings)
    path = find_toml(name, "workflows")
    assert validated(study.config, read_toml(path), str(path)) == study.config()
    assert set(read_toml(path)) == set(study.config.model_fields)


def test_list_names_every_paper():
    output = CliRunner().invoke(theory_app, ["list"]).output
    assert all(name in output for name in PAPERS)


@pytest.mark.extended
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name == "parshin2007" else name for name in OURS]
)
def test_run(name, tmp_path):
    config, out = tmp_path / "small.toml", tmp_path / "out"
    config.write_text(SMALL[name])
    with drawn_figures() as drawn:
        result = CliRunner().invoke(theory_app, ["run", name, "--config", str(config), "--out", str(out)])
    assert result.exit_code == 0, result.output
    for figure in drawn:
        assert_printable(figure)
    with (out / "statements.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == STATEMENT_FIELDS and len(rows) >= 15
    assert {row["verdict"] for row in rows} >= {"agrees", "differs"}
    written = sorted(path.name for path in out.iterdir())
    for stem in (path.stem for path in out.glob("*.png")):
        assert {f"{stem}.png", f"{stem}.pdf", f"{stem}.csv"} <= set(written)
        assert (out / f"{stem}.csv").read_text().count("\n") > 2
    assert len(list(out.glob("figure*.png"))) == {"parshin2007": 3, "ilin1987": 2}[name]
    assert all(file in result.output.replace("\n", "") for file in written)
    assert json.loads((out / "settings.json").read_text())["seed"] == load_paper(name).config().seed


def test_invalid_settings_give_a_one_line_message(tmp_path):
    config = tmp_path / "bad.toml"
    config.write_text("realisations = 3\n")
    result = CliRunner().invoke(
        theory_app, ["run", "parshin2007", "--config", str(config), "--out", str(tmp_path / "o")]
    )
    assert isinstance(result.exception, InputError) and "realizations" in str(result.exception)
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(theory_app, ["run", "ilin1987", "--out", str(tmp_path / "file")])
    assert isinstance(result.exception, InputError) and "--out" in str(result.exception)
    study = load_paper("parshin2007")
    with pytest.raises(InputError, match="ascending"):
        study.run(study.config(couplings=[0.1, 0.07, 0.2]), tmp_path)
    study = load_paper("ilin1987")
    with pytest.raises(InputError, match="width"):
        study.run(study.config(width=0.01), tmp_path)


def test_registry_refuses_unknown_names():
    with pytest.raises(InputError, match="did you mean 'parshin2007'"):
        load_paper("parshin")
    with pytest.raises(InputError, match="agrees, differs"):
        TheoryStatement("1", "x", "1", "1", "maybe")
    assert numeric_claim("1", "x", "1", 1.0, 1.04, 0.05).verdict == "agrees"
    assert numeric_claim("1", "x", "1", 1.0, 1.06, 0.05).verdict == "differs"


@pytest.mark.parametrize("name", OURS)
def test_module_is_where_the_registry_says(name):
    module = importlib.import_module(PAPERS[name].module)
    assert module.__doc__ and load_paper(name).run is module.run
