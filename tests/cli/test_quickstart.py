"""The quickstart, run like a new user: enough modes, complete tables, figures that are not empty."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from axes_checks import assert_axes_filled, assert_picture

import atomglass as ag
from atomglass.analysis.figures.coefficient_figures import draw_beta, draw_cubic
from atomglass.analysis.figures.density_of_states_figure import draw_density_of_states
from atomglass.analysis.figures.selected_modes_figure import draw_selection
from atomglass.analysis.results.selected_modes import mark_selected
from atomglass.analysis.selection import select
from atomglass.study.store.inherent_states import load_configuration

pytestmark = pytest.mark.extended

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    """The directory that `make demo` leaves behind."""
    folder = tmp_path_factory.mktemp("quickstart") / "demo"
    environment = os.environ | {"COLUMNS": "80"}
    for words in (["run", "workflows/quickstart.toml", "--out", folder, "--workers", "2"], ["collect", folder]):
        command = [sys.executable, "-m", "atomglass", *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return folder


def test_enough_quasi_localized_modes(demo):
    study = ag.load_study(demo)
    assert len(study.realizations) == 480
    assert set(study.realizations.status) == {"ok"}
    assert study.realizations.complete.all()
    modes = study.modes[study.modes.is_qlm]
    assert len(modes) >= 100
    assert {"A", "B"} <= set(modes.group)
    assert study.realizations.max_force.max() <= 1e-10
    assert modes.residual.max() < 1e-8
    assert (modes.b2 - modes.eigenvalue).abs().max() < 1e-9
    assert (modes.second_minimum[modes.group == "B"]).all()
    assert set(study.columns.query("table == 'modes'").column) == set(study.modes.columns)


def test_the_summary_has_its_sections(demo):
    text = (demo / "summary.txt").read_text()
    for words in ("GLASSES", "QUASI-LOCALIZED MODES", "TWO GROUPS", "HOW D(omega) GROWS"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 80


def test_figures_are_not_empty(demo):
    pictures = sorted((demo / "figures").glob("*.png"))
    stems = {"quartic_portraits", "density_of_states", "beta", "b3", "selection", "reduced_density"}
    assert {p.stem for p in pictures} == stems
    for picture in pictures:
        assert_picture(picture)
        for kind in (".pdf", ".svg"):
            assert_picture(picture.with_suffix(kind))
    study = ag.load_study(demo)
    modes = mark_selected(study.modes, study.realizations)
    for draw in (draw_density_of_states, draw_beta, draw_cubic):
        for group in "AB":
            assert_axes_filled(draw(modes, group=group))
    assert_axes_filled(draw_selection(modes))


def test_the_analysis_agrees_with_the_tables(demo):
    """The next commands of a new user; recurrences of a defect are checked in the glasses themselves."""
    for words in (["recurrences", demo], ["analyze", demo]):
        command = [sys.executable, "-m", "atomglass", *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    for words in ("The paper's statements", "Exponents below fixed frequencies", "Tests of the theory", "warning: "):
        assert words in done.stdout
    study = ag.load_study(demo)
    chosen = select(study.modes, study.realizations)
    fits = pd.read_csv(demo / "analysis" / "exponents.csv").set_index(["group", "returns"])
    returns = pd.read_parquet(demo / "recurrences.parquet")
    assert study.modes.is_qlm.sum() == len(returns)
    again = returns[returns.recurrence_of.notna()]
    dropped = chosen.merge(again, on=["realization", "mode"])
    assert fits.modes["all", "kept"] == len(chosen) > 20
    assert fits.modes["all", "dropped"] == len(chosen) - len(dropped)
    assert json.loads((demo / "analysis" / "analysis.json").read_text())["exponents"][0]["group"] == "A"
    potential = ag.load_potential("kumar2021")
    for row in again.itertuples():
        fields = []
        for realization, mode in ((row.realization, row.mode), (row.recurrence_realization, row.recurrence_mode)):
            glass = load_configuration(demo, realization)
            fields.append(ag.lowest_modes(glass, potential, count=int(mode) + 3).eigenvectors[int(mode)])
        assert row.realization // 60 == row.recurrence_realization // 60 == row.chain
        if (returns.defect == row.defect).sum() == 2:
            assert abs((fields[0] * fields[1]).sum()) == pytest.approx(row.overlap, abs=1e-6)
            assert row.overlap > 0.5


def test_the_report_shows_modes_on_their_own_glasses(demo):
    command = [sys.executable, "-m", "atomglass", "report", str(demo)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (demo / "report.html").read_text(encoding="utf-8")
    for figure in ("density_of_states", "exponent_bound", "exponent_selection", "mode_A", "mode_B"):
        assert f'id="figure-{figure}"' in page
    statuses = ag.load_study(demo).realizations.status.value_counts()  # depend on the machine's rounding
    for status, count in statuses.drop("ok").items():
        assert f"{count} of 480 realizations failed ({status}" in page
