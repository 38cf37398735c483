"""Quantiles and histograms, compiled: both are read off values that numpy has sorted.

Activations never decrease, so the sorted values after one are the activations of the sorted values before.
"""

from __future__ import annotations

import math

import numpy as np

from bnviz.core.kernel_layers import activate
from bnviz.core.kernel_math import entry, inner
from bnviz.core.kernel_plan import ACTIVATION, BARE, BEFORE, LINEAR, PLACEMENT, RELU, ROWS, START, UNITS, UNITS_IN_ALL
from bnviz.core.schedule import BINS, QUANTILES

SHARES = np.array(QUANTILES)


@inner
def read_quantiles(ordered, activation, quantiles):
    """Quantiles of activation(values), given the values in order; linearly interpolated."""
    for k in range(SHARES.size):
        place = SHARES[k] * (ordered.size - 1)
        below = math.floor(place)
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
