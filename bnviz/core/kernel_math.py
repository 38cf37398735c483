"""The kernel's arithmetic: compiled sums and views of flat memory.

Everything is compiled by numba without fast-math: sums keep the order that is written here, infinities and NaN mean
what they mean. One compiled form serves all shapes; there is one for float32 and one for float64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import carray, njit, types  # type: ignore[attr-defined]
from numba.core import cgutils

from bnviz.core.kernel_cache import use_cache
from bnviz.core.kernel_lanes import (
    WIDTH,
    add_product,
    everywhere,
    folded,
    larger,
    load,
    load_or,
    nearest,
    power_of_two,
    primitive,
    smaller,
    store,
)

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": False, "boundscheck": False}
FOUR = 4 * WIDTH
FARTHEST = 87.0  # e^87 and e^-87 are normal numbers in either precision
PER_LN2, LN2_HIGH, LN2_LOW = 1.4426950408889634, 0.693359375, -2.1219444005469057e-4


def inner(function: Callable[..., Any]) -> Any:
    """Compile a function that other compiled functions call."""
    return njit(**OPTIONS)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a function into those that call it, so that what it holds in registers stays there."""
    return njit(forceinline=True, **OPTIONS)(function)


def entry(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls; the machine code is kept on disk where that is possible."""
    return use_cache(njit(**OPTIONS)(function))


@primitive
def _place(typing, flat, offset):  # noqa: ARG001
    """The address of flat[offset]."""

    def build(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        return cgutils.gep(builder, array.data, arguments[1])

    return types.CPointer(flat.dtype)(flat, types.intp), build


@inlined
def matrix(flat, offset, rows, columns):
    """rows x columns numbers of a flat array from `offset` on, as a matrix in the same memory (no copy)."""
    return carray(_place(flat, offset), (rows, columns))


@inlined
def vector(flat, offset, length):
    """`length` numbers of a flat array from `offset` on, in the same memory."""
    return carray(_place(flat, offset), (length,))


@inner
def transpose(a, result):
    """result = a^T, eight rows of a at a time."""
    rows, columns = a.shape
    for i in range(0, rows - rows % 8, 8):
        for j in range(columns):
            for k in range(8):
                result[j, i + k] = a[i + k, j]
    for i in range(rows - rows % 8, rows):
        for j in range(columns):
            result[j, i] = a[i, j]


@inner
def total(a):
    """sum(a) of a vector, in FOUR registers' worth of partial sums."""
    s0 = s1 = s2 = s3 = everywhere(a.dtype.type(0))
    even = a.size - a.size % FOUR
    for i in range(0, even, FOUR):
        s0 = s0 + load(a, i)
        s1 = s1 + load(a, i + WIDTH)
        s2 = s2 + load(a, i + 2 * WIDTH)
        s3 = s3 + load(a, i + 3 * WIDTH)
    for i in range(even, a.size, WIDTH):
        s0 = s0 + load(a, i)
    return folded((s0 + s2) + (s1 + s3))


@inner
def spread(a, mean):
    """sum((a - mean)^2) of a vector, in FOUR registers' worth of partial sums."""
    s0 = s1 = s2 = s3 = everywhere(a.dtype.type(0))
    even = a.size - a.size % FOUR
    for i in range(0, even, FOUR):
        d0, d1 = load(a, i) - mean, load(a, i + WIDTH) - mean
        d2, d3 = load(a, i + 2 * WIDTH) - mean, load(a, i + 3 * WIDTH) - mean
        s0, s1 = add_product(d0, d0, s0), add_product(d1, d1, s1)
        s2, s3 = add_product(d2, d2, s2), add_product(d3, d3, s3)
    for i in range(even, a.size, WIDTH):
        d0 = load_or(a, i, mean) - mean
        s0 = add_product(d0, d0, s0)
    return folded((s0 + s2) + (s1 + s3))


@inner
def column_sums(a, sums):
    """sums = what the rows of a add up to."""
    for j in range(0, sums.size, WIDTH):
        whole = everywhere(a.dtype.type(0))
        for i in range(a.shape[0]):
            whole = whole + load(a[i], j)
        store(sums, j, whole)


@inlined
def exponential(x):
    """e^x of each lane, x being cut at -87 and 87; NaN stays NaN.

    e^x = 2^n e^r with the whole number n nearest to x / ln 2, and the Taylor series of e^r, |r| <= ln(2) / 2.
    """
    x = larger(-FARTHEST, smaller(FARTHEST, x))
    n = nearest(x * PER_LN2)
    r = add_product(n, -LN2_LOW, add_product(n, -LN2_HIGH, x))
    series = add_product(r, 1 / 39916800, 1 / 3628800)
    series = add_product(r, series, 1 / 362880)
    series = add_product(r, series, 1 / 40320)
    series = add_product(r, series, 1 / 5040)
    series = add_product(r, series, 1 / 720)
    series = add_product(r, series, 1 / 120)
    series = add_product(r, series, 1 / 24)
    series = add_product(r, series, 1 / 6)
    series = add_product(r, series, 1 / 2)
    series = add_product(r, series, 1.0)
    return add_product(r, series, 1.0) * power_of_two(n)
