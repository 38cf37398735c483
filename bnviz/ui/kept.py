"""Messages made once for all who ask for the same, bounded in bytes; they keep nothing alive that they tell of."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any
from weakref import WeakKeyDictionary

MESSAGE_BYTES = 64_000_000


class Kept:
    """Messages by what they tell of, the longest unused forgotten first, and each with the end of what it tells of.

    Args:
        most_bytes: of all messages together; the newest is kept whatever its size.
    """

    def __init__(self, most_bytes: int = MESSAGE_BYTES) -> None:
        self.most_bytes = most_bytes
        self._kept: WeakKeyDictionary[Any, dict[Hashable, bytes]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Memory of all messages."""
        return sum(len(message) for messages in list(self._kept.values()) for message in messages.values())

    def get(self, source: object, how: Hashable, make: Callable[[], bytes]) -> bytes:
        """The message about something, made now if it is not there.

        Args:
            source: what it tells of, compared by identity: a recording, say. It is not kept alive.
            how: everything else that it depends on; this is kept, so large things come as weak references.
            make: makes it.
        """
        with self._lock:
            messages = self._kept.pop(source, {})
            self._kept[source] = messages  # now the last
            message = messages.get(how)
        if message is not None:
            return message
        message = make()
        with self._lock:
            messages[how] = message
            self._shorten(message)
        return message

    def _shorten(self, newest: bytes) -> None:
        """Forget the longest unused while there is too much."""
        total = self.nbytes
        for source in list(self._kept):
            messages = self._kept[source]
            for how in list(messages):
                if total <= self.most_bytes or messages[how] is newest:
                    return
                total -= len(messages.pop(how))


MESSAGES = Kept()
"""Those of this server."""
