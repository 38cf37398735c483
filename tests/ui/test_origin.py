"""What files say of where they come from."""

from __future__ import annotations

from bnviz.core.experiment import Experiment
from bnviz.ui.origin import MOST_SHOWN, Origin, told_of_run


def test_the_source_names_the_lab_and_its_address() -> None:
    origin = Origin("rates", "bnviz-rates", ("seed 3",), {"rates.arms": "none_batch", "rates.seed": "3"})
    assert origin.source == "bnviz, Rates, weights, depth: /rates?rates.arms=none_batch&rates.seed=3"
    assert origin.about() == {"lab": "Rates, weights, depth", "settings": ["seed 3"], "address": origin.address}


def test_a_long_address_leaves_that_of_the_lab() -> None:
    origin = Origin("layer", "bnviz-layer", (), {"layer.hand": "z" * 1500})
    assert len(origin.address) > MOST_SHOWN
    assert origin.source == "bnviz, Inside the layer: /layer"


def test_a_run_tells_its_arms_in_the_colours_of_paper() -> None:
    told = told_of_run(Experiment())
    assert [arm["label"] for arm in told["arms"]] == ["no norm", "batch norm before", "batch norm after"]
    assert told["arms"][1]["color"] == "#0f3fa6"
    assert told["settings"][-1] == "seed 0"
    assert set(told["words"]) == {"menu", "png", "svg", "csv"}
