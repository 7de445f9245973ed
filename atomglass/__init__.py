"""Computer glasses, their quasi-localized modes, and the theories that explain them.

Names are loaded when first used, so that `import atomglass` and the command line start at once.
"""

from __future__ import annotations

import importlib
from typing import Any

from atomglass.version import __version__

_HOME = {
    "InputError": "errors",
    "Configuration": "configuration",
    "read": "files",
    "write": "files",
    "load_potential": "potential",
    "PairPotential": "potential",
    "sample_diameters": "diameters",
    "energy": "interactions",
    "forces": "interactions",
    "stress": "interactions",
    "SwapMonteCarlo": "swap",
    "quench": "quench",
    "hessian": "hessian",
    "rattlers": "hessian",
    "lowest_modes": "modes",
    "modes_below": "modes",
    "full_spectrum": "modes",
    "expand": "expansion",
    "elastic_moduli": "elasticity",
    "Calculator": "calculator",
    "load_study": "ensemble.tables",
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'atomglass' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"atomglass.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
