"""The family of pair potentials, their derivatives to fourth order, and the models in `potentials/*.toml`."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import cached_property
from math import comb
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, StringConstraints

from atomglass.errors import InputError
from atomglass.kernels.pair_potential import PairParameters
from atomglass.settings import Settings, find_toml, read_toml, validated
from atomglass.system.size_laws import AnySizeLaw, PowerLaw
from atomglass.types import Array

Text = Annotated[str, StringConstraints(min_length=1)]


class PairSettings(Settings):
    """The `[pair]` section of a potential file."""

    exponent: int = Field(ge=1, le=60)
    order: int = Field(ge=0, le=8)
    cutoff: float = Field(gt=0, le=10)
    epsilon: float = Field(default=1.0, gt=0)
    nonadditivity: float = Field(default=0.0, ge=0, lt=1)


class PotentialSettings(Settings):
    """All settings of a potential file."""

    name: Text
    source: Text
    dimension: Literal[2, 3] = 2
    density: float = Field(default=1.0, gt=0)
    pair: PairSettings
    diameters: AnySizeLaw = PowerLaw()


@dataclass(frozen=True)
class PairPotential:
    """phi(r) = eps [(sigma/r)^n + sum_{l=0..q} c_2l (r/sigma)^(2l)] for r < x_c sigma, else 0.

    With the coefficients c_2l, phi and its first q derivatives vanish at the cutoff: as a function of z = (r/sigma)^2,
    the polynomial is minus the Taylor polynomial of z^(-n/2) about z_c. The mixing rule of the diameters is
    sigma_ij = (sigma_i + sigma_j)/2 (1 - a |sigma_i - sigma_j|).

    Parameters
    ----------
    exponent : int
        Exponent n of the repulsion.
    order : int
        Number q of derivatives that vanish at the cutoff.
    cutoff : float
        x_c, in units of sigma_ij.
    epsilon : float
        Energy scale eps.
    nonadditivity : float
        a, in units of inverse length.
    name, source : str
        Name and origin of the model.
    dimension, density : int, float
        Space dimension and number density of the model.
    diameters : SizeLaw
        Size distribution of the model.

    Raises
    ------
    InputError
        A parameter is out of range.

    Notes
    -----
    n = 12, q = 2, x_c = 1.25 gives Kumar, Procaccia and Singh, Eq. 10 (they print C0, C2, C4 but not the cutoff).

    Examples
    --------
    >>> potential = ag.PairPotential(exponent=12, order=2, cutoff=1.25)
    >>> potential.coefficients.round(5)
    array([-1.92415,  2.11106, -0.5911 ])
    """

    exponent: int
    order: int
    cutoff: float
    epsilon: float = 1.0
    nonadditivity: float = 0.0
    name: str = "unnamed"
    source: str = ""
    dimension: int = 2
    density: float = 1.0
    diameters: AnySizeLaw = field(default_factory=PowerLaw)

    def __post_init__(self) -> None:
        given = {key: getattr(self, key) for key in PairSettings.model_fields}
        validated(PairSettings, given, f"potential {self.name}")

    @cached_property
    def coefficients(self) -> Array:
        """c_0, c_2, ..., c_2q (in units of epsilon)."""
        m, zc = self.exponent / 2, self.cutoff**2
        # First the Taylor coefficients f^(k)(z_c)/k! of f = z^-m, then the expansion of the powers of z - z_c.
        taylor = [zc**-m]
        for k in range(1, self.order + 1):
            taylor.append(-taylor[-1] * (m + k - 1) / (k * zc))
        coefficients = np.zeros(self.order + 1)
        for k, t in enumerate(taylor):
            for power in range(k + 1):
                coefficients[power] -= t * comb(k, power) * (-zc) ** (k - power)
        return coefficients

    @cached_property
    def parameters(self) -> PairParameters:
        """The parameters in the form that the kernels use."""
        c = self.coefficients
        c0, c2, c4 = (float(c[k]) if k <= self.order else 0.0 for k in range(3))
        return PairParameters(
            self.exponent, self.order, self.epsilon, self.cutoff**2, self.nonadditivity, c0, c2, c4, c
        )

    def pair_diameter(self, sigma_i: ArrayLike, sigma_j: ArrayLike) -> Array:
        """Return sigma_ij of two diameters (or arrays of them)."""
        sigma_i, sigma_j = np.asarray(sigma_i, float), np.asarray(sigma_j, float)
        sigma_ij: Array = (sigma_i + sigma_j) / 2 * (1 - self.nonadditivity * np.abs(sigma_i - sigma_j))
        return sigma_ij

    def phi(self, r: ArrayLike, sigma: ArrayLike = 1.0, derivative: int = 0) -> Array:
        """Return phi(r), or one of its derivatives with respect to r.

        Parameters
        ----------
        r, sigma : float or array
            Distance and pair diameter sigma_ij, in units of length.
        derivative : int
            Order of the derivative, 0 to 4.

        Returns
        -------
        array
            phi or its derivative, in units of epsilon over length^derivative; zero beyond the cutoff.

        Raises
        ------
        InputError
            The order of the derivative is not 0 to 4, or a distance is not positive.
        """
        if derivative not in range(5):
            raise InputError("derivative", derivative, "0, 1, 2, 3 or 4")
        r, sigma = np.asarray(r, float), np.asarray(sigma, float)
        if not np.all(r > 0):
            raise InputError("distance", float(np.min(r)), "> 0")
        x, n = r / sigma, self.exponent
        value = np.prod([-(n + k) for k in range(derivative)]) * x ** (-float(n + derivative))
        for power, c in zip(range(0, 2 * self.order + 1, 2), self.coefficients, strict=True):
            if power >= derivative:
                value = value + c * np.prod([power - k for k in range(derivative)]) * x ** (power - derivative)
        return np.where(x < self.cutoff, self.epsilon * value / sigma**derivative, 0.0)

    def max_cutoff(self, diameters: ArrayLike) -> float:
        """Return the largest distance at which two particles of these diameters can interact."""
        # For a >= 0, sigma_ij <= (sigma_i + sigma_j)/2, which is at most the largest diameter.
        return self.cutoff * float(np.max(diameters))

    def reach(self, diameters: ArrayLike) -> float:
        """Return `max_cutoff`; deprecated."""
        warnings.warn("PairPotential.reach is deprecated: use max_cutoff", DeprecationWarning, stacklevel=2)
        return self.max_cutoff(diameters)

    def check_diameters(self, diameters: Array) -> None:
        """Reject diameters so different that the non-additive rule yields a pair diameter that is not positive.

        Raises
        ------
        InputError
            The spread of the diameters is at least 1/nonadditivity.
        """
        spread = float(diameters.max() - diameters.min())
        if self.nonadditivity * spread >= 1:
            raise InputError(
                "spread of the diameters",
                spread,
                f"below 1/nonadditivity = {1 / self.nonadditivity:g}",
                "check the unit of length: these models take the mean diameter as about 1",
            )


def load_potential(name: str | Path) -> PairPotential:
    """Return the potential of a model in `potentials/`, given its name, or of any TOML file, given its path.

    Raises
    ------
    InputError
        There is no such file, or its content is invalid.

    Examples
    --------
    >>> ag.load_potential("kumar2021").cutoff
    1.25
    """
    path = find_toml(name, "potentials")
    return potential_from(read_toml(path), str(path.name), path.parent)


def potential_from(data: dict[str, Any], source: str, folder: Path | None = None) -> PairPotential:
    """Return the potential described by the content of a TOML file.

    Parameters
    ----------
    data : dict
        The content.
    source : str
        The name of the file, for messages.
    folder : Path or None
        Its folder, from which relative paths start; None for the current one.

    Raises
    ------
    InputError
        A parameter is missing, unknown or out of range.
    """
    settings = validated(PotentialSettings, data, source, folder)
    return PairPotential(
        **settings.pair.model_dump(),
        name=settings.name,
        source=settings.source,
        dimension=settings.dimension,
        density=settings.density,
        diameters=settings.diameters,
    )
