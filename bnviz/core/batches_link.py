"""A batch typed by hand as a short text for a link: every number exactly, in a fraction of the letters.

A feature whose numbers have few decimals is stored as whole numbers (12.5 with one decimal is 125), any other as
float64; feature by feature, deflated (RFC 1951), in base64 with the letters that a link may hold (RFC 4648, section 5).
"""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Sequence

import numpy as np

Rows = tuple[tuple[float, ...], ...]

MOST_DECIMALS, DOUBLE = 9, 255
WHOLE = ("<i1", "<i2", "<i4")  # the number types of a feature that is stored as whole numbers
MOST_BYTES = 64 * 8 * 8 + 64  # what a link unpacks to at most: the largest batch as doubles, and room for the heads


def packed(rows: Rows) -> str:
    """The rows as letters, digits, "-" and "_"; `unpacked` gives exactly them back."""
    parts = [struct.pack("<BB", len(rows), len(rows[0])), *(_column(column) for column in zip(*rows, strict=True))]
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    small = deflate.compress(b"".join(parts)) + deflate.flush()
    return base64.urlsafe_b64encode(small).decode().rstrip("=")


def unpacked(text: str) -> Rows:
    """The rows that `packed` has made a text of.

    Raises:
        ValueError: when it has not.
    """
    try:
        inflate = zlib.decompressobj(-15)
        raw = inflate.decompress(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)), MOST_BYTES)
        count, features = struct.unpack_from("<BB", raw)
        place, columns = 2, []
        for _ in range(features):
            kind, decimals = struct.unpack_from("<BB", raw, place)
            whole = np.dtype("<f8" if decimals == DOUBLE else WHOLE[kind])
            values = np.frombuffer(raw, whole, count, place + 2).tolist()
            columns.append([float(one) if decimals == DOUBLE else _decimal(one, decimals) for one in values])
            place += 2 + count * whole.itemsize
    except (ValueError, IndexError, binascii.Error, zlib.error, struct.error):
        raise ValueError(f"{text[:40]!r} came, which is no packed batch. Copy the whole link.") from None
    return tuple(zip(*columns, strict=True))


def _decimal(whole: int, decimals: int) -> float:
    return float(f"{whole}e-{decimals}")


def _column(values: Sequence[float]) -> bytes:
    """One feature: the number of its type, its decimals, its numbers."""
    for decimals in range(MOST_DECIMALS + 1):
        whole = [round(value * 10**decimals) for value in values]
        if any(_decimal(one, decimals) != value for one, value in zip(whole, values, strict=True)):
            continue
        reach = max(map(abs, whole))
        kind = next((place for place, bits in enumerate((7, 15, 31)) if reach < 2**bits), None)
        if kind is not None:
            return struct.pack("<BB", kind, decimals) + np.array(whole, WHOLE[kind]).tobytes()
    return struct.pack("<BB", 0, DOUBLE) + np.array(values, "<f8").tobytes()
