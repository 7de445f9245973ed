"""The pair potential as a function of z = (r / sigma)^2, which for inverse powers needs no square root.

phi / eps = f(z) - P(z) for z < z_c, where P is the Taylor polynomial of the form f about z_c to order q, so that phi
and its first q derivatives vanish at the cutoff.

Kernels call the functions of this module. They are compiled for the type of the parameters and for the form of the
potential, which is a type too: there is no branch between forms in the loops over pairs. The implementations are in
`inverse_power_pairs` (for `PairParameters`) and `form_pairs` (for `FormParameters`), under the same names.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from numba.extending import overload

from atomglass.kernels import form_pairs
from atomglass.kernels.inverse_power_pairs import IMPLEMENTATIONS
from atomglass.kernels.jit import FAST_MATH
from atomglass.kernels.pair_form import PairForm
from atomglass.kernels.pair_records import KindArray, PairParameters, Potential

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def compiled_by_type(
    function: Callable[_Arguments, _Result],
    inverse: Callable[..., Any],
    general: Callable[[PairForm], Callable[..., Any]],
) -> Callable[_Arguments, _Result]:
    """Return a function that calls `inverse` for `PairParameters` and `general(form)` for `FormParameters`.

    Parameters
    ----------
    function : callable
        Its name, signature and documentation; the parameters of the potential are its argument `p`.
    inverse : callable
        Compiled function with the same arguments.
    general : callable
        Returns the compiled function for a form.
    """
    place = list(inspect.signature(function).parameters).index("p")

    @functools.wraps(function)
    def interpreted(*arguments: Any) -> Any:
        p = arguments[place]
        return (inverse if isinstance(p, PairParameters) else general(p.form))(*arguments)

    def chosen(*types: Any) -> Any:
        record = types[place]
        found = inverse if record.instance_class is PairParameters else general(record.types[0].form)
        return getattr(found, "py_func", found)

    options: Any = {"error_model": "numpy", "fastmath": FAST_MATH, "forceinline": True, "_nrt": False}
    overload(interpreted, jit_options=options, strict=False)(chosen)
    return interpreted  # type: ignore[return-value]


def _by_type(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Find the implementations of a function of this module by its name."""
    name = function.__name__
    return compiled_by_type(function, IMPLEMENTATIONS[name], lambda form: form_pairs.implementations(form)[name])


@_by_type
def pair_diameter(label_i: float, label_j: float, p: Potential) -> float:  # type: ignore[empty-body]
    """Return sigma_ij of two particles.

    Parameters
    ----------
    label_i, label_j : float
        Labels of the two particles: their diameters, in units of length, or their species.
    p : PairParameters or FormParameters
        The potential. Diameters mix as (sigma_i + sigma_j)/2 (1 - a |sigma_i - sigma_j|).
    """


@_by_type
def pair_kind(label_i: float, label_j: float, p: Potential) -> int:  # type: ignore[empty-body]
    """Return the kind of a pair: the row of the tables for its two species, 0 without species.

    Parameters
    ----------
    label_i, label_j : float
        Labels of the two particles.
    p : PairParameters or FormParameters
        The potential.
    """


@_by_type
def store_kind(kinds: KindArray, k: int, label_i: float, label_j: float, p: Potential) -> None:
    """Store the kind of pair k; nothing is done for `PairParameters`, whose pairs are all of one kind.

    Parameters
    ----------
    kinds : (P,) uint16 array
        Kinds of the pairs of a list.
    k : int
        Index of the pair.
    label_i, label_j : float
        Labels of the two particles.
    p : PairParameters or FormParameters
        The potential.
    """


@_by_type
def stored_kind(kinds: KindArray, k: int, p: Potential) -> int:  # type: ignore[empty-body]
    """Return the kind of a pair; for `PairParameters` it is 0 and the array is not read.

    Parameters
    ----------
    kinds : (P,) uint16 array
        Kinds of the pairs of a list.
    k : int
        Index of the pair.
    p : PairParameters or FormParameters
        The potential.
    """


@_by_type
def cutoff_squared(kind: int, p: Potential) -> float:  # type: ignore[empty-body]
    """Return z_c, the squared cutoff of a pair in units of sigma_ij^2."""


@_by_type
def max_cutoff(label: float, max_label: float, p: Potential) -> float:  # type: ignore[empty-body]
    """Return a distance beyond which a particle interacts with no other.

    Parameters
    ----------
    label : float
        Label of the particle.
    max_label : float
        Largest label of all particles.
    p : PairParameters or FormParameters
        The potential.
    """


@_by_type
def is_repulsive(p: Potential) -> bool:  # type: ignore[empty-body]
    """Return whether phi >= 0 and dphi/dz <= 0 are proven."""


@_by_type
def early_bound(bound: float, p: Potential) -> float:  # type: ignore[empty-body]
    """Return the bound above which a partial sum of pair energies decides: infinity unless phi >= 0 is proven."""


@_by_type
def finite_beyond_cutoff(p: Potential) -> bool:  # type: ignore[empty-body]
    """Return whether the potential may be computed, and multiplied by zero, beyond its cutoff."""


@_by_type
def pair_energy(z: float, w: float, p: Potential, kind: int) -> float:  # type: ignore[empty-body]
    """Return the pair energy phi at z < z_c, in units of epsilon.

    Parameters
    ----------
    z, w : float
        (r / sigma_ij)^2 and its inverse. The caller computes both, so that the two divisions run in parallel.
    p : PairParameters or FormParameters
        The potential.
    kind : int
        Kind of the pair.
    """


@_by_type
def pair_energy_slope(z: float, p: Potential, kind: int) -> tuple[float, float]:  # type: ignore[empty-body]
    """Return phi and its first derivative at z < z_c.

    Parameters
    ----------
    z : float
        (r / sigma_ij)^2.
    p : PairParameters or FormParameters
        The potential.
    kind : int
        Kind of the pair.

    Returns
    -------
    phi, slope : float
        phi and dphi/dz, in units of epsilon.
    """


@_by_type
def pair_derivatives(  # type: ignore[empty-body]
    z: float, p: Potential, kind: int
) -> tuple[float, float, float, float, float]:
    """Return phi and its first four derivatives at z < z_c.

    Parameters
    ----------
    z : float
        (r / sigma_ij)^2.
    p : PairParameters or FormParameters
        The potential.
    kind : int
        Kind of the pair.

    Returns
    -------
    phi, first, second, third, fourth : float
        phi and its derivatives with respect to z, in units of epsilon.
    """
