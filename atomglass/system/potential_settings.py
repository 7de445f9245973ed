"""The settings of a potential file: its sections `[pair]`, `[species]` and `[diameters]`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, SerializerFunctionWrapHandler, StringConstraints, model_serializer, model_validator

from atomglass.errors import InputError
from atomglass.kernels.formula import MAX_LENGTH
from atomglass.settings import Settings
from atomglass.system.checks import MAX_SPECIES
from atomglass.system.pair_forms import FORMS, FormName
from atomglass.system.size_laws import AnySizeLaw, PowerLaw

Text = Annotated[str, StringConstraints(min_length=1)]
Positive = Annotated[float, Field(gt=0)]
#: Smallest cutoff, in units of sigma_ij.
MIN_CUTOFF = 0.01
#: Bounds of number densities, in units of length^-d: beyond them the unit of length is not a particle's size.
MIN_DENSITY, MAX_DENSITY = 1e-6, 1e6
#: Settings that only one form has, and that form.
_OWN = {"exponent": "inverse_power", "kappa": "yukawa", "formula": "formula"}


class PairSettings(Settings):
    """The `[pair]` section of a potential file; `cutoff` and `order` may be left out where the form defines them."""

    form: FormName = "inverse_power"
    exponent: int | None = Field(default=None, ge=1, le=60)
    kappa: float | None = Field(default=None, gt=0, le=1000)
    formula: Annotated[str, Field(max_length=MAX_LENGTH)] | None = None
    order: Annotated[int, Field(ge=0, le=8)] | Literal["none"] | None = None
    cutoff: float | None = Field(default=None, ge=MIN_CUTOFF, le=10)
    epsilon: float = Field(default=1.0, gt=0)
    nonadditivity: float = Field(default=0.0, ge=0, lt=1)

    @model_validator(mode="before")
    @classmethod
    def _with_defaults_of_the_form(cls, data: Any) -> Any:
        """Fill in the cutoff and the order that belong to a form, so that settings always contain them."""
        form = data.get("form", "inverse_power") if isinstance(data, dict) else None
        definition = FORMS.get(form) if isinstance(form, str) else None
        if definition is None:
            return data
        own = {"cutoff": definition.cutoff, "order": definition.order}
        return data | {key: value for key, value in own.items() if value is not None and data.get(key) is None}

    @model_validator(mode="after")
    def _complete(self) -> PairSettings:
        definition = FORMS[self.form]
        for key, form in _OWN.items():
            if form == self.form and getattr(self, key) is None:
                raise ValueError(f"the form {self.form} needs the key {key!r}")
            if form != self.form and getattr(self, key) is not None:
                raise ValueError(f"the key {key!r} belongs to the form {form}, not to {self.form}")
        for key, fixed in (("cutoff", definition.cutoff), ("order", definition.order)):
            if getattr(self, key) is None:
                raise ValueError(f"the form {self.form} needs the key {key!r}")
            if fixed is not None and getattr(self, key) != fixed:
                raise ValueError(f"the form {self.form} has {key} = {fixed}; leave the key out")
        return self

    @model_serializer(mode="wrap")
    def _stored(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out settings that are newer than the first studies, at their former values: hashes do not change."""
        former = {"form": "inverse_power", "kappa": None, "formula": None}
        if self.form != "inverse_power":
            former = {"exponent": None, "kappa": None, "formula": None}
        data: dict[str, Any] = serialize(self)
        return {key: value for key, value in data.items() if key not in former or value != former[key]}


class SpeciesSettings(Settings):
    """The `[species]` section of a potential file: tables with one row and one column per species."""

    names: Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1, max_length=MAX_SPECIES + 1)]
    composition: list[Annotated[float, Field(ge=0)]]
    sigma: list[list[Positive]]
    epsilon: list[list[Positive]]
    cutoff: list[list[Annotated[float, Field(ge=MIN_CUTOFF, le=10)]]] | None = None

    @model_validator(mode="after")
    def _tables(self) -> SpeciesSettings:
        number = len(self.names)
        if len(set(self.names)) < number:
            raise ValueError("two species have the same name")
        if len(self.composition) != number or abs(sum(self.composition) - 1) > 1e-9:
            raise ValueError(f"composition must be {number} fractions whose sum is 1, one for each of names")
        for key in ("sigma", "epsilon", "cutoff"):
            table = getattr(self, key)
            if table is None:
                continue
            if len(table) != number or any(len(row) != number for row in table):
                raise ValueError(f"{key} must have {number} rows of {number} numbers, one for each pair of species")
            for i, j in np.argwhere(np.array(table) != np.array(table).T)[:1]:
                a, b = table[i][j], table[j][i]
                raise ValueError(f"{key} is not symmetric: row {i}, column {j} is {a:g}, row {j}, column {i} is {b:g}")
        return self


def check_table(table: SpeciesSettings | None, pair: PairSettings) -> None:
    """Reject what a potential with species cannot have.

    A form with a cutoff of its own, as WCA, would be another one with the cutoffs of a table, and no longer repulsive.

    Raises
    ------
    InputError
        The table has cutoffs although the form has its own, or diameters are mixed by a rule as well.
    """
    if table is None:
        return
    fixed = FORMS[pair.form].cutoff
    if table.cutoff is not None and fixed is not None:
        raise InputError("species.cutoff", table.cutoff, f"none: the form {pair.form} has {fixed:g}", "leave it out")
    if pair.nonadditivity > 0:
        raise InputError("nonadditivity", pair.nonadditivity, "0 with species", "their table gives sigma_ij")


class PotentialSettings(Settings):
    """All settings of a potential file."""

    name: Text
    source: Text
    dimension: Literal[2, 3] | None = None
    density: float = Field(default=1.0, ge=MIN_DENSITY, le=MAX_DENSITY)
    pair: PairSettings
    diameters: AnySizeLaw = PowerLaw()
    species: SpeciesSettings | None = None

    @model_validator(mode="after")
    def _one_mixing_rule(self) -> PotentialSettings:
        check_table(self.species, self.pair)
        if self.species is not None and "diameters" in self.model_fields_set:
            raise ValueError("a potential has [species] or [diameters], not both")
        return self

    @model_serializer(mode="wrap")
    def _stored(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out the section that the potential does not have: hashes of older studies do not change."""
        data: dict[str, Any] = serialize(self)
        absent = "species" if self.species is None else "diameters"
        return {key: value for key, value in data.items() if key != absent}
