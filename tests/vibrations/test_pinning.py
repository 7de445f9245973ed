"""Modes with pinned particles against a dense diagonalization of the reference Hessian without their rows."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from samples import glass

import atomglass as ag
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations import modes as modes_module
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.pinning import random_pins

GLASSES = [("kumar2021", 144, 2, False), ("kumar2021", 100, 2, True), ("kumar2021_3d", 100, 3, True)]


@pytest.fixture(params=GLASSES, ids=lambda g: f"{g[0]}-{g[1]}")
def case(request) -> tuple[ag.Configuration, ag.PairPotential]:
    name, n, d, sheared = request.param
    return glass(name, n, d, 31, sheared), ag.load_potential(name)


def with_a_rattler() -> ag.Configuration:
    """A glass whose largest particle was made small enough to rattle."""
    inherent = glass("kumar2021", 144, 2, 6)
    diameters = inherent.diameters.copy()
    diameters[int(np.argmax(diameters))] = 0.1
    done = ag.quench(inherent.replace(diameters=diameters), ag.load_potential("kumar2021"))
    assert done.converged
    return done.configuration


def dense(configuration: ag.Configuration, potential: ag.PairPotential, fixed) -> tuple[np.ndarray, np.ndarray]:
    """numpy's eigenpairs of the reference Hessian without rattlers and without `fixed` particles."""
    n, d = configuration.positions.shape
    model = naive.Model.of(potential)
    found = naive.pairs_of(configuration, model)
    loose = np.array(naive.rattlers(found, n, d))
    held = [p for p in found if not (loose[p.i] or loose[p.j])]
    kept = np.repeat(~(loose | fixed), d)
    return np.linalg.eigh(naive.hessian(held, model, n, d)[np.ix_(kept, kept)])


@pytest.mark.parametrize("fraction", [0.01, 0.05, 0.3])
def test_modes_are_those_of_the_twin(case, fraction: float) -> None:
    configuration, potential = case
    n = len(configuration)
    found = ag.pinned_modes(configuration, potential, fraction, count=12, seed=3)
    assert found.pinned.sum() == round(fraction * (n - found.rattlers.sum())) > 0
    expected, vectors = dense(configuration, potential, found.pinned)
    assert found.eigenvalues == pytest.approx(expected[:12], rel=1e-9)
    assert found.frequencies == pytest.approx(np.sqrt(expected[:12]), rel=1e-9)
    assert found.complete and found.is_minimum
    still = found.pinned | found.rattlers
    assert not found.eigenvectors[:, still].any()
    flat = found.eigenvectors[:, ~still].reshape(12, -1)
    assert flat @ flat.T == pytest.approx(np.eye(12), abs=1e-9)
    isolated = found.frequency_gaps > 1e-3
    assert np.abs(np.sum(flat * vectors[:, :12].T, axis=1))[isolated] == pytest.approx(1, abs=1e-7)
    ratios = [naive.participation_ratio(v) for v in found.eigenvectors]  # over all N particles
    assert found.participation_ratios == pytest.approx(ratios, rel=1e-12)


