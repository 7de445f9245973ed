"""Loosely held particles: the law of their stiffness near the cutoff, and exponents of two mixed populations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import atomglass as ag
from atomglass.analysis.results.few_particle_modes import exponents_by_particle_number
from atomglass.analysis.results.spot_selection import particle_numbers, spot_warnings
from atomglass.system.interactions import InteractingPairs
from atomglass.vibrations.hessian import pair_hessian


@pytest.mark.parametrize(
    ("name", "q"), [("kumar2021", 2), ("kumar2021_q3", 3), ("kumar2021_smooth", 4), ("kumar2021_q6", 6)]
)
def test_a_particle_in_a_cage_of_small_overlap_has_a_stiffness_of_power_q_minus_1(name: str, q: int) -> None:
    """One particle amid four fixed ones, whose contacts overlap by delta: the energy's curvature along x and y."""
    potential = ag.load_potential(name)
    curvatures = []
    for delta in (1e-2, 1e-3):
        reach = potential.cutoff * (1 - delta)
        around = reach * np.array([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
        cage = ag.Configuration(around + 5.0, np.ones(5), np.full(2, 10.0))
        hessian = pair_hessian(InteractingPairs.of(cage, potential)).toarray()
        own = hessian[:2, :2]
        assert own[0, 1] == pytest.approx(0, abs=1e-12 * own[0, 0])
        curvatures.append(own[0, 0])
    assert np.log10(curvatures[0] / curvatures[1]) == pytest.approx(q - 1, abs=0.05)


def mixed_study(seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Spots of many particles with s = 4, and of one particle with s = 2/3 - 1, up to 0.9; omega_1 = 1."""
    rng, glasses, chains = np.random.default_rng(seed), 2000, 20
    many = 0.9 * rng.random(4000) ** (1 / 5)
    few = 0.9 * rng.random(1500) ** (1 / (2 / 3))
    frequency = np.concatenate([many, few])
    realization = rng.integers(0, glasses, len(frequency))
    spots = pd.DataFrame(
        {
            "realization": realization,
            "chain": realization % chains,
            "frequency": frequency,
            "participation_ratio": np.concatenate([rng.uniform(10, 80, len(many)), rng.uniform(1, 1.1, len(few))])
            / 400,
            "group": "A",
            "converged": True,
            "hits": 3,
        }
    )
    realizations = pd.DataFrame(
        {
            "realization": np.arange(glasses),
            "chain": np.arange(glasses) % chains,
            "number": 400,
            "status": "ok",
            "is_minimum": True,
            "complete": True,
            "complete_below": 1.0,
            "first_phonon_frequency": 1.0,
            "spot_count": 1,
            "spots_below": 0.9,
            "spot_start_frequency": 1.0,
        }
    )
    return spots, realizations


def test_two_populations_are_told_apart() -> None:
    spots, realizations = mixed_study()
    found = exponents_by_particle_number(spots, realizations).set_index(["particles", "group", "share"])
    for share in (0.6, 0.9):
        many, few, both = (found.loc[(words, "A", share)] for words in ("4 or more", "fewer than 4", "all"))
        assert abs(many["exponent"] - 4) < 4 * many["error"] < 1
        assert abs(few["exponent"] + 1 / 3) < 4 * few["error"] < 0.5
        assert few["exponent"] < both["exponent"] < many["exponent"] - 4 * many["error"]
        assert many["modes"] + few["modes"] == both["modes"]
    assert np.isnan(found.loc[("4 or more", "B", 0.9)]["exponent"])


def test_other_limits_change_nothing_where_no_mode_is_near_them() -> None:
    spots, realizations = mixed_study()
    four, eight = (exponents_by_particle_number(spots, realizations, few=few)["exponent"] for few in (4.0, 8.0))
    assert np.array_equal(four, eight, equal_nan=True)


def test_a_study_with_loose_particles_is_told_so() -> None:
    spots, realizations = mixed_study()
    assert any("fewer than 4 particles" in line for line in spot_warnings(spots, realizations))
    many = spots[particle_numbers(spots, realizations) > 4]
    assert spot_warnings(many, realizations) == []


def test_bounds_beyond_the_search_are_left_out() -> None:
    spots, realizations = mixed_study()
    found = exponents_by_particle_number(spots, realizations.assign(spots_below=0.65))
    assert found["share"].max() == 0.6
