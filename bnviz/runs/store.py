"""The run store: one training for everyone who asks for the same experiment.

Runs wait in a fair queue and take turns in a few training processes, a slice of updates each. A run whose last viewer
has left is stopped at the end of its slice and goes on from there when somebody asks for it again. Finished runs stay
in a cache that is bounded in bytes. A run that fails tells its own viewers and disturbs nobody else.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from contextlib import suppress

from bnviz.core.experiment import Experiment
from bnviz.runs.child import MOST_DEATHS
from bnviz.runs.once import once
from bnviz.runs.run import Run
from bnviz.runs.shares import Share, advance_all, is_long, share_out
from bnviz.runs.trainer import PREPARATION, CanAdvance, ProcessLostError, Slice, StateLostError, Trainer, processes

CACHE_BYTES = 400_000_000
STATE_BYTES = 400_000_000  # of all states that the trainers keep; a run more may go beyond

_log = logging.getLogger(__name__)


class RunStore:
    """Runs by experiment.

    Args:
        trainers: make the updates, each for one run at a time; processes of their own unless a test says otherwise.
        cache_bytes: how much the recordings of idle runs may take together.
    """

    def __init__(
        self,
        *,
        trainers: Sequence[CanAdvance] | None = None,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self._trainers = tuple(Trainer() for _ in range(processes())) if trainers is None else tuple(trainers)
        self._cache_bytes = cache_bytes
        self._runs: OrderedDict[Experiment, Run] = OrderedDict()
        self._queue: deque[Run] = deque()
        self._wake = threading.Condition()
        self._workers: list[threading.Thread] = []
        self._busy = 0
        self._idle: set[int] = set()  # places of trainers that wait for something to do

    def open(self, experiment: Experiment, viewer: str) -> Run:
        """The run of an experiment, started or continued if need be; the viewer leaves what it watched before."""
        with self._wake:
            self._leave(viewer, keep=experiment)
            run = self._runs.get(experiment)
            if run is None or run.status == "failed" or self._outdated(run, viewer):
                run = self._runs[experiment] = Run(experiment)
                self._enqueue(run)
            elif run.status == "stopped":
                run.set_status("ready")
                self._enqueue(run)
            run.viewers.add(viewer)
            self._runs.move_to_end(experiment)
            self._evict()
            return run

    def find(self, experiment: Experiment) -> Run | None:
        """The run of an experiment as it is, neither started nor continued; None where there is none."""
        with self._wake:
            return self._runs.get(experiment)

    def watch(self, run: Run, viewer: str) -> None:
        """Say that a viewer is still there."""
        run.viewers.add(viewer)

    def leave(self, viewer: str) -> None:
        """A viewer is gone, or wants its training stopped."""
        with self._wake:
            self._leave(viewer, keep=None)

    def ahead_of(self, run: Run) -> int:
        """How many other runs wait or train before this one's next turn."""
        with self._wake:
            if run not in self._queue:
                return 0
            return self._queue.index(run) + max(0, self._busy + 1 - len(self._trainers))

    @staticmethod
    def _outdated(run: Run, viewer: str) -> bool:
        """Whether the torch engine has finished a run that the compiled one would make now.

        Their last digits differ, and a link must show the same on all servers; who has seen the run keeps it.
        """
        if not run.experiment.network.compilable or viewer in run.viewers:
            return False
        return run.engine == "torch" and run.status == "finished" and PREPARATION.compiled

    def _leave(self, viewer: str, *, keep: Experiment | None) -> None:
        for experiment, run in self._runs.items():
            if experiment != keep:
                run.viewers.leave(viewer)

    def _enqueue(self, run: Run) -> None:
        """Let a run wait for its turn; another trainer is woken where all that are awake have something to do.

        A long run wakes one too: the next of its kind can be shared by two.
        """
        self._queue.append(run)
        wanted = len(self._queue) + self._busy + is_long(run.experiment)
        while wanted > len(self._workers) < len(self._trainers):
            place = len(self._workers)
            worker = threading.Thread(target=self._work, args=(place,), name=f"bnviz-runs-{place}", daemon=True)
            self._workers.append(worker)
            worker.start()
        self._wake.notify_all()

    def _evict(self) -> None:
        """Forget the longest unused idle runs while there is too much."""
        total = sum(run.nbytes for run in self._runs.values())
        for experiment in list(self._runs):
            if total <= self._cache_bytes:
                return
            run = self._runs[experiment]
            if not run.active and not run.viewers.watching:
                total -= run.nbytes
                self._drop(run)
                del self._runs[experiment]

    def _drop(self, run: Run) -> None:
        """Let the trainers forget the state of a run."""
        for share in run.shares:
            self._trainers[share.place].drop(share.name)
        if run.home is not None and not run.shares:
            self._trainers[run.home].drop(run.name)
        run.home, run.shares, run.state_bytes = None, (), 0

    def _work(self, place: int) -> None:
        """The thread of one trainer: one slice of the run whose turn it is, then to the back of the queue with it."""
        with suppress(StateLostError, OSError):
            self._trainers[place].prepare()
        while True:
            run = self._next(place)
            again = self._slice(run, place)
            with self._wake:
                self._busy -= 1
                if again:
                    self._queue.append(run)
                self._wake.notify_all()

    def _next(self, place: int) -> Run:
        """Wait for a run that this trainer may carry on."""
        with self._wake:
            while True:
                run = self._due(place)
                if run is not None:
                    self._queue.remove(run)
                    self._busy += 1
                    run.home = place
                    self._idle.discard(place)
                    self._share_out(run, place)
                    return run
                self._idle.add(place)
                self._wake.wait()

    def _due(self, place: int) -> Run | None:
        """The first run that this trainer has begun, or that nobody has while there is room for one more state."""
        mine = [run for run in self._queue if run.home in (None, place)]
        if mine and not mine[0].state_bytes and not self._room():
            mine = [run for run in mine if run.state_bytes]
        return mine[0] if mine else None

    def _room(self) -> bool:
        """Whether one more run may begin; states of stopped runs give way, the longest unused first.

        Such a run keeps its recording, and begins again when somebody asks for it.
        """
        kept = [run for run in self._runs.values() if run.state_bytes]
        total = sum(run.state_bytes for run in kept)
        for run in kept:
            if total >= STATE_BYTES and not run.active:
                total -= run.state_bytes
                self._drop(run)
        return total < STATE_BYTES

    def _share_out(self, run: Run, place: int) -> None:
        """Give some arms of a long run that begins to a trainer that has nothing to do.

        It keeps them. When other runs come their slices take turns with those of its share. Both processes must find
        the same engine; and a run that was lost once is not shared again.
        """
        free = [other for other in self._idle if other != place][:1]
        ready = PREPARATION.compiled or not run.experiment.network.compilable
        if run.step == 0:
            run.shares = ()
        if free and ready and not (self._queue or run.step or run.restarts) and is_long(run.experiment):
            run.shares = share_out(run.experiment, run.name, [place, *free])

    def _slice(self, run: Run, place: int) -> bool:
        """Train one slice; True when the run wants another turn."""
        if not run.viewers.watching:
            run.home = run.home if run.step else None
            run.set_status("stopped")
            return False
        begun = time.perf_counter()
        try:
            part = self._advance(run, place)
        except StateLostError as error:
            return self._restarted(run, died=isinstance(error, ProcessLostError))
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to this run alone
            _log.exception("A run failed")
            self._drop(run)
            run.set_status("failed", str(error))
            return False
        run.add(part, seconds=time.perf_counter() - begun)
        return not part.done

    def _advance(self, run: Run, place: int) -> Slice:
        """The next slice of a run, by the trainer that has it or by those that share it."""
        if not run.shares:
            return self._trainers[place].advance(run.name, run.json, run.slice, run.step)

        def advance(share: Share) -> Slice:
            return self._trainers[share.place].advance(share.name, share.json, run.slice, run.step)

        return advance_all(run.experiment, run.shares, advance)

    def _restarted(self, run: Run, *, died: bool) -> bool:
        """Begin again after a training process has lost the run; what others have of it goes too.

        Not for ever where the process dies of it. Other runs that the process had are innocent, however often it dies.
        """
        self._drop(run)
        run.deaths += died
        if run.deaths >= MOST_DEATHS:
            run.set_status("failed", f"The training process ended {MOST_DEATHS} times.")
            return False
        run.start_again()
        return True


@once
def shared_store() -> RunStore:
    """The one store of this process."""
    return RunStore()
