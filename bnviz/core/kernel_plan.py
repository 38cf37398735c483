"""What the compiled kernel is told about an arm: where its numbers lie in flat memory, and its settings as codes.

A compiled function knows no classes and no words. So an arm's network becomes one flat array of values (all parameters
in torch's order, then all buffers), a table with one row a layer that says where each vector starts, and two short
arrays of settings.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnviz.core.experiment import Arm, Experiment
from bnviz.core.memory import Memory
from bnviz.core.network import NormNet

Array = NDArray[Any]

# Columns of the table of layers. Offsets are into the flat values; -1 where a layer has no such vector.
FAN_IN, UNITS, WEIGHT, BIAS, GAMMA, BETA, MEAN, VAR, PLACEMENT, START, SIZE = range(11)
# Where the norm stands.
BARE, BEFORE, AFTER = range(3)
# Settings that are whole numbers.
NORM, GROUPS, GHOST, CENTER, NOISY, ACTIVATION, OPTIMIZER, CLASSES, ROWS, PARAMETERS, UNITS_IN_ALL, WIDEST = range(12)
# Settings that are real numbers.
RATE, DECAY, EPS, MOMENTUM, DROPOUT, INPUT_NOISE = range(6)
BATCH, GROUP = 1, 2
RELU, TANH, SIGMOID, LINEAR = range(4)
SGD, HEAVY_BALL, RMSPROP, ADAM = range(4)
ACTIVATION_CODES = {"relu": RELU, "tanh": TANH, "sigmoid": SIGMOID, "linear": LINEAR}
OPTIMIZER_CODES = {"sgd": SGD, "momentum": HEAVY_BALL, "rmsprop": RMSPROP, "adam": ADAM}
EVAL_ROWS = 80  # 1,296 cells of a map and 450 test rows fill such blocks nearly


# Where things lie in the work memory: signals and averages of all hidden layers (one layer after the other, N x units
# each), and what one pass or one layer needs. Nothing in there outlives an update.
(PRE, X_HAT, NORMALIZED, POST, DROPPED, INV_STD, WEIGHTS_T, GRADS, DELTA, DELTA_BEFORE, LOGITS, X, COLUMNS, OLD,
 AVERAGES, HIDDEN, HIDDEN_NEXT, ZEROS, END) = range(19)  # fmt: skip
# Where an update's random numbers lie among the draws; -1 where it needs none; DRAWN is how many.
DRAWN_INPUT, DRAWN_DROPOUT, DRAWN_SCALE, DRAWN_SHIFT, DRAWN = range(END + 1, END + 6)


class Plan(NamedTuple):
    """One arm as numbers.

    Attributes:
        layers: (L + 1) x SIZE, a row for each hidden layer and one for the output.
        codes, reals: settings.
        places: offsets into the work memory and into the draws of an update.
    """

    layers: Array
    codes: Array
    reals: Array
    places: Array


@lru_cache(maxsize=32)
def table_of_layers(net: NormNet) -> Array:
    """The table of layers of a net whose parameters and buffers lie one after the other; kept for its next run."""
    offsets, place = {}, 0
    for tensor in (*net.parameters(), *net.buffers()):
        offsets[id(tensor)], place = place, place + tensor.numel()
    table, start = np.full((len(net.linears()), SIZE), -1, np.int64), 0
    norms = [*((layer.norm, layer.placement) for layer in net.layers()), (None, "none")]
    for row, linear, (norm, placement) in zip(table, net.linears(), norms, strict=True):
        row[FAN_IN], row[UNITS] = linear.in_features, linear.out_features
        row[WEIGHT] = offsets[id(linear.weight)]
        row[BIAS] = offsets.get(id(linear.bias), -1)
        row[PLACEMENT] = BARE if norm is None else {"before": BEFORE, "after": AFTER}[placement]
        for column, name in ((GAMMA, "gamma"), (BETA, "beta"), (MEAN, "running_mean"), (VAR, "running_var")):
            row[column] = offsets.get(id(getattr(norm, name, None)), -1)
        row[START], start = start, start + linear.out_features
    return table


def plan_of(experiment: Experiment, arm: Arm, memory: Memory, classes: int) -> Plan:
    """An arm's plan."""
    training, table = experiment.training, table_of_layers(memory.blueprint)
    codes, reals = np.zeros(12, np.int64), np.zeros(6)
    codes[NORM] = 0 if arm.norm == "none" else BATCH if arm.uses_batch_statistics else GROUP
    codes[GROUPS] = arm.groups if arm.norm == "group" else 1
    codes[GHOST] = arm.ghost_size if arm.norm == "batch_ghost" else training.batch_size
    codes[CENTER], codes[NOISY] = arm.norm != "rms", arm.norm == "batch_noisy"
    codes[ACTIVATION] = ACTIVATION_CODES[experiment.network.activation]
    codes[OPTIMIZER] = OPTIMIZER_CODES[arm.optimizer or training.optimizer]
    codes[CLASSES], codes[ROWS] = classes, training.batch_size
    codes[PARAMETERS] = memory.moments.shape[1]
    codes[UNITS_IN_ALL], codes[WIDEST] = table[:-1, UNITS].sum(), table[:, [FAN_IN, UNITS]].max()
    reals[RATE] = training.learning_rate if arm.learning_rate is None else arm.learning_rate
    reals[DECAY], reals[EPS], reals[MOMENTUM] = training.weight_decay, arm.eps, arm.momentum
    reals[DROPOUT] = training.dropout if arm.dropout is None else arm.dropout
    reals[INPUT_NOISE] = training.input_noise
    return Plan(table, codes, reals, places_for(table, codes, reals, memory.values.size))


def places_for(table: Array, codes: Array, reals: Array, numbers: int) -> Array:
    """Lay out the work memory and the draws of an arm that has so many values; each piece starts on a cache line."""
    rows, units, widest, parameters = (int(codes[code]) for code in (ROWS, UNITS_IN_ALL, WIDEST, PARAMETERS))
    sizes = dict.fromkeys((PRE, X_HAT, NORMALIZED, POST, DROPPED), rows * units)
    sizes |= dict.fromkeys((DELTA, DELTA_BEFORE), rows * widest)
    sizes |= dict.fromkeys((HIDDEN, HIDDEN_NEXT), EVAL_ROWS * widest)
    sizes |= {WEIGHTS_T: parameters, OLD: parameters, GRADS: numbers, AVERAGES: numbers - parameters}
    sizes |= {
        INV_STD: rows * max(units, len(table) * int(codes[GROUPS])),
        COLUMNS: 4 * widest,
        ZEROS: max(widest, EVAL_ROWS),
    }
    sizes |= {LOGITS: max(rows, EVAL_ROWS) * int(table[-1, UNITS]), X: rows * int(table[0, FAN_IN])}
    places, place = np.full(DRAWN + 1, -1, np.int64), 0
    for piece in range(END):
        places[piece], place = place, place + (sizes[piece] + 15) // 16 * 16
    places[END], drawn = place, 0
    for piece, size, wanted in (
        (DRAWN_INPUT, rows * int(table[0, FAN_IN]), reals[INPUT_NOISE]),
        (DRAWN_DROPOUT, rows * units, reals[DROPOUT]),
        (DRAWN_SCALE, rows * units, codes[NOISY]),
        (DRAWN_SHIFT, rows * units, codes[NOISY]),
    ):
        if wanted:
            places[piece], drawn = drawn, drawn + size
    places[DRAWN] = drawn
    return places
