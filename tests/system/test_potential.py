"""The family of potentials: published coefficients, smoothness at the cutoff, derivatives, files and their mistakes."""

from __future__ import annotations

import numpy as np
import pytest
from naive import Model
from samples import POTENTIALS

import atomglass as ag
from atomglass.system.potential import potential_from

#: Exponents, orders and cutoffs; in the last one phi near the cutoff is below rounding.
FAMILY = [(12, 2, 1.25), (10, 3, 1.4), (12, 4, 1.25), (1, 0, 3.0), (7, 1, 2.0), (7, 8, 1.5)]

USER_FILE = """
name = "mine"
source = "this test"
dimension = 3
density = 0.9

[pair]
exponent = 8
order = 3
cutoff = 1.6
epsilon = 2.0
nonadditivity = 0.1

[diameters]
maximum = 1.2
ratio = 1.5
power = 2.0
"""


@pytest.fixture(params=POTENTIALS)
def potential(request) -> ag.PairPotential:
    return ag.load_potential(request.param)


def test_the_papers_coefficients() -> None:
    """C0, C2 and C4 are those printed, which determines the cutoff, which is not printed."""
    found = ag.load_potential("kumar2021").coefficients
    assert found == pytest.approx([-1.92415, 2.11106, -0.591097], abs=5e-6)


@pytest.mark.parametrize("exponent, order, cutoff", FAMILY)
def test_coefficients_solve_the_linear_system(exponent: int, order: int, cutoff: float) -> None:
    potential = ag.PairPotential(exponent=exponent, order=order, cutoff=cutoff)
    assert potential.coefficients == pytest.approx(Model.of(potential).coefficients, rel=1e-12)


@pytest.mark.parametrize("exponent, order, cutoff", FAMILY[:-1])
def test_q_derivatives_vanish_at_the_cutoff_and_no_more(exponent: int, order: int, cutoff: float) -> None:
    """phi^(k) vanishes as (x_c - x)^(q + 1 - k) at the cutoff; for k = q + 1 its limit is not zero."""
    potential = ag.PairPotential(exponent=exponent, order=order, cutoff=cutoff)
    step, sigma = 1e-3 * cutoff, 1.1
    for k in range(min(order + 2, 5)):
        near, far = (abs(potential.phi(sigma * (cutoff - h), sigma, k)) for h in (step, 2 * step))
        assert far / near == pytest.approx(2.0 ** (order + 1 - k), rel=0.03)
        assert potential.phi(sigma * cutoff * (1 + 1e-12), sigma, k) == 0


def test_derivatives_are_those_of_the_twin(potential) -> None:
    model = Model.of(potential)
    for sigma in (0.75, 1.0, 1.6):
        for x in (0.6, 0.9, 1.0, 1.1, 0.97 * potential.cutoff, 1.01 * potential.cutoff):
            for k in range(5):
                scale = abs(model.phi(0.9 * sigma, sigma, k))
                expected = model.phi(x * sigma, sigma, k)
                assert potential.phi(x * sigma, sigma, k) == pytest.approx(expected, abs=1e-13 * scale, rel=1e-12)


def test_derivatives_by_finite_differences(potential) -> None:
    """Each derivative is the slope of the one below it (central differences, Richardson extrapolation)."""
    r, h = np.linspace(0.8, 1.2, 9), 1e-3
    for k in range(4):
        narrow, wide = (potential.phi(r + s, derivative=k) - potential.phi(r - s, derivative=k) for s in (h, 2 * h))
        expected = potential.phi(r, derivative=k + 1)
        assert (8 * narrow - wide) / (12 * h) == pytest.approx(expected, abs=1e-7 * np.abs(expected).max())


def test_repulsive_everywhere(potential) -> None:
    """phi >= 0 and phi' <= 0, on which the early rejection of Monte Carlo moves relies."""
    r = np.linspace(0.3, 1.1 * potential.cutoff, 4001)
    assert np.all(potential.phi(r) >= -1e-15)
    assert np.all(potential.phi(r, derivative=1) <= 1e-14)


def test_pair_diameters(potential) -> None:
    assert potential.pair_diameter(1.5, 0.8) == pytest.approx(1.15 * (1 - 0.2 * 0.7), rel=1e-15)
    assert potential.pair_diameter(0.8, 1.5) == potential.pair_diameter(1.5, 0.8)


