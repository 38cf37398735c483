"""The tables of the labs that train no run hold the numbers that these labs show."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bnviz.core.axes import block_of
from bnviz.core.data_settings import Data
from bnviz.core.export_labs import block_table, descent_table, inputs_table, layer_table
from bnviz.core.microscope import Case, examine
from bnviz.core.prepared import prepared
from bnviz.core.ravine import Ravine, explore


def test_inputs_have_every_row_once_in_every_preparation() -> None:
    pair = prepared(Data("wine", features=(0, 12)), 1)
    table = inputs_table(pair)
    assert table["row"].tolist() == list(range(1, 179))
    assert (table["part"] == "train").sum() == len(pair.train_rows)
    np.testing.assert_array_equal(table[f"raw: {pair.names[0]}"], pair.x[:, 0])
    train = table[table["part"] == "train"]
    scaled = train[f"zscore: {pair.names[1]}"].to_numpy()
    np.testing.assert_allclose([scaled.mean(), scaled.std()], [0, 1], atol=1e-12)
    assert len(table.columns) == 3 + 8


def test_descents_have_every_step_until_they_diverge() -> None:
    sides = explore(Data("ranges"), 0, Ravine())
    table = descent_table(sides)
    side = sides[0]
    wild = int(np.argmax(side.descent.diverged_at >= 0))
    at = int(side.descent.diverged_at[wild])
    assert at >= 0
    mine = table[(table["preprocessing"] == side.name) & np.isclose(table["learning_rate"], side.descent.rates[wild])]
    assert mine["step"].tolist() == list(range(at + 1))
    np.testing.assert_array_equal(mine["loss"], side.descent.losses[wild, : at + 1])
    np.testing.assert_array_equal(mine["w2"], side.descent.points[wild, : at + 1, 1])
    assert set(table["preprocessing"]) == {one.name for one in sides}


@pytest.mark.parametrize("kind", ["batch", "layer", "group"])
def test_a_layer_tells_every_number_with_its_place(kind: str) -> None:
    rng = np.random.default_rng(0)
    running = (np.zeros(4), np.ones(4)) if kind == "batch" else (None, None)
    case = Case(rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), np.full(4, 2.0), np.ones(4), *running, kind=kind,
                groups=2 if kind == "group" else 1)  # fmt: skip
    phases = examine(case)
    table = layer_table(case, phases).set_index(["name", "row", "feature"])["value"]
    assert table["x_hat", 2, 3] == phases.x_hat[1, 2]
    assert table["grad_x", 3, 4] == phases.grad_x[2, 3]
    means = layer_table(case, phases).query("name == 'mean'")
    assert len(means) == phases.mean.size
    assert means["row"].isna().all() == (kind == "batch")
    assert means["feature"].isna().all() == (kind == "layer")
    assert ("running_mean" in layer_table(case, phases)["name"].tolist()) == (kind == "batch")


def test_a_block_tells_every_cell_and_the_average_it_shares() -> None:
    block = block_of(torch.randn(2, 4, 3, 3, dtype=torch.float64), "group", groups=2)
    table = block_table(block)
    assert len(table) == 72
    shared = table.groupby("average")["value"].agg(["mean", "size"])
    np.testing.assert_allclose(shared["mean"], block.mean)
    assert set(shared["size"]) == {18}
    row = table[(table["n"] == 2) & (table["c"] == 3) & (table["h"] == 1) & (table["w"] == 3)].iloc[0]
    assert row["x_hat"] == block.x_hat[1, 2, 0, 2]
