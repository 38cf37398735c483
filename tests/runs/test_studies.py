"""Studies of a server: computed once, in turns with sweeps, stopped when nobody is left, failing in a sentence."""

import subprocess
import sys
import threading
import time

from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.study import Study, results
from bnviz.core.sweep import Axis, Sweep
from bnviz.runs import viewers
from bnviz.runs.studies import StudyStore, run_study, shared_studies, study_name
from bnviz.runs.sweeps import SweepStore, shared_sweeps
from bnviz.runs.turns import Turns
from bnviz.runs.work_process import Part, ProcessEndedError, WorkError
from tests.runs.waiting import wait_for

BASE = Experiment(Data("moons", n=80), Network((4,)), (Arm("none"),), Training(batch_size=10, steps=8))


def small(first=0, seeds=3, every=2):
    return Study("along_gradient", BASE, tuple(range(first, first + seeds)), {"every": every}, total=5)


def whole(study):
    found = [[] for _ in study.seeds]
    for one in results(study):
        if one:
            found[one.seed].append(one.value)
    return tuple(found)


class Gate:
    """A process in this thread: one result a turn, and it can be held."""

    def __init__(self):
        self.open, self.entered = threading.Event(), threading.Event()
        self.open.set()
        self.calls, self.dropped = [], []

    def advance(self, order, seconds):
        self.entered.set()
        self.open.wait(20)
        self.calls.append((order.kind, tuple(order.known)))
        found = next((one for one in results(Study.from_json(order.json), first=order.known) if one), None)
        return Part((), True) if found is None else Part((found._asdict(),), False)

    def drop(self, name):
        self.dropped.append(name)

    def prepare(self):
        pass

    def close(self):
        pass


def test_a_process_of_its_own_gives_the_same_numbers_to_all_viewers(process):
    store, study = StudyStore(Turns(process)), small()
    run = store.open(study, "ann")
    assert store.open(study, "ben") is run
    wait_for(lambda: not run.active)
    assert (run.status, run.problem) == ("finished", "")
    assert run.results == whole(study)
    assert (run.done, run.total, run.seconds_left) == (15, 15, 0)
    assert run.complete == (True, True, True)


def test_a_session_that_leaves_mid_study_frees_its_work():
    store = StudyStore(Turns(gate := Gate()))
    gate.open.clear()
    run = store.open(small(), "ann")
    assert gate.entered.wait(20)
    store.leave("ann")
    gate.open.set()
    wait_for(lambda: run.status == "stopped")
    assert (run.done, gate.dropped, run.complete) == (1, [run.name], (False, False, False))
    calls = len(gate.calls)
    time.sleep(0.05)
    assert len(gate.calls) == calls
    assert store.open(small(), "ben") is run
    wait_for(lambda: run.status == "finished")
    assert run.results == whole(small())


def test_a_session_that_falls_silent_frees_its_work_too(monkeypatch):
    monkeypatch.setattr(viewers, "VIEWER_SECONDS", 0.05)
    store = StudyStore(Turns(gate := Gate()))
    gate.open.clear()
    run = store.open(small(), "ann")
    assert gate.entered.wait(20)
    time.sleep(0.1)
    gate.open.set()
    wait_for(lambda: run.status == "stopped")


def test_a_study_and_a_sweep_take_turns(process):
    turns = Turns(process)
    sweep = Sweep(BASE, (Axis("training.learning_rate", (0.1, 0.2)),), (0, 1))
    study = StudyStore(turns).open(small(seeds=2), "ann")
    cells = SweepStore(turns).open(sweep, "ann")
    wait_for(lambda: study.status == cells.status == "finished")
    assert (cells.cells, cells.done, cells.total) == (4, 4, 4)


def test_a_crash_of_the_process_costs_nothing_but_time(process):
    study = small(seeds=6, every=1)
    run = StudyStore(Turns(process)).open(study, "ann")
    wait_for(lambda: run.done > 0)
    process._process.kill()
    wait_for(lambda: run.status == "finished")
    assert run.results == whole(study)


def test_a_crash_is_a_sentence():
    class Dying(Gate):
        def advance(self, order, seconds):
            raise ProcessEndedError

    class Failing(Gate):
        def advance(self, order, seconds):
            raise WorkError("The disk is on fire.")

    died, failed = (StudyStore(Turns(gate)).open(small(), "ann") for gate in (Dying(), Failing()))
    wait_for(lambda: not died.active and not failed.active)
    assert (died.status, failed.status) == ("failed", "failed")
    assert "ended 3 times" in died.problem
    assert failed.problem == "The disk is on fire."
    assert failed.seconds_left is None


def test_a_measure_that_fails_is_a_sentence(process):
    run = StudyStore(Turns(process)).open(Study("along_gradient", BASE, (0,), {"every": "often"}), "ann")
    wait_for(lambda: not run.active)
    assert run.status == "failed"
    assert "often" in run.problem


def test_in_this_process():
    assert [seed for seed, _ in run_study(small(first=4, seeds=2))] == [4] * 5 + [5] * 5


def test_a_store_needs_no_torch_and_shares_its_process_with_the_sweeps():
    code = "import sys; from bnviz.runs.studies import shared_studies as s; s(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert shared_studies() is shared_studies()
    assert shared_studies()._turns is shared_sweeps()._turns
    assert study_name(small()) == study_name(small()) != study_name(small(first=1))