def test_shipped_files_are_what_their_names_say() -> None:
    for name, exponent, order, dimension in [
        ("kumar2021", 12, 2, 2),
        ("kumar2021_3d", 12, 2, 3),
        ("kumar2021_smooth", 12, 4, 2),
        ("ipl10", 10, 3, 2),
    ]:
        potential = ag.load_potential(name)
        assert (potential.exponent, potential.order, potential.dimension) == (exponent, order, dimension)
        assert potential.name == name
        assert potential.source
        assert potential.nonadditivity == 0.2
        assert potential.diameters.maximum == pytest.approx(1.45 / 0.9, rel=1e-15)
        assert potential.diameters.ratio == 2.219


def test_a_users_own_file(tmp_path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(USER_FILE)
    potential = ag.load_potential(path)
    assert (potential.name, potential.dimension, potential.density) == ("mine", 3, 0.9)
    assert potential.phi(1.0) == pytest.approx(Model(8, 3, 1.6, 2.0, 0.1).phi(1.0, 1.0), rel=1e-13)
    assert potential.pair_diameter(1.0, 1.2) == pytest.approx(1.1 * 0.98, rel=1e-15)
    assert ag.load_potential(str(path)) == potential


@pytest.mark.parametrize(
    "change, says",
    [
        (
            ("exponent = 8", "exponant = 8"),
            "unknown key 'pair.exponant'; allowed: cutoff, epsilon, exponent, form, formula, kappa, "
            "nonadditivity, order; did you mean 'exponent'?",
        ),
        (("exponent = 8", ""), "the form inverse_power needs the key 'exponent'"),
        (("exponent = 8", "exponent = 0"), "pair.exponent is 0; allowed: greater than or equal to 1"),
        (("exponent = 8", "exponent = 8.5"), "pair.exponent is 8.5; allowed: a valid integer"),
        (("cutoff = 1.6", "cutoff = -1.6"), "pair.cutoff is -1.6; allowed: greater than or equal to 0.01"),
        (("cutoff = 1.6", "cutoff = nan"), "pair.cutoff is nan; allowed: a finite number"),
        (("cutoff = 1.6", "cutoff = "), "is not valid TOML"),
        (("epsilon = 2.0", "epsilon = 0"), "pair.epsilon is 0; allowed: greater than 0"),
        (("nonadditivity = 0.1", "nonadditivity = 1"), "pair.nonadditivity is 1; allowed: less than 1"),
        (("dimension = 3", "dimension = 4"), "dimension is 4; allowed: 2 or 3"),
        (("ratio = 1.5", "ratio = 0.5"), "diameters.ratio is 0.5; allowed: greater than or equal to 1"),
        (("[pair]", "[pears]"), "unknown key 'pears'"),
        ((USER_FILE, ""), "is empty"),
    ],
)
def test_a_mistake_is_one_clear_line(tmp_path, change: tuple[str, str], says: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(USER_FILE.replace(*change))
    with pytest.raises(ag.InputError) as caught:
        ag.load_potential(path)
    line = str(caught.value)
    assert says in line
    assert "mine.toml" in line
    assert "\n" not in line


def test_a_name_nearly_right() -> None:
    with pytest.raises(ag.InputError, match="did you mean 'kumar2021'"):
        ag.load_potential("kumar2O21")


@pytest.mark.parametrize(
    "key, value",
    [("exponent", 0), ("order", 9), ("cutoff", float("inf")), ("epsilon", -1.0), ("nonadditivity", -0.1)],
)
def test_a_potential_made_by_hand_is_checked_too(key: str, value: float) -> None:
    numbers = {"exponent": 12, "order": 2, "cutoff": 1.25, key: value}
    with pytest.raises(ag.InputError, match=key):
        ag.PairPotential(**numbers)
    with pytest.raises(ag.InputError, match=key):
        potential_from({"name": "x", "source": "x", "pair": numbers}, "x.toml")


@pytest.mark.parametrize(
    "r, derivative, says",
    [(0.0, 0, "distance is 0.0; allowed: > 0"), (1.0, 5, "derivative is 5; allowed: 0, 1, 2, 3 or 4")],
)
def test_phi_refuses(potential, r: float, derivative: int, says: str) -> None:
    with pytest.raises(ag.InputError, match=says):
        potential.phi(r, 1.0, derivative)


def test_diameters_too_different_for_the_nonadditive_rule(potential) -> None:
    with pytest.raises(ag.InputError, match="spread of the diameters is 5"):
        potential.check_diameters(np.array([1.0, 6.0]))
