"""Diagnostics against known laws, perfect lattices, and samples spoiled on purpose."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from scipy.signal import lfilter

import atomglass as ag
from atomglass.bench.samples import reference_file
from atomglass.diagnostics import (
    autocorrelations,
    bond_breaking,
    bonds,
    hexatic_order,
    integrated_correlation_time,
    liquid_report,
    mean_square_displacement,
    memory_time,
    overlap,
    radial_distribution,
    relaxation_time,
    size_correlation,
    steinhardt_order,
)
from atomglass.errors import InputError

LIQUID = reference_file()

FCC = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])
BCC = np.array([[0, 0, 0], [0.5, 0.5, 0.5]])
# hcp in its orthogonal cell of edges 1, sqrt 3, sqrt(8/3).
HCP = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 5 / 6, 0.5], [0, 1 / 3, 0.5]])
HCP_EDGES = np.sqrt([1, 3, 8 / 3])


@pytest.fixture
def rng():
    return np.random.default_rng(20)


def crystal(basis, cells, edges=1.0, noise=0.0, seed=0, diameters=None):
    """Return a crystal of density 1: `cells` unit cells a side, of these edges."""
    rng = np.random.default_rng(seed)
    d = basis.shape[1]
    corners = np.stack(np.meshgrid(*[np.arange(cells)] * d, indexing="ij"), -1).reshape(-1, 1, d)
    positions = ((corners + basis).reshape(-1, d) + 0.01) * edges
    box = np.full(d, cells) * edges
    scale = (len(positions) / np.prod(box)) ** (1 / d)
    positions = positions * scale + rng.normal(0, noise, positions.shape)
    diameters = np.ones(len(positions)) if diameters is None else diameters(len(positions), rng)
    return ag.Configuration(positions, diameters, box * scale)


def triangular(cells, **options):
    """Return a triangular crystal in its rectangular cell of two particles."""
    return crystal(np.array([[0, 0], [0.5, 0.5]]), cells, edges=np.array([1, np.sqrt(3)]), **options)


def gas(number, cell, seed=1):
    rng = np.random.default_rng(seed)
    cell = np.asarray(cell, float)
    positions = rng.random((number, len(cell))) @ (np.diag(cell) if cell.ndim == 1 else cell)
    return ag.Configuration(positions, ag.sample_diameters(number, rng, "quantile"), cell)


def quantile(number, rng):
    return ag.sample_diameters(number, rng, "quantile")


# Series


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9, 0.98, -0.4])
def test_correlation_time_of_an_autoregressive_series(memory, rng):
    exact = (1 + memory) / (1 - memory)
    found = integrated_correlation_time(lfilter([1], [1, -memory], rng.normal(size=200_000))[2000:] + 5)
    assert found.long_enough
    assert abs(found.time - exact) < 4 * found.error + 0.01 * exact  # the window leaves out e^-5 of the sum
    assert found.error < 0.15 * exact + 0.01
    assert abs(found.mean - 5) < 4 * found.mean_error


def test_errors_of_the_mean_and_of_the_time_have_the_right_size(rng):
    """Over many series of AR(1) the stated errors must be the scatter."""
    series = lfilter([1], [1, -0.8], rng.normal(size=(400, 4200)), axis=1)[:, 200:]
    found = [integrated_correlation_time(s) for s in series]
    means, times = np.array([f.mean for f in found]), np.array([f.time for f in found])
    assert np.std(means) == pytest.approx(np.mean([f.mean_error for f in found]), rel=0.12)
    assert np.std(times) == pytest.approx(np.mean([f.error for f in found]), rel=0.25)
    assert found[0].independent_values == pytest.approx(4000 / found[0].time)


def test_a_short_series_says_so(rng):
    walk = np.cumsum(rng.normal(size=500))
    assert not integrated_correlation_time(walk).long_enough


@pytest.mark.parametrize("bad", [np.ones(100), np.arange(5.0), np.r_[np.arange(20.0), np.nan], np.ones((20, 2))])
def test_series_that_have_no_correlation_time(bad):
    with pytest.raises(InputError, match="series"):
        integrated_correlation_time(bad)


def test_relaxation_time():
    times = np.linspace(0, 50, 400)
    assert relaxation_time(times, np.exp(-times / 7.3)) == pytest.approx(7.3, rel=1e-3)
    assert relaxation_time([0, 1, 2], [1, 1, 0]) == pytest.approx(2 - 1 / np.e)
    assert np.isnan(relaxation_time(times, np.exp(-times / 60)))


@pytest.mark.parametrize(
    ("times", "values"), [([0, 1, 1], [1, 0.5, 0]), ([0, 1], [1, 0.5, 0.1]), ([0, 1], [np.nan, 0]), ([0, 1], [0.3, 0])]
)
def test_relaxation_time_refuses(times, values):
    with pytest.raises(InputError):
        relaxation_time(times, values)


# Memory


def test_memory_time_of_a_known_process_and_its_error(rng):
    """Over many experiments of AR(1) the time is -1/ln a, and the stated error is the scatter."""
    a, found = 0.9, []
    for _ in range(60):
        series = lfilter([1], [1, -a], rng.normal(size=(8, 2200)), axis=1)[:, 200:] + 3
        found.append(memory_time(np.arange(41), autocorrelations(series, 40, 1 / (1 - a * a))))
    times = np.array([f.time for f in found])
    assert times.mean() == pytest.approx(-1 / np.log(a), abs=4 * times.std() / np.sqrt(60))
    assert np.mean([f.error for f in found]) == pytest.approx(times.std(), rel=0.3)


def test_gains_are_those_of_paired_runs(rng):
    """Runs that share their scatter: the ratio is known better than either time."""
    times, scale = np.linspace(0, 30, 301), rng.uniform(4, 8, 6)
    slow = memory_time(times, np.exp(-times / scale[:, None]))
    fast = memory_time(times, np.exp(-2 * times / scale[:, None]))
    gain, error = slow.gain_of(fast, price=0.5)
    assert gain == pytest.approx(4, rel=1e-3) and error < 1e-2 < slow.error
    assert slow.left_out[2] == pytest.approx(
        memory_time(times, np.exp(-times / np.delete(scale, 2)[:, None])).time, rel=1e-12
    )
    with pytest.raises(InputError, match="runs"):
        slow.gain_of(memory_time(times, np.exp(-times / scale[:3, None])))


@pytest.mark.parametrize(
    ("series", "lags", "variance"),
    [(np.ones(9), 2, 1.0), (np.ones((2, 9)), 9, 1.0), (np.ones((2, 9)), 2, 0.0), (np.full((2, 9), np.nan), 2, 1.0)],
)
def test_autocorrelations_refuse(series, lags, variance):
    with pytest.raises(InputError):
        autocorrelations(series, lags, variance)


def test_one_run_has_no_error():
    with pytest.raises(InputError, match="R >= 2"):
        memory_time([0, 1, 2], [[1, 0.5, 0.1]])


# Motion


@pytest.mark.parametrize("cell", [[9.0, 11.0], [[9.0, 0.0], [4.0, 11.0]], [7.0, 7.5, 8.0]])
def test_surviving_bonds_as_counted_one_by_one(cell, rng):
    before, potential = gas(120, cell), ag.load_potential("kumar2021")
    steps = rng.normal(0, 0.3, before.positions.shape) + rng.integers(-2, 3, before.positions.shape) @ before.cell
    after = before.replace(positions=before.positions + steps, diameters=before.diameters[::-1])
    expected = naive.surviving_bonds(before, after, naive.Model.of(potential), 1.25, 1.5)
    assert 0.2 < expected < 0.95
    assert bond_breaking(before, after, potential=potential) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("cell", [[9.0, 11.0], [[9.0, 0.0], [4.0, 11.0]], [8.0, 9.0, 10.0]])
def test_overlap_counts_the_particles_that_moved_far(cell, rng):
    before = gas(200, cell)
    d = before.dimension
    directions = rng.normal(size=(200, d))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    lengths = np.where(np.arange(200) < 60, 0.31, 0.29)
    jumps = rng.integers(-2, 3, (200, d)) @ before.cell
    after = before.replace(positions=before.positions + lengths[:, None] * directions + jumps)
    assert overlap(before, after) == pytest.approx(0.7)
    assert overlap(before, after, cutoff=0.32) == 1
    assert overlap(before, after.replace(diameters=after.diameters[::-1])) == pytest.approx(0.7)


def test_mean_square_displacement_of_a_random_walk(rng):
    before = gas(4000, [60.0, 70.0])
    after = before.replace(positions=before.positions + rng.normal(0, 30, (4000, 2)))
    # Each squared displacement has mean 2 x 30^2 and standard deviation 2 x 30^2.
    assert mean_square_displacement(before, after) == pytest.approx(1800, abs=4 * 1800 / np.sqrt(4000))


def test_mean_square_displacement_refuses_wrapped_positions():
    before = gas(100, [10.0, 10.0])
    after = before.replace(positions=(before.positions + 1.0) % 10.0)
    with pytest.raises(InputError, match="unwrapped"):
        mean_square_displacement(before, after)


@pytest.mark.parametrize("cell", [[9.0, 11.0], [[9.0, 0.0], [4.0, 11.0]], [7.0, 7.5, 8.0]])
def test_bonds_are_the_close_pairs(cell):
    sample = gas(150, cell)
    i, j = np.triu_indices(150, 1)
    vectors = sample.positions[j] - sample.positions[i]
    shifts = np.stack(np.meshgrid(*[[-1, 0, 1]] * sample.dimension), -1).reshape(-1, sample.dimension) @ sample.cell
    distances = np.min([np.linalg.norm(vectors + shift, axis=1) for shift in shifts], axis=0)
    sigma = (sample.diameters[i] + sample.diameters[j]) / 2
    expected = set(zip(*(x[distances < 1.3 * sigma] for x in (i, j)), strict=True))
    found = bonds(sample, 1.3)
    assert len(found) == len(expected) and set(map(tuple, found)) == expected
    potential = ag.load_potential("kumar2021")
    sigma = potential.pair_diameter(sample.diameters[i], sample.diameters[j])
    assert len(bonds(sample, 1.3, potential)) == np.sum(distances < 1.3 * sigma)


def test_bonds_break_with_motion_not_with_swaps():
    before = triangular(12, diameters=quantile)
    # Spacing 1.07: near neighbors are bonded or not by their sizes.
    assert bond_breaking(before, before) == 1
    assert bond_breaking(before, before.replace(diameters=before.diameters[::-1])) == 1
    pairs, far = bonds(before), before.positions.copy()
    far[0] = far[0] + before.box / 2 + [0.0, 0.3]
    mine = np.any(pairs == 0, axis=1)
    assert bond_breaking(before, before.replace(positions=far)) == pytest.approx(1 - mine.mean(), abs=1e-12)
    # Stretched between the two lengths, a bond holds; beyond, it breaks. Two particles at 1.2, 1.45, 1.55 diameters.
    near, stretched, gone = (
        ag.Configuration([[0.0, 0.0], [x, 0.0]], [1.0, 1.0], [8.0, 8.0]) for x in (1.2, 1.45, 1.55)
    )
    assert bond_breaking(near, stretched) == 1 and bond_breaking(near, gone) == 0


def test_configurations_that_do_not_belong_together():
    a, b, c = gas(50, [9.0, 9.0]), gas(51, [9.0, 9.0]), gas(50, [9.0, 9.1])
    for compare in (overlap, mean_square_displacement, bond_breaking):
        for other in (b, c):
            with pytest.raises(InputError):
                compare(a, other)
    with pytest.raises(InputError, match="cutoff"):
        overlap(a, a, cutoff=5)
    with pytest.raises(InputError, match="bonded"):
        bond_breaking(a, a, 1.5, 1.2)
    with pytest.raises(InputError, match="half the least height"):
        bond_breaking(a, a, broken=4)
    with pytest.raises(InputError, match="cutoff of a bond"):
        bonds(a, -1)


# Structure


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize(
    "cell", [[30.0, 35.0], [[30.0, 0.0], [-14.0, 33.0]], [12.0, 13.0, 14.0], [[12, 0, 0], [5, 13, 0], [-4, 3, 14]]]
)
def test_an_ideal_gas_has_no_structure(cell, scaled):
    sample = gas(2500, cell)
    found = radial_distribution(sample, 0.2, 3.0, scaled, ag.load_potential("kumar2021"))
    pulls = (found.values - 1) * np.sqrt(found.counts / found.values)
    assert found.distances == pytest.approx(np.arange(0.1, 3, 0.2))
    assert (pulls**2).sum() == pytest.approx(len(pulls), abs=4 * np.sqrt(2 * len(pulls)))
    assert np.abs(pulls).max() < 4


def test_radial_distribution_of_a_crystal_counts_its_shells():
    sample = crystal(FCC, 6)
    found = radial_distribution(sample, 0.05, 2.5)
    spacing = 2 ** (1 / 6)  # of fcc at density 1
    shells = {1.0: 12, 2**0.5: 6, 3**0.5: 24, 2.0: 12}
    for distance, number in shells.items():
        bin_of = int(distance * spacing / 0.05)
        assert 2 * found.counts[bin_of] / len(sample) == number
    assert found.counts.sum() * 2 == sum(shells.values()) * len(sample)


@pytest.mark.parametrize(("width", "r_max"), [(0.0, 1.0), (0.1, 6.0), (0.1, np.inf), (2.0, 1.0)])
def test_radial_distribution_refuses(width, r_max):
    with pytest.raises(InputError):
        radial_distribution(gas(100, [10.0, 10.0]), width, r_max)


def test_hexatic_order_of_crystals():
    found = hexatic_order(triangular(8))
    assert found.local_order == pytest.approx(1, abs=1e-9) and found.global_order == pytest.approx(1, abs=1e-9)
    # The same crystal in a sheared cell, turned by 0.2: psi_6 turns by 6 x 0.2.
    turn = np.array([[np.cos(0.2), np.sin(0.2)], [-np.sin(0.2), np.cos(0.2)]])
    a = np.array([[1.0, 0.0], [0.5, np.sqrt(0.75)]]) @ turn
    steps = np.stack(np.meshgrid(np.arange(9), np.arange(9)), -1).reshape(-1, 2)
    turned = hexatic_order(ag.Configuration((steps + 0.1) @ a, np.ones(81), 9 * a))
    assert turned.particles == pytest.approx(np.full(81, np.exp(1.2j)), abs=1e-9)
    # A square crystal has no sixfold order, and its Voronoi vertices are degenerate.
    assert hexatic_order(crystal(np.array([[0.0, 0.0]]), 9)).local_order == pytest.approx(0, abs=1e-9)


def test_hexatic_order_does_not_depend_on_the_cell(rng):
    sample = gas(60, [8.0, 7.5])
    other = ag.Configuration(
        sample.positions + rng.integers(-3, 3, (60, 2)) * sample.box, sample.diameters, [[8.0, 0.0], [8.0, 7.5]]
    )
    assert hexatic_order(other).particles == pytest.approx(hexatic_order(sample).particles, abs=1e-9)


@pytest.mark.parametrize(
    ("basis", "edges", "q4", "q6"),
    [(FCC, 1.0, 0.19094, 0.57452), (BCC, 1.0, 0.03637, 0.51069), (HCP, HCP_EDGES, 0.09722, 0.48476)],
    ids=["fcc", "bcc", "hcp"],
)
def test_steinhardt_order_of_crystals(basis, edges, q4, q6):
    sample = crystal(basis, 5, edges)
    for degree, exact in ((4, q4), (6, q6)):
        found = steinhardt_order(sample, degree)
        assert found.particles == pytest.approx(np.full(len(sample), exact), abs=6e-6)
        if (
            basis is not HCP
        ):  # the bonds of hcp's two sublattices differ, but not their even harmonics of degree 6, m = 0
            assert found.averaged == pytest.approx(np.full(len(sample), exact), abs=6e-6)
            assert found.global_order == pytest.approx(exact, abs=6e-6)


def test_steinhardt_order_by_the_addition_theorem(rng):
    """Q_l^2 is the mean of P_l(cos) over all pairs of a particle's bonds: no spherical harmonic needed."""
    from scipy.spatial.transform import Rotation
    from scipy.special import eval_legendre

    turn = Rotation.random(rng=rng).as_matrix()
    sample = gas(100, 5.0 * turn)
    found = steinhardt_order(sample, 5, cutoff=1.5)
    vectors = sample.positions - sample.positions[0]
    vectors = (vectors @ turn.T - 5 * np.rint(vectors @ turn.T / 5))[1:]
    vectors = vectors[np.linalg.norm(vectors, axis=1) < 1.5]
    unit = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    assert found.particles[0] == pytest.approx(np.sqrt(eval_legendre(5, unit @ unit.T).mean()), rel=1e-10)


