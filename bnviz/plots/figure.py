"""A picture as a value: a specification whose data are named, the tables that fill it, and what it says in words."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import altair
import numpy as np
from numpy.typing import NDArray

STEP = "step"


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a table: R values that stay, or an array (F, R) with one row of numbers a frame."""

    name: str
    values: Sequence[Any] | NDArray[Any]
    per_frame: bool = False


@dataclass(frozen=True, eq=False)
class FrameTable:
    """A dataset of R rows that holds the current frame."""

    dataset: str
    columns: Sequence[Column]

    def rows_at(self, frame: int, steps: NDArray[Any]) -> list[dict[str, Any]]:
        """The rows of one frame."""
        return _rows(self.columns, frame)


@dataclass(frozen=True, eq=False)
class SeriesTable:
    """A dataset of F times R rows that holds every frame; it has one more column, `step`."""

    dataset: str
    columns: Sequence[Column]

    def rows_at(self, frame: int, steps: NDArray[Any]) -> list[dict[str, Any]]:
        """The rows of all frames, whichever is shown; rows without any number are left out."""
        moving = [column.name for column in self.columns if column.per_frame]
        return [
            {**row, STEP: int(step)}
            for index, step in enumerate(steps)
            for row in _rows(self.columns, index)
            if any(row[name] is not None for name in moving)
        ]


Table = FrameTable | SeriesTable


@dataclass(frozen=True, eq=False)
class Figure:
    """One picture of a run.

    Attributes:
        id: name, unique among the pictures of a page.
        title: heading.
        spec: Vega-Lite specification whose named datasets the tables fill; its parameter `step` moves the rule.
        tables: what fills them.
        steps: (F,) update counts of the frames.
        captions: the sentence under it, or one a frame.
        alt: what a screen reader says, or one text a frame.
        columns: how many views share the width.
        half: whether it may share a row with its neighbour in a wide window.
        narrow: another specification for less than 600 px.
        narrow_columns: how many views share the width in that one.
        paper: background where the chart stands alone; on a page it lets the page through.
    """

    id: str
    title: str
    spec: dict[str, Any]
    tables: Sequence[Table]
    steps: NDArray[Any]
    captions: str | Sequence[str] = ""
    alt: str | Sequence[str] = ""
    columns: int = 1
    half: bool = False
    narrow: dict[str, Any] | None = None
    narrow_columns: int = 1
    paper: str = "#ffffff"

    def since(self, frame: int) -> Figure:
        """The same picture with the frames from `frame` on, as a message that continues an earlier one."""

        def cut(table: Table) -> Table:
            columns = [replace(c, values=c.values[frame:]) if c.per_frame else c for c in table.columns]
            return replace(table, columns=columns)

        def texts(given: str | Sequence[str]) -> str | Sequence[str]:
            return given if isinstance(given, str) else given[frame:]

        return replace(
            self,
            tables=[cut(table) for table in self.tables],
            steps=self.steps[frame:],
            captions=texts(self.captions),
            alt=texts(self.alt),
        )

    def without_arm_legend(self) -> Figure:
        """The same picture for a page that names the arms once for all its pictures."""
        return replace(self, spec=_without_legend(self.spec), narrow=_without_legend(self.narrow))

    def caption_at(self, frame: int) -> str:
        """The sentence of one frame."""
        return self.captions if isinstance(self.captions, str) else self.captions[frame]

    def spec_at(self, frame: int = -1, *, narrow: bool = False, width: float | str | None = None) -> dict[str, Any]:
        """The specification with the data of one frame in it.

        Args:
            frame: which frame; -1 is the last.
            narrow: take the specification for narrow windows.
            width: of each view, in pixels, or "container".
        """
        frame %= len(self.steps)
        given = copy.deepcopy(self.narrow if narrow and self.narrow is not None else self.spec)
        given["config"] |= {"background": self.paper, "padding": 6}
        given["datasets"] = {table.dataset: table.rows_at(frame, self.steps) for table in self.tables}
        for param in given.get("params", ()):
            if param["name"] == STEP:
                param["value"] = int(self.steps[frame])
        if width is not None:
            _set_width(given, width)
        return given

    def chart_at(self, frame: int = -1, *, narrow: bool = False, width: float | None = None) -> altair.TopLevelMixin:
        """A chart that carries its data, for a notebook; the arguments are those of `spec_at`."""
        return as_chart(self.spec_at(frame, narrow=narrow, width=width))

    def _repr_mimebundle_(self, **_: Any) -> Any:
        """In a notebook a figure shows itself: the last frame, as a chart."""
        return self.chart_at()._repr_mimebundle_()


def as_chart(spec: dict[str, Any], *, validate: bool = False) -> altair.TopLevelMixin:
    """The Altair chart of a specification.

    Raises:
        altair.utils.schemapi.SchemaValidationError: if `validate` is set and it is not valid Vega-Lite.
    """
    kinds: dict[str, Any] = {"vconcat": altair.VConcatChart, "facet": altair.FacetChart, "layer": altair.LayerChart}
    kind = next((kinds[name] for name in kinds if name in spec), altair.Chart)
    chart: altair.TopLevelMixin = kind.from_dict(spec, validate=validate)
    return chart


def _rows(columns: Sequence[Column], frame: int) -> list[dict[str, Any]]:
    values = [column.values[frame] if column.per_frame else column.values for column in columns]
    names = [column.name for column in columns]
    cells = zip(*(map(plain, value) for value in values), strict=True)
    return [dict(zip(names, row, strict=True)) for row in cells]


def plain(value: Any) -> Any:
    """A value that JSON knows: numbers that are not finite become None."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _set_width(spec: dict[str, Any], width: float | str) -> None:
    """Set the width of the views inside facets, concatenations and layers."""
    for child in [spec.get("spec"), *spec.get("vconcat", ())]:
        if child is not None:
            _set_width(child, width)
    if "spec" not in spec and "vconcat" not in spec:
        spec["width"] = width


def _without_legend(spec: Any) -> Any:
    """A copy of a specification in which nothing encoded by arm has a legend."""
    if isinstance(spec, list):
        return [_without_legend(part) for part in spec]
    if not isinstance(spec, dict):
        return spec
    copied = {name: _without_legend(part) for name, part in spec.items()}
    return copied | {"legend": None} if copied.get("field") == "arm" and "legend" in copied else copied
