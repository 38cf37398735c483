"""Questions about the value that is followed in the layer lab."""

from __future__ import annotations

import math

from bnviz.core.followed import Followed
from bnviz.plots.theme import number, plain_number
from bnviz.ui import layer_state
from bnviz.ui.messages import text
from bnviz.ui.quiz_answer import Live, Picked, figures, ranged

SMALL = 1e-3


def _short(value: float) -> str:
    """Four digits, without zeros at the end."""
    return plain_number(float(f"{value:.4g}"))


def _small(value: float) -> str:
    """As it is typed, or as a power of ten where that has many zeros."""
    return plain_number(value) if value >= SMALL else number(value, 1)


def _words(one: Followed) -> dict[str, str]:
    return {
        "rows": str(one.rows),
        "features": str(one.features),
        "all": str(one.rows * one.features),
        "cells": str(one.cells),
        "row": one.row,
        "feature": one.feature,
        "value": _short(one.value),
        "mean": _short(one.mean),
        "var": _short(one.var),
        "eps": _small(one.eps),
    }


def sharing() -> Live | None:
    """How many values share a mean in the layer on screen."""
    one = layer_state.followed()
    if one is None:
        return None
    words = _words(one)
    kinds = ("batch", "row", "all", "one", *(["group"] if one.groups > 1 else []))
    right = 0 if one.kind == "batch" else 4 if one.groups > 1 else 1
    said = text(f"quiz.layer.why_{'batch' if one.kind == 'batch' else 'group' if one.groups > 1 else 'row'}", **words)
    found = Picked(right, options=tuple(text(f"quiz.layer.sharing_{kind}", **words) for kind in kinds))
    return found.live(**words, kind=_kind(one), said=said)


def _kind(one: Followed) -> str:
    return text(f"axes.norm.{one.kind}")


def spread() -> Live | None:
    """The variance that is left after the norm: var / (var + eps)."""
    one = layer_state.followed()
    if one is None:
        return None
    words, what = _words(one) | {"kind": _kind(one)}, "rms" if one.kind == "rms" else "var"
    if one.refused:
        return Live(3, words | {"told": text("quiz.layer.refused", **words)}, ask=text("quiz.layer.spread_var"))
    left = one.var / (one.var + one.eps)
    found = ranged(left, (0.6, 0.9), slack=0.004)
    right, fair = 2 - found.right, frozenset(2 - place for place in found.fair)
    told = text(f"quiz.layer.left_{what}", left=number(left, 3), **words)
    return Live(right, words | {"told": told}, ask=text(f"quiz.layer.spread_{what}", **words), fair=fair)


def value() -> Live | None:
    """What the norm makes of one value."""
    one = layer_state.followed()
    if one is None or one.refused:
        return None
    root, centred = math.sqrt(one.var + one.eps), one.value - one.mean
    found = figures(one.x_hat, centred / (one.var + one.eps), one.value / root, centred, -one.x_hat)
    if found is None:
        return None
    words, what = _words(one), "rms" if one.kind == "rms" else "var"
    return found.live(
        text(f"quiz.layer.value_{what}", **words), **words, x_hat=number(one.x_hat, 3),
        told=text(f"quiz.layer.normed_{what}", x_hat=number(one.x_hat, 3), **words),
    )  # fmt: skip


def running() -> Live | None:
    """The running mean after this batch."""
    one = layer_state.followed()
    if one is None or not math.isfinite(one.after):
        return None
    other = one.momentum * one.before + (1 - one.momentum) * one.mean
    middle = (one.before + one.mean) / 2
    found = figures(one.after, other, one.mean, one.before, middle)
    if found is None:
        return None
    words = _words(one) | {
        "before": _short(one.before),
        "after": number(one.after, 3),
        "momentum": plain_number(one.momentum),
        "keep": plain_number(round(1 - one.momentum, 6)),
        "other": number(other, 3),
    }
    return found.live(text("quiz.layer.running", **words), **words)
