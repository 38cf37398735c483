"""Every colour and dash of the pictures, the word of logarithmic axes, and, from `formats`, how numbers are written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import altair as alt

from bnviz.core.experiment import Experiment
from bnviz.core.labels import arm_labels, placement_of
from bnviz.plots.formats import brief as brief
from bnviz.plots.formats import loss_text as loss_text
from bnviz.plots.formats import number as number
from bnviz.plots.formats import number_expr as number_expr
from bnviz.plots.formats import percent as percent
from bnviz.plots.formats import percent_expr as percent_expr
from bnviz.plots.formats import plain_number as plain_number
from bnviz.plots.formats import power as power
from bnviz.plots.formats import superscript as superscript
from bnviz.plots.formats import superscript_expr as superscript_expr
from bnviz.plots.formats import tick_expr as tick_expr

LOG = "(log scale)"
"""What the title of a logarithmic axis ends with."""

PAPER = {False: "#ffffff", True: "#0b1220"}
INK = {False: "#0f172a", True: "#e2e8f0"}
MUTED = {False: "#475569", True: "#a8b3c4"}
FAINT = {False: "#e2e8f0", True: "#27344a"}
WARNING = {False: "#b91c1c", True: "#ff8f85"}
BAND = {False: "#fde68a", True: "#5b4a12"}

# One hue a norm: apart in lightness as well, so that they differ for all kinds of colour vision.
HUES: dict[str, dict[bool, str]] = {
    "none": {False: "#6b7280", True: "#9aa4b2"},
    "batch": {False: "#0f3fa6", True: "#4f9bff"},
    "layer": {False: "#c2530a", True: "#ff9b54"},
    "group": {False: "#0b7a5b", True: "#3fd0a0"},
    "instance": {False: "#b42335", True: "#ff9a9a"},
    "rms": {False: "#a3277f", True: "#f58ad0"},
    "batch_no_affine": {False: "#0284a8", True: "#7be0f7"},
    "batch_noisy": {False: "#6d3fd1", True: "#b6a3ff"},
    "batch_ghost": {False: "#7a5c00", True: "#e3c546"},
}
# The same weights used in different ways: with running averages, with the batch's own statistics, with recomputed ones.
MODES: dict[str, dict[bool, str]] = {
    "eval": {False: "#0f3fa6", True: "#4f9bff"},
    "train": {False: "#b4530a", True: "#ffb36b"},
    "recomputed": {False: "#0b7a5b", True: "#3fd0a0"},
    "none": HUES["none"],
}
# What keeps a residual net without norm in bounds.
REMEDIES: dict[str, dict[bool, str]] = {
    "none": HUES["none"],
    "batch": HUES["batch"],
    "skipinit": {False: "#8a4b12", True: "#d9a066"},
    "fixup": {False: "#4d7c0f", True: "#a3d65c"},
    "nf": {False: "#86198f", True: "#e08bf0"},
}
SOLID: tuple[int, ...] = (1, 0)
# The same network on differently ordered batches.
ORDERS: dict[str, dict[bool, str]] = {
    "shuffled": {False: "#0b7a5b", True: "#3fd0a0"},
    "alternating": {False: "#0f3fa6", True: "#4f9bff"},
    "blocks": {False: "#a3277f", True: "#f58ad0"},
    "sequential": {False: "#b4530a", True: "#ffb36b"},
    "first_only": {False: "#6b7280", True: "#9aa4b2"},
    "by_class": {False: "#b42335", True: "#ff9a9a"},
}
ORDER_DASHES: dict[str, tuple[int, ...]] = {
    "shuffled": SOLID, "alternating": (8, 3), "blocks": (3, 3), "sequential": (10, 3, 2, 3), "first_only": (2, 4),
    "by_class": (7, 4),
}  # fmt: skip
DASHES: dict[str, tuple[int, ...]] = {"none": SOLID, "before": SOLID, "after": (7, 4), "mixed": (10, 3, 2, 3)}
SPARE_DASHES: tuple[tuple[int, ...], ...] = (SOLID, (7, 4), (2, 3), (10, 3, 2, 3), (4, 2), (12, 4))
# Two classes of points and the regions between them, and the middle where the network cannot tell.
CLASS_COLOURS = {False: ("#1554c0", "#b4530a"), True: ("#8cc0ff", "#ffb36b")}
MAP_COLOURS = {False: ("#8fb8ef", "#f6f3ee", "#f3b877"), True: ("#1d4f94", "#1a2230", "#8a4a0d")}
# From bad to good, with as much lightness between as the ground allows.
HEAT = {False: ("#dfe7ef", "#6fa8bf", "#0b3f57"), True: ("#24324a", "#3f83a0", "#b9ecff")}

CONTRAST = 3.1
FONT, SMALL, TINY = 14, 13, 11


@dataclass(frozen=True)
class ArmStyle:
    """How one arm is named and drawn."""

    label: str
    color: str
    dash: tuple[int, ...]


def arm_style(experiment: Experiment, *, dark: bool = False, short: bool = False) -> list[ArmStyle]:
    """One style an arm: the norm gives the hue, the placement the dash; after the activation it is paler too.

    Arms that would look alike (such as two momenta) get a spare dash and move towards the ink. `short` is that of
    `arm_labels`.
    """
    depth = len(experiment.network.hidden)
    taken: set[tuple[str, tuple[int, ...]]] = set()
    seen: Counter[str] = Counter()
    styles = []
    for arm, label in zip(experiment.arms, arm_labels(experiment, short=short), strict=True):
        wanted = DASHES[placement_of(arm, depth)]
        free = [dash for dash in (wanted, *SPARE_DASHES) if (arm.norm, dash) not in taken]
        repeated = seen[f"{arm.norm} {wanted}"]
        hue = HUES[arm.norm][dark]
        hue = paler(hue, dark=dark) if wanted == DASHES["after"] else hue
        color = mixed(hue, INK[dark], min(0.6, 0.3 * repeated))
        taken.add((arm.norm, free[0] if free else wanted))
        seen[f"{arm.norm} {wanted}"] += 1
        styles.append(ArmStyle(label, color, free[0] if free else wanted))
    return styles


def mixed(color: str, other: str, share: float) -> str:
    """A colour with a share of another one in it."""
    pairs = [(int(color[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def contrast(color: str, other: str) -> float:
    """Ratio of the luminances of two colours (WCAG 2.2, relative luminance)."""

    def luminance(one: str) -> float:
        parts = [int(one[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(color), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def heat_ink(good: float, *, dark: bool) -> str:
    """Ink that can be read on the colour of HEAT for 0 (bad) to 1 (good)."""
    low, middle, high = HEAT[dark]
    ground = mixed(low, middle, 2 * good) if good < 0.5 else mixed(middle, high, 2 * good - 1)
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, ground))


def paler(color: str, *, dark: bool) -> str:
    """The colour with more white in it, as long as it stands out from the ground by 3 : 1."""
    shares = [share / 20 for share in range(10, -1, -1)]
    return next(
        (pale for share in shares if contrast(pale := mixed(color, "#ffffff", share), PAPER[dark]) >= CONTRAST), color
    )


def color_scale(styles: list[ArmStyle]) -> alt.Scale:
    """Labels to colours."""
    return alt.Scale(domain=[style.label for style in styles], range=[style.color for style in styles])


def dash_scale(styles: list[ArmStyle]) -> alt.Scale:
    """Labels to dashes."""
    return alt.Scale(domain=[style.label for style in styles], range=[list(style.dash) for style in styles])


def config(*, dark: bool, small: bool = False) -> dict[str, Any]:
    """Quiet axes, no frames, letters that can be read at the back of the room.

    Args:
        dark: whether the chart stands on a dark ground.
        small: for narrow windows, read from near.
    """
    ink, muted, size = INK[dark], MUTED[dark], TINY if small else SMALL
    words = {"labelColor": ink, "titleColor": ink, "labelFontSize": size, "titleFontSize": size,
             "titleFontWeight": "normal", "labelLimit": 0}  # fmt: skip
    axis = {
        **words, "labelColor": muted, "domainColor": muted, "tickColor": muted, "gridColor": FAINT[dark],
        "tickSize": 4, "labelPadding": 3, "titlePadding": 8, "domainOpacity": 0.6, "tickOpacity": 0.6,
        "labelOpacity": 1, "gridOpacity": 1,
    }  # fmt: skip
    legend = {
        **words, "symbolStrokeWidth": 3, "symbolSize": 300, "symbolOpacity": 1, "orient": "top", "padding": 0,
        "offset": 10, "columnPadding": 18, "rowPadding": 4,
    }  # fmt: skip
    return {
        "background": "transparent",
        "axis": axis,
        "legend": legend,
        "header": {**words, "labelFontWeight": "bold"},
        "text": {"fill": ink, "fontSize": size},
        "view": {"stroke": None},
    }
