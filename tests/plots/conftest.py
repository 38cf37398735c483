"""Small runs that the pictures are made of, trained once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bnviz.core.engine import stream, train
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.recording import Recording, join

THREE = (Arm("none"), Arm("batch", "before"), Arm("batch", "after"))

EXPERIMENTS = {
    "digits": Experiment(network=Network((16, 16, 16)), training=Training(steps=40)),
    "diverged": Experiment(network=Network((32,) * 4, gain=8.0), training=Training(steps=20, learning_rate=50.0)),
    "wild": Experiment(
        network=Network((8,), "tanh"), arms=(Arm("none", learning_rate=10.2), *THREE[1:]),
        training=Training(steps=60, learning_rate=0.02, weight_decay=0.2),
    ),
    "plane": Experiment(
        data=Data("moons"), network=Network((8, 8), "tanh"), arms=(*THREE, Arm("layer")),
        training=Training(steps=30, batch_size=32),
    ),
    "sigmoid": Experiment(network=Network((12, 8), "sigmoid"), training=Training(steps=12)),
    "regression": Experiment(
        data=Data("diabetes"), network=Network((8,)), training=Training(steps=20, batch_size=32, learning_rate=0.02)
    ),
    "linear": Experiment(
        data=Data("wine"), network=Network(()), arms=THREE[:1], training=Training(steps=10, batch_size=16)
    ),
    "one_step": Experiment(network=Network((16, 8)), arms=(Arm("rms"),), training=Training(steps=1)),
    "six": Experiment(
        data=Data("breast_cancer"), network=Network((16, 8), "linear"), training=Training(steps=15, batch_size=32),
        arms=(Arm("none"), Arm("batch"), Arm("batch", momentum=0.01), Arm("group", "after"), Arm("batch_noisy"),
              Arm("batch", ("before", "none"))),
    ),
}  # fmt: skip


@pytest.fixture(scope="session")
def run() -> Callable[[str], Recording]:
    """A run by name; "digits, begun" is its first chunk."""
    made: dict[str, Recording] = {}

    def get(name: str) -> Recording:
        if name not in made:
            begun = name.endswith(", begun")
            experiment = EXPERIMENTS[name.removesuffix(", begun")]
            made[name] = join([next(stream(experiment, chunk=3))]) if begun else train(experiment)
        return made[name]

    return get
