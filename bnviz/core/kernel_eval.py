"""Eval mode, compiled: predictions, test figures and decision maps.

Nothing is learnt here and there are many rows, so matrices lie the other way: features x EVAL_ROWS. What is done to
one unit is then done to neighbours in memory, and the weights are used as they are.
"""

from __future__ import annotations

import math

import numpy as np

from bnviz.core.kernel_lanes import WIDTH, add_product, everywhere, load, root, store
from bnviz.core.kernel_layers import activation_forward, cross_entropy, mean_of, squared_error, variance_of
from bnviz.core.kernel_math import inner, matrix, transpose, vector
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
    LOGITS,
    MEAN,
    NORM,
    PLACEMENT,
    UNITS,
    VAR,
    WEIGHT,
)


@inner
def linear_for_good(plan, values, work, layer, x, z):
    """z = W x + b, x and z being features x EVAL_ROWS."""
    row = plan.layers[layer]
    matmul(matrix(values, row[WEIGHT], row[UNITS], row[FAN_IN]), x, zeros(plan, work, EVAL_ROWS), z)
    if row[BIAS] >= 0:
        bias = vector(values, row[BIAS], row[UNITS])
        for j in range(bias.size):
            unit, shift = z[j], bias[j]
            for i in range(unit.size):
                unit[i] += shift


@inner
def normalize_by_averages(x, mean, var, gamma, beta, eps):
    """Batch norm with its running averages, in place; x is units x EVAL_ROWS."""
    for j in range(x.shape[0]):
        unit, middle, shift, scale = x[j], mean[j], beta[j], gamma[j] / math.sqrt(var[j] + eps)
        for i in range(unit.size):
            unit[i] = (unit[i] - middle) * scale + shift


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
    gamma, beta = vector(values, row[GAMMA], row[UNITS]), vector(values, row[BETA], row[UNITS])
    if plan.codes[NORM] == BATCH:
        mean, var = vector(values, row[MEAN], row[UNITS]), vector(values, row[VAR], row[UNITS])
        normalize_by_averages(x, mean, var, gamma, beta, eps)
        return
    size = row[UNITS] // groups
    for first in range(0, row[UNITS], size):
        part = slice(first, first + size)
        normalize_group(x[part], gamma[part], beta[part], eps, plan.codes[CENTER] != 0)


@inner
def predict(plan, values, work, x, logits):
    """Logits of EVAL_ROWS rows in eval mode; x is features x EVAL_ROWS, logits EVAL_ROWS x outputs."""
    depth, activation = plan.layers.shape[0] - 1, plan.codes[ACTIVATION]
    here, free = plan.places[HIDDEN], plan.places[HIDDEN_NEXT]
    for layer in range(depth):
        a = matrix(work, here, plan.layers[layer, UNITS], EVAL_ROWS)
        linear_for_good(plan, values, work, layer, x, a)
        placement = plan.layers[layer, PLACEMENT]
        if placement == BEFORE:
            normalize_for_good(plan, values, layer, a)
        activation_forward(a.reshape(-1), activation, a.reshape(-1))
        if placement == AFTER:
            normalize_for_good(plan, values, layer, a)
        x, here, free = a, free, here
    z = matrix(work, here, plan.layers[depth, UNITS], EVAL_ROWS)
    linear_for_good(plan, values, work, depth, x, z)
    transpose(z, logits)


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
def test_figures(plan, values, work, blocks, labels, targets):
    """Loss and accuracy of all rows in eval mode; the accuracy of a regression is NaN.

    Args:
        plan, values, work: of the arm.
        blocks: x as blocks of features x EVAL_ROWS, the last one filled up with zeros.
        labels, targets: as many as there are rows; one of the two is empty.
    """
    outputs, rows, loss, right = plan.layers[plan.layers.shape[0] - 1, UNITS], labels.size + len(targets), 0.0, 0.0
    for block in range(blocks.shape[0]):
        first = block * EVAL_ROWS
        last = min(first + EVAL_ROWS, rows)
        predict(plan, values, work, blocks[block], matrix(work, plan.places[LOGITS], EVAL_ROWS, outputs))
        logits = matrix(work, plan.places[LOGITS], last - first, outputs)
        unused = matrix(work, plan.places[HIDDEN], last - first, outputs)
        if plan.codes[CLASSES]:
            loss += cross_entropy(logits, labels[first:last], unused) * (last - first)
            right += accuracy(logits, labels[first:last]) * (last - first)
        else:
            loss += squared_error(logits, targets[first:last], unused) * (last - first)
    return loss / rows, right / rows if plan.codes[CLASSES] else math.nan


@inner
def record_sample(plan, values, work, block, sample):
    """Predicted class of the first rows in eval mode (at most EVAL_ROWS of them)."""
    logits = matrix(work, plan.places[LOGITS], EVAL_ROWS, plan.layers[plan.layers.shape[0] - 1, UNITS])
    predict(plan, values, work, block, logits)
    for i in range(sample.size):
        sample[i] = largest(logits[i])


@inner
def record_map(plan, values, work, blocks, cells):
    """P(class 1) times 200 on the grid, in eval mode: 1 / (1 + exp(z0 - z1))."""
    logits, one = matrix(work, plan.places[LOGITS], EVAL_ROWS, 2), values.dtype.type(1)
    for block in range(blocks.shape[0]):
        predict(plan, values, work, blocks[block], logits)
        first = block * EVAL_ROWS
        for i in range(min(EVAL_ROWS, cells.size - first)):
            share = one / (one + math.exp(logits[i, 0] - logits[i, 1]))
            cells[first + i] = np.uint8(values.dtype.type(200) * share + values.dtype.type(0.5))
