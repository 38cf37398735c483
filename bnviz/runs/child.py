"""A Python process that answers lines of JSON: how it is started, told something, and ended."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from typing import IO, Any

MOST_DEATHS = 3  # after so many ends of the process in the same work, the work is given up
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Child:
    """One process that runs a module of bnviz, started when it is first needed and again when it has died.

    Args:
        module: what it runs, as for ``python -m``.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """End the process; the next request starts another."""
        with self._lock:
            self._end()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **THREADS},
            )
        return self._process

    def drop(self, name: str) -> None:
        """Let the process forget a piece of work; one that has just died has forgotten everything."""
        with self._lock, contextlib.suppress(OSError):
            if self._process is not None and self.running:
                self._send({"drop": name}, self._process)

    def _answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], IO[bytes]]:
        """The line of JSON with which the process answers, and the pipe on which more may follow.

        Raises:
            OSError: when the process has died, in the middle of a line too.
        """
        process = self._started()
        self._send(request, process)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.endswith(b"\n"):
            raise BrokenPipeError
        return json.loads(line), process.stdout

    @staticmethod
    def _send(request: dict[str, Any], process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close() if pipe is not None else None
