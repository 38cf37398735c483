"""The value that is followed through a norm: by hand for every kind of norm, and where batch norm refuses."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bnviz.core.batches_hand import FIRST
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.followed import followed
from bnviz.core.layer_lab import LayerLab, scene
from bnviz.core.microscope import examine

RUN = Experiment(
    data=Data("moons", n=100), network=Network((8,)), training=Training(batch_size=10, steps=2), arms=(Arm("layer"),)
)


def seen(lab, experiment=RUN):
    made = scene(lab, experiment, Data("wine"))
    return made.case, followed(made, examine(made.case))


def test_a_column_of_a_batch_by_hand():
    column = np.array([row[1] for row in FIRST], dtype=float)
    _, one = seen(LayerLab(feature=1, row=2))
    assert (one.kind, one.rows, one.features, one.cells) == ("batch", len(FIRST), len(FIRST[0]), len(FIRST))
    assert one.value == column[2]
    assert one.mean == pytest.approx(column.mean())
    assert one.var == pytest.approx(column.var())
    assert one.x_hat == pytest.approx((column[2] - column.mean()) / math.sqrt(column.var() + 1e-5))
    assert (one.before, one.after) == (0.0, pytest.approx(0.1 * column.mean()))


@pytest.mark.parametrize(("norm", "cells"), [("layer", 8), ("rms", 8), ("group", 4)])
def test_a_row_of_a_run(norm, cells):
    arm = Arm(norm, groups=2) if norm == "group" else Arm(norm)
    case, one = seen(LayerLab(source="run", feature=6, row=3), replace(RUN, arms=(arm,)))
    part = case.h[3, 4:] if norm == "group" else case.h[3]
    mean, var = (0.0, (part**2).mean()) if norm == "rms" else (part.mean(), part.var())
    assert one.cells == cells
    assert (one.mean, one.var) == (pytest.approx(mean), pytest.approx(var))
    assert one.x_hat == pytest.approx((case.h[3, 6] - mean) / math.sqrt(var + case.eps))
    assert math.isnan(one.before)
    assert math.isnan(one.after)


def test_one_row_alone_is_refused():
    _, one = seen(LayerLab(hand=FIRST[:1]))
    assert one.refused
    assert (one.mean, one.var) == (FIRST[0][0], 0.0)
    assert math.isnan(one.x_hat)
    assert math.isnan(one.after)
