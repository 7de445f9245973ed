"""Modes drawn on their glasses, and exponents against selections."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from axes_checks import assert_axes_filled, assert_printable
from matplotlib.collections import EllipseCollection
from matplotlib.quiver import Quiver
from samples import glass
from study_tables import fake_study

import atomglass as ag
from atomglass.analysis.figures.mode_pictures import core_radius, draw_mode, mode_figures
from atomglass.analysis.figures.selection_grid_figure import draw_selection_grid, selection_grid_figure
from atomglass.analysis.results.exponent_tables import selection_grid
from atomglass.errors import InputError


@pytest.mark.parametrize("sheared", [False, True])
@pytest.mark.parametrize("dimension", [2, 3])
def test_arrows_are_the_displacements_with_the_core_in_the_center(dimension, sheared):
    name = "kumar2021" if dimension == 2 else "kumar2021_3d"
    sample = glass(name, 200, dimension, 1, sheared)
    mode = ag.lowest_modes(sample, ag.load_potential(name), 3).eigenvectors[0]
    ax = draw_mode(sample, -2 * mode, longest=2.0)
    assert ax.get_xlabel() and ax.get_ylabel() and ax.get_aspect() == 1
    circles = next(c for c in ax.collections if isinstance(c, EllipseCollection))
    arrows = next(c for c in ax.collections if isinstance(c, Quiver))
    size = np.linalg.norm(mode, axis=1)
    # the core's arrow starts in the middle, with the length asked for (in 3-D as it is seen along z)
    core = int(np.argmax(size))
    at = int(np.argmin(np.hypot(arrows.X, arrows.Y)))
    assert np.hypot(arrows.X[at], arrows.Y[at]) < 1e-12
    seen = -2.0 * mode[core, :2] / size[core]
    assert (arrows.U[at], arrows.V[at]) == pytest.approx(tuple(seen))
    # every particle lies within half a cell, at its nearest image
    offsets = np.asarray(circles.get_offsets())
    relative = np.linalg.solve(sample.cell.T[:2, :2], offsets.T)
    assert np.abs(relative).max() <= 0.5 + (0.25 if sheared and dimension == 3 else 1e-9)
    if dimension == 2 and not sheared:  # a sheared cell has corners outside the window
        assert sorted(circles.get_widths()) == pytest.approx(sorted(sample.diameters))
    elif dimension == 3:
        assert 0 < len(offsets) < len(sample)


@pytest.mark.parametrize("bad", [np.zeros((200, 2)), np.ones((199, 2)), np.ones(400)])
def test_a_mode_of_the_wrong_shape_is_refused(bad):
    with pytest.raises(InputError, match=r"shape|zero"):
        draw_mode(glass("kumar2021", 200, 2, 1), bad)


def test_a_mode_of_each_group_is_drawn_on_its_glass():
    sample, potential = glass("kumar2021", 200, 2, 1), ag.load_potential("kumar2021")
    found = ag.lowest_modes(sample, potential, 8)
    local = int(np.argmin(found.participation_ratios))  # which of them is localized depends on the processor
    modes = pd.DataFrame(
        {
            "realization": [4, 5], "mode": [local, 0], "group": ["A", "B"], "is_qlm": True, "beta": [0.2, 1.5],
            "participation_ratio": found.participation_ratios[[local, 0]], "frequency": found.frequencies[[local, 0]],
        }
    )  # fmt: skip
    drawn = mode_figures(modes, lambda number: sample if number == 4 else None, potential)
    assert [figure.name for figure in drawn] == ["mode_A"], "the other glass was not kept"
    assert f"Mode {local} of realization 4" in drawn[0].caption
    assert_printable(drawn[0].figure)
    whole, core = (np.ptp(ax.get_xlim()) for ax in drawn[0].figure.axes)
    assert core < whole, "the core is magnified"
    arrows = next(c for c in drawn[0].figure.axes[0].collections if isinstance(c, Quiver))
    expected = np.sort(np.linalg.norm(found.eigenvectors[local], axis=1))[::-1]
    assert np.sort(np.hypot(arrows.U, arrows.V))[::-1] == pytest.approx(3 * expected[: len(arrows.U)] / expected[0])


def test_the_circle_contains_half_of_the_mode():
    sample = glass("kumar2021", 200, 2, 1)
    mode = ag.lowest_modes(sample, ag.load_potential("kumar2021"), 1).eigenvectors[0]
    weight = (mode**2).sum(axis=1)
    core, side = int(np.argmax(weight)), sample.cell[0, 0]
    shift = np.array([[i, j] for i in (-1, 0, 1) for j in (-1, 0, 1)]) * side
    distance = np.linalg.norm(sample.positions - sample.positions[core] + shift[:, None], axis=-1).min(axis=0)
    radius = core_radius(sample, mode)
    edges = distance + sample.diameters / 2
    last = distance[np.argmin(np.abs(edges - radius))]  # the particle whose outer edge the circle touches
    assert np.abs(edges - radius).min() < 1e-9
    assert weight[distance <= last].sum() >= 0.5 > weight[distance < last].sum()
    ax = draw_mode(sample, mode)
    assert ax.patches[0].get_radius() == pytest.approx(radius)


@pytest.fixture(scope="module")
def grid() -> pd.DataFrame:
    return selection_grid(*fake_study(chains=30, group_a=400, group_b=60))


def test_exponents_are_drawn_with_their_errors(grid):
    ax = draw_selection_grid(grid, group="A")
    assert_axes_filled(ax, minimum=12)
    assert [label for label in ax.get_legend_handles_labels()[1] if "0.27" in label] == ["PR < 0.27"]
    assert "no bound" in ax.get_legend_handles_labels()[1]
    line = next(c for c in ax.containers if c.get_label() == "PR < 0.27")
    x, y = line.lines[0].get_data()
    row = grid[(grid.group == "A") & (grid.frequency_share == 0.6) & (grid.participation_ratio == 0.27)].iloc[0]
    at = int(np.argmin(np.abs(x - 0.6)))
    assert y[at] == row["exponent"]
    low, high = line.lines[2][0].get_segments()[at][:, 1]
    assert (high - low) / 2 == pytest.approx(row["error"])


def test_too_few_modes_are_reported_in_the_axes(grid):
    few = grid.assign(exponent=np.nan, error=np.nan)
    assert "too few" in draw_selection_grid(few, group="B").texts[0].get_text()
    assert len(selection_grid_figure(few).figure.axes) == 3


def test_figures_of_exponents_could_be_printed(grid):
    assert_printable(selection_grid_figure(grid).figure)
