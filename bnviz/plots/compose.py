"""Charts put together into Vega-Lite specifications: layers over each other, in a grid, one below the other.

Altair copies whole charts whenever it combines them, which costs more than everything else in a figure together. So
the single charts are Altair's and what holds them together is plain.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from bnviz.plots import theme
from bnviz.plots.figure import STEP

Spec = dict[str, Any]
SCHEMA = alt.SCHEMA_URL
KEPT = 64  # specifications of one kind of chart: building one takes longer than filling it, and nobody changes it


def single(chart: alt.Chart) -> Spec:
    """One chart without what belongs to the whole picture."""
    spec: Spec = chart.to_dict(validate=False)
    kept = {key: value for key, value in spec.items() if key not in ("config", "$schema", "datasets", "data")}
    if chart["data"] is alt.Undefined:
        return kept
    # Altair moves rows to the top of a specification, where this one is not; here they are put back.
    rows = spec.get("datasets", {}).get(spec["data"]["name"])
    return {**kept, "data": spec["data"] if rows is None else {"values": rows}}


def grounded(base: alt.Chart, looks: dict[str, Any], ink: str | alt.Color, *, dark: bool) -> list[alt.Chart]:
    """Letters behind which the same letters stand as a ground, so that they can be read where lines cross them.

    Args:
        base: encoded, without a mark.
        looks: of the letters, without a colour.
        ink: their colour, or what gives it.
        dark: the theme.
    """
    paper = theme.PAPER[dark]
    ground = looks | {"color": paper, "stroke": paper, "strokeWidth": 5, "strokeJoin": "round", "aria": False}
    front = base.mark_text(**looks, color=ink) if isinstance(ink, str) else base.mark_text(**looks).encode(color=ink)
    return [base.mark_text(**ground), front]


def layered(*charts: alt.Chart | Spec, data: str | None = None, height: int | None = None, **more: Any) -> Spec:
    """Charts over each other, the last in front; those without data of their own draw the dataset `data`."""
    layers = [chart if isinstance(chart, dict) else single(chart) for chart in charts]
    spec: Spec = {"layer": layers, **more}
    if data is not None:
        spec["data"] = {"name": data}
    return spec if height is None else {**spec, "height": height, "width": 150}


def grid(cell: Spec, row: Spec, column: Spec, *, narrow: bool) -> Spec:
    """The cell once a row and column of the data."""
    data = {key: cell[key] for key in ("data",)}
    inner = {key: value for key, value in cell.items() if key != "data"}
    return {**data, "facet": {"row": row, "column": column}, "spacing": _spacing(narrow), "spec": inner}


def wrapped(cell: Spec, facet: Spec, *, columns: int, narrow: bool) -> Spec:
    """The cell once a value of one field, so many side by side."""
    inner = {key: value for key, value in cell.items() if key != "data"}
    return {"data": cell["data"], "facet": facet, "columns": columns, "spacing": _spacing(narrow), "spec": inner}


def _spacing(narrow: bool) -> Spec:
    return {"column": 8 if narrow else 16, "row": 6 if narrow else 10}


def finished(spec: Spec, *, dark: bool, narrow: bool, steps: bool = True) -> Spec:
    """The whole picture: with the theme and, over the updates, with the parameter `step`."""
    params = {"params": [{"name": STEP, "value": 0}]} if steps else {}
    return {"$schema": SCHEMA, "config": theme.config(dark=dark, small=narrow), **params, **spec}
