"""A batch typed by hand in a link: every number comes back exactly, old links are read, and nothing breaks it."""

from __future__ import annotations

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.core.batches_hand import FIRST, MOST_CARRIED, TOO_LONG, BatchError, BatchKind
from bnviz.core.batches_link import packed, unpacked

KIND = BatchKind()
NUMBERS = st.one_of(
    st.integers(-(10**9), 10**9).map(float),
    st.decimals(-1000, 1000, places=3, allow_nan=False).map(float),
    st.floats(-1e9, 1e9, allow_subnormal=False),
)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 8).flatmap(lambda n: st.lists(st.tuples(*[NUMBERS] * n), min_size=1, max_size=64)))
def test_every_number_comes_back_exactly(rows: list[tuple[float, ...]]) -> None:
    assert unpacked(packed(tuple(rows))) == tuple(rows)


def test_a_small_batch_stands_in_the_link_as_before() -> None:
    text = "1_20_0.5~3_24_-0.5~5_30_1.5~7_22_0~4_26_-1~4_28_2.5"
    assert KIND.write(FIRST) == text
    assert KIND.parse(text) == FIRST


def test_the_largest_batch_with_two_decimals_is_carried_and_with_all_digits_is_not() -> None:
    drawn = np.random.default_rng(0).normal(0, 3, (64, 8))
    short = tuple(tuple(row) for row in drawn.round(2).tolist())
    assert KIND.parse(KIND.write(short)) == short
    assert len(KIND.write(short)) <= MOST_CARRIED < sum(len(str(number)) for row in short for number in row)
    long = tuple(tuple(row) for row in drawn.tolist())
    assert KIND.write(long) == TOO_LONG
    with pytest.raises(BatchError, match="too long for a link"):
        KIND.parse(TOO_LONG)


@pytest.mark.parametrize("text", ["z", "zAAAA", "z!", "zé", "z" + "A" * 4000])
def test_what_is_no_packed_batch_is_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="Copy the whole link"):
        KIND.parse(text)


def test_a_text_that_unpacks_to_very_much_is_refused() -> None:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = deflate.compress(b"\x40\xff" + b"\0" * 50_000_000) + deflate.flush()
    with pytest.raises(ValueError, match=r"Copy the whole link|features came"):
        KIND.parse("z" + base64.urlsafe_b64encode(bomb).decode().rstrip("="))
