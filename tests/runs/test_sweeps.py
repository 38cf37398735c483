"""Sweeps of a server: one computation for all, fair turns, stopping, going on, failing alone."""

import subprocess
import sys
import threading
import time
from dataclasses import asdict

import numpy as np
import pytest
import torch

from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.sweep import Axis, Sweep
from bnviz.core.sweep_run import cells, run
from bnviz.core.sweep_table import MEASURES, Outcome, SweepTable
from bnviz.runs import compiled, viewers
from bnviz.runs import turns as module
from bnviz.runs.sweeps import SweepRun, SweepStore, run_sweep, shared_sweeps, sweep_name
from bnviz.runs.turns import Turns
from bnviz.runs.work_process import Order, Part, ProcessEndedError, WorkError
from bnviz.runs.work_worker import Worker
from tests.runs.waiting import wait_for

RATES = Axis("training.learning_rate", (0.05, 0.2, 0.8))


def small(seed=0, steps=12, count=3):
    base = Experiment(
        Data("moons", n=80), Network((6,)), (Arm("none"), Arm("batch")), Training(batch_size=10, steps=steps)
    )
    return Sweep(base, (RATES,), tuple(range(seed, seed + count)))


class Gate:
    """A process in this thread: one cell a turn, counted, and it can be held."""

    def __init__(self):
        self.open, self.entered = threading.Event(), threading.Event()
        self.open.set()
        self.calls, self.dropped, self.closed, self.prepared = [], [], 0, 0

    def advance(self, order, seconds):
        self.entered.set()
        self.open.wait(20)
        wanted, first = Sweep.from_json(order.json), order.known
        self.calls.append((wanted.seeds[0], first))
        whole = (part for part in cells(wanted, first=first, engine="torch") if part)
        return Part(tuple(asdict(outcome) for outcome in next(whole)), first + 1 == wanted.cells)

    def drop(self, name):
        self.dropped.append(name)

    def prepare(self):
        self.prepared += 1

    def close(self):
        self.closed += 1


def assert_same_numbers(table, sweep):
    wanted = SweepTable(sweep, run(sweep, engine="torch"))
    assert table.complete
    for measure in MEASURES:
        if measure != "seconds":
            np.testing.assert_array_equal(table.values(measure), wanted.values(measure), err_msg=measure)


def test_two_viewers_share_one_computation():
    store = SweepStore(Turns(gate := Gate()))
    first, second = store.open(small(), "ann"), store.open(small(), "ben")
    assert first is second
    assert store.find(small()) is first
    assert store.find(small(seed=4)) is None
    wait_for(lambda: first.status == "finished")
    assert gate.calls == [(0, place) for place in range(9)]
    assert (first.cells, first.seconds_left) == (9, 0)
    assert_same_numbers(first.table, small())


