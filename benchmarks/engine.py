"""Arm-steps per second of both engines against a plain nn.Sequential + torch.optim loop, in one run.

    python benchmarks/engine.py [--rounds 5]

Both sides train the same four arms on the same batches, one torch thread, in alternating rounds; what is printed are
medians of processor time.
"""

from __future__ import annotations

import argparse
import itertools
import math
import statistics
import time
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from bnviz.core import armrun, engine, kernel, kernel_run, recording
from bnviz.core.data import batch_rows, load
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training

ARMS = (Arm("none"), Arm("batch", "before"), Arm("batch", "after"), Arm("layer", "before"))
SIZES = {
    "S": (Data("moons", n=400), (8, 8, 8), 10, 500),
    "M": (Data("moons", n=400), (32, 32, 32), 32, 500),
    "L": (Data("digits"), (100,) * 5, 64, 500),
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


def torch_engine(experiment: Experiment) -> None:
    """Train all arms with the torch engine's updates and no frames."""
    state = engine.start(experiment)
    chunk = recording.blank(experiment, load(experiment.data, experiment.seed), 0, experiment.training.steps)
    for index, arm in enumerate(state.arms):
        run = armrun.ArmRun(arm, 0, index, chunk)
        run.frames = {}
        run.run(experiment.training.steps)


def kernel_engine(experiment: Experiment) -> None:
    """Train all arms with the kernel's updates and no frames."""
    state = engine.start(experiment)
    chunk = recording.blank(experiment, load(experiment.data, experiment.seed), 0, experiment.training.steps)
    unseen = replace(chunk, steps=chunk.steps[:0], maps_at=chunk.maps_at[:0])
    runs = [kernel_run.KernelRun(arm, index, unseen) for index, arm in enumerate(state.arms)]
    for block in kernel_run.blocks(runs, range(experiment.training.steps)):
        for run in runs:
            run.make(block)


def kernel_recorded(experiment: Experiment) -> None:
    """A whole recorded run, from the experiment to its recording."""
    engine.train(experiment, engine="kernel")


def products(experiment: Experiment) -> float:
    """Floating point operations of the matrix products of a run: two for each weight and row, three times over."""
    data = load(experiment.data, experiment.seed)
    widths = (data.inputs, *experiment.network.hidden, data.outputs)
    weights = [one * other for one, other in itertools.pairwise(widths)]
    rows = experiment.training.batch_size * experiment.training.steps * len(ARMS)
    return 2.0 * rows * (3 * sum(weights) - weights[0])


def best_rate(size: int = 512, rounds: int = 20) -> float:
    """Floating point operations a second of numpy's float32 matrix product, the best of some rounds."""
    a, times = np.ones((size, size), np.float32), []
    for _ in range(rounds):
        begun = time.process_time()
        for _ in range(4):
            a @ a
        times.append(time.process_time() - begun)
    return 4 * 2.0 * size**3 / min(times)


def seconds(work: object, experiment: Experiment) -> float:
    """Processor time of one call."""
    begun = time.process_time()
    work(experiment)  # type: ignore[operator]
    return time.process_time() - begun


WORKS = (plain, torch_engine, kernel_engine, kernel_recorded)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    kernel.warm_up()
    peak = best_rate()
    print("arm-steps/s, and how many times the plain loop's in brackets; products: share of numpy's best float32 rate")
    print("| net | plain loop | torch engine | kernel | kernel, recorded | products | recorded run, ms |")
    print("|---|---|---|---|---|---|---|")
    for size in SIZES:
        experiment = experiment_of(size)
        for work in WORKS:
            seconds(work, experiment)
        times = [[seconds(work, experiment) for work in WORKS] for _ in range(rounds)]
        middle = [statistics.median(column) for column in zip(*times, strict=True)]
        ratios = [statistics.median(row[0] / row[i] for row in times) for i in range(len(WORKS))]
        updates = experiment.training.steps * len(ARMS)
        cells = [f"{updates / second:,.0f} ({ratio:.1f})" for second, ratio in zip(middle, ratios, strict=True)]
        share = products(experiment) / middle[2] / peak
        print(f"| {size} | {' | '.join(cells)} | {share:.0%} | {1000 * middle[3]:.0f} |")


if __name__ == "__main__":
    main()
