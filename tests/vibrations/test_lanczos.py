"""A shift above the modes that are sought: its count against dense spectra, and other ways to the same modes."""

from __future__ import annotations

import numpy as np
import pytest
from samples import glass, triangular

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
    assert count < below <= 2 * count + 8
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


@pytest.mark.parametrize("block", [1, 3, 4])
def test_blocks_of_any_size_find_the_modes_of_the_dense_spectrum(
    monkeypatch: pytest.MonkeyPatch, hessian: ReducedHessian, block: int
) -> None:
    monkeypatch.setattr(lanczos, "BLOCK_SIZE", block)
    monkeypatch.setattr(lanczos, "FILL", 0)
    spectrum = modes.all_modes_of_hessian(hessian)
    factor = hessian.factor(0.5 * (spectrum.eigenvalues[11] + spectrum.eigenvalues[12]))
    eigenvalues, vectors = lanczos.lanczos_below(hessian, factor, 12)
    assert np.sort(eigenvalues) == pytest.approx(spectrum.eigenvalues[:13], rel=1e-9)
    assert vectors.T @ vectors == pytest.approx(np.eye(13), abs=1e-10)
    dense = spectrum.eigenvectors[:12].reshape(12, -1)
    subspace = hessian.expand(vectors[:, eigenvalues < factor.shift]).reshape(12, -1)
    assert np.linalg.svd(dense @ subspace.T, compute_uv=False) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("block", [1, 4])
def test_degenerate_modes_of_a_crystal_are_all_found(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    """A basis in which few eigenvalues are left is exhausted; what is found then is neither lost nor a translation."""
    monkeypatch.setattr(lanczos, "BLOCK_SIZE", block)
    monkeypatch.setattr(lanczos, "FILL", 0)
    pairs = InteractingPairs.of(triangular(14, 1.07), ag.load_potential("kumar2021"))
    hessian = ReducedHessian(pairs)
    spectrum = modes.all_modes_of_hessian(hessian).eigenvalues
    widest = np.argsort(-np.diff(spectrum[:40]))[:4]
    for last in widest:
        factor = hessian.factor(0.5 * (spectrum[last] + spectrum[last + 1]))
        eigenvalues, vectors = lanczos.lanczos_below(hessian, factor, last + 1)
        assert np.sort(eigenvalues[eigenvalues < factor.shift]) == pytest.approx(spectrum[: last + 1], rel=1e-8)
        assert np.abs(hessian.translations.T @ vectors).max() < 1e-8


def test_refinement_removes_what_a_rough_factor_leaves(hessian: ReducedHessian) -> None:
    spectrum = modes.all_modes_of_hessian(hessian)
    factor = hessian.factor(0.5 * (spectrum.eigenvalues[11] + spectrum.eigenvalues[12]))
    exact = hessian.reduce(spectrum.eigenvectors[:12])
    rough = exact + 1e-9 * np.random.default_rng(1).standard_normal(exact.shape)
    eigenvalues, vectors = lanczos.refined(hessian, factor, rough)
    assert eigenvalues == pytest.approx(spectrum.eigenvalues[:12], rel=1e-12)
    assert vectors.T @ vectors == pytest.approx(np.eye(12), abs=1e-12)
    before = np.linalg.norm(hessian.matrix @ rough - rough * spectrum.eigenvalues[:12], axis=0)
    after = np.linalg.norm(hessian.matrix @ vectors - vectors * eigenvalues, axis=0)
    # Least for the lowest modes, which are farthest from the shift; how far depends on the glass, so on the processor.
    assert np.all(after < 0.4 * before)
    assert np.median(after) < 0.1 * np.median(before)
