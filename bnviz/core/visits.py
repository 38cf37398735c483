"""A run visited on its way: its states after every so many updates, for measures that look at whole networks."""

from __future__ import annotations

from collections.abc import Iterator

from bnviz.core import engine
from bnviz.core.experiment import Experiment
from bnviz.core.network import NormNet


def visits(experiment: Experiment, every: int, *, by: str = "auto") -> Iterator[engine.State]:
    """The states after 0, every, 2 every, ... updates, and the one after the last.

    Args:
        experiment: what is run.
        every: updates between two visits, at least 1.
        by: which engine makes the updates, see `engine.advance`.

    Raises:
        ValueError: when `every` is below 1.
    """
    if every < 1:
        raise ValueError(f"every = {every} came; at least 1 update between two visits is needed.")
    state = engine.start(experiment)
    yield state
    while not state.done:
        state, _ = engine.advance(state, every, engine=by)
        yield state


def networks(state: engine.State) -> list[NormNet]:
    """A copy of each arm's network, which a look may disturb."""
    return [arm.copied().net for arm in state.arms]
