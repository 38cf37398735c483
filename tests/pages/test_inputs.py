"""The inputs lab through AppTest: every control at both ends, links good and bad, own tables good and bad."""

import json
import struct
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.core.experiment import SCALES, SELECTABLE, TOYS, Data
from bnviz.core.prepared import prepared
from bnviz.core.tables import read_csv
from bnviz.ui.link_words import label_of
from tests.pages.visit import link_of, visited

ROOT = Path(__file__).resolve().parents[2]
GOOD = "width,height,kind\n" + "\n".join(f"{i * 0.5},{(i * 7) % 23 * 100},{'ab'[i % 2]}" for i in range(40))


def opened(**params):
    return whole(visited("pages/inputs.py", params))


def whole(app):
    """The page shows everything it has, and no exception."""
    assert not app.exception, app.exception[0].value
    assert len(app.get("vega_lite_chart")) >= 6
    assert len(app.dataframe) == 1
    assert [heading.value for heading in app.subheader][-1] == "Go on with these data"
    return app


def widget(app, kind, key):
    return next(element for element in getattr(app, kind) if element.key == f"inputs.{key}")


def clouds(app):
    """The specifications of the four clouds."""
    return [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")[:4]]


def cell(app, row, column):
    return app.dataframe[0].value.set_index("training rows").loc[row, column]


def player(app):
    """The header of what the player was told."""
    data = app.get("bidi_component")[-1].proto.bytes
    return json.loads(data[4 : 4 + struct.unpack("<I", data[:4])[0]])


def choose(app, name):
    return whole(widget(app, "selectbox", "set").set_value(name).run())


def test_on_arrival_the_ranges_are_on_screen():
    app = opened()
    heads = [line.value.strip("*").replace("\\", "") for line in app.markdown if line.value.startswith("**")]
    assert heads[:4] == ["raw", "min-max", "z-score", "decorrelated"]
    assert all(spec["title"]["text"].startswith("condition ") for spec in clouds(app))
    known = prepared(Data("ranges"), 0).ways["raw"].facts
    assert cell(app, "condition number, with bias", "raw") == f"{known.condition_bias / 1e4:.2f}·10⁴"
    assert cell(app, "condition number, with bias", "z-score") == "1.08"
    assert link_of(app) == {}
    header = player(app)
    assert (header["finished"], header["start"], len(header["places"])) == (True, 0, 73)
    assert [picture["id"] for picture in header["pictures"]] == ["cloud", "condition"]


@pytest.mark.parametrize("name", [*SCALES, *TOYS, *SELECTABLE])
def test_every_set_is_shown_and_named_in_the_link(name):
    app = choose(opened(), name)
    assert link_of(app) == ({} if name == "ranges" else {"data.name": name})
    again = opened(**link_of(app))
    assert again.dataframe[0].value.equals(app.dataframe[0].value)
    assert not again.warning
    assert ("series" in [picture["id"] for picture in player(app)["pictures"]]) == (name == "signals")


@pytest.mark.parametrize(
    "key", ["scale0", "scale1", "offset0", "offset1", "noise", "test_fraction", "outlier"],
)  # fmt: skip
def test_every_slider_at_both_ends(key):
    app = opened()
    before = app.dataframe[0].value
    for end in (0, -1):
        control = widget(app, "select_slider", key)
        app = whole(control.set_value(number(control.options[end])).run())
    assert app.dataframe[0].value.equals(before) == (key in ("outlier", "noise"))


def number(shown):
    return float(shown.replace(",", ""))


def test_a_stretched_feature_is_undone_by_scaling_alone():
    app = opened(**{"data.name": "moons"})
    before = app.dataframe[0].value
    app = whole(widget(app, "select_slider", "scale0").set_value(1e5).run())
    after = app.dataframe[0].value
    assert link_of(app) == {"data.name": "moons", "data.scale": "100000_1"}
    assert not after["raw"].equals(before["raw"])
    for column in ("min-max", "z-score", "decorrelated"):
        assert after[column].equals(before[column])


def test_fitted_axes_are_another_picture_and_stay_in_the_link():
    app = opened()
    honest = clouds(app)[0]["params"]
    app = whole(widget(app, "button_group", "axes").set_value("fitted").run())
    assert link_of(app) == {"inputs.axes": "fitted"}
    assert clouds(app)[0]["params"] != honest
    assert clouds(opened(**link_of(app)))[0]["params"] == clouds(app)[0]["params"]


def test_two_features_of_a_real_table():
    app = choose(opened(), "wine")
    assert "proline" in app.dataframe[0].value["training rows"][6]
    app = whole(widget(app, "selectbox", "feature1").set_value(2).run())
    assert link_of(app) == {"data.name": "wine", "data.features": "0_2"}
    app = whole(widget(app, "selectbox", "feature0").set_value(2).run())  # taken by the other: that one moves on
    assert link_of(app)["data.features"] == "2_0"


def test_the_same_seed_gives_the_same_rows():
    app = opened(seed="5")
    assert link_of(app) == {"seed": "5"}
    assert cell(app, "mean, x1", "raw") != cell(opened(), "mean, x1", "raw")
    assert cell(app, "mean, x1", "raw") == cell(opened(seed="5"), "mean, x1", "raw")


# ---- links


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"data.name": "digits"}, "digits has no pair of features"),
        ({"data.name": "nothing"}, "data.name"),
        ({"data.noise": "loud"}, "data.noise"),
        ({"data.n": "3"}, "data.n"),
        ({"data.name": "wine", "data.features": "1_2_3"}, "3 features came"),
        ({"data.name": "wine", "data.features": "1_99"}, "data.features"),
        ({"inputs.axes": "bent"}, "inputs.axes"),
        ({"seed": "-1"}, "inputs.seed"),
        ({"inputs.outlier": "1e9"}, "inputs.outlier"),
        ({"inputs.source": "own"}, "somebody's own table"),
        ({"data.scale": "1_2_3"}, "data.scale"),
    ],
)
def test_a_bad_link_falls_back_and_says_so(params, words):
    app = opened(**params)
    assert (label_of(words, "inputs") if " " not in words else words) in app.warning[0].value
    assert len(app.dataframe[0].value) in (16, 18)


