"""Modes against a dense diagonalization of the reference Hessian: none missing, none spurious."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from samples import glass, liquid

import atomglass as ag
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations import modes as modes_module
from atomglass.vibrations.hessian import ReducedHessian

GLASSES = [("kumar2021", 100, 2, False), ("kumar2021", 144, 2, True), ("kumar2021_3d", 100, 3, True)]


@pytest.fixture(params=GLASSES, ids=lambda g: f"{g[0]}-{g[1]}-{'sheared' if g[3] else 'cubic'}")
def case(request) -> tuple[ag.Configuration, ag.PairPotential]:
    name, n, d, sheared = request.param
    return glass(name, n, d, 31, sheared), ag.load_potential(name)


def dense(configuration: ag.Configuration, potential: ag.PairPotential) -> tuple[np.ndarray, np.ndarray]:
    """numpy's eigenpairs of the reference Hessian without rattlers, including the d translations."""
    n, d = configuration.positions.shape
    model = naive.Model.of(potential)
    found = naive.pairs_of(configuration, model)
    loose = naive.rattlers(found, n, d)
    kept = np.repeat(~np.array(loose), d)
    held = [p for p in found if not (loose[p.i] or loose[p.j])]
    return np.linalg.eigh(naive.hessian(held, model, n, d)[np.ix_(kept, kept)])


def test_spectrum_is_that_of_the_twin(case) -> None:
    configuration, potential = case
    d = configuration.dimension
    expected, vectors = dense(configuration, potential)
    assert np.abs(expected[:d]).max() < 1e-10 * expected[-1]
    spectrum = ag.full_spectrum(configuration, potential)
    held = np.repeat(~spectrum.rattlers, d)
    assert len(spectrum) == held.sum() - d
    assert spectrum.eigenvalues == pytest.approx(expected[d:], abs=1e-11 * expected[-1])
    assert spectrum.frequencies == pytest.approx(np.sqrt(expected[d:]), rel=1e-8)
    flat = spectrum.eigenvectors.reshape(len(spectrum), -1)
    assert not flat[:, ~held].any()
    assert flat @ flat.T == pytest.approx(np.eye(len(flat)), abs=1e-9)
    overlaps = np.abs(np.sum(flat[:20][:, held] * vectors[:, d : d + 20].T, axis=1))
    isolated = spectrum.frequency_gaps[:20] > 1e-3
    assert isolated.any()
    assert overlaps[isolated] == pytest.approx(1, abs=1e-7)
    for k in (0, 5, len(spectrum) - 1):
        assert spectrum.participation_ratios[k] == pytest.approx(
            naive.participation_ratio(spectrum.eigenvectors[k]), rel=1e-12
        )
    assert spectrum.residuals.max() < 1e-10 * expected[-1]
    assert spectrum.is_minimum
    assert spectrum.complete
    gaps = np.abs(spectrum.frequencies[:, None] - spectrum.frequencies) + np.diag(np.full(len(spectrum), np.inf))
    assert np.array_equal(spectrum.degenerate, gaps.min(axis=1) / spectrum.frequencies < modes_module.DEGENERATE_GAP)
    assert 0 < spectrum.degenerate.mean() < 1


@pytest.mark.parametrize("count", [1, 7, 20, 10_000])
def test_lowest_modes(case, count: int) -> None:
    configuration, potential = case
    expected = dense(configuration, potential)[0][configuration.dimension :]
    found = ag.lowest_modes(configuration, potential, count=count)
    assert len(found) == min(count, len(expected))
    assert found.eigenvalues == pytest.approx(expected[:count], rel=1e-9)
    assert np.all(np.diff(found.eigenvalues) >= 0)
    assert found.residuals[:20].max() < 1e-8
    assert found.eigenvectors.sum(axis=1) == pytest.approx(0, abs=1e-9)
    assert found.complete
    assert found.is_minimum


@pytest.mark.parametrize("quantile", [0.0, 0.05, 0.5])
def test_all_modes_below_a_bound(case, quantile: float) -> None:
    """The count by inertia is that of the dense spectrum, on either side of every bound."""
    configuration, potential = case
    expected = np.sqrt(dense(configuration, potential)[0][configuration.dimension :])
    k = int(quantile * len(expected))
    for bound, count in ((0.999 * expected[k], k), (1.001 * expected[k], None)):
        count = int(np.count_nonzero(expected < bound)) if count is None or k else count
        found = ag.modes_below(configuration, potential, bound)
        assert len(found) == count
        assert found.complete
        assert found.frequencies == pytest.approx(expected[:count], rel=1e-9)
        assert ReducedHessian(InteractingPairs.of(configuration, potential)).count_below(bound**2) == count


