"""A long run is trained by two processes at once: each takes some of its arms, which know nothing of one another."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bnviz.core.experiment import Experiment
from bnviz.core.recording import join_arms
from bnviz.runs.trainer import Slice, StateLostError

LONG_SECONDS = 0.25
"""Shorter runs stay whole: to carry and join their chunks takes about as long as the other process would save."""
UPDATE_SECONDS, PRODUCTS_A_SECOND = 5e-6, 3e10


@dataclass(frozen=True)
class Share:
    """Some arms of a run, in the hands of one trainer.

    Attributes:
        place: of the trainer.
        name: of the run there.
        json: the experiment with these arms alone.
    """

    place: int
    name: str
    json: str


def is_long(experiment: Experiment) -> bool:
    """Whether a run has arms to share out and takes long enough to do so, by the size of its work."""
    if len(experiment.arms) < 2:
        return False
    if not experiment.network.compilable:
        return True
    hidden, training = experiment.network.hidden, experiment.training
    weights = sum(one * other for one, other in itertools.pairwise(hidden))
    each = UPDATE_SECONDS + 3 * weights * training.batch_size / PRODUCTS_A_SECOND
    return training.steps * len(experiment.arms) * each > LONG_SECONDS


def share_out(experiment: Experiment, name: str, places: Sequence[int]) -> tuple[Share, ...]:
    """Neighbouring arms of a run for each of some trainers."""
    count, arms = len(places), experiment.arms
    bounds = [len(arms) * part // count for part in range(count + 1)]
    return tuple(
        Share(place, f"{name}-{first}", replace(experiment, arms=arms[first:last]).to_json())
        for place, (first, last) in zip(places, itertools.pairwise(bounds), strict=True)
    )


def advance_all(experiment: Experiment, shares: Sequence[Share], advance: Callable[[Share], Slice]) -> Slice:
    """The same updates of all shares, at the same time, joined frame by frame.

    Raises:
        StateLostError: when a process has lost its share, or the shares were made by different engines.
        Exception: what else has gone wrong with a share.
    """
    done: dict[Share, Slice | Exception] = {}

    def work(share: Share) -> None:
        try:
            done[share] = advance(share)
        except Exception as error:  # noqa: BLE001 - it is raised again, in the thread of the run
            done[share] = error

    threads = [threading.Thread(target=work, args=(share,), name="bnviz-share", daemon=True) for share in shares[1:]]
    for thread in threads:
        thread.start()
    work(shares[0])
    for thread in threads:
        thread.join()
    parts: list[Slice] = []
    for share in shares:
        part = done[share]
        if isinstance(part, Exception):
            raise part
        parts.append(part)
    if len({part.engine for part in parts}) > 1:
        raise StateLostError(shares[0].name)
    chunk = join_arms(experiment, [part.chunk for part in parts])
    return replace(parts[0], chunk=chunk, state_bytes=sum(part.state_bytes for part in parts))
