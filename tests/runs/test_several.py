"""Several runs as one piece of work: its state, its progress, and that nothing goes on for nobody."""

import pytest

from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.runs.run import Run
from bnviz.runs.several import SeveralRuns, SeveralStore


def experiments(count=2):
    return tuple(
        Experiment(Data("moons", n=40), Network((4,)), (Arm("batch"),), Training(batch_size=8, steps=20), seed)
        for seed in range(count)
    )


class Store:
    """A run store that trains nothing."""

    def __init__(self):
        self.runs, self.viewers = {}, {}

    def open(self, experiment, viewer):
        self.viewers[viewer] = experiment
        return self.runs.setdefault(experiment, Run(experiment))

    def find(self, experiment):
        return self.runs.get(experiment)

    def watch(self, run, viewer):
        run.viewers.add(viewer)

    def leave(self, viewer):
        self.viewers.pop(viewer, None)

    def ahead_of(self, run):
        return 3 if run.status == "ready" else 0


@pytest.mark.parametrize(
    ("statuses", "word", "active"),
    [
        (("ready", "ready"), "ready", True),
        (("training", "ready"), "computing", True),
        (("finished", "ready"), "computing", True),
        (("finished", "finished"), "finished", False),
        (("finished", "stopped"), "stopped", False),
        (("failed", "training"), "failed", False),
    ],
)
def test_the_state_of_all_is_one_word(statuses, word, active):
    runs = [Run(experiment) for experiment in experiments()]
    for run, status in zip(runs, statuses, strict=True):
        run.set_status(status, "It broke." if status == "failed" else "")
    several = SeveralRuns(runs)
    assert (several.status, several.active) == (word, active)
    assert several.problem == ("It broke." if word == "failed" else "")
    assert several.total == 40
    assert several.done == 20 * statuses.count("finished")
    assert several.version == 2
    assert several.recordings() == [None, None]
    assert several.seconds_left is None
    runs[1].pace = 0.5
    assert several.seconds_left == 0.5 * (40 - several.done)


def test_each_run_has_its_own_viewer_and_fewer_runs_leave_the_others():
    inner = Store()
    store = SeveralStore(inner)
    assert store.find(experiments()) is None
    store.open(experiments(3), "ann")
    assert set(inner.viewers) == {"ann/0", "ann/1", "ann/2"}
    two = store.open(experiments(2), "ann")
    assert set(inner.viewers) == {"ann/0", "ann/1"}
    assert store.find(experiments(2)).runs == two.runs
    store.watch(two, "ann")
    assert list(two.runs[1].viewers) == ["ann/1"]
    assert store.ahead_of(two) == 3
    two.runs[0].set_status("training")
    assert store.ahead_of(two) == 0
    store.leave("ann")
    assert not inner.viewers