def test_order_parameters_of_the_wrong_dimension():
    with pytest.raises(InputError, match="steinhardt"):
        hexatic_order(crystal(FCC, 3))
    with pytest.raises(InputError, match="hexatic"):
        steinhardt_order(triangular(6))
    with pytest.raises(InputError, match="degree"):
        steinhardt_order(crystal(FCC, 3), 0)


@pytest.mark.parametrize("cell", [[14.0, 15.0], [[14.0, 0.0], [6.0, 15.0]], [6.0, 6.0, 6.0]])
def test_size_correlation_of_shuffled_diameters(cell, rng):
    """Its mean and deviation over shufflings are those stated; the large-scale factor averages to 1."""
    sample = gas(200, cell)
    found = [size_correlation(sample.replace(diameters=rng.permutation(sample.diameters))) for _ in range(400)]
    values = np.array([f.neighbors for f in found])
    assert values.mean() == pytest.approx(found[0].expected, abs=4 * found[0].deviation / 20)
    assert values.std() == pytest.approx(found[0].deviation, rel=4 / np.sqrt(800))
    assert np.std([f.score for f in found]) == pytest.approx(1, rel=4 / np.sqrt(800))
    # One realization's gas has |rho_k|^2 of its own, which takes a share of order 1/N off.
    assert np.mean([f.large_scale for f in found]) == pytest.approx(1, abs=4 * 0.5 / 20)


