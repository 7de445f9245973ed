"""Swap Monte Carlo against the canonical ensemble, in systems small enough to integrate numerically.

Every run is thinned until its values are independent (this is checked), and then compared by chi-squared at four sigma.
The same statistics reject a sampler whose temperature is three per cent too high, so an acceptance rule with an error
of this size would not pass.
"""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from exact_sampling import FOUR_SIGMA, cell_of, chi_squared_probability, nearest_distance
from scipy import integrate

import atomglass as ag
from atomglass.diagnostics import integrated_correlation_time
from atomglass.sampling.moves import HybridMonteCarlo
from atomglass.system.interactions import InteractingPairs

pytestmark = pytest.mark.extended

POTENTIAL = ag.load_potential("kumar2021")
STEP = 0.2


def sampler(diameters, cell, temperature, swap_fraction, seed, trajectories=None):
    """Return a sampler that starts from random positions without much overlap."""
    rng = np.random.default_rng(seed)
    while True:
        start = ag.Configuration(rng.random((len(diameters), len(cell))) @ cell, diameters, cell)
        if ag.energy(start, POTENTIAL) < 10 * temperature:
            return ag.SwapMonteCarlo(start, POTENTIAL, temperature, swap_fraction, STEP, seed, trajectories)


# Two particles: the energy is a function of the distance, and the distance has a known law in any cell whose half
# height exceeds the range of the interaction.

PAIR = np.array([0.9, 1.3])
RANGE = 1.25 * float(POTENTIAL.pair_diameter(*PAIR))


def two_particle_law(dimension, volume, temperature, bins=12):
    """Return the ascending energies that bound the bins, and the probability of each bin; the first is zero energy."""
    sphere = {2: lambda r: 2 * np.pi * r, 3: lambda r: 4 * np.pi * r * r}[dimension]
    sigma = float(POTENTIAL.pair_diameter(*PAIR))

    def weight(a, b):
        return integrate.quad(
            lambda r: sphere(r) * np.exp(-POTENTIAL.phi(r, sigma) / temperature), a, b, epsabs=1e-12, epsrel=1e-10
        )[0]

    radii = np.linspace(RANGE, 0.72 * sigma, 200)
    cumulated = np.cumsum([weight(b, a) for a, b in pairwise(radii)])
    edges = np.interp(np.arange(1, bins) / bins * cumulated[-1], np.r_[0, cumulated], radii)
    edges = np.r_[RANGE, edges, 0.5 * sigma]
    shares = [weight(b, a) for a, b in pairwise(edges)]
    free = volume - {2: np.pi * RANGE**2, 3: 4 / 3 * np.pi * RANGE**3}[dimension]
    energies = POTENTIAL.phi(edges[1:-1], sigma)
    return np.r_[1e-300, energies], np.array([free, *shares]) / (free + np.sum(shares))


@pytest.mark.parametrize(
    ("dimension", "sheared", "swap_fraction"),
    [
        (2, False, 0.0),
        (2, False, 0.2),
        (2, True, 0.2),
        (2, True, 0.8),
        (3, False, 0.2),
        (3, True, 0.0),
        (3, False, 0.8),
    ],
)
def test_two_particles(dimension, sheared, swap_fraction):
    cell = cell_of(dimension, sheared, height=2 * (1.25 * PAIR.max() + 2 * STEP * np.sqrt(dimension) + 1e-6))
    temperature, thin = 0.5, int({2: 160, 3: 200}[dimension] / (1 - swap_fraction))
    chain = sampler(PAIR, cell, temperature, swap_fraction, seed=3)
    energies = 2 * chain.run(6_000 * thin, record_every=thin).energies
    bounds, shares = two_particle_law(dimension, abs(np.linalg.det(cell)), temperature)
    counts = np.bincount(np.searchsorted(bounds, energies, side="right"), minlength=len(shares))
    assert integrated_correlation_time(energies).time < 1.15
    assert chi_squared_probability(counts, shares) > FOUR_SIGMA


# Trajectories of hybrid Monte Carlo without any displacement must give the same law, at any time step.


