"""What the pictures of a motion share: a window that moves along with the points, as data."""

from __future__ import annotations

import altair as alt
import numpy as np

from bnviz.plots import compose
from bnviz.plots.figure import Column, FrameTable
from bnviz.plots.inputs import Floats, renamed

WINDOW = "window"
PAD = 0.06


def window(moved: Floats, pad: float = PAD) -> FrameTable:
    """The middle of each axis and its length, which keep all points (F, R, 2) in view at every frame.

    They are data and not part of the specification: so the browser keeps its view whatever set is chosen.
    """
    low, high = moved.min(axis=1), moved.max(axis=1)
    middle = (low + high) / 2
    reach = np.maximum((high - low) * (1 + 2 * pad), np.abs(middle) * 1e-3 + 1e-9)
    named = {"x_middle": middle[:, :1], "y_middle": middle[:, 1:], "x_reach": reach[:, :1], "y_reach": reach[:, 1:]}
    return FrameTable(
        WINDOW, [Column(name, values.astype(np.float32), per_frame=True) for name, values in named.items()]
    )


def follow(axis: str, height: int, *, equal: bool) -> alt.Scale:
    """One axis of the window; with `equal` one unit is as long across as upwards."""
    now = f"data('{WINDOW}')[0]"
    lengths = {"x": f"{now}.x_reach / width", "y": f"{now}.y_reach / {height}"}
    pixel = f"max({lengths['x']}, {lengths['y']})" if equal else lengths[axis]
    half = f"{pixel} * {'width' if axis == 'x' else height} / 2"
    ends = [alt.ExprRef(f"{now}.{axis}_middle {sign} {half}") for sign in "-+"]
    return alt.Scale(domainMin=ends[0], domainMax=ends[1], nice=False, zero=False)


def unseen(x: alt.X | None, y: alt.Y) -> alt.Chart:
    """A mark over the window, without which its rows would be left out of the picture."""
    mark: alt.Chart = alt.Chart(alt.NamedData(WINDOW)).mark_point(opacity=0).encode(y=renamed(y, "y_middle"))
    return mark if x is None else mark.encode(x=renamed(x, "x_middle"))


def both(spec: compose.Spec, *, dark: bool) -> tuple[compose.Spec, compose.Spec]:
    """The specification for wide and for narrow windows."""
    return compose.finished(spec, dark=dark, narrow=False), compose.finished(spec, dark=dark, narrow=True)
