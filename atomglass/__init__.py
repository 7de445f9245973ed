"""Computer glasses, their quasi-localized modes, and the theories that explain them.

Names are loaded when first used, so that `import atomglass` and the command line start at once.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from typing import Any

from atomglass.errors import PLATFORM

#: Public names and the modules they live in.
_HOME = {
    "__version__": "__about__",
    "InputError": "errors",
    "Configuration": "system.configuration",
    "read": "io.files",
    "frames": "io.files",
    "write": "io.files",
    "load_potential": "system.potential",
    "PairPotential": "system.potential",
    "sample_diameters": "system.diameters",
    "energy": "system.interactions",
    "forces": "system.interactions",
    "stress": "system.interactions",
    "particle_energies": "system.particle_energies",
    "SwapMonteCarlo": "sampling.swap_monte_carlo",
    "HybridMonteCarlo": "sampling.moves",
    "quench": "minimization.quench",
    "Quench": "minimization.quench",
    "hessian": "vibrations.hessian",
    "rattlers": "vibrations.hessian",
    "lowest_modes": "vibrations.by_system",
    "modes_below": "vibrations.modes",
    "full_spectrum": "vibrations.modes",
    "Modes": "vibrations.modes",
    "NotAnInherentStateWarning": "vibrations.residual_force",
    "NonlinearModes": "vibrations.nonlinear_modes",
    "SoftSpots": "vibrations.soft_spots",
    "nonlinear_modes": "vibrations.nonlinear_modes",
    "soft_spots": "vibrations.soft_spots",
    "pinned_modes": "vibrations.pinning",
    "PinnedModes": "vibrations.pinning",
    "dipole_frequencies": "vibrations.dipole_response",
    "density_of_states": "vibrations.kernel_polynomial",
    "expand": "vibrations.by_system",
    "Expansion": "vibrations.expansion",
    "FiniteDifferenceModes": "vibrations.finite_difference_modes",
    "FiniteDifferenceExpansion": "vibrations.finite_difference_expansion",
    "elastic_moduli": "vibrations.elasticity",
    "ElasticModuli": "vibrations.elasticity",
    "Calculator": "ase_calculator",
    "double_well_levels": "landscape.tunnel_levels",
    "Levels": "landscape.tunnel_levels",
    "QuantumUnits": "landscape.quantum_units",
    "minimum_energy_path": "landscape.minimum_energy_path",
    "MinimumEnergyPath": "landscape.minimum_energy_path",
    "tunnel_splitting": "landscape.tunnel_splitting",
    "TunnelSplitting": "landscape.tunnel_splitting",
    "load_study": "study.load",
    "Study": "study.load",
    "load_configuration": "study.store.inherent_states",
    "kept_configurations": "study.store.inherent_states",
}

#: Names of the version before, and what they are called now.
_RENAMED = {"Trajectories": "HybridMonteCarlo"}

#: Modules that the documentation of the version before named, and where they are now.
_MOVED_MODULES = {
    "study_model": "study.protocol",
    "theory.boson_peak": "theory.oscillators.boson_peak",
    "theory.heat_capacity": "theory.soft_potential.heat_capacity",
    "theory.two_level_systems": "theory.soft_potential.two_level_systems",
    "theory.rfot.counting": "theory.rfot.state_counting",
    "theory.rfot.friction": "theory.rfot.phonon_coupling",
    "theory.rfot.pairs": "theory.rfot.pair_interactions",
    "theory.rfot.params": "theory.rfot.glass_parameters",
    "theory.rfot.relaxation": "theory.rfot.sound_speed",
    "theory.rfot.saddle": "theory.rfot.saddle_point",
    "theory.rfot.saddle_plateau": "theory.rfot.saddle_point_conductivity",
    "theory.rfot.tunnelling": "theory.rfot.tunneling",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name in _RENAMED:
        new = _RENAMED[name]
        warnings.warn(f"atomglass.{name} will go: use atomglass.{new}", DeprecationWarning, stacklevel=2)
        return __getattr__(new)
    if name not in _HOME:
        raise AttributeError(f"module 'atomglass' has no attribute {name!r}")
    try:
        value = getattr(importlib.import_module(f"atomglass.{_HOME[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name != "fcntl":
            raise
        raise ImportError(PLATFORM) from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


class _MovedModule:
    """Finder and loader of modules by their names of the version before, with a warning that tells the new name."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname.removeprefix("atomglass.") not in _MOVED_MODULES:
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(fullname, self)  # type: ignore[arg-type]

    def create_module(self, spec: Any) -> Any:
        new = f"atomglass.{_MOVED_MODULES[spec.name.removeprefix('atomglass.')]}"
        warnings.warn(f"{spec.name} is now {new}; the old name will go", DeprecationWarning, stacklevel=2)
        module = importlib.import_module(new)
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: Any) -> None:
        """Give the new module, which has been executed, its own specification back."""
        module.__spec__ = module.__spec__.loader_state


sys.meta_path.append(_MovedModule())  # type: ignore[arg-type]
