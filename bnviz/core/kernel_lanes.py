"""Sixteen numbers at a time: the vector registers of the processor, for compiled functions.

A matrix of 8 columns is too narrow for a compiler that must first prove that its rows share no memory. So the norms
and the matrix product say themselves what is done side by side: `load` takes 16 neighbours of a row, + - * / work on
all of them, `store` puts them back. Beyond the end of a row `load` gives zeros and `store` does nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

WIDTH = 16
INTS = ir.VectorType(ir.IntType(32), WIDTH)


def primitive(function: Callable[..., Any]) -> Any:
    """A function that writes the instructions it stands for."""
    return intrinsic(function)


class Lanes(types.Type):
    """The type of WIDTH numbers in a register."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(f"Lanes({dtype})")


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, ir.VectorType(dmm.lookup(fe_type.dtype).get_value_type(), WIDTH))  # type: ignore[no-untyped-call]


def _constant(number: int) -> Any:
    return ir.Constant(ir.IntType(32), number)


def _spread(builder: Any, number: Any, wide: Any) -> Any:
    """The same number in all lanes."""
    first = builder.insert_element(ir.Constant(wide, ir.Undefined), number, _constant(0))
    return builder.shuffle_vector(first, first, ir.Constant(INTS, [0] * WIDTH))


def _call(builder: Any, result: Any, name: str, arguments: tuple[Any, ...]) -> Any:
    """Call one of LLVM's own functions."""
    form = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, form, name), arguments)


def _window(context: Any, builder: Any, signature: Any, arguments: Any) -> tuple[Any, ...]:
    """Where the lanes of row[first:] lie, their alignment, and which of them are inside the row."""
    row = context.make_array(signature.args[0])(context, builder, arguments[0])
    wide, size = context.get_value_type(Lanes(signature.args[0].dtype)), signature.args[0].dtype.bitwidth // 8
    place = builder.bitcast(cgutils.gep(builder, row.data, arguments[1]), wide.as_pointer())
    left = builder.sub(cgutils.unpack_tuple(builder, row.shape, 1)[0], arguments[1])
    numbered = ir.Constant(INTS, list(range(WIDTH)))
    inside = builder.icmp_signed("<", numbered, _spread(builder, builder.trunc(left, ir.IntType(32)), INTS))
    return wide, f"v{WIDTH}f{8 * size}.p0", place, _constant(size), inside


@primitive
def load_or(typing, row, first, beyond):  # noqa: ARG001
    """row[first : first + WIDTH] of a contiguous vector; a given number beyond its end."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide, name, place, align, inside = _window(context, builder, signature, arguments)
        other = _spread(builder, arguments[2], wide)
        return _call(builder, wide, f"llvm.masked.load.{name}", (place, align, inside, other))

    return Lanes(row.dtype)(row, types.intp, row.dtype), build


@primitive
def load(typing, row, first):  # noqa: ARG001
    """row[first : first + WIDTH] of a contiguous vector; zeros beyond its end."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide, name, place, align, inside = _window(context, builder, signature, arguments)
        nothing = ir.Constant(wide, [0.0] * WIDTH)
        return _call(builder, wide, f"llvm.masked.load.{name}", (place, align, inside, nothing))

    return Lanes(row.dtype)(row, types.intp), build


@primitive
def store(typing, row, first, lanes):  # noqa: ARG001
    """row[first : first + WIDTH] = lanes, up to the end of the row."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _, name, place, align, inside = _window(context, builder, signature, arguments)
        left = cgutils.unpack_tuple(
            builder, context.make_array(signature.args[0])(context, builder, arguments[0]).shape, 1
        )[0]
        full = builder.icmp_signed(">=", builder.sub(left, arguments[1]), ir.Constant(left.type, WIDTH))
        with builder.if_else(full, likely=True) as (whole, part):
            with whole:
                builder.store(arguments[2], place, align=signature.args[0].dtype.bitwidth // 8)
            with part:
                _call(builder, ir.VoidType(), f"llvm.masked.store.{name}", (arguments[2], place, align, inside))
        return context.get_dummy_value()

    return types.none(row, types.intp, lanes), build


@primitive
def everywhere(typing, number):  # noqa: ARG001
    """The same number in all lanes."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _spread(builder, arguments[0], context.get_value_type(signature.return_type))

    return Lanes(number)(number), build


