"""Computer glasses, their quasi-localized modes, and the theories that explain them.

Names are loaded when first used, so that `import atomglass` and the command line start at once.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any

from atomglass.version import __version__

_HOME = {
    "InputError": "errors",
    "Configuration": "system.configuration",
    "read": "io.files",
    "write": "io.files",
    "load_potential": "system.potential",
    "PairPotential": "system.potential",
    "sample_diameters": "system.diameters",
    "energy": "system.interactions",
    "forces": "system.interactions",
    "stress": "system.interactions",
    "SwapMonteCarlo": "sampling.swap_monte_carlo",
    "Trajectories": "sampling.swap_monte_carlo",
    "quench": "minimization.quench",
    "hessian": "vibrations.hessian",
    "rattlers": "vibrations.hessian",
    "lowest_modes": "vibrations.modes",
    "modes_below": "vibrations.modes",
    "full_spectrum": "vibrations.modes",
    "density_of_states": "vibrations.kernel_polynomial",
    "expand": "vibrations.expansion",
    "elastic_moduli": "vibrations.elasticity",
    "Calculator": "ase_calculator",
    "load_study": "study.collect",
    "load_configuration": "study.store.inherent_states",
    "kept_configurations": "study.store.inherent_states",
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


class _Package(types.ModuleType):
    """Keep verbs such as `quench` and `hessian`, which have the names of their modules.

    Python binds a module to its package when it is first imported, by whomever: `atomglass.vibrations.hessian` the module would
    hide `hessian` the function as soon as the first mode was computed.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if name in _HOME and isinstance(value, types.ModuleType):
            return
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
