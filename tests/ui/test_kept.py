"""Messages that are kept: once for all, bounded in bytes, and gone with what they tell of."""

import gc
import weakref

import pytest

from bnviz.ui.kept import Kept


class Source:
    """What a message tells of."""


def test_a_message_is_made_once_for_each_source_and_look():
    kept, made, one, two = Kept(), [], Source(), Source()

    def make():
        made.append(1)
        return bytes(10)

    first = kept.get(one, "light", make)
    assert kept.get(one, "light", make) is first
    kept.get(one, "dark", make)
    kept.get(two, "light", make)
    assert (len(made), kept.nbytes) == (3, 30)


def test_the_message_goes_with_what_it_tells_of():
    kept, one = Kept(), Source()
    gone = weakref.ref(one)
    kept.get(one, (weakref.ref(one),), lambda: bytes(10))
    del one
    gc.collect()
    assert gone() is None
    assert kept.nbytes == 0


def test_the_longest_unused_is_forgotten_and_the_newest_stays():
    kept, sources = Kept(25), [Source() for _ in range(3)]
    kept.get(sources[0], "", lambda: bytes(10))
    kept.get(sources[1], "", lambda: bytes(10))
    kept.get(sources[0], "", lambda: pytest.fail("It is there."))
    kept.get(sources[2], "", lambda: bytes(10))
    assert kept.nbytes == 20
    kept.get(sources[0], "", lambda: pytest.fail("It was used last."))
    kept.get(sources[1], "", lambda: bytes(100))
    assert kept.nbytes == 100
