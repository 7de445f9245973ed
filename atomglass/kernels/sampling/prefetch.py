"""Ask for memory ahead of time: at N = 1e5 a random particle lies in no near cache, and waiting is most of a move."""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic


def _touch(typing_context: Any, array: Any, index: Any) -> Any:
    """Begin to load array[index] (a row, if it has rows of four) into the nearest cache; changes no value."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        data = context.make_array(kind)(context, builder, arguments[0])
        strides = cgutils.unpack_tuple(builder, data.strides, kind.ndim)
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        address = builder.gep(builder.bitcast(data.data, byte), [builder.mul(arguments[1], strides[0])])
        of = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        function = cgutils.get_or_insert_function(builder.module, of, "llvm.prefetch.p0")
        builder.call(function, [address, word(0), word(3), word(1)])  # to read, to keep, data
        return context.get_dummy_value()

    return types.void(array, types.intp), codegen


def _no_touch(array: Any, index: Any) -> None:
    """Stand-in where kernels run as plain Python."""


prefetch: Any = _no_touch if numba.config.DISABLE_JIT else intrinsic(_touch)  # type: ignore[attr-defined]
