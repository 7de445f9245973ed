"""A shift above the modes that are sought: its count against dense spectra, and other ways to the same modes."""

from __future__ import annotations

import numpy as np
import pytest
from samples import glass

import atomglass as ag
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations import lanczos, modes
from atomglass.vibrations.hessian import ReducedHessian


@pytest.fixture(params=[("kumar2021", 400, 2), ("kumar2021_3d", 200, 3)], ids=lambda case: case[0])
def hessian(request: pytest.FixtureRequest) -> ReducedHessian:
    name, number, dimension = request.param
    return ReducedHessian(InteractingPairs.of(glass(name, number, dimension, 5), ag.load_potential(name)))


@pytest.mark.parametrize("count", [1, 7, 30])
def test_the_number_below_the_shift_is_that_of_the_dense_spectrum(hessian: ReducedHessian, count: int) -> None:
    factor, below = lanczos.factor_above(hessian, count) or pytest.fail("no shift was found")
    spectrum = modes.all_modes_of_hessian(hessian).eigenvalues
    assert below == np.count_nonzero(spectrum < factor.shift)
    assert count < below <= 2 * count + 10
    found = modes.lowest_modes_of_hessian(hessian, count)
    assert found.complete and found.is_minimum
    assert found.eigenvalues == pytest.approx(spectrum[:count], rel=1e-10)


@pytest.mark.parametrize("wrong", [1e-3, 0.2, 5.0, 30.0])
def test_a_wrong_estimate_costs_time_only(
    monkeypatch: pytest.MonkeyPatch, hessian: ReducedHessian, wrong: float
) -> None:
    """A second shift, from the number of modes below the first, or the way from below lead to the same modes."""
    expected = modes.lowest_modes_of_hessian(hessian, 12)
    monkeypatch.setattr(lanczos, "_WAVES", {d: wrong * factor for d, factor in lanczos._WAVES.items()})
    found = modes.lowest_modes_of_hessian(hessian, 12)
    assert found.complete
    assert found.eigenvalues == pytest.approx(expected.eigenvalues, rel=1e-10)
    overlaps = np.abs(np.einsum("kia,kia->k", found.eigenvectors, expected.eigenvectors))
    assert overlaps[~expected.degenerate] == pytest.approx(1, abs=1e-8)


def test_the_way_from_below_gives_the_same_modes(monkeypatch: pytest.MonkeyPatch, hessian: ReducedHessian) -> None:
    expected = modes.lowest_modes_of_hessian(hessian, 12)
    monkeypatch.setattr(modes, "factor_above", lambda *_: None)
    found = modes.lowest_modes_of_hessian(hessian, 12)
    assert found.complete
    assert found.eigenvalues == pytest.approx(expected.eigenvalues, rel=1e-10)


def test_a_singular_shift_is_no_error(monkeypatch: pytest.MonkeyPatch, hessian: ReducedHessian) -> None:
    def singular(shift: float) -> None:
        raise ArithmeticError(f"H - {shift} has a pivot that is zero")

    monkeypatch.setattr(hessian, "factor", singular)
    assert lanczos.factor_above(hessian, 5) is None
