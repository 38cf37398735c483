"""Forward and backward of every piece of a network, compiled. Matrices are rows x features.

The torch engine leaves all of this to autograd; here each derivative is written out. `norms.py` derives the norms'.
"""

from __future__ import annotations

import math

from bnviz.core.kernel_lanes import WIDTH, add_product, everywhere, folded, load, load_or, root, store
from bnviz.core.kernel_math import column_sums, inlined, inner
from bnviz.core.kernel_matmul import matmul
from bnviz.core.kernel_plan import RELU, SIGMOID, TANH


@inlined
def linear_forward(x, weight_t, bias, z):
    """z = x W^T + b. (A layer without biases is given zeros.)"""
    matmul(x, weight_t, bias, z)


@inlined
def linear_backward(grad_z, x, zeros, grad_weight, grad_bias):
    """grad_W = grad_z^T x,  grad_b = sum of the rows of grad_z."""
    matmul(grad_z.T, x, zeros, grad_weight)
    if grad_bias.size:
        column_sums(grad_z, grad_bias)


@inlined
def linear_backward_input(grad_z, weight, zeros, grad_x):
    """grad_x = grad_z W."""
    matmul(grad_z, weight, zeros, grad_x)


@inner
def activate(z, activation):
    """The activation of one number. NaN stays NaN."""
    zero, one = type(z)(0), type(z)(1)
    if activation == RELU:
        return zero if z <= zero else z  # noqa: FURB136 - max(0, NaN) would be 0
    if activation == TANH:
        return math.tanh(z)
    if activation == SIGMOID:
        return one / (one + math.exp(-z))
    return z


@inner
def activation_forward(z, activation, a):
    """a = activation(z), on flat arrays."""
    zero, one = z.dtype.type(0), z.dtype.type(1)
    if activation == RELU:
        for i in range(z.size):
            a[i] = zero if z[i] <= zero else z[i]  # noqa: FURB136 - max(0, NaN) would be 0
    elif activation == TANH:
        for i in range(z.size):
            a[i] = math.tanh(z[i])
    elif activation == SIGMOID:
        for i in range(z.size):
            a[i] = one / (one + math.exp(-z[i]))
    else:
        a[:] = z


@inner
def activation_backward(grad, a, activation):
    """grad *= activation'(z) in place, told by a = activation(z): a > 0, 1 - a^2, a (1 - a) or 1."""
    zero, one = a.dtype.type(0), a.dtype.type(1)
    if activation == RELU:
        for i in range(a.size):
            grad[i] = grad[i] if a[i] > zero else zero
    elif activation == TANH:
        for i in range(a.size):
            grad[i] *= one - a[i] * a[i]
    elif activation == SIGMOID:
        for i in range(a.size):
            grad[i] *= a[i] * (one - a[i])


@inlined
def mean_of(x, j):
    """Means of WIDTH columns from j on."""
    whole = everywhere(x.dtype.type(0))
    for i in range(x.shape[0]):
        whole = whole + load(x[i], j)
    return whole / x.dtype.type(x.shape[0])


@inlined
def variance_of(x, j, mean):
    """Biased variances of WIDTH columns from j on, around their means."""
    whole = everywhere(x.dtype.type(0))
    for i in range(x.shape[0]):
        away = load(x[i], j) - mean
        whole = add_product(away, away, whole)
    return whole / x.dtype.type(x.shape[0])


@inner
def moments(x, mean, var):
    """Mean and biased variance of each column."""
    for j in range(0, mean.size, WIDTH):
        middle = mean_of(x, j)
        store(mean, j, middle)
        store(var, j, variance_of(x, j, middle))


@inner
def batch_forward(x, gamma, beta, eps, x_hat, y, inv_std, mean, var):
    """x_hat = (x - mean) * inv_std and y = gamma * x_hat + beta by column, with inv_std = 1 / sqrt(var + eps)."""
    one = x.dtype.type(1)
    for j in range(0, mean.size, WIDTH):
        middle = mean_of(x, j)
        variance = variance_of(x, j, middle)
        scale, g, b = one / root(variance + eps), load(gamma, j), load(beta, j)
        store(mean, j, middle)
        store(var, j, variance)
        store(inv_std, j, scale)
        for i in range(x.shape[0]):
            normal = (load(x[i], j) - middle) * scale
            store(x_hat[i], j, normal)
            store(y[i], j, add_product(g, normal, b))


