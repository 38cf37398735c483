"""The run store: one training for all, fair turns, cancelling, failing alone."""

import threading
import time

import numpy as np
import pytest

from bnviz.core import engine
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.runs import store as store_module
from bnviz.runs.store import RunStore
from bnviz.runs.trainer import Slice, StateLostError, Trainer, TrainingError


def small(seed=0, steps=60):
    return Experiment(
        data=Data("moons", n=100),
        network=Network((8,)),
        arms=(Arm("batch"),),
        training=Training(batch_size=10, steps=steps),
        seed=seed,
    )


def wait_for(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.005)
    pytest.fail("The condition did not become true in time.")


@pytest.fixture
def trainer():
    one = Trainer()
    yield one
    one.close()


class Gate:
    """A trainer in this process that counts its calls and can be held."""

    def __init__(self):
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()
        self.calls = []
        self.states = {}

    def advance(self, name, experiment, updates, step):
        self.entered.set()
        self.open.wait(20)
        wanted = Experiment.from_json(experiment)
        self.calls.append((wanted.seed, step))
        state = self.states.get(name) or engine.start(wanted)
        assert state.step == step
        self.states[name], chunk = engine.advance(state, min(updates, 10))
        return Slice(self.states[name].step, self.states[name].done, chunk)

    def drop(self, name):
        self.states.pop(name, None)


def test_two_viewers_share_one_training():
    gate = Gate()
    store = RunStore(trainer=gate)
    first, second = store.open(small(), "ann"), store.open(small(), "ben")
    assert first is second
    wait_for(lambda: first.status == "finished")
    starts = [step for _, step in gate.calls]
    assert len(starts) == len(set(starts))


def test_the_recording_from_the_training_process_is_that_of_the_engine(trainer):
    run = RunStore(trainer=trainer).open(small(), "ann")
    wait_for(lambda: run.status == "finished")
    direct = engine.train(small())
    streamed = run.recording()
    np.testing.assert_array_equal(streamed.train_loss, direct.train_loss)
    np.testing.assert_array_equal(streamed.histogram, direct.histogram)
    assert list(streamed.steps) == list(direct.steps)


def test_a_run_that_nobody_watches_stops_and_goes_on_where_it_was():
    gate = Gate()
    store = RunStore(trainer=gate)
    gate.open.clear()
    run = store.open(small(), "ann")
    assert gate.entered.wait(20)
    store.open(small(seed=1), "ann")  # ann changed a setting
    gate.open.set()
    wait_for(lambda: run.status == "stopped")
    steps = run.step
    assert 0 < steps < 60
    again = store.open(small(), "ben")
    assert again is run
    wait_for(lambda: run.status == "finished")
    assert [step for seed, step in gate.calls if seed == 0].count(0) == 1
    np.testing.assert_array_equal(run.recording().train_loss, engine.train(small()).train_loss)


def test_a_viewer_that_falls_silent_counts_no_more(monkeypatch):
    monkeypatch.setattr(store_module, "VIEWER_SECONDS", 0.05)
    gate = Gate()
    store = RunStore(trainer=gate)
    gate.open.clear()
    run = store.open(small(), "ann")
    assert gate.entered.wait(20)
    time.sleep(0.1)
    gate.open.set()
    wait_for(lambda: run.status == "stopped")


def test_two_runs_take_turns():
    gate = Gate()
    store = RunStore(trainer=gate)
    gate.open.clear()
    long, short = store.open(small(seed=1, steps=200), "ann"), store.open(small(seed=2, steps=30), "ben")
    gate.open.set()
    wait_for(lambda: short.status == "finished")
    assert long.status == "training"
    wait_for(lambda: long.status == "finished")


def test_a_failing_run_tells_its_viewers_alone_and_can_be_tried_again():
    failing = {"on": True}

    class Failing(Gate):
        def advance(self, name, experiment, updates, step):
            if Experiment.from_json(experiment).seed == 1 and failing["on"]:
                raise TrainingError("The disk is on fire.")
            return super().advance(name, experiment, updates, step)

    store = RunStore(trainer=Failing())
    bad, good = store.open(small(seed=1), "ann"), store.open(small(seed=2), "ben")
    wait_for(lambda: good.status == "finished")
    assert bad.status == "failed"
    assert "The disk is on fire." in bad.problem
    failing["on"] = False
    again = store.open(small(seed=1), "ann")
    wait_for(lambda: again.status == "finished")


def test_the_cache_is_bounded_and_forgets_the_longest_unused():
    store = RunStore(trainer=Gate(), cache_bytes=1)
    first = store.open(small(seed=1), "ann")
    wait_for(lambda: first.status == "finished")
    store.leave("ann")
    second = store.open(small(seed=2), "ben")
    wait_for(lambda: second.status == "finished")
    assert store.open(small(seed=1), "ann") is not first


def test_a_training_process_that_dies_is_replaced_and_the_run_begins_again(trainer):
    store = RunStore(trainer=trainer)
    run = store.open(small(steps=400), "ann")
    wait_for(lambda: 0 < run.step < 400)
    trainer._process.kill()
    wait_for(lambda: run.status == "finished")
    assert run.restarts == 1
    np.testing.assert_array_equal(run.recording().train_loss, engine.train(small(steps=400)).train_loss)


def test_what_the_training_process_cannot_do_is_a_sentence(trainer):
    with pytest.raises(TrainingError, match=r"network\.hidden"):
        trainer.advance("x", '{"network": {"hidden": 7}}', 1, 0)
    with pytest.raises(StateLostError):
        trainer.advance("x", small().to_json(), 1, 30)


def test_a_version_grows_with_every_chunk():
    run = RunStore(trainer=Gate()).open(small(), "ann")
    wait_for(lambda: run.version >= 1)
    assert run.recording() is not None
    assert run.nbytes > 0
