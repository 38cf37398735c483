"""The fast engine: compiled updates of the same numbers that the torch engine steps, one arm after the other.

Compiling takes half a minute, once: the machine code is kept on disk (`kernel_cache`). Until it is there the torch
engine works, which this one agrees with to the last digits.
"""

from __future__ import annotations

import threading
from dataclasses import replace

import torch

from bnviz.core import kernel_cache
from bnviz.core.armrun import ArmState
from bnviz.core.data import load
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.initial import first_state
from bnviz.core.kernel_order import measure
from bnviz.core.kernel_run import KernelRun, blocks
from bnviz.core.kernel_train import evaluate, train
from bnviz.core.recording import Recording, blank


def advance_arms(arms: tuple[ArmState, ...], recording: Recording, stop: int) -> tuple[ArmState, ...]:
    """Make the updates up to `stop` of every arm, and observe the frame after the last of the experiment.

    Args:
        arms: as they are before the first update of the recording.
        recording: blank; it is filled.
        stop: the number of updates that are made then.
    """
    experiment, first = recording.experiment, recording.first_step
    runs = [KernelRun(arm, index, recording) for index, arm in enumerate(arms)]
    for block in blocks(runs, range(first, stop)):
        for run in runs:
            run.make(block)
    if stop > first:
        for run in runs:
            run.now = replace(run.now, before_last=run.before.copy())
    if stop == experiment.training.steps:
        for block in blocks(runs, range(stop, stop + 1)):
            for run in runs:
                run.look(block)
    return tuple(run.now for run in runs)


_ready: set[str] = set()
_lock = threading.Lock()
_threads: dict[str, threading.Thread] = {}


def ready(dtype: str = "float32") -> bool:
    """Whether the kernel can start at once in this precision."""
    return dtype in _ready


def warm_up(dtype: str = "float32") -> None:
    """Compile the kernel for a precision, or load what has been compiled before, by running a tiny experiment.

    A folder of machine code that cannot be read or written is no error: then the kernel is compiled in memory.
    """
    with _lock:
        if dtype in _ready:
            return
        try:
            _run_once(dtype)
        except Exception:  # noqa: BLE001 - whatever is wrong with the files: without them it works or fails plainly
            kernel_cache.forget_cache((train, measure, evaluate))
            _run_once(dtype)
        else:
            kernel_cache.mark_kept(dtype)
        _ready.add(dtype)


def _run_once(dtype: str) -> None:
    experiment = Experiment(Data("moons", n=32), Network((4,)), (Arm("batch"),), Training(batch_size=4, steps=2))
    data = load(experiment.data, experiment.seed)
    arm = first_state(experiment, experiment.arms[0], data, getattr(torch, dtype))
    advance_arms((arm,), blank(experiment, data, 0, 2), 2)


def available(dtype: str) -> bool:
    """Whether the kernel can take a run now: ready, or kept on disk. Else it begins to be compiled beside.

    The thread is waited for when the process ends, so that what it compiles is kept.
    """
    if not ready(dtype) and kernel_cache.is_kept(dtype):
        warm_up(dtype)
    if not ready(dtype) and dtype not in _threads:
        _threads[dtype] = threading.Thread(target=warm_up, args=(dtype,), name=f"kernel-{dtype}")
        _threads[dtype].start()
    return ready(dtype)
