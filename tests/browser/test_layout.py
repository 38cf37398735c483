"""What the style sheet promises: choices wrap instead of hiding, names stand on one line, no name is cut off."""

import re
import tomllib
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.visit import at_rest, until

pytestmark = pytest.mark.browser
WORDS = Path(__file__).resolve().parents[2] / "assets" / "messages" / "en" / "train.toml"
LIST = "[data-testid=stSidebar] [data-testid=stSelectbox] input"
ROOM = """([input, names]) => {
    const style = getComputedStyle(input), pen = document.createElement("canvas").getContext("2d");
    pen.font = style.font;
    const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return names.filter((name) => pen.measureText(name).width > room);
}"""


def on_one_line(labels):
    tops = [label.bounding_box()["y"] for label in labels]
    return abs(tops[0] - tops[1]) < 2


@pytest.fixture(scope="module")
def url(serve):
    return serve("app.py")


def test_on_a_phone_every_choice_is_in_sight(new_page, url):
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{url}/axes")
    for name in ("RMS norm", "averages: 1 × 1"):
        choice = page.get_by_role("radio", name=name)
        expect(choice).to_be_visible()
        at_rest(page)
        box = choice.bounding_box()
        assert box["x"] + box["width"] <= 390


def test_choices_in_a_second_row_have_their_left_edge_and_no_name_of_a_list_is_cut_off(new_page, url):
    page = new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{url}/ravine")
    choice = page.get_by_role("radio", name="the same for all")
    expect(choice).to_be_visible()
    at_rest(page)
    expect(choice).not_to_have_css("border-left-color", re.compile(r", 0\)$"))
    options = tomllib.loads(WORDS.read_text(encoding="utf-8"))["options"]
    names = [*options["name"].values(), *options["order"].values()]
    assert page.locator(LIST).first.evaluate(f"(input, names) => ({ROOM})([input, names])", names) == []


def test_the_names_of_neighbours_stand_on_one_line(new_page, url):
    page = new_page(viewport={"width": 1440, "height": 900})
    for place, names in (("running", ("Layer", "Unit")), ("inputs", ("Data set", "Axes"))):
        page.goto(f"{url}/{place}")
        labels = [page.get_by_test_id("stMain").get_by_text(name, exact=True).first for name in names]
        expect(labels[1]).to_be_visible()
        at_rest(page)
        until(partial(on_one_line, labels))


def test_pictures_have_their_room_before_they_are_there(new_page, url):
    page = new_page(viewport={"width": 1280, "height": 800})
    page.route("**/bnviz.player/player.js", lambda route: None)  # nobody answers
    with page.expect_request("**/bnviz.player/player.js"):
        page.goto(f"{url}/train?data.name=moons&network.hidden=8_8&training.steps=25&show=curves")
    place = page.locator(".st-key-train-player")
    expect(page.get_by_role("heading", name="Results")).to_be_attached()
    assert place.bounding_box()["height"] == pytest.approx(600, abs=1)
    page.unroute("**/bnviz.player/player.js")
    expect(page.locator(".picture canvas").first).to_be_visible()
    until(lambda: place.bounding_box()["height"] < 600)  # they are small, and leave no gap
