"""Test digits as they are and as they were changed, each with what the network takes it for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from bnviz.core.data import Dataset
from bnviz.core.inference import shifted
from bnviz.plots import compose, stills, theme
from bnviz.plots.digits import png_url
from bnviz.plots.figure import Figure
from bnviz.plots.running_shift import change_words
from bnviz.plots.stills import Words

Array = NDArray[Any]
LINE = 112
SIDE = "min(58, width / {count} - 4)"


def images_of_tests(data: Dataset, change: tuple[float, float]) -> Array:
    """The test rows as images in 0..1, after factor * x + offset on the standardized pixels.

    What lies outside 0..1 is cut off, for drawing alone: the network sees the uncut values.

    Raises:
        ValueError: when the data are not images.
    """
    if data.images is None:
        raise ValueError("These rows are no images; take the digits.")
    std, mean = data.images.std(), data.images.mean()
    images: Array = np.clip(shifted(data.x_test, *change) * std + mean, 0, 1)
    return images.reshape(-1, *data.images.shape[1:])


def pixels(image: Array, *, dark: bool) -> Array:
    """One image in 0..1 in the ink and on the paper of the theme, each pixel as a square of eight: H x W x 3."""
    return inked(image, dark).repeat(8, axis=0).repeat(8, axis=1)


def inked(image: Array, dark: bool) -> NDArray[np.uint8]:
    """Images in 0..1 in the ink and on the paper of the theme: ... x H x W x 3."""
    low, high = (
        np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)
        for color in (theme.FAINT[dark], theme.INK[dark])
    )
    colored: NDArray[np.uint8] = np.round(low + image[..., None] * (high - low)).astype(np.uint8)
    return colored


def changed_digits(
    data: Dataset, guesses: Sequence[Array], change: tuple[float, float], *, count: int, dark: bool
) -> Figure:
    """The first test digits in three rows: as they are, changed in eval mode, changed with their own statistics.

    Args:
        data: with images.
        guesses: for each of the three rows, the classes that the network names.
        change: factor and offset.
        count: how many digits.
        dark: the theme.
    """
    names = ("as they are", f"{change_words(change)}, eval mode", "same images, their own statistics")
    pictures = (images_of_tests(data, (1.0, 0.0)), *[images_of_tests(data, change)] * 2)
    truth = data.y_test[:count].tolist()
    rows = [
        (
            name,
            column,
            png_url(inked(images[column], dark)),
            str(guess),
            str(truth[column]),
            int(guess != truth[column]),
        )
        for name, images, given in zip(names, pictures, guesses, strict=True)
        for column, guess in enumerate(given[:count].tolist())
    ]
    keys = ("row", "column", "url", "guess", "truth", "wrong")
    wrong = [int((given[:count] != data.y_test[:count]).sum()) for given in guesses]
    caption = (
        f"The first {count} test digits and what the network takes them for: {wrong[0]} mistakes as they are, "
        f"{wrong[1]} changed in eval mode, {wrong[2]} with statistics of the changed test set."
    )
    if any(wrong):
        caption += " A wrong answer is red, with ✗ behind it."
    words = Words("running-digits", "What the network sees", caption, f"Three rows of digits. {caption}")
    table = dict(zip(keys, (list(column) for column in zip(*rows, strict=True)), strict=True))
    return stills.still(words, _spec(names, count, dark=dark), {"digits": table}, dark=dark)


def _spec(names: Sequence[str], count: int, *, dark: bool) -> compose.Spec:
    """All rows in one view, a line of words over each: so the picture can take the width that there is."""
    base = alt.Chart(alt.NamedData("digits")).transform_calculate(
        said="datum.wrong ? datum.guess + ' ✗' : datum.guess",
        middle="datum.column + 0.5",
        line=f"indexof({list(names)}, datum.row)",
    )
    x = alt.X("middle:Q", axis=None, scale=alt.Scale(domain=[0, count], nice=False))
    y = alt.Y("line:Q", axis=None, scale=alt.Scale(domain=[0, len(names)], nice=False, reverse=True))
    tooltip = [alt.Tooltip("truth:N", title="digit"), alt.Tooltip("guess:N", title="taken for")]
    side = SIDE.format(count=count)
    images = base.mark_image(
        width=alt.ExprRef(side), height=alt.ExprRef(side), align="center", baseline="top", yOffset=22
    ).encode(x=x, y=y, url="url:N", tooltip=tooltip)
    warning = {"test": "datum.wrong == 1", "value": theme.WARNING[dark]}
    said = base.mark_text(
        baseline="top", dy=alt.ExprRef(f"{side} + 26"), fontWeight="bold", fontSize=theme.FONT + 1
    ).encode(x=x, y=y, text="said:N", color=alt.ColorValue(theme.MUTED[dark], condition=warning))
    titles = (
        base.transform_filter("datum.column == 0")
        .mark_text(align="left", baseline="top", fontSize=theme.SMALL)
        .encode(x=alt.XValue(0), y=y, text="row:N", color=alt.ColorValue(theme.INK[dark]))
    )
    return compose.layered(images, said, titles, height=LINE * len(names))
