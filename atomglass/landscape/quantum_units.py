"""Units that give a classical model its Planck constant and its kelvin: a length, a mass and an energy."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt

from atomglass.errors import InputError

#: Planck's constant over 2 pi in J s, Boltzmann's constant in J/K (both from exact values of the SI), and the atomic
#: mass constant in kg (CODATA 2018).
HBAR, BOLTZMANN, ATOMIC_MASS = 1.054571817e-34, 1.380649e-23, 1.66053906660e-27
_ANGSTROM = 1e-10


@dataclass(frozen=True)
class QuantumUnits:
    """The units of length, mass and energy of a model in a real substance.

    Parameters
    ----------
    length : float
        sigma, in angstrom.
    mass : float
        m, the mass of a particle, in atomic mass units.
    energy : float
        epsilon / k_B, in kelvin.
    name : str, optional
        Name of the substance.

    Raises
    ------
    InputError
        A unit is not a positive number.

    Examples
    --------
    >>> units = ag.QuantumUnits.named("argon")
    >>> round(units.hbar, 4), round(units.from_kelvin(1.0), 5)
    (0.0295, 0.00833)
    >>> ag.QuantumUnits(length=3.4, mass=131.3, energy=230).hbar < units.hbar
    True
    """

    length: float
    mass: float
    energy: float
    name: str = ""

    def __post_init__(self) -> None:
        for what, unit in (("length", "angstrom"), ("mass", "atomic mass units"), ("energy", "kelvin")):
            value = getattr(self, what)
            if isinstance(value, bool) or not isinstance(value, int | float) or not (value > 0 and isfinite(value)):
                raise InputError(f"unit of {what}", value, f"a positive number, in {unit}")

    @classmethod
    def named(cls, name: str) -> QuantumUnits:
        """Return the units of a substance: `nickel-phosphorus` or `argon`.

        Those of nickel and phosphorus are the parameters with which Khomenko, Scalliet, Berthier, Reichman and
        Zamponi, Phys. Rev. Lett. 124, 225901 (2020), translate the polydisperse model.

        Raises
        ------
        InputError
            There are no units of this name.
        """
        if name not in _PRESETS:
            remedy = "or give length, mass and energy: QuantumUnits(length=..., mass=..., energy=...)"
            raise InputError("name of the units", name, " or ".join(_PRESETS), remedy)
        return _PRESETS[name]

    @property
    def hbar(self) -> float:
        """Planck's constant in reduced units, hbar / (sigma sqrt(m epsilon))."""
        mass, energy = self.mass * ATOMIC_MASS, self.energy * BOLTZMANN
        return HBAR / (self.length * _ANGSTROM * sqrt(mass * energy))

    def from_kelvin(self, temperature: float) -> float:
        """Return k_B T in units of epsilon.

        Parameters
        ----------
        temperature : float
            T, in kelvin.
        """
        return temperature / self.energy

    def to_kelvin(self, energy: float) -> float:
        """Return an energy divided by k_B, in kelvin.

        Parameters
        ----------
        energy : float
            In units of epsilon.
        """
        return energy * self.energy


_PRESETS = {
    "nickel-phosphorus": QuantumUnits(2.21, 1.02e-25 / ATOMIC_MASS, 934.0, "nickel-phosphorus"),
    "argon": QuantumUnits(3.405, 39.95, 120.0, "argon"),
}