@pytest.mark.parametrize(("dimension", "sheared", "time_step"), [(2, False, 0.35), (2, True, 0.1), (3, True, 0.3)])
def test_two_particles_that_move_only_in_trajectories(dimension, sheared, time_step):
    cell = cell_of(dimension, sheared, height=2 * (1.25 * PAIR.max() + 0.7))
    temperature, moves = 0.5, HybridMonteCarlo(1, max(2, round(1.4 / time_step)), time_step)
    thin = {2: 30, 3: 40}[dimension]
    chain = sampler(PAIR, cell, temperature, 1.0, 3, moves)
    stats = chain.run(6_000 * thin, record_every=thin)
    energies = 2 * stats.energies
    bounds, shares = two_particle_law(dimension, abs(np.linalg.det(cell)), temperature)
    counts = np.bincount(np.searchsorted(bounds, energies, side="right"), minlength=len(shares))
    assert time_step < 0.2 or stats.trajectory_acceptance < 0.97
    assert integrated_correlation_time(energies).time < 1.15
    assert chi_squared_probability(counts, shares) > FOUR_SIGMA


# Three particles of different sizes: the third is integrated out by a convolution over the periodic cell.

TRIPLE = np.array([0.9, 1.05, 1.2])
TRIPLE_HEIGHT = 2 * (1.25 * TRIPLE.max() + 2 * STEP * np.sqrt(2) + 1e-6)
TRIPLE_EDGES = np.array([0.0, 0.93, 1.0, 1.07, 1.14, 1.25, 1.45, 1.7, 2.0, 2.3, 9.0])


def three_particle_law(cell, temperature, grid=768):
    """Return P(sizes of particles 0 and 1, bin of their distance), (3, K), and the mean energy.

    The weight of A and B at separation r is f_AB(r) times the integral over C of f_AC(c) f_BC(r - c), f the Boltzmann
    factors; the integrand is periodic and smooth, so the sum over a regular grid converges fast.
    """
    axis = np.arange(grid) / grid
    distance = nearest_distance(np.stack(np.meshgrid(axis, axis, indexing="ij"), -1) @ cell, cell)
    distance[0, 0] = 1e-3

    def energy_and_factor(a, b):
        phi = POTENTIAL.phi(np.maximum(distance, 0.3), POTENTIAL.pair_diameter(TRIPLE[a], TRIPLE[b]))
        return phi, np.exp(-phi / temperature)

    pairs = [(0, 1, 2), (0, 2, 1), (1, 2, 0)]
    law, mean_energy, total = np.empty((3, len(TRIPLE_EDGES) - 1)), 0.0, 0.0
    for row, (a, b, c) in enumerate(pairs):
        (phi, factor), (_, ac), (_, bc) = energy_and_factor(a, b), energy_and_factor(a, c), energy_and_factor(b, c)
        third = np.fft.irfft2(np.fft.rfft2(ac) * np.fft.rfft2(bc), ac.shape)
        weight = factor * third
        law[row] = np.histogram(distance, TRIPLE_EDGES, weights=weight)[0]
        mean_energy += (phi * weight).sum()
        total = weight.sum()  # Z, the same for each pair
    return law / law.sum(), mean_energy / total


def three_particle_counts(chain, cell, samples, thin):
    """Return the histogram that `three_particle_law` predicts, and the total energies."""
    counts, energies = np.zeros((3, len(TRIPLE_EDGES) - 1)), np.empty(samples)
    for k in range(samples):
        chain.run(thin, record_every=thin)
        now = chain.configuration
        absent = int(np.argmin(np.abs(TRIPLE - now.diameters[2])))
        distance = nearest_distance(now.positions[1] - now.positions[0], cell)
        counts[2 - absent, np.searchsorted(TRIPLE_EDGES, distance, side="right") - 1] += 1
        energies[k] = chain.energy
    return counts, energies


