"""Swap Monte Carlo with attraction, with species and with soft cores, against the canonical ensemble.

The method is that of `test_sampling_exact.py`: thinned, independent values, compared by chi-squared at four sigma with
laws that are integrated numerically.
"""

from __future__ import annotations

import numpy as np
import pytest
from exact_sampling import FOUR_SIGMA, cell_of, chi_squared_probability, nearest_distance

import atomglass as ag
from atomglass.diagnostics import integrated_correlation_time
from atomglass.minimization.random_start import random_start
from atomglass.sampling.moves import HybridMonteCarlo
from atomglass.system.interactions import InteractingPairs

pytestmark = pytest.mark.extended

STEP = 0.25
#: Two particles of each model: their labels (species or diameters), the dimension and the temperature.
PAIRS = {
    "kob_andersen_2d AA": ("kob_andersen_2d", [0, 0], 2, 0.8),
    "kob_andersen_2d AB": ("kob_andersen_2d", [0, 1], 2, 1.0),
    "kob_andersen BB": ("kob_andersen", [1, 1], 3, 0.25),
    "kob_andersen AB": ("kob_andersen", [1, 0], 3, 0.7),
    "lennard_jones_polydisperse": ("lennard_jones_polydisperse", [0.9, 1.3], 2, 0.7),
    "binary_ipl10": ("binary_ipl10", [0, 1], 2, 0.5),
    "hertz": ("hertz", [1.0, 1.4], 2, 0.05),
    "harmonic": ("harmonic", [1.4, 1.4], 3, 0.05),
}


def height_of(potential, labels) -> float:
    """Return the least height of a cell that is large enough for the sampler."""
    return 2 * (potential.max_cutoff(labels) + 2 * STEP * np.sqrt(3) + 0.05)


def chain_of(potential, labels, cell, temperature: float, swap_fraction: float, seed: int, moves=None):
    """Return a sampler that starts from random positions without much overlap."""
    rng, labels = np.random.default_rng(seed), np.array(labels, float)
    while True:
        start = potential.labeled(rng.random((len(labels), len(cell))) @ cell, labels, cell)
        if ag.energy(start, potential) < 10 * temperature:
            return ag.SwapMonteCarlo(start, potential, temperature, swap_fraction, STEP, seed, moves)


def pair_energy(potential, labels, distance):
    """Return the energy of two particles."""
    if potential.species:
        return potential.phi(distance, species=(int(labels[0]), int(labels[1])))
    return potential.phi(distance, potential.pair_diameter(*labels))


def two_particle_law(potential, labels, dimension: int, volume: float, temperature: float):
    """Return ascending energies that bound bins, and the probability of each bin.

    The distance has a known law within the range of the interaction; beyond it the energy is zero.
    """
    end = potential.max_cutoff(labels)
    r = (np.arange(1_000_000) + 0.5) / 1_000_000 * end
    shell = {2: 2 * np.pi * r, 3: 4 * np.pi * r * r}[dimension] * (r[1] - r[0])
    energies = pair_energy(potential, labels, r)
    weights = shell * np.exp(-energies / temperature)
    free = volume - {2: np.pi * end**2, 3: 4 / 3 * np.pi * end**3}[dimension]
    order = np.argsort(energies)
    cumulated = np.cumsum(weights[order])
    bounds = np.interp(np.arange(1, 16) / 16 * cumulated[-1], cumulated, energies[order])
    bounds = bounds[np.abs(bounds) > 1e-6]  # particles that do not interact have energies of rounding errors
    shares = np.bincount(np.searchsorted(bounds, energies, side="right"), weights, len(bounds) + 1)
    shares[np.searchsorted(bounds, 0.0)] += free
    return bounds, shares / shares.sum()


def two_particle_probability(name: str, sheared: bool, swap_fraction: float, moves=None) -> float:
    """Return the chi-squared probability of the energies of two particles."""
    model, labels, dimension, temperature = PAIRS[name]
    potential = ag.load_potential(model)
    cell = cell_of(dimension, sheared, height_of(potential, labels))
    chain = chain_of(potential, labels, cell, temperature, swap_fraction, 3, moves)
    thin = {2: 250, 3: 300}[dimension] if moves is None else 100
    energies = 2 * chain.run(4_000 * thin, record_every=thin).energies
    bounds, shares = two_particle_law(potential, labels, dimension, abs(np.linalg.det(cell)), temperature)
    counts = np.bincount(np.searchsorted(bounds, energies, side="right"), minlength=len(shares))
    assert integrated_correlation_time(energies).time < 1.15
    return chi_squared_probability(counts, shares)


#: The models of which two particles are sampled in every test run.
QUICK = ("kob_andersen_2d AB", "lennard_jones_polydisperse", "hertz")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in PAIRS]
)
def test_two_particles(name: str) -> None:
    sheared = name in ("kob_andersen_2d AB", "kob_andersen AB", "hertz")
    assert two_particle_probability(name, sheared, 0.2) > FOUR_SIGMA


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "time_step"), [("kob_andersen_2d AB", 0.07), ("kob_andersen AB", 0.04), ("hertz", 0.5)]
)
def test_two_particles_that_move_only_in_trajectories(name: str, time_step: float) -> None:
    moves = HybridMonteCarlo(1, 12, time_step)
    assert two_particle_probability(name, True, 1.0, moves) > FOUR_SIGMA


# Two particles A and one B: the third particle is integrated out by a convolution over the periodic cell.

