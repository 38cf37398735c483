"""How an experiment names a reader's own table: by its content, never by its rows.

Two kinds of settings. Both refuse to be read from a link: a table stays in the session that has loaded it, and only
that session may put its name into an experiment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bnviz.core.fields import Choice, shown

OWN = "own"
MOST_OWN_ROWS = 5000
"""Rows of an own table that a model sees at most, as many as of a set that is drawn."""

_NAME = re.compile(r"[0-9a-f]{64}-([0-9]{2,5})-([0-9]{1,2})-([0-9]{1,2})")


@dataclass(frozen=True)
class OwnShape:
    """What the name of a table says of it.

    Attributes:
        rows: how many it has.
        features: how many columns of numbers.
        classes: of the target; 0 for a number.
    """

    rows: int
    features: int
    classes: int


def own_shape(name: str) -> OwnShape:
    """The sizes in a table's name.

    Raises:
        ValueError: for a text that is no such name.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{shown(name)} came; the name that a loaded table was given is needed.")
    rows, features, classes = (int(group) for group in found.groups())
    return OwnShape(rows, features, classes)


@dataclass(frozen=True)
class SetName(Choice):
    """The name of a data set; from Python and JSON also `own`, with the name of its table beside it."""

    def read(self, value: Any) -> str:
        return OWN if isinstance(value, str) and value == OWN else super().read(value)

    def parse(self, text: str) -> str:
        if text == OWN:
            raise ValueError(
                "This link is about a table that was loaded in another session, and it stays there. "
                "Load the same table in the inputs lab, then open the link again."
            )
        return super().read(text)


@dataclass(frozen=True)
class TableName:
    """The name of a reader's own table, or an empty text."""

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"{shown(value)} came; the name that a loaded table was given is needed.")
        if value:
            own_shape(value)
        return value

    def parse(self, text: str) -> str:
        """No link names a table; `SetName` says so."""
        return ""

    def write(self, value: Any) -> str:
        return str(value)
