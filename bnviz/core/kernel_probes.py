"""What is measured in a frame, compiled: the numbers of `probes.py`, read off the kernel's work memory.

Quantiles and histograms need the values in order. A frame therefore only lays aside what passed through each layer;
`kernel_order` reads both off once numpy has sorted it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from bnviz.core.kernel_lanes import WIDTH, larger, load, store
from bnviz.core.kernel_layers import moments
from bnviz.core.kernel_math import inlined, inner, spread, total, vector
from bnviz.core.kernel_net import signal
from bnviz.core.kernel_plan import (
    ACTIVATION,
    AFTER,
    BARE,
    BETA,
    COLUMNS,
    FAN_IN,
    GAMMA,
    GRADS,
    LINEAR,
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


class Pages(NamedTuple):
    """The arrays of a `Recording` that the kernel writes into, `aside`: frames x values laid aside for
    sorting, and `first_frame`: the number of the frame that lies there first."""

    train_accuracy: Array
    test_loss: Array
    test_accuracy: Array
    mean: Array
    std: Array
    row_std: Array
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


@inlined
def record_moments(rows, mean, var, pages, at):
    """Mean, std and row_std of N x units values, read off the mean and the variance of each unit.

    The variance of all values is the mean of the units' variances plus the variance of the units' means.
    """
    frame, arm, layer, kind = at
    moments(rows, mean, var)
    middle, within, units = total(mean) / mean.size, 0.0, mean.size
    for j in range(units):
        within += math.sqrt(var[j])
    pages.mean[frame, arm, layer, kind], pages.row_std[frame, arm, layer, kind] = middle, within / units
    between = spread(mean, mean.dtype.type(middle))
    pages.std[frame, arm, layer, kind] = math.sqrt((total(var) + between) / units)


@inlined
def record_values(plan, work, pages, at, layer, lay_at):
    """Mean, std and row_std of a layer's three kinds of values; lays aside those that `measure` needs in order."""
    frame, arm = at
    units, place, widest = plan.layers[layer, UNITS], plan.places[COLUMNS], plan.codes[WIDEST]
    mean, var = vector(work, place, units), vector(work, place + widest, units)
    bare, first = plan.layers[layer, PLACEMENT] == BARE, plan.codes[ROWS] * plan.layers[layer, START]
    half, recorded = plan.codes[ROWS] * plan.codes[UNITS_IN_ALL], min(pages.batch_mean.shape[3], units)
    entering = 2 if plan.layers[layer, PLACEMENT] == AFTER else 0
    for kind in range(3):
        if kind == 1 and bare:
            pages.mean[frame, arm, layer, 1] = pages.mean[frame, arm, layer, 0]
            pages.std[frame, arm, layer, 1] = pages.std[frame, arm, layer, 0]
            pages.row_std[frame, arm, layer, 1] = pages.row_std[frame, arm, layer, 0]
            continue
        rows = signal(plan, work, PRE if kind == 0 else NORMALIZED if kind == 1 else POST, layer)
        record_moments(rows, mean, var, pages, (frame, arm, layer, kind))
        if kind == entering:
            pages.batch_mean[frame, arm, layer, :recorded] = mean[:recorded]
            pages.batch_var[frame, arm, layer, :recorded] = var[:recorded]
        if kind < 2:
            pages.aside[lay_at, first + kind * half : first + kind * half + rows.size] = rows.reshape(-1)


@inner
def column_maxima(a, top):
    """The largest value of each column."""
    for j in range(0, top.size, WIDTH):
        most = load(a[0], j)
        for i in range(1, a.shape[0]):
            most = larger(load(a[i], j), most)
        store(top, j, most)


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


@inlined
def record_units(plan, values, work, pages, at, layer):
    """Saturation, zeros and maxima, and the numbers that are kept of single units."""
    frame, arm = at
    row, places, widest = plan.layers[layer], plan.places, plan.codes[WIDEST]
    post = signal(plan, work, POST, layer)
    top = vector(work, places[COLUMNS] + 2 * widest, row[UNITS])
    column_maxima(post, top)
    flat, zeros = post.reshape(-1), 0
    for i in range(flat.size):
        zeros += flat[i] == 0
    pages.zero_share[frame, arm, layer] = zeros / flat.size
    pages.saturated[frame, arm, layer] = saturated_share(flat, top, plan.codes[ACTIVATION])
    pages.maximum[frame, arm, layer] = total(top) / top.size
    units = min(pages.gamma.shape[3], row[UNITS])
    pages.unit_max[frame, arm, layer, :units] = top[:units]
    if row[GAMMA] >= 0:
        pages.gamma[frame, arm, layer, :units] = vector(values, row[GAMMA], units)
        pages.beta[frame, arm, layer, :units] = vector(values, row[BETA], units)
    if row[MEAN] >= 0:
        pages.running_mean[frame, arm, layer, :units] = vector(values, row[MEAN], units)
        pages.running_var[frame, arm, layer, :units] = vector(values, row[VAR], units)


@inlined
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


@inlined
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
