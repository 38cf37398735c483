"""The tables that readers have loaded, as long as somebody holds them: in memory only, found by their content alone.

Nothing lists them. A table is forgotten when the last session or run that holds it is gone.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import threading
from weakref import WeakValueDictionary

import numpy as np

from bnviz.core.own_settings import own_shape
from bnviz.core.table import Table

_known: WeakValueDictionary[str, Table] = WeakValueDictionary()
_lock = threading.Lock()


def name_of(table: Table) -> str:
    """The SHA-256 of everything in a table, and its sizes."""
    digest = hashlib.sha256(json.dumps([table.x.shape, table.feature_names, table.class_names]).encode())
    digest.update(np.ascontiguousarray(table.x, dtype=np.float64).tobytes())
    digest.update(np.ascontiguousarray(table.y, dtype=np.float64).tobytes())
    return f"{digest.hexdigest()}-{len(table.x)}-{table.x.shape[1]}-{table.classes}"


def keep(table: Table) -> tuple[str, Table]:
    """Let a table be found while the caller holds what comes back.

    Args:
        table: all features, and the target.

    Returns:
        The name of the table, and the one object that all who have loaded the same table share.
    """
    name = name_of(table)
    own_shape(name)
    with _lock:
        return name, _known.setdefault(name, table)


def find(name: str) -> Table | None:
    """The table of this name; None where nobody holds it any more, or never did."""
    with _lock:
        return _known.get(name)


def pack(name: str) -> str | None:
    """The table of this name as text, for another process; None where there is none."""
    table = find(name)
    if table is None:
        return None
    file = io.BytesIO()
    np.savez(
        file,
        x=table.x,
        y=table.y,
        classes=np.array(table.classes),
        feature_names=np.array(json.dumps(table.feature_names)),
        class_names=np.array(json.dumps(table.class_names)),
    )
    return base64.b64encode(file.getvalue()).decode("ascii")


def unpack(text: str) -> Table:
    """What `pack` wrote, found by its name from now on while the caller holds it."""
    with np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=False) as file:
        names = (tuple(json.loads(str(file[key]))) for key in ("feature_names", "class_names"))
        return keep(Table(file["x"], file["y"], int(file["classes"]), *names))[1]
