"""The first training images, the mistakes in front."""

from __future__ import annotations

import base64
import functools
import json
import struct
import zlib

import altair as alt
import numpy as np
from numpy.typing import NDArray

from bnviz.core.data import load
from bnviz.core.experiment import Data
from bnviz.core.recording import Array, Recording
from bnviz.core.schedule import NO_CLASS
from bnviz.plots import compose, theme
from bnviz.plots.figure import Column, Figure, FrameTable
from bnviz.plots.panels import Look
from bnviz.plots.sentences import after, held
from bnviz.plots.theme import arm_style

DATASET = "digits"
COLUMNS, NARROW_COLUMNS = 20, 10  # half as many where the classes have names instead of figures
ENLARGED = 5  # pixels of the PNG for one of the image, so that no browser blurs it


class _Told:
    """What one of the images is called, and what its classes are."""

    def __init__(self, data_name: str, names: tuple[str, ...]) -> None:
        self.named = data_name != "digits"
        self.noun, self.names = ("image" if self.named else "digit"), list(names)

    def columns(self, look: Look) -> int:
        """How many images share a line."""
        return (NARROW_COLUMNS if look.narrow else COLUMNS) // (2 if self.named else 1)


def digit_sample(recording: Recording, *, arm: int, dark: bool = False) -> Figure | None:
    """The images that an arm gets wrong, with what it takes them for, and then those it gets right.

    Args:
        recording: of a run, or of its beginning.
        arm: which, counted from 0.
        dark: for a dark ground.

    Returns:
        None if the data are not images.
    """
    experiment = recording.experiment
    data = load(experiment.data, experiment.seed)
    if data.images is None:
        return None
    truth = np.ravel(data.y_train)[: recording.sample.shape[-1]]
    predicted, evaluated = _predictions(recording, arm)
    wrong = (predicted != truth) & (predicted != NO_CLASS)
    rank = np.argsort(np.argsort(~wrong, axis=1, kind="stable"), axis=1, kind="stable")
    label, told = arm_style(experiment)[arm].label, _Told(experiment.data.name, data.class_names)
    columns = [
        Column("url", urls(experiment.data, experiment.seed, len(truth), dark)),
        Column("truth", truth.tolist()),
        Column("rank", rank.astype(np.uint8), per_frame=True),
        Column("predicted", predicted.astype(np.uint8), per_frame=True),
        Column("wrong", wrong.astype(np.uint8), per_frame=True),
    ]
    return Figure(
        id="digits",
        title=f"Training {told.noun}s, mistakes first, {label}",
        spec=_chart(len(truth), told, Look(dark)),
        narrow=_chart(len(truth), told, Look(dark, narrow=True)),
        tables=[FrameTable(DATASET, columns)],
        steps=recording.steps,
        captions=_captions(recording, arm, f"{told.noun}s", wrong, evaluated),
        alt=_alt(recording, label, told, truth, predicted),
        paper=theme.PAPER[dark],
    )


def _predictions(recording: Recording, arm: int) -> tuple[Array, Array]:
    """(F, S) the latest predictions, and (F,) the step they are of; -1 for none."""
    sample = recording.sample[:, arm]
    known = (sample != NO_CLASS).all(axis=1)
    frames = np.maximum.accumulate(np.where(known, np.arange(len(sample)), -1))[held(recording)[:, arm]]
    predicted = np.where(frames[:, None] >= 0, sample[np.maximum(frames, 0)], NO_CLASS)
    return predicted, np.where(frames >= 0, recording.steps[np.maximum(frames, 0)], -1)


@functools.lru_cache(maxsize=8)
def urls(data: Data, seed: int, count: int, dark: bool) -> list[str]:
    """The first training images as PNG data URLs: in colour, or in the ink and on the paper of the theme."""
    images = load(data, seed).images
    assert images is not None
    ends = [tuple(int(color[i : i + 2], 16) for i in (1, 3, 5)) for color in (theme.FAINT[dark], theme.INK[dark])]
    low, high = (np.array(end, dtype=np.float64) for end in ends)
    shares = np.clip(images[:count], 0, 1)
    pixels = 255 * np.moveaxis(shares, 1, -1) if shares.ndim == 4 else low + shares[..., None] * (high - low)
    return [png_url(np.round(pixel).astype(np.uint8)) for pixel in pixels]


