"""Eval mode, compiled: predictions, test figures and decision maps. The transposed weights must be there."""

from __future__ import annotations

import math

import numpy as np

from bnviz.core.kernel_layers import activation_forward, affine, cross_entropy, group_forward, squared_error
from bnviz.core.kernel_math import inner, matrix, vector
from bnviz.core.kernel_net import linear
from bnviz.core.kernel_plan import (
    ACTIVATION,
    AFTER,
    BATCH,
    BEFORE,
    BETA,
    CENTER,
    CLASSES,
    COLUMNS,
    EPS,
    EVAL_ROWS,
    GAMMA,
    GROUPS,
    HIDDEN,
    HIDDEN_HAT,
    HIDDEN_NEXT,
    INV_STD,
    LOGITS,
    MEAN,
    NORM,
    PLACEMENT,
    UNITS,
    VAR,
)


@inner
def normalize_for_good(plan, values, work, layer, x):
    """A norm in eval mode, in place: batch norm with its running averages, the others as ever."""
    row, rows = plan.layers[layer], x.shape[0]
    units, groups, eps = row[UNITS], plan.codes[GROUPS], values.dtype.type(plan.reals[EPS])
    gamma, beta = vector(values, row[GAMMA], units), vector(values, row[BETA], units)
    if plan.codes[NORM] == BATCH:
        mean, var = vector(values, row[MEAN], units), vector(values, row[VAR], units)
        scale = vector(work, plan.places[COLUMNS], units)
        for j in range(units):
            scale[j] = gamma[j] / math.sqrt(var[j] + eps)
        for i in range(rows):
            for j in range(units):
                x[i, j] = (x[i, j] - mean[j]) * scale[j] + beta[j]
    else:
        x_hat = matrix(work, plan.places[HIDDEN_HAT], rows, units)
        shape = (rows * groups, units // groups)
        inv_std = vector(work, plan.places[INV_STD], rows * groups)
        group_forward(x.reshape(shape), eps, plan.codes[CENTER] != 0, x_hat.reshape(shape), inv_std)
        affine(x_hat, gamma, beta, x)


@inner
def predict(plan, values, work, x, logits):
    """Up to EVAL_ROWS rows in eval mode. The transposed weights must be there."""
    rows, depth, activation = x.shape[0], plan.layers.shape[0] - 1, plan.codes[ACTIVATION]
    here, free = plan.places[HIDDEN], plan.places[HIDDEN_NEXT]
    for layer in range(depth):
        a = matrix(work, here, rows, plan.layers[layer, UNITS])
        linear(plan, values, work, layer, x, a)
        placement = plan.layers[layer, PLACEMENT]
        if placement == BEFORE:
            normalize_for_good(plan, values, work, layer, a)
        activation_forward(a.reshape(-1), activation, a.reshape(-1))
        if placement == AFTER:
            normalize_for_good(plan, values, work, layer, a)
        x, here, free = a, free, here
    linear(plan, values, work, depth, x, logits)


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
