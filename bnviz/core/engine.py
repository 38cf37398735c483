"""Runs: states, and two engines that carry them on, one arm after the other.

The torch engine (`armrun`) is the reference: plain modules, autograd and torch.optim. The kernel (`kernel`) is the
same arithmetic compiled, and many times faster. Both step the same numbers in memory.

`start` makes the state of a run, `advance` carries it on by some updates and hands out what was recorded; the old
state stays as it was. A run that is cut into chunks, stopped and continued gives the same numbers as one that is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType

import torch

from bnviz.core.armrun import ArmRun, ArmState
from bnviz.core.data import load
from bnviz.core.experiment import Experiment
from bnviz.core.initial import first_states
from bnviz.core.recording import Recording, blank, join

torch.set_num_threads(1)

ENGINES = ("auto", "torch", "kernel")
KERNEL_PRECISIONS = ("float32", "float64")
CHUNK = 20


@dataclass(frozen=True)
class State:
    """A run after `step` updates.

    Attributes:
        engine: which one has made them, "torch" or "kernel"; empty before the first.
    """

    experiment: Experiment
    dtype: torch.dtype
    step: int
    arms: tuple[ArmState, ...]
    engine: str = ""

    @property
    def done(self) -> bool:
        """Whether all updates are made (or passed over, in arms that have diverged)."""
        return self.step >= self.experiment.training.steps

    @property
    def nbytes(self) -> int:
        """Memory of the numbers of all arms."""
        arrays = ((arm.memory.values, arm.memory.moments, arm.before_last) for arm in self.arms)
        return sum(array.nbytes for arm in arrays for array in arm)


def start(experiment: Experiment, dtype: torch.dtype = torch.float32) -> State:
    """The state before the first update."""
    return State(experiment, dtype, 0, first_states(experiment, dtype))


def choose(state: State, engine: str) -> str:
    """Which engine makes the next updates.

    A run stays with the engine that has begun it, so that its numbers do not depend on when the kernel was compiled.
    Convolutions are for the torch engine alone.

    Raises:
        ValueError: when there is no such engine, or the kernel is asked for convolutions.
    """
    if engine not in ENGINES:
        raise ValueError(f"{engine!r} came; one of {', '.join(ENGINES)} is needed.")
    if not state.experiment.network.compilable:
        if engine == "kernel":
            raise ValueError("The kernel came for a convolutional network, which it does not know. Take torch or auto.")
        return "torch"
    if engine == "auto" and not state.engine:
        precision = str(state.dtype).removeprefix("torch.")
        return "kernel" if precision in KERNEL_PRECISIONS and _kernel().available(precision) else "torch"
    return state.engine if engine == "auto" else engine


def _kernel() -> ModuleType:
    """The kernel, imported when it is first needed: numba takes its time."""
    from bnviz.core import kernel

    return kernel


def advance(state: State, updates: int, *, engine: str = "torch") -> tuple[State, Recording]:
    """Make up to `updates` more updates of every arm.

    Args:
        state: from `start` or an earlier `advance`; it is left as it was.
        updates: how many, at least 1; fewer are made where the experiment ends.
        engine: torch, kernel, or auto: the kernel as soon as it is compiled (see `choose`).

    Returns:
        The new state, and the chunk recorded on the way. The chunk that reaches the end holds the last frame too.
    """
    stop = min(state.step + max(1, updates), state.experiment.training.steps)
    data = load(state.experiment.data, state.experiment.seed)
    recording = blank(state.experiment, data, state.step, stop)
    engine = choose(state, engine)
    if engine == "kernel":
        arms = _kernel().advance_arms(state.arms, recording, stop)
    else:
        arms = tuple(ArmRun(arm, state.step, index, recording).run(stop) for index, arm in enumerate(state.arms))
    for index, arm in enumerate(arms):
        recording.diverged_at[index] = arm.diverged_at
        recording.final_test_loss[index], recording.final_test_accuracy[index] = arm.final
        recording.seconds[index], recording.updates[index] = arm.seconds, arm.updates
    return replace(state, step=stop, arms=arms, engine=engine), recording


def stream(
    experiment: Experiment, *, chunk: int = CHUNK, dtype: torch.dtype = torch.float32, engine: str = "torch"
) -> Iterator[Recording]:
    """The chunks of a run, one after the other."""
    state = start(experiment, dtype)
    while not state.done:
        state, recording = advance(state, chunk, engine=engine)
        yield recording


def train(
    experiment: Experiment,
    *,
    dtype: torch.dtype = torch.float32,
    engine: str = "torch",
    progress: Callable[[int, int], None] | None = None,
) -> Recording:
    """A whole run.

    Args:
        experiment: what to run.
        dtype: precision of the weights and the arithmetic.
        engine: as in `advance`.
        progress: called with the updates made and the updates wanted, now and then.

    Returns:
        The recording of all its frames.
    """
    chunks, total = [], experiment.training.steps
    chunk = total if progress is None else CHUNK
    for recording in stream(experiment, chunk=chunk, dtype=dtype, engine=engine):
        chunks.append(recording)
        if progress is not None:
            progress(min(recording.first_step + len(recording.train_loss), total), total)
    return join(chunks)
