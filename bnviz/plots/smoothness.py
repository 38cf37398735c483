"""Pictures of how smooth the loss is: over the steps of a run, along the gradient, against the scale of the weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from bnviz.core.along import FACTORS, RATES
from bnviz.core.scaling import FACTORS as SCALES
from bnviz.core.smoothness import Curve, Result, at_step, median
from bnviz.plots import leaving
from bnviz.plots.figure import Figure
from bnviz.plots.lines import Line, Scales, lines
from bnviz.plots.sentences import listed
from bnviz.plots.stills import Words
from bnviz.plots.theme import ArmStyle, brief, number, plain_number

QUANTITIES = {
    "loss_range": "Range of the loss along the gradient",
    "predictiveness": "Change of the gradient on the way",
    "beta": "Effective beta-smoothness",
}
AXES = {"loss_range": "loss range", "predictiveness": "distance of the gradients", "beta": "effective beta"}
UPDATES = "updates"
MOST_RATIO, LEAST_RATIO = 20.0, 0.3


def over_steps(
    name: str, curves: Sequence[Curve], styles: Sequence[ArmStyle], *, title: str, scales: Scales, dark: bool
) -> Figure:
    """One number over the updates, one line an arm, shaded from the lowest to the highest seed.

    Args:
        name: of the picture among those of the page.
        curves, styles: one an arm.
        title: the heading; the caption compares the arms.
        scales: the axes.
        dark: the theme.
    """
    drawn = [
        Line(style, one.steps, one.own.tolist(), *_over_seeds(one), lost=one.lost)
        for one, style in zip(curves, styles, strict=True)
    ]
    if scales.told == "end":
        start, values = f"After {curves[0].steps[-1]:,} updates", [float(one.own[-1]) for one in curves]
    else:
        start = "In the median of the updates"
        values = [median(one.own) for one in curves]
    seeds = max((one.seeds for one in curves), default=1)
    start += ", on the first seed" if seeds > 1 else ""
    said = _compared(f"{start}, {scales.y} is", values, styles)
    shaded = f" Shaded: all {seeds} seeds; the line is the first one." if seeds > 1 else ""
    said += "".join(f" {sentence}" for sentence in _gone(curves, styles))
    words = Words(f"smoothness-{name}", title, said + shaded, f"Lines over the updates, one an arm. {said}")
    return lines(words, drawn, scales, dark=dark)


def _over_seeds(one: Curve) -> tuple[list[float], list[float]]:
    """Lowest and highest of all seeds; nothing where there is one only."""
    return (one.low.tolist(), one.high.tolist()) if one.seeds > 1 else ([], [])


def _gone(curves: Sequence[Curve], styles: Sequence[ArmStyle]) -> list[str]:
    """A sentence for each arm that diverged on the first seed."""
    return [
        f"Diverged at update {one.lost:,} (cross): {style.label}."
        for one, style in zip(curves, styles, strict=True)
        if one.lost is not None
    ]


def _compared(start: str, values: Sequence[float], styles: Sequence[ArmStyle]) -> str:
    """Which arm has which value, and how many times as large the largest is."""
    known = [(value, style.label) for value, style in zip(values, styles, strict=True) if math.isfinite(value)]
    if not known:
        return "Every arm has diverged."
    said = f"{start} {listed([f'{brief(value)} with {label}' for value, label in known])}"
    (low, _), (high, most) = min(known), max(known)
    if len(known) == 2 and low > 0 and high / low >= 1.05:
        said += f": {number(high / low)} times as large with {most}"
    return f"{said}."


def along_step(found: Sequence[Result], styles: Sequence[ArmStyle], *, step: int, dark: bool) -> Figure:
    """The loss at some step sizes along minus the gradient, at one step of the run."""
    looked = at_step(found, step)
    drawn, told = [], []
    for arm, style in enumerate(styles):
        if looked["loss"][arm] is not None:
            values = [looked["loss"][arm], *looked["losses"][arm]]
            drawn.append(Line(style, [0.0, *FACTORS], values))
            told.append(f"from {number(values[0])} to {number(values[-1])} with {style.label}")
    start = f"After {looked['step']:,} updates, a step of four learning rates takes the loss"
    said = f"{start} {listed(told)}." if told else _NONE
    words = Words(
        "smoothness-step", f"Along the gradient after {looked['step']:,} updates", said,
        f"Lines of the loss over the step size. {said}",
    )  # fmt: skip
    scales = Scales("step size, in learning rates", "loss on this batch", log_y=True, dots=True)
    return lines(words, drawn, scales, dark=dark)


_NONE = "Every arm has diverged by then."


def ratios_at(found: Sequence[Result], styles: Sequence[ArmStyle], *, step: int, dark: bool) -> Figure:
    """L(w - a g) / L(w) over the step size a, at one step of the run."""
    looked = at_step(found, step)
    drawn, told = [], []
    for arm, style in enumerate(styles):
        if looked["loss"][arm] is not None:
            drawn.append(Line(style, RATES, _ratios(looked, arm)))
            safe = looked["safe"][arm]
            told.append(
                f"{brief(safe)} with {style.label}" if safe else f"less than {brief(RATES[0])} with {style.label}"
            )
    start = f"After {looked['step']:,} updates, the largest step that does not raise the loss is"
    said = f"{start} {listed(told)}." if told else _NONE
    said += leaving.sentence([(line.style.label, line.y) for line in drawn], RATES, MOST_RATIO)
    words = Words(
        "smoothness-ratios", f"The loss one step away, after {looked['step']:,} updates", said,
        f"Lines of the loss after a step over the loss before, against the step size. {said}",
    )  # fmt: skip
    scales = Scales(
        "step size a", "L(w − a g) / L(w)", log_x=True, domain=_ratio_range(found), level=1.0,
        level_words="as large as before", level_side="left",
    )  # fmt: skip
    return lines(words, drawn, scales, dark=dark)


def _ratios(looked: Result, arm: int) -> list[float]:
    """L(w - a g) / L(w) as measured; infinite where it is no number any more, none at all of a loss of 0."""
    values = looked["ratios"][arm]
    known = any(math.isfinite(value) for value in values)
    return [value if math.isfinite(value) or not known else math.inf for value in values]


def _ratio_range(found: Sequence[Result]) -> tuple[float, float]:
    """The same at all steps of the run, so that the picture stands still: no line leaves it below."""
    values = [value for looked in found for arm in looked["ratios"] if arm is not None for value in arm]
    return min([LEAST_RATIO, *(value / 1.2 for value in values if math.isfinite(value) and value > 0)]), MOST_RATIO


def scale_at(
    found: Sequence[Result], styles: Sequence[ArmStyle], *, name: str, step: int, dark: bool
) -> Figure:  # fmt: skip
    """What becomes of outputs or gradient when one layer's weights are multiplied by a, at one step of the run.

    Args:
        found: of one seed.
        styles: one an arm.
        name: output or gradient.
        step: of the run.
        dark: the theme.
    """
    looked = at_step(found, step)
    ten = SCALES.index(10.0)
    drawn = [
        Line(style, SCALES, looked[name][arm])
        for arm, style in enumerate(styles)
        if looked[name][arm] is not None
    ]  # fmt: skip
    values = [looked[name][arm][ten] if looked[name][arm] is not None else math.nan for arm in range(len(styles))]
    if name == "output":
        start, title = "With 10 times the weights, the outputs change by a share of", "What the outputs do"
        scales = Scales("factor a on the weights", "relative output change", log_x=True, dots=True)
    else:
        start, title = "With 10 times the weights, their gradient is multiplied by", "What the gradient does"
        guide = (SCALES, [1 / factor for factor in SCALES])
        scales = Scales("factor a on the weights", "gradient, times what it was", log_x=True, dots=True, guide=guide)
    said = _compared(start, values, styles) + ("" if name == "output" else " The dotted line is 1 / a.")
    words = Words(f"smoothness-{name}", title, said, f"Lines over the factor. {said}")
    return lines(words, drawn, scales, dark=dark)


def edge_curves(curves: Sequence[Curve], styles: Sequence[ArmStyle], *, rate: float, dark: bool) -> Figure:
    """The steepest curvature over the updates, with the level 2 / learning rate.

    Args:
        curves, styles: one an arm.
        rate: the learning rate.
        dark: the theme.
    """
    limit = 2 / rate
    pairs = list(zip(curves, styles, strict=True))
    first = [f"{number(float(one.own[0]))} with {style.label}" for one, style in pairs]
    last = [f"{number(float(one.own[-1]), 3)} with {style.label}" for one, style in pairs if one.lost is None]
    ends = f" After {curves[0].steps[-1]:,} updates it is {listed(last)}." if last and len(curves[0].steps) > 1 else ""
    said = f"Stable descent needs at most 2 / {plain_number(rate)} = {number(limit, 3)}. lambda_max begins at "
    said = " ".join([f"{said}{listed(first)}.{ends}", *_gone(curves, styles)])
    scales = Scales(UPDATES, "lambda_max", level=limit, level_words="2 / learning rate", dots=True)
    figure = over_steps("edge", curves, styles, title="Steepest curvature of the loss", scales=scales, dark=dark)
    return replace(figure, captions=said, alt=f"Lines of the largest eigenvalue of the Hessian. {said}")
