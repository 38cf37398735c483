"""The training lab through AppTest: every control at both ends, links good and bad, bad input explained."""

import json
import struct
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bnviz.core.codec import from_link, to_link
from bnviz.core.data import load
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.tables import read_csv
from bnviz.runs.compiled import train
from bnviz.ui.link_words import label_of
from bnviz.ui.messages import text
from tests.pages.lab import settled
from tests.pages.visit import link_of, visited

ROOT = Path(__file__).resolve().parents[2]
SMALL = Experiment(data=Data("moons", n=100), network=Network((8, 8)), training=Training(batch_size=10, steps=12))


def opened(experiment=SMALL, **others):
    return settled(visited("pages/train.py", {**to_link(experiment), **others}))


def message(app):
    """The header of what the player was told."""
    payloads = [element.proto.bytes for element in app.get("bidi_component")]
    assert payloads, "There is no player on the page."
    data = payloads[-1]
    length = struct.unpack("<I", data[:4])[0]
    return json.loads(data[4 : 4 + length])


def widget(app, kind, key):
    return next(element for element in getattr(app, kind) if element.key == key)


def test_the_default_run_is_on_screen_without_pressing_anything():
    app = opened(Experiment())
    header = message(app)
    assert header["finished"]
    assert header["total"] == 300
    assert [picture["id"] for picture in header["pictures"]] == ["loss", "accuracy", "histograms-normalized"]
    assert link_of(app) == {}
    assert len(app.dataframe[0].value) == 3


def test_the_engine_is_named():
    state = next(line.value for line in opened().caption if line.value.startswith("Finished"))
    assert "(compiled engine)" in state or "(torch engine, whose last digits may differ" in state


def test_the_numbers_on_screen_are_those_of_the_engine():
    app = opened()
    table = app.dataframe[0].value
    recording = train(SMALL)
    column = next(name for name in table.columns if "test loss" in name.lower())
    assert [f"{value:.3g}" for value in recording.final_test_loss] == [f"{float(v):.3g}" for v in table[column]]


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("select_slider", "train.training.learning_rate"),
        ("select_slider", "train.training.steps"),
        ("select_slider", "train.training.dropout"),
        ("select_slider", "train.training.weight_decay"),
        ("select_slider", "train.training.input_noise"),
        ("select_slider", "train.network.gain"),
        ("select_slider", "train.width"),
        ("select_slider", "train.data.noise"),
        ("select_slider", "train.data.balance"),
        ("select_slider", "train.data.test_fraction"),
        ("slider", "train.depth"),
    ],
)
def test_every_slider_at_both_ends_keeps_the_page_whole(kind, key):
    app = opened()
    for end in (0, -1):
        control = widget(app, kind, key)
        ends = control.options if kind == "select_slider" else [control.min, control.max]
        value = ends[end] if kind == "slider" else control.options[end]
        if key == "train.training.steps":
            value = [option for option in control.options if float(option) <= 100][end]
        control.set_value(float(value) if kind == "select_slider" and key != "train.width" else int(float(value)))
        settled(app.run())
        assert message(app)["steps"]["length"] >= 2


@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("train.training.optimizer", ["sgd", "momentum", "rmsprop", "adam"]),
        ("train.training.order", ["shuffled", "by_class", "fixed"]),
        ("train.data.preprocess", ["raw", "minmax", "zscore", "whitened"]),
    ],
)
def test_every_choice_trains(key, options):
    app = opened()
    for option in options:
        widget(app, "selectbox", key).set_value(option)
        settled(app.run())
        assert not app.error


@pytest.mark.parametrize("name", ["digits", "wine", "breast_cancer", "diabetes", "circles", "blobs", "spirals", "xor"])
def test_every_data_set_trains(name):
    app = opened()
    widget(app, "selectbox", "train.data.name").set_value(name)
    settled(app.run())
    assert message(app)["finished"]
    assert link_of(app)["data.name"] == name if name != "digits" else "data.name" not in link_of(app)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "linear"])
@pytest.mark.parametrize("kind", ["pre", "normalized", "post"])
def test_all_pictures_for_every_activation(activation, kind):
    experiment = Experiment(data=SMALL.data, network=Network((8, 8), activation=activation), training=SMALL.training)
    app = opened(experiment, show="curves.histograms.maps.bands.units.saturation.gradients", kind=kind)
    ids = [picture["id"] for picture in message(app)["pictures"]]
    assert len(ids) == len(set(ids)) >= 8


