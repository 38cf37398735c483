"""The facts about two features after each preprocessing: a table, and the sentences that go with the clouds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from bnviz.core.prepared import Pair, Way
from bnviz.core.table_facts import Facts
from bnviz.plots import theme

Line = tuple[str, Callable[[Way], float]]


def _of(name: str, place: int) -> Callable[[Way], float]:
    return lambda way: float(getattr(way.facts, name)[place])


def _single(name: str) -> Callable[[Way], float]:
    return lambda way: float(getattr(way.facts, name))


def _whole(name: str) -> Callable[[Way], float]:
    return lambda way: float(getattr(way.whole or way.facts, name))


def table(pair: Pair, titles: Mapping[str, str]) -> pd.DataFrame:
    """One row a fact, one column a preprocessing, all from the training rows; numbers as they are read.

    Args:
        pair: the two features.
        titles: what each preprocessing is called.
    """
    spread = {"minimum": "minimum", "maximum": "maximum", "mean": "mean", "std": "std", "skew": "skew",
              "kurtosis": "excess kurtosis"}  # fmt: skip
    lines: list[Line] = [
        (f"{words}, {pair.names[place]}", _of(name, place)) for place in (0, 1) for name, words in spread.items()
    ]
    lines += [
        ("correlation", _single("correlation")),
        ("condition number, no bias", _single("condition")),
        ("condition number, with bias", _single("condition_bias")),
        ("largest stable learning rate", _single("largest_rate")),
    ]
    if pair.ways["raw"].whole is not None:
        lines += [
            (f"condition number, all {pair.features} features", _whole("condition_bias")),
            (f"largest rate, all {pair.features} features", _whole("largest_rate")),
        ]
    columns = {titles[method]: [told(read(way)) for _, read in lines] for method, way in pair.ways.items()}
    return pd.DataFrame({"training rows": [words for words, _ in lines], **columns})


def told(value: float) -> str:
    """A fact as it is read: three digits, "∞" for a trough without an end, an em dash where there is none."""
    if np.isposinf(value):
        return "∞"
    return theme.number(0.0 if abs(value) < 1e-12 else value, 3)


def whitened_std(pair: Pair) -> str:
    """The std of a decorrelated feature where it reads otherwise than 1: its variance is 1 with n - 1; "" elsewhere."""
    way = pair.ways["whitened"]
    std = float(way.facts.std.max())
    return told(std) if 0 < std < 1 and told(std) != told(1.0) else ""


def spread_words(pair: Pair) -> str:
    """How different the two features' scales are, and what each preprocessing makes of the loss."""
    std = pair.ways["raw"].facts.std
    wide, thin = (0, 1) if std[0] >= std[1] else (1, 0)
    if not std[wide] > 0:
        return "Both features are constant in the training rows: they tell a network nothing."
    if not std[thin] > 0:
        return f"{pair.names[thin]} is constant in the training rows: it tells a network nothing."
    ratio = std[wide] / std[thin]
    times = f"{float(f'{ratio:.2g}'):,.10g} times as wide as" if ratio >= 1.05 else "about as wide as"
    conditions = {method: told(way.facts.condition_bias) for method, way in pair.ways.items()}
    return (
        f"{pair.names[wide]} spreads {times} {pair.names[thin]}. Condition number of a linear model's "
        f"loss, with a bias: {conditions['raw']} raw, {conditions['minmax']} min-max, {conditions['zscore']} z-score, "
        f"{conditions['whitened']} decorrelated."
    )


def cloud_words(pair: Pair, method: str) -> str:
    """What a screen reader says of one cloud."""
    way = pair.ways[method]
    spans = " and ".join(_span(name, way.facts, place) for place, name in enumerate(way.names))
    return (
        f"Cloud of {len(way.train)} training points and {len(way.test)} test points with both distributions at its "
        f"edges: {spans}; correlation {told(way.facts.correlation)}, condition number {told(way.facts.condition_bias)}."
    )


def _span(name: str, known: Facts, place: int) -> str:
    return f"{name} from {told(float(known.minimum[place]))} to {told(float(known.maximum[place]))}"