def test_size_correlation_needs_sizes():
    with pytest.raises(InputError, match="variance"):
        size_correlation(triangular(6))


# Liquid or not


def sorted_along_x(sample):
    diameters = np.empty(len(sample))
    diameters[np.argsort(sample.fractional[:, 0] % 1)] = np.sort(sample.diameters)
    return sample.replace(diameters=diameters)


def test_the_equilibrium_liquid_is_one(rng):
    liquid = ag.read(LIQUID)
    moved = liquid.replace(positions=liquid.positions + 0.01)
    report = liquid_report([liquid, moved])
    assert report.is_liquid and report.reasons == () and str(report) == "liquid"
    assert report.overlap == 1 and np.isnan(liquid_report(liquid).overlap)
    assert report.local_order == pytest.approx(0.50, abs=0.01)
    assert report.neighbor_sizes == pytest.approx(-0.31, abs=0.02)


def test_crystals_are_no_liquids():
    for sample in (
        triangular(20, noise=0.07, diameters=quantile),
        triangular(20),
        crystal(FCC, 6, noise=0.07, diameters=quantile),
        crystal(BCC, 8, noise=0.07, diameters=quantile),
    ):
        report = liquid_report(sample)
        assert not report.is_liquid and len(report.reasons) == 2
        assert "crystalline" in str(report)


