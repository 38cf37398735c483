"""The inputs lab as a teacher uses it: choosing, stretching, playing the motion, loading a table, going on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SPREADS = re.compile(r"spreads [\d.,]+ times as wide")
HOSTILE = "<img src=x onerror=alert(1)>"
ROWS = "\n".join(f"{i * 0.5},{(i * 7) % 23 * 100},{'ab'[i % 2]}" for i in range(40))

OpenLab = Callable[..., Page]


@pytest.fixture
def lab(new_page, serve) -> OpenLab:
    """Return a function that opens the lab at a link and waits until it is whole."""

    def open_lab(query: str = "", **options) -> Page:
        page = new_page(**options)
        page.goto(f"{serve('app.py')}/inputs?{query}")
        expect(page.get_by_role("heading", name="Go on with these data")).to_be_visible()
        expect(page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")).to_have_count(7)
        return page

    return open_lab


def cloud(page: Page, place: int):
    """Return one of the four clouds."""
    return page.get_by_test_id("stVegaLiteChart").nth(place)


def stage(page: Page):
    """Return the slider of the motion."""
    return page.get_by_role("slider", name="Stage")


def hover(page: Page, place: int) -> str:
    """Move over a cloud until something tells its values, and return what it tells."""
    cloud(page, place).scroll_into_view_if_needed()
    box = cloud(page, place).bounding_box()
    tip = page.locator("#vg-tooltip-element.visible")
    for up, across in itertools.product((0.45, 0.5, 0.4), range(60, int(box["width"]) - 10, 6)):
        page.mouse.move(box["x"] + across, box["y"] + box["height"] * up)
        page.wait_for_timeout(40)
        if tip.count():
            return tip.inner_text()
    raise AssertionError("Nothing on the cloud tells its values.")


def test_four_clouds_stand_side_by_side(lab: OpenLab) -> None:
    page = lab(viewport={"width": 1440, "height": 900})
    tops = [cloud(page, place).bounding_box()["y"] for place in range(4)]
    assert max(tops) - min(tops) < 2
    titles = [cloud(page, place).locator(".role-title text").first.bounding_box()["y"] for place in range(4)]
    assert max(titles) - min(titles) < 2
    assert page.get_by_text("condition number").first.is_visible()
    expect(page.get_by_role("link", name="Home")).to_be_visible()


def test_exact_values_on_hover(lab: OpenLab) -> None:
    page = lab()
    told = hover(page, 1)
    assert "training" in told


def test_a_factor_answers_and_is_in_the_address(lab: OpenLab) -> None:
    page = lab("data.name=moons")
    before = page.get_by_text(SPREADS).inner_text()
    page.get_by_role("slider", name="Factor on feature 1").press("End")
    expect(page).to_have_url(re.compile(r"data\.scale=100000_1"))
    expect(page.get_by_text(before)).to_have_count(0)


def test_the_motion_is_played_and_scrubbed_in_words(lab: OpenLab) -> None:
    page = lab("data.name=signals")
    expect(page.locator("figcaption").first).to_have_text(re.compile("^Raw: correlation 0.97"))
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".where")).to_have_text("scaled")
    for _ in range(24):
        stage(page).press("ArrowLeft")
    expect(page.locator(".where")).to_have_text("rotated")
    expect(page.locator("figcaption").first).to_have_text(re.compile("Turning alone leaves the condition number at 57"))
    expect(page.locator("figcaption").last).to_have_text(re.compile("The sum A \\+ B runs from"))
    stage(page).press("Home")
    expect(page.locator(".where")).to_have_text("raw")
    expect(page.locator("figcaption").last).to_have_text(re.compile("^A runs from 0 to 20"))


def test_a_hostile_table_is_shown_as_text(lab: OpenLab, complaints) -> None:
    page = lab()
    page.on("dialog", lambda dialog: (complaints.texts.append("a dialog"), dialog.dismiss()))
    page.get_by_role("combobox", name="Data set").click()
    page.get_by_role("option", name="Your own table").click()
    page.get_by_role("textbox", name="Or paste a table").fill(f'"{HOSTILE}",**b**,k\n{ROWS}')
    page.get_by_role("button", name="Use the pasted table").click()
    expect(page.get_by_text(f"**b** spreads 120 times as wide as {HOSTILE}")).to_be_visible()
    page.wait_for_timeout(500)
    assert "**b**" in hover(page, 1)
    assert page.locator("img[src=x]").count() == 0


def test_a_file_is_loaded_and_a_bad_one_leaves_it(lab: OpenLab) -> None:
    page = lab()
    page.get_by_role("combobox", name="Data set").click()
    page.get_by_role("option", name="Your own table").click()
    upload = page.locator("input[type=file]")
    good = {"name": "good.csv", "mimeType": "text/csv", "buffer": f"width,height,k\n{ROWS}".encode()}
    upload.set_input_files(good)
    expect(page.get_by_text("height spreads 120 times as wide as width")).to_be_visible()
    bad = f"width,height,k\n{ROWS}\n1,oops,a".encode()
    upload.set_input_files({"name": "bad.csv", "mimeType": "text/csv", "buffer": bad})
    expect(page.get_by_text("Row 42, column “height”: “oops” is no number")).to_be_visible()
    expect(page.get_by_text("height spreads 120 times as wide as width")).to_be_visible()


def test_the_data_go_along_to_the_training_lab_and_wait_here(lab: OpenLab, travel) -> None:
    page = lab("data.name=ranges&inputs.axes=fitted")
    page.get_by_role("link", name="Try it in the train lab").click()
    expect(page).to_have_url(re.compile(r"/train\?data\.name=ranges"))
    expect(page.get_by_text(re.compile("^Finished: 300 updates"))).to_be_visible()
    travel(page, "inputs")
    expect(page.get_by_role("heading", name="Go on with these data")).to_be_visible()
    expect(page).to_have_url(re.compile(r"inputs\.axes=fitted"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scrolling(lab: OpenLab, scheme: str) -> None:
    page = lab("data.name=wine", viewport={"width": 390, "height": 844}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 390
    widths = [cloud(page, place).bounding_box()["width"] for place in range(7)]
    assert max(widths) <= 390
    page.get_by_role("slider", name="Stage").scroll_into_view_if_needed()
    expect(page.locator(".picture canvas").first).to_be_visible()
