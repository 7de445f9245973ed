"""The shipped models of other forms: published numbers, or numbers computed from the formulas alone with sympy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy

import atomglass as ag

#: Polynomial of the smooth Lennard-Jones potential, in units of 4 epsilon, as public programs for this model print it.
LENNARD_JONES = [0.040490237952, -0.00970155098112, 0.0006201261686784]
#: Polynomial of r^-10 with three derivatives that vanish at 1.48, as a public program of Lerner's group prints it.
INVERSE_POWER_10 = [-1.1106337662511798, 1.2676152372297065, -0.4960406072849212, 0.0660511826415732]
#: Pairs of species of the mixture of Kob and Andersen (1995): epsilon_ij and sigma_ij.
KOB_ANDERSEN = {(0, 0): (1.0, 1.0), (0, 1): (1.5, 0.8), (1, 0): (1.5, 0.8), (1, 1): (0.5, 0.88)}
MODELS = [
    "kob_andersen",
    "kob_andersen_2d",
    "hertz",
    "harmonic",
    "wca",
    "binary_ipl10",
    "lennard_jones_polydisperse",
]


def smooth_lennard_jones(r: float, epsilon: float, sigma: float, derivative: int = 0) -> float:
    """Return 4 eps (x^-12 - x^-6 + ...) or its derivative by r, from the printed polynomial and sympy."""
    x = sympy.Symbol("x")
    polynomial = sum(c * x ** (2 * k) for k, c in enumerate(LENNARD_JONES))
    phi = 4 * epsilon * (x**-12 - x**-6 + polynomial)
    return float(sympy.diff(phi, x, derivative).subs(x, r / sigma)) / sigma**derivative


@pytest.mark.parametrize("name", MODELS)
def test_a_model_has_a_source_and_its_own_name(name: str) -> None:
    potential = ag.load_potential(name)
    assert potential.name == name
    assert len(potential.source) > 40
    assert "\n" not in potential.source


def test_dimensions_densities_and_compositions() -> None:
    """A model without a dimension serves both; Kob and Andersen have 1000 particles in a cube of side 9.4."""
    found = {name: ag.load_potential(name) for name in MODELS}
    assert [found[name].dimension for name in MODELS] == [3, 2, None, None, None, None, None]
    assert found["kob_andersen"].density == pytest.approx(1000 / 9.4**3, rel=1e-4)
    assert [found[name].species for name in MODELS] == [2, 2, 0, 0, 0, 2, 0]
    tables = {name: found[name].table for name in MODELS}
    assert tables["kob_andersen"].composition == [0.8, 0.2]
    assert tables["kob_andersen_2d"].composition == [0.65, 0.35]
    assert tables["binary_ipl10"].composition == [0.5, 0.5]
    for name in ("hertz", "harmonic", "wca"):
        sizes = ag.sample_diameters(10, np.random.default_rng(1), "quantile", found[name].diameters)
        assert sorted(sizes) == [1.0] * 5 + [1.4] * 5
        assert found[name].pair_diameter(1.0, 1.4) == pytest.approx(1.2, rel=1e-15)
    assert found["lennard_jones_polydisperse"].pair_diameter(1.5, 0.8) == pytest.approx(1.15 * 0.86, rel=1e-15)


@pytest.mark.parametrize("name", ["kob_andersen", "kob_andersen_2d"])
@pytest.mark.parametrize("pair", KOB_ANDERSEN)
def test_kob_andersen(name: str, pair: tuple[int, int]) -> None:
    """Species 0 is A. Solved with sympy, the minimum of AA is -0.883041391527 at 1.123757457544."""
    potential = ag.load_potential(name)
    epsilon, sigma = KOB_ANDERSEN[pair]
    assert potential.coefficients == pytest.approx(4 * np.array(LENNARD_JONES), rel=1e-10)
    for x in (0.8, 1.0, 1.2, 2.0, 2.4, 2.6):
        for k in range(5):
            expected = smooth_lennard_jones(x * sigma, epsilon, sigma, k) if x < 2.5 else 0.0
            found = potential.phi(x * sigma, derivative=k, species=pair)
            assert found == pytest.approx(expected, rel=1e-11, abs=1e-12)
    lowest = 1.12375745754402 * sigma
    assert potential.phi(lowest, species=pair) == pytest.approx(-0.883041391526736 * epsilon, rel=1e-12)
    assert potential.phi(lowest, species=pair, derivative=1) == pytest.approx(0, abs=1e-11)
    assert potential.phi(2.4999999 * sigma, derivative=2, species=pair) == pytest.approx(0, abs=1e-5)


def test_binary_inverse_power() -> None:
    potential = ag.load_potential("binary_ipl10")
    assert potential.coefficients == pytest.approx(INVERSE_POWER_10, rel=1e-10)
    for pair, sigma in {(0, 0): 1.0, (0, 1): 1.18, (1, 1): 1.4}.items():
        for x in (0.9, 1.2, 1.47):
            expected = x**-10 + sum(c * x ** (2 * k) for k, c in enumerate(INVERSE_POWER_10))
            assert potential.phi(x * sigma, species=pair) == pytest.approx(expected, abs=1e-13)
        assert potential.phi(1.481 * sigma, species=pair) == 0


@pytest.mark.parametrize(("name", "alpha"), [("hertz", 2.5), ("harmonic", 2.0)])
def test_soft_spheres(name: str, alpha: float) -> None:
    """phi = (1 - x)^alpha / alpha: sqrt(2)/20 for Hertz and 1/8 for harmonic spheres at x = 1/2."""
    potential = ag.load_potential(name)
    assert potential.phi(0.5) == pytest.approx({"hertz": math.sqrt(2) / 20, "harmonic": 1 / 8}[name], rel=1e-15)
    for sigma in (1.0, 1.2, 1.4):
        for x in (0.4, 0.75, 0.99):
            assert potential.phi(x * sigma, sigma) == pytest.approx((1 - x) ** alpha / alpha, rel=1e-13)
            assert potential.phi(x * sigma, sigma, 1) == pytest.approx(-((1 - x) ** (alpha - 1)) / sigma, rel=1e-13)
            expected = (alpha - 1) * (1 - x) ** (alpha - 2) / sigma**2
            assert potential.phi(x * sigma, sigma, 2) == pytest.approx(expected, rel=1e-13)
        assert potential.phi(sigma, sigma) == potential.phi(1.1 * sigma, sigma) == 0


def test_wca() -> None:
    """phi = eps and phi' = -24 eps/sigma at r = sigma; both vanish at 2^(1/6) sigma, where phi'' jumps from 57.146."""
    potential = ag.load_potential("wca")
    end = 2 ** (1 / 6)
    assert potential.phi(1.0) == pytest.approx(1, rel=1e-14)
    assert potential.phi(1.0, derivative=1) == pytest.approx(-24, rel=1e-14)
    assert potential.phi(end * (1 - 1e-9), derivative=0) == pytest.approx(0, abs=1e-14)
    assert potential.phi(end * (1 - 1e-9), derivative=1) == pytest.approx(0, abs=1e-6)
    assert potential.phi(end * (1 - 1e-9), derivative=2) == pytest.approx(72 / 2 ** (1 / 3), rel=1e-7)
    assert potential.phi(end * (1 + 1e-12), derivative=2) == 0


