"""A class of a hundred: more runs at once than a process may forget, and sessions that never say goodbye."""

import json
import threading
from dataclasses import replace

import numpy as np

from bnviz.core import engine
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.export import from_bytes
from bnviz.core.sweep import Axis, Sweep
from bnviz.runs import store as store_module
from bnviz.runs import viewers as viewers_module
from bnviz.runs.child import MOST_DEATHS
from bnviz.runs.store import RunStore
from bnviz.runs.trainer import ProcessLostError, Slice, StateLostError, Trainer
from bnviz.runs.viewers import MOST_VIEWERS, Viewers
from bnviz.runs.work_worker import Worker as Workshop
from bnviz.runs.worker import Worker
from tests.runs.waiting import wait_for

TINY = Experiment(Data("moons", n=40), Network((4,)), (Arm("batch"),), Training(batch_size=8, steps=8))


LONG = replace(TINY, training=Training(batch_size=8, steps=120))


def tiny(seed):
    return replace(TINY, seed=seed)


class Here:
    """The worker of a training process in this one; a run takes two turns."""

    def __init__(self):
        self.worker, self.most_bytes, self.open, self.entered = Worker(), 0, threading.Event(), threading.Event()
        self.open.set()

    def prepare(self): ...

    def advance(self, name, experiment, updates, step):
        self.entered.set()
        assert self.open.wait(60)
        request = {"run": name, "experiment": experiment, "updates": min(updates, 5), "step": step}
        head, body = self.worker.answer(json.loads(json.dumps(request)))
        if head.get("lost"):
            raise StateLostError(name)
        self.most_bytes = max(self.most_bytes, sum(state.nbytes for state in self.worker.states.values()))
        return Slice(head["step"], head["done"], from_bytes(body), head["engine"], head["state_bytes"])

    def drop(self, name):
        assert self.worker.answer({"drop": name}) is None


def opened_at_once(trainers, count):
    """So many runs, none of which is trained before all are there."""
    for trainer in trainers:
        trainer.open.clear()
    store = RunStore(trainers=trainers)
    runs = [store.open(tiny(seed), f"reader {seed}") for seed in range(count)]
    for trainer in trainers:
        trainer.open.set()
    return runs


def all_finished(runs):
    wait_for(lambda: not any(run.active for run in runs))
    assert {run.status for run in runs} == {"finished"}, {run.problem for run in runs}


def test_a_hundred_and_sixty_runs_at_once_are_trained_and_none_begins_again():
    trainers = [Here(), Here()]
    runs = opened_at_once(trainers, 160)
    all_finished(runs)
    assert sum(run.restarts for run in runs) == 0
    assert not any(trainer.worker.states for trainer in trainers)
    wanted = engine.train(tiny(77), engine=runs[77].engine)
    np.testing.assert_array_equal(runs[77].recording().train_loss, wanted.train_loss)


def test_states_stay_within_their_bytes_and_all_runs_have_their_turn(monkeypatch):
    one = engine.start(TINY).nbytes
    monkeypatch.setattr(store_module, "STATE_BYTES", 5 * one)
    trainers = [Here(), Here()]
    runs = opened_at_once(trainers, 40)
    all_finished(runs)
    assert sum(run.restarts for run in runs) == 0
    assert max(trainer.most_bytes for trainer in trainers) <= 6 * one  # each may begin one more at the same time


def test_the_state_of_a_stopped_run_gives_way_and_the_run_begins_again_with_the_same_numbers(monkeypatch):
    monkeypatch.setattr(store_module, "STATE_BYTES", 1)
    trainer = Here()
    store = RunStore(trainers=[trainer])
    trainer.open.clear()
    old = store.open(tiny(1), "ann")
    assert trainer.entered.wait(60)
    new = store.open(tiny(2), "ann")
    trainer.open.set()
    all_finished([new])
    assert (old.status, old.step, old.state_bytes) == ("stopped", 4, 0)
    assert not trainer.worker.states
    assert old.recording() is not None
    assert store.open(tiny(1), "ben") is old
    all_finished([old])
    assert (old.restarts, old.deaths) == (1, 0)
    np.testing.assert_array_equal(old.recording().train_loss, engine.train(tiny(1), engine=old.engine).train_loss)


def test_only_the_run_of_which_the_process_dies_is_given_up():
    class Dying(Here):
        def advance(self, name, experiment, updates, step):
            if Experiment.from_json(experiment).seed == 3 and step:
                self.worker = Worker()  # a new process knows nothing
                raise ProcessLostError("The training process ended.")
            return super().advance(name, experiment, updates, step)

    store = RunStore(trainers=[Dying()])
    runs = [store.open(replace(LONG, seed=seed), f"reader {seed}") for seed in range(6)]
    wait_for(lambda: not any(run.active for run in runs))
    assert [run.status for run in runs] == ["finished"] * 3 + ["failed"] + ["finished"] * 2
    assert runs[3].problem == f"The training process ended {MOST_DEATHS} times."
    assert [run.deaths for run in runs] == [0, 0, 0, MOST_DEATHS, 0, 0]


def test_a_run_that_fails_leaves_no_state_behind():
    class Failing(Here):
        def advance(self, name, experiment, updates, step):
            if step:
                raise ValueError("The disk is on fire.")
            return super().advance(name, experiment, updates, step)

    trainer = Failing()
    run = RunStore(trainers=[trainer]).open(tiny(0), "ann")
    wait_for(lambda: run.status == "failed")
    assert not trainer.worker.states
    assert run.state_bytes == 0


def test_the_real_process_says_how_much_it_keeps():
    trainer = Trainer()
    try:
        part = trainer.advance("x", TINY.to_json(), 5, 0)
        assert part.state_bytes == engine.start(TINY).nbytes
        assert trainer.advance("x", TINY.to_json(), 3, 5).state_bytes == 0
    finally:
        trainer.close()


def test_twenty_sweeps_that_take_turns_all_come_to_their_end():
    """A turn ends within a cell; one that was forgotten between two turns would never complete it."""
    workshop, sweeps = Workshop(), [Sweep(LONG, (Axis("network.gain", (1.0,)),), (seed,)) for seed in range(20)]
    request = {"kind": "sweep", "first": 0, "seconds": 0.0, "engine": "torch", "compile_here": False}
    open_ones = {f"sweep {place}": sweep.to_json() for place, sweep in enumerate(sweeps)}
    for _ in range(10):
        for name, sweep in list(open_ones.items()):
            if workshop.advance({**request, "name": name, "json": sweep})["found"]:
                del open_ones[name]
    assert not open_ones


# ---- viewers


def test_a_run_does_not_remember_five_thousand_closed_tabs():
    store = RunStore(trainers=[Here()])
    for session in range(5000):
        run = store.open(TINY, f"session {session}")
    assert len(run.viewers) <= MOST_VIEWERS
    assert "session 4999" in run.viewers
    all_finished([run])


def test_who_was_there_last_decides_whether_anybody_watches(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(viewers_module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(viewers_module, "VIEWER_SECONDS", 20.0)
    viewers = Viewers()
    assert not viewers.watching
    viewers.add("ann")
    now[0] += 15
    viewers.add("ben")
    now[0] += 15
    assert viewers.watching
    viewers.leave("ben")
    assert not viewers.watching
    viewers.add("ann")
    assert viewers.watching
    assert list(viewers) == ["ann"]
