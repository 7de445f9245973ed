"""The check of a formula, which needs its derivatives."""

from __future__ import annotations

import numpy as np

from atomglass.errors import InputError
from atomglass.system.pair_forms import check_range, form_text
from atomglass.system.pair_parameters import form_coefficients
from atomglass.system.potential_settings import PairSettings
from atomglass.types import Array


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
