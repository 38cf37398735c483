"""Where the kernel's machine code is kept between processes.

numba looks at one source file only to see whether its machine code is out of date; the kernel has several, so the
folder is named after what all of them say. Where no folder can be written the code is compiled in memory: that costs
seconds, not an error.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
from llvmlite import binding

SOURCES = "kernel*.py"


def fingerprint() -> str:
    """Changes with every source file of the kernel, with numba, numpy and the kind of processor."""
    digest = hashlib.sha256(f"{numba.__version__} {np.__version__} {binding.get_host_cpu_name()}".encode())
    for path in sorted(Path(__file__).parent.glob(SOURCES)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


@lru_cache(maxsize=1)
def folder() -> Path | None:
    """The folder of the machine code: beside the sources, else in the user's cache; None where neither is writable."""
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "bnviz"
    for place in (Path(__file__).parent / "__pycache__", user):
        chosen = place / f"kernel-{fingerprint()}"
        if _writable(chosen):
            return chosen
    return None


def use_cache(dispatcher: Any) -> Any:
    """Let a compiled function keep its machine code in `folder()`."""
    settings: Any = numba.config
    place, before = folder(), settings.CACHE_DIR
    if place is not None:
        settings.CACHE_DIR = str(place)
        try:
            dispatcher.enable_caching()
        except (OSError, RuntimeError):  # no place for this file: compiled in memory
            pass
        finally:
            settings.CACHE_DIR = before
    return dispatcher


def forget_cache(dispatchers: tuple[Any, ...]) -> None:
    """Compile in memory from now on, after the folder has turned out to be unusable."""
    from numba.core.caching import NullCache

    for dispatcher in dispatchers:
        dispatcher._cache = NullCache()


def is_kept(dtype: str) -> bool:
    """Whether machine code for a precision has been kept, so that it is loaded and not compiled."""
    place = folder()
    return place is not None and (place / f"ready-{dtype}").exists()


def mark_kept(dtype: str) -> None:
    """Remember that the machine code for a precision is complete; what earlier sources have left is removed."""
    place = folder()
    try:
        if place is not None:
            (place / f"ready-{dtype}").touch()
            _remove_others(place)
    except OSError:
        pass


def _remove_others(place: Path) -> None:
    """Remove the folders of other sources. A process that still needs one compiles anew, in memory."""
    for other in place.parent.glob("kernel-*"):
        if other != place:
            shutil.rmtree(other, ignore_errors=True)