def test_one_bad_sample_of_a_series_is_enough():
    sample = gas(400, [20.0, 20.0])
    assert liquid_report([sample, sample]).is_liquid
    assert not liquid_report([sample, sorted_along_x(sample), sample]).is_liquid


def test_a_polycrystal_is_told_by_its_local_order(rng):
    """Four grains turned by 15 degrees from one to the next: psi_6 has opposite signs and cancels."""
    patch = triangular(40).positions
    positions = []
    for k, corner in enumerate([(0, 0), (20, 0), (0, 20), (20, 20)]):
        angle = np.pi / 6 * (k in (1, 2))
        turned = (patch - patch.mean(axis=0)) @ [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
        grain = turned[np.all(np.abs(turned) < 9.6, axis=1)] + 10 + corner
        positions.append(grain)
    positions = np.concatenate(positions)
    sample = ag.Configuration(positions, quantile(len(positions), rng), [40.0, 40.0])
    report = liquid_report(sample)
    assert report.global_order < 0.2 and not report.is_liquid
    assert "neighborhoods" in str(report)


def test_a_demixed_sample_is_no_liquid(rng):
    liquid = ag.read(LIQUID)
    report = liquid_report(sorted_along_x(liquid))
    assert not report.is_liquid and len(report.reasons) == 2 and "demixed" in str(report) and "separated" in str(report)
    shuffled = liquid_report(liquid.replace(diameters=rng.permutation(liquid.diameters)))
    assert shuffled.is_liquid, "shuffled diameters are not demixed"
    # Drops of the size of a few particles: no long wave shows them, the neighbors do.
    cell = (np.floor(liquid.fractional % 1 * 21).astype(int)).sum(axis=1) % 2
    diameters = np.empty(len(liquid))
    diameters[np.argsort(cell, kind="stable")] = np.sort(liquid.diameters)
    drops = liquid_report(liquid.replace(diameters=diameters))
    assert len(drops.reasons) == 1 and "demixed" in str(drops)


def test_liquid_report_refuses():
    with pytest.raises(InputError, match="number of configurations"):
        liquid_report([])
    with pytest.raises(InputError, match="same particles"):
        liquid_report([gas(400, [20.0, 20.0]), gas(401, [20.0, 20.0])])
