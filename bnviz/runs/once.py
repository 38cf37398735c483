"""What a server has one of, made by whoever asks first, from whichever thread."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")


def once(make: Callable[[], Made]) -> Callable[[], Made]:
    """The same function, which makes its value at the first call and gives that one ever after.

    `functools.cache` would let two threads that ask at the same time make one each.
    """
    lock = threading.Lock()
    made: list[Made] = []

    @functools.wraps(make)
    def get() -> Made:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return get