@pytest.mark.parametrize("lost", [0, 2, 5])
def test_a_missing_mode_is_noticed(monkeypatch, case, lost: int) -> None:
    """If the iteration misses an eigenpair, the inertia reveals it."""
    configuration, potential = case
    honest, honest_below = modes_module.lanczos, modes_module.lanczos_below

    def without(pairs):
        return np.delete(pairs[0], lost), np.delete(pairs[1], lost, axis=1)

    def forgetful(reduced, count):
        return without(honest(reduced, count + 1))

    def forgetful_below(*given):
        return without(honest_below(*given))

    bound = 1.0001 * ag.lowest_modes(configuration, potential, count=8).frequencies[-1]
    monkeypatch.setattr(modes_module, "lanczos", forgetful)
    monkeypatch.setattr(modes_module, "lanczos_below", forgetful_below)
    assert not ag.lowest_modes(configuration, potential, count=8).complete
    assert not ag.modes_below(configuration, potential, bound).complete


@pytest.mark.parametrize("name, d", [("kumar2021", 2), ("kumar2021_3d", 3)])
def test_a_saddle_is_no_minimum(name: str, d: int) -> None:
    configuration, potential = liquid(name, 100, d, 8), ag.load_potential(name)
    expected = dense(configuration, potential)[0]
    # Translations cost no energy in any configuration.
    expected = np.delete(expected, np.argsort(np.abs(expected))[:d])
    negative = int(np.count_nonzero(expected < 0))
    assert negative > 2
    for found in (ag.full_spectrum(configuration, potential), ag.lowest_modes(configuration, potential, count=12)):
        assert not found.is_minimum
        assert np.count_nonzero(found.frequencies < 0) == min(negative, len(found))
        assert found.eigenvalues[:12] == pytest.approx(expected[:12], rel=1e-8)
        assert found.frequencies[0] == pytest.approx(-np.sqrt(-expected[0]), rel=1e-8)
    assert np.isnan(ag.elastic_moduli(configuration, potential).shear)


def with_guests(loose_at: list[list[float]]) -> ag.Configuration:
    """A triangular crystal with a hole, and small particles in it."""
    host = 10 * np.array([[1.0, 0.0], [0.0, np.sqrt(0.75)]])
    rows = [[i + 0.5 * (j % 2), j * np.sqrt(0.75)] for j in range(10) for i in range(10)]
    center = np.array([5.0, 4 * np.sqrt(0.75)])
    kept = [row for row in rows if np.linalg.norm(np.array(row) - center) > 2.1]
    positions = np.array(kept + (center + np.array(loose_at)).tolist())
    sizes = np.concatenate([np.ones(len(kept)), np.full(len(loose_at), 0.3)])
    return ag.Configuration(positions, sizes, np.diag(host))


@pytest.mark.parametrize(
    "loose_at",
    [
        [[0.0, 0.0]],  # alone
        [[0.0, 0.0], [0.3, 0.0]],  # a pair that touches
        [[-0.7, 0.0], [-0.35, 0.02], [0.0, 0.0], [0.35, 0.02], [0.7, 0.0]],  # a chain
        [
            [0.0, 0.0],
            [0.3, 0.0],
            [0.15, 0.26],
            [0.45, 0.26],
            [0.3, 0.52],
        ],  # the last ones become rattlers after the first ones
    ],
)
def test_rattlers_are_taken_out_one_after_another(loose_at: list[list[float]]) -> None:
    configuration, potential = with_guests(loose_at), ag.load_potential("kumar2021")
    found = naive.pairs_of(configuration, naive.Model.of(potential))
    expected = naive.rattlers(found, len(configuration), 2)
    rattling = ag.rattlers(configuration, potential)
    assert rattling.tolist() == expected
    assert rattling[-len(loose_at) :].all()
    # The other particles have the spectrum of a sample without rattlers (unrelaxed, so that a part is negative).
    n_loose = len(loose_at)
    alone = ag.Configuration(configuration.positions[:-n_loose], configuration.diameters[:-n_loose], configuration.box)
    spectrum = ag.full_spectrum(configuration, potential)
    assert spectrum.eigenvalues == pytest.approx(ag.full_spectrum(alone, potential).eigenvalues, abs=1e-9)
    assert not spectrum.eigenvectors[:, -n_loose:].any()
    assert spectrum.participation_ratios[7] * len(configuration) == pytest.approx(
        ag.full_spectrum(alone, potential).participation_ratios[7] * len(alone), rel=1e-6
    )


