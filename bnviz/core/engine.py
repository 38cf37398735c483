"""The reference engine: plain torch modules, autograd and torch.optim, one arm after the other.

`start` makes the state of a run, `advance` carries it on by some updates and hands out what was recorded; the old
state stays as it was. A run that is cut into chunks, stopped and continued gives the same numbers as one that is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch

from bnviz.core.armrun import ArmRun, ArmState, make_optimizer
from bnviz.core.data import load
from bnviz.core.experiment import Experiment
from bnviz.core.network import build
from bnviz.core.recording import Recording, blank, join

torch.set_num_threads(1)


@dataclass(frozen=True)
class State:
    """A run after `step` updates."""

    experiment: Experiment
    dtype: torch.dtype
    step: int
    arms: tuple[ArmState, ...]

    @property
    def done(self) -> bool:
        """Whether all updates are made (or passed over, in arms that have diverged)."""
        return self.step >= self.experiment.training.steps


def start(experiment: Experiment, dtype: torch.dtype = torch.float32) -> State:
    """The state before the first update."""
    data = load(experiment.data, experiment.seed)
    arms = []
    for arm in experiment.arms:
        net = build(experiment.network, arm, inputs=data.inputs, outputs=data.outputs, seed=experiment.seed).to(dtype)
        arms.append(ArmState(arm, net, make_optimizer(net, experiment, arm), net))
    return State(experiment, dtype, 0, tuple(arms))


def advance(state: State, updates: int) -> tuple[State, Recording]:
    """Make up to `updates` more updates of every arm.

    Args:
        state: from `start` or an earlier `advance`; it is left as it was.
        updates: how many, at least 1; fewer are made where the experiment ends.

    Returns:
        The new state, and the chunk recorded on the way. The chunk that reaches the end holds the last frame too.
    """
    stop = min(state.step + max(1, updates), state.experiment.training.steps)
    data = load(state.experiment.data, state.experiment.seed)
    recording = blank(state.experiment, data, state.step, stop)
    arms = tuple(ArmRun(arm, state.step, index, recording).run(stop) for index, arm in enumerate(state.arms))
    for index, arm in enumerate(arms):
        recording.diverged_at[index] = arm.diverged_at
        recording.final_test_loss[index], recording.final_test_accuracy[index] = arm.final
        recording.seconds[index], recording.updates[index] = arm.seconds, arm.updates
    return replace(state, step=stop, arms=arms), recording


def stream(experiment: Experiment, *, chunk: int = 20, dtype: torch.dtype = torch.float32) -> Iterator[Recording]:
    """The chunks of a run, one after the other."""
    state = start(experiment, dtype)
    while not state.done:
        state, recording = advance(state, chunk)
        yield recording


def train(
    experiment: Experiment,
    *,
    dtype: torch.dtype = torch.float32,
    progress: Callable[[int, int], None] | None = None,
) -> Recording:
    """A whole run.

    Args:
        experiment: what to run.
        dtype: precision of the weights and the arithmetic.
        progress: called with the updates made and the updates wanted, now and then.

    Returns:
        The recording of all its frames.
    """
    chunks, total = [], experiment.training.steps
    for recording in stream(experiment, dtype=dtype):
        chunks.append(recording)
        if progress is not None:
            progress(min(recording.first_step + len(recording.train_loss), total), total)
    return join(chunks)
