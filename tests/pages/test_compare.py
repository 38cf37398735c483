"""Pinned runs in the training lab: pinned, drawn, renamed, unpinned, brought back, and there again after a reload."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from tests.pages.lab import opened, settled
from tests.pages.visit import link_of

SMALL = Experiment(Data("moons", n=100), Network((8, 6)), training=Training(batch_size=10, steps=12))
OTHER = replace(SMALL, training=replace(SMALL.training, learning_rate=1.6, steps=20), arms=(Arm("none"), Arm("layer")))


def press(app, key):
    next(button for button in app.button if button.key == key).click()
    return settled(app.run())


def move(app, rate):
    next(one for one in app.select_slider if one.key == "train.training.learning_rate").set_value(rate)
    return settled(app.run())


def compared(app):
    """Wait until all pinned runs are drawn to their ends."""
    end = time.monotonic() + 60
    while app.get("progress"):
        assert time.monotonic() < end
        time.sleep(0.05)
        app.run()
    return app


def names(app):
    return [pin.name for pin in app.session_state["train.pins"]]


def titles(app):
    return [line.value.strip("*") for line in app.markdown if line.value.startswith("**")]


@pytest.fixture
def two():
    """Two pinned runs, the second on screen."""
    return compared(press(move(press(opened(SMALL), "compare_pin"), 1.6), "compare_pin"))


def test_before_anything_is_pinned_there_is_one_button_and_a_sentence():
    app = opened(SMALL)
    assert any("pinned runs are drawn over each other" in line.value for line in app.caption)
    assert not app.get("vega_lite_chart")
    assert "pins" not in link_of(app)


def test_two_runs_are_drawn_over_each_other_with_their_differences(two):
    assert names(two) == ["A · rate 0.1", "B · rate 1.6"]
    assert len(two.get("vega_lite_chart")) == 2 + 3
    assert all(chart.proto.alt for chart in two.get("vega_lite_chart"))
    results, differ = two.dataframe[-1].value, two.dataframe[-2].value
    assert differ.to_dict("records") == [{"Setting": "Learning rate", "A · rate 0.1": "0.1", "B · rate 1.6": "1.6"}]
    assert results["run"].tolist() == ["A · rate 0.1"] * 3 + ["B · rate 1.6"] * 3
    assert next(button for button in two.button if button.key == "compare_pin").disabled
    legend = [line.value for line in two.markdown if line.value.startswith("![](data:") and "rate" in line.value]
    assert [line.split(") ")[1] for line in legend] == ["A · rate 0.1", "B · rate 1.6"]  # again, at the histograms


def test_settings_that_differ_are_written_as_the_controls_do():
    other = replace(SMALL, network=replace(SMALL.network, activation="sigmoid"))
    app = press(opened(SMALL), "compare_pin")
    pinned = link_of(app)["pins"]
    app = compared(press(opened(other, pins=pinned), "compare_pin"))
    assert names(app) == ["A · ReLU", "B · sigmoid"]
    assert app.dataframe[-2].value.to_dict("records") == [
        {"Setting": "Activation", "A · ReLU": "ReLU", "B · sigmoid": "sigmoid"}
    ]


def test_a_reload_finds_them_again(two):
    link = link_of(two)
    assert len(link["pins"]) < 400
    again = compared(opened(SMALL, pins=link["pins"]))
    assert names(again) == ["A · rate 0.1", "B · rate 1.6"]
    assert again.dataframe[-1].value.equals(two.dataframe[-1].value)
    assert link_of(again)["pins"] == link["pins"]


def test_layer_update_and_kind_of_rows_are_in_the_link(two):
    assert not [name for name in link_of(two) if name.startswith("pins_")]
    next(one for one in two.select_slider if one.key == "train.compare.step").set_value(6)
    for key, value in (("train.compare.layer", 2), ("train.compare.split", "train")):
        next(one for one in two.button_group if one.key == key).set_value(value)
    link = link_of(settled(two.run()))
    wanted = {"pins_layer": "2", "pins_step": "6", "pins_split": "train"}
    assert wanted.items() <= link.items()
    again = compared(opened(SMALL, pins=link["pins"], **wanted))
    assert next(one for one in again.select_slider if one.key == "train.compare.step").value == 6
    assert {name: link_of(again)[name] for name in wanted} == wanted


def test_a_place_that_is_not_there_is_explained_or_the_nearest_one_is_shown(two):
    pinned = link_of(two)["pins"]
    app = compared(opened(SMALL, pins=pinned, pins_layer="x", pins_step="999"))
    assert "pins_layer" in app.warning[0].value
    assert next(one for one in app.select_slider if one.key == "train.compare.step").value == 12


def test_arms_that_are_not_compared_are_in_the_link(two):
    pills = next(one for one in two.button_group if one.key == "compare_arms")
    labels = list(pills.value)
    app = settled(pills.set_value(labels[:1]).run())
    link = link_of(app)
    assert link["pins_without"].split("~") == labels[1:]
    again = compared(opened(SMALL, pins=link["pins"], pins_without=link["pins_without"]))
    assert next(one for one in again.button_group if one.key == "compare_arms").value == labels[:1]
    assert link_of(again)["pins_without"] == link["pins_without"]
    everything = settled(next(one for one in again.button_group if one.key == "compare_arms").set_value(labels).run())
    assert "pins_without" not in link_of(everything)
    bad = compared(opened(SMALL, pins=link["pins"], pins_without="zzz"))
    assert "“zzz”" in bad.warning[0].value
    assert "pins_without" not in link_of(bad)


def test_they_stay_while_settings_change(two):
    app = move(two, 0.4)
    assert names(app) == ["A · rate 0.1", "B · rate 1.6"]
    assert "pins" in link_of(app)
    assert not next(button for button in app.button if button.key == "compare_pin").disabled


def test_unpinned_and_cleared_ones_come_back(two):
    app = press(two, "compare_unpin_0")
    assert names(app) == ["B · rate 1.6"]
    assert "A · rate 0.1 is no longer pinned." in app.info[0].value
    assert names(press(app, "compare_undo")) == ["A · rate 0.1", "B · rate 1.6"]
    app = press(app, "compare_clear")
    assert names(app) == []
    assert "pins" not in link_of(app)
    assert names(press(app, "compare_undo")) == ["A · rate 0.1", "B · rate 1.6"]


def test_a_new_name_is_everywhere(two):
    next(one for one in two.text_input if one.key == "compare_name_1").set_value("fast")
    app = settled(two.run())
    assert names(app) == ["A · rate 0.1", "fast"]
    assert "fast" in app.dataframe[-2].value.columns
    assert names(opened(SMALL, pins=link_of(app)["pins"])) == ["A · rate 0.1", "fast"]


def test_a_pinned_run_can_be_shown_in_the_lab_again(two):
    app = press(two, "compare_open_0")
    assert "training.learning_rate" not in link_of(app)


def test_a_seventh_pin_is_explained():
    app = opened(SMALL)
    for rate in (0.1, 0.2, 0.4, 0.8, 1.6, 3.0):
        press(move(app, rate) if rate != 0.1 else app, "compare_pin")
    assert len(names(app)) == 6
    app = press(move(app, 0.06), "compare_pin")
    assert len(names(app)) == 6
    assert "Unpin one" in app.info[0].value


def test_runs_of_other_shapes_and_kinds_stand_beside_each_other():
    app = compared(press(opened(SMALL), "compare_pin"))
    packed = link_of(app)["pins"]
    for run in (OTHER, Experiment(Data("diabetes"), Network(()), (Arm("none"),), Training(batch_size=16, steps=5))):
        app = compared(press(opened(run, pins=packed), "compare_pin"))
        packed = link_of(app)["pins"]
    assert len(names(app)) == 3
    assert "Data set" in app.dataframe[-2].value["Setting"].tolist()
    assert "What leaves the norm, in each run" in titles(app)


def test_a_broken_link_is_a_sentence():
    app = opened(SMALL, pins="eNpdjk0KwkAM")
    assert "could not be read" in app.warning[0].value
    assert names(app) == []


def test_a_name_that_is_markdown_is_shown_as_it_is(two):
    field = next(one for one in two.text_input if one.key == "compare_name_0")
    field.set_value("![](//evil.example/a)")
    app = compared(settled(two.run()))
    assert names(app)[0] == "![](//evil.example/a)"
    shown = [one.value for kind in ("markdown", "caption", "info") for one in app.get(kind)]
    shown += [one.label for one in app.button] + [one.label for one in app.get("expander")]
    assert not [one for one in shown if "![](//" in one]
    assert any(r"!\[\](//evil.example/a)" in one for one in shown)
