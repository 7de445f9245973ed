"""Pair potentials by form, with or without species, and the models in `potentials/*.toml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from atomglass.errors import InputError, warn_caller
from atomglass.kernels.pair_records import FormParameters, PairParameters
from atomglass.settings import find_toml, read_toml, validated
from atomglass.system.checks import real_array
from atomglass.system.configuration import Configuration
from atomglass.system.pair_forms import FormName, even_polynomial, form_text, form_values, smoothness
from atomglass.system.pair_parameters import form_coefficients, kind_cutoffs, pair_parameters
from atomglass.system.potential_checks import check_formula
from atomglass.system.potential_settings import PairSettings, PotentialSettings, SpeciesSettings, check_table
from atomglass.system.size_laws import AnySizeLaw, PowerLaw
from atomglass.types import Array, typed_arguments


@dataclass(frozen=True)
class PairPotential:
    """phi(r) = eps [f(r/sigma) + sum_{l=0..q} c_2l (r/sigma)^(2l)] for r < x_c sigma, else 0.

    f is one of the forms below. With the coefficients c_2l, phi and its first q derivatives vanish at the cutoff: as a
    function of z = (r/sigma)^2, the polynomial is minus the Taylor polynomial of f about z_c. The pair diameter is
    sigma_ij = (sigma_i + sigma_j)/2 (1 - a |sigma_i - sigma_j|), or, if the potential has species, that of a table.

    Parameters
    ----------
    exponent : int, optional
        Exponent n of `inverse_power`.
    order : int or "none"
        Number q of derivatives that vanish at the cutoff; "none" cuts the potential off as it is.
    cutoff : float
        x_c, in units of sigma_ij.
    epsilon : float
        Energy scale eps.
    nonadditivity : float
        a, in units of inverse length.
    name, source : str
        Name and origin of the model.
    dimension : {2, 3}, optional
        Space dimension of the model; None if it serves both.
    density : float
        Number density of the model.
    diameters : SizeLaw
        Size distribution of the model.
    form : str
        `inverse_power` (x^-n, x = r/sigma), `lennard_jones` (4 (x^-12 - x^-6)), `wca` (the same, cut off at its minimum
        2^(1/6) and shifted), `hertz` (2/5 (1 - x)^(5/2)), `harmonic` ((1 - x)^2/2), `yukawa` (exp(-kappa (x - 1))/x) or
        `formula`. `wca`, `hertz` and `harmonic` have their own cutoff and order.
    kappa : float, optional
        Inverse screening length of `yukawa`, in units of 1/sigma.
    formula : str, optional
        For `formula`: the energy in units of epsilon, as "4*(x^-12 - x^-6)". It may contain numbers, x, + - * / ^, exp,
        log, sqrt and tanh.
    table : SpeciesSettings, optional
        Names, composition, sigma_ij, epsilon_ij and perhaps cutoffs of the species.

    Raises
    ------
    InputError
        A parameter is out of range, missing, or belongs to another form; a formula cannot be used.

    Notes
    -----
    n = 12, q = 2, x_c = 1.25 gives Kumar, Procaccia and Singh, Eq. 10 (they print C0, C2, C4 but not the cutoff).

    Examples
    --------
    >>> potential = ag.PairPotential(exponent=12, order=2, cutoff=1.25)
    >>> potential.coefficients.round(5)
    array([-1.92415,  2.11106, -0.5911 ])
    >>> ag.PairPotential(form="wca").phi(1.0)
    array(1.)
    """

    exponent: int | None = None
    order: int | Literal["none"] = None  # type: ignore[assignment]  # filled in by the form, or refused
    cutoff: float = None  # type: ignore[assignment]  # filled in by the form, or refused
    epsilon: float = 1.0
    nonadditivity: float = 0.0
    name: str = "unnamed"
    source: str = ""
    dimension: int | None = None
    density: float = 1.0
    diameters: AnySizeLaw = field(default_factory=PowerLaw)
    form: FormName = "inverse_power"
    kappa: float | None = None
    formula: str | None = None
    table: SpeciesSettings | None = None

    def __post_init__(self) -> None:
        given = {key: getattr(self, key) for key in PairSettings.model_fields}
        settings = validated(PairSettings, given, f"potential {self.name}")
        for key in ("order", "cutoff"):
            object.__setattr__(self, key, getattr(settings, key))
        check_table(self.table, self._pair)
        if self.form == "formula":
            check_formula(self._pair, self._cutoffs)

    def __repr__(self) -> str:
        species = f", species={self.table.names}" if self.table else ""
        return f"PairPotential({self.name!r}, form={self.form!r}, order={self.order}, cutoff={self.cutoff:g}{species})"

    @property
    def species(self) -> int:
        """Number of species; 0 if the potential mixes diameters."""
        return len(self.table.names) if self.table else 0

    @property
    def interactions(self) -> dict[str, Any]:
        """The settings that define the interactions, in the form of a potential file's sections."""
        pair = self._pair.model_dump(mode="json")
        return pair | ({"species": self.table.model_dump(mode="json")} if self.table else {})

    def space_dimension(self, wanted: int | None = None) -> int:
        """Return the dimension of a new sample: that of the model, or the one wanted if the model serves both.

        Raises
        ------
        InputError
            The model serves both and none is wanted, or it has another dimension.
        """
        allowed = (2, 3) if self.dimension is None else (self.dimension,)
        found = wanted or self.dimension
        if found is None or found not in allowed:
            raise InputError("dimension", wanted, f"{' or '.join(map(str, allowed))} for the potential {self.name}")
        return found

    @property
    def _text(self) -> str:
        return form_text(self.form, self.exponent, self.kappa, self.formula)

    @cached_property
    def sigma(self) -> Array:
        """Pair diameters of the species, (S, S), in units of length; (0, 0) without species."""
        return np.array(self.table.sigma) if self.table else np.zeros((0, 0))

    @cached_property
    def _pair(self) -> PairSettings:
        """The settings of the `[pair]` section of a potential file."""
        return PairSettings(**{key: getattr(self, key) for key in PairSettings.model_fields})

    @cached_property
    def _cutoffs(self) -> Array:
        """Cutoffs of all kinds of pairs, (K,), in units of sigma_ij."""
        return kind_cutoffs(self._pair, self.table)

    @cached_property
    def smoothness(self) -> int:
        """Number q of derivatives of phi that are continuous at the cutoff; -1 if the energy itself jumps."""
        if self.form == "inverse_power" and self.order != "none":
            return self.order
        return min(smoothness(self._text, cutoff, self.order) for cutoff in np.unique(self._cutoffs).tolist())

    @cached_property
    def coefficients(self) -> Array:
        """c_0, c_2, ..., c_2q (in units of epsilon), at the cutoff of pairs of the first species if there are several.

        Without smoothing the only coefficient is 0.
        """
        return form_coefficients(self._pair, float(self._cutoffs[0]))

    @cached_property
    def parameters(self) -> PairParameters | FormParameters:
        """The parameters in the form that the kernels use."""
        return pair_parameters(self._pair, self.table)

    def pair_diameter(self, label_i: ArrayLike, label_j: ArrayLike) -> Array:
        """Return sigma_ij of two diameters (or arrays of them), or of two species if the potential has species."""
        if self.species:
            table: Array = self.sigma[np.asarray(label_i, int), np.asarray(label_j, int)]
            return table
        sigma_i, sigma_j = np.asarray(label_i, float), np.asarray(label_j, float)
        sigma_ij: Array = (sigma_i + sigma_j) / 2 * (1 - self.nonadditivity * np.abs(sigma_i - sigma_j))
        return sigma_ij

    def phi(
        self, r: ArrayLike, sigma: ArrayLike = 1.0, derivative: int = 0, species: tuple[int, int] | None = None
    ) -> Array:
        """Return phi(r), or one of its derivatives with respect to r.

        Parameters
        ----------
        r, sigma : float or array
            Distance and pair diameter sigma_ij, in units of length.
        derivative : int
            Order of the derivative, 0 to 4.
        species : (int, int), optional
            The two species, if the potential has species; `sigma` is then taken from its table.

        Returns
        -------
        array
            phi or its derivative, in units of epsilon over length^derivative; zero beyond the cutoff.

        Raises
        ------
        InputError
            The order of the derivative is not 0 to 4, a distance is not positive, or the species do not exist.
        """
        if isinstance(derivative, bool) or np.ndim(derivative) or derivative not in range(5):
            raise InputError("derivative", derivative, "0, 1, 2, 3 or 4")
        epsilon, cutoff = self.epsilon, float(self._cutoffs[0])
        if self.table is not None:
            i, j = species if species is not None else (-1, -1)
            if not (0 <= i < self.species and 0 <= j < self.species):
                raise InputError("species of the pair", species, f"two numbers from 0 to {self.species - 1}")
            sigma, epsilon = self.sigma[i, j], epsilon * self.table.epsilon[i][j]
            cutoff = float(self._cutoffs[i * self.species + j])
        r, sigma = real_array("distance", r), real_array("sigma", sigma)
        if not np.all(r > 0):
            raise InputError("distance", float(np.min(r)), "> 0")
        x = r / sigma
        value = form_values(self._text, x, derivative)
        value = value + even_polynomial(form_coefficients(self._pair, cutoff), x, derivative)
        return np.where(x < cutoff, epsilon * value / sigma**derivative, 0.0)

    def max_cutoff(self, labels: ArrayLike) -> float:
        """Return the largest distance at which two particles of these diameters, or any two species, can interact."""
        if self.species:
            return float((self._cutoffs * self.sigma.ravel()).max())
        return self.cutoff * float(np.max(labels))

    def reach(self, diameters: ArrayLike) -> float:
        """Return `max_cutoff`; deprecated."""
        warn_caller("PairPotential.reach is deprecated: use max_cutoff", DeprecationWarning)
        return self.max_cutoff(diameters)

    def labels(self, configuration: Configuration) -> Array:
        """Return what the kernels take for each particle: its diameter, or its species if the potential has species.

        Raises
        ------
        InputError
            The configuration lacks diameters or species that the potential needs, has a species without parameters, or
            diameters that the mixing rule does not allow.
        """
        if not self.species:
            if not configuration.sized:
                raise InputError(
                    "diameters of the configuration",
                    "none",
                    f"one per particle: {self.name} mixes diameters",
                    "give those of each type (--diameters-by-type 1=1.0,2=1.4; diameters_by_type=... of ag.read), or "
                    "take a potential with species (--potential)",
                )
            self.check_diameters(configuration.diameters)
            return configuration.diameters.copy()  # writable: kernels would be compiled again for a read-only array
        allowed = f"0 to {self.species - 1} ({', '.join(self.table.names if self.table else ())}) for {self.name}"
        if configuration.species is None:
            raise InputError("species of the configuration", "none", allowed, "give species=...")
        if configuration.species.max() >= self.species:
            raise InputError("largest species of the configuration", int(configuration.species.max()), allowed)
        return configuration.species.astype(np.float64)

    def labeled(self, positions: Array, labels: Array, box: Array) -> Configuration:
        """Return a configuration from the labels of its particles; the inverse of `labels`.

        Parameters
        ----------
        positions : (N, d) array
            In units of length.
        labels : (N,) array
            Diameters, or species, as `labels` returns them.
        box : (d,) or (d, d) array
            The box.
        """
        if not self.species:
            return Configuration(positions, labels, box)
        species = labels.astype(np.int64)
        return Configuration(positions, np.diag(self.sigma)[species], box, species)

    def sized(self, configuration: Configuration) -> Configuration:
        """Return the configuration with diameters, those of its species if it has none; raises what `labels` raises."""
        labels = self.labels(configuration)
        if configuration.sized:
            return configuration
        return configuration.replace(diameters=np.diag(self.sigma)[labels.astype(np.int64)])

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


@typed_arguments
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
        table=settings.species,
    )
