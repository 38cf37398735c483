"""The loop over the updates of one arm, compiled: observe and update, as `armrun.ArmRun` does it."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from numba import types

from bnviz.core.kernel_eval import accuracy, record_map, record_sample, test_figures
from bnviz.core.kernel_math import entry, inlined, inner, matrix, vector
from bnviz.core.kernel_net import backward, forward, loss_and_gradient, transpose_weights
from bnviz.core.kernel_optim import update_parameters
from bnviz.core.kernel_plan import (
    AVERAGES,
    CLASSES,
    DECAY,
    DRAWN_INPUT,
    GRADS,
    INPUT_NOISE,
    LOGITS,
    OLD,
    OPTIMIZER,
    PARAMETERS,
    RATE,
    ROWS,
    UNITS,
    Array,
    X,
)
from bnviz.core.kernel_probes import record_gradients, record_units, record_updates, record_values
from bnviz.core.schedule import DIVERGED

_clock: Any = types.ExternalFunction("clock", types.int64())


class Rows(NamedTuple):
    """A data set in the run's precision; labels for classes, targets for regression, the other one empty.

    What is seen in eval mode lies in blocks of features x EVAL_ROWS: all test rows, the first training rows, the grid.
    """

    x_train: Array
    labels: Array
    targets: Array
    test: Array
    test_labels: Array
    test_targets: Array
    first: Array
    grid: Array


class Schedule(NamedTuple):
    """Consecutive updates, T of them.

    Attributes:
        rows: T x batch, row numbers.
        draws: T x numbers drawn for an update (T x 0 where none are).
        frames: number of the frame that is observed at each update, or -1.
        tests: whether that frame has test figures.
        maps: number of the decision map that is drawn, or -1.
    """

    rows: Array
    draws: Array
    frames: Array
    tests: Array
    maps: Array


@inner
def gather(plan, work, data, rows, draws, labels, targets):
    """The batch of an update into X, with input noise, and its labels or targets."""
    count, features = plan.codes[ROWS], data.x_train.shape[1]
    x, noise = matrix(work, plan.places[X], count, features), work.dtype.type(plan.reals[INPUT_NOISE])
    for i in range(count):
        row, source = x[i], data.x_train[rows[i]]
        for j in range(features):
            row[j] = source[j]
        if plan.places[DRAWN_INPUT] >= 0:
            place = plan.places[DRAWN_INPUT] + i * features
            for j in range(features):
                row[j] += noise * work.dtype.type(draws[place + j])
        if plan.codes[CLASSES]:
            labels[i] = data.labels[rows[i]]
        else:
            targets[i, 0] = data.targets[rows[i], 0]


@inlined
def observe(plan, values, work, data, schedule, pages, at, t, labels):
    """Everything of a frame but what the update changes; returns the processor time that it took.

    Running averages are those before this forward pass. OLD keeps the parameters for `record_updates`.
    """
    begin, (frame, arm) = _clock(), at
    if plan.codes[CLASSES]:
        outputs = plan.layers[plan.layers.shape[0] - 1, UNITS]
        pages.train_accuracy[frame, arm] = accuracy(matrix(work, plan.places[LOGITS], labels.size, outputs), labels)
    parameters, count = plan.codes[PARAMETERS], values.size - plan.codes[PARAMETERS]
    buffers, averages = vector(values, parameters, count), vector(work, plan.places[AVERAGES], count)
    for i in range(count):
        buffers[i], averages[i] = averages[i], buffers[i]
    for layer in range(plan.layers.shape[0] - 1):
        record_values(plan, work, pages, at, layer, frame - pages.first_frame[0])
        record_units(plan, values, work, pages, at, layer)
    record_gradients(plan, values, work, pages, at)
    if schedule.tests[t]:
        pages.test_loss[frame, arm], pages.test_accuracy[frame, arm] = test_figures(
            plan, values, work, data.test, data.test_labels, data.test_targets
        )
        if pages.sample.shape[2]:
            record_sample(plan, values, work, data.first[0], pages.sample[frame, arm])
    if schedule.maps[t] >= 0:
        record_map(plan, values, work, data.grid, pages.maps[schedule.maps[t], arm].reshape(-1))
    for i in range(count):
        buffers[i] = averages[i]
    vector(work, plan.places[OLD], parameters)[:] = values[:parameters]
    return _clock() - begin


@entry
def train(plan, values, memory, work, data, schedule, pages, arm, begun, losses, before):
    """Make consecutive updates of one arm, observing the frames on the way, until they are done or it diverges.

    Args:
        plan, work, data, schedule, pages, arm: of the arm, of these updates, and where they are recorded.
        values, memory: what an update changes (2 x parameters are the optimizer's memory); stepped in place.
        begun: updates made before, and the first loss of the run (NaN when there was none).
        losses, before: take the T losses, and the values as they are before the last of these updates.

    Returns:
        How many updates were made (fewer than T: the run has diverged), and the ticks of C's clock() for observing.
    """
    count, first_loss, spent, parameters = int(begun[0]), begun[1], 0, plan.codes[PARAMETERS]
    weights, grads = values[:parameters], vector(work, plan.places[GRADS], parameters)
    labels, targets = schedule.rows[0].copy(), data.targets[: plan.codes[ROWS]].copy()
    for t in range(losses.size):
        if t == losses.size - 1:
            before[:] = values
        frame, draws = schedule.frames[t], schedule.draws[t]
        if frame >= 0:
            vector(work, plan.places[AVERAGES], values.size - parameters)[:] = values[parameters:]
        gather(plan, work, data, schedule.rows[t], draws, labels, targets)
        transpose_weights(plan, values, work)
        forward(plan, values, work, draws)
        losses[t] = loss_and_gradient(plan, work, labels, targets)
        if not math.isfinite(losses[t]) or losses[t] > DIVERGED * first_loss:
            return t, spent
        first_loss = losses[t] if math.isnan(first_loss) else first_loss
        backward(plan, values, work, draws)
        if frame >= 0:
            spent += observe(plan, values, work, data, schedule, pages, (frame, arm), t, labels)
        settings = plan.reals[RATE], plan.reals[DECAY], count + t + 1
        update_parameters(weights, grads, memory, plan.codes[OPTIMIZER], settings)
        if frame >= 0:
            begin = _clock()
            record_updates(plan, values, work, pages, (frame, arm))
            spent += _clock() - begin
    return losses.size, spent


@entry
def evaluate(plan, values, work, data):
    """Test loss and accuracy of an arm in eval mode."""
    return test_figures(plan, values, work, data.test, data.test_labels, data.test_targets)
