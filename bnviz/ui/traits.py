"""Short names of what a picture is made of, so that what the player has need not be sent again."""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from bnviz.plots.figure import FrameTable
from bnviz.ui.vega_spec import compile_spec

if TYPE_CHECKING:
    from bnviz.ui.payload import Picture

Traits = tuple[str, str]  # of a picture's look and of its columns that stay


def traits(picture: Picture) -> Traits:
    """Short names of a picture's look and of its columns that stay; they change with what they name."""
    compiled = [None if spec is None else compile_spec(spec) for spec in (picture.spec, picture.narrow)]
    look = [picture.title, picture.half, *compiled, picture.columns, picture.narrow_columns, picture.paper]
    stays = hashlib.sha256()
    for table in picture.tables:
        for column in table.columns:
            if not column.per_frame:
                stays.update(_raw(column.values))
    return _digest(look), stays.hexdigest()[:16]


def outline(picture: Picture) -> str:
    """A short name of the tables, without their values: frames of the same outline continue each other."""
    tables = [
        [
            table.dataset,
            isinstance(table, FrameTable),
            int(np.shape(table.columns[0].values)[-1]),
            [[column.name, column.per_frame] for column in table.columns],
        ]
        for table in picture.tables
    ]
    return _digest([picture.id, tables])


def _raw(values: Any) -> bytes:
    """Bytes that tell the values of a column that stays from others; numbers are not written out, that takes long."""
    array = np.asarray(values)
    if array.dtype.kind in "fiub":
        return array.tobytes()
    return json.dumps([plain(value) for value in values]).encode()


def plain(value: Any) -> Any:
    """Return a value that JSON knows: NaN and the infinities become null."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _digest(value: Any) -> str:
    """Return a short name for a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