@primitive
def folded(typing, lanes):  # noqa: ARG001
    """The sum of all lanes, halves added to halves."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        lanes, half = arguments[0], WIDTH // 2
        while half:
            upper = ir.Constant(INTS, [(lane + half) % WIDTH for lane in range(WIDTH)])
            lanes, half = builder.fadd(lanes, builder.shuffle_vector(lanes, lanes, upper)), half // 2
        return builder.extract_element(lanes, _constant(0))

    return lanes.dtype(lanes), build


def _known(*operands: Any) -> Any:
    """The type of the lanes among some operands, None where there are none."""
    return next((operand for operand in operands if isinstance(operand, Lanes)), None)


def _elementwise(emit: Callable[[Any, Any, list[Any]], Any]) -> Any:
    """A compiled function of lanes and single numbers, which count for all lanes."""

    def calculate(typing, *operands):  # noqa: ARG001
        lanes = _known(*operands)

        def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            wide = context.get_value_type(lanes)
            pairs = zip(signature.args, arguments, strict=True)
            return emit(
                builder, wide, [value if kind == lanes else _spread(builder, value, wide) for kind, value in pairs]
            )

        return lanes(*(operand if operand == lanes else lanes.dtype for operand in operands)), build

    return calculate


def _operator(function: Any, instruction: str) -> None:
    """Let + - * or / work on lanes."""
    emit = _elementwise(lambda builder, _, xs: getattr(builder, instruction)(*xs))
    calculate: Any = intrinsic(lambda typing, x, y: emit(typing, x, y))  # noqa: PLW0108 - numba reads its arguments

    @overload(function)
    def choose(x, y):
        return (lambda x, y: calculate(x, y)) if _known(x, y) else None  # noqa: PLW0108 - numba compiles it


for function, instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _operator(function, instruction)


def _named(wide: Any, name: str) -> str:
    return f"llvm.{name}.v{WIDTH}f{32 if isinstance(wide.element, ir.FloatType) else 64}"


_add_product = _elementwise(lambda builder, wide, xs: _call(builder, wide, _named(wide, "fmuladd"), tuple(xs)))
_root = _elementwise(lambda builder, wide, xs: _call(builder, wide, _named(wide, "sqrt"), tuple(xs)))
_smaller = _elementwise(lambda builder, _, xs: builder.select(builder.fcmp_ordered("<", *xs), *xs))
_larger = _elementwise(lambda builder, _, xs: builder.select(builder.fcmp_ordered(">", *xs), *xs))


def _power_of_two(builder: Any, wide: Any, xs: list[Any]) -> Any:
    """2^x of whole numbers, written into the exponent's bits."""
    bits, bias, shift = (32, 127, 23) if isinstance(wide.element, ir.FloatType) else (64, 1023, 52)
    whole = ir.VectorType(ir.IntType(bits), WIDTH)
    biased = builder.add(builder.fptosi(xs[0], whole), ir.Constant(whole, [bias] * WIDTH))
    return builder.bitcast(builder.shl(biased, ir.Constant(whole, [shift] * WIDTH)), wide)


_power = _elementwise(_power_of_two)
_nearest = _elementwise(lambda builder, wide, xs: _call(builder, wide, _named(wide, "rint"), tuple(xs)))


@primitive
def power_of_two(typing, x):
    """2^x of lanes that are whole numbers, in the range of normal numbers."""
    return _power(typing, x)


@primitive
def nearest(typing, x):
    """The whole number nearest to each lane."""
    return _nearest(typing, x)


@primitive
def add_product(typing, x, y, total):
    """x * y + total, in one instruction where the processor has it."""
    return _add_product(typing, x, y, total)


@primitive
def root(typing, x):
    """The square root of each lane."""
    return _root(typing, x)


@primitive
def larger(typing, x, y):
    """The larger one of each lane of x and y; y where x is NaN."""
    return _larger(typing, x, y)


@primitive
def smaller(typing, x, y):
    """The smaller one of each lane of x and y; y where x is NaN."""
    return _smaller(typing, x, y)
