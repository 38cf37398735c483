"""Slices of a study, and the effect of E7 on two seeds: smooth with batch statistics only."""

import numpy as np
import pytest

from bnviz.core.engine import advance, start
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.slice_directions import random_direction, training_rows
from bnviz.core.slice_study import along_axis, around, panels, slices
from bnviz.core.slices import loss_slice
from bnviz.core.study import Study, results

ARMS = (Arm("none"), Arm("batch"))


def test_the_ring_of_radius_one():
    places = along_axis(5)
    assert around(np.hypot(places[:, None], places[None, :])) == pytest.approx(1.0, abs=0.13)
    assert around(np.full((21, 21), 3.0)) == 3.0


def test_slices_are_those_of_the_run():
    base = Experiment(Data("digits"), Network((9, 7)), ARMS, Training(batch_size=16, steps=6), 3)
    found = [one for one in slices(base, {"points": 5, "rows": 50}) if one]
    assert [(one["arm"], one["statistics"]) for one in found] == panels(base)
    assert panels(base) == [(0, "batch"), (1, "batch"), (1, "running")]
    memory = advance(start(base), 6, engine="auto")[0].arms[1].memory
    directions = (random_direction(memory, 6), random_direction(memory, 7))
    rows = training_rows(base, slice(0, 50))
    wanted = loss_slice(memory, rows, directions, (along_axis(5), along_axis(5)), statistics="running")
    np.testing.assert_allclose(found[2]["losses"], wanted, rtol=1e-5)
    assert found[2]["centre"] == found[2]["losses"][2][2]


@pytest.mark.parametrize("seed", [0, 1])
def test_effect_e7(seed):
    base = Experiment(Data("digits"), Network(), ARMS, Training(steps=300))
    bare, batch, frozen = (
        one.value["around"] for one in results(Study("slices", base, (seed,), {"points": 11, "rows": 512})) if one
    )
    assert 4 < bare / batch < 13
    assert 0.5 < bare / frozen < 2
