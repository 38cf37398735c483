"""What is measured in a frame, compiled: the numbers of `probes.py`, read off the kernel's work memory.

Quantiles and histograms need the values in order. A frame therefore only lays aside what passed through each layer;
`measure` reads both off once numpy has sorted it. Activations never decrease, so the sorted values after one are the
activations of the sorted values before.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bnviz.core.kernel_layers import activate, cross_entropy, moments, squared_error
from bnviz.core.kernel_math import entry, inner, matrix, spread, total, vector
from bnviz.core.kernel_net import predict, signal
from bnviz.core.kernel_plan import (
    ACTIVATION,
    AFTER,
    BARE,
    BEFORE,
    BETA,
    CLASSES,
    COLUMNS,
    EVAL_ROWS,
    FAN_IN,
    GAMMA,
    GRADS,
    HIDDEN,
    LINEAR,
    LOGITS,
    MEAN,
    NORMALIZED,
    OLD,
    PLACEMENT,
    POST,
    PRE,
    RELU,
    ROWS,
    START,
    TANH,
    UNITS,
    UNITS_IN_ALL,
    VAR,
    WEIGHT,
    WIDEST,
    Array,
)
from bnviz.core.probes import SATURATED
from bnviz.core.schedule import BINS, QUANTILES

SHARES = np.array(QUANTILES)


class Pages(NamedTuple):
    """The arrays of a `Recording` that the kernel writes into, `aside`: frames x values laid aside for
    sorting, and `first_frame`: the number of the frame that lies there first."""

    train_accuracy: Array
    test_loss: Array
    test_accuracy: Array
    mean: Array
    std: Array
    saturated: Array
    zero_share: Array
    maximum: Array
    grad_norm: Array
    grad_std: Array
    weight_std: Array
    update_std: Array
    gamma: Array
    beta: Array
    batch_mean: Array
    batch_var: Array
    running_mean: Array
    running_var: Array
    unit_max: Array
    sample: Array
    maps: Array
    aside: Array
    first_frame: Array


@inner
def mean_and_std(a):
    """Mean and standard deviation of a vector."""
    mean = total(a) / a.dtype.type(a.size)
    return mean, math.sqrt(spread(a, mean) / a.size)


@inner
def record_values(plan, work, pages, at, layer, lay_at):
    """Mean and std of a layer's three kinds of values; lays aside those that `measure` needs in order."""
    frame, arm = at
    bare, place = plan.layers[layer, PLACEMENT] == BARE, plan.codes[ROWS] * plan.layers[layer, START]
    half = plan.codes[ROWS] * plan.codes[UNITS_IN_ALL]
    for kind in range(3):
        if kind == 1 and bare:
            pages.mean[frame, arm, layer, 1] = pages.mean[frame, arm, layer, 0]
            pages.std[frame, arm, layer, 1] = pages.std[frame, arm, layer, 0]
            continue
        values = signal(plan, work, PRE if kind == 0 else NORMALIZED if kind == 1 else POST, layer).reshape(-1)
        mean, std = mean_and_std(values)
        pages.mean[frame, arm, layer, kind], pages.std[frame, arm, layer, kind] = mean, std
        if kind < 2:
            pages.aside[lay_at, place + kind * half : place + kind * half + values.size] = values


@inner
def column_maxima(a, top):
    """The largest value of each column."""
    top[:] = a[0]
    for i in range(1, a.shape[0]):
        row = a[i]
        for j in range(top.size):
            top[j] = row[j] if row[j] > top[j] else top[j]


@inner
def saturated_share(post, top, activation):
    """Share of saturated values (tanh, sigmoid), of dead units (ReLU), or NaN (linear)."""
    bound, half, count = post.dtype.type(SATURATED), post.dtype.type(0.5), 0
    if activation == LINEAR:
        return math.nan
    if activation == RELU:
        for j in range(top.size):
            count += top[j] <= 0
        return count / top.size
    for i in range(post.size):
        size = abs(post[i]) if activation == TANH else abs(post[i] - half) + abs(post[i] - half)
        count += size > bound
    return count / post.size


