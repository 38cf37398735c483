"""A whole network forward and backward, compiled: the order in which the pieces of `kernel_layers` are called."""

from __future__ import annotations

from bnviz.core.kernel_layers import (
    activation_backward,
    activation_forward,
    affine,
    affine_backward,
    batch_backward,
    batch_forward,
    cross_entropy,
    group_backward,
    group_forward,
    linear_backward,
    linear_backward_input,
    linear_forward,
    squared_error,
    track,
)
from bnviz.core.kernel_math import inlined, inner, matrix, transpose, vector
from bnviz.core.kernel_plan import (
    ACTIVATION,
    AFTER,
    BATCH,
    BEFORE,
    BETA,
    BIAS,
    CENTER,
    CLASSES,
    COLUMNS,
    DELTA,
    DELTA_BEFORE,
    DRAWN_DROPOUT,
    DRAWN_SCALE,
    DRAWN_SHIFT,
    DROPOUT,
    DROPPED,
    EPS,
    FAN_IN,
    GAMMA,
    GHOST,
    GRADS,
    GROUPS,
    INV_STD,
    LOGITS,
    MEAN,
    MOMENTUM,
    NORM,
    NORMALIZED,
    PLACEMENT,
    POST,
    PRE,
    ROWS,
    START,
    UNITS,
    VAR,
    WEIGHT,
    WEIGHTS_T,
    WIDEST,
    X_HAT,
    ZEROS,
    X,
)


@inlined
def signal(plan, work, kind, layer):
    """What is kept of one hidden layer's pass, N x units: its PRE, X_HAT, NORMALIZED, POST or DROPPED."""
    rows, row = plan.codes[ROWS], plan.layers[layer]
    return matrix(work, plan.places[kind] + rows * row[START], rows, row[UNITS])


@inlined
def output_of(plan, work, layer):
    """What a hidden layer hands on; layer -1 is the batch itself."""
    if layer < 0:
        return matrix(work, plan.places[X], plan.codes[ROWS], plan.layers[0, FAN_IN])
    if plan.reals[DROPOUT] > 0:
        return signal(plan, work, DROPPED, layer)
    return signal(plan, work, NORMALIZED if plan.layers[layer, PLACEMENT] == AFTER else POST, layer)


@inlined
def zeros(plan, work, length):
    """So many zeros: at most EVAL_ROWS, or as many as the widest layer has units."""
    return vector(work, plan.places[ZEROS], length)


@inlined
def transpose_weights(plan, values, work):
    """Every weight matrix transposed, for the forward passes."""
    for layer in range(plan.layers.shape[0]):
        row = plan.layers[layer]
        weight_t = matrix(work, plan.places[WEIGHTS_T] + row[WEIGHT], row[FAN_IN], row[UNITS])
        transpose(matrix(values, row[WEIGHT], row[UNITS], row[FAN_IN]), weight_t)


@inlined
def linear(plan, values, work, layer, x, z):
    """One linear layer."""
    row = plan.layers[layer]
    weight_t = matrix(work, plan.places[WEIGHTS_T] + row[WEIGHT], row[FAN_IN], row[UNITS])
    bias = vector(values, row[BIAS], row[UNITS]) if row[BIAS] >= 0 else zeros(plan, work, row[UNITS])
    linear_forward(x, weight_t, bias, z)