def test_a_batch_of_one_is_a_lesson_and_what_was_on_screen_stays():
    app = opened()
    before = message(app)["run"]
    widget(app, "select_slider", "train.training.batch_size").set_value(1)
    app.run()
    assert "batch of one" in app.error[0].value
    assert message(app)["run"] == before


def test_a_batch_larger_than_the_data_is_explained():
    app = opened()
    widget(app, "select_slider", "train.training.batch_size").set_value(256)
    app.run()
    assert "75 training rows" in app.error[0].value


def test_a_subset_that_cannot_fill_a_batch_is_explained_and_the_band_does_without_that_seed():
    few, training = Data("flowers", n=16, test_fraction=0.75), Training(batch_size=2, steps=3, order="blocks")
    smallest = [np.bincount(load(few, seed).subset_train, minlength=2).min() for seed in range(20)]
    good = next(seed for seed in range(20) if smallest[seed] == 2 and smallest[seed + 1] < 2)
    app = opened(replace(SMALL, data=few, training=training, seed=good), band="1")
    assert not app.error
    widget(app, "number_input", "train.seed").set_value(good + 1)
    app.run()
    assert f"with seed {good + 1} only" in app.error[0].value


def test_widths_that_are_no_numbers_are_explained():
    app = opened()
    widget(app, "toggle", "train.uneven").set_value(True)
    app.run()
    widget(app, "text_input", "train.widths").set_value("eight, 9")
    app.run()
    assert "eight, 9" in app.error[0].value
    widget(app, "text_input", "train.widths").set_value("16, 4")
    settled(app.run())
    assert link_of(app)["network.hidden"] == "16_4"


def test_arms_can_be_added_changed_and_removed():
    app = opened()
    next(button for button in app.button if button.label == "Add an arm").click()
    settled(app.run())
    assert len(app.dataframe[0].value) == 4
    experiment, problems = from_link(link_of(app))
    assert not problems
    assert experiment.arms[3] == Arm("layer", "before")
    next(box for box in app.selectbox if box.key.endswith(".norm")).set_value("rms")
    settled(app.run())
    assert from_link(link_of(app))[0].arms[0].norm == "rms"
    next(button for button in app.button if button.key and button.key.endswith(".remove")).click()
    settled(app.run())
    assert [arm.norm for arm in from_link(link_of(app))[0].arms] == ["batch", "batch", "layer"]


def test_a_link_reproduces_the_run_number_for_number():
    first, second = opened(seed="7"), opened(seed="7")
    assert message(first)["run"] == message(second)["run"]
    column = next(name for name in first.dataframe[0].value.columns if "test loss" in name.lower())
    np.testing.assert_array_equal(first.dataframe[0].value[column], second.dataframe[0].value[column])


def test_a_step_in_the_link_is_handed_to_the_player():
    assert message(opened(step="5"))["start"] == 5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("training.learning_rate", "fast"),
        ("network.hidden", "8_x"),
        ("data.name", "mnist"),
        ("arms", "batch,sideways"),
        ("seed", "-4"),
        ("step", "9999"),
        ("kind", "inside"),
        ("show", "everything"),
        ("layer", "0"),
        pytest.param("layer", "9" * 5000, id="endless-layer"),
        pytest.param("step", "1" * 5000, id="endless-step"),
    ],
)
def test_a_bad_link_falls_back_field_by_field_with_a_message(name, value):
    app, known = opened(**{name: value}), "arms[0].placement" if name == "arms" else name
    assert any(f"{label_of(known, 'train')}" in warning.value for warning in app.warning)
    assert message(app)["finished"]


def test_a_name_that_no_setting_has_is_told_until_a_control_is_moved():
    app = opened(**{"training.learning_rat": "1.6", "sed": "3", "fbclid": "me"})
    (told,) = [one.value for one in app.warning]
    assert "Perhaps training.learning_rate is meant." in told
    assert "Perhaps seed is meant." in told
    assert "fbclid" not in told
    assert app.run().warning
    next(one for one in app.select_slider if one.key == "train.training.learning_rate").set_value(0.4)
    assert not settled(app.run()).warning
    assert not settled(app.run()).warning


def test_a_picture_that_the_data_lack_gives_way_to_the_usual_ones_and_says_why():
    app = opened(replace(SMALL, data=Data("wine")), show="maps")
    assert "two features and two classes" in app.info[0].value
    assert widget(app, "button_group", "train.show").value == ["curves", "histograms"]
    assert message(app)["pictures"]
    assert "show" not in app.query_params
    app = opened(replace(SMALL, data=Data("wine")), show="maps.histograms")
    assert not app.info
    assert widget(app, "button_group", "train.show").value == ["histograms"]


