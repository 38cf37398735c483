"""The run store: one training for all, fair turns, cancelling, failing alone."""

import gc
import io
import os
import threading
import time
from dataclasses import fields, replace

import numpy as np
import pytest

from bnviz.core import engine, own_tables
from bnviz.core import schedule as schedule_module
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.recording import join
from bnviz.core.tables import read_csv
from bnviz.runs import store as store_module
from bnviz.runs import trainer as trainer_module
from bnviz.runs import viewers
from bnviz.runs.shares import is_long
from bnviz.runs.store import RunStore
from bnviz.runs.trainer import Preparation, Slice, StateLostError, Trainer, TrainingError, processes
from bnviz.runs.worker import Worker
from tests.runs.waiting import wait_for


def small(seed=0, steps=60):
    return Experiment(
        data=Data("moons", n=100),
        network=Network((8,)),
        arms=(Arm("batch"),),
        training=Training(batch_size=10, steps=steps),
        seed=seed,
    )


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

    def prepare(self):
        pass

    def advance(self, name, experiment, updates, step):
        self.entered.set()
        self.open.wait(20)
        wanted = Experiment.from_json(experiment)
        self.calls.append((wanted.seed, step))
        state = self.states[name] if step else engine.start(wanted)
        assert state.step == step
        self.states[name], chunk = engine.advance(state, min(updates, 10))
        return Slice(self.states[name].step, self.states[name].done, chunk)

    def drop(self, name):
        self.states.pop(name, None)


def test_two_viewers_share_one_training():
    gate = Gate()
    store = RunStore(trainers=[gate])
    first, second = store.open(small(), "ann"), store.open(small(), "ben")
    assert first is second
    wait_for(lambda: first.status == "finished")
    starts = [step for _, step in gate.calls]
    assert len(starts) == len(set(starts))


def test_the_recording_from_the_training_process_is_that_of_the_engine(trainer):
    run = RunStore(trainers=[trainer]).open(small(), "ann")
    wait_for(lambda: run.status == "finished")
    direct = engine.train(small(), engine=run.engine)
    streamed = run.recording()
    np.testing.assert_array_equal(streamed.train_loss, direct.train_loss)
    np.testing.assert_array_equal(streamed.histogram, direct.histogram)
    assert list(streamed.steps) == list(direct.steps)


def test_a_run_that_nobody_watches_stops_and_goes_on_where_it_was():
    gate = Gate()
    store = RunStore(trainers=[gate])
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
    monkeypatch.setattr(viewers, "VIEWER_SECONDS", 0.05)
    gate = Gate()
    store = RunStore(trainers=[gate])
    gate.open.clear()
    run = store.open(small(), "ann")
    assert gate.entered.wait(20)
    time.sleep(0.1)
    gate.open.set()
    wait_for(lambda: run.status == "stopped")


def test_two_runs_take_turns():
    gate = Gate()
    store = RunStore(trainers=[gate])
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

    store = RunStore(trainers=[Failing()])
    bad, good = store.open(small(seed=1), "ann"), store.open(small(seed=2), "ben")
    wait_for(lambda: good.status == "finished")
    assert bad.status == "failed"
    assert "The disk is on fire." in bad.problem
    failing["on"] = False
    again = store.open(small(seed=1), "ann")
    wait_for(lambda: again.status == "finished")


def test_the_cache_is_bounded_and_forgets_the_longest_unused():
    store = RunStore(trainers=[Gate()], cache_bytes=1)
    first = store.open(small(seed=1), "ann")
    wait_for(lambda: first.status == "finished")
    store.leave("ann")
    second = store.open(small(seed=2), "ben")
    wait_for(lambda: second.status == "finished")
    assert store.open(small(seed=1), "ann") is not first


class Mortal(Trainer):
    """A trainer whose process may be killed before a slice; its first slice waits for the other trainers."""

    def __init__(self, together, dies_at):
        super().__init__()
        self.together, self.dies_at, self.calls = together, dies_at, 0

    def advance(self, *request):
        self.calls += 1
        if self.calls == 1:
            self.together.wait(60)
        if self.calls == self.dies_at:
            self._process.kill()
            self._process.wait()
        return super().advance(*request)


