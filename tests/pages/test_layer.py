"""The layer lab through AppTest: every control at both ends, lessons, links good and bad, what it says."""

import json
import re
from urllib.parse import urlencode

import numpy as np
import pytest

from bnviz.core.codec import to_link
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.snapshot import snapshot
from bnviz.ui import layer
from bnviz.ui.link_words import label_of
from bnviz.ui.notation import CONVENTIONS
from tests.pages.visit import checked, link_of, visited

RUN = Experiment(
    data=Data("moons", n=100), network=Network((16, 8)), training=Training(batch_size=20, steps=9),
    arms=(Arm("none"), Arm("batch"), Arm("layer"), Arm("group", groups=4), Arm("rms"), Arm("batch_noisy", "after")),
)  # fmt: skip


def opened(**params):
    return visited("pages/layer.py", {name.replace("__", "."): value for name, value in params.items()})


def of_run(**params):
    return opened(layer__source="run", **to_link(RUN), **params)


def told(app):
    """What the microscope was told."""
    return json.loads(app.get("bidi_component")[0].proto.json)


def widget(app, kind, name):
    return next(element for element in getattr(app, kind) if element.key == f"layer.w.{name}")


def button(app, name):
    return next(element for element in app.button if element.key == f"layer_{name}")


def words(app):
    return " ".join(element.value for element in (*app.markdown, *app.caption))


def left_again(app):
    """The link brings the same batch back; then the lesson is left."""
    again = opened(**{name.replace(".", "__"): value for name, value in link_of(app).items()})
    assert told(again)["values"] == told(app)["values"]
    pills = next(group for group in app.button_group if group.key == "layer.w.lesson")
    checked(pills.set_value(None).run())


def test_on_arrival_a_batch_by_hand_stands_at_its_mean():
    app = opened()
    assert told(app)["phase"] == 2
    assert told(app)["values"]["mean"] == [[4.0, 25.0, 0.5]]
    assert link_of(app) == {}
    assert "Checked against torch just now" in words(app)


def test_numbers_of_a_run_are_those_of_its_layer():
    app = of_run(layer__arm="1", layer__layer="1", layer__step="5")
    seen = snapshot(RUN, 1, 5).layers[1]
    np.testing.assert_allclose(told(app)["values"]["h"], seen.h[:8, :4], rtol=0, atol=1e-5)  # of whichever engine
    assert "hidden layer 2, after 5 updates, on the batch of update 6" in words(app)


@pytest.mark.parametrize("arm", range(1, 6))
def test_every_kind_of_norm_is_shown(arm):
    app = of_run(layer__arm=str(arm), layer__step="9")
    kinds = ("batch", "layer", "group", "rms", "batch")
    assert told(app)["kind"] == kinds[arm - 1]
    assert ("old_mean" in told(app)["values"]) == (kinds[arm - 1] == "batch")


def test_a_run_without_norms_is_explained():
    bare = Experiment(data=RUN.data, network=RUN.network, training=RUN.training, arms=(Arm("none"),))
    app = opened(layer__source="run", **to_link(bare))
    assert "has no layer with a norm that can be shown" in app.info[0].value
    assert told(app)["source"] == "hand"


@pytest.mark.parametrize("name", ["gamma", "beta", "drag"])
def test_sliders_at_both_ends(name):
    app = opened()
    for end in ("min", "max"):
        control = widget(app, "slider", name)
        value = getattr(control, end)
        checked(control.set_value(value).run())
        block = told(app)["values"]["h" if name == "drag" else name]
        assert block[0][0] == value
    assert f"layer.{name}" in link_of(app)


@pytest.mark.parametrize("end", [0, -1])
def test_eps_at_both_ends(end):
    app = opened()
    control = widget(app, "select_slider", "eps")
    value = (1e-12, 1.0)[end]
    checked(control.set_value(value).run())
    assert told(app)["eps"] == value


@pytest.mark.parametrize("name", ["digits", "wine", "breast_cancer", "diabetes", "circles", "moons"])
def test_every_data_set_gives_a_batch(name):
    app = opened(layer__source="data")
    checked(widget(app, "selectbox", "data.name").set_value(name).run())
    assert len(told(app)["values"]["h"]) == 8
    assert link_of(app).get("layer.data.name", "wine") == name


@pytest.mark.parametrize("method", ["raw", "minmax", "zscore", "whitened"])
def test_every_preprocessing_and_both_ends_of_the_batch_size(method):
    app = opened(layer__source="data")
    checked(widget(app, "selectbox", "data.preprocess").set_value(method).run())
    for size in (2, 128):
        checked(widget(app, "select_slider", "size").set_value(size).run())
        assert told(app)["rows"] == size


