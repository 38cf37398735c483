"""A line in which long computations of several threads take turns, a slice at a time, in the order of their coming."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

WAIT = 0.2  # seconds between two calls of `pause`
MOST_GROWTH = 16.0  # of a slice over the one before


def nothing() -> None:
    """The pause of whoever stays until the turn has come."""


def grown(updates: float, seconds: float, wanted: float) -> float:
    """How many updates the next slice makes, so that it takes the seconds wanted, if the last one took so many."""
    return max(1, updates * min(MOST_GROWTH, wanted / max(seconds, 1e-6)))


class Line:
    """Who wants to compute stands in line for every slice, so that a short request waits for slices, not for the end.

    A lock would be given to whoever asks at the right moment: most often to the thread that has just let go of it.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()

    def __len__(self) -> int:
        """How many have their turn or wait for it."""
        return len(self._waiting)

    @contextmanager
    def turn(self, pause: Callable[[], object] = nothing) -> Iterator[None]:
        """Wait for one's turn, and have it.

        Args:
            pause: called now and then while waiting; what it raises gives the place in the line up.
        """
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
        try:
            while not self._has_come(ticket):
                pause()
            yield
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _has_come(self, ticket: object) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting[0] is ticket, WAIT)
