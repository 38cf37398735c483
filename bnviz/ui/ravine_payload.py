"""A tree of texts, numbers and arrays as bytes for the browser: a JSON header, then the arrays.

The layout is that of the player: header length (4 bytes, little endian), header (UTF-8, padded), arrays; the header
ends and every array starts at a multiple of 8 bytes.
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np

ALIGNMENT = 8


def pack_tree(tree: dict[str, Any]) -> bytes:
    """Pack a tree.

    Args:
        tree: dictionaries and lists of texts, numbers, None and float32 arrays; numbers that are not finite become
            null.

    Returns:
        One message. Each array stands in the header as {"array": first byte, "length": how many numbers}.
    """
    arrays: list[bytes] = []
    place = 0

    def walk(node: Any) -> Any:
        nonlocal place
        if isinstance(node, dict):
            return {name: walk(value) for name, value in node.items()}
        if isinstance(node, list | tuple):
            return [walk(value) for value in node]
        if isinstance(node, np.ndarray):
            content = _padded(np.ascontiguousarray(node, dtype=np.float32).tobytes(), b"\0")
            arrays.append(content)
            found = {"array": place, "length": node.size}
            place += len(content)
            return found
        return None if isinstance(node, float) and not math.isfinite(node) else node

    header = json.dumps(walk(tree), allow_nan=False, ensure_ascii=False).encode()
    header = _padded(struct.pack("<I", 0) + header, b" ")[4:]
    return b"".join([struct.pack("<I", len(header)), header, *arrays])


def unpack_header(message: bytes) -> dict[str, Any]:
    """The header of a message, as the browser reads it."""
    length = struct.unpack("<I", message[:4])[0]
    header: dict[str, Any] = json.loads(message[4 : 4 + length])
    return header


def _padded(content: bytes, filler: bytes) -> bytes:
    return content + filler * (-len(content) % ALIGNMENT)
