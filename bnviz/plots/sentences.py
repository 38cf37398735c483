"""What the captions share: words for steps, layers and arms, and lists of values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.core.experiment import Experiment
from bnviz.core.labels import arm_labels
from bnviz.core.recording import Recording
from bnviz.plots.theme import number

Array = NDArray[Any]
MOST_NAMED = 3


def after(steps: Array) -> list[str]:
    """How each sentence begins: "Before the first update", "After 1 update", "After 120 updates"."""
    return [
        "Before the first update" if step == 0 else f"After {step:,} update{'' if step == 1 else 's'}"
        for step in steps.tolist()
    ]


def at_step(step: int) -> str:
    """The same inside of a sentence: "before the first update", "after 1 update"."""
    said = after(np.array([step]))[0]
    return said[0].lower() + said[1:]


def for_channels(experiment: Experiment, text: str) -> str:
    """The text, which speaks of units, as it is to be read beside this network: a convolution's units are channels."""
    if experiment.network.kind == "dense":
        return text
    return re.sub(r"\bunit(s?)\b", r"channel\1", text).replace("from row to row", "over rows and positions")


def listed(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def middle(told: str, seeds: int, *, median: bool = True) -> str:
    """A value in a tooltip: of several seeds it is their median, if it is not a share of them."""
    return f"{told} (median)" if seeds > 1 and median else told if seeds else "not computed yet"


def between(low: str, high: str, seeds: int) -> str:
    """The range over the seeds in a tooltip."""
    return f"{low} to {high}" if seeds > 1 else "one seed" if seeds else "—"


def held(recording: Recording) -> Array:
    """(F, A) number of the frame to draw: an arm that has diverged stays at its last finite frame."""
    frames = np.arange(len(recording.steps))[:, None]
    last = [recording.last_finite_frame(arm) for arm in range(len(recording.diverged_at))]
    return np.asarray(np.minimum(frames, np.array(last)[None, :]))


def hold(recording: Recording, values: Array) -> Array:
    """Values (F, A, ...) with the last finite frame repeated after an arm has diverged."""
    arms = np.arange(values.shape[1])[None, :]
    return np.asarray(values[held(recording), arms])


def hold_known(values: Array) -> Array:
    """Values (F, ...) in which a gap takes the latest number before it."""
    frames = np.arange(len(values)).reshape(-1, *[1] * (values.ndim - 1))
    latest = np.maximum.accumulate(np.where(np.isfinite(values), frames, 0), axis=0)
    return np.asarray(np.take_along_axis(values, latest, axis=0))


def has_diverged(recording: Recording) -> Array:
    """(F, A) whether the arm had diverged by that frame."""
    at = recording.diverged_at[None, :]
    return np.asarray((at >= 0) & (recording.steps[:, None] >= at))


def last_seen(recording: Recording, values: Array) -> tuple[Array, Array]:
    """Of values (F, A), the step (A,) of each arm's last finite frame and what they are there (A,)."""
    frames = np.array([recording.last_finite_frame(arm) for arm in range(values.shape[1])])
    return recording.steps[frames], values[frames, np.arange(values.shape[1])]


def endings(recording: Recording, last: tuple[Array, Array], text: Callable[[float], str] = number) -> list[str]:
    """How each sentence ends: "; the network with no norm diverged at step 3 (its last, at step 2: 212)." or "."

    Args:
        recording: gives the steps and the divergences.
        last: step (A,) and value (A,) of the last state of each arm.
        text: how a number is written.
    """
    labels, flags = arm_labels(recording.experiment), has_diverged(recording)
    parts = []
    seen_at, seen = last
    for arm, label in enumerate(labels):
        at, step, value = int(recording.diverged_at[arm]), int(seen_at[arm]), float(seen[arm])
        told_last = f" (its last, at step {step}: {text(value)})" if np.isfinite(value) else ""
        parts.append(f"the network with {label} diverged at step {at}{told_last}")
    known: dict[tuple[bool, ...], str] = {}
    result = []
    for row in flags.tolist():
        key = tuple(row)
        if key not in known:
            told = [part for part, flag in zip(parts, key, strict=True) if flag]
            known[key] = f"; {listed(told)}." if told else "."
        result.append(known[key])
    return result


def by_arm(labels: Sequence[str], values: Array, text: Callable[[float], str] = number) -> list[str]:
    """For each frame, the values of the arms in words.

    Args:
        labels: of the arms.
        values: (F, A); arms without a number are left out.
        text: how a number is written.

    Returns:
        Such as "0.98 with batch norm before and 7.4·10³ with no norm"; of more than three arms the least and the
        largest; "" where there is no number at all.
    """
    return [_one_frame(labels, row, text) for row in values.tolist()]


def _one_frame(labels: Sequence[str], row: list[float], text: Callable[[float], str]) -> str:
    known = [(value, label) for value, label in zip(row, labels, strict=True) if value == value]
    if not known:
        return ""
    if len(known) <= MOST_NAMED:
        return listed([f"{text(value)} with {label}" for value, label in known])
    (low, least), (high, most) = min(known), max(known)
    if text(low) == text(high):
        return f"{text(low)} with all {len(known)} arms"
    return f"between {text(low)} with {least} and {text(high)} with {most}"


def sentences(
    recording: Recording,
    words: tuple[str, str],
    values: Array,
    *,
    text: Callable[[float], str] = number,
    last: tuple[Array, Array] | None = None,
    empty: str = "",
) -> list[str]:
    """Caption of each frame: when, what, its values, and who has diverged; an arm has no value after that.

    Args:
        recording: gives the steps and the divergences.
        words: subject and verb, such as "the test loss", "is".
        values: (F, A).
        text: how a number is written.
        last: step (A,) and value (A,) of the last state of each arm; None for those of its last finite frame.
        empty: said of frames without a value, after the words for the step.
    """
    gone = has_diverged(recording)
    over = [all(row) for row in gone.tolist()]
    known = by_arm(arm_labels(recording.experiment), np.where(gone, np.nan, values), text)
    ends = endings(recording, last_seen(recording, values) if last is None else last, text)
    said = empty or f"{words[0]} is not known yet"
    return [
        f"{start}, {' '.join((*words, value)) if value else 'no network is left' if none_left else said}{end}"
        for start, value, none_left, end in zip(after(recording.steps), known, over, ends, strict=True)
    ]


def lists_by_arm(recording: Recording, values: Array, text: Callable[[float], str] = number) -> list[str]:
    """For each frame, all values of every arm, or that it has diverged, for a screen reader.

    Args:
        recording: gives the arms and the divergences.
        values: (F, A, L).
        text: how a number is written.
    """
    labels, gone, at = arm_labels(recording.experiment), has_diverged(recording).tolist(), recording.diverged_at
    return [
        "; ".join(
            f"{labels[arm]} {f'diverged at step {at[arm]}' if gone[frame][arm] else ', '.join(map(text, row))}"
            for arm, row in enumerate(rows)
        )
        for frame, rows in enumerate(values.tolist())
    ]


def alt_texts(
    recording: Recording, chart: str, values_are: str, values: Array, text: Callable[[float], str] = number
) -> list[str]:
    """Text of each frame for a screen reader: what kind of chart, and all values of all arms.

    Args:
        recording: gives the steps and the arms.
        chart: kind and axes, without a full stop.
        values_are: what the numbers are and from which layer on.
        values: (F, A, L).
        text: how a number is written.
    """
    lists = lists_by_arm(recording, values, text)
    return [
        f"{chart}. Step {step}: {values_are}: {said}."
        for step, said in zip(recording.steps.tolist(), lists, strict=True)
    ]
