"""The ravine lab through AppTest: every control, links good and bad, words that follow the data."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.core.experiment import PREPROCESSES
from bnviz.core.ravine import SHARES
from bnviz.core.tables import read_csv
from bnviz.ui.link_words import label_of
from bnviz.ui.ravine_payload import unpack_header
from bnviz.ui.ravine_scene import SCENES, Scene, from_params, to_params
from tests.pages.visit import checked, link_of, visited

ROOT = Path(__file__).resolve().parents[2]


def opened(**params):
    return visited("pages/ravine.py", params)


def message(app):
    """The header of what the component was told."""
    return unpack_header(app.get("bidi_component")[-1].proto.bytes)


def widget(app, kind, key):
    return next(element for element in app.get(kind) if element.key == key)


def test_on_arrival_raw_swings_and_standardized_walks():
    app = opened()
    header = message(app)
    raw, zscore = header["sides"]
    assert (raw["id"], zscore["id"]) == ("raw", "zscore")
    assert header["place"]["shares"]["raw"] == 0.95
    assert "30 sign flips in 30 steps" in raw["verdicts"][SHARES.index(0.95)]
    assert zscore["verdicts"][SHARES.index(0.5)] == "Within 0.1\u00a0% after 2 steps."
    assert link_of(app) == {}
    assert any("direction backwards" in line.value for line in app.markdown)


@pytest.mark.parametrize("name", SCENES)
def test_every_scene_opens_and_its_link_opens_it_again(name):
    app = opened()
    widget(app, "button", f"ravine.player.{name}").click()
    app = checked(app.run())
    problems = []
    assert from_params(link_of(app), problems) == SCENES[name]
    assert problems == []
    again = opened(**link_of(app))
    assert message(again)["sides"] == message(app)["sides"]
    assert not app.warning


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("ravine.optimizer", ["momentum", "rmsprop", "adam", "sgd"]),
        ("ravine.pace", ["same", "best", "own"]),
        ("ravine.loss", ["logistic", "linear"]),
        ("ravine.bias", ["third", "none", "profiled"]),
        ("ravine.shown", [list(PREPROCESSES), ["whitened"], []]),
    ],
)
def test_every_choice_keeps_the_page_whole(key, values):
    app = opened()
    for value in values:
        widget(app, "button_group", key).set_value(value)
        app = checked(app.run())
        assert message(app)["sides"]
        assert not app.error


@pytest.mark.parametrize("key", ["steps", "data.stretch0", "data.stretch1", "data.noise"])
def test_every_slider_at_both_ends_keeps_the_page_whole(key):
    app = opened()
    for place in (0, -1):
        slider = widget(app, "select_slider", f"ravine.{key}")
        slider.set_value(float(slider.options[place].replace(",", "")))
        app = checked(app.run())
        assert message(app)["sides"]
        assert not app.error


def test_stretching_a_feature_changes_the_raw_landscape_alone():
    app = opened()
    before = [side["about"] for side in message(app)["sides"]]
    widget(app, "select_slider", "ravine.data.stretch0").set_value(100.0)
    after = [side["about"] for side in message(checked(app.run()))["sides"]]
    assert before[0] != after[0]
    assert before[1] == after[1]
    assert link_of(app)["data.scale"] == "100_1"


@pytest.mark.parametrize("name", ["ranges", "thousands", "signals", "moons", "wine", "breast_cancer", "diabetes"])
@pytest.mark.parametrize("loss", ["linear", "logistic"])
def test_every_data_set_is_shown(name, loss):
    app = opened(**{"ravine.loss": loss})
    widget(app, "selectbox", "ravine.data.name").set_value(name)
    app = checked(app.run())
    assert message(app)["sides"]
    assert link_of(app)["data.name"] == name


def test_the_same_feature_twice_is_explained_and_the_picture_stays():
    app = opened(**{"data.name": "wine", "data.features": "0_12"})
    before = message(app)["sides"]
    widget(app, "selectbox", "ravine.data.feature1").set_value(0)
    app = checked(app.run())
    assert "two different ones" in app.error[0].value
    assert message(app)["sides"] == before


def test_the_third_weight_can_be_seen():
    app = opened(**{"ravine.bias": "third"})
    widget(app, "button_group", "ravine.plane").set_value("w1_b")
    app = checked(app.run())
    assert message(app)["sides"][0]["axes"] == ["w1", "bias"]
    assert link_of(app)["ravine.plane"] == "w1_b"


def test_a_start_is_in_the_link_and_goes_back_to_zero():
    app = opened()
    widget(app, "number_input", "ravine.start0").set_value(0.4)
    app = checked(app.run())
    assert link_of(app)["ravine.start"] == "0.4_0"
    widget(app, "button", "ravine.player.zero").click()
    assert "ravine.start" not in link_of(checked(app.run()))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ravine.loss", "hinge"),
        ("ravine.shown", "raw_raw"),
        ("ravine.steps", "1e9"),
        ("ravine.start", "a_b"),
        ("at.shares", "1_2"),
        ("at.size", "-1"),
        ("at.step", "many"),
        ("data.name", "digits"),
        ("data.name", "mnist"),
        ("data.scale", "1_2_3"),
        ("seed", "-4"),
    ],
)
def test_a_bad_link_falls_back_with_a_sentence(name, value):
    app = opened(**{name: value})
    names = (f"{label_of(name, 'ravine')}: ", value)
    assert any(word in warning.value for warning in app.warning for word in names)
    assert message(app)["sides"]


def test_a_step_in_the_link_is_handed_on():
    assert message(opened(**{"at.step": "12"}))["place"]["step"] == 12
    assert message(opened(**{"at.step": "300"}))["place"]["step"] is None


def test_the_usual_scene_needs_no_parameters():
    assert to_params(Scene()) == {}


def test_other_labs_are_given_the_data():
    app = opened(**{"data.name": "ranges", "seed": "4"})
    links = [link.proto for link in app.get("page_link") if "data.name" in link.proto.query_string]
    assert len(links) == 2
    assert all("data.name=ranges" in link.query_string and "seed=4" in link.query_string for link in links)


# ---- a reader's own table

OWN = "width,height,<b>kind\n" + "\n".join(f"{i * 0.5},{(i * 7) % 23 * 100},{'ab'[i % 2]}" for i in range(40))


def with_table(text=OWN, target=0, **params):
    """The page in a session that has loaded a table."""
    app = AppTest.from_file(str(ROOT / "pages" / "ravine.py"), default_timeout=60)
    app.session_state["own.table"] = read_csv(text)
    app.session_state["own.target"] = target
    for name, value in params.items():
        app.query_params[name] = value
    return checked(app.run())


@pytest.mark.parametrize("target", [0, 1])
def test_an_own_table_has_a_ravine_that_its_own_session_alone_can_open(target):
    app = with_table(target=target)
    widget(app, "selectbox", "ravine.data.name").set_value("own")
    app = checked(app.run())
    assert any("width" in line.value and "height" in line.value for line in app.caption)
    link, sides = link_of(app), message(app)["sides"]
    assert link["data.name"] == "own"
    assert not any("0.5" in value for value in link.values())
    app = with_table(target=target, **link)
    assert not app.warning
    assert message(app)["sides"] == sides
    for other in (opened(**link), with_table(OWN.replace("width", "girth"), target, **link)):
        assert "loaded in another session" in other.warning[0].value
        assert link_of(other) == {}
        assert message(other)["sides"] != sides


def test_an_own_table_is_offered_only_where_there_is_one():
    assert "Your own table" not in widget(opened(), "selectbox", "ravine.data.name").options
    assert "Your own table" in widget(with_table(), "selectbox", "ravine.data.name").options


def test_another_target_chosen_meanwhile_is_followed():
    app = with_table()
    widget(app, "selectbox", "ravine.data.name").set_value("own")
    before = link_of(checked(app.run()))["data.table"]
    app.session_state["own.target"] = 2
    after = link_of(checked(app.run()))["data.table"]
    assert before != after
    app.session_state["own.table"] = None
    assert "data.name" not in link_of(checked(app.run()))
