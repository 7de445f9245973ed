"""Energies of eight pairs at once, by vector instructions (SIMD).

The compiler does not vectorize the loop over the dozen neighbors of a particle, which are scattered in memory and whose
energy decides a branch; the scalar loop takes three times as long.
"""

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
from atomglass.types import Array

#: Number of pairs in a 512-bit vector. Processors with shorter vectors use several of them.
LANES = 8

_NUMBER, _INDEX = ir.DoubleType(), ir.IntType(32)
_VECTOR = ir.VectorType(_NUMBER, LANES)
#: The fast-math flags of all kernels except `reassoc`, so that the order of summation is fixed.
_FLAGS = ("contract", "arcp", "nsz")


def _vector_energies(
    typing_context: Any,
    neighbors: Any,
    squares: Any,
    diameters: Any,
    k: Any,
    diameter: Any,
    nonadditivity: Any,
    cutoff_squared: Any,
    epsilon: Any,
    c0: Any,
    c2: Any,
    c4: Any,
    terms: Any,
    at: Any,
) -> Any:
    """Write phi of the pairs k to k + 7 to terms[at:], for exponent 12 and order 2; return their sum."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        b = builder
        near, square, own, out = (
            context.make_array(signature.args[n])(context, b, arguments[n]).data for n in (0, 1, 2, 11)
        )
        begin, end = arguments[3], arguments[12]
        sigma, a, cutoff, epsilon, c0, c2, c4 = (broadcast(b, arguments[n]) for n in range(4, 11))
        other: Any = ir.Constant(_VECTOR, ir.Undefined)
        for lane in range(LANES):
            index = b.zext(b.load(b.gep(near, [b.add(begin, begin.type(lane))])), begin.type)
            other = b.insert_element(other, b.load(b.gep(own, [index])), _INDEX(lane))
        r2 = b.load(b.bitcast(b.gep(square, [begin]), _VECTOR.as_pointer()), align=8)
        absolute = cgutils.get_or_insert_function(b.module, ir.FunctionType(_VECTOR, [_VECTOR]), "llvm.fabs.v8f64")
        one, half = broadcast(b, _NUMBER(1.0)), broadcast(b, _NUMBER(0.5))
        mixing = b.fsub(one, b.fmul(a, b.call(absolute, [b.fsub(sigma, other)]), _FLAGS), _FLAGS)
        pair = b.fmul(b.fmul(half, b.fadd(sigma, other)), mixing)
        pair2 = b.fmul(pair, pair)
        z, w = b.fdiv(r2, pair2), b.fdiv(pair2, r2)
        w3 = b.fmul(b.fmul(w, w), w)
        polynomial = b.fadd(c0, b.fmul(z, b.fadd(c2, b.fmul(z, c4, _FLAGS), _FLAGS), _FLAGS), _FLAGS)
        phi = b.fmul(epsilon, b.fadd(b.fmul(w3, w3, _FLAGS), polynomial, _FLAGS))
        within = b.fcmp_ordered("<", r2, b.fmul(cutoff, pair2))
        phi = b.select(within, phi, ir.Constant(_VECTOR, [0.0] * LANES))
        b.store(phi, b.bitcast(b.gep(out, [end]), _VECTOR.as_pointer()), align=8)
        return sum_of_lanes(b, phi)

    number = types.float64
    return number(neighbors, squares, diameters, types.intp, *[number] * 7, terms, types.intp), codegen


def broadcast(builder: Any, number: Any) -> Any:
    """Return a vector with this number in all lanes."""
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    one = builder.insert_element(undefined, number, _INDEX(0))
    return builder.shuffle_vector(one, undefined, ir.Constant(ir.VectorType(_INDEX, LANES), [0] * LANES))


def sum_of_lanes(builder: Any, vector: Any) -> Any:
    """Return the sum of the lanes: the halves are added until one number remains."""
    width = LANES
    while width > 1:
        width //= 2
        low, high = (
            builder.shuffle_vector(
                vector, vector, ir.Constant(ir.VectorType(_INDEX, width), list(range(start, start + width)))
            )
            for start in (0, width)
        )
        vector = builder.fadd(low, high)
    return builder.extract_element(vector, _INDEX(0))


_vector: Any = None if numba.config.DISABLE_JIT else intrinsic(_vector_energies)  # type: ignore[attr-defined]


@device
def _scalar_energies(
    neighbors: UintArray,
    squares: Array,
    labels: Array,
    k: int,
    label: float,
    p: Potential,
    terms: Array,
    at: int,
) -> float:
    """Write the energies of the pairs k to k + 7 to terms[at:], for any potential; return their sum."""
    for t in range(LANES):
        other = labels[neighbors[k + t]]
        pair, kind = pair_diameter(label, other, p), pair_kind(label, other, p)
        pair_square = pair * pair
        square = squares[k + t]
        energy = pair_energy(square / pair_square, pair_square / square, p, kind)
        terms[at + t] = energy if square < cutoff_squared(kind, p) * pair_square else 0.0
    low = (terms[at] + terms[at + 4]) + (terms[at + 2] + terms[at + 6])
    return low + ((terms[at + 1] + terms[at + 5]) + (terms[at + 3] + terms[at + 7]))


@device
def _vector_or_scalar_energies(
    neighbors: UintArray,
    squares: Array,
    labels: Array,
    k: int,
    label: float,
    p: PairParameters,
    terms: Array,
    at: int,
) -> float:
    """Use vector instructions where the potential is the one that they compute."""
    if p.exponent == 12 and p.order <= 2:
        return _vector(  # type: ignore[no-any-return]
            neighbors,
            squares,
            labels,
            k,
            label,
            p.nonadditivity,
            p.cutoff_squared,
            p.epsilon,
            p.c0,
            p.c2,
            p.c4,
            terms,
            at,
        )
    return _scalar_energies(neighbors, squares, labels, k, label, p, terms, at)


def _eight_pair_energies(  # type: ignore[empty-body]
    neighbors: UintArray,
    squares: Array,
    labels: Array,
    k: int,
    label: float,
    p: Potential,
    terms: Array,
    at: int,
) -> float:
    """Write the energies of eight pairs of one particle, and return their sum.

    Parameters
    ----------
    neighbors, squares : (M,) uint32 and float64 arrays
        Neighbors of the particle, and their squared distances, in units of length^2.
    labels : (N,) array
        Labels of all particles: diameters or species.
    k : int
        The first of the eight neighbors.
    label : float
        Label of the particle itself.
    p : PairParameters or FormParameters
        The potential.
    terms : (L,) array
        Overwritten with the energies, in units of epsilon.
    at : int
        Index of the first energy in `terms`.
    """


_fastest: Any = _scalar_energies if numba.config.DISABLE_JIT else _vector_or_scalar_energies  # type: ignore[attr-defined]
eight_pair_energies = compiled_by_type(_eight_pair_energies, _fastest, lambda _form: _scalar_energies)
