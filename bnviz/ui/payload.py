"""What the player is told, packed into bytes: a JSON header, then plain arrays.

The layout is: header length (4 bytes, little endian), header (UTF-8, padded with spaces), arrays. The header
ends and every array starts at a multiple of 8 bytes, so that the browser can use them where they lie.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.plots.figure import Column, FrameTable, SeriesTable
from bnviz.ui.traits import Traits, outline, plain, traits
from bnviz.ui.vega_spec import Spec, compile_spec

ALIGNMENT = 8
ARRAY_TYPES = ("float32", "int32", "uint16", "uint8")
NOTHING: Mapping[str, Traits] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Picture:
    """One chart of the player.

    Attributes:
        id: Its name, unique in the player; a picture with the same id is updated in place.
        title: The heading above it.
        spec: A Vega-Lite specification whose named datasets the tables fill.
        tables: What fills them.
        captions: The sentence under it, or one for each frame.
        alt: What a screen reader says, or one text for each frame.
        columns: How many views stand side by side (facets or concatenated charts).
        half: Whether it may share a row with its neighbour in a wide window.
        narrow: Another specification for containers under 600 px.
        narrow_columns: How many views stand side by side in that one.
        paper: The ground for which its colours are chosen.
        arms: Whether it needs the legend of the arms that stands above all pictures.
    """

    id: str
    title: str
    spec: Spec
    tables: Sequence[FrameTable | SeriesTable]
    captions: str | Sequence[str] = ""
    alt: str | Sequence[str] = ""
    columns: int = 1
    half: bool = False
    narrow: Spec | None = None
    narrow_columns: int = 1
    paper: str = "#ffffff"
    arms: bool = False


@dataclass(frozen=True, eq=False)
class Playback:
    """Which frames a message carries and where they stand in the run.

    Attributes:
        run_id: The name of the run; another name starts afresh.
        steps: The number of updates done at each of the F frames, increasing.
        total_steps: The updates of the whole run, where the slider ends.
        steps_per_epoch: The updates of one pass through the data.
        finished: Whether no frame will follow.
        start: The step to show first; without it the newest.
        visit: Another number takes the reader to `start` again, though the run is the same (the Back button).
        first_frame: The number of the first frame carried. Above 0 the message continues one sent before.
        places: What each frame is called; without names it is "update 12 of 300".
        origin: What the files of its pictures say of where they come from (`bnviz.ui.origin.Origin.told`); a message
            that continues another one leaves it out.
        autoplay: The speed at which a new run starts to play by itself, 1 for 30 frames a second; 0 if it does not.
            Where the reader asked for reduced motion it rests at its end instead.
    """

    run_id: str
    steps: Sequence[int] | NDArray[Any]
    total_steps: int
    steps_per_epoch: float
    finished: bool
    start: int | None = None
    first_frame: int = 0
    visit: int = 0
    places: Sequence[str] = ()
    origin: Mapping[str, object] = field(default_factory=dict)
    autoplay: float = 0.0


@dataclass
class _Writer:
    """Arrays laid one after another, and where each begins."""

    parts: list[bytes] = field(default_factory=list)
    size: int = 0

    def add(self, array: NDArray[Any]) -> dict[str, Any]:
        """Append an array and return how the header refers to it."""
        raw = np.ascontiguousarray(array).tobytes()
        reference = {"type": array.dtype.name, "offset": self.size, "length": int(array.size)}
        padding = -len(raw) % ALIGNMENT
        self.parts.append(raw + b"\0" * padding)
        self.size += len(raw) + padding
        return reference


def _checked(playback: Playback, ids: list[str]) -> NDArray[np.int32]:
    """The steps of the frames, once they and the pictures' ids are known to be possible."""
    steps = np.asarray(playback.steps, dtype=np.int32)
    if steps.ndim != 1 or np.any(np.diff(steps) <= 0):
        raise ValueError(f"Playback.steps must be one increasing list of update counts, got {playback.steps}.")
    if len(set(ids)) < len(ids):
        raise ValueError(f"Every picture needs an id of its own, got {ids}.")
    return steps


def _header(playback: Playback) -> dict[str, Any]:
    """What a message says of the run."""
    return {
        "run": playback.run_id,
        "total": int(playback.total_steps),
        "epoch": float(playback.steps_per_epoch),
        "finished": bool(playback.finished),
        "start": playback.start,
        "visit": int(playback.visit),
        "first": int(playback.first_frame),
        **({"places": list(playback.places)} if playback.places else {}),
        **({"origin": dict(playback.origin)} if playback.origin and not playback.first_frame else {}),
        **({"autoplay": playback.autoplay} if playback.autoplay else {}),
    }


