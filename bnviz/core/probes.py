"""What is measured in a frame. Each probe writes into one frame and arm of a recording."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bnviz.core.network import Layer, NormNet, Trace
from bnviz.core.recording import Recording
from bnviz.core.schedule import BINS, KINDS, MAP_CELLS, QUANTILES, SIGNAL_RANGE, post_range

Floats = NDArray[Any]
SATURATED = 0.97


def bin_counts(values: Floats, low: float, high: float) -> NDArray[np.int64]:
    """Counts in BINS equal bins from low to high, with one more at each end for the values outside.

    Args:
        values: any shape, finite.
    """
    scaled = (values.ravel() - low) * (BINS / (high - low) * (1 - 1e-6))
    places = np.clip(np.floor(scaled), -1, BINS).astype(np.int64) + 1
    return np.bincount(places, minlength=BINS + 2)


def sorted_quantiles(values: Floats) -> Floats:
    """The quantiles of QUANTILES along the last axis of sorted values, linearly interpolated."""
    place = np.array(QUANTILES) * (values.shape[-1] - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, values.shape[-1] - 1)
    lower, upper = values[..., below], values[..., above]
    result: Floats = lower + (upper - lower) * (place - below).astype(values.dtype)
    return result


def saturation(post: Floats, activation: str) -> float:
    """Share of saturated values (tanh, sigmoid), of dead units (ReLU), or NaN (linear).

    Args:
        post: N x units, after the activation.
    """
    if activation == "relu":
        return float(np.mean(post.max(axis=0) <= 0))
    if activation == "linear":
        return float("nan")
    size = np.abs(post) if activation == "tanh" else 2 * np.abs(post - 0.5)
    return float(np.mean(size > SATURATED))


@np.errstate(over="ignore", invalid="ignore")  # a run that is about to diverge holds numbers of any size
def record_layers(recording: Recording, frame: int, arm: int, net: NormNet, trace: Trace) -> None:
    """Histograms, quantiles, moments, saturation and unit values of every hidden layer."""
    activation = recording.experiment.network.activation
    for index, layer in enumerate(net.layers()):
        at = (frame, arm, index)
        kinds = [getattr(trace, kind)[index].numpy() for kind in KINDS]
        values = np.stack(kinds).reshape(len(KINDS), -1)
        recording.quantiles[at] = sorted_quantiles(np.sort(values, axis=1))
        recording.mean[at] = values.mean(axis=1)
        recording.std[at] = values.std(axis=1)
        recording.row_std[at] = np.stack(kinds).std(axis=1).mean(axis=1)
        post = kinds[2]
        for kind, name in enumerate(KINDS):
            low, high = post_range(activation) if name == "post" else SIGNAL_RANGE
            drawn = post[post > 0] if name == "post" and activation == "relu" else values[kind]
            recording.histogram[(*at, kind)] = bin_counts(drawn, low, high)
        recording.saturated[at] = saturation(post, activation)
        recording.zero_share[at] = np.mean(post == 0)
        recording.maximum[at] = post.max(axis=0).mean()
        _record_units(recording, at, layer, trace.norm_input[index].numpy(), post)


def _record_units(
    recording: Recording, at: tuple[int, int, int], layer: Layer, norm_input: Floats, post: Floats
) -> None:
    units = min(recording.gamma.shape[-1], post.shape[1])
    recording.batch_mean[at][:units] = norm_input.mean(axis=0)[:units]
    recording.batch_var[at][:units] = norm_input.var(axis=0)[:units]
    recording.unit_max[at][:units] = post.max(axis=0)[:units]
    for name in ("gamma", "beta", "running_mean", "running_var"):
        vector = getattr(layer.norm, name, None)
        if vector is not None:
            getattr(recording, name)[at][:units] = vector.detach().numpy()[:units]


def record_gradients(recording: Recording, frame: int, arm: int, net: NormNet) -> list[Tensor]:
    """Gradient and weight sizes of every weight matrix; returns copies of the weights, for `record_updates`."""
    weights = [linear.weight.detach() for linear in net.linears()]
    for index, linear in enumerate(net.linears()):
        grad = linear.weight.grad
        assert grad is not None
        recording.grad_norm[frame, arm, index] = grad.norm().item()
        recording.grad_std[frame, arm, index] = grad.std(correction=0).item()
        recording.weight_std[frame, arm, index] = weights[index].std(correction=0).item()
    return [weight.clone() for weight in weights]


def record_updates(recording: Recording, frame: int, arm: int, net: NormNet, old: list[Tensor]) -> None:
    """Standard deviation of what the update changed in every weight matrix."""
    for index, linear in enumerate(net.linears()):
        change = linear.weight.detach() - old[index]
        recording.update_std[frame, arm, index] = change.std(correction=0).item()


def map_grid(extent: tuple[float, float, float, float]) -> Floats:
    """The centers of the decision map's cells, MAP_CELLS^2 x 2; x1 runs fastest, x2 starts at its low end."""

    def centers(low: float, high: float) -> Floats:
        return low + (np.arange(MAP_CELLS) + 0.5) * (high - low) / MAP_CELLS

    x1, x2 = np.meshgrid(centers(*extent[:2]), centers(*extent[2:]))
    return np.stack([x1.ravel(), x2.ravel()], axis=1)


def decision_map(net: NormNet, extent: tuple[float, float, float, float], dtype: torch.dtype) -> NDArray[np.uint8]:
    """P(class 1) times 200 on the grid, in eval mode."""
    net.eval()
    with torch.no_grad():
        share = torch.softmax(net(torch.from_numpy(map_grid(extent)).to(dtype)), dim=1)[:, 1]
    cells: NDArray[np.uint8] = (200 * share).round().to(torch.uint8).numpy().reshape(MAP_CELLS, MAP_CELLS)
    return cells
