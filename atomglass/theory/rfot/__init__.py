"""Random first-order transition theory of glasses and of their quantum excitations, after Lubchenko and Wolynes.

A glass is a handful of measured constants (`GlassParams`); everything else follows. Kelvin, seconds and metres at the
surface; inside, energies in k_B T_D = hbar omega_D, frequencies in omega_D, lengths in the molecular size a.

Names are loaded when first used. Equation numbers in square brackets, as in [33], are those of the review.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "GlassParams": "params",
    "ripplon_frequencies": "ripplons",
    "thermal_conductivity": "plateau",
    "heat_capacity": "bump",
    "tls_heat_capacity": "tunneling",
    "grueneisen": "casimir",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'atomglass.theory.rfot' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"atomglass.theory.rfot.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