@pytest.mark.parametrize("others", [0, 1])
def test_a_training_process_that_dies_is_replaced_and_its_run_alone_begins_again(others):
    together = threading.Barrier(1 + others)
    trainers = [Mortal(together, dies_at) for dies_at in (3, None)[: 1 + others]]
    try:
        store = RunStore(trainers=trainers)
        runs = [store.open(small(seed=seed, steps=4000), f"ann/{seed}") for seed in range(1 + others)]
        for run in runs:
            wait_for(lambda run=run: run.status == "finished")
            wanted = engine.train(run.experiment, engine=run.engine)
            np.testing.assert_array_equal(run.recording().train_loss, wanted.train_loss)
        assert [run.restarts for run in runs].count(1) == 1
        assert sum(run.restarts for run in runs) == 1
    finally:
        for trainer in trainers:
            trainer.close()


@pytest.mark.parametrize("answer", [b"", b'{"step": 1, "si', b'{"step": 1, "size": 40}\nhalf of it'])
def test_an_answer_that_is_cut_off_by_the_end_of_the_process_is_a_lost_state(monkeypatch, answer):
    class Cut:
        stdin, stdout = io.BytesIO(), io.BytesIO(answer)

    ended, trainer = [], Trainer()
    monkeypatch.setattr(trainer, "_started", Cut)
    monkeypatch.setattr(trainer, "_end", lambda: ended.append(True))
    with pytest.raises(StateLostError):
        trainer.advance("x", small().to_json(), 1, 4)
    assert ended


def test_a_process_that_has_ended_can_be_told_to_forget_a_run(trainer, monkeypatch):
    trainer._started()
    monkeypatch.setattr(Trainer, "running", True)  # it ends between the question and the order
    trainer._process.kill()
    trainer._process.wait()
    trainer.drop("x")


def test_what_the_training_process_cannot_do_is_a_sentence(trainer):
    with pytest.raises(TrainingError, match=r"network\.hidden"):
        trainer.advance("x", '{"network": {"hidden": 7}}', 1, 0)
    with pytest.raises(StateLostError):
        trainer.advance("x", small().to_json(), 1, 30)


def test_a_version_grows_with_every_chunk():
    run = RunStore(trainers=[Gate()]).open(small(), "ann")
    wait_for(lambda: run.version >= 1)
    assert run.recording() is not None
    assert run.nbytes > 0


# ---- several trainers


def test_two_runs_are_trained_at_the_same_time_and_stay_with_their_trainers():
    gates = [Gate(), Gate()]
    for gate in gates:
        gate.open.clear()
    store = RunStore(trainers=gates)
    one, two = store.open(small(seed=1), "ann"), store.open(small(seed=2), "ben")
    assert all(gate.entered.wait(20) for gate in gates)
    for gate in gates:
        gate.open.set()
    wait_for(lambda: (one.status, two.status) == ("finished", "finished"))
    assert sorted(len({seed for seed, _ in gate.calls}) for gate in gates) == [1, 1]


def test_many_runs_of_one_session_do_not_starve_the_run_of_another():
    gates = [Gate(), Gate()]
    for gate in gates:
        gate.open.clear()
    store = RunStore(trainers=gates)
    crowd = [store.open(small(seed=seed, steps=4000), f"ann/{seed}") for seed in range(1, 9)]
    late = store.open(small(seed=99, steps=40), "ben")
    assert store.ahead_of(late) >= 6
    for gate in gates:
        gate.open.set()
    wait_for(lambda: late.status == "finished")
    assert all(run.status != "finished" for run in crowd)
    (calls,) = [[seed for seed, _ in gate.calls] for gate in gates if any(seed == 99 for seed, _ in gate.calls)]
    shared = calls[: len(calls) - calls[::-1].index(99)]  # the turns that were taken until the late run had its last
    assert max(shared.count(seed) for seed in range(1, 9)) <= shared.count(99) + 2
    store.leave("ann/1")
    for seed in range(2, 9):
        store.leave(f"ann/{seed}")
    wait_for(lambda: not any(run.active for run in crowd))


@pytest.mark.skipif(not hasattr(time, "pthread_getcpuclockid"), reason="this system has no clocks of threads")
def test_a_trainer_without_runs_of_its_own_sleeps():
    gates = [Gate(), Gate()]
    store = RunStore(trainers=gates)
    first = store.open(small(seed=1), "ann")
    wait_for(lambda: first.status == "finished")
    assert len(store._workers) == 1  # the second process is started when there is something to do for it
    clocks = [time.pthread_getcpuclockid(thread.ident) for thread in store._workers]
    spent = [time.clock_gettime(clock) for clock in clocks]
    time.sleep(0.5)
    assert sum(time.clock_gettime(clock) for clock in clocks) - sum(spent) < 0.1


