"""The kernel polynomial method against the whole spectrum of a dense diagonalization."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from samples import glass, liquid, loose

import atomglass as ag
from atomglass.cli.configuration_stages import _peak_verdict
from atomglass.cli.main import app
from atomglass.vibrations.kernel_polynomial import (
    MODES_IN_KERNEL,
    SAFETY_FACTOR,
    DensityOfStates,
    density_from_moments,
    resolved_moments,
)

CASES = [("kumar2021", 256, 2), ("kumar2021_3d", 200, 3)]


@pytest.mark.parametrize("name, n, d", CASES)
def test_density_is_that_of_the_dense_spectrum(name: str, n: int, d: int) -> None:
    """The estimate scatters about the exact spectrum, smoothed by the same kernel, within its stated errors."""
    inherent, potential = glass(name, n, d, 5), ag.load_potential(name)
    spectrum = ag.full_spectrum(inherent, potential)
    found = ag.density_of_states(inherent, potential, moments=200, vectors=40)
    assert found.modes == len(spectrum)
    # Lanczos' estimate of the largest eigenvalue may be low by its tolerance, but never high.
    assert spectrum.frequencies[-1] < found.highest <= np.sqrt(SAFETY_FACTOR) * spectrum.frequencies[-1] * (1 + 1e-9)
    phi = 2 * np.arccos(spectrum.frequencies / found.highest)
    exact = density_from_moments(np.cos(np.arange(200)[:, None] * phi).mean(axis=1), found.frequencies / found.highest)
    exact /= found.highest
    deviations = (found.density - exact) / found.error
    assert 0.6 < np.sqrt(np.mean(deviations**2)) < 1.5
    assert np.mean(np.abs(deviations) > 3) < 0.05
    assert found.error.mean() < 0.1 * found.density.mean()
    assert found.frequencies[-1] == pytest.approx(found.highest, rel=0.01)
    sharp = found.frequencies >= 3 * found.resolution
    assert found.reduced_density[sharp] == pytest.approx((found.density / found.frequencies ** (d - 1))[sharp])
    assert np.isnan(found.reduced_density[~sharp]).all()
    assert found.reduced_density[found.boson_peak] == found.reduced_density[sharp].max()


def test_modes_are_counted() -> None:
    """The integral up to a frequency is the fraction of modes below it, to within a resolution; in total it is 1."""
    inherent, potential = glass("kumar2021", 256, 2, 5), ag.load_potential("kumar2021")
    spectrum = ag.full_spectrum(inherent, potential)
    found = ag.density_of_states(inherent, potential, moments=1000, vectors=100)
    step = found.frequencies[1] - found.frequencies[0]
    counted = np.cumsum(found.density) * step
    assert counted[-1] == pytest.approx(1, abs=0.01)
    below = np.searchsorted(spectrum.frequencies, found.frequencies + step / 2) / len(spectrum)
    # Four standard errors of the most uncertain count, and the modes within a resolution of the edge.
    assert np.abs(counted - below).max() < 4 * 0.5 / np.sqrt(100 * len(spectrum)) + 0.01


def test_resolution_is_the_width_of_a_line() -> None:
    """A single mode far below the highest frequency is broadened to a Gaussian of the stated width."""
    moments, share = 1000, 0.1
    phi = 2 * np.arccos(share)
    x = np.linspace(0.08, 0.12, 4001)
    line = density_from_moments(np.cos(np.arange(moments) * phi), x)
    step = x[1] - x[0]
    assert line.sum() * step == pytest.approx(1, abs=1e-2)
    width = np.sqrt(np.sum(line * (x - share) ** 2) / line.sum())
    assert width == pytest.approx(np.pi / (2 * moments), rel=0.03)


def test_what_it_refuses() -> None:
    potential = ag.load_potential("kumar2021")
    not_quenched = pytest.warns(ag.NotAnInherentStateWarning)
    with not_quenched, pytest.raises(ag.InputError, match="negative eigenvalues"):
        ag.density_of_states(liquid("kumar2021", 100, 2, 8), potential)
    for name, value in (("moments", 5), ("vectors", 1), ("seed", -1)):
        with pytest.raises(ag.InputError, match=name):
            ag.density_of_states(loose(64, 2, 1), potential, **{name: value})
    least = ag.density_of_states(glass("kumar2021", 100, 2, 8), potential, moments=6)
    assert np.isfinite(least.reduced_density[least.boson_peak])


def test_a_single_mode_is_told_from_a_density_of_states() -> None:
    """With 2000 moments a peak of a small glass is one of its modes; with fewer the kernel holds ten on average."""
    inherent, potential = glass("kumar2021", 100, 2, 5), ag.load_potential("kumar2021")
    sharp = ag.density_of_states(inherent, potential, moments=2000, vectors=60)
    distances = (sharp.frequencies[:, None] - ag.full_spectrum(inherent, potential).frequencies) / sharp.resolution
    expected = np.exp(-(distances**2) / 2).sum(axis=1)  # 1 at a mode that is alone
    soft = (sharp.frequencies > 5 * sharp.resolution) & (sharp.frequencies < 0.2 * sharp.highest)
    assert np.average(sharp.modes_resolved[soft]) == pytest.approx(np.average(expected[soft]), rel=0.2)
    assert np.corrcoef(sharp.modes_resolved[soft], expected[soft])[0, 1] > 0.8
    smooth = ag.density_of_states(inherent, potential, moments=resolved_moments(sharp.modes), vectors=60)
    assert np.average(smooth.modes_resolved) == pytest.approx(MODES_IN_KERNEL, rel=0.1)
    assert len(_maxima(smooth)) < 8 < 30 < len(_maxima(sharp)), "a comb of single modes is printed"


def _maxima(found: DensityOfStates) -> np.ndarray:
    """Return where the density has a maximum that stands out of its neighborhood by a half."""
    k = round(3 * found.resolution / (found.frequencies[1] - found.frequencies[0]))
    density = found.density
    inside = np.arange(k, len(density) - k)
    around = np.stack([density[inside + shift] for shift in range(-k, k + 1)])
    return inside[(density[inside] == around.max(axis=0)) & (density[inside] > 1.5 * around.min(axis=0))]


def test_the_command_calls_no_single_mode_a_boson_peak(tmp_path: Path, capsys) -> None:
    path = tmp_path / "glass.extxyz"
    ag.write(path, glass("kumar2021", 100, 2, 5))
    for options in ((), ("--moments", "2000")):
        app(["dos", str(path), *options], standalone_mode=False)
        assert "no boson peak can be told: about " in capsys.readouterr().out


def test_what_the_largest_reduced_density_is_called() -> None:
    frequencies = np.arange(1, 101) * 0.05
    peaked = frequencies * (1 + np.exp(-((frequencies - 1) ** 2) / 0.1))
    falling = np.ones(100)
    for density, modes, verdict in (
        (peaked, 100_000, "the boson peak, if"),
        (peaked, 100, "no boson peak can be told"),
        (falling, 100_000, "the lowest frequency that is resolved: no maximum"),
    ):
        density = density / (density.sum() * 0.05)
        reduced = np.where(frequencies < 0.3, np.nan, density / frequencies)
        error = 0.01 * density
        found = DensityOfStates(frequencies, density, error, reduced, error, 0.1, 5.0, 2, modes)
        assert _peak_verdict(found).startswith(verdict)
