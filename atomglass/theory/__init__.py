"""Theories that compete to explain the simulations; they share only `quartic`, settings and errors with them.

Names are imported when first used, so that the command line starts at once.
"""

from __future__ import annotations

from atomglass.theory.lazy import lazy_names

_HOME = {
    "QuarticMode": "soft_potential.quartic_mode",
    "reduced_heat_capacity": "soft_potential.heat_capacity",
    "boson_peak_dos": "oscillators.boson_peak",
    "OscillatorModel": "oscillators.model",
    "oscillator_realization": "oscillators.realization",
}

_SUBMODULES = ("rfot",)

__all__ = [*_HOME, *_SUBMODULES]

__getattr__, __dir__ = lazy_names(__name__, _HOME, _SUBMODULES)