def test_polydisperse_lennard_jones() -> None:
    """Sizes and mixing rule of `kumar2021` with the interactions of `kob_andersen`, pair AA."""
    potential, sizes = ag.load_potential("lennard_jones_polydisperse"), ag.load_potential("kumar2021")
    assert potential.diameters == sizes.diameters
    assert potential.nonadditivity == sizes.nonadditivity
    for sigma in (0.8, 1.3):
        for k in range(5):
            expected = smooth_lennard_jones(1.1, 1.0, sigma, k)
            assert potential.phi(1.1, sigma, k) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("order", [1, 2, 3, 4, 6])
def test_the_glass_formers_of_the_smoothness_scan_differ_in_smoothness_alone(dimension: int, order: int) -> None:
    """q derivatives vanish at the cutoff, and the next one does not; all else is as in the paper's model."""
    base = ag.load_potential("kumar2021")
    plane = {1: "kumar2021_q1", 2: "kumar2021", 3: "kumar2021_q3", 4: "kumar2021_smooth", 6: "kumar2021_q6"}
    space = {2: "kumar2021_3d"} | {q: f"kumar2021_3d_q{q}" for q in (1, 3, 4, 6)}
    found = ag.load_potential((plane if dimension == 2 else space)[order])
    assert (found.dimension, found.order, found.smoothness) == (dimension, order, order)
    for name in ("exponent", "cutoff", "epsilon", "nonadditivity", "density", "diameters"):
        assert getattr(found, name) == getattr(base, name)
    z, z_c = sympy.Symbol("z"), sympy.Rational(25, 16)
    energy = z**-6 + sum(sympy.Rational(float(c)) * z**k for k, c in enumerate(found.coefficients))
    scale = [float(abs(sympy.diff(z**-6, z, k).subs(z, z_c))) for k in range(order + 2)]
    at_cutoff = [float(sympy.diff(energy, z, k).subs(z, z_c)) / scale[k] for k in range(order + 2)]
    assert np.abs(at_cutoff[:-1]).max() < 1e-10  # coefficients are rounded
    assert abs(at_cutoff[-1]) == pytest.approx(1, abs=1e-10)
