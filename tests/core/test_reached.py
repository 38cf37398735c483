"""A run trained up to a step in slices: the same numbers, shared by all who ask, and never in the way of others."""

import threading
import time

import numpy as np
import pytest

from bnviz.core import engine, line, reached
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.snapshot import snapshot


def tiny(seed=0, steps=60):
    training = Training(batch_size=8, steps=steps, dropout=0.1, input_noise=0.1)
    return Experiment(Data("moons", n=40), Network((6, 6)), (Arm("batch_noisy"),), training, seed)


@pytest.fixture(autouse=True)
def _known_nothing(monkeypatch):
    monkeypatch.setattr(reached, "_states", {})


@pytest.fixture
def slow(monkeypatch):
    """Slices of four updates; returns the updates after which each begins, by seed."""
    monkeypatch.setattr(line, "MOST_GROWTH", 1.0)
    monkeypatch.setattr(reached, "SLICE_SECONDS", 1e9)
    begun = {}

    def advance(state, updates, **options):
        begun.setdefault(state.experiment.seed, []).append(state.step)
        return engine.advance(state, updates, **options)

    monkeypatch.setattr(reached, "advance", advance)
    return begun


def same(one, other):
    np.testing.assert_array_equal(one.arms[0].memory.values, other.arms[0].memory.values)
    np.testing.assert_array_equal(one.arms[0].memory.moments, other.arms[0].memory.moments)
    np.testing.assert_array_equal(one.arms[0].before_last, other.arms[0].before_last)


@pytest.mark.parametrize("by", ["torch", "kernel"])
def test_slices_change_no_number(slow, by):
    told = []
    state = reached.reached(tiny(), 50, by, lambda made, wanted: told.append((made, wanted)))
    whole, _ = engine.advance(engine.start(tiny()), 50, engine=by)
    same(state, whole)
    assert told == [(made, 50) for made in range(4, 50, 4)]


def test_a_short_request_gets_through_while_a_long_one_goes_on(slow):
    at = []

    def progress(made, wanted):
        if made == 8 and not at:
            thread = threading.Thread(target=lambda: at.append(snapshot(tiny(seed=1), 0, 4).step))
            thread.start()
            while not at:  # the long one has let go of its turn
                time.sleep(0.001)
            thread.join()

    reached.reached(tiny(), 60, "torch", progress)
    assert at == [4]


def test_all_who_ask_for_the_same_share_its_slices(slow):
    found, together = [], threading.Barrier(4)

    def ask():
        together.wait(20)
        found.append(reached.reached(tiny(), 60, "torch", reached.unheard))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert slow[0] == list(range(0, 60, 4))
    for state in found:
        same(state, found[0])


def test_who_leaves_leaves_what_is_made_and_holds_nobody_up(slow):
    def leave(made, _wanted):
        if made == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        snapshot(tiny(), 0, 40, progress=leave)
    assert len(reached.LINE) == 0
    snapshot(tiny(), 0, 40)
    assert slow[0] == list(range(0, 40, 4))


def test_more_long_requests_than_are_remembered_all_come_to_their_end(slow, monkeypatch):
    monkeypatch.setattr(reached, "MOST_STATES", 2)
    threads = [
        threading.Thread(target=reached.reached, args=(tiny(seed, 20), 20, "torch", reached.unheard))
        for seed in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert all(slow[seed] == [0, 4, 8, 12, 16] for seed in range(5))
    assert len(reached._states) == 2


def test_states_stay_within_their_bytes(monkeypatch):
    monkeypatch.setattr(reached, "STATE_BYTES", 2 * engine.start(tiny()).nbytes)
    for step in (1, 2, 3, 4):
        reached.reached(tiny(), step, "torch", reached.unheard)
    assert [step for _, _, step in reached._states] == [3, 4]
    assert reached.reached(tiny(), 3, "torch", reached.unheard).step == 3
