"""The whole spectrum against exact counts of plane waves, and its figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from axes_checks import assert_axes_filled, drawn_points
from matplotlib.axes import Axes
from study_tables import fake_study

from atomglass.analysis.figures.spectrum_figures import draw_participation, draw_reduced_density
from atomglass.analysis.results.spectrum import debye_level, density_of_states, find_boson_peak, phonon_bands
from atomglass.errors import InputError


def debye_study(
    glasses: int = 40, particles: int = 500, top: float = 4.0, chains: int = 8, spread: float = 0.0, seed: int = 3
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Glasses in 2-D whose 2N modes are drawn from D(omega) ~ omega up to `top`, the same law in each; `spread` is that
    of the law's upper end between chains.
    """
    rng = np.random.default_rng(seed)
    tops = top * (1 + spread * rng.normal(size=chains))
    home = np.repeat(np.arange(glasses), 2 * particles)
    frequency = tops[home % chains] * np.sqrt(rng.random(home.size))
    modes = pd.DataFrame({"realization": home, "chain": home % chains, "frequency": frequency})
    number = np.arange(glasses)
    realizations = pd.DataFrame({"realization": number, "chain": number % chains, "status": "ok"})
    realizations["complete_below"], realizations["number"], realizations["rattlers"] = 99.0, particles, 0
    realizations["dimension"] = 2
    return modes, realizations


@pytest.mark.parametrize("dimension", [2, 3])
def test_debyes_level_counts_the_plane_waves_of_a_box(dimension):
    """All waves below omega, counted one by one, against A_D omega^d / d."""
    transverse, ratio, density, side = 1.7, 1.9, 1.3, 50.0
    below = 30 if dimension == 2 else 16
    waves = sum(band.waves for band in phonon_bands(ratio, dimension, below))
    omega = below * 2 * np.pi * transverse / side
    total = dimension * density * side**dimension
    level = debye_level(transverse, ratio * transverse, density, dimension)
    assert level * omega**dimension / dimension == pytest.approx(waves / total, rel=0.02)


def test_the_first_bands():
    bands = phonon_bands(1.5, 2, 2.3)
    assert [(b.branch, b.squared, b.waves) for b in bands] == [
        ("T", 1, 4), ("T", 2, 4), ("L", 1, 4), ("T", 4, 4), ("L", 2, 4), ("T", 5, 8),
    ]  # fmt: skip
    assert [b.frequency for b in bands] == pytest.approx([1, 2**0.5, 1.5, 2, 1.5 * 2**0.5, 5**0.5])
    assert [(b.squared, b.waves) for b in phonon_bands(9, 3, 1.5)] == [(1, 12), (2, 24)]  # two transverse branches


@pytest.mark.parametrize("bad", [(0, 1, 1), (1, -1, 1), (1, 1, float("nan"))])
def test_a_level_needs_speeds(bad):
    with pytest.raises(InputError, match="rigid"):
        debye_level(*bad, dimension=2)


def test_the_density_is_normalized_to_one_over_all_modes():
    modes, realizations = debye_study()
    table = density_of_states(modes, realizations, np.linspace(0, 4, 21))
    assert (table["density"] * (table["high"] - table["low"])).sum() == pytest.approx(1)
    pull = (table["density"] - table["frequency"] / 8) / table["error"]  # D = 2 omega / 4^2
    assert 0.4 < np.mean(pull**2) < 2.2
    assert table["glasses"].eq(40).all()


def test_glasses_known_only_below_a_bound_do_not_lower_the_density():
    """Half of the glasses keep their modes below 1 alone: the density stays what it was."""
    modes, realizations = debye_study()
    low = realizations["realization"] % 2 == 1
    realizations.loc[low, "complete_below"] = 1.0
    modes = modes[~modes["realization"].isin(realizations["realization"][low]) | (modes["frequency"] < 1)]
    table = density_of_states(modes, realizations, np.linspace(0, 4, 21))
    assert set(table["glasses"]) == {40, 20}
    pull = (table["density"] - table["frequency"] / 8) / table["error"]
    assert np.abs(pull).max() < 5


def test_errors_allow_for_chains():
    same, apart = (
        density_of_states(*debye_study(spread=spread), np.linspace(0, 3, 7))["error"].mean() for spread in (0, 0.1)
    )
    assert apart > 3 * same


def test_failed_glasses_and_empty_tables():
    modes, realizations = debye_study(glasses=4)
    assert not len(density_of_states(modes.iloc[:0], realizations))
    assert not len(density_of_states(modes, realizations.assign(status="not_converged")))


def peaked(height: float, omega: np.ndarray) -> pd.DataFrame:
    """D(omega)/omega with a bump of that relative height at 2 on a falling background."""
    reduced = 0.02 * np.where(omega < 3, 1.0, 3 / omega) + 0.02 * height * np.exp(-((omega - 2) ** 2) / 0.5)
    return pd.DataFrame({"frequency": omega, "density": reduced * omega, "error": 1e-4 * omega})


def test_a_boson_peak_is_found_where_it_is():
    omega = np.linspace(0.05, 6, 60)
    found = find_boson_peak(peaked(0.5, omega), 2, first_phonon=0.3)
    assert found is not None and found[0] == pytest.approx(2, abs=0.1)
    assert find_boson_peak(peaked(0.0, omega), 2, first_phonon=0.3) is None, "a plateau that ends is no peak"
    assert find_boson_peak(peaked(0.5, omega), 2, first_phonon=0.8) is None, "it may be a phonon band of a small box"
    assert find_boson_peak(peaked(0.5, omega[omega < 2.1]), 2, first_phonon=0.3) is None, "it must fall again"


def test_the_figure_shows_level_and_peak():
    omega = np.linspace(0.05, 6, 60)
    ax = draw_reduced_density(peaked(0.5, omega), debye=0.019, first_phonon=0.3)
    assert_axes_filled(ax, minimum=59)
    labels = " ".join(ax.get_legend_handles_labels()[1])
    assert "boson peak, 1.97" in labels and "Debye level 0.019" in labels
    assert "boson" not in " ".join(draw_reduced_density(peaked(0.0, omega)).get_legend_handles_labels()[1])


def test_the_figure_of_a_3d_glass_divides_by_the_square():
    omega = np.linspace(0.1, 3, 30)
    table = pd.DataFrame({"frequency": omega, "density": 0.07 * omega**2, "error": 1e-3 * omega**2})
    ax = draw_reduced_density(table, dimension=3)
    assert r"\omega^2" in ax.get_ylabel() and "3/2" in ax.get_ylabel()
    assert np.allclose(ax.containers[0].lines[0].get_ydata(), 0.07)


def band_lines(ax: Axes) -> list[float]:
    return sorted(float(line.get_xdata()[0]) for line in ax.get_lines() if len(set(line.get_xdata())) == 1)


def test_participation_ratios_are_drawn_with_the_bands():
    modes, _ = fake_study(group_a=300, group_b=120)
    ax = draw_participation(modes, speed_ratio=1.05, participation_ratio=0.27)
    assert_axes_filled(ax, minimum=len(modes))
    assert band_lines(ax)[:2] == pytest.approx([1, 1.05])
    assert {"T$_{1}$"} <= {text.get_text() for text in ax.texts}
    assert len(drawn_points(ax)) >= len(modes)


def test_no_modes_are_reported_in_the_axes():
    empty = fake_study(0, 0)[0].iloc[:0]
    assert draw_participation(empty).texts[0].get_text() == "no modes in this study"
    table = pd.DataFrame({"frequency": [], "density": [], "error": []})
    assert draw_reduced_density(table).texts[0].get_text() == "no modes in this study"
