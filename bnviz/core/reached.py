"""A run's state after some updates, for whoever asks: trained in slices, in turns with all others who wait for one."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from bnviz.core.engine import State, advance, start
from bnviz.core.experiment import Experiment
from bnviz.core.line import Line, grown

Progress = Callable[[int, int], object]
LINE = Line()  # one training at a time: two beside each other take longer than one after the other
_states: dict[tuple[Experiment, str, int], State] = {}  # by the step that is wanted; some are still on their way
MOST_STATES, STATE_BYTES = 64, 64_000_000
FIRST_UPDATES, SLICE_SECONDS = 4, 0.15


def unheard(_made: int, _wanted: int) -> None:
    """The progress that nobody asks for."""


def reached(experiment: Experiment, step: int, engine: str, progress: Progress) -> State:
    """The state after `step` updates; goes on from the latest that anybody has asked for or is on the way to.

    Args:
        experiment, engine: as in `engine.advance`.
        step: how many updates.
        progress: called with the updates made and the updates wanted after each slice, and now and then while others
            have their turn; what it raises ends the work.
    """
    mine, updates = start(experiment), float(FIRST_UPDATES)
    while True:
        with LINE.turn(partial(progress, mine.step, step)):
            mine, begun = _latest(mine, step, engine), time.perf_counter()
            if mine.step < step:
                mine, _ = advance(mine, min(round(updates), step - mine.step), engine=engine)
            spent = time.perf_counter() - begun
            _keep((experiment, engine, step), mine)
        if mine.step == step:
            return mine
        updates = grown(updates, spent, SLICE_SECONDS)
        progress(mine.step, step)


def _latest(mine: State, step: int, engine: str) -> State:
    """The latest known state of a run that is not after `step`; one's own, where others are not further."""
    known = (state for (one, by, _), state in _states.items() if (one, by) == (mine.experiment, engine))
    return max((mine, *(state for state in known if state.step <= step)), key=lambda state: state.step)


def _keep(name: tuple[Experiment, str, int], state: State) -> None:
    """Remember a state, and forget the longest unused."""
    _states.pop(name, None)
    _states[name] = state
    total = sum(one.nbytes for one in _states.values())
    while len(_states) > 1 and (len(_states) > MOST_STATES or total > STATE_BYTES):
        total -= _states.pop(next(iter(_states))).nbytes
