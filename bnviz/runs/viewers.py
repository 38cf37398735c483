"""Who looks at something that is computed once for all: whether anybody has been there lately, and who has seen it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator

VIEWER_SECONDS = 20.0
"""A viewer that has been silent for longer counts no more: its tab may be closed, and nobody says so."""
MOST_VIEWERS = 500


class Viewers:
    """The viewers of one run by name, the longest silent first; of those only the last `MOST_VIEWERS` are known."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def __contains__(self, viewer: object) -> bool:
        """Whether a viewer has been there and has not left."""
        return viewer in self._seen

    def __iter__(self) -> Iterator[str]:
        """Their names, the longest silent first."""
        with self._lock:
            return iter(list(self._seen))

    def __len__(self) -> int:
        """How many are known."""
        return len(self._seen)

    def add(self, viewer: str) -> None:
        """A viewer is there, or still there."""
        with self._lock:
            self._seen[viewer] = time.monotonic()
            self._seen.move_to_end(viewer)
            while len(self._seen) > MOST_VIEWERS:
                self._seen.popitem(last=False)

    def leave(self, viewer: str) -> None:
        """A viewer looks no more."""
        with self._lock:
            self._seen.pop(viewer, None)

    @property
    def watching(self) -> bool:
        """Whether one of them has been there lately."""
        with self._lock:
            last = next(reversed(self._seen.values()), None)
        return last is not None and last >= time.monotonic() - VIEWER_SECONDS
