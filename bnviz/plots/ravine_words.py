"""What the ravine lab says: verdicts on each learning rate, the landscape in numbers, the article and the measurement.

The sentences in FRAME tell of one step; the browser fills in the numbers of the step that it shows.
"""

from __future__ import annotations

import math

import numpy as np

from bnviz.core.descent import angles, first_within, sign_flips, steps_needed
from bnviz.core.landscape import Floats
from bnviz.core.ravine import Ravine, Side, Table
from bnviz.plots.theme import number, percent

NAMES = {"raw": "raw", "minmax": "min-max", "zscore": "standardized", "whitened": "decorrelated"}
AXES = ("w1", "w2", "bias")
FRAME = {
    "path": "After {step} of {steps} updates: loss {loss}, {left} the first excess; {a} = {wa}, {b} = {wb}.",
    "stopped": "It diverged at step {at}.",
    "outside": "The point is outside the picture.",
    "arrows": "−gradient: {ga} along {a}, {gb} along {b}. Its direction is {angle} away from the way to the minimum.",
    "arrows_there": "−gradient: {ga} along {a}, {gb} along {b}.",
    "arrows_flat": "The gradient is 0: the path stands at the minimum.",
    "trace": "{name}: {flips} sign flips",
    "trace_one": "{name}: 1 sign flip",
    "surface_alt": "Surface of the loss over {a} and {b}, {label} features, with the path of descent. {path} "
    "Arrow keys turn it, + and − bring it nearer.",
    "contour_alt": "Contour map of the loss over {a} and {b}, {label} features, with the path of descent. {path}",
    "start_alt": "Press Enter to start from the middle of the picture.",
    "loss_alt": "Excess loss against updates. {lines}",
    "loss_line": "{label}: {left} the first excess loss",
    "start_here": "Click to start here",
    "minimum": "minimum",
    "component": "along {name}",
    "gradient": "−gradient",
    "goal": "to the minimum",
    "limit": "limit",
    "share": "{share} × 2/⁠λmax = {rate}",
    "size": "learning rate {rate}",
    "all": "{rate}, for all",
    "loss": "loss",
    "left": "excess loss left",
    "updates": "updates",
    "tolerance": "0.1\u00a0%",
    "together": "Turn together",
    "equal": "Same scale for both weights",
    "reset": "Straighten the view",
    "surface": "Loss surface",
    "contour": "Contour, seen from above: same colour, same loss",
    "stretched": "The scales of the two weights differ: the axis of {axis} is stretched {times} times.",
    "long": "{axis} axis stretched {times}×",
    "arrows_title": "Gradient and the way to the minimum",
    "traces": "Weights over the updates; dashed: the minimum",
    "losses": "Excess loss over the updates: what is above the smallest possible loss, as a share of the first",
    "rate": "Learning rate, {label}",
}


def verdicts(side: Side, settings: Ravine) -> list[str]:
    """What became of each learning rate's path, in one sentence each."""
    excess, errors = side.excess, side.errors
    flips = None if errors is None or not _swings_matter(side, errors) else sign_flips(errors[..., 0])
    return [
        _verdict(
            side,
            settings,
            place,
            excess=excess[place],
            flips=np.zeros(excess.shape[1], dtype=np.int64) if flips is None else flips[place],
        )
        for place in range(len(excess))
    ]


def _swings_matter(side: Side, errors: Floats) -> bool:
    """Whether the steepest direction holds at least a hundredth of the first excess loss."""
    return float(side.curvature.lambda_max * errors[0, 0, 0] ** 2 / 2) >= 0.01 * float(side.excess[0, 0])


def _verdict(side: Side, settings: Ravine, place: int, *, excess: Floats, flips: Floats) -> str:
    at, total = int(side.descent.diverged_at[place]), len(excess) - 1
    if at >= 0:
        return f"Diverged at step {at}{_swings(int(flips[at]), at, ' after ')}."
    if side.minimum is None:
        return f"The loss falls for ever: a line parts the classes. After {total} steps it is {number(excess[-1], 3)}."
    if excess[0] <= 0:
        return "It starts at the minimum."
    within = first_within(excess)
    counted = within if within is not None else total
    swings = _swings(int(flips[counted]), counted, f"Oscillates{_unseen(side, place, counted)}: ")
    ends = _ending(side, settings, place, excess=excess, within=within)
    return f"{swings}; {ends}." if swings else f"{ends[0].upper()}{ends[1:]}."


def _swings(flips: int, steps: int, before: str) -> str:
    """ "Oscillates: 30 sign flips in 30 steps", if it flips at least every second step."""
    return f"{before}{flips} sign flips in {steps} steps" if flips >= 3 and 2 * flips >= steps else ""


