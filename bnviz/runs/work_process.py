"""The server's side of the process that computes sweeps and studies: starts it, asks it, replaces it when it died."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

from bnviz.runs.child import Child
from bnviz.runs.trainer import PREPARATION


class WorkError(RuntimeError):
    """A sweep or a study could not be carried on."""


class ProcessEndedError(RuntimeError):
    """The process ended before it answered; what it was asked can be asked again."""


@dataclass(frozen=True)
class Order:
    """What is to be gone on with.

    Attributes:
        kind: sweep or study.
        name: short, the same for equal work.
        json: the sweep or study.
        known: how far it has come, in the terms of its kind: a number of cells, or a `study.Place`.
    """

    kind: str
    name: str
    json: str
    known: Any


@dataclass(frozen=True)
class Part:
    """What came of one request: everything that was completed, and whether that was all."""

    found: tuple[dict[str, Any], ...]
    done: bool


class WorkProcess(Child):
    """One process for all sweeps and studies, started when it is first needed.

    Args:
        engine: which one makes the updates: torch, kernel, or auto.
    """

    def __init__(self, engine: str = "auto") -> None:
        super().__init__("bnviz.runs.work_worker")
        self.engine = engine

    def advance(self, order: Order, seconds: float) -> Part:
        """Compute for a while.

        Args:
            order: what to go on with, and from where.
            seconds: after about this time the answer comes, whatever is complete.

        Raises:
            ProcessEndedError: when there is no answer.
            WorkError: with a sentence for the viewers, when the computation failed.
        """
        with self._lock:
            request = {"kind": order.kind, "name": order.name, "json": order.json, "first": order.known}
            answer = self._ask(request | {"seconds": seconds} | self._with())
        if "error" in answer:
            raise WorkError(str(answer["error"]))
        return Part(tuple(answer["found"]), bool(answer["done"]))

    def prepare(self) -> None:
        """Start the process and let it load what it needs, so that nobody waits for that; returns at once."""
        with self._lock, contextlib.suppress(OSError):
            self._send({"prepare": True} | self._with(), self._started())

    def _with(self) -> dict[str, Any]:
        return {"engine": self.engine, "compile_here": PREPARATION.failed}

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            answer, _ = self._answer(request)
        except OSError:
            self._end()
            raise ProcessEndedError("The process that computes ended.") from None
        return answer
