"""A network of linear layers, batch norm and activations in plain torch functions: what the measures are held to."""

import torch
from torch.nn import functional as F

ACTS = {"relu": torch.relu, "tanh": torch.tanh}


def outputs(parameters, x, *, activation, batch_norm, eps=1e-5):
    """Training mode; the parameters in torch's order: weight, bias, gamma, beta of each layer, then the last linear."""
    rest = list(parameters)
    while len(rest) > 2:
        weight, bias = rest.pop(0), rest.pop(0)
        x = x @ weight.T + bias
        if batch_norm:
            gamma, beta = rest.pop(0), rest.pop(0)
            x = F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)
        x = ACTS[activation](x)
    return x @ rest[0].T + rest[1]


def parameters_of(state):
    """Copies of an arm's parameters in float64."""
    return [one.detach().double().clone().requires_grad_() for one in state.net.parameters()]


def flat(tensors):
    return torch.cat([one.reshape(-1) for one in tensors])


def moved(parameters, offset):
    """Parameters w + offset, offset flat."""
    found, place = [], 0
    for one in parameters:
        part = offset[place : place + one.numel()].view_as(one)
        found.append((one.detach() + part).requires_grad_())
        place += one.numel()
    return found
