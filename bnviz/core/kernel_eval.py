"""Eval mode, compiled: predictions, test figures and decision maps.

Nothing is learnt here and there are many rows, so matrices lie the other way: features x EVAL_ROWS. What is done to
one unit is then done to neighbours in memory, and the weights are used as they are.
"""

from __future__ import annotations

import math

import numpy as np

from bnviz.core.kernel_lanes import WIDTH, add_product, everywhere, larger, load, root, store
from bnviz.core.kernel_layers import activation_forward, mean_of, variance_of
from bnviz.core.kernel_math import exponential, inner, matrix, vector
from bnviz.core.kernel_matmul import matmul
from bnviz.core.kernel_net import zeros
from bnviz.core.kernel_plan import (
    ACTIVATION,
    AFTER,
    BATCH,
    BEFORE,
    BETA,
    BIAS,
    CENTER,
    CLASSES,
    EPS,
    EVAL_ROWS,
    FAN_IN,
    GAMMA,
    GROUPS,
    HIDDEN,
    HIDDEN_NEXT,
    LINEAR,
    LOGITS,
    MEAN,
    NORM,
    PLACEMENT,
    RELU,
    UNITS,
    VAR,
    WEIGHT,
)


@inner
def scale_and_shift(unit, scale, shift, rectify):
    """unit = scale * unit + shift, in place, and no less than 0 if wanted."""
    zero = everywhere(unit.dtype.type(0))
    for i in range(0, unit.size, WIDTH):
        value = add_product(load(unit, i), scale, everywhere(shift))
        store(unit, i, larger(zero, value) if rectify else value)


@inner
def by_averages(plan, values, layer, j):
    """Batch norm of one unit in eval mode, gamma (x - mean) / sqrt(var + eps) + beta, as a scale and a shift."""
    row, eps = plan.layers[layer], values.dtype.type(plan.reals[EPS])
    scale = values[row[GAMMA] + j] / math.sqrt(values[row[VAR] + j] + eps)
    return scale, values[row[BETA] + j] - values[row[MEAN] + j] * scale


@inner
def linear_for_good(plan, values, work, layer, x, z):
    """z = W x + b, x and z being features x EVAL_ROWS; what can be done to z in the same go is done.

    Returns:
        Whether batch norm before the activation is done, and whether a ReLU is.
    """
    row, hidden, one = plan.layers[layer], layer < plan.layers.shape[0] - 1, values.dtype.type(1)
    matmul(matrix(values, row[WEIGHT], row[UNITS], row[FAN_IN]), x, zeros(plan, work, EVAL_ROWS), z)
    normed = row[PLACEMENT] == BEFORE and plan.codes[NORM] == BATCH
    rectified = hidden and plan.codes[ACTIVATION] == RELU and (normed or row[PLACEMENT] != BEFORE)
    for j in range(row[UNITS]):
        bias = values[row[BIAS] + j] if row[BIAS] >= 0 else values.dtype.type(0)
        scale, shift = by_averages(plan, values, layer, j) if normed else (one, values.dtype.type(0))
        scale_and_shift(z[j], scale, scale * bias + shift, rectified)
    return normed, rectified


@inner
def normalize_group(x, gamma, beta, eps, center):
    """Layer, group or RMS norm of the units of one group, in place; x is units x EVAL_ROWS."""
    for i in range(0, x.shape[1], WIDTH):
        mean = mean_of(x, i) if center else everywhere(x.dtype.type(0))
        scale = x.dtype.type(1) / root(variance_of(x, i, mean) + eps)
        for j in range(x.shape[0]):
            normal = (load(x[j], i) - mean) * scale
            store(x[j], i, add_product(gamma[j], normal, everywhere(beta[j])))


@inner
def normalize_for_good(plan, values, layer, x):
    """A norm in eval mode, in place: batch norm with its running averages, the others as ever."""
    row, eps, groups = plan.layers[layer], values.dtype.type(plan.reals[EPS]), plan.codes[GROUPS]
    if plan.codes[NORM] == BATCH:
        for j in range(row[UNITS]):
            scale, shift = by_averages(plan, values, layer, j)
            scale_and_shift(x[j], scale, shift, False)
        return
    gamma, beta = vector(values, row[GAMMA], row[UNITS]), vector(values, row[BETA], row[UNITS])
    size = row[UNITS] // groups
    for first in range(0, row[UNITS], size):
        part = slice(first, first + size)
        normalize_group(x[part], gamma[part], beta[part], eps, plan.codes[CENTER] != 0)