@pytest.mark.parametrize(
    ("sheared", "swap_fraction", "trajectories", "thin"),
    [
        (False, 0.2, None, 150),
        (False, 0.8, None, 600),
        (True, 0.2, None, 150),
        (False, 1.0, HybridMonteCarlo(2, 4, 0.3), 60),
        (False, 1.0, HybridMonteCarlo(2, 4, 0.3, swap_window=0.2), 80),
    ],
)
def test_three_particles_and_their_diameters(sheared, swap_fraction, trajectories, thin):
    cell, temperature = cell_of(2, sheared, TRIPLE_HEIGHT if trajectories is None else TRIPLE_HEIGHT + 0.4), 0.4
    chain = sampler(TRIPLE, cell, temperature, swap_fraction, 8, trajectories)
    counts, energies = three_particle_counts(chain, cell, 4_000, thin)
    law, mean_energy = three_particle_law(cell, temperature)
    found = integrated_correlation_time(energies)
    assert found.time < 1.15
    assert chi_squared_probability(counts.ravel(), law.ravel()) > FOUR_SIGMA
    assert abs(found.mean - mean_energy) < 4 * found.mean_error


# Displacements in a dense liquid: <|grad U|^2> = T <laplacian U> holds exactly in the canonical ensemble, by one
# integration by parts, for a potential whose first derivative is continuous (Rugh, Phys. Rev. Lett. 78, 772 (1997)).


def temperature_score(
    model, number, sampler_temperature, temperature, swap_fraction=0.2, samples=700, trajectories=None
):
    """Return the mean of |grad U|^2 - T laplacian U in standard errors: 0 at the right temperature."""
    potential = ag.load_potential(model)
    rng, d = np.random.default_rng(6), potential.dimension
    box = np.full(d, number ** (1 / d))
    start = ag.Configuration(rng.random((number, d)) * box, ag.sample_diameters(number, rng, "quantile"), box)
    start = ag.quench(start, potential, force_tolerance=1e-2).configuration
    chain = ag.SwapMonteCarlo(start, potential, sampler_temperature, swap_fraction, 0.12, 6, trajectories)
    chain.run(1000)
    excess = np.empty(samples)
    for k in range(samples):
        chain.run(20)
        now = chain.configuration
        pairs = InteractingPairs.of(now, potential)
        squares = (pairs.separations**2).sum(axis=1)
        laplacian = (4 * d * pairs.derivatives[:, 1] + 8 * squares * pairs.derivatives[:, 2]).sum()
        excess[k] = (ag.forces(now, potential) ** 2).sum() - temperature * laplacian
    found = integrated_correlation_time(excess)
    assert found.long_enough
    return found.mean / found.mean_error


@pytest.mark.parametrize(
    ("model", "number", "swap_fraction"), [("kumar2021", 144, 0.0), ("kumar2021", 144, 0.2), ("kumar2021_3d", 125, 0.2)]
)
def test_configurational_temperature(model, number, swap_fraction):
    assert abs(temperature_score(model, number, 0.2, 0.2, swap_fraction)) < 4


def test_configurational_temperature_with_trajectories():
    """The time steps are long, so that many trajectories are rejected."""
    assert abs(temperature_score("kumar2021", 144, 0.2, 0.2, 1.0, trajectories=HybridMonteCarlo(4, 5, 0.07))) < 4


def test_configurational_temperature_with_swaps_of_similar_diameters():
    moves = HybridMonteCarlo(4, 5, 0.07, swap_window=0.12)
    assert abs(temperature_score("kumar2021", 144, 0.2, 0.2, 1.0, trajectories=moves)) < 4


def test_trajectories_at_a_temperature_three_per_cent_too_high_are_detected():
    moves = HybridMonteCarlo(4, 5, 0.07)
    assert temperature_score("kumar2021", 144, 1.03 * 0.2, 0.2, 1.0, 2100, moves) > 4


def test_displacements_at_a_temperature_three_per_cent_too_high_are_detected():
    # Three times as many samples as above: with 700 the score is 6 and its spread between seeds 1.7, so it may miss 4.
    assert temperature_score("kumar2021", 144, 1.03 * 0.2, 0.2, samples=2100) > 4


# Swaps alone: N! assignments of the diameters to fixed positions, each with its Boltzmann weight.

