"""Convolutional networks in the training lab: the control, the link, and what does not fit."""

import json
import struct

from bnviz.core.codec import to_link
from bnviz.core.engine import train
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.ui.link_words import label_of
from tests.pages.lab import settled
from tests.pages.visit import link_of, visited

SMALL = Experiment(
    Data("digits", n=160),
    Network((4, 8), kind="conv", pool=1, head="flatten"),
    (Arm("none"), Arm("batch"), Arm("instance")),
    Training(batch_size=16, steps=12),
)


def opened(experiment, **others):
    return settled(visited("pages/train.py", {**to_link(experiment), **others}))


def header(app):
    data = app.get("bidi_component")[-1].proto.bytes
    return json.loads(data[4 : 4 + struct.unpack("<I", data[:4])[0]])


def widget(app, key):
    kinds = (*app.get("button_group"), *app.selectbox, *app.select_slider, *app.text_input)
    return next(element for element in kinds if element.key == key)


def test_a_link_to_a_conv_run_shows_its_numbers():
    app = opened(SMALL, show="curves.histograms.digits.bands.units.saturation.gradients")
    assert not app.error
    table = app.dataframe[0].value
    column = next(name for name in table.columns if "test loss" in name.lower())
    expected = [f"{value:.3g}" for value in train(SMALL).final_test_loss]
    assert [f"{float(value):.3g}" for value in table[column]] == expected
    assert {"gamma-beta", "bands-normalized", "saturation", "digits"} <= {p["id"] for p in header(app)["pictures"]}
    link = link_of(app)
    assert {name: link[name] for name in to_link(SMALL)} == to_link(SMALL)


def test_the_kind_of_network_is_a_choice_with_usual_widths():
    app = opened(Experiment(Data("digits", n=160), Network((8, 8)), (Arm("batch"),), Training(batch_size=16, steps=12)))
    widget(app, "train.network.kind").set_value("conv").run()
    settled(app)
    assert not app.error
    assert link_of(app)["network.kind"] == "conv"
    assert link_of(app)["network.hidden"] == "8_16_16"
    for pool in (0, 3):
        widget(app, "train.network.pool").set_value(pool).run()
        settled(app)
        assert link_of(app)["network.pool"] == str(pool)
    widget(app, "train.network.head").set_value("flatten").run()
    settled(app)
    assert link_of(app)["network.head"] == "flatten"
    widget(app, "train.network.kind").set_value("dense").run()
    assert "network.kind" not in link_of(settled(app))


def test_points_in_the_plane_cannot_be_convolved_and_the_page_says_so():
    app = opened(SMALL)
    widget(app, "train.data.name").set_value("moons").run()
    assert "no image" in app.error[0].value
    assert "digits or textures" in app.error[0].value
    assert link_of(app)["network.kind"] == "conv"


def test_a_run_too_large_for_a_class_is_refused_with_its_numbers():
    app = opened(SMALL)
    widget(app, "train.widths").set_value("256, 256").run()
    widget(app, "train.network.pool").set_value(0).run()
    widget(app, "train.data.name").set_value("textures").run()
    assert "too large to share" in app.error[0].value


def test_a_link_with_convolutions_on_a_table_falls_back():
    params = {"network.kind": "conv", "data.name": "wine", "training.steps": "12", "training.batch_size": "16"}
    app = opened(Experiment(), **params)
    assert f"{label_of('network.kind', 'train')}: " in app.warning[0].value
    assert link_of(app)["data.name"] == "wine"
    assert "network.kind" not in link_of(app)
