"""Memory prefetching. At N = 1e5 a random particle is in no cache, and moves would mostly wait for memory."""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic


def _prefetch_row(typing_context: Any, array: Any, index: Any) -> Any:
    """Prefetch array[index], an element or the beginning of a row, into the first-level cache."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        data = context.make_array(kind)(context, builder, arguments[0])
        strides = cgutils.unpack_tuple(builder, data.strides, kind.ndim)
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        address = builder.gep(builder.bitcast(data.data, byte), [builder.mul(arguments[1], strides[0])])
        of = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        function = cgutils.get_or_insert_function(builder.module, of, "llvm.prefetch.p0")
        builder.call(function, [address, word(0), word(3), word(1)])  # for reading, high locality, data cache
        return context.get_dummy_value()

    return types.void(array, types.intp), codegen


def _do_nothing(array: Any, index: Any) -> None:
    """Replace the instruction where kernels run as plain Python."""


prefetch: Any = _do_nothing if numba.config.DISABLE_JIT else intrinsic(_prefetch_row)  # type: ignore[attr-defined]