@pytest.mark.parametrize(("given", "wanted"), [("3", 3), ("0", None), ("", None), ("many", None), ("-1", None)])
def test_the_number_of_processes_can_be_set(monkeypatch, given, wanted):
    monkeypatch.setenv("BNVIZ_PROCESSES", given)
    assert processes() == (wanted or min(2, os.cpu_count()))


def test_who_waits_for_a_run_is_told_at_once():
    gate = Gate()
    gate.open.clear()
    run = RunStore(trainers=[gate]).open(small(), "ann")
    assert gate.entered.wait(20)
    begun = time.monotonic()
    threading.Timer(0.1, gate.open.set).start()
    run.wait(run.version, 20)
    assert run.version
    assert time.monotonic() - begun < 10


# ---- which engine


class Known:
    """What is known of the compiled engine, as a test wants it."""

    compiled = failed = False

    def found(self):
        self.compiled = True

    def begin(self):
        self.begun = True


def test_a_run_of_the_torch_engine_is_made_anew_once_the_compiled_one_is_there(monkeypatch):
    known = Known()
    monkeypatch.setattr(store_module, "PREPARATION", known)
    store = RunStore(trainers=[Gate()])
    old = store.open(small(), "ann")
    wait_for(lambda: old.status == "finished")
    assert old.engine == "torch"
    assert store.open(small(), "ben") is old
    known.compiled = True
    assert store.open(small(), "ann") is old  # who has seen its numbers keeps them
    new = store.open(small(), "cleo")
    assert new is not old
    wait_for(lambda: new.status == "finished")


def test_a_trainer_that_finds_no_compiled_engine_has_it_compiled(monkeypatch):
    for answer, compiled, begun in (({"compiled": True}, True, False), ({"compiled": False}, False, True)):
        known = Known()
        trainer = Trainer(known)
        monkeypatch.setattr(trainer, "_ask", lambda request, answer=answer: (answer, b""))
        trainer.prepare()
        assert (known.compiled, hasattr(known, "begun")) == (compiled, begun)


@pytest.mark.parametrize(("ends", "compiled", "failed"), [(0, True, False), (1, False, True)])
def test_the_server_notices_how_compiling_has_ended(monkeypatch, ends, compiled, failed):
    begun = []

    class Ended:
        def __init__(self, command, **options):
            begun.append(command[1:])

        def poll(self):
            return ends

    monkeypatch.setattr(trainer_module.subprocess, "Popen", Ended)
    known = Preparation()
    assert not known.compiled
    assert not known.failed
    known.begin()
    known.begin()
    assert begun == [["-m", "bnviz", "compile", "--background"]]
    assert (known.compiled, known.failed) == (compiled, failed)


# ---- a reader's own table


def own_experiment(column, seed=0):
    """A run on a table that this process alone knows; the table has to be held."""
    rows = "\n".join(f"{i},{(i * 7) % 23},{'ab'[i % 2]}" for i in range(60))
    name, held = own_tables.keep(read_csv(f"{column},height,kind\n{rows}").whole(0))
    data = Data("own", features=(0, 1), table=name)
    training = Training(batch_size=10, steps=30)
    return Experiment(data, Network((8,)), (Arm("batch"),), training, seed), held


def test_the_training_process_gets_the_rows_of_an_own_table_with_the_first_request(trainer):
    wanted, _held = own_experiment("width")
    first = trainer.advance("own", wanted.to_json(), 10, 0)
    last = trainer.advance("own", wanted.to_json(), 20, first.step)
    assert last.done
    told = join([first.chunk, last.chunk])
    np.testing.assert_allclose(told.train_loss, engine.train(wanted).train_loss, rtol=1e-4)
    assert last.step == 30


def test_a_table_that_is_gone_fails_its_run_with_a_sentence(trainer):
    wanted, held = own_experiment("gone")
    del held
    gc.collect()
    with pytest.raises(TrainingError, match="no longer here"):
        trainer.advance("gone", wanted.to_json(), 10, 0)


def test_a_process_forgets_an_own_table_with_its_run():
    worker = Worker()
    wanted, _held = own_experiment("girth")
    request = {"run": "a", "experiment": wanted.to_json(), "updates": 5, "step": 0}
    head, _ = worker.answer({**request, "table": own_tables.pack(wanted.data.table)})
    assert head["step"] == 5
    assert list(worker.tables) == ["a"]
    worker.answer({"drop": "a"})
    assert not worker.tables
    worker.answer({**request, "updates": 30, "table": own_tables.pack(wanted.data.table)})
    assert not worker.tables


