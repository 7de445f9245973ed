"""S, tau and chi and their gradients against loops over pairs, finite differences and the directional expansion."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from nonlinear_twin import DEGREES, KINDS, Twin
from samples import glass, liquid

import atomglass as ag
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.hessian import ReducedHessian
from atomglass.vibrations.nonlinear_search import NonlinearKind, pair_sums

SAMPLES = [
    ("glass", "kumar2021_smooth", 100, 2, False),
    ("liquid", "kumar2021_smooth", 64, 2, True),
    ("glass", "kumar2021_smooth", 100, 3, True),
    ("liquid", "ipl10", 64, 2, True),
]


@pytest.fixture(params=SAMPLES, ids=lambda s: f"{s[0]}-{s[1]}-{s[3]}d-{'sheared' if s[4] else 'cubic'}", scope="module")
def case(request) -> tuple[ag.Configuration, ag.PairPotential, Twin]:
    kind, name, n, d, sheared = request.param
    sample = {"glass": glass, "liquid": liquid}[kind](name, n, d, 5, sheared)
    potential = ag.load_potential(name)
    return sample, potential, Twin(sample, potential)


def sums(kind: str, case, fields: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The package's F (k,) and grad F / n (k, N, d) of fields (k, N, d)."""
    sample, potential, _ = case
    pairs = InteractingPairs.of(sample, potential)
    reduced = ReducedHessian(pairs)
    f, g = pair_sums(pairs, reduced, NonlinearKind(kind))(np.ascontiguousarray(reduced.reduce(fields).T))
    return f, reduced.expand(g.T)


def random_fields(case, count: int = 3) -> np.ndarray:
    sample, _, twin = case
    fields = np.random.default_rng(3).standard_normal((count, *sample.positions.shape))
    fields[:, twin.rattlers] = 0
    return fields / np.linalg.norm(fields, axis=(1, 2))[:, None, None]


@pytest.mark.parametrize("kind", KINDS)
def test_sums_and_gradients_are_the_twins(case, kind: str) -> None:
    fields = random_fields(case)
    f, g = sums(kind, case, fields)
    for k, field in enumerate(fields):
        expected, gradient = case[2].f_and_gradient(kind, field)
        assert f[k] == pytest.approx(expected, rel=1e-9)
        assert DEGREES[kind] * g[k] == pytest.approx(gradient, abs=1e-10 * np.abs(gradient).max())


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_finite_differences(case, kind: str) -> None:
    """F is a polynomial of degree 3 or 4 in z: two central differences give the derivative without truncation."""
    z, *directions = random_fields(case, 4)
    g = sums(kind, case, z[None])[1][0]
    for e in directions:
        steps = np.array([0.5, 1.0])
        f = sums(kind, case, np.array([z + s * h * e for h in steps for s in (1, -1)]))[0]
        first = (f[::2] - f[1::2]) / (2 * steps)
        derivative = first[0] - (first[1] - first[0]) * steps[0] ** 2 / (steps[1] ** 2 - steps[0] ** 2)
        scale = DEGREES[kind] * np.linalg.norm(g) * np.linalg.norm(e)
        assert abs(DEGREES[kind] * (g * e).sum() - derivative) < 1e-7 * scale


@pytest.mark.parametrize("kind", KINDS)
def test_sums_are_homogeneous_and_do_not_see_translations(case, kind: str) -> None:
    fields = random_fields(case)
    held = ~case[2].rattlers
    f, g = sums(kind, case, fields)
    shifted = -2.0 * fields
    shifted[:, held] += 0.3
    f2, g2 = sums(kind, case, shifted)
    degree = DEGREES[kind]
    assert f2 == pytest.approx((-2.0) ** degree * f, rel=1e-9)
    assert g2 == pytest.approx((-2.0) ** (degree - 1) * g, abs=1e-9 * np.abs(g2).max())
    assert np.einsum("kia,kia->k", g, fields) == pytest.approx(f, rel=1e-9, abs=1e-12 * np.abs(g).max())
    assert np.abs(g.sum(axis=1)).max() < 1e-11 * np.abs(g).sum(axis=1).max()


def test_tau_and_chi_are_the_expansion(case) -> None:
    sample, potential, twin = case
    fields = random_fields(case)
    tau, chi = sums("cubic", case, fields)[0], sums("quartic", case, fields)[0]
    for k, field in enumerate(fields):
        if not twin.rattlers.any():  # in a liquid, particles with few contacts exert forces
            expansion = ag.expand(sample, potential, field)
            assert abs(tau[k]) == pytest.approx(-expansion.b3, rel=1e-9)
            assert chi[k] == pytest.approx(expansion.b4, rel=1e-9)
        assert naive.moments(twin.pairs, twin.model, field)[1:] == pytest.approx((tau[k], chi[k]), rel=1e-9)


@pytest.mark.parametrize("kind", ["cubic", "quartic"])
def test_contractions_are_derivatives_of_the_hessian(kind: str) -> None:
    """U''':zz and U'''':zzz from the Hessian of displaced samples: no formula for higher derivatives is used."""
    sample, potential = glass("kumar2021_smooth", 64, 2, 5), ag.load_potential("kumar2021_smooth")
    case = sample, potential, Twin(sample, potential)
    z = random_fields(case, 1)[0]
    g = sums(kind, case, z[None])[1][0]

    def displaced(step: float) -> np.ndarray:
        moved = sample.replace(positions=sample.positions + step * z)
        return (ag.hessian(moved, potential) @ z.ravel()).reshape(z.shape)

    errors = []
    for step in (2e-2, 1e-2):
        if kind == "cubic":
            found = (displaced(step) - displaced(-step)) / (2 * step)
        else:
            found = (displaced(step) - 2 * displaced(0) + displaced(-step)) / step**2
        errors.append(np.linalg.norm(found - g) / np.linalg.norm(g))
    assert errors[1] < 1e-2
    assert errors[1] < 0.5 * errors[0]  # it vanishes with the step
