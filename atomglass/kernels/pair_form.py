"""The form of a pair potential as a type: each form is compiled into the kernels, with no branch in their loops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numba.core import types
from numba.extending import NativeValue, models, register_model, typeof_impl, unbox


@dataclass(frozen=True)
class PairForm:
    """Name of a form, and the text of a user's formula.

    Attributes
    ----------
    name : str
        inverse_power, lennard_jones, hertz, harmonic, yukawa or formula.
    text : str
        For `formula`, the energy as a function of x = r / sigma_ij.
    """

    name: str
    text: str = ""


class PairFormType(types.Opaque):  # type: ignore[misc]  # numba's classes have no types
    """The compiled counterpart of a `PairForm`: two forms are two types, so that kernels are compiled for each."""

    def __init__(self, form: PairForm) -> None:
        self.form = form
        super().__init__(name=f"PairForm({form.name!r}, {form.text!r})")


@typeof_impl.register(PairForm)
def _type_of(form: PairForm, _context: Any) -> PairFormType:
    return PairFormType(form)


register_model(PairFormType)(models.OpaqueModel)


@unbox(PairFormType)  # type: ignore[untyped-decorator]  # numba has no types
def _unbox(_type: PairFormType, _object: Any, c: Any) -> NativeValue:
    return NativeValue(c.context.get_dummy_value())