def test_giving_the_input_back_and_the_next_batch():
    app = opened()
    checked(button(app, "undo_button").click().run())
    values = told(app)["values"]
    np.testing.assert_allclose(values["y"], values["h"], rtol=0, atol=1e-13)
    checked(button(app, "next_button").click().run())
    values = told(app)["values"]
    assert np.abs(np.subtract(values["y"], values["h"])).max() > 1
    found = re.search(r"wrong by up to \*\*([\d.]+)\*\*", words(app))
    assert float(found[1]) == pytest.approx(np.abs(np.subtract(values["y"], values["h"])).max(), rel=0.01)
    assert link_of(app)["layer.undo"] == "0"
    checked(button(app, "plain_button").click().run())
    assert told(app)["values"]["gamma"] == [[1.0, 1.0, 1.0]]


@pytest.mark.parametrize(
    ("lesson", "said"),
    [
        ("undo", "give the input back"), ("drag", r"\*\*6 of 6\*\*"), ("two", "Only the sign is left"),
        ("one", "torch raises an error"), ("constant", r"In float32 they are \*\*−0\.295\*\*, in float64 .* = 302\."),
        ("eps", r"variance \*\*0\.500\*\*"), ("far", r"one-pass formula .* gives \*\*8\.0000\*\*"),
        ("weights", r"becomes \*\*0\.100\*\* times as large"),
    ],
)  # fmt: skip
def test_every_lesson_says_what_it_measured_and_can_be_left(lesson, said):
    app = opened()
    before = told(app)["values"]
    pills = next(group for group in app.button_group if group.key == "layer.w.lesson")
    checked(pills.set_value(lesson).run())
    assert re.search(said, words(app)), words(app)
    assert link_of(app)["layer.lesson"] == lesson
    left_again(app)
    assert told(app)["values"] == before


@pytest.mark.parametrize(
    ("lesson", "rows", "said"),
    [
        ("one", 1, "With one row"), ("two", 2, "Only the sign is left"), ("constant", 6, "same in every row"),
        ("eps", 6, r"\*\*0\.500\*\*"), ("far", 6, "one-pass formula"), ("drag", 6, r"\*\*6 of 6\*\*"),
        ("undo", 6, "number 0"),
    ],
)  # fmt: skip
def test_a_lesson_alone_in_a_link_brings_its_batch_and_leaves_with_it(lesson, rows, said):
    app = opened(layer__lesson=lesson)
    assert re.search(said, words(app)), words(app)
    assert told(app)["rows"] == rows
    left_again(app)
    assert told(app)["values"]["mean"] == [[4.0, 25.0, 0.5]]


@pytest.mark.parametrize(
    ("lesson", "hand", "said"),
    [
        ("one", "1~2", "more than one row"), ("two", "1~2~4", "The batch has 3 rows"),
        ("two", "1_5~2_5", "the largest distance from that is.*same number in both rows"),
        ("two", "5~5", "^A feature with the same number"),
    ],
)  # fmt: skip
def test_a_lesson_on_another_batch_says_what_is_there(lesson, hand, said):
    app = opened(layer__lesson=lesson, layer__hand=hand)
    lesson_words = next(part.value for part in app.markdown if re.search(said, part.value))
    assert "**1.00**" not in lesson_words


@pytest.mark.parametrize("lesson", ["one", "two", "constant", "eps"])
def test_a_lesson_on_columns_does_not_speak_of_a_norm_over_rows(lesson):
    app = of_run(layer__arm="2", layer__lesson=lesson)
    assert "This lesson is about batch norm" in words(app)


def test_a_link_keeps_what_was_changed_back_within_a_lesson():
    app = opened(layer__lesson="constant", layer__precision="float64")
    assert "float64" in link_of(app)["layer.precision"]
    assert told(app)["values"]["x_hat"][0][0] == 0


def test_dragging_nothing_moves_nothing():
    app = opened(layer__lesson="drag", layer__drag="none")
    assert "No value is dragged yet" in words(app)


@pytest.mark.parametrize("lesson", ["undo", "drag", "weights", "two", "one", "constant", "eps", "far"])
@pytest.mark.parametrize("arm", [1, 2])
def test_every_lesson_stands_on_every_batch(lesson, arm):
    of_run(layer__arm=str(arm), layer__lesson=lesson)
    opened(layer__lesson=lesson, layer__hand="3")