# ---- a long run, shared by two trainers


def two_arms(steps=60):
    """Arms of which the first diverges; many layers, so that a single arm would have more units recorded."""
    network = Network((40,) * 10)
    arms = (Arm("none", learning_rate=50.0), Arm("batch"), Arm("layer", "after"))
    return Experiment(Data("moons", n=100), network, arms, Training(batch_size=10, steps=steps))


def shared_run(monkeypatch, gates, experiment):
    """A run that begins while two trainers have nothing to do."""
    known = Known()
    known.compiled = True
    monkeypatch.setattr(store_module, "PREPARATION", known)
    monkeypatch.setattr(store_module, "is_long", lambda experiment: True)
    store = RunStore(trainers=gates)
    first = store.open(small(), "ann")  # wakes both
    wait_for(lambda: first.status == "finished" and len(store._idle) == 2)
    return store, store.open(experiment, "ben")


def test_a_run_shared_by_two_trainers_is_that_of_one_bit_for_bit(monkeypatch):
    gates = [Gate(), Gate()]
    monkeypatch.setattr(schedule_module, "UNIT_BUDGET", 600_000)  # fewer units than a layer has
    _, run = shared_run(monkeypatch, gates, two_arms())
    wait_for(lambda: run.status == "finished")
    assert [share.place for share in run.shares] in ([0, 1], [1, 0])
    assert all(len(gate.states) >= 1 for gate in gates)
    wanted, got = engine.train(two_arms(), engine=run.engine), run.recording()
    assert wanted.gamma.shape[-1] < 40
    assert_same_numbers(got, wanted)
    assert got.diverged_at[0] >= 0


def assert_same_numbers(got, wanted):
    for field in fields(wanted):
        if field.name not in ("experiment", "seconds"):
            np.testing.assert_array_equal(getattr(got, field.name), getattr(wanted, field.name), err_msg=field.name)
    assert got.experiment == wanted.experiment


def test_two_processes_share_a_run_and_the_death_of_one_begins_it_again_whole(monkeypatch):
    trainers = [Mortal(threading.Barrier(1), None) for _ in range(2)]
    try:
        store, run = shared_run(monkeypatch, trainers, replace(two_arms(steps=200), seed=3))
        wait_for(lambda: run.status == "finished")
        assert sorted(share.place for share in run.shares) == [0, 1]
        assert_same_numbers(run.recording(), engine.train(run.experiment, engine=run.engine))
        wait_for(lambda: len(store._idle) == 2)
        trainers[1].dies_at = trainers[1].calls + 2
        again = store.open(replace(two_arms(steps=200), seed=4), "cleo")
        wait_for(lambda: again.status == "finished")
        assert (again.restarts, again.shares) == (1, ())
        assert_same_numbers(again.recording(), engine.train(again.experiment, engine=again.engine))
    finally:
        for trainer in trainers:
            trainer.close()


def test_a_share_that_is_lost_begins_the_run_again_whole(monkeypatch):
    class Forgetful(Gate):
        def advance(self, name, experiment, updates, step):
            if name.endswith("-1") and step:
                raise StateLostError(name)
            return super().advance(name, experiment, updates, step)

    gates = [Forgetful(), Forgetful()]
    _, run = shared_run(monkeypatch, gates, two_arms())
    wait_for(lambda: run.status == "finished")
    assert (run.restarts, run.shares) == (1, ())
    assert not [name for gate in gates for name in gate.states if name.startswith(f"{run.name}-")]
    np.testing.assert_array_equal(run.recording().train_loss, engine.train(two_arms()).train_loss)


def test_a_share_that_fails_fails_the_run_with_its_sentence(monkeypatch):
    class Failing(Gate):
        def advance(self, name, experiment, updates, step):
            if name.endswith("-1"):
                raise TrainingError("The disk is on fire.")
            return super().advance(name, experiment, updates, step)

    _, run = shared_run(monkeypatch, [Failing(), Failing()], two_arms())
    wait_for(lambda: run.status == "failed")
    assert "The disk is on fire." in run.problem


def test_short_runs_and_single_arms_stay_whole():
    assert not is_long(small(steps=4000))
    assert not is_long(Experiment())
    assert is_long(Experiment(training=Training(steps=4000)))
    assert not is_long(Experiment(arms=(Arm("batch"),), training=Training(steps=4000)))