TRIPLE = [0, 0, 1]
EDGES = np.array([0.0, 0.8, 0.88, 0.96, 1.04, 1.14, 1.3, 1.6, 1.9, 2.2, 2.6, 3.0, 9.0])


def three_particle_law(potential, cell, temperature: float, grid: int = 1024):
    """Return P(species of the third particle, bin of the distance of the others), (2, K), and the mean energy."""
    axis = np.arange(grid) / grid
    distance = nearest_distance(np.stack(np.meshgrid(axis, axis, indexing="ij"), -1) @ cell, cell)
    phi = {kind: potential.phi(np.maximum(distance, 0.2), species=kind) for kind in ((0, 0), (0, 1))}
    factor = {kind: np.exp(-energy / temperature) for kind, energy in phi.items()}
    a, b = np.fft.rfft2(factor[0, 0]), np.fft.rfft2(factor[0, 1])
    # The third is A for two of the three assignments of species: then the pair is AB, else AA.
    pair_ab = factor[0, 1] * np.fft.irfft2(a * b, distance.shape)
    pair_aa = factor[0, 0] * np.fft.irfft2(b * b, distance.shape)
    law = [2 * np.histogram(distance, EDGES, weights=pair_ab)[0], np.histogram(distance, EDGES, weights=pair_aa)[0]]
    # Per assignment of species there are one pair AA and two pairs AB.
    energy = ((phi[0, 0] * pair_aa).sum() + 2 * (phi[0, 1] * pair_ab).sum()) / pair_aa.sum()
    return np.array(law) / np.sum(law), energy


@pytest.mark.parametrize(
    ("sheared", "swap_fraction", "moves", "thin"),
    [
        (False, 0.2, None, 250),
        pytest.param(True, 0.7, None, 700, marks=pytest.mark.slow),
        pytest.param(True, 1.0, HybridMonteCarlo(2, 10, 0.06), 150, marks=pytest.mark.slow),
    ],
)
def test_three_particles_and_their_species(sheared: bool, swap_fraction: float, moves, thin: int) -> None:
    potential, temperature = ag.load_potential("kob_andersen_2d"), 0.8
    cell = cell_of(2, sheared, height_of(potential, TRIPLE))
    chain = chain_of(potential, TRIPLE, cell, temperature, swap_fraction, 8, moves)
    counts, energies = np.zeros((2, len(EDGES) - 1)), np.empty(4_000)
    for k in range(len(energies)):
        chain.run(thin, record_every=thin)
        now = chain.configuration
        assert sorted(now.species) == TRIPLE
        distance = nearest_distance(now.positions[1] - now.positions[0], cell)
        counts[now.species[2], np.searchsorted(EDGES, distance, side="right") - 1] += 1
        energies[k] = chain.energy
    law, mean_energy = three_particle_law(potential, cell, temperature)
    found = integrated_correlation_time(energies)
    assert found.time < 1.15
    assert chi_squared_probability(counts.ravel(), law.ravel()) > FOUR_SIGMA
    assert abs(found.mean - mean_energy) < 4 * found.mean_error


# Dense liquids: <|grad U|^2> = T <laplacian U>; see `test_sampling_exact.py`. The derivatives are those of the pairs.


def temperature_score(model: str, dimension: int, number: int, temperature: float, moves=None, error: float = 1.0):
    """Return the mean of |grad U|^2 - T laplacian U in standard errors: 0 at the right temperature."""
    potential = ag.load_potential(model)
    start = random_start(number, potential, potential.density, "quantile", 5, 6, dimension)
    swap_fraction = 0.2 if moves is None else 1.0
    step = 0.1 if model not in ("hertz", "harmonic") else 0.2
    chain = ag.SwapMonteCarlo(start, potential, error * temperature, swap_fraction, step, 6, moves)
    chain.run(1000)
    excess = np.empty(700)
    for k in range(len(excess)):
        chain.run(10)
        now = chain.configuration
        pairs = InteractingPairs.of(now, potential)
        squares = (pairs.separations**2).sum(axis=1)
        laplacian = (4 * dimension * pairs.derivatives[:, 1] + 8 * squares * pairs.derivatives[:, 2]).sum()
        excess[k] = (ag.forces(now, potential) ** 2).sum() - temperature * laplacian
    found = integrated_correlation_time(excess)
    assert found.long_enough
    return found.mean / found.mean_error


@pytest.mark.parametrize(
    ("model", "dimension", "number", "temperature"),
    [
        pytest.param("kob_andersen", 3, 300, 0.6, marks=pytest.mark.slow),
        ("kob_andersen_2d", 2, 100, 0.5),
        pytest.param("lennard_jones_polydisperse", 2, 120, 0.4, marks=pytest.mark.slow),
        pytest.param("hertz", 2, 100, 0.003, marks=pytest.mark.slow),
        pytest.param("wca", 3, 100, 0.5, marks=pytest.mark.slow),
    ],
)
def test_configurational_temperature(model: str, dimension: int, number: int, temperature: float) -> None:
    assert abs(temperature_score(model, dimension, number, temperature)) < 4


@pytest.mark.slow
def test_configurational_temperature_with_trajectories() -> None:
    assert abs(temperature_score("kob_andersen_2d", 2, 100, 0.5, HybridMonteCarlo(4, 10, 0.015))) < 4


def test_a_configurational_temperature_three_per_cent_too_high_is_detected() -> None:
    assert temperature_score("kob_andersen_2d", 2, 100, 0.5, error=1.03) > 4
