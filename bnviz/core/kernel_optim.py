"""One update of all parameters by each optimizer, compiled: torch's formulas with torch's defaults.

w are the parameters, g their gradients plus weight_decay * w; m and v are what an optimizer remembers.
"""

from __future__ import annotations

import math

from bnviz.core.kernel_math import inner
from bnviz.core.kernel_plan import ADAM, HEAVY_BALL, RMSPROP


@inner
def sgd(w, grads, rate, decay):
    """w -= rate * g."""
    for i in range(w.size):
        w[i] -= rate * (grads[i] + decay * w[i])


@inner
def momentum(w, grads, m, rate, decay):
    """m = 0.9 m + g;  w -= rate * m."""
    keep = w.dtype.type(0.9)
    for i in range(w.size):
        m[i] = keep * m[i] + (grads[i] + decay * w[i])
        w[i] -= rate * m[i]


@inner
def rmsprop(w, grads, v, rate, decay):
    """v = 0.99 v + 0.01 g^2;  w -= rate * g / (sqrt(v) + 1e-8)."""
    keep, new, eps = w.dtype.type(0.99), w.dtype.type(1 - 0.99), w.dtype.type(1e-8)
    for i in range(w.size):
        g = grads[i] + decay * w[i]
        v[i] = keep * v[i] + new * g * g
        w[i] -= rate * g / (math.sqrt(v[i]) + eps)


@inner
def adam(w, grads, m, v, rate, decay, update):
    """m = 0.9 m + 0.1 g;  v = 0.999 v + 0.001 g^2;  w -= rate * m' / (sqrt(v') + 1e-8).

    m' = m / (1 - 0.9^t) and v' = v / (1 - 0.999^t) undo the start from 0; t counts the updates from 1 on.
    """
    real = w.dtype.type
    new_m, keep, new_v, eps = real(1 - 0.9), real(0.999), real(1 - 0.999), real(1e-8)
    step, root = real(rate / (1 - 0.9**update)), real(math.sqrt(1 - 0.999**update))
    for i in range(w.size):
        g = grads[i] + decay * w[i]
        m[i] += new_m * (g - m[i])
        v[i] = keep * v[i] + new_v * g * g
        w[i] -= step * m[i] / (math.sqrt(v[i]) / root + eps)


@inner
def update_parameters(w, grads, memory, optimizer, settings):
    """Let an optimizer make its update.

    Args:
        w, grads: one number a parameter.
        memory: 2 x parameters, m and v.
        optimizer: its code.
        settings: learning rate, weight decay, and the number of this update (from 1 on).
    """
    rate, decay = w.dtype.type(settings[0]), w.dtype.type(settings[1])
    if optimizer == ADAM:
        adam(w, grads, memory[0], memory[1], settings[0], decay, settings[2])
    elif optimizer == RMSPROP:
        rmsprop(w, grads, memory[1], rate, decay)
    elif optimizer == HEAVY_BALL:
        momentum(w, grads, memory[0], rate, decay)
    else:
        sgd(w, grads, rate, decay)
