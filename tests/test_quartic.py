"""The quartic's shape, against exact arithmetic, numerical roots and a fine grid."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from atomglass.errors import InputError
from atomglass.quartic import HIDDEN_WELL_BETA, energy, reduced_cubic, shape

FIELDS = (
    "beta",
    "group",
    "second_minimum",
    "maximum_position",
    "barrier",
    "second_minimum_position",
    "second_minimum_energy",
)

stiffnesses = st.floats(-16, 4).map(lambda exponent: 10.0**exponent)  # from b2 = 1e-16, with barriers of 1e-40
quartics = st.floats(-3, 4).map(lambda exponent: 10.0**exponent)
signs = st.sampled_from((-1.0, 1.0))
# Of either sign or zero, without products that underflow.
coefficients = st.floats(-1e3, 1e3).filter(lambda b: b == 0 or abs(b) > 1e-30)


def exact_stationary_points(b2: float, b3: float, b4: float) -> list[tuple[Decimal, Decimal]]:
    """Return position and energy of the two stationary points beside the origin, nearer one first, to 60 digits."""
    with localcontext() as context:
        context.prec = 60
        c2, c3, c4 = (Decimal(b) for b in (b2, b3, b4))
        # U'(s)/s = b2 + b3 s/2 + b4 s^2/6
        root = (c3 * c3 / 4 - 2 * c2 * c4 / 3).sqrt()
        points = sorted(((-c3 / 2 + sign * root) * 3 / c4 for sign in (1, -1)), key=abs)
        return [(s, s * s * (c2 / 2 + c3 * s / 6 + c4 * s * s / 24)) for s in points]


def relative_error(value: float, exact: Decimal, scale: Decimal | None = None) -> float:
    with localcontext() as context:
        context.prec = 60
        return float(abs(Decimal(value) - exact) / abs(exact if scale is None else scale))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(b2=stiffnesses, b4=quartics, beta=st.floats(-0.5, 8).map(lambda exponent: 0.95 + 10.0**exponent), sign=signs)
@example(b2=1e-12, b4=1.0, beta=1e6, sign=1.0)  # a barrier of 1e-25, and a second well of depth 1
def test_barrier_and_second_well_to_twelve_digits(b2: float, b4: float, beta: float, sign: float) -> None:
    b3 = sign * beta * np.sqrt(3 * b2 * b4)
    (s_maximum, barrier), (s_minimum, depth) = exact_stationary_points(b2, b3, b4)
    found = shape(b2, b3, b4)
    assert found.second_minimum is True
    assert found.group == "B"
    assert relative_error(found.maximum_position, s_maximum) < 1e-12
    assert relative_error(found.barrier, barrier) < 1e-12
    assert relative_error(found.second_minimum_position, s_minimum) < 1e-12
    assert relative_error(found.second_minimum_energy, depth) < 1e-12
    assert found.barrier > 0
    assert np.sign(found.second_minimum_position) == -sign


@settings(max_examples=200, deadline=None, derandomize=True)
@given(b2=stiffnesses, b4=quartics, beta=st.floats(0.944, 0.9999), sign=signs)
def test_hidden_well_to_twelve_digits(b2: float, b4: float, beta: float, sign: float) -> None:
    b3 = sign * beta * np.sqrt(3 * b2 * b4)
    (s_maximum, barrier), (s_minimum, height) = exact_stationary_points(b2, b3, b4)
    found = shape(b2, b3, b4)
    assert found.second_minimum is True
    assert found.group == "A"
    assert relative_error(found.maximum_position, s_maximum) < 1e-12
    assert relative_error(found.barrier, barrier) < 1e-12
    assert relative_error(found.second_minimum_position, s_minimum) < 1e-12
    # The energy of the second minimum passes through zero at beta = 1, so it is compared with the barrier.
    assert relative_error(found.second_minimum_energy, height, barrier) < 1e-12
    assert found.barrier > found.second_minimum_energy > 0


@settings(max_examples=500, deadline=None, derandomize=True)
@given(b2=coefficients, b3=coefficients, b4=coefficients)
@example(b2=0.0, b3=1.0, b4=1.0)
@example(b2=1.0, b3=1.0, b4=0.0)
def test_group_and_wells_against_exact_inequalities(b2: float, b3: float, b4: float) -> None:
    c2, c3, c4 = Fraction(b2), Fraction(b3), Fraction(b4)
    lower = c3 * c3 - 3 * c2 * c4
    second = c3 * c3 - 8 * c2 * c4 / 3
    # Within a few ulp of a threshold rounding decides; exactly representable thresholds have a test of their own.
    width = Fraction(1, 10**14) * c3 * c3
    assume((abs(lower) > width and abs(second) > width) or c2 <= 0 or c4 <= 0)
    found = shape(b2, b3, b4)
    expected = "unstable" if c2 <= 0 else "unbounded" if c4 <= 0 else "B" if lower > 0 else "A"
    assert found.group == expected
    assert found.second_minimum is (c2 > 0 and c4 > 0 and second > 0)


def test_against_a_fine_grid() -> None:
    """Wells counted and compared on U itself, with nothing known of its stationary points."""
    rng = np.random.default_rng(7)
    betas = rng.uniform(-1.6, 1.6, 300)
    betas = betas[np.min(np.abs(np.abs(betas)[:, None] - [HIDDEN_WELL_BETA, 1.0]), axis=1) > 5e-3]
    b2, b4 = 10 ** rng.uniform(-3, 2, (2, len(betas)))
    found = shape(b2, betas * np.sqrt(3 * b2 * b4), b4)
    x = np.linspace(-12, 12, 48_001)  # s in units of sqrt(b2/b4); the second well is within 1.5 * 2 sqrt(3) 1.6
    for k, beta in enumerate(betas):
        u = x**2 / 2 + beta * np.sqrt(3) * x**3 / 6 + x**4 / 24
        inner = u[1:-1]
        minima = x[1:-1][(inner < u[:-2]) & (inner < u[2:])]
        assert len(minima) == (2 if found.second_minimum[k] else 1)
        assert found.group[k] == ("A" if abs(x[np.argmin(u)]) < 1e-3 else "B")
        if len(minima) == 2:
            other = minima[np.argmax(np.abs(minima))]
            between = (x > min(other, 0)) & (x < max(other, 0))
            length, scale = np.sqrt(b2[k] / b4[k]), b2[k] ** 2 / b4[k]
            assert found.second_minimum_position[k] == pytest.approx(other * length, abs=6e-4 * length)
            assert found.second_minimum_energy[k] == pytest.approx(np.interp(other, x, u) * scale, abs=1e-5 * scale)
            assert found.maximum_position[k] == pytest.approx(
                x[between][np.argmax(u[between])] * length, abs=6e-4 * length
            )
            assert found.barrier[k] == pytest.approx(np.max(u[between]) * scale, abs=1e-6 * scale)
        else:
            assert np.isnan([found.barrier[k], found.maximum_position[k], found.second_minimum_position[k]]).all()


def test_stationary_points_against_numpy_roots() -> None:
    rng = np.random.default_rng(11)
    for b2, b3, b4 in zip(10 ** rng.uniform(-2, 2, 200), rng.normal(0, 20, 200), rng.normal(0, 3, 200), strict=True):
        found = shape(b2, b3, b4)
        roots = np.roots([b4 / 6, b3 / 2, b2])
        if not np.isreal(roots).all():
            assert np.isnan(found.maximum_position) and np.isnan(found.second_minimum_position)
            continue
        energies = energy(roots, b2, b3, b4)
        curvatures = b2 + b3 * roots + b4 * roots**2 / 2
        if b4 > 0:
            nearer, farther = np.argsort(np.abs(roots))
            assert curvatures[nearer] < 0 < curvatures[farther]
            assert found.second_minimum_position == pytest.approx(roots[farther], rel=1e-9)
            assert found.second_minimum_energy == pytest.approx(energies[farther], rel=1e-9, abs=1e-9)
        else:  # two maxima; the lower one counts
            assert (curvatures < 0).all()
            nearer = int(np.argmin(energies))
            assert np.isnan(found.second_minimum_position) and np.isnan(found.second_minimum_energy)
        assert found.maximum_position == pytest.approx(roots[nearer], rel=1e-9)
        assert found.barrier == pytest.approx(energies[nearer], rel=1e-9)


@pytest.mark.parametrize(
    ("b2", "b3", "b4", "group", "second"),
    [
        (3.0, 3.0, 1.0, "A", True),  # beta = 1 exactly: two equal wells
        (3.0, np.nextafter(3.0, 4.0), 1.0, "B", True),
        (3.0, 4.0, 2.0, "A", False),  # beta = sqrt(8/9) exactly: a point of inflection, no second minimum
        (3.0, np.nextafter(4.0, 5.0), 2.0, "A", True),
        (3.0, np.nextafter(4.0, 3.0), 2.0, "A", False),
        (1.0, 0.0, 1.0, "A", False),
        (1.0, 1.0, 0.0, "unbounded", False),
        (1.0, 1.0, -1.0, "unbounded", False),
        (0.0, 1.0, 1.0, "unstable", False),
        (-1.0, 0.0, 1.0, "unstable", False),
        (-1.0, 1.0, -1.0, "unstable", False),
    ],
)
def test_thresholds_and_classes_of_their_own(b2: float, b3: float, b4: float, group: str, second: bool) -> None:
    for cubic in (b3, -b3):
        found = shape(b2, cubic, b4)
        assert (found.group, found.second_minimum) == (group, second)


def test_equal_wells() -> None:
    """For b2 = 3, b3 = -3, b4 = 1, U = s^2 (s - 6)^2 / 24: wells at 0 and 6, the maximum at 3, 27/8 high."""
    found = shape(3.0, -3.0, 1.0)
    assert found.beta == -1.0
    assert (found.second_minimum_position, found.second_minimum_energy) == (6.0, 0.0)
    assert (found.maximum_position, found.barrier) == (3.0, 3.375)


def test_cubic_alone_escapes_over_one_barrier() -> None:
    """With b4 = 0 the maximum stands at -2 b2/b3, (2/3) b2^3/b3^2 high."""
    found = shape(1.5, -0.5, 0.0)
    assert found.group == "unbounded"
    assert found.maximum_position == pytest.approx(6.0, rel=1e-15)
    assert found.barrier == pytest.approx(2 / 3 * 1.5**3 / 0.5**2, rel=1e-15)
    harmonic = shape(1.5, 0.0, 0.0)
    assert np.isnan(harmonic.barrier) and np.isnan(harmonic.maximum_position)


@pytest.mark.parametrize("b2", [0.0, -2.0])
@pytest.mark.parametrize("b4", [-1.0, 0.0, 1.0])
def test_an_unstable_origin_has_no_barrier(b2: float, b4: float) -> None:
    found = shape(b2, 1.0, b4)
    assert np.isnan([found.beta, found.barrier, found.maximum_position, found.second_minimum_position]).all()


@settings(max_examples=200, deadline=None, derandomize=True)
@given(b2=coefficients, b3=coefficients, b4=coefficients)
def test_the_mirror_image(b2: float, b3: float, b4: float) -> None:
    assume(b3 != 0)  # for b3 = 0 the maxima of an unbounded quartic are mirror images of each other
    found, mirrored = shape(b2, b3, b4), shape(b2, -b3, b4)
    for name in ("group", "second_minimum", "barrier", "second_minimum_energy"):
        np.testing.assert_equal(getattr(mirrored, name), getattr(found, name))
    for name in ("beta", "maximum_position", "second_minimum_position"):
        np.testing.assert_equal(getattr(mirrored, name), -getattr(found, name))


def test_arrays_are_the_scalars_side_by_side() -> None:
    rng = np.random.default_rng(3)
    b2, b3, b4 = rng.normal(1, 1, 60), rng.normal(0, 3, 60), rng.normal(1, 1, 60)
    together = shape(b2, b3, b4)
    assert set(together.group) == {"A", "B", "unbounded", "unstable"}
    for k in range(60):
        alone = shape(b2[k], b3[k], b4[k])
        for name in FIELDS:
            np.testing.assert_equal(getattr(together, name)[k], getattr(alone, name))


def test_scalars_come_back_as_plain_python() -> None:
    found = shape(1, 2, 1)
    assert [type(getattr(found, name)) for name in FIELDS] == [float, str, bool, float, float, float, float]


def test_shapes_broadcast() -> None:
    found = shape(np.ones((4, 1)), np.linspace(0, 3, 5), 1.0)
    assert all(getattr(found, name).shape == (4, 5) for name in FIELDS)
    assert shape([], [], []).group.shape == (0,)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_coefficients_that_are_no_numbers(bad: float, position: int) -> None:
    coefficients = [np.ones(3), np.ones(3), np.ones(3)]
    coefficients[position][1] = bad
    with pytest.raises(InputError, match=f"b{position + 2} is {bad}"):
        shape(*coefficients)


def test_energy_against_exact_arithmetic() -> None:
    s, b2, b3, b4 = -1.25, 0.5, -3.75, 7.5  # all exact in binary
    f = Fraction(s)
    exact = Fraction(b2) * f**2 / 2 + Fraction(b3) * f**3 / 6 + Fraction(b4) * f**4 / 24
    assert energy(s, b2, b3, b4) == pytest.approx(float(exact), rel=1e-15)
    assert energy(np.array([0.0, s]), b2, b3, b4) == pytest.approx([0.0, float(exact)], rel=1e-15)


def test_reduced_cubic() -> None:
    np.testing.assert_allclose(reduced_cubic(2.0, -3.0, 6.0), -0.5, rtol=1e-15)
    np.testing.assert_allclose(reduced_cubic([3.0, 1.0], [3.0, 0.0], 1.0), [1.0, 0.0], rtol=1e-15)
    assert np.isnan(reduced_cubic([1.0, -1.0, -1.0, 0.0], 1.0, [-1.0, 1.0, -1.0, 1.0])).all()
    assert pytest.approx(8 / 9, rel=1e-15) == HIDDEN_WELL_BETA**2
