"""Right answers after all test rows were changed in the same way: with statistics of training, and with their own."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from bnviz.core.inference import Shift
from bnviz.plots import compose, stills, theme
from bnviz.plots.figure import Figure
from bnviz.plots.stills import Mark, Words
from bnviz.plots.theme import percent, plain_number

HEIGHT = 300
LINES = {"eval_mode": ("eval mode", "eval", theme.SOLID), "own": ("own statistics", "recomputed", (8, 4)),
         "bare": ("without norm", "none", (2, 4))}  # fmt: skip
SHIFTED = {
    "clean": ("as they are, eval mode", ""),
    "eval_mode": ("changed, eval mode", "eval"),
    "own": ("changed, own statistics", "recomputed"),
    "bare": ("changed, without norm", "none"),
}


def shift_bars(shift: Shift, clean: float, *, change: tuple[float, float], dark: bool) -> Figure:
    """Test accuracy as it was and after all test rows were changed."""
    values = {"clean": clean, "eval_mode": shift.eval_mode, "own": shift.own, "bare": shift.bare}
    formula = change_words(change)
    caption = (
        f"With {formula}, eval mode falls from {percent(clean)} to {percent(shift.eval_mode)}; with mean and variance "
        f"of the changed test rows the same weights get {percent(shift.own)}; the network without norm gets "
        f"{percent(shift.bare)}."
    )
    if shift.eval_mode >= clean:
        caption = caption.replace("falls from", "goes from")
    drawn = [Mark(label, theme.MODES[mode][dark] if mode else theme.INK[dark]) for label, mode in SHIFTED.values()]
    words = Words("running-shift", "Test accuracy", caption, f"Four bars. {caption}")
    return stills.bars(words, drawn, list(values.values()), title="test accuracy", dark=dark)


def change_words(change: tuple[float, float]) -> str:
    """The change as a formula: x → 0.5x + 1."""
    factor, offset = change
    sign = "−" if offset < 0 else "+"
    return f"x → {factor:g}x {sign} {abs(offset):g}"


def shift_curves(
    shifts: Sequence[Shift], offsets: Sequence[float], change: tuple[float, float], *, dark: bool
) -> Figure:
    """Test accuracy against the offset, with the factor as it is.

    Args:
        shifts: one an offset.
        offsets: growing.
        change: factor and offset that the reader has chosen; the offset is marked.
        dark: the theme.
    """
    factor, offset = change
    marks = [Mark(label, theme.MODES[mode][dark], dash) for label, mode, dash in LINES.values()]
    rows = [
        (label, at, getattr(shift, name), percent(getattr(shift, name)))
        for name, (label, _, _) in LINES.items()
        for at, shift in zip(offsets, shifts, strict=True)
    ]
    named = {name: [getattr(shift, name) for shift in shifts] for name in LINES}
    ranges = "; ".join(
        f"{label} {percent(min(named[name]))} to {percent(max(named[name]))}" for name, (label, _, _) in LINES.items()
    )
    caption = (
        f"With factor {plain_number(factor)}, over offsets {plain_number(offsets[0])} to {offsets[-1]:g}: {ranges}."
    )
    words = Words("running-shift-curve", "Test accuracy against the offset", caption, f"Three lines. {caption}")
    lines = dict(
        zip(("series", "step", "value", "told"), (list(column) for column in zip(*rows, strict=True)), strict=True)
    )
    return stills.still(
        words, _spec(marks, offsets, dark=dark), {"lines": lines, stills.NOW: {"step": [offset]}}, dark=dark
    )


def _spec(marks: Sequence[Mark], offsets: Sequence[float], *, dark: bool) -> compose.Spec:
    x = alt.X(
        "step:Q",
        axis=alt.Axis(title="offset", grid=False, tickCount=5, labelExpr=theme.tick_expr()),
        scale=alt.Scale(domain=[offsets[0], offsets[-1]], nice=False),
    )
    y = alt.Y("value:Q", **stills.value_axis("test accuracy", (0.0, 1.0), share=True))
    base = alt.Chart(alt.NamedData("lines"))
    tooltip = [alt.Tooltip("series:N", title="way"), alt.Tooltip("step:Q", title="offset"),
               alt.Tooltip("told:N", title="test accuracy")]  # fmt: skip
    lines = base.mark_line(strokeWidth=3.5, clip=True).encode(
        x=x, y=y, color=stills.color(marks), strokeDash=stills.dash(marks)
    )
    points = base.mark_circle(size=160, opacity=0).encode(x=x, y=y, tooltip=tooltip)
    return compose.layered(lines, points, stills.now_rule(dark=dark), height=HEIGHT)
