"""The pair-potential family, its derivatives to fourth order, and the models in `potentials/*.toml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import comb
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, StringConstraints

from atomglass.errors import InputError
from atomglass.kernels.pair_potential import PairParameters
from atomglass.settings import Settings, find_toml, read_toml, validated

Text = Annotated[str, StringConstraints(min_length=1)]


class DiameterSettings(Settings):
    """P(sigma) ~ sigma^-power between sigma_max/ratio and sigma_max."""

    maximum: float = Field(default=1.45 / 0.9, gt=0)
    ratio: float = Field(default=2.219, ge=1)
    power: float = 3.0


class PairSettings(Settings):
    """The `[pair]` section of a potential file."""

    exponent: int = Field(ge=1, le=60)
    order: int = Field(ge=0, le=8)
    cutoff: float = Field(gt=0, le=10)
    epsilon: float = Field(default=1.0, gt=0)
    nonadditivity: float = Field(default=0.0, ge=0, lt=1)


class PotentialSettings(Settings):
    """A whole potential file."""

    name: Text
    source: Text
    dimension: Literal[2, 3] = 2
    density: float = Field(default=1.0, gt=0)
    pair: PairSettings
    diameters: DiameterSettings = DiameterSettings()


@dataclass(frozen=True)
class PairPotential:
    """phi(r) = eps [(sigma/r)^n + sum_{l=0..q} c_2l (r/sigma)^(2l)] for r < x_c sigma, else 0.

    The c_2l make phi and its first q derivatives vanish at the cutoff: with z = (r/sigma)^2 their polynomial is the
    Taylor polynomial of z^(-n/2) about z_c. Diameters mix as
    sigma_ij = (sigma_i + sigma_j)/2 (1 - a |sigma_i - sigma_j|).

    Parameters
    ----------
    exponent : int
        n.
    order : int
        q.
    cutoff : float
        x_c, in units of sigma_ij.
    epsilon : float
        Energy unit.
    nonadditivity : float
        a, per unit length.
    name, source : str
        What it is called and where it comes from.
    dimension, density : int, float
        The setting of the model's study: its space dimension and number density.
    diameters : DiameterSettings
        The model's size distribution.

    Notes
    -----
    n = 12, q = 2, x_c = 1.25 gives Kumar, Procaccia and Singh, Eq. 10 (they print C0, C2, C4 but not the cutoff).
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
    diameters: DiameterSettings = field(default_factory=DiameterSettings)

    def __post_init__(self) -> None:
        given = {key: getattr(self, key) for key in PairSettings.model_fields}
        validated(PairSettings, given, f"potential {self.name}")

    @cached_property
    def coefficients(self) -> NDArray[np.float64]:
        """c_0, c_2, ..., c_2q (in units of epsilon)."""
        m, zc = self.exponent / 2, self.cutoff**2
        # f^(k)(z_c)/k! of z^-m, then the powers of (z - z_c) multiplied out.
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
        """The numbers that the kernels read."""
        c = self.coefficients
        c0, c2, c4 = (float(c[k]) if k <= self.order else 0.0 for k in range(3))
        return PairParameters(
            self.exponent, self.order, self.epsilon, self.cutoff**2, self.nonadditivity, c0, c2, c4, c
        )

    def pair_diameter(self, sigma_i: ArrayLike, sigma_j: ArrayLike) -> NDArray[np.float64]:
        """Return sigma_ij of two diameters (or arrays of them)."""
        sigma_i, sigma_j = np.asarray(sigma_i, float), np.asarray(sigma_j, float)
        return (sigma_i + sigma_j) / 2 * (1 - self.nonadditivity * np.abs(sigma_i - sigma_j))

    def phi(self, r: ArrayLike, sigma: ArrayLike = 1.0, derivative: int = 0) -> NDArray[np.float64]:
        """Return phi(r), or its derivative by r.

        Parameters
        ----------
        r, sigma : float or array
            Distance and pair diameter sigma_ij.
        derivative : int
            0 to 4.

        Raises
        ------
        InputError
            Another derivative is asked for, or a distance is not positive.
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

    def reach(self, diameters: ArrayLike) -> float:
        """Return the largest distance at which any two of these diameters can interact."""
        # sigma_ij <= (sigma_i + sigma_j)/2 for a >= 0, which no pair has larger than the largest diameter.
        return self.cutoff * float(np.max(diameters))

    def check_diameters(self, diameters: NDArray[np.float64]) -> None:
        """Refuse diameters so different that the non-additive rule gives a pair diameter of zero or less."""
        spread = float(diameters.max() - diameters.min())
        if self.nonadditivity * spread >= 1:
            raise InputError(
                "spread of the diameters", spread, f"below 1/nonadditivity = {1 / self.nonadditivity:g}",
                "check the unit of length: these models take the mean diameter as about 1",
            )  # fmt: skip


def load_potential(name: str | Path) -> PairPotential:
    """Return the potential of a name in `potentials/`, or of a TOML file given by path.

    Raises
    ------
    InputError
        There is no such file, or it holds a mistake.
    """
    path = find_toml(name, "potentials")
    return potential_from(read_toml(path), str(path.name))


def potential_from(data: dict[str, Any], source: str) -> PairPotential:
    """Return the potential that a TOML file's content describes."""
    settings = validated(PotentialSettings, data, source)
    return PairPotential(
        **settings.pair.model_dump(),
        name=settings.name,
        source=settings.source,
        dimension=settings.dimension,
        density=settings.density,
        diameters=settings.diameters,
    )