SIZES = np.array([0.8, 0.95, 1.1, 1.3])


def swap_only_probability(
    sampler_temperature, temperature, dimension, seed, samples=60_000, trajectories=None, thin=12
):
    """Return the chi-squared probability of the visits to the 24 assignments, each known by its energy."""
    height = 2 * (1.25 * SIZES.max() + (2 * 0.05 * np.sqrt(dimension) if trajectories is None else 0.7) + 1e-6)
    places = np.array([[0.0, 0.0, 0.0], [0.95, 0.1, 0.05], [0.4, 0.98, -0.1], [1.45, 0.9, 0.3]])[:, :dimension]
    box = np.full(dimension, height)
    first, second = np.triu_indices(4, 1)
    distances = nearest_distance(places[second] - places[first], np.diag(box))
    assignments = SIZES[np.array(list(permutations(range(4))))]
    sigma = POTENTIAL.pair_diameter(assignments[:, first], assignments[:, second])
    levels = POTENTIAL.phi(distances, sigma).sum(axis=1)
    order = np.argsort(levels)
    assert np.diff(levels[order]).min() > 1e-6, "two assignments have the same energy"
    assert trajectories is None or thin * samples < trajectories.every, "a trajectory would move the particles"
    start = ag.Configuration(places, SIZES, box)
    chain = ag.SwapMonteCarlo(start, POTENTIAL, sampler_temperature, 1.0, 0.05, seed, trajectories)
    energies = 4 * chain.run(thin * samples, record_every=thin).energies
    nearest = np.abs(energies[:, None] - levels[order]).argmin(axis=1)
    assert np.abs(energies - levels[order][nearest]).max() < 1e-9
    assert integrated_correlation_time(energies).time < 1.15
    weights = np.exp(-(levels[order] - levels.min()) / temperature)
    return chi_squared_probability(np.bincount(nearest, minlength=24), weights)


@pytest.mark.parametrize("dimension", [2, 3])
def test_swaps_alone_give_every_assignment_its_boltzmann_weight(dimension):
    assert swap_only_probability(1.0, 1.0, dimension, seed=4) > FOUR_SIGMA


#: The four diameters differ by 0.15, 0.15 and 0.2 from one to the next: the windows exclude the larger differences.
WINDOWS = [HybridMonteCarlo(10**6, swap_window=0.21), HybridMonteCarlo(10**6, swap_window=0.32)]


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("trajectories", WINDOWS)
def test_swaps_of_similar_diameters_give_every_assignment_its_boltzmann_weight(dimension, trajectories):
    assert swap_only_probability(1.0, 1.0, dimension, 4, 40_000, trajectories, 20) > FOUR_SIGMA


def test_swaps_of_similar_diameters_at_a_temperature_four_per_cent_too_high_are_detected():
    assert swap_only_probability(1.04, 1.0, 2, 4, 60_000, WINDOWS[0], 16) < FOUR_SIGMA


@pytest.mark.parametrize("dimension", [2, 3])
def test_swaps_at_a_temperature_three_per_cent_too_high_are_detected(dimension):
    assert swap_only_probability(1.03, 1.0, dimension, seed=4) < FOUR_SIGMA


@pytest.mark.parametrize(("model", "number"), [("kumar2021", 120), ("kumar2021_3d", 200), ("kumar2021_smooth", 120)])
def test_incremental_energies_are_those_of_a_full_recompute(model, number):
    potential = ag.load_potential(model)
    rng = np.random.default_rng(2)
    d = potential.dimension
    box = np.full(d, number ** (1 / d))
    start = ag.Configuration(rng.random((number, d)) * box, ag.sample_diameters(number, rng, "quantile"), box)
    chain = ag.SwapMonteCarlo(
        ag.quench(start, potential, force_tolerance=1e-2).configuration, potential, 0.2, 0.2, 0.03
    )
    for sweeps in (1, 7, 300, 1692, 41):  # also just after, and long after, all energies are recomputed
        chain.run(sweeps)
        assert chain.energy == pytest.approx(ag.energy(chain.configuration, potential), rel=1e-12)