@inner
def record_units(plan, values, work, pages, at, layer):
    """Saturation, zeros and maxima, and the numbers that are kept of single units."""
    frame, arm = at
    row, places, widest = plan.layers[layer], plan.places, plan.codes[WIDEST]
    post = signal(plan, work, POST, layer)
    mean, var = vector(work, places[COLUMNS], row[UNITS]), vector(work, places[COLUMNS] + widest, row[UNITS])
    top = vector(work, places[COLUMNS] + 2 * widest, row[UNITS])
    moments(post if row[PLACEMENT] == AFTER else signal(plan, work, PRE, layer), mean, var)
    column_maxima(post, top)
    flat, zeros = post.reshape(-1), 0
    for i in range(flat.size):
        zeros += flat[i] == 0
    pages.zero_share[frame, arm, layer] = zeros / flat.size
    pages.saturated[frame, arm, layer] = saturated_share(flat, top, plan.codes[ACTIVATION])
    pages.maximum[frame, arm, layer] = total(top) / top.size
    units = min(pages.gamma.shape[3], row[UNITS])
    pages.batch_mean[frame, arm, layer, :units] = mean[:units]
    pages.batch_var[frame, arm, layer, :units] = var[:units]
    pages.unit_max[frame, arm, layer, :units] = top[:units]
    if row[GAMMA] >= 0:
        pages.gamma[frame, arm, layer, :units] = vector(values, row[GAMMA], units)
        pages.beta[frame, arm, layer, :units] = vector(values, row[BETA], units)
    if row[MEAN] >= 0:
        pages.running_mean[frame, arm, layer, :units] = vector(values, row[MEAN], units)
        pages.running_var[frame, arm, layer, :units] = vector(values, row[VAR], units)


@inner
def record_gradients(plan, values, work, pages, at):
    """Sizes of the gradient of every weight matrix, and of the matrix itself."""
    frame, arm = at
    for layer in range(plan.layers.shape[0]):
        row = plan.layers[layer]
        size = row[FAN_IN] * row[UNITS]
        grad = vector(work, plan.places[GRADS] + row[WEIGHT], size)
        pages.grad_norm[frame, arm, layer] = math.sqrt(spread(grad, grad.dtype.type(0)))
        pages.grad_std[frame, arm, layer] = mean_and_std(grad)[1]
        pages.weight_std[frame, arm, layer] = mean_and_std(vector(values, row[WEIGHT], size))[1]


@inner
def record_updates(plan, values, work, pages, at):
    """Standard deviation of what the update changed in every weight matrix; OLD becomes that change."""
    frame, arm = at
    for layer in range(plan.layers.shape[0]):
        row = plan.layers[layer]
        size = row[FAN_IN] * row[UNITS]
        new, change = vector(values, row[WEIGHT], size), vector(work, plan.places[OLD] + row[WEIGHT], size)
        for i in range(size):
            change[i] = new[i] - change[i]
        pages.update_std[frame, arm, layer] = mean_and_std(change)[1]


@inner
def largest(row):
    """The place of the largest number of a vector, the first of equal ones."""
    best = 0
    for k in range(1, row.size):
        if row[k] > row[best]:
            best = k
    return best


@inner
def accuracy(logits, labels):
    """Share of rows whose largest logit is the label's."""
    right = 0
    for i in range(logits.shape[0]):
        right += largest(logits[i]) == labels[i]
    return right / logits.shape[0]


@inner
def test_figures(plan, values, work, x, labels, targets):
    """Loss and accuracy of all rows of x in eval mode; the accuracy of a regression is NaN."""
    outputs, rows, loss, right = plan.layers[plan.layers.shape[0] - 1, UNITS], x.shape[0], 0.0, 0.0
    for first in range(0, rows, EVAL_ROWS):
        part = x[first : min(first + EVAL_ROWS, rows)]
        count = part.shape[0]
        logits = matrix(work, plan.places[LOGITS], count, outputs)
        predict(plan, values, work, part, logits)
        unused = matrix(work, plan.places[HIDDEN], count, outputs)
        if plan.codes[CLASSES]:
            loss += cross_entropy(logits, labels[first : first + count], unused) * count
            right += accuracy(logits, labels[first : first + count]) * count
        else:
            loss += squared_error(logits, targets[first : first + count], unused) * count
    return loss / rows, right / rows if plan.codes[CLASSES] else math.nan


@inner
def record_sample(plan, values, work, x, sample):
    """Predicted class of the first rows in eval mode (at most EVAL_ROWS of them)."""
    logits = matrix(work, plan.places[LOGITS], sample.size, plan.layers[plan.layers.shape[0] - 1, UNITS])
    predict(plan, values, work, x[: sample.size], logits)
    for i in range(sample.size):
        sample[i] = largest(logits[i])


