"""Energies of eight pairs at once whose data are contiguous in memory: one division is enough."""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from atomglass.kernels.jit import device
from atomglass.kernels.pair_potential import (
    compiled_by_type,
    cutoff_squared,
    pair_diameter,
    pair_energy,
    pair_kind,
)
from atomglass.kernels.pair_records import PairParameters, Potential
from atomglass.kernels.sampling.records import UintArray
from atomglass.kernels.sampling.simd_pair_energy import LANES, broadcast, sum_of_lanes
from atomglass.types import Array

_VECTOR = ir.VectorType(ir.DoubleType(), LANES)
_INDICES = ir.VectorType(ir.IntType(32), LANES)
#: The fast-math flags of all kernels except `reassoc`, so that the order of summation is fixed.
_FLAGS = ("contract", "arcp", "nsz")


def _vector_row_energies(
    typing_context: Any,
    neighbors: Any,
    inverse_squares: Any,
    labels: Any,
    k: Any,
    label: Any,
    partner: Any,
    partner_label: Any,
    nonadditivity: Any,
    cutoff_squared: Any,
    epsilon: Any,
    c0: Any,
    c2: Any,
    c4: Any,
    terms: Any,
    at: Any,
) -> Any:
    """Write phi of the slots k to k + 7 to terms[at:], for exponent 12 and order 2; return their sum."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        b = builder

        def load(n: int, vector: Any, align: int) -> Any:
            data = context.make_array(signature.args[n])(context, b, arguments[n]).data
            return b.load(b.bitcast(b.gep(data, [arguments[3]]), vector.as_pointer()), align=align)

        indices, inverse, other = load(0, _INDICES, 4), load(1, _VECTOR, 8), load(2, _VECTOR, 8)
        sigma, substitute, a, cutoff, epsilon, c0, c2, c4 = (
            broadcast(b, arguments[n]) for n in (4, 6, 7, 8, 9, 10, 11, 12)
        )
        narrow = b.trunc(arguments[5], ir.IntType(32))
        one_index = b.insert_element(ir.Constant(_INDICES, ir.Undefined), narrow, ir.IntType(32)(0))
        wanted = b.shuffle_vector(one_index, one_index, ir.Constant(_INDICES, [0] * LANES))
        other = b.select(b.icmp_unsigned("==", indices, wanted), substitute, other)
        absolute = cgutils.get_or_insert_function(b.module, ir.FunctionType(_VECTOR, [_VECTOR]), "llvm.fabs.v8f64")
        one, half = broadcast(b, ir.DoubleType()(1.0)), broadcast(b, ir.DoubleType()(0.5))
        mixing = b.fsub(one, b.fmul(a, b.call(absolute, [b.fsub(sigma, other)]), _FLAGS), _FLAGS)
        pair = b.fmul(b.fmul(half, b.fadd(sigma, other)), mixing)
        w = b.fmul(b.fmul(pair, pair), inverse)
        z = b.fdiv(one, w)
        w3 = b.fmul(b.fmul(w, w), w)
        polynomial = b.fadd(c0, b.fmul(z, b.fadd(c2, b.fmul(z, c4, _FLAGS), _FLAGS), _FLAGS), _FLAGS)
        phi = b.fmul(epsilon, b.fadd(b.fmul(w3, w3, _FLAGS), polynomial, _FLAGS))
        phi = b.select(b.fcmp_ordered("<", z, cutoff), phi, ir.Constant(_VECTOR, [0.0] * LANES))
        out = context.make_array(signature.args[13])(context, b, arguments[13]).data
        b.store(phi, b.bitcast(b.gep(out, [arguments[14]]), _VECTOR.as_pointer()), align=8)
        return sum_of_lanes(b, phi)

    number, index = types.float64, types.intp
    arrays = (neighbors, inverse_squares, labels)
    return number(*arrays, index, number, index, *[number] * 7, terms, index), codegen


_vector: Any = None if numba.config.DISABLE_JIT else intrinsic(_vector_row_energies)  # type: ignore[attr-defined]


@device
def _scalar_row_energies(
    neighbors: UintArray,
    inverse_squares: Array,
    labels: Array,
    k: int,
    label: float,
    partner: int,
    partner_label: float,
    p: Potential,
    terms: Array,
    at: int,
) -> float:
    """Write the energies of the slots k to k + 7 to terms[at:], for any potential; return their sum."""
    for t in range(LANES):
        other = partner_label if neighbors[k + t] == partner else labels[k + t]
        pair, kind = pair_diameter(label, other, p), pair_kind(label, other, p)
        w = pair * pair * inverse_squares[k + t]
        z = 1.0 / w
        energy = pair_energy(z, w, p, kind)
        terms[at + t] = energy if z < cutoff_squared(kind, p) else 0.0
    low = (terms[at] + terms[at + 4]) + (terms[at + 2] + terms[at + 6])
    return low + ((terms[at + 1] + terms[at + 5]) + (terms[at + 3] + terms[at + 7]))


@device
def _vector_or_scalar_row_energies(
    neighbors: UintArray,
    inverse_squares: Array,
    labels: Array,
    k: int,
    label: float,
    partner: int,
    partner_label: float,
    p: PairParameters,
    terms: Array,
    at: int,
) -> float:
    """Use vector instructions where the potential is the one that they compute."""
    if p.exponent == 12 and p.order <= 2:
        return _vector(  # type: ignore[no-any-return]
            neighbors,
            inverse_squares,
            labels,
            k,
            label,
            partner,
            partner_label,
            p.nonadditivity,
            p.cutoff_squared,
            p.epsilon,
            p.c0,
            p.c2,
            p.c4,
            terms,
            at,
        )
    return _scalar_row_energies(neighbors, inverse_squares, labels, k, label, partner, partner_label, p, terms, at)


def _eight_slot_energies(  # type: ignore[empty-body]
    neighbors: UintArray,
    inverse_squares: Array,
    labels: Array,
    k: int,
    label: float,
    partner: int,
    partner_label: float,
    p: Potential,
    terms: Array,
    at: int,
) -> float:
    """Write the energies of eight successive slots of one particle's row, and return their sum.

    Parameters
    ----------
    neighbors, inverse_squares, labels : (M,) uint32 and float64 arrays
        Neighbors in the slots of all rows, their inverse squared distances, in units of length^-2, and their labels.
    k : int
        The first of the eight slots.
    label : float
        Label of the particle itself.
    partner : int
        Particle whose label is replaced, if it is in the row.
    partner_label : float
        The label that it is given.
    p : PairParameters or FormParameters
        The potential.
    terms : (L,) array
        Overwritten with the energies, in units of epsilon.
    at : int
        Index of the first energy in `terms`.
    """


_fastest: Any = (
    _scalar_row_energies if numba.config.DISABLE_JIT else _vector_or_scalar_row_energies  # type: ignore[attr-defined]
)
eight_slot_energies = compiled_by_type(_eight_slot_energies, _fastest, lambda _form: _scalar_row_energies)
