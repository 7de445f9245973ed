"""Sums over pairs against a slow reference: every dimension, every kind of cell, every kind of sample."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import glass, liquid, loose

import atomglass as ag
from atomglass.kernels import cell_list as cells
from atomglass.kernels.cell_counts import MOST_CELLS, cell_counts
from atomglass.kernels.energy_derivatives import strain_response
from atomglass.system.interactions import InteractingPairs
from atomglass.system.neighbors import WrappedPositions
from atomglass.vibrations.elasticity import shear_strains

MAKERS = {"liquid": liquid, "glass": glass}
#: Sizes on either side of three search cells a side: all pairs are searched below, cells above.
SAMPLES = [
    ("liquid", "kumar2021", 30, 2, False),
    ("glass", "kumar2021", 30, 2, True),
    ("liquid", "kumar2021", 100, 2, True),
    ("glass", "kumar2021", 144, 2, False),
    ("liquid", "kumar2021_smooth", 100, 2, False),
    ("glass", "kumar2021_smooth", 100, 2, True),
    ("liquid", "ipl10", 30, 2, True),
    ("glass", "ipl10", 100, 2, False),
    ("liquid", "kumar2021_3d", 100, 3, True),
    ("glass", "kumar2021_3d", 100, 3, False),
    ("glass", "kumar2021_smooth", 100, 3, True),
    ("liquid", "ipl10", 110, 3, False),
    ("liquid", "kumar2021_3d", 260, 3, False),
    ("glass", "kumar2021_3d", 280, 3, True),
]


def rounding(potential: ag.PairPotential) -> float:
    """Near its cutoff phi is a small difference of large terms: their rounding limits any program."""
    z = potential.cutoff**2
    return 5e-14 * potential.epsilon * sum(abs(c) * z**k for k, c in enumerate(potential.coefficients))


def assert_agree(configuration: ag.Configuration, potential: ag.PairPotential, direction: np.ndarray) -> None:
    """Energy, forces, Hessian, directional derivatives and pairs agree with the slow reference."""
    model = naive.Model.of(potential)
    n, d = configuration.positions.shape
    found = naive.pairs_of(configuration, model)
    total = naive.energy(found, model)
    floor = rounding(potential) * len(found)
    # Coordinates as large as the box are rounded: no program knows the distance of a close pair better than this.
    distance_error = 2 * np.finfo(float).eps * np.abs(configuration.positions).max()
    energy_floor = floor + distance_error * sum(abs(model.phi(p.r, p.sigma, 1)) for p in found)
    assert ag.energy(configuration, potential) == pytest.approx(total, abs=1e-12 * total + energy_floor)

    allowed = np.full((n, 1), floor)
    for p in found:
        force = abs(model.phi(p.r, p.sigma, 1))
        stiffness = abs(model.phi(p.r, p.sigma, 2)) + force / p.r
        allowed[[p.i, p.j]] += 1e-12 * force + distance_error * stiffness
    difference = ag.forces(configuration, potential) - naive.forces(found, model, n, d)
    assert np.all(np.abs(difference) <= allowed)

    expected = naive.hessian(found, model, n, d)
    matrix = ag.hessian(configuration, potential).toarray()
    assert np.abs(matrix - expected).max() <= 1e-11 * np.abs(expected).max()

    direction = direction / np.linalg.norm(direction)
    b2, b3, b4 = naive.moments(found, model, direction)
    result = ag.expand(configuration, potential, direction)
    assert (result.b2, result.b3, result.b4) == pytest.approx((b2, -abs(b3), b4), rel=1e-10)
    assert np.vdot(result.direction, direction) == pytest.approx(-1.0 if b3 > 0 else 1.0, abs=1e-12)

    ours = InteractingPairs.of(configuration, potential)
    assert {frozenset(pair) for pair in ours.indices.tolist()} == {frozenset((p.i, p.j)) for p in found}
    assert len(ours.indices) == len(found)
    assert ag.rattlers(configuration, potential).tolist() == naive.rattlers(found, n, d)


@pytest.mark.parametrize("kind, name, n, d, sheared", SAMPLES)
def test_derivatives_agree(kind: str, name: str, n: int, d: int, sheared: bool) -> None:
    """Along a random direction; in a glass along its lowest mode too."""
    configuration, potential = MAKERS[kind](name, n, d, n, sheared), ag.load_potential(name)
    counts = cell_counts(
        WrappedPositions.of(configuration).inverse, d, potential.max_cutoff(configuration.diameters), n
    )
    assert (counts[:d].min() >= 3) == (n > {2: 30, 3: 110}[d])
    assert_agree(configuration, potential, np.random.default_rng(1).standard_normal((n, d)))
    if kind == "glass":
        mode = ag.lowest_modes(configuration, potential, count=1).eigenvectors[0]
        assert_agree(configuration, potential, mode)


@pytest.mark.parametrize("d", [2, 3])
def test_directional_derivatives_are_contracted_tensors(d: int) -> None:
    """The reference itself: derivatives along a line against third- and fourth-rank tensors, element by element."""
    potential = ag.load_potential("ipl10")
    model, configuration = naive.Model.of(potential), loose(10, d, 3)
    diameters = configuration.diameters * 0.7  # the box of ten particles is small
    found = naive.pairs(configuration.positions, diameters, configuration.cell, model)
    assert len(found) > 5
    direction = np.random.default_rng(2).standard_normal((10, d))
    assert naive.moments(found, model, direction)[1:] == pytest.approx(
        naive.tensor_moments(found, model, direction), rel=1e-12
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    n=st.integers(2, 9),
    d=st.sampled_from([2, 3]),
    seed=st.integers(0, 2**32 - 1),
    length=st.floats(4.2, 8.0),
    tilt=st.floats(-0.3, 0.3),
    exponent=st.integers(1, 20),
    order=st.integers(0, 4),
    boxes=st.integers(0, 3),
)
def test_any_small_sample(n, d, seed, length, tilt, exponent, order, boxes) -> None:
    """For any potential and any cell, and for particles that are several boxes away."""
    rng = np.random.default_rng(seed)
    cell = length * (np.eye(d) + tilt * (np.ones((d, d)) - np.eye(d)) * np.tri(d, k=-1))
    fractional = rng.random((n, d)) * rng.choice([0.3, 1.0]) + rng.integers(-boxes, boxes + 1, (n, d))
    configuration = ag.Configuration(fractional @ cell, rng.uniform(0.5, 1.3, n), cell)
    potential = ag.PairPotential(exponent=exponent, order=order, cutoff=1.25, nonadditivity=0.2, epsilon=1.5)
    if configuration.heights.min() < 2.0 * potential.max_cutoff(configuration.diameters):
        with pytest.raises(ag.InputError, match="height of the box"):
            ag.energy(configuration, potential)
        return
    model = naive.Model.of(potential)
    found = naive.pairs_of(configuration, model)
    # A sample of grazing contacts alone has no scale to which small derivatives could be compared.
    if any(p.r < 1.15 * p.sigma for p in found):
        assert_agree(configuration, potential, rng.standard_normal((n, d)))
    else:
        floor = rounding(potential) * len(found)
        assert ag.energy(configuration, potential) == pytest.approx(naive.energy(found, model), rel=1e-12, abs=floor)
        assert ag.forces(configuration, potential) == pytest.approx(
            naive.forces(found, model, n, d), rel=1e-12, abs=floor
        )


@pytest.mark.parametrize("half", [True, False])
@pytest.mark.parametrize(
    "n, d, sheared", [(30, 2, True), (150, 2, False), (150, 2, True), (90, 3, True), (250, 3, False)]
)
def test_neighbor_list_is_that_of_brute_force(n: int, d: int, sheared: bool, half: bool) -> None:
    configuration, reach = loose(n, d, 7, sheared), 2.05
    geometry = WrappedPositions.of(configuration)
    first, packed = cells.neighbor_list(geometry.positions, geometry.cell, geometry.inverse, d, reach, half)
    owner = np.repeat(np.arange(n), np.diff(first))
    index, image = packed >> cells.IMAGE_BITS, packed & cells.IMAGE_MASK
    vectors = geometry.positions[index] + geometry.shifts[image] - geometry.positions[owner]
    distances = np.linalg.norm(vectors, axis=1)
    found = naive.images(configuration.positions, configuration.cell, reach)
    expected = {(i, j): (vector, r) for i, j, vector, r in found}
    assert len(owner) == len(expected) * (1 if half else 2)
    assert {(min(i, j), max(i, j)) for i, j in zip(owner.tolist(), index.tolist(), strict=True)} == set(expected)
    for i, j, vector, r in zip(owner.tolist(), index.tolist(), vectors, distances, strict=True):
        wanted, length = expected[min(i, j), max(i, j)]
        assert r == pytest.approx(length, abs=1e-12)
        assert vector[:d] == pytest.approx(np.array(wanted) * (1 if i < j else -1), abs=1e-12)
        assert not (half and j < i)


@pytest.mark.parametrize("n, d, sheared", [(30, 2, True), (150, 2, False), (150, 2, True), (250, 3, False)])
def test_half_list_is_half_of_the_full_list(n: int, d: int, sheared: bool) -> None:
    """Including the order of neighbors, in which forces are summed; small samples are searched pair by pair."""
    geometry = WrappedPositions.of(loose(n, d, 8, sheared))
    place = geometry.positions, geometry.cell, geometry.inverse, d, 2.05
    first, packed = cells.neighbor_list(*place, True)
    begin, full = cells.neighbor_list(*place, False)
    of = np.repeat(np.arange(n), np.diff(begin))
    half = (full >> cells.IMAGE_BITS) > of
    assert packed.tolist() == full[half].tolist()
    assert np.diff(first).tolist() == np.bincount(of[half], minlength=n).tolist()


@pytest.mark.parametrize("d, sheared", [(2, False), (2, True), (3, False), (3, True)])
def test_wrapping(d: int, sheared: bool) -> None:
    """Particles are wrapped by whole cell vectors, which are recorded; energy and forces do not change."""
    rng = np.random.default_rng(0)
    potential = ag.load_potential("kumar2021")
    inside = liquid("kumar2021", 100, d, 4, sheared)
    unwrapped = inside.replace(positions=inside.positions + rng.integers(-5, 6, (100, d)) @ inside.cell)
    geometry = WrappedPositions.of(unwrapped)
    fractional = geometry.positions[:, :d] @ np.linalg.inv(unwrapped.cell)
    assert fractional.min() >= -1e-15
    assert fractional.max() <= 1 + 1e-15
    assert geometry.unwrapped(geometry.positions) == pytest.approx(unwrapped.positions, abs=1e-12)
    assert ag.energy(unwrapped, potential) == pytest.approx(ag.energy(inside, potential), rel=1e-11)
    assert ag.forces(unwrapped, potential) == pytest.approx(ag.forces(inside, potential), abs=1e-10)


@pytest.mark.parametrize("position", [-1e-17, 6.0, np.nextafter(6.0, 0), -6.0, np.nextafter(0.0, -1)])
def test_particles_on_the_faces(position: float) -> None:
    """A particle within rounding of a face interacts with its neighbors on both sides."""
    potential = ag.load_potential("kumar2021")
    conf = ag.Configuration([[position, 3.0], [1.0, 3.0], [5.0, 3.0], [0.0, 4.0], [0.0, 2.0]], np.ones(5), [6.0, 6.0])
    assert ag.energy(conf, potential) == pytest.approx(4 * float(potential.phi(1.0)), rel=1e-12)
    assert ag.forces(conf, potential)[0] == pytest.approx([0, 0], abs=1e-12)


@pytest.mark.parametrize("d", [2, 3])
def test_strain_derivatives(d: int) -> None:
    """Stress, and Born and non-affine terms under every strain, against the slow reference."""
    name = "kumar2021" if d == 2 else "kumar2021_3d"
    configuration, potential = liquid(name, 100, d, 6, True), ag.load_potential(name)
    model, pairs = naive.Model.of(potential), InteractingPairs.of(configuration, potential)
    found = naive.pairs_of(configuration, model)
    strains = shear_strains(d)
    first, second, mixed = strain_response(pairs.indices, pairs.separations, pairs.derivatives, strains, 100)
    stress = ag.stress(configuration, potential)
    for k, strain in enumerate(strains[:, :d, :d]):
        assert np.trace(strain) == pytest.approx(0, abs=1e-15)
        assert (strain**2).sum() == pytest.approx(0.5, rel=1e-14)
        slope, curvature, push = naive.strain_derivatives(found, model, strain, 100)
        assert first[k] == pytest.approx(slope, rel=1e-11, abs=1e-10)
        assert second[k] == pytest.approx(curvature, rel=1e-11)
        # The package displaces particles before the strain, the reference after: they differ by S times the gradient.
        push -= naive.forces(found, model, 100, d) @ strain
        assert mixed[k, :, :d] == pytest.approx(push, abs=1e-10)
        assert (stress * strain).sum() * configuration.volume == pytest.approx(slope, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("side", [1e3, 1e6, 1e8])
def test_a_dilute_sample_has_no_more_search_cells_than_it_needs(d: int, side: float) -> None:
    """Nearly all cells as wide as the cutoff, up to 10^24, would be empty. Of four pairs one is across the border."""
    potential, step = ag.load_potential("kumar2021_3d" if d == 3 else "kumar2021"), 1.0
    places = np.array([[0.1, 0.2, 0.3], [0.4, 0.7, 0.2], [0.9, 0.4, 0.8]])[:, :d] * side
    first = np.vstack([places, np.full((1, d), side / 2) - (side / 2 - 0.3) * (np.arange(d) == 0)])
    second = first + step * (np.arange(d) == 0)
    second[3, 0] = side - 0.3
    configuration = ag.Configuration(np.vstack([first, second]), np.ones(8), np.full(d, side))
    model = naive.Model.of(potential)
    found = naive.pairs_of(configuration, model)
    assert len(found) == 4
    tolerance = 1e-14 * side * max(abs(model.phi(p.r, p.sigma, 1)) for p in found)
    assert ag.energy(configuration, potential) == pytest.approx(naive.energy(found, model), rel=1e-12, abs=tolerance)
    counts = cell_counts(WrappedPositions.of(configuration).inverse, d, 1.4, 8)
    assert 512 < counts.prod() <= MOST_CELLS