def test_a_process_of_its_own_gives_the_same_numbers(process):
    sweep, found, answers = small(), [], []
    while not answers or not answers[-1].done:
        answers.append(process.advance(Order("sweep", "a", sweep.to_json(), len(found) // 2), 0.0))
        found += answers[-1].found
    assert max(len(answer.found) for answer in answers) == 2  # no time: one cell at most
    outcomes = [Outcome(**{**one, "point": tuple(one["point"])}) for one in found]
    assert_same_numbers(SweepTable(sweep, outcomes), sweep)


def test_a_process_that_dies_is_replaced_and_no_cell_is_lost(process):
    store = SweepStore(Turns(process))
    sweep = small(steps=200, count=6)
    found = store.open(sweep, "ann")
    wait_for(lambda: found.cells > 0)
    assert found.seconds_left > 0
    process._process.kill()
    wait_for(lambda: found.status == "finished")
    order = [(outcome.point, outcome.seed) for outcome in found.table.outcomes()][::2]
    assert order == list(sweep.order())


def test_a_process_that_always_dies_is_given_up():
    class Dying(Gate):
        def advance(self, order, seconds):
            super().advance(order, seconds)
            raise ProcessEndedError

    store = SweepStore(Turns(dying := Dying()))
    found = store.open(small(), "ann")
    wait_for(lambda: found.status == "failed")
    assert "ended 3 times" in found.problem
    assert len(dying.calls) == 3


def test_a_sweep_that_nobody_watches_stops_and_goes_on_where_it_was():
    store = SweepStore(Turns(gate := Gate()))
    gate.open.clear()
    found = store.open(small(), "ann")
    assert gate.entered.wait(20)
    store.leave("ann")
    gate.open.set()
    wait_for(lambda: found.status == "stopped")
    assert 1 <= found.cells < 9
    assert gate.dropped == [found.name]
    before = found.version
    assert store.open(small(), "ben") is found
    wait_for(lambda: found.status == "finished")
    assert found.version > before
    assert sorted(place for _, place in gate.calls) == list(range(9))
    assert_same_numbers(found.table, small())


def test_a_change_of_settings_leaves_the_sweep_before():
    store = SweepStore(Turns(gate := Gate()))
    gate.open.clear()
    old = store.open(small(), "ann")
    assert gate.entered.wait(20)
    new = store.open(small(seed=5), "ann")
    assert store.ahead_of(new) == 1
    gate.open.set()
    wait_for(lambda: new.status == "finished")
    assert old.status == "stopped"
    assert old.cells < 9


def test_a_viewer_that_falls_silent_counts_no_more(monkeypatch):
    monkeypatch.setattr(viewers, "VIEWER_SECONDS", 0.05)
    store = SweepStore(Turns(gate := Gate()))
    gate.open.clear()
    found = store.open(small(), "ann")
    assert gate.entered.wait(20)
    time.sleep(0.1)
    gate.open.set()
    wait_for(lambda: found.status == "stopped")
    monkeypatch.setattr(viewers, "VIEWER_SECONDS", 600.0)
    store.watch(found, "ann")
    assert store.open(small(), "ann") is found
    wait_for(lambda: found.status == "finished")


def test_two_sweeps_take_turns():
    store = SweepStore(Turns(gate := Gate()))
    gate.open.clear()
    long, short = store.open(small(seed=1, count=9), "ann"), store.open(small(seed=2, count=1), "ben")
    gate.open.set()
    wait_for(lambda: short.status == "finished")
    assert long.active
    wait_for(lambda: long.status == "finished")


def test_a_failing_sweep_tells_its_viewers_alone_and_can_be_tried_again():
    failing = {"on": True}

    class Failing(Gate):
        def advance(self, order, seconds):
            if Sweep.from_json(order.json).seeds[0] == 1 and failing["on"]:
                raise WorkError("The disk is on fire.")
            return super().advance(order, seconds)

    store = SweepStore(Turns(Failing()))
    bad, good = store.open(small(seed=1), "ann"), store.open(small(seed=2), "ben")
    wait_for(lambda: good.status == "finished")
    assert (bad.status, bad.problem) == ("failed", "The disk is on fire.")
    failing["on"] = False
    again = store.open(small(seed=1), "ann")
    assert again is not bad
    wait_for(lambda: again.status == "finished")


def test_old_sweeps_are_forgotten_watched_ones_are_not():
    store = SweepStore(Turns(Gate()), most=1)
    first = store.open(small(seed=1, count=1), "ann")
    wait_for(lambda: first.status == "finished")
    second = store.open(small(seed=2, count=1), "ben")
    assert store.find(small(seed=1, count=1)) is first
    wait_for(lambda: second.status == "finished")
    store.leave("ann")
    store.open(small(seed=3, count=1), "ben")
    assert store.find(small(seed=1, count=1)) is None


def test_an_idle_process_is_ended(monkeypatch):
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.02)
    store = SweepStore(Turns(gate := Gate()))
    found = store.open(small(count=1), "ann")
    wait_for(lambda: found.status == "finished")
    wait_for(lambda: gate.closed)
    again = store.open(small(seed=1, count=1), "ann")
    wait_for(lambda: again.status == "finished")


def test_a_prepared_process_answers_as_ever(process):
    process.close()
    assert not process.running
    process.prepare()
    assert process.running
    assert len(process.advance(Order("sweep", "a", small().to_json(), 0), 0.0).found) in (0, 2)


def test_a_busy_process_is_not_prepared_again():
    store = SweepStore(Turns(gate := Gate()))
    store.prepare()
    assert gate.prepared == 1
    gate.open.clear()
    found = store.open(small(count=1), "ann")
    store.prepare()
    assert gate.prepared == 1
    gate.open.set()
    wait_for(lambda: found.status == "finished")


def test_what_the_process_cannot_do_is_a_sentence(process):
    with pytest.raises(WorkError, match="This is no sweep"):
        process.advance(Order("sweep", "x", "{}", 0), 0.1)
    process.drop("x")
    assert process.advance(Order("sweep", "y", small(count=1).to_json(), 3), 0.1) == Part((), True)


@pytest.mark.parametrize("usable", [True, False])
def test_the_engine_that_the_app_would_use(usable, monkeypatch):
    monkeypatch.setattr(compiled, "usable", lambda compile_here=False: usable)
    wanted = {"kernel" if usable else "torch"}
    assert {outcome.engine for outcome in run_sweep(small(count=1))} == wanted
    assert {outcome.engine for outcome in run_sweep(small(count=1), engine="torch")} == {"torch"}
    assert {outcome.engine for outcome in run_sweep(small(count=1), dtype=torch.float64)} == {"torch"}
    request = {"kind": "sweep", "name": "a", "json": small(count=1).to_json(), "first": 0, "seconds": 9}
    answer = Worker().answer(request | {"engine": "auto", "compile_here": False})
    assert {outcome["engine"] for outcome in answer["found"]} == wanted


def test_a_store_and_its_tables_need_no_torch():
    code = "import sys; from bnviz.runs.sweeps import shared_sweeps; shared_sweeps(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert shared_sweeps() is shared_sweeps()
    assert sweep_name(small()) == sweep_name(small()) != sweep_name(small(seed=1))


def test_the_estimate_does_not_count_the_start_of_the_process():
    going, sweep = SweepRun(small()), small()
    outcomes = [tuple(asdict(one) for one in part) for part in cells(sweep, engine="torch") if part]
    assert going.seconds_left is None
    going.add(Part(outcomes[0], done=False), 30.0)
    assert going.seconds_left == 30.0 * 8
    going.add(Part((*outcomes[1], *outcomes[2]), done=False), 0.2)
    assert going.seconds_left == pytest.approx(0.1 * 6)
