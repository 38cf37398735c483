"""Questions about the two features that are on screen in the inputs lab."""

from __future__ import annotations

import math

import numpy as np

from bnviz.core.prepared import Pair
from bnviz.core.table_facts import Squeeze, squeeze
from bnviz.plots.inputs_table import told
from bnviz.plots.theme import number, percent, plain_number
from bnviz.ui import inputs, inputs_controls
from bnviz.ui.messages import plain, text
from bnviz.ui.quiz_answer import CLOSE, SAME, Live, ranged, ratio, times


def _pair() -> Pair:
    return inputs.pair_of(*inputs_controls.last())


def spread() -> Live | None:
    """The ratio of the standard deviations of the two raw features."""
    pair = _pair()
    first, second = (float(value) for value in pair.ways["raw"].facts.std)
    if not first and not second:
        return None
    found = ratio(first, second)
    return ranged(found, (2, 30, 3000), share=CLOSE).live(
        first=plain(pair.names[0]), second=plain(pair.names[1]), std_first=number(first), std_second=number(second),
        ratio=times(found),
    )  # fmt: skip


def within() -> Live | None:
    """The share of rows within one standard deviation, of the first feature that varies."""
    pair = _pair()
    known = pair.ways["raw"].facts
    there = [place for place in (0, 1) if np.isfinite(known.skew[place])]
    if not there:
        return None
    place = there[0]
    share = float(np.mean(np.abs(pair.ways["zscore"].train[:, place]) <= 1))
    name = plain(pair.names[place])
    return ranged(share, (0.6, 0.73), slack=0.005).live(
        text("quiz.inputs.within", name=name),
        name=name, share=percent(share), skew=number(float(known.skew[place])),
        kurtosis=number(float(known.kurtosis[place])),
    )  # fmt: skip


def rate() -> Live | None:
    """How many times larger the largest stable learning rate is after standardizing."""
    pair = _pair()
    raw, scaled = (pair.ways[method].facts.largest_rate for method in ("raw", "zscore"))
    if not (np.isfinite(raw) and np.isfinite(scaled) and raw > 0):
        return None
    found = scaled / raw
    conditions = {method: told(pair.ways[method].facts.condition_bias) for method in ("raw", "zscore")}
    return ranged(found, (0.8, 1.25, 100), share=SAME).live(
        raw=number(raw), scaled=number(scaled), ratio=number(found, 3), condition_raw=conditions["raw"],
        condition_scaled=conditions["zscore"],
    )  # fmt: skip


def _outlier() -> tuple[dict[str, str], Squeeze] | None:
    """The point that is added on screen, in words, and what it does; None for a feature that does not vary."""
    pair, view = _pair(), inputs_controls.last()[1]
    column = pair.x[pair.train_rows, 0]
    if column.max() <= column.min():
        return None
    found = squeeze(column, view.outlier)
    value, times = number(found.value, 3), plain_number(view.outlier)
    return {"name": plain(pair.names[0]), "value": value, "times": times}, found


def alike() -> Live | None:
    """After which scaling the other rows fill the larger share of the axis: both scalings keep all proportions."""
    there = _outlier()
    if there is None:
        return None
    words, found = there
    share = found.zscore / found.axis
    near = math.isclose(share, found.minmax, rel_tol=1e-9)
    return Live(
        2 if near else int(share > found.minmax), ask=text("quiz.inputs.alike", **words),
        said=words | {"share": percent(share), "zscore": number(found.zscore, 3), "axis": number(found.axis, 3)},
    )  # fmt: skip


def squeezed() -> Live | None:
    """How much room one point more leaves to the other rows under min-max."""
    there = _outlier()
    if there is None:
        return None
    words, found = there
    return ranged(found.minmax, (0.003, 0.03, 0.4), share=CLOSE).live(
        text("quiz.inputs.squeezed", **words), **words, before=percent(found.before), after=percent(found.minmax),
        zscore=number(found.zscore),
    )  # fmt: skip