def test_a_particle_that_floats_in_its_cage() -> None:
    """A particle made small enough to rattle has no mode of zero frequency, but counts in N."""
    inherent, potential = glass("kumar2021", 144, 2, 6), ag.load_potential("kumar2021")
    diameters = inherent.diameters.copy()
    small = int(np.argmax(diameters))
    diameters[small] = 0.1
    done = ag.quench(inherent.replace(diameters=diameters), potential)
    modes = ag.lowest_modes(done.configuration, potential, count=10)
    assert done.converged
    assert np.flatnonzero(modes.rattlers).tolist() == [small]
    assert modes.is_minimum
    assert modes.complete
    assert modes.eigenvalues[0] > 0.1
    expected = [naive.participation_ratio(v) for v in modes.eigenvectors]
    assert modes.participation_ratios == pytest.approx(expected, rel=1e-12)
    assert ag.elastic_moduli(done.configuration, potential).shear > 0


def test_nothing_but_rattlers() -> None:
    """A dilute sample has no modes and is refused."""
    rng = np.random.default_rng(1)
    dilute = ag.Configuration(rng.permutation(np.arange(36))[:12, None] // [6, 1] % 6 * 2.0, np.ones(12), [12.0, 12.0])
    potential = ag.load_potential("kumar2021")
    assert ag.rattlers(dilute, potential).all()
    for verb in (ag.lowest_modes, ag.full_spectrum, ag.elastic_moduli, lambda c, p: ag.modes_below(c, p, 1.0)):
        with pytest.raises(ag.InputError, match="all particles are rattlers"):
            verb(dilute, potential)


def test_bad_requests(case) -> None:
    configuration, potential = case
    with pytest.raises(ag.InputError, match="count of modes is 0; allowed: >= 1"):
        ag.lowest_modes(configuration, potential, count=0)
    for bound in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ag.InputError, match="frequency bound"):
            ag.modes_below(configuration, potential, bound)


def test_participation_ratio_of_known_fields() -> None:
    alone, everywhere = np.zeros((50, 2)), np.ones((50, 2))
    alone[3] = [0.6, 0.8]
    ratios = modes_module.participation_ratios(np.array([alone, everywhere]))
    assert ratios == pytest.approx([1 / 50, 1.0], rel=1e-14)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_a_degenerate_mode_is_flagged_where_the_count_cuts_its_pair(count: int) -> None:
    """The lowest phonons of a triangular lattice in a square box are exactly degenerate, in pairs or more."""
    potential = ag.PairPotential(exponent=12, order=2, cutoff=1.25)
    rows = np.arange(16)
    points = np.array([[i + 0.5 * (j % 2), j * np.sqrt(0.75)] for i in rows for j in rows])
    crystal = ag.Configuration(points, np.full(256, 1.0), [16.0, 16 * np.sqrt(0.75)])
    everything = ag.full_spectrum(crystal, potential)
    found = ag.lowest_modes(crystal, potential, count=count)
    assert found.degenerate.tolist() == everything.degenerate[:count].tolist()
    bound = 0.5 * (everything.frequencies[7] + everything.frequencies[8])
    below = ag.modes_below(crystal, potential, bound)
    assert below.degenerate.tolist() == everything.degenerate[: len(below)].tolist()


def test_the_count_is_complete_within_the_multiplets_of_a_crystal() -> None:
    """Five modes of a triangular crystal end inside a multiplet: more are found until the count proves them."""
    potential = ag.load_potential("kumar2021")
    a = np.sqrt(2 / np.sqrt(3))
    points = [[(i + s / 2) * a, (2 * j + s) * a * np.sqrt(3) / 2] for i in range(16) for j in range(8) for s in (0, 1)]
    crystal = ag.Configuration(points, np.ones(256), [16 * a, 8 * a * np.sqrt(3)])
    exact = np.linalg.eigvalsh(ag.hessian(crystal, potential).toarray())[2:]
    for count in range(1, 18):
        found = ag.lowest_modes(crystal, potential, count=count)
        assert found.complete, count
        assert found.eigenvalues == pytest.approx(exact[:count], rel=1e-8)
