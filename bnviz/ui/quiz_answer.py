"""What a question about the screen comes down to: the right option now, and options that fit what was measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

import streamlit as st

from bnviz.plots.theme import number
from bnviz.ui.messages import text

_KEPT = "quiz_kept"
CLOSE = 0.02
"""Numbers that differ by this share or less are not told apart."""
Made = TypeVar("Made")


@dataclass(frozen=True)
class Live:
    """What is right now.

    Attributes:
        right: the place of the right option.
        said: what the {names} of the options and of the explanation stand for.
        options: the options, where the question has none of its own.
        ask: the question as it is to be asked now, where it depends on what is on screen.
        fair: places of other options that count as right as well, because what is on screen does not tell them apart.
        scenario: the id of the scenario that shows it, where that depends on what is on screen.
    """

    right: int
    said: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    ask: str = ""
    fair: frozenset[int] = frozenset()
    scenario: str = ""

    def accepts(self, place: int) -> bool:
        """Whether an option counts as right."""
        return place == self.right or place in self.fair


@dataclass(frozen=True)
class Picked:
    """Options with the place of the right one, and of those that count as right as well."""

    right: int
    fair: frozenset[int] = frozenset()
    options: tuple[str, ...] = ()

    def live(self, ask: str = "", /, **said: str) -> Live:
        """The answer with these words."""
        return Live(self.right, said, self.options, ask, self.fair)


def between(value: float, bounds: Sequence[float]) -> int:
    """How many of the growing bounds a value has reached."""
    return sum(value >= bound for bound in bounds)


def ranged(value: float, bounds: Sequence[float], *, share: float = 0.0, slack: float = 0.0) -> Picked:
    """The range in which a value lies; where it lies on a bound as far as one can read it, both ranges count.

    Args:
        value: not NaN.
        bounds: growing; the first range lies below the first of them.
        share, slack: how exactly the value can be read, as a share of itself and in its own unit.
    """
    margin = slack + (share * abs(value) if math.isfinite(value) else 0.0)
    both = {between(value - margin, bounds), between(value + margin, bounds)}
    right = between(value, bounds)
    return Picked(right, frozenset(both - {right}))


def ratio(one: float, other: float) -> float:
    """How many times the larger is the smaller."""
    low, high = sorted((abs(one), abs(other)))
    return high / low if low else math.inf


def times(value: float) -> str:
    """A ratio in words."""
    return number(value) if math.isfinite(value) else text("quiz.infinite")


def three_digits(value: float) -> str:
    """A number as options show it."""
    return number(value, 3)


def figures(right: float, *others: float, say: Callable[[float], str] = three_digits) -> Picked | None:
    """Numbers to choose from, in growing order; what cannot be told from the right one is left out.

    Args:
        right: the right number.
        others: what comes of a mistake.
        say: how a number is written.

    Returns:
        None where nothing is left to choose from.
    """
    if not math.isfinite(right):
        return None
    found = {say(right): right}
    for other in others:
        near = CLOSE * max(abs(right), abs(other))
        if math.isfinite(other) and abs(other - right) > near:
            found.setdefault(say(other), other)
    ordered = tuple(sorted(found, key=found.__getitem__))
    return Picked(ordered.index(say(right)), options=ordered) if len(ordered) > 1 else None


def highest(
    labels: Sequence[str], values: Sequence[float | None], *, slack: float = 0.0, none: str = ""
) -> Picked | None:
    """Which of several things has the largest number; a tie is an answer of its own.

    Args:
        labels: what they are called, all different.
        values: None or NaN for one that takes no part.
        slack: a difference up to this cannot be seen: then the tie counts, and so does each of those that are close.
        none: the option for "none of them"; without it there is no question where no number is known.

    Returns:
        None where there is nothing to compare.
    """
    known = {place: float(value) for place, value in enumerate(values) if value is not None and not math.isnan(value)}
    tie, nothing = len(labels), len(labels) + 1
    options = (*labels, text("quiz.tie"), *([none] if none else []))
    if not known:
        return Picked(nothing, options=options) if none else None
    top = max(known.values())
    first = [place for place, value in known.items() if value == top]
    close = [place for place, value in known.items() if value >= top - slack]
    if len(first) > 1:
        return Picked(tie, options=options)
    return Picked(first[0], frozenset({tie, *close} - {first[0]}) if len(close) > 1 else frozenset(), options)


def choices(key: str) -> tuple[str, ...]:
    """The options that a message lists, parted by " | "."""
    return tuple(text(key).split(" | "))


def listed(labels: Sequence[str], values: Sequence[str]) -> str:
    """What was measured of each, one after the other."""
    return "; ".join(f"“{label}” {value}" for label, value in zip(labels, values, strict=True))


def kept(name: str, of: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` gives, made anew only when what it is of has changed: the numbers of a run never do.

    Args:
        name: of the question.
        of: settings that say everything about the result.
        make: computes a small result.
    """
    known = st.session_state.setdefault(_KEPT, {})
    if name not in known or known[name][0] != of:
        known[name] = (of, make())
    return cast(Made, known[name][1])
