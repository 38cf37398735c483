"""No range to choose from may end where the right number lies on arrival in a lab, or with a claim's own settings."""

from __future__ import annotations

import sys
import time

import pytest

from bnviz.core.experiment import Experiment
from bnviz.runs import shared_store
from bnviz.ui import quiz_answer
from bnviz.ui.frame import LABS
from bnviz.ui.scenarios import of_lab
from tests.pages.visit import checked, visited

NEAR = 0.04
"""A number that lies as close to a border as this, as a share of the larger one, makes an unfair question."""
CHEAP = ("inputs", "ravine", "layer", "running")
PLACES = [("train", "usual", {}), ("rates", "start", {"rates.part": "start"})]
PLACES += [(lab, "usual", {}) for lab in CHEAP]
PLACES += [(lab, one.id, one.settings | {"claim": one.id}) for lab in CHEAP for one in of_lab(lab)]


@pytest.fixture
def asked(monkeypatch):
    """Return what every range was asked about: the value and its borders."""
    found, ranged = [], quiz_answer.ranged

    def note(value, bounds, **exactness):
        found.append((value, bounds))
        return ranged(value, bounds, **exactness)

    for lab in LABS:
        if hasattr(sys.modules[f"bnviz.ui.quiz_{lab}"], "ranged"):
            monkeypatch.setattr(f"bnviz.ui.quiz_{lab}.ranged", note)
    return found


def close(value, bounds):
    return [one for one in bounds if abs(value - one) <= NEAR * max(abs(value), abs(one))]


@pytest.mark.parametrize(("lab", "name", "params"), PLACES, ids=[f"{lab}-{name}" for lab, name, _ in PLACES])
def test_the_right_number_is_far_from_every_border(asked, lab, name, params):
    app = visited(f"pages/{lab}.py", params)
    if lab == "train":
        until = time.monotonic() + 60
        while shared_store().find(Experiment()).active and time.monotonic() < until:
            time.sleep(0.2)
        checked(app.run())
    assert asked, f"{lab} {name} asks about no range."
    assert not [(value, bounds) for value, bounds in asked if close(value, bounds)]


def test_a_number_at_a_border_would_be_seen():
    assert close(0.0995, (0.01, 0.1, 0.5)) == [0.1]
    assert close(-0.0101, (-0.01, 0.01)) == [-0.01]
    assert not close(0.0995, (0.003, 0.03, 0.4))
