"""The lab of the axes through AppTest: every control, the address, bad links, the payload of the block."""

import json

import pytest

from bnviz.core.axes import Choices, block_of, live_block
from bnviz.core.codec import group_to_link
from bnviz.core.norms import KINDS
from bnviz.ui.link_words import label_of
from tests.pages.visit import link_of, visited


def opened(choices=None, **params):
    link = {} if choices is None else group_to_link("axes", choices, Choices())
    return visited("pages/axes.py", link | params)


def message(app):
    return json.loads(app.get("bidi_component")[0].proto.json)


def control(app, name):
    groups = (*app.get("button_group"), *app.slider)
    return next(element for element in groups if element.key == f"axes.{name}")


def test_the_default_block_is_on_screen_with_an_empty_address():
    app = opened()
    assert message(app)["shape"] == [4, 8, 8, 8]
    assert link_of(app) == {}


def test_one_is_not_written_as_many():
    app = opened(Choices("layer", images=1))
    said = " ".join(part.value for part in (*app.markdown, *app.caption))
    assert "In this block: 1 average of 512 values." in said
    assert "training images, the digit 3." in said
    said = " ".join(part.value for part in opened(Choices("instance", images=2, block=4)).markdown)
    assert "In this block: 16 averages of 1 value each." in said


@pytest.mark.parametrize("kind", KINDS)
def test_the_numbers_sent_are_those_of_the_norm_functions(kind):
    choices = Choices(kind, groups=4, block=2, images=3, updates=0)
    sent, block = message(opened(choices)), block_of(live_block(choices), kind, groups=4)
    assert sent["member"] == block.member.tolist()
    assert sent["mean"] == pytest.approx(block.mean, rel=1e-5)
    assert sent["var"] == pytest.approx(block.var, rel=1e-5)
    assert sent["xHat"][2][7][1] == pytest.approx(block.x_hat[2, 7, 1], rel=1e-5)
    assert sent["cells"] == block.cells
    assert "{" in sent["words"]["formula"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("norm", list(KINDS)),
        ("shown", ["normalized"]),
        ("block", [4, 1]),
        ("updates", [0]),
        ("images", [1, 8]),
        ("batch", [1, 10]),
    ],
)
def test_every_control_keeps_the_page_whole_and_writes_the_address(name, values):
    app = opened(Choices(updates=30))
    for value in values:
        control(app, name).set_value(value).run()
        assert not app.exception
        wanted = {} if value == getattr(Choices(), name) else {f"axes.{name}": str(value)}
        assert link_of(app) == wanted
    assert message(app)["shape"][0] == (values[-1] if name == "images" else 4)


def test_groups_are_chosen_for_group_norm_only():
    app = opened()
    assert all(element.key != "axes.groups" for element in app.get("button_group"))
    control(app, "norm").set_value("group").run()
    control(app, "groups").set_value(8).run()
    assert len(message(app)["mean"]) == 4 * 8
    assert link_of(app) == {"axes.norm": "group", "axes.groups": "8"}


def test_a_link_opens_what_it_says():
    choices = Choices("group", groups=4, block=3, images=2, updates=0, shown="normalized", cell=(1, 5, 1, 0))
    app = opened(choices)
    sent = message(app)
    assert (sent["shape"], sent["cell"]) == ([2, 8, 2, 2], [1, 5, 1, 0])
    assert sent["drawn"] == sent["xHat"]
    assert link_of(app) == group_to_link("axes", choices, Choices())


@pytest.mark.parametrize("kind", ["batch", "rms"])
def test_what_is_said_to_be_drawn_is_what_is_drawn(kind):
    plain, normed = (opened(Choices(kind, shown=shown)) for shown in ("values", "normalized"))
    said = [next(line.value for line in app.caption if line.value.startswith("N × C")) for app in (plain, normed)]
    assert "The colours are what enters the norm of block 1 after 30 updates" in said[0]
    name = {"batch": "batch norm", "rms": "RMS norm"}[kind]
    assert f"The colours are what comes out of {name}, before gamma and beta." in said[1]
    assert message(plain)["words"]["value"] == "Value: x = {x}"
    assert message(normed)["words"]["value"].startswith("Normalized value: x_hat = {hat}.")
    assert message(normed)["eps"] == "1·10⁻⁵"


@pytest.mark.parametrize("bad", ["3", "x", "", "nan", "1e9"])
def test_a_bad_link_is_explained(bad):
    app = opened(**{"axes.groups": bad, "axes.norm": "batchh"})
    assert f"{label_of('axes.groups', 'axes')}: " in app.warning[0].value
    assert "batchh" in app.warning[0].value
    assert message(app)["shape"] == [4, 8, 8, 8]


def test_one_average_for_each_channel_says_that_nothing_is_left():
    app = opened(Choices(block=4, images=1))
    assert "nothing is left" in app.info[0].value
    assert "nothing is left" not in " ".join(line.value for line in opened(Choices(block=4, images=2)).info)


def test_the_same_thing_under_two_names_is_measured():
    lines = next(block.value for block in opened().markdown if "Layer norm = group norm" in block.value)
    assert lines.count("·10⁻") + lines.count(": 0") == 4
