"""The kernel's arithmetic: compiled matrix products, sums and views of flat memory.

Everything is compiled by numba without fast-math: sums keep the order that is written here, infinities and NaN mean
what they mean. One compiled form serves all shapes; there is one for float32 and one for float64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import carray, njit, types  # type: ignore[attr-defined]
from numba.core import cgutils
from numba.extending import intrinsic

from bnviz.core.kernel_cache import use_cache

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": False, "boundscheck": False}
LANES, SHORT = 64, 512


def inner(function: Callable[..., Any]) -> Any:
    """Compile a function that other compiled functions call."""
    return njit(**OPTIONS)(function)


def entry(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls; the machine code is kept on disk where that is possible."""
    return use_cache(njit(**OPTIONS)(function))


@intrinsic
def _place(typing, flat, offset):  # noqa: ARG001
    """The address of flat[offset]."""

    def build(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        return cgutils.gep(builder, array.data, arguments[1])

    return types.CPointer(flat.dtype)(flat, types.intp), build


_address: Any = _place


@inner
def matrix(flat, offset, rows, columns):
    """rows x columns numbers of a flat array from `offset` on, as a matrix in the same memory (no copy)."""
    return carray(_address(flat, offset), (rows, columns))


@inner
def vector(flat, offset, length):
    """`length` numbers of a flat array from `offset` on, in the same memory."""
    return carray(_address(flat, offset), (length,))


@inner
def matmul(a, b, c):  # noqa: C901 - the rest of the rows and columns needs loops of its own
    """c += a b, in blocks of 4 rows of a and 4 rows of b: 16 products for every 4 + 4 numbers that are loaded.

    Args:
        a: N x K, in any memory order.
        b: K x M.
        c: N x M; must not share memory with a or b.
    """
    rows, inside, columns = a.shape[0], a.shape[1], b.shape[1]
    for i in range(0, rows - rows % 4, 4):
        c0, c1, c2, c3 = c[i], c[i + 1], c[i + 2], c[i + 3]
        for k in range(0, inside - inside % 4, 4):
            b0, b1, b2, b3 = b[k], b[k + 1], b[k + 2], b[k + 3]
            p0, p1, p2, p3 = a[i, k], a[i, k + 1], a[i, k + 2], a[i, k + 3]
            q0, q1, q2, q3 = a[i + 1, k], a[i + 1, k + 1], a[i + 1, k + 2], a[i + 1, k + 3]
            r0, r1, r2, r3 = a[i + 2, k], a[i + 2, k + 1], a[i + 2, k + 2], a[i + 2, k + 3]
            s0, s1, s2, s3 = a[i + 3, k], a[i + 3, k + 1], a[i + 3, k + 2], a[i + 3, k + 3]
            for j in range(columns):
                x0, x1, x2, x3 = b0[j], b1[j], b2[j], b3[j]
                c0[j] = c0[j] + p0 * x0 + p1 * x1 + p2 * x2 + p3 * x3
                c1[j] = c1[j] + q0 * x0 + q1 * x1 + q2 * x2 + q3 * x3
                c2[j] = c2[j] + r0 * x0 + r1 * x1 + r2 * x2 + r3 * x3
                c3[j] = c3[j] + s0 * x0 + s1 * x1 + s2 * x2 + s3 * x3
        for k in range(inside - inside % 4, inside):
            b0, p0, q0, r0, s0 = b[k], a[i, k], a[i + 1, k], a[i + 2, k], a[i + 3, k]
            for j in range(columns):
                c0[j] += p0 * b0[j]
                c1[j] += q0 * b0[j]
                c2[j] += r0 * b0[j]
                c3[j] += s0 * b0[j]
    for i in range(rows - rows % 4, rows):
        c0 = c[i]
        for k in range(inside):
            b0, p0 = b[k], a[i, k]
            for j in range(columns):
                c0[j] += p0 * b0[j]


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
    sums[:] = 0
    for i in range(a.shape[0]):
        row = a[i]
        for j in range(a.shape[1]):
            sums[j] += row[j]