@pytest.mark.parametrize("fraction", [0.02, 0.3])
def test_every_mode_below_a_bound_is_counted(case, fraction: float) -> None:
    configuration, potential = case
    pinned = ag.pinned_modes(configuration, potential, fraction, count=1, seed=5).pinned
    frequencies = np.sqrt(dense(configuration, potential, pinned)[0])
    for k in (0, 1, 7, len(frequencies) // 2):
        bound = 0.999 * frequencies[k]
        found = ag.pinned_modes(configuration, potential, fraction, frequency=bound, seed=5)
        assert len(found) == np.count_nonzero(frequencies < bound)
        assert found.complete
        assert found.frequencies == pytest.approx(frequencies[: len(found)], rel=1e-9)
        pairs = InteractingPairs.of(configuration, potential)
        assert ReducedHessian(pairs, pinned).count_below(bound**2) == len(found)


def test_without_pins_the_modes_are_the_ordinary_ones(case) -> None:
    configuration, potential = case
    plain = ag.lowest_modes(configuration, potential, 10)
    pinless = ag.pinned_modes(configuration, potential, 0, count=10)
    assert not pinless.pinned.any()
    assert np.array_equal(pinless.frequencies, plain.frequencies)
    assert np.array_equal(pinless.eigenvectors, plain.eigenvectors)
    bound = 1.001 * plain.frequencies[-1]
    below = ag.modes_below(configuration, potential, bound)
    pinless = ag.pinned_modes(configuration, potential, 0, frequency=bound)
    assert np.array_equal(pinless.frequencies, below.frequencies)


@pytest.mark.parametrize("pins", [1, 2, 9])
def test_eigenvalues_interlace(case, pins: int) -> None:
    """Cauchy: lambda_k <= lambda_k with p pins <= lambda_(k + d p), d translations among the former."""
    configuration, potential = case
    n, d = configuration.positions.shape
    held = n - ag.rattlers(configuration, potential).sum()
    found = ag.pinned_modes(configuration, potential, pins / held, count=20)
    assert found.pinned.sum() == pins
    free = np.concatenate([np.zeros(d), ag.full_spectrum(configuration, potential).eigenvalues])
    assert np.all(free[:20] <= found.eigenvalues * (1 + 1e-9))
    assert np.all(found.eigenvalues <= free[d * pins : d * pins + 20] * (1 + 1e-9))
    assert found.eigenvalues[0] > 0


def test_waves_of_a_crystal_move_up_with_the_number_of_pins() -> None:
    """Few pins turn the free translations into soft modes below the first phonon of the box; many pins stiffen them."""
    potential = ag.load_potential("kumar2021")
    side = 12
    cell = side * np.array([[1.0, 0.0], [0.5, np.sqrt(0.75)]])
    positions = np.array([[i, j] for i in range(side) for j in range(side)]) / side @ cell
    crystal = ag.Configuration(positions, np.ones(side**2), cell)
    free, few, more, many = (
        ag.pinned_modes(crystal, potential, f, count=1, seed=2).frequencies[0] for f in (0, 0.01, 0.1, 0.3)
    )
    assert few < free < more < many


def test_rattlers_are_never_pinned_and_left_out() -> None:
    configuration, potential = with_a_rattler(), ag.load_potential("kumar2021")
    found = ag.pinned_modes(configuration, potential, 0.5, count=8)
    rattling = ag.rattlers(configuration, potential)
    assert rattling.sum() == 1 and np.array_equal(found.rattlers, rattling)
    assert not (found.pinned & rattling).any()
    assert found.eigenvalues == pytest.approx(dense(configuration, potential, found.pinned)[0][:8], rel=1e-9)


def test_the_seed_decides_and_every_particle_has_its_turn() -> None:
    rattlers = np.zeros(50, dtype=bool)
    rattlers[7] = True
    same = [random_pins(rattlers, 0.2, 4) for _ in range(2)]
    assert np.array_equal(*same) and same[0].sum() == 10
    counts = sum(random_pins(rattlers, 0.2, k).astype(int) for k in range(3000))
    assert counts[7] == 0
    others = np.delete(counts, 7)
    expected = 3000 * 10 / 49
    assert others == pytest.approx(np.full(49, expected), abs=5 * np.sqrt(expected))


def test_a_missing_mode_is_noticed(monkeypatch: pytest.MonkeyPatch, case) -> None:
    configuration, potential = case
    honest, honest_below = modes_module.lanczos, modes_module.lanczos_below

    def without_third(pairs):
        return np.delete(pairs[0], 2), np.delete(pairs[1], 2, axis=1)

    monkeypatch.setattr(modes_module, "lanczos", lambda reduced, count: without_third(honest(reduced, count + 1)))
    monkeypatch.setattr(modes_module, "lanczos_below", lambda *given: without_third(honest_below(*given)))
    assert not ag.pinned_modes(configuration, potential, 0.1, count=8).complete


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"fraction": -0.1, "count": 5}, "fraction"),
        ({"fraction": 1.0, "count": 5}, "fraction"),
        ({"fraction": float("nan"), "count": 5}, "fraction"),
        ({"fraction": 0.1}, "exactly one"),
        ({"fraction": 0.1, "count": 5, "frequency": 1.0}, "exactly one"),
        ({"fraction": 0.1, "count": 0}, "count of modes"),
        ({"fraction": 0.1, "frequency": -1.0}, "frequency bound"),
        ({"fraction": 0.999, "count": 5}, "free to vibrate"),
        ({"fraction": 0.1, "count": 5, "seed": -1}, "seed"),
    ],
)
def test_bad_input(arguments: dict, words: str) -> None:
    sample, potential = glass("kumar2021", 100, 2, 31), ag.load_potential("kumar2021")
    with pytest.raises(ag.InputError, match=words) as found:
        ag.pinned_modes(sample, potential, **arguments)
    assert "\n" not in str(found.value)
