"""What the microscope is told: exact numbers, and sums that account for what is not on screen."""

import json

import numpy as np
import pandas as pd
import pytest

from bnviz.core.batches_hand import FIRST, BatchError
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.layer_lab import LayerLab, scene
from bnviz.core.microscope import examine
from bnviz.core.source_lines import PHASES
from bnviz.ui.layer_editor import read_table, table_of
from bnviz.ui.layer_message import message, window

RUN = Experiment(
    data=Data("moons", n=100), network=Network((24, 12)), training=Training(batch_size=20, steps=6),
    arms=(Arm("batch"), Arm("layer"), Arm("group", groups=4), Arm("rms")),
)  # fmt: skip


def told(lab):
    on_stage = scene(lab, RUN, Data("wine"))
    phases = examine(on_stage.case)
    return on_stage.case, phases, message(lab, on_stage, phases, visit=3, dark=False)


def test_every_number_is_the_one_that_was_computed():
    case, phases, found = told(LayerLab())
    found = json.loads(json.dumps(found))
    for name in ("mean", "var", "x_hat", "y", "grad_x"):
        np.testing.assert_array_equal(found["values"][name], getattr(phases, name))
    np.testing.assert_array_equal(found["values"]["new_var"][0], phases.running_var)
    np.testing.assert_array_equal(found["values"]["h"], case.h)
    assert len(found["phases"]) == len(found["code"]["marks"]) == len(PHASES)
    assert found["shapes"]["h"] == "6 × 3"
    assert found["shapes"]["mean"] == "1×3"


def test_a_refused_batch_has_empty_cells_that_json_can_hold():
    _, phases, found = told(LayerLab(hand=FIRST[:1]))
    assert found["refused"] == phases.refused
    assert found["values"]["y"] == [[None, None, None]]
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("arm", [0, 1, 2, 3])
def test_what_is_not_on_screen_is_in_the_sums(arm):
    """The formula of a mean shows some terms and the sum of the others: together they make the mean."""
    lab = LayerLab(source="run", arm=arm, step=4, first_row=5, first_feature=9)
    case, phases, found = told(lab)
    rows, features = window(lab, case.h.shape).rows, window(lab, case.h.shape).features
    assert (rows, features) == (slice(5, 13), slice(9, 13))
    h, values, group_of = case.h[rows, features], found["values"], found["group_of"]
    for i, row in enumerate(values["mean"]):
        for j, mean in enumerate(row):
            seen = h[:, j] if arm == 0 else h[i, [place for place, group in enumerate(group_of) if group == j]]
            for name, terms in (("mean", seen), ("var", (seen - mean) ** 2)):
                if name == "var" or arm != 3:
                    total = terms.sum() + found["rest"][name][i][j]
                    assert total / found["count"] == pytest.approx(values[name][i][j], abs=1e-12)
            inside = seen.size + (found["hidden"]["average"] if arm != 2 or j == 0 else 0)
            assert inside == found["count"] or (arm == 2 and j > 0)
    seen = (case.grad_y * phases.x_hat)[rows, features].sum(axis=0)
    np.testing.assert_allclose(seen + found["rest"]["grad_gamma"], values["grad_gamma"][0], atol=1e-12)
    assert found["hidden"]["rows"] == 12


@pytest.mark.parametrize("arm", [0, 1, 2, 3])
def test_the_formula_of_the_gradient_going_out_gives_it(arm):
    case, _, found = told(LayerLab(source="run", arm=arm, step=4))
    values = {name: np.array(table) for name, table in found["values"].items()}
    rows, columns = values["h"].shape
    for r in range(rows):
        for c in range(columns):
            i, j = (0, c) if arm == 0 else (r, found["group_of"][c])
            g = values["gamma"][0, c] * values["grad_y"][r, c]
            taken = (0 if arm == 3 else found["mean_g"][i][j]) + values["x_hat"][r, c] * found["mean_gx"][i][j]
            made = (g - taken) / np.sqrt(values["var"][i, j] + case.eps)
            assert made == pytest.approx(values["grad_x"][r, c], abs=1e-14)


def test_large_batches_show_a_window_and_small_ones_everything():
    assert window(LayerLab(first_row=300, first_feature=250), (64, 64)).rows == slice(56, 64)
    assert window(LayerLab(first_row=3), (12, 4)).rows == slice(0, 12)
    assert window(LayerLab(first_feature=3), (12, 4)).features == slice(0, 4)
    assert window(LayerLab(first_feature=9), (12, 64)).feature(11) == 2
    assert window(LayerLab(first_feature=9), (12, 64)).feature(2) == 0


def test_a_table_of_texts_is_the_batch():
    rows = tuple(tuple(float(x) for x in row) for row in FIRST)
    assert read_table(table_of(rows)) == rows
    assert table_of(rows).iloc[0, 0] == "1"


def test_a_table_with_missing_cells_is_explained():
    table = table_of(((1.0, 2.0), (3.0, 4.0)))
    table.iloc[1, 0] = pd.NA
    with pytest.raises(BatchError, match="Row 2, feature 1 is empty"):
        read_table(table)