def test_values_between_the_steps_of_a_slider_are_kept():
    app = opened(**{"data.scale": "123.5_1", "inputs.outlier": "7", "data.noise": "0.07"})
    assert not app.warning
    assert link_of(app) == {"data.scale": "123.5_1", "inputs.outlier": "7", "data.noise": "0.07"}


# ---- own tables


def pasted(app, text):
    app.text_area(key="own.pasted").set_value(text).run()
    return whole(app.button(key="own.use").click().run())


def test_an_own_table_is_shown_and_leaves_no_trace_in_the_link():
    app = pasted(choose(opened(), "own"), GOOD)
    assert not app.error
    assert app.dataframe[0].value["training rows"][0] == "minimum, width"
    assert cell(app, "maximum, height", "raw") == "2.20·10³"
    assert link_of(app) == {"inputs.source": "own"}
    targets = ["kind (2 classes)", "height (a number)", "width (a number)"]
    assert app.selectbox(key="own.target").options == targets
    app = whole(app.selectbox(key="own.target").set_value(1).run())
    app = whole(widget(app, "select_slider", "scale1").set_value(10.0).run())
    assert cell(app, "maximum, height", "raw") == "2.20·10⁴"


def test_another_session_does_not_see_it():
    pasted(choose(opened(), "own"), GOOD)
    other = choose(opened(), "own")
    assert other.dataframe[0].value["training rows"][0] == "minimum, x1"
    assert link_of(other) == {}


