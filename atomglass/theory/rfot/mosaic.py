"""The supercooled liquid as a mosaic: nucleation of entropic droplets, their barriers, fragility, aging ([1]-[8]).

Energies in k_B T_g, entropies per molecule in k_B, N counts molecules. All results follow from the balance of the
mismatch energy gamma sqrt(N) and the entropy T s_c N.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError
from atomglass.theory.checks import not_negative, positive, scalar_or_array
from atomglass.theory.rfot.glass_parameters import lindemann_logarithm
from atomglass.types import Array

#: log10 of an hour over the molecular time, which determines s_c at T_g.
LABORATORY_DECADES = 17.0


@dataclass(frozen=True)
class Mosaic:
    """Free energy of a droplet in a liquid at temperature T, F(N) = gamma sqrt(N) - T s_c N [6].

    Attributes
    ----------
    surface : float
        gamma in k_B T_g.
    entropy : float
        Configurational entropy s_c per molecule in k_B.
    temperature : float
        T in T_g.
    """

    surface: float
    entropy: float
    temperature: float = 1.0

    def __post_init__(self) -> None:
        for name, value in (("surface", self.surface), ("entropy", self.entropy), ("temperature", self.temperature)):
            positive(value, f"the mosaic's {name}")

    def profile(self, molecules: ArrayLike, excess: float = 0.0) -> float | Array:
        """Return F(N) in k_B T_g.

        Parameters
        ----------
        molecules : float or array
            N.
        excess : float
            Energy per molecule of the equilibrium state above the present state, in k_B T_g [5]: zero in the liquid,
            negative in an aging glass.
        """
        n = not_negative(molecules, "the number of molecules")
        return scalar_or_array(self.surface * np.sqrt(n) + (excess - self.temperature * self.entropy) * n)

    def log_escape_rate(self, molecules: ArrayLike, excess: float = 0.0) -> float | Array:
        """Return ln(k tau_micro) for the rearrangement of N molecules, -F(N)/T [4].

        Its minimum over N is the escape rate.

        Parameters
        ----------
        molecules : float or array
            N.
        excess : float
            The parameter of `profile`.
        """
        return scalar_or_array(-np.asarray(self.profile(molecules, excess)) / self.temperature)

    @property
    def critical_size(self) -> float:
        """N of the transition state, (gamma/2 s_c T)^2."""
        return (self.surface / (2 * self.entropy * self.temperature)) ** 2

    @property
    def barrier(self) -> float:
        """F at the transition state, gamma^2/(4 s_c T) [7], in k_B T_g."""
        return self.surface**2 / (4 * self.entropy * self.temperature)

    @property
    def cell_size(self) -> float:
        """N* = (gamma/s_c T)^2, where F vanishes again: the cooperative cell, four times the critical size."""
        return (self.surface / (self.entropy * self.temperature)) ** 2

    @property
    def xi_over_a(self) -> float:
        """Size of a cell in molecular sizes."""
        return self.cell_size ** (1 / 3)


def surface_mismatch(lindemann: float = 0.1) -> float:
    """Return gamma/(k_B T_g) = (3/2) sqrt(3 pi) ln[(a/d_L)^2/(pi e)] (text before [8]); 11.33 for d_L/a = 0.1."""
    return 1.5 * sqrt(3 * pi) * lindemann_logarithm(lindemann)


def entropy_at_transition(decades: float = LABORATORY_DECADES, lindemann: float = 0.1) -> float:
    """Return s_c(T_g) in k_B of a glass made in 10^decades molecular times: barrier = k_B T_g ln(tau/tau_0)."""
    positive(decades, "the number of decades")
    return surface_mismatch(lindemann) ** 2 / (4 * decades * log(10))


def mosaic_at_transition(decades: float = LABORATORY_DECADES, lindemann: float = 0.1) -> Mosaic:
    """Return the mosaic at the glass transition on a given time scale."""
    return Mosaic(surface_mismatch(lindemann), entropy_at_transition(decades, lindemann))


def fragility(heat_capacity_jump: float, lindemann: float = 0.1) -> float:
    """Return the Vogel-Fulcher D = 32.1/dc_p, gamma being proportional to T; dc_p per molecule in k_B."""
    return surface_mismatch(lindemann) ** 2 / 4 / float(positive(heat_capacity_jump, "the heat capacity jump"))


def log_relaxation_time(temperature: ArrayLike, kauzmann: float, d: float) -> Array:
    """Return ln(tau/tau_0) = D T_0/(T - T_0), the Vogel-Fulcher law [1].

    Parameters
    ----------
    temperature : float or array
        T, in the unit of T_0.
    kauzmann : float
        T_0.
    d : float
        Fragility D.

    Raises
    ------
    InputError
        A temperature is not above T_0.
    """
    t = positive(temperature, "the temperature")
    if np.any(t <= kauzmann):
        raise InputError("the temperature", t.min(), f"above T_0 = {kauzmann:g}", "the law diverges there")
    return d * kauzmann / (t - kauzmann)


def fragility_index(d: ArrayLike, decades: float = LABORATORY_DECADES) -> float | Array:
    """Return m = (1/T_g) d log10 tau/d(1/T) at T_g of the Vogel-Fulcher law [1]: decades (1 + ln(tau/tau_0)/D)."""
    return scalar_or_array(np.asarray(decades * (1 + decades * log(10) / positive(d, "the fragility D"))))


def barrier_width(d: ArrayLike) -> float | Array:
    """Return the relative width of the barrier distribution, dF/F = 1/(2 sqrt(D))."""
    return scalar_or_array(0.5 / np.sqrt(positive(d, "the fragility D")))


def fragility_index_from_aging(x: ArrayLike) -> float | Array:
    """Return m = 19/x for the nonlinearity parameter x of aging [8]."""
    nonlinearity = positive(x, "the nonlinearity x")
    if np.any(nonlinearity > 1):
        raise InputError("the nonlinearity x", nonlinearity.max(), "between 0 and 1")
    return scalar_or_array(np.asarray(19 / nonlinearity))


def log_aging_rate(temperature: ArrayLike, x: float, activation: float) -> Array:
    """Return ln(k/k_0) = -x dE/T - (1 - x) dE below T_g [8].

    Parameters
    ----------
    temperature : float or array
        T in T_g.
    x : float
        Nonlinearity parameter, 0 to 1.
    activation : float
        dE in k_B T_g.

    Raises
    ------
    InputError
        x is out of range, or a temperature is not positive.
    """
    if not 0 <= x <= 1:
        raise InputError("the nonlinearity x", x, "between 0 and 1")
    return -activation * (x / positive(temperature, "the temperature") + (1 - x))
