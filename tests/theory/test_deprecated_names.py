"""Names of the version before still work, with a warning."""

from __future__ import annotations

import importlib

import pytest

from atomglass.theory.oscillators import boson_peak
from atomglass.theory.soft_potential import two_level_systems


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("boson_peak", "oscillators.boson_peak"),
        ("heat_capacity", "soft_potential.heat_capacity"),
        ("two_level_systems", "soft_potential.two_level_systems"),
        ("rfot.counting", "rfot.state_counting"),
        ("rfot.friction", "rfot.phonon_coupling"),
        ("rfot.pairs", "rfot.pair_interactions"),
        ("rfot.params", "rfot.glass_parameters"),
        ("rfot.relaxation", "rfot.sound_speed"),
        ("rfot.saddle", "rfot.saddle_point"),
        ("rfot.saddle_plateau", "rfot.saddle_point_conductivity"),
        ("rfot.tunnelling", "rfot.tunneling"),
    ],
)
def test_moved_modules(old: str, new: str) -> None:
    with pytest.warns(DeprecationWarning, match=new):
        module = importlib.import_module(f"atomglass.theory.{old}")
    assert module is importlib.import_module(f"atomglass.theory.{new}")


def test_renamed_functions() -> None:
    with pytest.warns(DeprecationWarning, match="boson_peak_maximum"):
        assert boson_peak.boson_peak is boson_peak.boson_peak_maximum
    with pytest.warns(DeprecationWarning, match="tunneling_strength_estimate"):
        old = two_level_systems.tunnelling_strength_estimate
    assert old is two_level_systems.tunneling_strength_estimate
    with pytest.raises(AttributeError, match="no attribute"):
        two_level_systems.nothing  # noqa: B018