def test_the_pictures_of_one_arm_stand_right_below_its_choice():
    app = opened(replace(SMALL, data=Data("digits")), show="curves.histograms.digits.units")
    shown = [picture["id"] for picture in message(app)["pictures"]]
    assert shown == ["gamma-beta", "digits", "loss", "accuracy", "histograms-normalized"]
    assert link_of(app)["show"] == "curves.histograms.digits.units"


def test_a_linear_model_shows_its_curves_and_map():
    app = opened(Experiment(data=SMALL.data, network=Network(()), training=SMALL.training))
    assert {picture["id"] for picture in message(app)["pictures"]} == {"loss", "accuracy", "decision-maps"}
    assert text("train.state.no_layer") in [one.value for one in app.info]
    assert text("train.state.no_layer") not in [one.value for one in opened().info]


def test_the_band_over_seeds_appears_and_is_in_the_link():
    app = opened()
    widget(app, "toggle", "train.band").set_value(True)
    app.run()
    end = time.monotonic() + 60
    while "Over 5 seeds" not in message(app)["pictures"][0]["captions"][-1]:
        assert time.monotonic() < end
        time.sleep(0.1)
        app.run()
    assert link_of(app)["band"] == "1"


def test_two_features_of_a_table_give_a_decision_map():
    app = opened()
    widget(app, "selectbox", "train.data.name").set_value("breast_cancer")
    settled(app.run())
    widget(app, "multiselect", "train.data.features").set_value([0, 7])
    settled(app.run())
    assert "decision-maps" in [picture["id"] for picture in message(app)["pictures"]]
    assert link_of(app)["data.features"] == "0_7"


# ---- a reader's own table

OWN = "width,height,depth,kind\n" + "\n".join(f"{i / 2},{(i * 7) % 23},{i % 5 - 2.5},{'ab'[i % 2]}" for i in range(50))
BRIEF = {"training.steps": "12", "network.hidden": "8"}


def with_table(text=OWN, target=0, **params):
    """The page in a session that has loaded a table."""
    app = AppTest.from_file(str(ROOT / "pages" / "train.py"), default_timeout=60)
    app.session_state["own.table"] = read_csv(text)
    app.session_state["own.target"] = target
    for name, value in {**BRIEF, **params}.items():
        app.query_params[name] = value
    return settled(app.run())


@pytest.mark.parametrize(("target", "features"), [(0, "0_1_2"), (1, "0_1")])
def test_an_own_table_is_trained_on_and_its_own_session_alone_can_open_the_link(target, features):
    app = with_table(target=target)
    app.selectbox(key="train.data.name").set_value("own")
    app = settled(app.run())
    assert not app.error
    link = link_of(app)
    assert (link["data.name"], link["data.features"], link["training.batch_size"]) == ("own", features, "32")
    assert "own" not in link_of(with_table(target=target)).values()
    again = with_table(target=target, **link)
    assert not again.warning
    assert link_of(again) == link
    table = app.dataframe[-1].value
    assert ("test accuracy" in table.columns) == (target == 0)
    assert again.dataframe[-1].value.equals(table)
    for other in (opened(**link), with_table(OWN.replace("width", "girth"), target, **link)):
        assert "loaded in another session" in other.warning[0].value
        assert "own" not in link_of(other).values()


def test_columns_that_come_from_the_inputs_lab_are_used_with_batches_that_fit():
    known = with_table()
    known.selectbox(key="train.data.name").set_value("own")
    name = link_of(settled(known.run()))["data.table"]
    app = with_table(**{"data.name": "own", "data.table": name, "data.features": "2_0", "data.scale": "10_1"})
    assert not app.warning
    assert not app.error
    assert app.multiselect(key="train.data.features").value == [2, 0]
    assert link_of(app)["training.batch_size"] == "32"


def test_an_own_table_that_changes_is_followed_and_one_that_goes_leaves_the_usual_run():
    app = with_table()
    app.selectbox(key="train.data.name").set_value("own")
    before = link_of(settled(app.run()))["data.table"]
    app.session_state["own.target"] = 1
    after = link_of(settled(app.run()))
    assert after["data.table"] != before
    assert after["data.features"] == "0_1"
    app.multiselect(key="train.data.features").set_value([])
    assert "at least one column of your table" in app.run().error[0].value
    app.session_state["own.table"] = None
    app.run()
    assert not app.exception
    assert "data.name" not in link_of(app)
