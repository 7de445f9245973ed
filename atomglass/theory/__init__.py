"""The theories that the atomistic work argues with; imports nothing from the simulation side but `quartic`.

Names are loaded when first used, so that the command line starts at once.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "QuarticMode": "soft_potential.quartic_mode",
    "reduced_heat_capacity": "soft_potential.heat_capacity",
    "boson_peak_dos": "oscillators.boson_peak",
    "OscillatorModel": "oscillators.model",
    "oscillator_realization": "oscillators.realization",
}

_SUBMODULES = ("rfot",)

__all__ = [*_HOME, *_SUBMODULES]


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return importlib.import_module(f"atomglass.theory.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'atomglass.theory' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"atomglass.theory.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
