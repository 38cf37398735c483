"""Arm-steps per second of the engine against a plain nn.Sequential + torch.optim loop, in one run.

    python benchmarks/engine.py [--rounds 5]

Both sides train the same four arms on the same batches, one torch thread, in alternating rounds; what is printed are
medians of processor time. A ratio below 1 means that the engine is slower than the plain loop.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time

import torch
from torch import nn

from bnviz.core import armrun, engine, recording
from bnviz.core.data import batch_rows, load
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training

ARMS = (Arm("none"), Arm("batch", "before"), Arm("batch", "after"), Arm("layer", "before"))
SIZES = {
    "S": (Data("moons", n=400), (8, 8, 8), 10, 500),
    "M": (Data("moons", n=400), (32, 32, 32), 32, 500),
    "L": (Data("digits"), (100,) * 5, 64, 200),
}


def experiment_of(size: str) -> Experiment:
    """The experiment of one size: S, M or L."""
    data, hidden, batch, steps = SIZES[size]
    return Experiment(data=data, network=Network(hidden), arms=ARMS, training=Training(batch_size=batch, steps=steps))


def plain_net(experiment: Experiment, arm: Arm) -> nn.Sequential:
    """The network as torch's own layers."""
    data = load(experiment.data, experiment.seed)
    layers: list[nn.Module] = []
    width = data.inputs
    for units in experiment.network.hidden:
        norm = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}.get(arm.norm)
        layers.append(nn.Linear(width, units))
        if norm is not None and arm.placement == "before":
            layers.append(norm(units))
        layers.append(nn.ReLU())
        if norm is not None and arm.placement == "after":
            layers.append(norm(units))
        width = units
    return nn.Sequential(*layers, nn.Linear(width, data.outputs))


def plain(experiment: Experiment) -> None:
    """Train all arms with the plain loop, recording nothing."""
    data, training = load(experiment.data, experiment.seed), experiment.training
    x, y = torch.from_numpy(data.x_train).float(), torch.from_numpy(data.y_train)
    loss_of = nn.CrossEntropyLoss()
    for arm in experiment.arms:
        net = plain_net(experiment, arm)
        optimizer = torch.optim.SGD(net.parameters(), lr=training.learning_rate)
        for step in range(training.steps):
            rows = torch.from_numpy(batch_rows(data, "shuffled", training.batch_size, step, experiment.seed))
            loss = loss_of(net(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if not math.isfinite(loss.item()):
                break


def unrecorded(experiment: Experiment) -> None:
    """Train all arms with the engine's own updates and no frames."""
    state = engine.start(experiment)
    chunk = recording.blank(experiment, load(experiment.data, experiment.seed), 0, experiment.training.steps)
    for index, arm in enumerate(state.arms):
        run = armrun.ArmRun(arm, 0, index, chunk)
        run.frames = {}
        run.run(experiment.training.steps)


def seconds(work: object, experiment: Experiment) -> float:
    """Processor time of one call."""
    begun = time.process_time()
    work(experiment)  # type: ignore[operator]
    return time.process_time() - begun


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print("| net | plain loop, arm-steps/s | engine | engine, recorded | ratio | ratio, recorded |")
    print("|---|---|---|---|---|---|")
    for size in SIZES:
        experiment = experiment_of(size)
        works = (plain, unrecorded, engine.train)
        for work in works:
            seconds(work, experiment)
        times = [[seconds(work, experiment) for work in works] for _ in range(rounds)]
        middle = [statistics.median(column) for column in zip(*times, strict=True)]
        ratios = [statistics.median(row[0] / row[i] for row in times) for i in (1, 2)]
        updates = experiment.training.steps * len(ARMS)
        speeds = " | ".join(f"{updates / second:,.0f}" for second in middle)
        print(f"| {size} | {speeds} | {ratios[0]:.2f} | {ratios[1]:.2f} |")


if __name__ == "__main__":
    main()
