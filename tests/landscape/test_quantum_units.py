"""Units: Planck's constant from scipy's constants, and kelvin both ways."""

from __future__ import annotations

import pytest
from scipy import constants

import atomglass as ag


@pytest.mark.parametrize(
    "name, length, mass, kelvin, hbar, one_kelvin",
    [
        ("nickel-phosphorus", 2.21e-10, 1.02e-25, 934, 0.0132, 0.00107),
        ("argon", 3.405e-10, 39.95 * constants.u, 120, 0.0295, 0.00833),
    ],
)
def test_presets(name: str, length: float, mass: float, kelvin: float, hbar: float, one_kelvin: float):
    units = ag.QuantumUnits.named(name)
    expected = constants.hbar / (length * (mass * constants.k * kelvin) ** 0.5)
    assert units.hbar == pytest.approx(expected, rel=1e-8)
    assert units.hbar == pytest.approx(hbar, abs=5e-5) and units.from_kelvin(1.0) == pytest.approx(one_kelvin, abs=5e-6)
    assert units.to_kelvin(units.from_kelvin(3.0)) == pytest.approx(3.0)


def test_own_units():
    light = ag.QuantumUnits(length=1.0, mass=1.0, energy=1.0)
    heavy = ag.QuantumUnits(length=2.0, mass=4.0, energy=9.0)
    assert light.hbar / heavy.hbar == pytest.approx(12.0)


@pytest.mark.parametrize("field", ["length", "mass", "energy"])
@pytest.mark.parametrize("value", [0, -1.0, float("nan"), float("inf"), "1", True])
def test_bad_units(field: str, value: object):
    with pytest.raises(ag.InputError, match=field):
        ag.QuantumUnits(**({"length": 1.0, "mass": 1.0, "energy": 1.0} | {field: value}))


def test_unknown_substance():
    with pytest.raises(ag.InputError, match="nickel-phosphorus or argon"):
        ag.QuantumUnits.named("gold")