@inner
def batch_backward(grad, x_hat, gamma, inv_std, grad_gamma, grad_beta):
    """Gradients of batch norm by column; grad, by y, becomes the gradient by x.

    grad_gamma += sum(grad * x_hat),  grad_beta += sum(grad),  and with grad_x_hat = gamma * grad

        grad_x = inv_std * (grad_x_hat - mean(grad_x_hat) - x_hat * mean(grad_x_hat * x_hat))
    """
    count = grad.dtype.type(grad.shape[0])
    for j in range(0, gamma.size, WIDTH):
        whole = along = everywhere(grad.dtype.type(0))
        for i in range(grad.shape[0]):
            g = load(grad[i], j)
            whole = whole + g
            along = add_product(g, load(x_hat[i], j), along)
        store(grad_gamma, j, load(grad_gamma, j) + along)
        store(grad_beta, j, load(grad_beta, j) + whole)
        scale, part = load(inv_std, j), load(gamma, j)
        mean, mean_along = part * whole / count, part * along / count
        for i in range(grad.shape[0]):
            g = part * load(grad[i], j) - mean - load(x_hat[i], j) * mean_along
            store(grad[i], j, g * scale)


@inner
def track(running, batch, momentum, factor):
    """running = (1 - momentum) * running + momentum * factor * batch; the factor makes a variance unbiased."""
    one = running.dtype.type(1)
    for j in range(running.size):
        running[j] = (one - momentum) * running[j] + momentum * (factor * batch[j])


@inner
def affine(x_hat, gamma, beta, y):
    """y = gamma * x_hat + beta, gamma and beta one number a column."""
    for j in range(0, gamma.size, WIDTH):
        g, b = load(gamma, j), load(beta, j)
        for i in range(y.shape[0]):
            store(y[i], j, add_product(g, load(x_hat[i], j), b))


@inner
def affine_backward(grad_y, x_hat, gamma, grad_gamma, grad_beta):
    """grad_gamma = sum(grad_y x_hat), grad_beta = sum(grad_y) by column; grad_y becomes grad_x_hat = gamma grad_y."""
    for j in range(0, gamma.size, WIDTH):
        whole = along = everywhere(gamma.dtype.type(0))
        for i in range(grad_y.shape[0]):
            g = load(grad_y[i], j)
            along = add_product(g, load(x_hat[i], j), along)
            whole = whole + g
            store(grad_y[i], j, g * load(gamma, j))
        store(grad_gamma, j, along)
        store(grad_beta, j, whole)


@inner
def group_forward(x, eps, center, x_hat, inv_std):
    """x_hat = (x - mean) * inv_std for each row of x, whose numbers are one group; without center, mean = 0."""
    zero, one, count = x.dtype.type(0), x.dtype.type(1), x.dtype.type(x.shape[1])
    for i in range(x.shape[0]):
        row, hat = x[i], x_hat[i]
        whole = squares = everywhere(zero)
        for j in range(0, row.size, WIDTH):
            whole = whole + load(row, j)
        mean = folded(whole) / count if center else zero
        for j in range(0, row.size, WIDTH):
            away = load_or(row, j, mean) - mean
            squares = add_product(away, away, squares)
        scale = one / math.sqrt(folded(squares) / count + eps)
        inv_std[i] = scale
        for j in range(0, row.size, WIDTH):
            store(hat, j, (load(row, j) - mean) * scale)


@inner
def group_backward(grad, x_hat, center, inv_std):
    """grad_x = inv_std * (grad - mean(grad) - x_hat * mean(grad * x_hat)) by row, in place of grad."""
    zero, count = grad.dtype.type(0), grad.dtype.type(grad.shape[1])
    for i in range(grad.shape[0]):
        row, hat, scale = grad[i], x_hat[i], inv_std[i]
        whole = along = everywhere(zero)
        for j in range(0, row.size, WIDTH):
            whole = whole + load(row, j)
            along = add_product(load(row, j), load(hat, j), along)
        mean, mean_along = folded(whole) / count if center else zero, folded(along) / count
        for j in range(0, row.size, WIDTH):
            store(row, j, (load(row, j) - mean - load(hat, j) * mean_along) * scale)


@inner
def cross_entropy(logits, labels, grad):
    """Mean of log(sum_k exp(z_k)) - z_label over the rows, and its gradient (softmax(z) - [k = label]) / N."""
    loss, count = 0.0, logits.shape[0]
    for i in range(count):
        row, out = logits[i], grad[i]
        top = row[0]
        for k in range(1, row.size):
            top = max(top, row[k])
        scale = logits.dtype.type(0)
        for k in range(row.size):
            out[k] = math.exp(row[k] - top)
            scale += out[k]
        for k in range(row.size):
            out[k] /= scale * count
        out[labels[i]] -= logits.dtype.type(1.0 / count)
        loss += math.log(scale) - (row[labels[i]] - top)
    return loss / count


@inner
def squared_error(output, target, grad):
    """Mean of (output - target)^2 over all numbers, and its gradient 2 (output - target) / count."""
    loss, count = 0.0, output.dtype.type(output.size)
    for i in range(output.shape[0]):
        for k in range(output.shape[1]):
            error = output[i, k] - target[i, k]
            grad[i, k] = (error + error) / count
            loss += error * error
    return loss / output.size