@inner
def predict(plan, values, work, x):
    """Logits of EVAL_ROWS rows in eval mode, outputs x EVAL_ROWS; x is features x EVAL_ROWS."""
    depth, activation = plan.layers.shape[0] - 1, plan.codes[ACTIVATION]
    here, free = plan.places[HIDDEN], plan.places[HIDDEN_NEXT]
    for layer in range(depth):
        a = matrix(work, here, plan.layers[layer, UNITS], EVAL_ROWS)
        normed, rectified = linear_for_good(plan, values, work, layer, x, a)
        placement = plan.layers[layer, PLACEMENT]
        if placement == BEFORE and not normed:
            normalize_for_good(plan, values, layer, a)
        if not rectified and activation != LINEAR:
            activation_forward(a.reshape(-1), activation, a.reshape(-1))
        if placement == AFTER:
            normalize_for_good(plan, values, layer, a)
        x, here, free = a, free, here
    z = matrix(work, here, plan.layers[depth, UNITS], EVAL_ROWS)
    linear_for_good(plan, values, work, depth, x, z)
    return z


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
def sum_of_cross_entropy(z, labels, sums):
    """Sum of log(sum_k exp(z_k)) - z_label over the labels' columns of z; sums takes 2 x EVAL_ROWS numbers."""
    whole, top = sums[0], sums[1]
    for i in range(0, labels.size, WIDTH):
        most = load(z[0], i)
        for k in range(1, z.shape[0]):
            most = larger(load(z[k], i), most)
        scale = everywhere(z.dtype.type(0))
        for k in range(z.shape[0]):
            scale = scale + exponential(load(z[k], i) - most)
        store(whole, i, scale)
        store(top, i, most)
    loss = 0.0
    for i in range(labels.size):
        loss += math.log(whole[i]) - (z[labels[i], i] - top[i])
    return loss


@inner
def sum_of_squares(z, targets):
    """Sum of (output - target)^2 over the targets' columns of z."""
    loss = 0.0
    for i in range(len(targets)):
        for k in range(z.shape[0]):
            loss += (z[k, i] - targets[i, k]) ** 2
    return loss


@inner
def test_figures(plan, values, work, blocks, labels, targets):
    """Loss and accuracy of all rows in eval mode; the accuracy of a regression is NaN.

    Args:
        plan, values, work: of the arm.
        blocks: x as blocks of features x EVAL_ROWS, the last one filled up with zeros.
        labels, targets: as many as there are rows; one of the two is empty.
    """
    rows, loss, right = labels.size + len(targets), 0.0, 0
    for block in range(blocks.shape[0]):
        here = slice(block * EVAL_ROWS, min((block + 1) * EVAL_ROWS, rows))
        z = predict(plan, values, work, blocks[block])
        if plan.codes[CLASSES]:
            some = labels[here]
            loss += sum_of_cross_entropy(z, some, matrix(work, plan.places[LOGITS], 2, EVAL_ROWS))
            right += round(accuracy(z.T[: some.size], some) * some.size)
        else:
            loss += sum_of_squares(z, targets[here])
    outputs = plan.layers[plan.layers.shape[0] - 1, UNITS]
    return (loss / rows, right / rows) if plan.codes[CLASSES] else (loss / (rows * outputs), math.nan)


@inner
def record_sample(plan, values, work, block, sample):
    """Predicted class of the first rows in eval mode (at most EVAL_ROWS of them)."""
    logits = predict(plan, values, work, block).T
    for i in range(sample.size):
        sample[i] = largest(logits[i])


@inner
def record_map(plan, values, work, blocks, cells):
    """P(class 1) times 200 on the grid, in eval mode: 1 / (1 + exp(z0 - z1))."""
    shares, one = vector(work, plan.places[LOGITS], EVAL_ROWS), everywhere(values.dtype.type(1))
    for block in range(blocks.shape[0]):
        z = predict(plan, values, work, blocks[block])
        for i in range(0, EVAL_ROWS, WIDTH):
            store(shares, i, 200 / (one + exponential(load(z[0], i) - load(z[1], i))) + 0.5)
        first = block * EVAL_ROWS
        for i in range(min(EVAL_ROWS, cells.size - first)):
            cells[first + i] = np.uint8(shares[i])
