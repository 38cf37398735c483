"""The shelf of watched runs: one is made at a time, shared, bounded, and given up when its reader leaves."""

import threading
import time

import pytest

from bnviz.core.experiment import Arm, Experiment, Network, Training
from bnviz.ui import running_run
from bnviz.ui.running_run import Shelf, study_of

pytestmark = pytest.mark.filterwarnings("ignore")


def experiment(seed=0):
    return Experiment(
        network=Network((6,)), arms=(Arm("batch"),), training=Training(batch_size=16, steps=45), seed=seed
    )


@pytest.fixture
def shelf(monkeypatch):
    made = Shelf()
    monkeypatch.setattr(running_run, "shelf", lambda: made)
    return made


def test_a_study_is_made_once_and_tells_its_progress():
    told = []
    study = running_run._made(experiment(), lambda share, words: told.append((share, words)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) == 7  # two runs of 45 updates, told every 20 and at the end; then the measuring
    assert len(study.fixed.train_mode) == len(study.run.steps)


def test_the_same_experiment_gives_the_same_study(shelf):
    one = study_of(experiment())
    assert study_of(experiment()) is one
    assert study_of(experiment(1)) is not one


def test_a_reader_who_leaves_frees_the_place(shelf, monkeypatch):
    def leave(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(running_run, "_made", leave)
    with pytest.raises(KeyboardInterrupt):
        study_of(experiment(2))
    assert len(shelf.line) == 0
    assert shelf.find(experiment(2)) is None
    monkeypatch.undo()
    monkeypatch.setattr(running_run, "shelf", lambda: shelf)
    assert study_of(experiment(2)) is shelf.find(experiment(2))


def test_readers_of_different_runs_take_turns_and_those_of_the_same_one_share_it(shelf, monkeypatch):
    """A slice of one run, a slice of the other: nobody waits for the end of a long run."""
    order, found, together = [], [], threading.Barrier(4)

    def watch(one):
        for made, run in whole(one):
            while not order and len(shelf.line) < 2:  # the first slice lasts until another reader is in line
                time.sleep(0.001)
            order.append(one.seed)
            yield made, run

    whole = running_run.watch
    monkeypatch.setattr(running_run, "watch", watch)

    def ask(seed):
        together.wait(20)
        found.append((seed, study_of(experiment(seed))))

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in (3, 3, 4, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {seed: order.count(seed) for seed in (3, 4)} == {3: 6, 4: 6}  # both runs of each, once
    first = order[0]
    assert first in order[order.index(7 - first) :]  # the other one had a turn before the end of the first
    assert all(study is shelf.find(experiment(seed)) for seed, study in found)
    assert len(found) == 4


def test_the_longest_unused_is_thrown_away(shelf, monkeypatch):
    first = study_of(experiment(0))
    monkeypatch.setattr(running_run, "MOST_BYTES", int(2.5 * first.nbytes))
    study_of(experiment(1))
    study_of(experiment(0))
    study_of(experiment(2))
    assert shelf.find(experiment(1)) is None
    assert shelf.find(experiment(0)) is first
