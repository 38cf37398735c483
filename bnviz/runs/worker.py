"""The process that trains: it keeps the states of the runs and makes updates when it is told to.

It speaks over its standard input and output. A request is one line of JSON; an answer is one line of JSON with the
length of what follows, and then a chunk of a recording as the bytes of an .npz file.

    {"run": "name", "experiment": "...", "updates": 20, "step": 0}   start or continue a run
    {"run": "name", ..., "step": 0, "table": "..."}                  the same, with a reader's own table
    {"prepare": true}                                                load the compiled engine, if it is there
    {"drop": "name"}                                                 forget a run (no answer)
"""

from __future__ import annotations

import json
import os
import sys
from typing import BinaryIO

from bnviz.core import engine, own_tables
from bnviz.core.experiment import Experiment
from bnviz.core.export import to_bytes
from bnviz.core.table import Table
from bnviz.runs import compiled


class Worker:
    """Runs by name, each until it is done or the server lets it be forgotten: the server alone knows who waits."""

    def __init__(self) -> None:
        self.states: dict[str, engine.State] = {}
        self.tables: dict[str, Table] = {}  # readers' own, each as long as the state of its run

    def advance(self, request: dict[str, object]) -> tuple[dict[str, object], bytes]:
        """Make updates of a run; an answer without a chunk says that the state it should go on from is lost.

        A run stays with the engine that has begun it.
        """
        name, step = str(request["run"]), int(str(request["step"]))
        state = self.states.pop(name, None)
        table = self.tables.pop(name, None)
        if request.get("table"):
            table = own_tables.unpack(str(request["table"]))
        if state is None or step == 0:
            state = engine.start(Experiment.from_json(str(request["experiment"])))
        if state.step != step:
            return {"lost": True, "size": 0}, b""
        here = bool(request.get("compile_here"))
        chosen = state.engine or compiled.engine_for(state.experiment, compile_here=here)
        state, recording = engine.advance(state, int(str(request["updates"])), engine=chosen)
        if not state.done:
            self.states[name] = state
            if table is not None:
                self.tables[name] = table
        chunk = to_bytes(recording)
        head = {"step": state.step, "done": state.done, "engine": state.engine, "size": len(chunk)}
        return {**head, "state_bytes": 0 if state.done else state.nbytes}, chunk

    def answer(self, request: dict[str, object]) -> tuple[dict[str, object], bytes] | None:
        """The answer to one request; None where there is none."""
        if "drop" in request:
            self.states.pop(str(request["drop"]), None)
            self.tables.pop(str(request["drop"]), None)
            return None
        try:
            if "prepare" in request:
                return {"compiled": compiled.usable(), "size": 0}, b""
            return self.advance(request)
        except Exception as error:  # noqa: BLE001 - the run's viewers are told, the process lives on
            return {"error": f"{type(error).__name__}: {error}", "size": 0}, b""


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    worker = Worker()
    for line in requests:
        answer = worker.answer(json.loads(line))
        if answer is not None:
            head, body = answer
            answers.write(json.dumps(head).encode() + b"\n" + body)
            answers.flush()


def main() -> None:
    """Keep the real standard output for answers; whatever else prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
