"""The kernel's arithmetic: compiled sums and views of flat memory.

Everything is compiled by numba without fast-math: sums keep the order that is written here, infinities and NaN mean
what they mean. One compiled form serves all shapes; there is one for float32 and one for float64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import carray, njit, types  # type: ignore[attr-defined]
from numba.core import cgutils

from bnviz.core.kernel_cache import use_cache
from bnviz.core.kernel_lanes import WIDTH, everywhere, load, primitive, store

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": False, "boundscheck": False}
LANES, SHORT = 64, 512


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


@inner
def matrix(flat, offset, rows, columns):
    """rows x columns numbers of a flat array from `offset` on, as a matrix in the same memory (no copy)."""
    return carray(_place(flat, offset), (rows, columns))


@inner
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
def dot(a, b):
    """sum(a * b) of two vectors, in eight partial sums."""
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = a.dtype.type(0)
    even = a.size - a.size % 8
    for i in range(0, even, 8):
        s0 += a[i] * b[i]
        s1 += a[i + 1] * b[i + 1]
        s2 += a[i + 2] * b[i + 2]
        s3 += a[i + 3] * b[i + 3]
        s4 += a[i + 4] * b[i + 4]
        s5 += a[i + 5] * b[i + 5]
        s6 += a[i + 6] * b[i + 6]
        s7 += a[i + 7] * b[i + 7]
    for i in range(even, a.size):
        s0 += a[i] * b[i]
    return ((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7))


@inner
def short_total(a):
    """sum(a) of a short vector, in eight partial sums."""
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = a.dtype.type(0)
    even = a.size - a.size % 8
    for i in range(0, even, 8):
        s0 += a[i]
        s1 += a[i + 1]
        s2 += a[i + 2]
        s3 += a[i + 3]
        s4 += a[i + 4]
        s5 += a[i + 5]
        s6 += a[i + 6]
        s7 += a[i + 7]
    for i in range(even, a.size):
        s0 += a[i]
    return ((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7))


@inner
def short_spread(a, mean):
    """sum((a - mean)^2) of a short vector, in eight partial sums."""
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = a.dtype.type(0)
    even = a.size - a.size % 8
    for i in range(0, even, 8):
        s0 += (a[i] - mean) ** 2
        s1 += (a[i + 1] - mean) ** 2
        s2 += (a[i + 2] - mean) ** 2
        s3 += (a[i + 3] - mean) ** 2
        s4 += (a[i + 4] - mean) ** 2
        s5 += (a[i + 5] - mean) ** 2
        s6 += (a[i + 6] - mean) ** 2
        s7 += (a[i + 7] - mean) ** 2
    for i in range(even, a.size):
        s0 += (a[i] - mean) ** 2
    return ((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7))


@inner
def total(a):
    """sum(a) of a vector, in LANES partial sums where it is long."""
    if a.size < SHORT:
        return short_total(a)
    sums, even = np.zeros(LANES, a.dtype), a.size - a.size % LANES
    for i in range(0, even, LANES):
        part = a[i : i + LANES]
        for j in range(LANES):
            sums[j] += part[j]
    for i in range(even, a.size):
        sums[i - even] += a[i]
    return folded(sums)


@inner
def spread(a, mean):
    """sum((a - mean)^2) of a vector, in LANES partial sums where it is long."""
    if a.size < SHORT:
        return short_spread(a, mean)
    sums, even = np.zeros(LANES, a.dtype), a.size - a.size % LANES
    for i in range(0, even, LANES):
        part = a[i : i + LANES]
        for j in range(LANES):
            sums[j] += (part[j] - mean) ** 2
    for i in range(even, a.size):
        sums[i - even] += (a[i] - mean) ** 2
    return folded(sums)


@inner
def folded(sums):
    """The sum of LANES numbers, halves added to halves."""
    half = LANES // 2
    while half:
        for j in range(half):
            sums[j] += sums[j + half]
        half //= 2
    return sums[0]


@inner
def column_sums(a, sums):
    """sums = what the rows of a add up to."""
    for j in range(0, sums.size, WIDTH):
        whole = everywhere(a.dtype.type(0))
        for i in range(a.shape[0]):
            whole = whole + load(a[i], j)
        store(sums, j, whole)
