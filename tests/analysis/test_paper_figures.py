"""The figures of a study: data where they belong, nothing empty, whatever the study found."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from axes_checks import assert_axes_filled, assert_picture, assert_printable, drawn_points
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from study_tables import fake_study

from atomglass.analysis.figures.coefficient_figures import bulk_end, draw_beta, draw_cubic
from atomglass.analysis.figures.density_of_states_figure import draw_density_of_states
from atomglass.analysis.figures.named_figure import write_figures
from atomglass.analysis.figures.quartic_portraits import draw_quartic, quartic_portraits_figure, typical_modes
from atomglass.analysis.figures.selected_modes_figure import draw_selection
from atomglass.analysis.figures.study_figures import study_figures
from atomglass.analysis.results.selected_modes import mark_selected
from atomglass.analysis.selection import Selection
from atomglass.errors import InputError
from atomglass.quartic import energy
from atomglass.study.collected_tables import quasi_localized

GROUP_FIGURES = (draw_density_of_states, draw_beta, draw_cubic)


def marked_study(*counts: int, **options: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables of a synthetic study, with the modes of the primary rule marked."""
    modes, realizations = fake_study(*counts, **options)
    return mark_selected(modes, realizations), realizations


@pytest.fixture(scope="module")
def study() -> tuple[pd.DataFrame, pd.DataFrame]:
    return marked_study(group_a=300, group_b=120, hidden=3)


