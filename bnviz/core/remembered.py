"""Functions of a data set that remember what they have computed: of a reader's own table no longer than the table.

`functools.lru_cache` would keep the rows of an own table, or what was made of them, when the last session that held the
table is gone.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

from bnviz.core import own_tables
from bnviz.core.data_settings import Data
from bnviz.core.own_settings import OWN
from bnviz.core.table import Table

P = ParamSpec("P")
T = TypeVar("T")
Owner = weakref.ref[Table] | None


def own_name(arguments: tuple[Any, ...]) -> str:
    """The name of the own table that a data set or an experiment among some arguments is about; empty for none."""
    for argument in arguments:
        data = getattr(argument, "data", argument)
        if isinstance(data, Data) and data.name == OWN:
            return data.table
    return ""


class Remembered(Generic[P, T]):
    """A function with its latest values, like `functools.lru_cache`; those about an own table go with the table.

    Args:
        function: its arguments can be hashed, and a data set or an experiment is one of them.
        most: how many values are remembered.
        apart: the name of an argument that plays no part in the value; it is given by this name.
    """

    def __init__(self, function: Callable[P, T], most: int, apart: str = "") -> None:
        self._function, self._most, self._apart = function, most, apart
        self._usual: dict[Hashable, T] = {}
        self._own: weakref.WeakKeyDictionary[Table, dict[Hashable, T]] = weakref.WeakKeyDictionary()
        self._uses: OrderedDict[tuple[Owner, Hashable], None] = OrderedDict()  # the longest unused first
        self._lock = threading.Lock()
        update_wrapper(self, function)

    def __call__(self, *arguments: P.args, **named: P.kwargs) -> T:
        """The value, computed if it is not there."""
        name = own_name((*arguments, *named.values()))
        table = own_tables.find(name) if name else None
        if name and table is None:  # the function says what is missing
            return self._function(*arguments, **named)
        owner = None if table is None else weakref.ref(table)
        key = (arguments, tuple(sorted(item for item in named.items() if item[0] != self._apart)))
        with self._lock:
            values = self._usual if table is None else self._own.setdefault(table, {})
            if key in values:
                self._uses.move_to_end((owner, key))
                return values[key]
        value = self._function(*arguments, **named)
        with self._lock:
            values[key] = value
            self._uses[owner, key] = None
            self._uses.move_to_end((owner, key))
            self._shorten()
        return value

    def cache_clear(self) -> None:
        """Forget everything."""
        with self._lock:
            for values in (self._usual, *self._own.values()):
                values.clear()
            self._uses.clear()

    def _shorten(self) -> None:
        while len(self._uses) > self._most:
            (owner, key), _ = self._uses.popitem(last=False)
            table = None if owner is None else owner()
            if owner is None:
                self._usual.pop(key, None)
            elif table is not None:
                self._own[table].pop(key, None)


def remembered(most: int, *, apart: str = "") -> Callable[[Callable[P, T]], Remembered[P, T]]:
    """Let a function remember so many values, in the place of `functools.lru_cache`."""
    return lambda function: Remembered(function, most, apart)
