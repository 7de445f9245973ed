"""Checks of a potential that its settings alone cannot express."""

from __future__ import annotations

import numpy as np

from atomglass.errors import InputError
from atomglass.system.pair_forms import FORMS, check_range, form_text
from atomglass.system.pair_parameters import form_coefficients
from atomglass.system.potential_settings import PairSettings, SpeciesSettings
from atomglass.types import Array


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


def check_formula(pair: PairSettings, cutoffs: Array) -> None:
    """Reject a formula that cannot be evaluated, or whose derivatives at a cutoff are not finite, real numbers.

    Raises
    ------
    InputError
        One of these.
    """
    check_range(form_text(pair.form, pair.exponent, pair.kappa, pair.formula), float(cutoffs.max()))
    for cutoff in np.unique(cutoffs).tolist():
        try:
            finite = bool(np.isfinite(form_coefficients(pair, cutoff)).all())
        except TypeError:  # infinities and complex numbers of sympy are no float
            finite = False
        if not finite:
            allowed = f"a real formula with {pair.order} finite derivatives at the cutoff {cutoff:g}"
            raise InputError("formula", pair.formula, allowed, "choose a smaller order or another cutoff")
