"""The bytes for the browser: a header, then aligned arrays."""

import struct

import numpy as np
import pytest

from bnviz.ui.ravine_payload import pack_tree, unpack_header


def test_a_tree_comes_back():
    tree = {"a": [1, {"b": np.arange(3.0)}], "c": "λ", "d": None, "e": np.eye(2), "f": float("nan")}
    message = pack_tree(tree)
    header = unpack_header(message)
    start = 4 + struct.unpack("<I", message[:4])[0]
    assert start % 8 == 0
    place = header["a"][1]["b"]
    assert (place["array"] % 8, place["length"]) == (0, 3)
    found = np.frombuffer(message, np.float32, place["length"], start + place["array"])
    np.testing.assert_array_equal(found, [0, 1, 2])
    square = header["e"]
    np.testing.assert_array_equal(
        np.frombuffer(message, np.float32, square["length"], start + square["array"]), [1, 0, 0, 1]
    )
    assert (header["c"], header["d"], header["f"]) == ("λ", None, None)


def test_what_json_does_not_know_is_refused():
    with pytest.raises(TypeError):
        pack_tree({"a": {1, 2}})