@inner
def record_map(plan, values, work, grid, cells):
    """P(class 1) times 200 on the grid, in eval mode: 1 / (1 + exp(z0 - z1))."""
    for first in range(0, grid.shape[0], EVAL_ROWS):
        part = grid[first : min(first + EVAL_ROWS, grid.shape[0])]
        logits = matrix(work, plan.places[LOGITS], part.shape[0], 2)
        predict(plan, values, work, part, logits)
        for i in range(part.shape[0]):
            share = 1.0 / (1.0 + math.exp(logits[i, 0] - logits[i, 1]))
            cells[first + i] = np.uint8(round(200.0 * share))


@inner
def read_quantiles(ordered, activation, quantiles):
    """Quantiles of activation(values), given the values in order; linearly interpolated."""
    for k in range(SHARES.size):
        place = SHARES[k] * (ordered.size - 1)
        below = int(math.floor(place))
        lower = activate(ordered[below], activation)
        upper = activate(ordered[min(below + 1, ordered.size - 1)], activation)
        quantiles[k] = lower + (upper - lower) * ordered.dtype.type(place - below)


@inner
def bin_of(value, low, scale):
    """The bin of a value: 0 below the range, 1 to BINS inside, BINS + 1 above."""
    scaled = (value - low) * scale
    if not scaled >= 0:
        return 0
    return BINS + 1 if scaled >= BINS else int(scaled) + 1


@inner
def read_counts(ordered, activation, post, edges, counts):
    """Counts of activation(values) in each bin, given the values in order: bisection finds where each bin ends.

    After a ReLU (post) only values above 0 are counted.
    """
    low = ordered.dtype.type(edges[0])
    scale = ordered.dtype.type(BINS / (edges[1] - edges[0]) * (1 - 1e-6))
    begin, end = 0, ordered.size
    if post and activation == RELU:
        begin = first_above(ordered, ordered.dtype.type(0))
    if not post:
        activation = LINEAR
    while begin < end:
        here = bin_of(activate(ordered[begin], activation), low, scale)
        left, right, stride = begin, end, 1  # the bin ends after left and at or before right
        while left + stride < end and bin_of(activate(ordered[left + stride], activation), low, scale) == here:
            left, stride = left + stride, 2 * stride
        right = min(end, left + stride)
        while right - left > 1:
            middle = (left + right) // 2
            if bin_of(activate(ordered[middle], activation), low, scale) == here:
                left = middle
            else:
                right = middle
        counts[here] = right - begin
        begin = right


@inner
def first_above(ordered, bound):
    """How many of the ordered values are not above the bound."""
    left, right = 0, ordered.size
    while left < right:
        middle = (left + right) // 2
        if ordered[middle] > bound:
            right = middle
        else:
            left = middle + 1
    return left


@entry
def measure(plan, aside, first_frame, arm, ranges, histogram, quantiles):
    """Histograms and quantiles of consecutive frames.

    Args:
        plan: of the arm.
        aside: frames x values, each layer's values in order.
        first_frame, arm: where in the recording.
        ranges: low and high of the values before and of those after the activation.
        histogram, quantiles: of the recording.
    """
    activation, half = plan.codes[ACTIVATION], plan.codes[ROWS] * plan.codes[UNITS_IN_ALL]
    for frame in range(aside.shape[0]):
        for layer in range(plan.layers.shape[0] - 1):
            row = plan.layers[layer]
            size, place = plan.codes[ROWS] * row[UNITS], plan.codes[ROWS] * row[START]
            pre = aside[frame, place : place + size]
            normalized = pre if row[PLACEMENT] == BARE else aside[frame, half + place : half + place + size]
            counts, shares = histogram[first_frame + frame, arm, layer], quantiles[first_frame + frame, arm, layer]
            read_counts(pre, activation, False, ranges[0], counts[0])
            read_quantiles(pre, LINEAR, shares[0])
            if row[PLACEMENT] == BARE:
                counts[1], shares[1] = counts[0], shares[0]
            else:
                read_counts(normalized, activation, False, ranges[0], counts[1])
                read_quantiles(normalized, LINEAR, shares[1])
            entering = normalized if row[PLACEMENT] == BEFORE else pre
            read_counts(entering, activation, True, ranges[1], counts[2])
            read_quantiles(entering, activation, shares[2])