@pytest.mark.parametrize(
    "text", ["", "\ufeff\n", "a,b\n1,2", GOOD.replace("0.5,", "=1+1,"), GOOD.replace("height", "width")]
)
def test_a_bad_table_is_told_and_the_one_of_before_stays(text):
    app = choose(opened(), "own")
    assert "last data set stays" in pasted(app, text).error[0].value
    before = pasted(app, GOOD).dataframe[0].value
    app = pasted(app, text)
    assert "the table of before" in app.error[0].value
    assert app.dataframe[0].value.equals(before)
    assert not pasted(app, GOOD).error


def test_names_are_shown_as_text():
    app = pasted(choose(opened(), "own"), GOOD.replace("width", "<b>**w**</b>").replace("kind", ":red[k]"))
    assert app.dataframe[0].value["training rows"][0] == "minimum, <b>**w**</b>"
    words = [element.value for element in [*app.markdown, *app.caption]]
    told = [word for word in words if "w\\*\\*" in word]
    assert told
    assert all("<b>" not in word and "**w" not in word for word in words)
    assert "\\:red\\[k\\]" in " ".join(words)


def test_going_back_to_a_set_by_name():
    app = pasted(choose(opened(), "own"), GOOD)
    app = choose(app, "wine")
    assert link_of(app) == {"data.name": "wine"}
    app = choose(app, "own")
    assert app.dataframe[0].value["training rows"][0] == "minimum, width"


def test_an_own_table_starts_without_a_stretch():
    app = opened(**{"data.name": "moons", "data.scale": "1000_1"})
    app = pasted(choose(app, "own"), GOOD)
    assert cell(app, "maximum, width", "raw") == "19.0"  # 19.5 is among the test rows


def test_an_own_table_can_be_handed_to_a_model():
    def page():
        import streamlit as st

        from bnviz.core.experiment import Data
        from bnviz.ui import own_data

        rows = "\n".join(f"{i},{i * i},{i % 2}" for i in range(40))
        st.write(own_data.dataset((0, 1), Data("moons"), 0) is None)
        own_data.take(f"a,b,c\n{rows}")
        found = own_data.dataset((1, 0), Data("moons", preprocess="minmax"), 0)
        assert found is not None
        st.write(f"{found.feature_names} {found.classes} {found.x_train.shape} {found.x_train.max():g}")

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert [element.value for element in app.markdown] == ["`True`", "('b', 'a') 2 (30, 2) 1"]


@pytest.mark.parametrize(
    "params", [{"data.name": "wine", "seed": "3"}, {"data.name": "thousands", "data.noise": "0.3"}]
)
def test_data_come_along_from_other_labs(params):
    app = opened(**params)
    assert not app.warning
    assert link_of(app) == params


def test_what_was_wrong_with_a_link_is_forgotten_after_a_change():
    app = opened(**{"data.noise": "loud"})
    assert app.warning
    assert whole(app.run()).warning
    app = whole(widget(app, "select_slider", "noise").set_value(0.5).run())
    assert not whole(app.run()).warning


def test_an_own_table_goes_along_and_comes_back_in_its_own_session_alone():
    app = pasted(choose(opened(), "own"), GOOD)
    app.selectbox(key="own.target").set_value(2).run()
    widget(app, "selectbox", "feature0").set_value(1)
    app = whole(app.run())
    links = [dict(parse_qsl(one.proto.query_string)) for one in app.get("page_link")]
    link = next(one for one in links if "data.table" in one)
    assert (link["data.name"], link["data.features"]) == ("own", "1_0")
    assert "40-2-0" in link["data.table"]
    before = app.dataframe[0].value
    again = AppTest.from_file(str(ROOT / "pages" / "inputs.py"), default_timeout=60)
    again.session_state["own.table"], again.session_state["own.target"] = read_csv(GOOD), 2
    for name, value in link.items():
        again.query_params[name] = value
    again = whole(again.run())
    assert not again.warning
    assert again.dataframe[0].value.equals(before)
    assert link_of(again)["inputs.source"] == "own"
    other = opened(**link)
    assert "loaded in another session" in other.warning[0].value
    assert other.dataframe[0].value["training rows"][0] == "minimum, x1"
