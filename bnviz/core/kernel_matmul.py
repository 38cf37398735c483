"""The matrix product, compiled. Nearly all the arithmetic of training is in here."""

from __future__ import annotations

from bnviz.core.kernel_lanes import WIDTH, add_product, load, store
from bnviz.core.kernel_math import inlined, inner


@inlined
def eight_rows(a, b, start, c, i, j):
    """Eight rows of c, WIDTH columns: every number of b that is loaded serves eight products."""
    c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = load(start, j)
    for k in range(a.shape[1]):
        row = load(b[k], j)
        c0 = add_product(a[i, k], row, c0)
        c1 = add_product(a[i + 1, k], row, c1)
        c2 = add_product(a[i + 2, k], row, c2)
        c3 = add_product(a[i + 3, k], row, c3)
        c4 = add_product(a[i + 4, k], row, c4)
        c5 = add_product(a[i + 5, k], row, c5)
        c6 = add_product(a[i + 6, k], row, c6)
        c7 = add_product(a[i + 7, k], row, c7)
    store(c[i], j, c0)
    store(c[i + 1], j, c1)
    store(c[i + 2], j, c2)
    store(c[i + 3], j, c3)
    store(c[i + 4], j, c4)
    store(c[i + 5], j, c5)
    store(c[i + 6], j, c6)
    store(c[i + 7], j, c7)


@inlined
def two_rows(a, b, start, c, i, j):
    """Two rows of c, WIDTH columns."""
    c0 = c1 = load(start, j)
    for k in range(a.shape[1]):
        row = load(b[k], j)
        c0 = add_product(a[i, k], row, c0)
        c1 = add_product(a[i + 1, k], row, c1)
    store(c[i], j, c0)
    store(c[i + 1], j, c1)


@inlined
def one_row(a, b, start, c, i, j):
    """One row of c, WIDTH columns."""
    c0 = load(start, j)
    for k in range(a.shape[1]):
        c0 = add_product(a[i, k], load(b[k], j), c0)
    store(c[i], j, c0)


@inner
def matmul(a, b, start, c):
    """c = start + a b, in blocks of rows and WIDTH columns that stay in registers until they are done.

    Args:
        a: N x K, in any memory order.
        b: K x M.
        start: M, what every row of c begins with.
        c: N x M; must not share memory with a or b.
    """
    rows = c.shape[0]
    eights, twos = rows - rows % 8, rows - rows % 2
    for j in range(0, c.shape[1], WIDTH):
        for i in range(0, eights, 8):
            eight_rows(a, b, start, c, i, j)
        for i in range(eights, twos, 2):
            two_rows(a, b, start, c, i, j)
        if twos < rows:
            one_row(a, b, start, c, twos, j)
