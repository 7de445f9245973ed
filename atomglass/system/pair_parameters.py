"""From the settings of a potential to the parameters that the kernels use."""

from __future__ import annotations

import numpy as np

from atomglass.kernels.pair_form import PairForm
from atomglass.kernels.pair_records import FormParameters, PairParameters
from atomglass.system.pair_forms import FORMS, form_text, inverse_power_coefficients, smoothing_coefficients
from atomglass.system.potential_settings import PairSettings, SpeciesSettings
from atomglass.types import Array


def kind_cutoffs(pair: PairSettings, table: SpeciesSettings | None) -> Array:
    """Return the cutoffs of all kinds of pairs, (K,), in units of sigma_ij; K = S^2 for S species, otherwise 1."""
    if table is not None and table.cutoff is not None:
        return np.array(table.cutoff).ravel()
    return np.full(len(table.names) ** 2 if table else 1, pair.cutoff)


def form_coefficients(pair: PairSettings, cutoff: float) -> Array:
    """Return the coefficients c_0, c_2, ..., c_2q of the smoothing polynomial, in units of epsilon."""
    if pair.form == "inverse_power" and isinstance(pair.order, int):
        assert pair.exponent is not None
        return inverse_power_coefficients(pair.exponent, cutoff, pair.order)
    assert pair.order is not None
    return smoothing_coefficients(form_text(pair.form, pair.exponent, pair.kappa, pair.formula), cutoff, pair.order)


def pair_parameters(pair: PairSettings, table: SpeciesSettings | None) -> PairParameters | FormParameters:
    """Return the parameters in the form that the kernels use.

    Inverse powers between particles of any diameters have their own record, for which the kernels are fastest.
    """
    if pair.form != "inverse_power" or table is not None or not isinstance(pair.order, int):
        return _form_parameters(pair, table)
    assert pair.exponent is not None
    assert pair.cutoff is not None
    c = form_coefficients(pair, pair.cutoff)
    c0, c2, c4 = (float(c[k]) if k <= pair.order else 0.0 for k in range(3))
    return PairParameters(pair.exponent, pair.order, pair.epsilon, pair.cutoff**2, pair.nonadditivity, c0, c2, c4, c)


def _form_parameters(pair: PairSettings, table: SpeciesSettings | None) -> FormParameters:
    """Return the parameters of any form, with tables by kind of pair."""
    cutoffs = kind_cutoffs(pair, table)
    coefficients = {cutoff: form_coefficients(pair, cutoff) for cutoff in np.unique(cutoffs).tolist()}
    sigma = np.array(table.sigma) if table else np.zeros((0, 0))
    return FormParameters(
        form=PairForm(FORMS[pair.form].compiled, pair.formula or ""),
        shape=float(pair.exponent or pair.kappa or 0.0),
        order=pair.order if isinstance(pair.order, int) else 0,
        nonadditivity=pair.nonadditivity,
        repulsive=FORMS[pair.form].repulsive,
        species=len(table.names) if table else 0,
        sigma=sigma,
        max_cutoff=float((cutoffs * sigma.ravel()).max()) if table else 0.0,
        epsilon=pair.epsilon * (np.array(table.epsilon).ravel() if table else np.ones(1)),
        cutoff_squared=cutoffs**2,
        coefficients=np.array([coefficients[cutoff] for cutoff in cutoffs.tolist()]),
    )
