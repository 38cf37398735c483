"""The shape of a network as settings: fully connected layers, or blocks of 3 x 3 convolutions on images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bnviz.core.fields import Choice, Flag, ListOf, Number, check_fields, setting

ACTIVATIONS = ("relu", "tanh", "sigmoid", "linear")
NETWORKS = ("dense", "conv")
HEADS = ("average", "flatten")
INITS = ("normal", "zero", "constant")
# Channels, height and width of the data sets whose rows are images.
IMAGES: Mapping[str, tuple[int, int, int]] = {"digits": (1, 8, 8), "textures": (3, 16, 16)}
MAX_DEPTH, MAX_WIDTH, MAX_POOL = 10, 256, 4
GAIN = Number(0.0, 100.0)


@dataclass(frozen=True)
class Network:
    """The shape that all arms share.

    Attributes:
        hidden: width of each hidden layer (channels of each block of a convolutional network); an empty list is a
            linear model.
        activation: of every hidden layer.
        gain: factor on the standard deviation sqrt(g / fan_in) of the hidden layers' normal initial weights,
            with g = 2 for ReLU and 1 otherwise; a 3 x 3 convolution of C channels has fan_in = 9 C. The output layer
            always starts with sqrt(1 / fan_in).
        init: of all weights: normal as above, zero, or constant, where every weight of a layer is its gain divided by
            fan_in, so that each unit begins with the mean of what comes in.
        bias: whether the linear layers and the convolutions have one (it starts at 0).
        kind: dense, or conv for images: 3 x 3 convolutions with a border of zeros, stride 1.
        pool: a conv network halves height and width after each of its first `pool` blocks (largest of 2 x 2).
        head: what a conv network's output layer sees: the average of each channel, or all positions (flatten).
    """

    hidden: tuple[int, ...] = setting(
        (64,) * 5, ListOf(Number(1, MAX_WIDTH, integer=True), 0, MAX_DEPTH, "hidden layers")
    )
    activation: str = setting("relu", Choice(ACTIVATIONS))
    gain: float = setting(1.0, GAIN)
    bias: bool = setting(True, Flag())
    init: str = setting("normal", Choice(INITS))
    kind: str = setting("dense", Choice(NETWORKS))
    pool: int = setting(2, Number(0, MAX_POOL, integer=True))
    head: str = setting("average", Choice(HEADS))

    def __post_init__(self) -> None:
        check_fields(self, "network")

    @property
    def compilable(self) -> bool:
        """Whether the compiled kernel knows such networks."""
        return self.kind == "dense"

    def sides(self, data_name: str) -> tuple[tuple[int, int], ...]:
        """Height and width at which each hidden layer works; 1 x 1 in a dense network."""
        if self.kind == "dense":
            return ((1, 1),) * len(self.hidden)
        _, height, width = IMAGES[data_name]
        halvings = (min(layer, self.pool) for layer in range(len(self.hidden)))
        return tuple((height >> times, width >> times) for times in halvings)

    def positions(self, data_name: str) -> tuple[int, ...]:
        """H * W of each hidden layer: values of a unit for each row of the batch."""
        return tuple(height * width for height, width in self.sides(data_name))
