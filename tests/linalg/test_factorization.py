"""The multifrontal factorization and its elimination order against dense linear algebra."""

from __future__ import annotations

import numpy as np
import pytest
from samples import fcc, glass, liquid, triangular
from scipy import sparse

import atomglass as ag
from atomglass.kernels.linalg import multifrontal_solve
from atomglass.linalg.factorization import MAX_BACKWARD_ERROR, Dissection
from atomglass.linalg.multifrontal import Multifrontal
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.hessian import ReducedHessian

CASES = [
    ("kumar2021", 100, 2, False),
    ("kumar2021", 400, 2, True),
    ("kumar2021_3d", 100, 3, True),
    ("kumar2021_3d", 400, 3, False),  # fronts large enough for BLAS
]


@pytest.mark.parametrize("name, n, d, sheared", CASES)
@pytest.mark.parametrize("maker", [glass, liquid])
def test_solutions_and_inertia_are_those_of_the_dense_matrix(maker, name: str, n: int, d: int, sheared: bool) -> None:
    """At shifts below, within and above the spectrum; the Hessian of a liquid is indefinite at zero, too."""
    reduced = ReducedHessian(InteractingPairs.of(maker(name, n, d, 7, sheared), ag.load_potential(name)))
    dense = reduced.matrix.toarray()
    eigenvalues = np.linalg.eigvalsh(dense)
    right = np.random.default_rng(0).standard_normal((reduced.size, 3))
    shifts = [eigenvalues[0] - 1.0, *(eigenvalues[[d + 3, n // 2, -2]] + 1e-3), eigenvalues[-1] + 1.0]
    for shift in shifts:
        factor = reduced.factor(shift)
        assert factor.negative_count == np.count_nonzero(eigenvalues < shift)
        expected = np.linalg.solve(dense - shift * np.eye(len(dense)), right)
        assert factor.solve(right) == pytest.approx(expected, rel=1e-7, abs=1e-8 * np.abs(expected).max())
        assert factor.solve(right[:, 1]) == pytest.approx(factor.solve(right[:, :2])[:, 1], rel=1e-12)
        assert 0.5 * reduced.size < factor.stored < reduced.size**2


@pytest.mark.parametrize("name, n, d", [("kumar2021", 1500, 2), ("kumar2021_3d", 400, 3)])
def test_right_hand_sides_solved_together_have_the_solutions_of_each(name: str, n: int, d: int) -> None:
    """Together they go through large fronts by matrix products, and through small ones by loops."""
    reduced = ReducedHessian(InteractingPairs.of(glass(name, n, d, 7), ag.load_potential(name)))
    dissection = reduced._dissection
    factor, _ = dissection._elimination.factorize(0.7, dissection._blocks)
    assert np.diff(factor.pointers).max() > multifrontal_solve.LARGE_FRONT > np.diff(factor.pointers).min()
    right = np.random.default_rng(0).standard_normal((5, reduced.size))
    together, each = right.copy(), right.copy()
    multifrontal_solve.solve(dissection._symbolic, factor, together)
    for k in range(len(each)):
        multifrontal_solve.solve(dissection._symbolic, factor, each[k : k + 1])
    assert together == pytest.approx(each, rel=1e-9, abs=1e-11 * np.abs(each).max())


@pytest.mark.parametrize("name, n, d", [("kumar2021", 1500, 2), ("kumar2021_3d", 400, 3), ("kumar2021", 100, 2)])
@pytest.mark.parametrize("threads", [2, 3, 8])
def test_threads_give_the_bits_of_one(name: str, n: int, d: int, threads: int) -> None:
    reduced = ReducedHessian(InteractingPairs.of(glass(name, n, d, 7), ag.load_potential(name)))
    dissection, right = reduced._dissection, np.random.default_rng(0).standard_normal((5, reduced.size))
    one, several = (Multifrontal(dissection._symbolic, d, number) for number in (1, threads))
    assert sum(part.is_subtree for part in several.ranges) >= 2
    for shift in (-1e-6, 5.0):
        factor, negative = one.factorize(shift, dissection._blocks)
        again, negative_again = several.factorize(shift, dissection._blocks)
        assert negative == negative_again
        assert np.array_equal(factor.values, again.values)
        for count in (1, 5):
            x, y = right[:count].copy(), right[:count].copy()
            one.solve(factor, x)
            several.solve(again, y)
            assert np.array_equal(x, y)


def test_threads_notice_a_pivot_that_is_zero() -> None:
    reduced = ReducedHessian(InteractingPairs.of(glass("kumar2021", 400, 2, 7), ag.load_potential("kumar2021")))
    dissection = reduced._dissection
    dissection._blocks.blocks[:] = 0.0
    assert Multifrontal(dissection._symbolic, 2, 2).factorize(0.0, dissection._blocks)[1] == -1


@pytest.mark.parametrize("name, n, d, sheared", CASES)
def test_separated_halves_do_not_touch(name: str, n: int, d: int, sheared: bool) -> None:
    """Every particle is eliminated once; of the fronts of two touching particles, one is an ancestor of the other."""
    reduced = ReducedHessian(InteractingPairs.of(glass(name, n, d, 7, sheared), ag.load_potential(name)))
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
    # There are many small fronts.
    assert len(order.parents) > n / 24


@pytest.mark.parametrize("crystal", [triangular(9), fcc(5)])
def test_crystals(crystal: ag.Configuration) -> None:
    """Exactly degenerate eigenvalues, exactly equal coordinates, and an oblique cell."""
    potential = ag.PairPotential(exponent=12, order=2, cutoff=1.25)
    reduced = ReducedHessian(InteractingPairs.of(crystal, potential))
    eigenvalues = np.linalg.eigvalsh(reduced.matrix.toarray())
    for k in (20, 50):
        k += int(np.argmax(np.diff(eigenvalues[k : k + 30])))
        bound = 0.5 * (eigenvalues[k] + eigenvalues[k + 1])
        assert reduced.count_below(bound) == k + 1 - crystal.dimension


@pytest.mark.parametrize("off", [0.0, 1e-13, -1e-10, 1e-7, -1e-6])
@pytest.mark.parametrize("name, n, d, sheared", CASES[:3])
def test_a_small_pivot_is_noticed(name: str, n: int, d: int, sheared: bool, off: float) -> None:
    """At a shift close to the first pivot the multifrontal factor is rejected, and another method is used.

    At a distance of 1e-7 or more it may be accepted; the inertia must be correct in any case.
    """
    reduced = ReducedHessian(InteractingPairs.of(glass(name, n, d, 7, sheared), ag.load_potential(name)))
    order, dense = reduced._dissection, reduced.matrix.toarray()
    shift = dense.diagonal()[d * order.order[0]] + off
    plain = order._multifrontal(shift)
    factor = reduced.factor(shift)
    if abs(off) < 1e-9:
        assert plain is None or order.backward_error(plain) > MAX_BACKWARD_ERROR
        assert factor.method in ("superlu", "dense")
    assert factor.negative_count == np.count_nonzero(np.linalg.eigvalsh(dense) < shift)
    right = np.random.default_rng(1).standard_normal((reduced.size, 2))
    expected = np.linalg.solve(dense - shift * np.eye(len(dense)), right)
    assert factor.solve(right) == pytest.approx(expected, rel=1e-7, abs=1e-8 * np.abs(expected).max())


@pytest.mark.parametrize("crystal", [triangular(9), fcc(5)])
def test_a_zero_on_the_whole_diagonal(crystal: ag.Configuration) -> None:
    """In a crystal every elimination order has zero pivots: only 2 x 2 pivots help."""
    reduced = ReducedHessian(InteractingPairs.of(crystal, ag.PairPotential(exponent=12, order=2, cutoff=1.25)))
    dense = reduced.matrix.toarray()
    shift = float(dense[0, 0])
    factor = reduced.factor(shift)
    assert factor.method == "dense"
    eigenvalues = np.linalg.eigvalsh(dense - shift * np.eye(len(dense)))
    assert np.abs(eigenvalues).min() > 1e-6 * reduced.scale
    assert factor.negative_count == np.count_nonzero(eigenvalues < 0)
    right = np.random.default_rng(1).standard_normal(reduced.size)
    assert dense @ factor.solve(right) - shift * factor.solve(right) == pytest.approx(right, abs=1e-9)


@pytest.mark.parametrize("method", ["_superlu", "_dense"])
def test_the_other_methods_agree(method: str) -> None:
    """Where all methods work, they give the same inertia, the same solution, and small backward errors."""
    reduced = ReducedHessian(InteractingPairs.of(glass("kumar2021", 400, 2, 7, True), ag.load_potential("kumar2021")))
    order, right = reduced._dissection, np.random.default_rng(2).standard_normal((reduced.size, 2))
    for shift in (-1.0, 0.02 * reduced.scale, 0.7 * reduced.scale):
        ours, other = order._multifrontal(shift), getattr(order, method)(shift)
        if other is None:  # SuperLU has exchanged rows
            assert method == "_superlu"
            assert shift > 0
            continue
        assert max(order.backward_error(ours), order.backward_error(other)) < MAX_BACKWARD_ERROR
        assert ours.negative_count == other.negative_count
        assert ours.solve(right) == pytest.approx(other.solve(right), rel=1e-8, abs=1e-10)
        assert other.solve(right[:, 0]) == pytest.approx(other.solve(right)[:, 0], rel=1e-8, abs=1e-10)


def test_a_singular_matrix_is_refused() -> None:
    """With two zero rows and a shift of zero no method gives the inertia, and an error is raised."""
    matrix = sparse.csr_array(np.diag([1.0, 2.0, 0.0, 0.0, 3.0, 4.0]))
    order = Dissection(matrix, np.array([[0.5, 0.5], [1.0, 1.0], [1.5, 1.5]]), np.array([2.0, 2.0]))
    with pytest.raises(ArithmeticError, match="pivot"):
        order.factor(0.0)
    assert order.factor(2.5).negative_count == 4
    broken = sparse.csr_array(np.diag([1.0, 2.0, np.nan, 1.0, 3.0, 4.0]))
    with pytest.raises(ArithmeticError, match="pivot"):
        Dissection(broken, np.array([[0.5, 0.5], [1.0, 1.0], [1.5, 1.5]]), np.array([2.0, 2.0])).factor(-1.0)


def test_modes_with_threads_have_the_bits_of_one() -> None:
    sample, potential = glass("kumar2021", 1500, 2, 7), ag.load_potential("kumar2021")
    one, several = (ag.lowest_modes(sample, potential, 6, threads=number) for number in (1, 3))
    assert np.array_equal(one.eigenvectors, several.eigenvectors)
    below = ag.modes_below(sample, potential, 1.01 * one.frequencies[-1], threads=2)
    assert len(below) >= 6
    assert below.complete
    for refused in (
        lambda: ag.lowest_modes(sample, potential, threads=0),
        lambda: ag.modes_below(sample, potential, 1.0, threads=-1),
        lambda: ag.lowest_modes(sample.to_atoms(), threads=2),
    ):
        with pytest.raises(ag.InputError, match="threads"):
            refused()