@inlined
def norm_forward(plan, values, work, draws, layer, x):
    """x_hat and y = gamma * x_hat + beta of one layer in training; batch norm moves its running averages."""
    row, eps = plan.layers[layer], values.dtype.type(plan.reals[EPS])
    units, widest, rows, groups = row[UNITS], plan.codes[WIDEST], plan.codes[ROWS], plan.codes[GROUPS]
    x_hat, y = signal(plan, work, X_HAT, layer), signal(plan, work, NORMALIZED, layer)
    gamma, beta = vector(values, row[GAMMA], units), vector(values, row[BETA], units)
    if plan.codes[NORM] == BATCH:
        size = plan.codes[GHOST]
        rate, factor = values.dtype.type(plan.reals[MOMENTUM]), values.dtype.type(size / (size - 1))
        mean = vector(work, plan.places[COLUMNS], units)
        var = vector(work, plan.places[COLUMNS] + widest, units)
        for first in range(0, rows, size):
            part = slice(first, first + size)
            inv_std = vector(work, plan.places[INV_STD] + rows // size * row[START] + first // size * units, units)
            batch_forward(x[part], gamma, beta, eps, x_hat[part], y[part], inv_std, mean, var)
            track(vector(values, row[MEAN], units), mean, rate, values.dtype.type(1))
            track(vector(values, row[VAR], units), var, rate, factor)
    else:
        inv_std = vector(work, plan.places[INV_STD] + rows * groups * layer, rows * groups)
        shape = (rows * groups, units // groups)
        group_forward(x.reshape(shape), eps, plan.codes[CENTER] != 0, x_hat.reshape(shape), inv_std)
        affine(x_hat, gamma, beta, y)
    if plan.places[DRAWN_SCALE] >= 0:
        disturb(plan, draws, layer, y.reshape(-1), False)


@inlined
def norm_backward(plan, values, work, draws, layer, grad):
    """Gradients of gamma and beta, and grad turned from that by y into that by x."""
    row, gamma = plan.layers[layer], vector(values, plan.layers[layer, GAMMA], plan.layers[layer, UNITS])
    units, rows, groups = row[UNITS], plan.codes[ROWS], plan.codes[GROUPS]
    x_hat = signal(plan, work, X_HAT, layer)
    grad_gamma = vector(work, plan.places[GRADS] + row[GAMMA], units)
    grad_beta = vector(work, plan.places[GRADS] + row[BETA], units)
    grad_gamma[:] = 0
    grad_beta[:] = 0
    if plan.places[DRAWN_SCALE] >= 0:
        disturb(plan, draws, layer, grad.reshape(-1), True)
    if plan.codes[NORM] == BATCH:
        size = plan.codes[GHOST]
        for first in range(0, rows, size):
            part = slice(first, first + size)
            inv_std = vector(work, plan.places[INV_STD] + rows // size * row[START] + first // size * units, units)
            batch_backward(grad[part], x_hat[part], gamma, inv_std, grad_gamma, grad_beta)
    else:
        affine_backward(grad, x_hat, gamma, grad_gamma, grad_beta)
        inv_std = vector(work, plan.places[INV_STD] + rows * groups * layer, rows * groups)
        shape = (rows * groups, units // groups)
        group_backward(grad.reshape(shape), x_hat.reshape(shape), plan.codes[CENTER] != 0, inv_std)


@inner
def disturb(plan, draws, layer, flat, backward):
    """Noisy batch norm: y = y * scale + shift; backward, grad = grad * scale."""
    first = plan.codes[ROWS] * plan.layers[layer, START]
    scale, shift = plan.places[DRAWN_SCALE] + first, plan.places[DRAWN_SHIFT] + first
    real = flat.dtype.type
    for i in range(flat.size):
        flat[i] *= real(draws[scale + i])
        if not backward:
            flat[i] += real(draws[shift + i])


@inner
def drop(plan, draws, layer, x, result):
    """result = x / (1 - dropout) where the draw is at least dropout, else 0; x and result may be the same."""
    place = plan.places[DRAWN_DROPOUT] + plan.codes[ROWS] * plan.layers[layer, START]
    share, kept = plan.reals[DROPOUT], x.dtype.type(1.0 - plan.reals[DROPOUT])
    for i in range(x.size):
        result[i] = x[i] * x.dtype.type(draws[place + i] >= share) / kept


@inner
def forward(plan, values, work, draws):
    """One batch in training mode, from X to LOGITS, leaving every signal on the way in the work memory."""
    activation = plan.codes[ACTIVATION]
    depth, rows = plan.layers.shape[0] - 1, plan.codes[ROWS]
    for layer in range(depth):
        placement = plan.layers[layer, PLACEMENT]
        z, y, post = (
            signal(plan, work, PRE, layer),
            signal(plan, work, NORMALIZED, layer),
            signal(plan, work, POST, layer),
        )
        linear(plan, values, work, layer, output_of(plan, work, layer - 1), z)
        if placement == BEFORE:
            norm_forward(plan, values, work, draws, layer, z)
            activation_forward(y.reshape(-1), activation, post.reshape(-1))
        else:
            activation_forward(z.reshape(-1), activation, post.reshape(-1))
            if placement == AFTER:
                norm_forward(plan, values, work, draws, layer, post)
        if plan.places[DRAWN_DROPOUT] >= 0:
            result = signal(plan, work, DROPPED, layer).reshape(-1)
            drop(plan, draws, layer, (y if placement == AFTER else post).reshape(-1), result)
    logits = matrix(work, plan.places[LOGITS], rows, plan.layers[depth, UNITS])
    linear(plan, values, work, depth, output_of(plan, work, depth - 1), logits)


@inlined
def loss_and_gradient(plan, work, labels, targets):
    """The loss of the batch whose logits were computed; its gradient by them is left in DELTA."""
    rows, outputs = plan.codes[ROWS], plan.layers[plan.layers.shape[0] - 1, UNITS]
    logits, grad = matrix(work, plan.places[LOGITS], rows, outputs), matrix(work, plan.places[DELTA], rows, outputs)
    if plan.codes[CLASSES]:
        return cross_entropy(logits, labels, grad)
    return squared_error(logits, targets, grad)


@inlined
def hidden_backward(plan, values, work, draws, layer, grad):
    """From the gradient by what a hidden layer hands on to that by its W x + b, in place."""
    flat, placement = grad.reshape(-1), plan.layers[layer, PLACEMENT]
    if plan.places[DRAWN_DROPOUT] >= 0:
        drop(plan, draws, layer, flat, flat)
    if placement != BEFORE:
        if placement == AFTER:
            norm_backward(plan, values, work, draws, layer, grad)
        activation_backward(flat, signal(plan, work, POST, layer).reshape(-1), plan.codes[ACTIVATION])
    else:
        activation_backward(flat, signal(plan, work, POST, layer).reshape(-1), plan.codes[ACTIVATION])
        norm_backward(plan, values, work, draws, layer, grad)


@inner
def backward(plan, values, work, draws):
    """All gradients, from DELTA at the logits back to the first layer, by the chain rule."""
    depth, rows = plan.layers.shape[0] - 1, plan.codes[ROWS]
    here, before = plan.places[DELTA], plan.places[DELTA_BEFORE]
    for layer in range(depth, -1, -1):
        row = plan.layers[layer]
        grad = matrix(work, here, rows, row[UNITS])
        if layer < depth:
            hidden_backward(plan, values, work, draws, layer, grad)
        grad_weight = matrix(work, plan.places[GRADS] + row[WEIGHT], row[UNITS], row[FAN_IN])
        grad_bias = vector(work, plan.places[GRADS] + max(row[BIAS], 0), row[UNITS] if row[BIAS] >= 0 else 0)
        nothing = zeros(plan, work, row[FAN_IN])
        linear_backward(grad, output_of(plan, work, layer - 1), nothing, grad_weight, grad_bias)
        if layer:
            weight = matrix(values, row[WEIGHT], row[UNITS], row[FAN_IN])
            linear_backward_input(grad, weight, nothing, matrix(work, before, rows, row[FAN_IN]))
            here, before = before, here
