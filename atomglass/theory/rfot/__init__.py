"""Random first-order transition theory of glasses and of their quantum excitations, after Lubchenko and Wolynes.

A glass is defined by a few measured constants (`GlassParams`); everything else follows. Public functions take kelvins,
seconds and meters. Inside, energies are in k_B T_D = hbar omega_D, frequencies in omega_D, lengths in the molecular
size a. Numbers in square brackets, as in [33], are equations of the review.

Names are imported when first used.
"""

from __future__ import annotations

from atomglass.theory.lazy import lazy_names

_HOME = {
    "GlassParams": "glass_parameters",
    "ripplon_frequencies": "ripplons",
    "thermal_conductivity": "plateau",
    "heat_capacity": "bump",
    "tls_heat_capacity": "tunneling",
    "grueneisen": "casimir",
}

__all__ = list(_HOME)

__getattr__, __dir__ = lazy_names(__name__, _HOME)
