"""Pinned runs: kept, named, taken away and brought back, and carried in a link whatever it holds."""

from __future__ import annotations

import base64
import json
import zlib
from types import SimpleNamespace

import pytest

from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.ui import pins
from bnviz.ui.link_words import label_of

RUNS = [Experiment(seed=seed, training=Training(learning_rate=0.1 + seed, dropout=seed / 10)) for seed in range(8)]
"""They differ in more than a name can tell."""


@pytest.fixture(autouse=True)
def session(monkeypatch) -> dict[str, object]:
    state: dict[str, object] = {}
    monkeypatch.setattr(pins, "st", SimpleNamespace(session_state=state))
    return state


def names() -> list[str]:
    return [one.name for one in pins.pins()]


def test_six_can_be_pinned_and_a_seventh_is_explained() -> None:
    for run in RUNS[:6]:
        pins.pin(run)
    assert names() == [f"Run {letter}" for letter in "ABCDEF"]
    assert not pins.note()
    pins.pin(RUNS[6])
    assert len(names()) == 6
    assert "Unpin one" in pins.note()


def test_the_same_run_is_pinned_once() -> None:
    pins.pin(RUNS[0])
    pins.pin(RUNS[0])
    assert names() == ["Run A"]


def test_what_is_taken_away_comes_back() -> None:
    for run in RUNS[:3]:
        pins.pin(run)
    pins.unpin("Run B")
    assert names() == ["Run A", "Run C"]
    assert pins.can_undo()
    pins.undo()
    assert names() == ["Run A", "Run B", "Run C"]
    pins.clear()
    assert names() == []
    pins.undo()
    assert [one.experiment for one in pins.pins()] == RUNS[:3]
    assert not pins.can_undo()


def test_a_freed_name_is_used_again() -> None:
    for run in RUNS[:2]:
        pins.pin(run)
    pins.unpin("Run A")
    pins.pin(RUNS[2])
    assert names() == ["Run B", "Run A"]


def test_names_are_changed_within_reason() -> None:
    pins.pin(RUNS[0])
    pins.pin(RUNS[1])
    pins.rename("Run A", "  high   rate ")
    assert names() == ["high rate", "Run B"]
    pins.rename("Run B", "high rate")
    assert names() == ["high rate", "Run B"]
    assert "Another pinned run is called high rate" in pins.note()
    pins.rename("Run B", " ")
    assert names() == ["high rate", "Run B"]
    pins.rename("Run B", "x" * 99)
    assert names() == ["high rate", "x" * pins.MOST_LETTERS]


def test_a_link_carries_them_and_stays_short(session) -> None:
    arms = (Arm("none"), Arm("batch", momentum=0.01), Arm("layer", "after"), Arm("group", groups=4))
    for seed in range(6):
        pins.pin(Experiment(Data("moons", n=300, noise=0.2), Network((32, 16, 8), "tanh", gain=2.0), arms,
                            Training("adam", 0.02, 32, 500, dropout=0.2), seed=seed))  # fmt: skip
    pins.rename("Run C", "größer als 1")
    params, before = pins.to_params(), pins.pins()
    assert len(params["pins"]) < 700
    session.clear()
    problems: list[str] = []
    pins.from_params(params, problems)
    assert pins.pins() == before
    assert not problems


def test_a_link_without_pins_leaves_them_alone() -> None:
    pins.pin(RUNS[0])
    pins.from_params({}, [])
    assert names() == ["Run A"]
    pins.clear()
    assert pins.to_params() == {}


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(value).encode())).decode().rstrip("=")


@pytest.mark.parametrize(
    "given",
    ["", "%%%", "abc", "é", packed({"a": 1}), packed([1]), packed([["a", {"seed": 3}]]), packed([["a"]]),
     packed("x" * 100_000), base64.urlsafe_b64encode(b"no zlib at all").decode()],
)  # fmt: skip
def test_a_bad_link_is_a_sentence(given: str) -> None:
    problems: list[str] = []
    pins.from_params({"pins": given}, problems)
    assert names() == []
    assert any("could not be read" in problem for problem in problems)


def test_what_cannot_be_used_of_a_pin_falls_back_and_is_named() -> None:
    problems: list[str] = []
    entries = [["mine", {"training.learning_rate": "fast", "seed": "3"}], ["mine", {}], ["own", {"data.name": "own"}]]
    pins.from_params({"pins": packed(entries)}, problems)
    assert pins.pins()[0].experiment == Experiment(seed=3)
    assert names()[:2] == ["mine", "mine'"]
    assert any(
        problem.startswith(f"mine: {label_of('training.learning_rate', 'train')}: 'fast' came") for problem in problems
    )


def test_a_link_with_more_than_six_keeps_six() -> None:
    problems: list[str] = []
    pins.from_params({"pins": packed([[f"r{seed}", {"seed": str(seed)}] for seed in range(9)])}, problems)
    assert len(names()) == 6
    assert len(problems) == 1


def test_runs_on_an_own_table_are_not_in_the_link(monkeypatch) -> None:
    pins.pin(RUNS[0])
    pins.pin(RUNS[1])
    monkeypatch.setattr("bnviz.core.describe.is_own", lambda experiment: experiment == RUNS[0])
    params = pins.to_params()
    pins.from_params(params, [])
    assert [one.experiment for one in pins.pins()] == [RUNS[1]]
