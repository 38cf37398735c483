"""The compiled engine as processes share it: its machine code is made once, kept on disk, and taken when it is there.

Half a minute of compiling must happen neither in a page nor many times over. So `compile_once` is called before the
app starts, or in a process of its own beside it; whoever trains asks `usable` before every new run.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from bnviz.core.experiment import Experiment
from bnviz.core.recording import Recording

PRECISION = "float32"  # of everything on screen
LOAD_SECONDS = 20.0  # loading takes 0.2 s; more means that what was kept is unusable and is being compiled anew

_lock = threading.Lock()
_loader: threading.Thread | None = None


def _modules() -> tuple[ModuleType, ModuleType] | None:
    """The kernel and its cache, imported when they are first needed; None where numba does not work."""
    try:
        from bnviz.core import kernel, kernel_cache
    except ImportError:
        return None
    return kernel, kernel_cache


def usable(*, compile_here: bool = False) -> bool:
    """Whether the compiled engine can make the next update; what is kept on disk is loaded.

    Args:
        compile_here: begin to compile in this process, beside, where nothing is kept on disk.
    """
    modules = _modules()
    if modules is None:
        return False
    kernel, cache = modules
    if kernel.ready(PRECISION):
        return True
    kept = cache.is_kept(PRECISION)
    if kept or compile_here:
        _loading(kernel).join(LOAD_SECONDS if kept else 0)
    return bool(kernel.ready(PRECISION))


def _loading(kernel: ModuleType) -> threading.Thread:
    global _loader
    with _lock:
        if _loader is None:
            _loader = threading.Thread(target=kernel.warm_up, args=(PRECISION,), name="bnviz-kernel", daemon=True)
            _loader.start()
        return _loader


def best_engine(*, compile_here: bool = False) -> str:
    """The engine for a run that begins now: "kernel" where it is usable, else "torch"."""
    return "kernel" if usable(compile_here=compile_here) else "torch"


def engine_for(experiment: Experiment, **options: bool) -> str:
    """`best_engine`, with its options; "torch" for a network that the compiled engine does not know."""
    return best_engine(**options) if experiment.network.compilable else "torch"


def compile_once() -> bool:
    """Compile the engine and keep its machine code, unless that is done; wait for a process that is at it already.

    Returns:
        Whether the machine code is kept; False where there is no folder for it.
    """
    modules = _modules()
    if modules is None or modules[1].folder() is None:
        return False
    kernel, cache = modules
    with _alone(cache.folder()):
        if not cache.is_kept(PRECISION):
            kernel.warm_up(PRECISION)
    return bool(cache.is_kept(PRECISION))


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time, where the system has such locks; elsewhere several may do the same work."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            file = stack.enter_context((folder / "compiling.lock").open("w"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def train(
    experiment: Experiment, *, engine: str = "auto", progress: Callable[[int, int], None] | None = None, **more: Any
) -> Recording:
    """A whole run, by the engine that the app would use.

    Args:
        experiment: what to run.
        engine: auto (the compiled engine in single precision if its machine code is at hand: see `python -m bnviz
            compile`), torch or kernel.
        progress: called with the updates made and the updates wanted, now and then.
        more: `dtype`, the precision of the weights and the arithmetic, as in `bnviz.core.engine.train`.

    Returns:
        The recording of all its frames.
    """
    from bnviz.core.engine import train as train_with

    if engine == "auto":
        single = str(more.get("dtype", PRECISION)).endswith(PRECISION)
        engine = engine_for(experiment) if single else "torch"
    return train_with(experiment, engine=engine, progress=progress, **more)