def pack(
    playback: Playback,
    pictures: Sequence[Picture],
    *,
    known: Mapping[str, Traits] = NOTHING,
    again: Collection[str] = (),
) -> bytes:
    """Pack one message to the player.

    Args:
        playback: The frames carried.
        pictures: The charts, in reading order; the per-frame columns and texts have one entry a frame.
        known: The traits of the pictures as the player has them. A message that continues another one leaves out the
            specifications and the columns that stay, where the player has them.
        again: The ids of pictures that carry all frames, also those before `first_frame`.

    Returns:
        The bytes that `assets/player/payload.js` reads.

    Raises:
        ValueError: If lengths disagree, an id appears twice or a column cannot be sent.
    """
    steps = _checked(playback, [picture.id for picture in pictures])
    writer, first = _Writer(), playback.first_frame
    known = known if first else NOTHING
    entries = [
        _picture(p, first + len(steps), known.get(p.id), writer) | {"first": 0}
        if p.id in again
        else _picture(p, len(steps), known.get(p.id), writer)
        for p in pictures
    ]
    header = _header(playback) | {"steps": writer.add(steps), "pictures": entries}
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-(len(text) + 4) % ALIGNMENT)
    return b"".join([struct.pack("<I", len(text)), text, *writer.parts])


def _picture(picture: Picture, frames: int, known: Traits | None, writer: _Writer) -> dict[str, Any]:
    """Describe one picture, but for the traits that the player has."""
    look_hash, stay_hash = traits(picture)
    known_look, known_stay = (None, None) if known is None else known
    tables = [_table(table, frames, writer) for table in picture.tables]
    if stay_hash == known_stay:
        for table in tables:
            table["columns"] = [column for column in table["columns"] if "array" in column]
    entry: dict[str, Any] = {
        "id": picture.id,
        "captions": _texts(picture, "captions", frames),
        "alt": _texts(picture, "alt", frames),
        "tables": tables,
        "outline": outline(picture),
        "stayHash": stay_hash,
    }
    if look_hash == known_look:
        return entry
    look = {
        "spec": json.loads(compile_spec(picture.spec)),
        "narrow": None if picture.narrow is None else json.loads(compile_spec(picture.narrow)),
        "columns": [picture.columns, picture.narrow_columns],
        "paper": picture.paper,
        "arms": picture.arms,
    }
    return entry | {"title": picture.title, "half": picture.half, "look": look, "lookHash": look_hash}


def _table(table: FrameTable | SeriesTable, frames: int, writer: _Writer) -> dict[str, Any]:
    """Describe one table and write its per-frame columns."""
    shapes = {np.shape(column.values)[-1] for column in table.columns}
    if len(shapes) != 1:
        raise ValueError(f"The columns of dataset {table.dataset!r} differ in length: {sorted(shapes)}.")
    rows = shapes.pop()
    return {
        "dataset": table.dataset,
        "kind": "frame" if isinstance(table, FrameTable) else "series",
        "rows": int(rows),
        "columns": [_column(column, (frames, rows), writer) for column in table.columns],
    }


def _column(column: Column, shape: tuple[int, int], writer: _Writer) -> dict[str, Any]:
    """Describe one column: its values, or where its array lies."""
    if not column.per_frame:
        return {"name": column.name, "values": [plain(value) for value in column.values]}
    array = _narrowed(np.asarray(column.values), column.name)
    if array.shape != shape:
        raise ValueError(f"Column {column.name!r} must have shape {shape} (frames, rows), got {array.shape}.")
    return {"name": column.name, "array": writer.add(array)}


def _narrowed(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Return the array in one of the types the browser is told about."""
    if array.dtype.name in ARRAY_TYPES:
        return array
    if array.dtype.kind == "f":
        return array.astype(np.float32)
    if array.dtype.kind == "b":
        return array.astype(np.uint8)
    if array.dtype.kind in "iu" and (not array.size or np.abs(array).max() < 2**31):
        return array.astype(np.int32)
    raise ValueError(f"Column {name!r} has type {array.dtype}; use one of {', '.join(ARRAY_TYPES)}.")


def _texts(picture: Picture, name: str, frames: int) -> str | list[str]:
    """Return one text, or a list with one for each frame."""
    texts: str | Sequence[str] = getattr(picture, name)
    if isinstance(texts, str):
        return texts
    if len(texts) != frames:
        raise ValueError(f"Picture {picture.id!r} has {len(texts)} {name} for {frames} frames.")
    return list(texts)
