"""Processor time of a sweep of 240 runs, and of a slice against plain forward passes.

python benchmarks/sweep.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from benchmarks.report import Row, table
from bnviz.core import engine, kernel
from bnviz.core.armrun import loss_of
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.memory import Memory
from bnviz.core.slice_directions import random_direction, training_rows
from bnviz.core.slices import loss_slice
from bnviz.core.sweep import Sweep, geometric
from bnviz.core.sweep_run import run

ARMS = (Arm("none"), Arm("batch", "before"), Arm("batch", "after"), Arm("layer", "before"))
RATES = geometric("training.learning_rate", 0.003, 3.0, 12)
SIZES = {"S": ((8, 8, 8), 10, 0.6), "M": ((32, 32, 32), 32, 2.0)}
POINTS, ROWS, SLICE_RATIO = 25, 64, 2.0


def sweep_of(size: str) -> Sweep:
    """12 rates x 4 arms x 5 seeds of 500 updates, nothing noted on the way."""
    hidden, batch, _ = SIZES[size]
    training = Training(batch_size=batch, steps=500)
    return Sweep(Experiment(Data("moons", n=400), Network(hidden), ARMS, training), (RATES,), tuple(range(5)), None)


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one call."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def sweep_row(size: str, rounds: int) -> Row:
    """How long a sweep takes without and with the tests that tell the steps to 90 %."""
    plain = sweep_of(size)
    works = [lambda which=which: list(run(which, engine="kernel")) for which in (plain, replace(plain, target=0.9))]
    times = [[seconds(work) for work in works] for _ in range(rounds)]
    bare, tested = (statistics.median(column) for column in zip(*times, strict=True))
    wanted = SIZES[size][2]
    today = f"{bare:.2f} s ({tested:.2f} s with steps to 90 %)"
    return Row(f"{plain.size}-arm sweep x 500 steps, {size}", f"at most {wanted:g} s", today, bare <= wanted)


def one_by_one(memory: Memory, rows: tuple[torch.Tensor, torch.Tensor], directions: list[torch.Tensor]) -> None:
    """The plain loop: move the parameters, look at the loss."""
    net, steps = memory.copied().net.train(), np.linspace(-1, 1, POINTS)
    places = list(net.parameters())
    start = torch.cat([place.detach().ravel() for place in places])
    with torch.no_grad():
        for a in steps:
            for b in steps:
                torch.nn.utils.vector_to_parameters(start + a * directions[0] + b * directions[1], places)
                loss_of(net(rows[0]), rows[1]).item()


def slice_row(rounds: int) -> Row:
    """A slice of the default net with batch norm against one forward pass a point."""
    experiment = Experiment(arms=(Arm("batch"),), training=Training(steps=20))
    state, _ = engine.advance(engine.start(experiment), 20)
    memory, rows = state.arms[0].memory, training_rows(experiment, slice(ROWS))
    directions = random_direction(memory, 1), random_direction(memory, 2)
    tensors = torch.from_numpy(rows[0]).float(), torch.from_numpy(rows[1])
    floats, steps = [torch.from_numpy(one).float() for one in directions], np.linspace(-1, 1, POINTS)

    def batched() -> None:
        loss_slice(memory, rows, directions, (steps, steps))

    def plain() -> None:
        one_by_one(memory, tensors, floats)

    ratio = statistics.median(seconds(plain) / seconds(batched) for _ in range(rounds))
    work = f"{POINTS} x {POINTS} slice of 5 x 64 with batch norm, {ROWS} rows, against one forward pass a point"
    return Row(work, f"{SLICE_RATIO:g}x", f"{ratio:.1f}x", ratio >= SLICE_RATIO)


def rows(rounds: int = 5) -> list[Row]:
    """The figures of sweeps and slices."""
    kernel.warm_up()
    list(run(replace(sweep_of("S"), seeds=(0,)), engine="kernel"))
    return [*(sweep_row(size, rounds) for size in SIZES), slice_row(rounds)]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    print(table(rows(parser.parse_args().rounds)))


if __name__ == "__main__":
    main()