def png_url(pixels: NDArray[np.uint8], *, enlarged: int = ENLARGED) -> str:
    """H x W x 3 as a PNG, each pixel as a square of so many, inside a URL."""
    large = pixels.repeat(enlarged, axis=0).repeat(enlarged, axis=1)
    height, width, _ = large.shape
    lines = np.concatenate([np.zeros((height, 1), np.uint8), large.reshape(height, -1)], axis=1)  # filter 0 a line

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def _chart(count: int, told: _Told, look: Look) -> compose.Spec:
    columns, names = told.columns(look), f"{json.dumps(told.names, ensure_ascii=False)}[datum.predicted]"
    rows = -(-count // columns)
    side, line = (24, 46) if look.narrow else (40, 74)
    base = alt.Chart(alt.NamedData(DATASET)).transform_calculate(
        column=f"datum.rank % {columns} + 0.5",
        row=f"floor(datum.rank / {columns})",
        said=f"datum.predicted == {NO_CLASS} ? '' : datum.wrong ? '× ' + {names} : {names}",
        told=f"datum.predicted == {NO_CLASS} ? 'not tested yet' : {names}",
        name=f"{json.dumps(told.names, ensure_ascii=False)}[datum.truth]",
    )
    x = alt.X("column:Q", axis=None, scale=alt.Scale(domain=[0, columns], nice=False))
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[rows, 0], nice=False, reverse=False))
    tooltip = [alt.Tooltip("name:N", title=told.noun), alt.Tooltip("told:N", title="taken for")]
    images = base.mark_image(aria=False, width=side, height=side, align="center", baseline="top").encode(
        x=x, y=y, url=alt.Url("url:N"), tooltip=tooltip
    )
    warning = {"test": "datum.wrong == 1", "value": theme.WARNING[look.dark]}
    color = alt.FillValue(theme.MUTED[look.dark], condition=warning)
    weight = alt.MarkDef(
        type="text", baseline="top", align="center", dy=side + 4, fontWeight="bold",
        fontSize=theme.TINY if look.narrow else theme.FONT,
    )  # fmt: skip
    words = base.properties(mark=weight).encode(x=x, y=y, text=alt.Text("said:N"), fill=color)
    chart = compose.layered(images, words, height=rows * line)
    return compose.finished(chart, dark=look.dark, narrow=look.narrow, steps=False)


def _captions(recording: Recording, arm: int, images: str, wrong: Array, evaluated: Array) -> list[str]:
    diverged, label = int(recording.diverged_at[arm]), arm_style(recording.experiment)[arm].label
    texts = []
    for frame, start in enumerate(after(recording.steps)):
        count, step = int(wrong[frame].sum()), int(evaluated[frame])
        end = f"; it diverged at step {diverged}" if 0 <= diverged <= recording.steps[frame] else ""
        if step < 0:
            texts.append(f"{start}, {label} has not been tested yet{end}.")
            continue
        when = "" if step == recording.steps[frame] else f", when last tested at step {step}"
        texts.append(f"{start}, {label} gets {count} of {wrong.shape[1]} {images} wrong{when}{end}.")
    return texts


def _alt(recording: Recording, label: str, told: _Told, truth: Array, predicted: Array) -> list[str]:
    texts = []
    for step, row in zip(recording.steps.tolist(), predicted, strict=True):
        mistakes = [
            f"{told.names[right]} taken for {told.names[guess]}"
            for right, guess in zip(truth.tolist(), row.tolist(), strict=True)
            if guess not in (right, NO_CLASS)
        ]
        texts.append(
            f"The first {len(truth)} training {told.noun}s as pictures, {label}. Step {step}: "
            f"{'mistakes: ' + ', '.join(mistakes) if mistakes else 'no mistakes known'}."
        )
    return texts
