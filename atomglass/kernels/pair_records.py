"""The parameters of a pair potential, in the two forms that the kernels use.

`PairParameters` is the inverse power law between particles of any diameters; `FormParameters` holds any other form, or
a potential with species. A particle's *label* is its diameter, or the number of its species if the potential has them.
The *kind* of a pair is the row of the tables that its two species select; it is 0 without species.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atomglass.kernels.pair_form import PairForm
from atomglass.types import Array


class PairParameters(NamedTuple):
    """Parameters of the inverse power law between particles of any diameters.

    Attributes
    ----------
    exponent : int
        Exponent n of the repulsion.
    order : int
        q, the number of derivatives that vanish at the cutoff.
    epsilon : float
        Energy scale of the potential.
    cutoff_squared : float
        z_c = x_c^2, the squared cutoff in units of sigma_ij^2.
    nonadditivity : float
        a in sigma_ij = (sigma_i + sigma_j)/2 (1 - a |sigma_i - sigma_j|), in units of inverse length.
    c0, c2, c4 : float
        Coefficients of 1, z and z^2 (zero beyond q), kept as scalars so that they stay in registers if q <= 2.
    coefficients : (q + 1,) array
        c_0, c_2, c_4, ...: coefficients of z^0, z^1, z^2, ...
    """

    exponent: int
    order: int
    epsilon: float
    cutoff_squared: float
    nonadditivity: float
    c0: float
    c2: float
    c4: float
    coefficients: Array


class FormParameters(NamedTuple):
    """Parameters of a potential of any form, with or without species.

    Attributes
    ----------
    form : PairForm
        The form, which is a type to the compiler.
    shape : float
        Parameter of the form (exponent n, or kappa), 0 if it has none.
    order : int
        Degree of the smoothing polynomial in z.
    nonadditivity : float
        a of the mixing rule, in units of inverse length; not used with species.
    repulsive : bool
        Whether phi >= 0 is proven, so that Monte Carlo moves may be rejected early.
    species : int
        Number S of species; 0 if labels are diameters.
    sigma : (S, S) array
        Pair diameters of the species, in units of length.
    max_cutoff : float
        Largest cutoff of any pair of species, in units of length.
    epsilon, cutoff_squared : (K,) arrays
        Energy scale, and squared cutoff (in units of sigma_ij^2) of each kind; K = max(S^2, 1).
    coefficients : (K, order + 1) array
        Coefficients of 1, z, z^2, ...
    """

    form: PairForm
    shape: float
    order: int
    nonadditivity: float
    repulsive: bool
    species: int
    sigma: Array
    max_cutoff: float
    epsilon: Array
    cutoff_squared: Array
    coefficients: Array


#: Parameters of either sort.
Potential = PairParameters | FormParameters
#: Kinds of the pairs of a list; not used with `PairParameters`.
KindArray = NDArray[np.uint16]