def _unseen(side: Side, place: int, counted: int) -> str:
    """Where the swings are, if neither of the two weights that are drawn turns back with them."""
    assert side.minimum is not None
    flips = sign_flips((side.descent.points[place] - side.minimum).T)[:, counted]
    if max(flips[list(side.surface.axes)]) >= counted / 2:
        return ""
    if max(flips) >= counted / 2:
        return f" along {AXES[int(np.argmax(flips))]}, which is not drawn"
    return " in the steepest direction, too little to turn a single weight back"


def _ending(side: Side, settings: Ravine, place: int, *, excess: Floats, within: int | None) -> str:
    total, left = len(excess) - 1, float(excess[-1] / excess[0])
    if within is not None:
        return f"within 0.1\u00a0% after {within} step{'' if within == 1 else 's'}"
    if left > 1:
        return f"climbs: after {total} steps {number(left, 3)} times the first excess loss"
    said = f"after {total} steps {percent(left)} of the excess loss is left"
    if settings.loss == "linear" and settings.optimizer == "sgd" and side.errors is not None:
        needed = steps_needed(side.curvature.eigenvalues, side.errors[place, 0], float(side.descent.rates[place]))
        if needed is not None:
            return f"{said}; 0.1\u00a0% takes {needed:,} steps"
        return f"{said}; 0.1\u00a0% is never reached"
    return said


def landscape_words(side: Side, settings: Ravine) -> str:
    """The landscape in numbers: its shape, its limit, and what the steps are measured against."""
    bend, limit = side.curvature, side.curvature.largest_rate
    ratio = number(bend.condition, 3) if math.isfinite(bend.condition) else "infinite"
    where = ""
    if settings.loss == "logistic":
        where = " at the minimum" if side.minimum is not None else " at the start"
    shape = _shape(bend.condition)
    three = " Measured over all three weights; two are drawn." if settings.bias == "third" else ""
    return (
        f"{shape}: the steepest direction is {ratio} times as curved as the flattest. "
        f"Limit 2/⁠λmax = {number(limit, 3)}{where}.{three} The verdict counts sign flips in the steepest direction."
    )


def _shape(condition: float) -> str:
    if condition < 3:
        return "A bowl"
    return "An oval bowl" if condition < 10 else "A ravine" if condition < 1000 else "A very narrow ravine"


def article(sides: tuple[Side, ...], table: Table) -> tuple[str, str] | None:
    """What an article on normalizing inputs says of large weights and large updates, and what is measured at the start.

    Returns:
        The article's claim in our words, and the measurement with its verdict; None where raw features are not shown,
        have no minimum, or descent starts there.
    """
    side = next((one for one in sides if one.name == "raw"), None)
    if side is None or side.minimum is None or not np.any(side.descent.gradients[0, 0, :2]):
        return None
    spread = side.objective.x.std(axis=0)
    slope, goal = np.abs(side.descent.gradients[0, 0, :2]), np.abs(side.minimum[:2])
    if not spread.all() or not slope.all() or not goal.all():
        return None
    big = int(np.argmax(spread))
    small = 1 - big
    measured = (
        f"With {NAMES[side.name]} features, {table.features[big]} spreads {_times(spread, big)} as wide as "
        f"{table.features[small]}. At the start the gradient of its weight w{big + 1} is {_compared(slope, big)}, "
        f"and the weight it needs is {_compared(goal, big)}. {_judged(slope, goal, big)}"
    )
    angle = "; ".join(f"{NAMES[one.name]} {_degrees(_first_angle(one))}" for one in sides if one.minimum is not None)
    claim = (
        "A weight that is larger gets a larger update, overshoots and oscillates; "
        "the step leans towards the larger weight."
    )
    return claim, f"{measured} Angle between the first step and the way to the minimum: {angle}."


def _times(values: Floats, big: int) -> str:
    return f"{number(float(values[big] / values[1 - big]), 3)} times"


def _compared(values: Floats, big: int) -> str:
    ratio = float(values[big] / values[1 - big])
    return f"{number(ratio, 3)} times as large" if ratio >= 1 else f"{number(1 / ratio, 3)} times smaller"


def _judged(slope: Floats, goal: Floats, big: int) -> str:
    larger = big if slope[big] > slope[1 - big] else 1 - big
    if goal[larger] < goal[1 - larger]:
        return (
            f"So the large update goes to the smaller weight, w{larger + 1}: the claim has the direction backwards. "
            "The size of the feature makes the gradient large and the weight small."
        )
    return f"Here the larger update does go to the larger weight, w{larger + 1}."


def _degrees(angle: float) -> str:
    return "under 0.1°" if 0 < angle < 0.1 else f"{number(angle, 3)}°"


def _first_angle(side: Side) -> float:
    assert side.minimum is not None
    return float(angles(-side.descent.gradients[0, 0], side.minimum - side.descent.points[0, 0]))
