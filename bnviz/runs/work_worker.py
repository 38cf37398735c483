"""The process that computes sweeps and studies, for as long at a time as it is told to.

It speaks over its standard input and output, one line of JSON for a request and one for its answer.

    {"kind": "sweep", "name": "...", "json": "...", "first": 12, "seconds": 0.15, ...}   go on behind the first 12 cells
    {"kind": "study", "name": "...", "json": "...", "first": [2, 5], ...}   go on behind the 5 first results of seed 2
    {"prepare": true, ...}                                                  load the engine (no answer)
    {"drop": "name"}                                                        forget a sweep or study (no answer)

The dots stand for "engine" (torch, kernel or auto) and "compile_here" (whether to compile where nothing is kept).
An answer holds what was completed in that time. A request says everything that is needed, so it does not matter to
whoever asks whether this process still knows the sweep or study, or is a new one.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, BinaryIO

from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.study import Place, Study, results
from bnviz.core.sweep import Axis, Sweep
from bnviz.core.sweep_run import cells
from bnviz.runs import compiled

NICE = 5
"""A live run that somebody watches comes before all this."""

TINY = Sweep(
    Experiment(Data("moons", n=20), Network((2,)), (Arm("batch"),), Training(batch_size=4, steps=1)),
    (Axis("network.gain", (1.0,)),),
)

Step = tuple[Any, list[dict[str, Any]]]
"""How far the work has come, in the terms of its kind, and what was completed since the step before."""


@dataclass
class Going:
    """A sweep or study under way: what is still to come, and how far it is."""

    rest: Iterator[Step]
    known: Any


def engine_of(request: dict[str, Any]) -> str | Callable[[], str]:
    """The engine that a request names; auto takes the compiled one from the first cell on at which it is usable."""
    name, here = str(request["engine"]), bool(request["compile_here"])
    return partial(compiled.best_engine, compile_here=here) if name == "auto" else name


def sweep_steps(request: dict[str, Any]) -> Iterator[Step]:
    """The cells of a sweep, one after the other."""
    known = int(request["first"])
    for part in cells(Sweep.from_json(request["json"]), first=known, engine=engine_of(request)):
        known += bool(part)
        yield known, [asdict(outcome) for outcome in part]


def study_steps(request: dict[str, Any]) -> Iterator[Step]:
    """The results of a study, one after the other."""
    known, engine = Place(*request["first"]), engine_of(request)
    if callable(engine):
        engine()  # the compiled engine is loaded, so that a measure may use it
    for found in results(Study.from_json(request["json"]), first=known):
        if found is None:
            yield list(known), []
            continue
        known = Place(found.seed, known.results + 1 if found.seed == known.seed else 1)
        yield list(known), [found._asdict()]


KINDS = {"sweep": sweep_steps, "study": study_steps}


class Worker:
    """Sweeps and studies by name, each until it is done or the server says that nobody waits for it any more."""

    def __init__(self) -> None:
        self.going: dict[str, Going] = {}

    def advance(self, request: dict[str, Any]) -> dict[str, Any]:
        """Compute for a while; what is not complete then is gone on with the next time."""
        name, first = str(request["name"]), request["first"]
        going = self.going.pop(name, None)
        if going is None or going.known != first:
            going = Going(KINDS[request["kind"]](request), first)
        found: list[dict[str, Any]] = []
        end, done = time.monotonic() + float(request["seconds"]), False
        while not done:
            step = next(going.rest, None)
            done = step is None
            if step is not None:
                going.known = step[0]
                found.extend(step[1])
            if time.monotonic() >= end:
                break
        if not done:
            self.going[name] = going
        return {"found": found, "done": done}

    def answer(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """The answer to one request; None where there is none."""
        if "prepare" in request:
            with contextlib.suppress(Exception):  # what is wrong is said to the first who asks
                next(cells(TINY, engine=engine_of(request)))
            return None
        if "drop" in request:
            self.going.pop(str(request["drop"]), None)
            return None
        try:
            return self.advance(request)
        except Exception as error:  # noqa: BLE001 - the viewers are told, the process lives on
            return {"error": f"{type(error).__name__}: {error}"}


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    worker = Worker()
    for line in requests:
        answer = worker.answer(json.loads(line))
        if answer is not None:
            answers.write(json.dumps(answer).encode() + b"\n")
            answers.flush()


def main() -> None:
    """Keep the real standard output for answers; whatever else prints goes to standard error."""
    with contextlib.suppress(AttributeError, OSError):  # systems without it
        os.nice(NICE)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
