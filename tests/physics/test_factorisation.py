"""The multifrontal factorisation against dense linear algebra, and the order that it eliminates in."""

from __future__ import annotations

import numpy as np
import pytest
from samples import fcc, glass, liquid, triangular

import atomglass as ag
from atomglass.hessian import ReducedHessian
from atomglass.interactions import Pairs

CASES = [
    ("kumar2021", 100, 2, False),
    ("kumar2021", 400, 2, True),
    ("kumar2021_3d", 100, 3, True),
    ("kumar2021_3d", 400, 3, False),  # fronts wide enough to be left to BLAS
]


@pytest.mark.parametrize("name, n, d, sheared", CASES)
@pytest.mark.parametrize("maker", [glass, liquid])
def test_solutions_and_inertia_are_those_of_the_dense_matrix(maker, name: str, n: int, d: int, sheared: bool) -> None:
    """Below, within and above the spectrum; in liquids it is indefinite at zero too."""
    reduced = ReducedHessian(Pairs.of(maker(name, n, d, 7, sheared), ag.load_potential(name)))
    dense = reduced.matrix.toarray()
    eigenvalues = np.linalg.eigvalsh(dense)
    right = np.random.default_rng(0).standard_normal((reduced.size, 3))
    shifts = [eigenvalues[0] - 1.0, *(eigenvalues[[d + 3, n // 2, -2]] + 1e-3), eigenvalues[-1] + 1.0]
    for shift in shifts:
        factor = reduced.factor(shift)
        assert factor.negative_count == np.count_nonzero(eigenvalues < shift)
        expected = np.linalg.solve(dense - shift * np.eye(len(dense)), right)
        assert factor.solve(right) == pytest.approx(expected, rel=1e-7, abs=1e-8 * np.abs(expected).max())
        assert factor.solve(right[:, 1]) == pytest.approx(factor.solve(right)[:, 1], rel=1e-12)
        assert 0.5 * reduced.size < factor.stored < reduced.size**2


@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_halves_do_not_touch(name: str, n: int, d: int, sheared: bool) -> None:
    """Every particle is eliminated once; two that touch lie in fronts of which one is above the other."""
    reduced = ReducedHessian(Pairs.of(glass(name, n, d, 7, sheared), ag.load_potential(name)))
    order = reduced._dissection
    assert sorted(order.order) == list(range(reduced.size // d))
    front = np.empty(len(order.order), int)
    for f in range(len(order.parents)):
        front[order.order[order.starts[f] : order.starts[f + 1]]] = f
    above = [{f} for f in range(len(order.parents))]
    for f in reversed(range(len(order.parents) - 1)):
        assert order.parents[f] > f
        above[f] |= above[order.parents[f]]
    blocks = reduced.matrix.tobsr((d, d))
    for i, j in zip(np.repeat(np.arange(len(front)), np.diff(blocks.indptr)), blocks.indices, strict=True):
        assert front[j] in above[front[i]] or front[i] in above[front[j]]
    # It pays: a tenth of what a dense factor of 2,000 degrees of freedom would take, less in the plane.
    assert len(order.parents) > n / 24


@pytest.mark.parametrize("crystal", [triangular(9), fcc(5)])
def test_crystals(crystal: ag.Configuration) -> None:
    """Exactly degenerate eigenvalues, exactly equal coordinates, an oblique cell."""
    potential = ag.PairPotential(exponent=12, order=2, cutoff=1.25)
    reduced = ReducedHessian(Pairs.of(crystal, potential))
    eigenvalues = np.linalg.eigvalsh(reduced.matrix.toarray())
    for k in (20, 50):
        k += int(np.argmax(np.diff(eigenvalues[k : k + 30])))
        bound = 0.5 * (eigenvalues[k] + eigenvalues[k + 1])
        assert reduced.count_below(bound) == k + 1 - crystal.dimension


def test_a_zero_pivot_is_refused() -> None:
    """At a shift equal to a diagonal element that is eliminated first, the signs say nothing."""
    reduced = ReducedHessian(Pairs.of(triangular(9), ag.PairPotential(exponent=12, order=2, cutoff=1.25)))
    first = reduced._dissection.order[0]
    with pytest.raises(ArithmeticError, match="pivot"):
        reduced.factor(reduced.matrix.diagonal()[2 * first])
