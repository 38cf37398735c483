"""Sharing through AppTest: what a link hides on every lab, the presenter view, and the panel."""

from pathlib import Path

import pytest

from bnviz.ui.frame import LABS
from bnviz.ui.hiding import PARTS, name_of, parts_of
from bnviz.ui.share import query
from tests.pages.visit import SMALL, checked, link_of, visited

ROOT = Path(__file__).resolve().parents[2]
WIDGETS = (
    "slider",
    "select_slider",
    "selectbox",
    "number_input",
    "text_input",
    "toggle",
    "button_group",
    "multiselect",
)


def opened(lab, **params):
    return visited(f"pages/{lab}.py", {**SMALL.get(lab, {}), **params})


def controls(app, lab="axes"):
    return {name_of(one.key) for kind in WIDGETS for one in app.get(kind) if (one.key or "").startswith(f"{lab}.")}


FILES = [path for path in sorted((ROOT / "bnviz/ui").glob("*.py")) if path.stem != "hiding"]
SOURCES = "".join(path.read_text(encoding="utf-8") for path in FILES)


def asked(part):
    """Whether a panel asks for this name, or a control that is not always there has it in its key."""
    return f'"{part}"' in SOURCES or f'.{part}"' in SOURCES


@pytest.mark.parametrize("lab", LABS)
def test_all_parts_of_a_lab_can_be_hidden_and_keep_their_values(lab):
    plain = opened(lab)
    before, there = link_of(plain), controls(plain, lab)
    for part in parts_of(lab):
        assert part in there or asked(part), part
    everything = ".".join(parts_of(lab))
    app = opened(lab, hide=everything)
    assert not controls(app, lab) & set(parts_of(lab))
    assert link_of(app) == before | {"hide": everything}
    assert link_of(checked(app.run())) == before | {"hide": everything}
    assert not app.warning
    assert not [block for block in app.expander if block.label.startswith(("Notation", "Quiz"))]


def test_one_hidden_control_leaves_the_others():
    there = controls(opened("axes"))
    assert there - controls(opened("axes", hide="images")) == {"images"}


def test_a_control_that_is_hidden_later_keeps_the_value_that_was_chosen():
    app = opened("axes")
    next(one for one in app.slider if one.key == "axes.images").set_value(2).run()
    app.button(key="share.open.axes").click().run()
    panel = next(one for one in app.multiselect if one.key == "share.hide")
    checked(panel.set_value(["images"]).run())
    assert link_of(app) == {"axes.updates": "0", "axes.images": "2", "hide": "images"}
    assert "images" not in controls(app)
    checked(app.run())
    assert link_of(app)["axes.images"] == "2"


def test_a_name_that_no_page_has_is_told_kindly():
    app = opened("axes", hide="images.nonsense.<b>", present="yes", notation="latin", quiz="what")
    (told,) = [one.value for one in app.warning]
    assert r"asks to hide nonsense, \<b\>" in told
    assert "present=yes" in told
    assert "notation=latin" in told
    assert "quiz score" in told
    assert "images" not in controls(app)


def test_what_is_hidden_on_another_page_is_no_mistake_and_stays():
    app = opened("axes", hide="optimizer")
    assert not app.warning
    app.button(key="share.open.axes").click().run()
    next(one for one in app.multiselect if one.key == "share.hide").set_value(["shown"]).run()
    assert set(link_of(app)["hide"].split(".")) == {"shown", "optimizer"}


@pytest.mark.parametrize("lab", ["axes", "ravine", "quiz"])
def test_every_page_can_be_shared(lab):
    app = opened(lab)
    checked(app.button(key=f"share.open.{lab}").click().run())
    assert app.code[0].value.startswith(f"/{lab}")
    assert app.code[0].value.partition("?")[2] == query(link_of(app))
    assert [one for one in app.get("image") if "QR code of the address" in str(one.proto)]
    assert link_of(app) == link_of(checked(app.run()))
    assert app.code[0].value.startswith(f"/{lab}")  # still open: a training that ends reruns the page by itself


def test_the_presenter_view_is_entered_and_left():
    app = opened("axes")
    assert not bars(app)
    app.button(key="share.open.axes").click().run()
    next(one for one in app.toggle if one.key == "share.present").set_value(True).run()
    assert link_of(app)["present"] == "1"
    checked(app.run())
    assert bars(app)


def bars(app):
    return [one for one in app.get("bidi_component") if "Leave presenter view" in one.proto.json]


def test_the_presenter_view_stays_on_the_next_page():
    app = opened("axes", present="1")
    assert bars(app)
    assert link_of(app)["present"] == "1"


def test_the_labs_of_the_list_are_those_of_the_app():
    assert set(PARTS) - set(LABS) == {"claims", "lessons", "check", "quiz"}