def points_with_errors(ax: Axes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return position, density, and (low, high) of the error bars drawn."""
    container = ax.containers[-1]
    x, y = container.lines[0].get_data()
    ends = np.array([segment[:, 1] for segment in container.lines[2][0].get_segments()])
    return np.asarray(x), np.asarray(y), ends


def texts(figure: Figure) -> list[str]:
    return [text.get_text().replace("\n", " ") for ax in figure.axes for text in ax.texts]


@pytest.mark.extended
def test_all_figures_are_written_and_the_same_each_time(study, tmp_path):
    folder = tmp_path / "made" / "here"
    paths = write_figures(study_figures(*study), folder)
    stems = ("quartic_portraits", "density_of_states", "beta", "b3", "selection", "reduced_density")
    assert {path.name for path in paths} == {f"{stem}.{kind}" for stem in stems for kind in ("png", "pdf", "svg")}
    assert set(folder.iterdir()) == set(paths)
    for path in paths:
        assert_picture(path)
    before = [path.read_bytes() for path in paths]
    assert [path.read_bytes() for path in write_figures(study_figures(*study), folder)] == before


@pytest.mark.parametrize("counts", [(300, 120, 3), (2, 1, 0), (5, 0, 1), (3000, 2000, 30)])
def test_figures_could_be_printed(counts):
    for drawn in study_figures(*fake_study(group_a=counts[0], group_b=counts[1], hidden=counts[2])):
        assert_printable(drawn.figure)


def test_groups_have_the_same_letters_everywhere(study):
    for drawn in study_figures(*study):
        titles = [ax.get_title(loc="left") for ax in drawn.figure.axes]
        if len(titles) == 2:
            assert titles[0].startswith("(a)  group A") and titles[1].startswith("(b)  group B")


def test_mirrored_halves_are_said_to_be(study):
    """Open symbols at negative values: as many as there are filled ones, at the same heights."""
    for draw in (draw_beta, draw_cubic):
        for group in "AB":
            ax = draw(study[0], group=group, signed=True)
            image, filled = (container.lines[0] for container in ax.containers[-2:])
            assert "mirrored" in ax.containers[-2].get_label() and image.get_markerfacecolor() == "white"
            assert (image.get_xdata() < 0).all() and (filled.get_xdata() > 0).all()
            assert image.get_ydata()[::-1] == pytest.approx(filled.get_ydata())
            assert ax.containers[-1].get_label() in [text.get_text() for text in ax.get_legend().get_texts()]


def test_portraits_of_a_group_differ_by_beta_alone(study):
    """In the quartic's own units its three panels have the same horizontal axis, and insets have scales."""
    modes, _ = study
    figure = quartic_portraits_figure(modes)
    for row, group in enumerate("AB"):
        chosen = typical_modes(modes, group)
        axes = figure.axes[3 * row : 3 * row + 3]
        unit = np.sqrt(chosen["b2"] / chosen["b4"]).to_numpy()
        ends = np.array([ax.get_xlim() for ax in axes]) / unit[:, None]
        assert np.ptp(ends, axis=0) == pytest.approx(0, abs=1e-9)
        for inset in (inset for ax in axes for inset in ax.child_axes):
            assert len(inset.get_xticks()) >= 2 and len(inset.get_yticks()) >= 2


@pytest.mark.parametrize("group", ["A", "B"])
@pytest.mark.parametrize("draw", GROUP_FIGURES)
def test_each_axes_is_filled_and_all_points_are_inside(study, draw, group):
    ax = draw(study[0], group=group)
    assert_axes_filled(ax, minimum=5)
    x, y, _ = points_with_errors(ax)
    inside = {tuple(point) for point in drawn_points(ax)}
    assert set(zip(x.tolist(), y.tolist(), strict=True)) <= inside


def test_axes_given_are_drawn_into(study):
    ax = Figure().add_subplot()
    for draw in GROUP_FIGURES:
        ax.clear()
        assert draw(study[0], ax, group="A") is ax
        assert_axes_filled(ax)
    assert draw_selection(study[0], ax) is ax


def test_the_density_of_states_agrees_with_its_own_law():
    """Modes drawn from omega^4 lie on the omega^4 guide, chi^2 per bin near 1, and off the omega^3 guide."""
    modes, _ = marked_study(group_a=4000, group_b=0, hidden=0)
    ax = draw_density_of_states(modes, group="A")
    x, y, ends = points_with_errors(ax)
    guides = {line.get_label()[:10]: line.get_data() for line in ax.get_lines() if "omega" in line.get_label()}
    # The fake takes the bounds at random, so the guide holds where they end the selection too.
    chi2 = {}
    for label, (omega, law) in guides.items():
        expected = np.exp(np.interp(np.log(x), np.log(omega), np.log(law)))
        width = np.where(expected > y, ends[:, 1] - y, y - ends[:, 0])
        chi2[label[1:9]] = float((((y - expected) / width) ** 2).mean())
    assert len(x) >= 6
    assert chi2[r"\omega^4"] < 2
    assert chi2[r"\omega^3"] > 10


def test_a_bound_that_all_glasses_share_is_a_line(study):
    modes = study[0].assign(bound=study[0]["bound"].max())
    for rows, expected in ((study[0], "90 % of the bounds"), (modes, "bound on")):
        labels = draw_density_of_states(rows, group="A").get_legend_handles_labels()[1]
        (found,) = [label for label in labels if "bound" in label]
        assert found.startswith(expected)


def test_the_guides_are_normalized(study):
    """Their integral from the left edge on, and the power law's share left of it, make 1, but for half a bin."""
    ax = draw_density_of_states(study[0], group="A")
    for line in ax.get_lines()[:2]:
        omega, law = line.get_data()
        left = law[0] * omega[0] / (5 if "omega^4" in line.get_label() else 4)
        assert left + np.trapezoid(law, omega) == pytest.approx(1, abs=0.12)


def test_beta_of_a_is_uniform_and_b_starts_at_one():
    modes, _ = marked_study(group_a=3000, group_b=2000, hidden=0)
    x, y, ends = points_with_errors(draw_beta(modes, group="A"))
    flat = x < 0.9  # the fake stops at 0.94
    assert np.mean((ends[flat, 0] < 1 / 0.94) & (ends[flat, 1] > 1 / 0.94)) > 0.5
    ax = draw_beta(modes, group="B")
    assert ax.get_xlim()[0] == 1
    x, y, _ = points_with_errors(ax)
    assert x.min() > 1
    assert y[:5] == pytest.approx(4 * x[:5] ** -5.0, rel=0.2)


@pytest.mark.parametrize("draw", [draw_beta, draw_cubic])
@pytest.mark.parametrize("group", ["A", "B"])
def test_signed_distributions_have_half_the_weight_at_each_sign(study, draw, group):
    ax = draw(study[0], group=group, signed=True)
    assert_axes_filled(ax, minimum=5)
    left, right = ax.get_xlim()
    assert left == pytest.approx(-right)
    bars = list(ax.containers[0])
    area = {
        sign: sum(b.get_width() * b.get_height() for b in bars if sign * (b.get_x() + b.get_width() / 2) > 0)
        for sign in (1, -1)
    }
    assert area[1] == pytest.approx(area[-1])
    values = quasi_localized(study[0], group)["beta" if draw is draw_beta else "b3"].abs()
    beyond = int((values > right).sum())
    assert 2 * area[1] == pytest.approx(1 - beyond / len(values))
    label = ax.get_legend_handles_labels()[1][-1]
    assert (f"({beyond} further out)" in label) == (beyond > 0)


def test_a_long_tail_does_not_compress_the_bulk():
    assert bulk_end(np.r_[np.linspace(1, 2, 99), 300.0]) < 2.1
    assert bulk_end(np.linspace(1, 2, 100)) == pytest.approx(2, rel=0.01)


def test_only_quasi_localized_modes_count(study):
    """The phonons of the fake have |beta| < 0.2 only: were they counted, the first bins would tower."""
    modes, _ = study
    ax = draw_beta(modes, group="A")
    bars = [bar for bar in ax.patches if bar.get_height() > 0]
    assert sum(bar.get_height() * bar.get_width() for bar in bars) == pytest.approx(1)
    assert max(bar.get_height() for bar in bars) < 2


def test_typical_modes_are_ordered_and_show_the_hidden_well(study):
    modes, _ = study
    for group in "AB":
        chosen = typical_modes(modes, group)
        assert len(chosen) == 3
        assert (chosen["group"] == group).all() and chosen["is_qlm"].all()
        assert chosen["beta"].abs().is_monotonic_increasing
    assert typical_modes(modes, "A")["second_minimum"].tolist() == [False, False, True]
    without = modes[~(modes["second_minimum"] & (modes["group"] == "A"))]
    assert not typical_modes(without, "A")["second_minimum"].any()


def test_typical_modes_of_small_groups():
    def chosen(group_a: int, hidden: int) -> list[bool]:
        return typical_modes(marked_study(group_a, 0, hidden)[0], "A")["second_minimum"].tolist()

    assert chosen(0, 0) == []
    assert chosen(1, 0) == [False]
    assert chosen(1, 1) == [True]
    assert chosen(2, 1) == [False, True]
    assert chosen(4, 3) == [False, True, True]
    assert chosen(5, 5) == [True, True, True]


def test_quartics_are_drawn_with_every_extremum():
    modes, _ = marked_study(group_a=60, group_b=60, hidden=10)
    for k in np.flatnonzero(modes["is_qlm"]):
        mode = modes.iloc[[k]]
        ax = draw_quartic(mode)
        assert_axes_filled(ax, minimum=100)
        s, u = ax.get_lines()[1].get_data()
        exact = energy(s, *(float(mode[name].iloc[0]) for name in ("b2", "b3", "b4")))
        assert np.ptp(u / np.abs(u).max() - exact / np.abs(exact).max()) < 1e-12
        if mode["second_minimum"].iloc[0]:
            assert s[0] < 0 < mode["second_minimum_position"].iloc[0] < s[-1]
            unit = float(np.abs(exact).max() / np.abs(u).max())
            depth = mode["second_minimum_energy"].iloc[0] / unit
            assert ax.get_ylim()[0] < depth < ax.get_ylim()[1]
            # The barrier is marked: on the curve where it can be seen there, else in an inset that magnifies it.
            visible = mode["barrier"].iloc[0] / np.ptp(exact) >= 0.08
            assert len(ax.child_axes) == (0 if visible else 1)
            marked = (ax if visible else ax.child_axes[0]).get_lines()[-1]
            assert marked.get_marker() == "v"


@pytest.mark.parametrize("beta", [1.001, 30.0, 1e4])
def test_quartics_of_extreme_modes(beta):
    """From the paper's barriers of 1e-9 epsilon to wells that are almost as deep as this one."""
    modes, _ = marked_study(1, 1)
    mode = modes[modes["group"] == "B"].iloc[[0]].copy()
    b2, b4 = 0.01, 10.0
    mode["b2"], mode["b3"], mode["b4"], mode["beta"] = b2, -beta * np.sqrt(3 * b2 * b4), b4, -beta
    assert_axes_filled(draw_quartic(mode), minimum=100)


def test_one_mode_at_a_time_is_drawn(study):
    with pytest.raises(InputError, match="2"):
        draw_quartic(study[0].iloc[:2])


def test_an_unbounded_mode_is_named():
    modes, _ = marked_study(1, 0, hidden=0)
    mode = modes.iloc[[0]].assign(b4=-1.0, group="unbounded", beta=np.nan)
    assert "unbounded" in " ".join(texts(draw_quartic(mode).figure))


def test_no_qlm_is_reported_in_the_axes(tmp_path):
    modes, realizations = marked_study(0, 0)
    for path in write_figures(study_figures(modes, realizations), tmp_path):
        assert path.stat().st_size > 0
    for draw in GROUP_FIGURES:
        assert texts(draw(modes, group="B").figure) == ["no QLM in group B in this study"]
    assert texts(draw_selection(modes).figure) == ["no QLM in this study"]
    assert texts(quartic_portraits_figure(modes)) == [f"no QLM in group {g}" for g in "AAABBB"]


def test_no_modes_at_all():
    modes = marked_study(0, 0)[0].iloc[:0]
    assert texts(draw_selection(modes).figure) == ["no modes in this study"]
    assert texts(quartic_portraits_figure(modes)) == [f"no QLM in group {g}" for g in "AAABBB"]
    assert texts(draw_density_of_states(modes).figure) == ["no QLM in group A in this study"]


def test_group_b_empty():
    modes, _ = marked_study(2, 0, hidden=0)
    figure = quartic_portraits_figure(modes)
    assert [bool(len(ax.get_lines())) for ax in figure.axes] == [True, True, False, False, False, False]
    assert texts(figure) == ["no further QLM in group A"] + ["no QLM in group B"] * 3
    for draw in GROUP_FIGURES:
        assert_axes_filled(draw(modes, group="A"))


def test_one_mode_with_no_cubic_term():
    modes, _ = marked_study(1, 0, hidden=0)
    modes["b3"] = modes["beta"] = 0.0
    for draw in GROUP_FIGURES:
        assert_axes_filled(draw(modes, group="A"))


def test_selection_shades_the_region_of_the_study(study):
    modes, _ = study
    ax = draw_selection(modes, rule=Selection(frequency_share=0.7, participation_ratio=0.2))
    shade = next(patch for patch in ax.patches if patch.get_width() == 0.7)
    assert shade.get_height() == 0.2  # in axes units, and the axis runs from 0 to 1
    assert ax.get_ylim() == (0, 1)
    counts = quasi_localized(modes)["group"].value_counts()
    labels = ax.get_legend_handles_labels()[1]
    assert f"QLM, A ({counts['A']})" in labels and f"QLM, B ({counts['B']})" in labels
    for line in ax.get_lines():
        if line.get_label().startswith("QLM"):
            assert (line.get_xdata() < 0.8).all() and (line.get_ydata() < 0.27).all()


@pytest.mark.parametrize("draw", [*GROUP_FIGURES, draw_selection])
def test_a_missing_column_is_named(draw):
    with pytest.raises(InputError, match=r"participation_ratio|is_qlm"):
        draw(
            pd.DataFrame({name: [1.0] for name in ("frequency", "first_phonon_frequency", "beta", "b3", "realization")})
        )


def test_the_callers_style_and_pyplot_are_left_alone():
    """Importing and drawing must not need a display, choose a backend or change the settings of a notebook."""
    code = (
        "import sys, matplotlib\n"
        "settings = lambda: {k: matplotlib.rcParams[k] for k in matplotlib.rcParams if 'backend' not in k}\n"
        "before = settings()\n"
        "from study_tables import fake_study; from atomglass.analysis.figures.coefficient_figures import draw_beta\n"
        "draw_beta(fake_study()[0])\n"
        "assert 'matplotlib.pyplot' not in sys.modules, 'pyplot'\n"
        "assert settings() == before, 'settings'\n"
    )
    path = [entry for entry in sys.path if entry]
    result = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{code}"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr


def test_figures_of_glasses_without_rigidity(study):
    """In units of an own omega_1 that does not exist no mode has a place, and there is no sound."""
    modes, realizations = study
    soft = realizations.assign(first_phonon_frequency=np.nan, transverse_speed=np.nan, longitudinal_speed=np.nan)
    names = [figure.name for figure in study_figures(modes, soft, rule=Selection(frequency=0.2))]
    assert "selection" in names and "reduced_density" not in names
    assert draw_selection(modes.assign(scaled_frequency=np.nan)).get_xlim() == (0, 1.3)