def test_precision_changes_the_arithmetic():
    app = opened(layer__hand="10001~10002~10003~10007")
    double = told(app)["values"]["x_hat"]
    app = opened(layer__hand="10001~10002~10003~10007", layer__precision="float32")
    single = told(app)["values"]["x_hat"]
    assert double != single
    np.testing.assert_allclose(single, double, rtol=1e-3)


def test_the_notation_switch_changes_symbols_and_momentum_but_no_number():
    app = opened()
    torch_words = told(app)
    switch = next(group for group in app.button_group if group.key == "notation.symbols")
    checked(switch.set_value(CONVENTIONS[1]).run())
    keras = told(app)
    assert (torch_words["symbols"]["gamma"], keras["symbols"]["gamma"]) == ("gamma", "γ")
    assert (torch_words["momentum"], keras["momentum"]) == (0.1, 0.9)
    assert torch_words["values"] == keras["values"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("hand", "1_x"), ("hand", "1_nan"), ("eps", "-1"), ("phase", "12"), ("gamma", "a:b"), ("arm", "7")],
)
def test_a_bad_link_falls_back_with_a_message(name, value):
    app = opened(**{f"layer__{name}": value})
    assert f"{label_of(f'layer.{name}', 'layer')}: " in app.warning[0].value
    assert told(app)["values"]["mean"] == [[4.0, 25.0, 0.5]]


def test_a_batch_too_long_for_a_link_is_told_and_leaves_the_rest_of_the_link():
    rows = "~".join("_".join(f"{1 / (3 + row * 8 + place)!r}" for place in range(8)) for row in range(64))
    app = opened(layer__hand=rows, layer__phase="5", layer__feature="7")
    assert any("too many digits for a link" in note.value for note in app.info)
    link = link_of(app)
    assert (link["layer.hand"], link["layer.phase"], link["layer.feature"]) == ("long", "5", "7")
    assert len(told(app)["row_names"]) == 8
    there = opened(layer__hand="long", layer__phase="5")
    assert "The batch typed by hand was too long for a link." in there.warning[0].value
    assert told(there)["phase"] == 5


def test_a_large_batch_of_short_numbers_fits_into_a_link():
    rows = "~".join(
        "_".join(f"{(row * 37 + place * 11) % 200 / 100 - 1:.2f}" for place in range(8)) for row in range(64)
    )
    app = opened(layer__hand=rows)
    assert len(urlencode(link_of(app))) < 1500
    assert not app.info
    again = opened(layer__hand=link_of(app)["layer.hand"])
    assert told(again)["values"] == told(app)["values"]


def test_a_convolutional_run_has_a_row_for_each_position():
    conv = Experiment(
        network=Network(hidden=(4, 4), kind="conv"), arms=(Arm("batch"),), training=Training(batch_size=8, steps=4)
    )
    app = opened(layer__source="run", layer__step="4", **to_link(conv))
    assert told(app)["row_names"][:2] == ["1 (0, 0)", "1 (0, 1)"]
    assert "every position of every image is a row" in words(app)


def test_a_link_holds_phase_and_feature():
    found = told(opened(layer__phase="9", layer__feature="2"))
    assert (found["phase"], found["feature"]) == (9, 2)


def test_a_large_batch_has_a_window():
    app = of_run(layer__arm="1")
    checked(widget(app, "slider", "first_row").set_value(13).run())
    checked(widget(app, "slider", "first_feature").set_value(5).run())
    assert told(app)["row_names"] == [str(row) for row in range(13, 21)]
    assert told(app)["feature_names"] == [f"unit {unit}" for unit in range(5, 9)]
    assert "every number is computed from all of them" in words(app)


def test_a_reader_who_moves_on_while_the_run_is_repeated_is_not_sent_back_by_the_link(monkeypatch):
    """A bar says how far it is; a control that is moved counts, though the page has not come to its end."""

    def scene(*_, progress, **__):
        progress(4, 9)
        layer.st.stop()  # Streamlit leaves like this

    with monkeypatch.context() as patch:
        patch.setattr(layer.live, "MOMENT", 0.0)
        patch.setattr(layer, "scene", scene)
        app = of_run(layer__step="9")
        assert "4 of 9 updates" in app.get("progress")[0].proto.text
        assert not app.get("bidi_component")
    checked(widget(app, "button_group", "source").set_value("hand").run())
    assert told(app)["source"] == "hand"
    assert "layer.source" not in link_of(app)
