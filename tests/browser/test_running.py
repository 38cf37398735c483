"""The page on training and inference as a teacher and a student use it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SMALL = "running.updates=50&running.after=50&running.width=8"
OpenPage = Callable[..., Page]


@pytest.fixture
def lab(new_page, serve) -> OpenPage:
    """Return a function that opens the page at a link and waits until all is drawn."""

    def open_lab(query: str = "", **options) -> Page:
        page = new_page(**options)
        page.goto(f"{serve('app.py')}/running?{query}")
        settled(page)
        return page

    return open_lab


def settled(page: Page) -> None:
    """Wait until every figure has its canvas, and no exception is on the page."""
    expect(page.get_by_text(re.compile("^Measured on this run"))).to_be_visible()
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts.first).to_be_visible()
    for chart in charts.all():
        expect(chart.locator("canvas, svg").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def in_words(page: Page) -> list[str]:
    """Every sentence under a figure."""
    words = page.get_by_test_id("stCaptionContainer").all_inner_texts()
    return [re.sub(r" in [\d.]+ s of processor time", "", line) for line in words]


def thumb(page: Page, label: str):
    """The handle of a slider."""
    return page.get_by_test_id("stSlider").filter(has_text=label).get_by_role("slider")


def test_on_arrival_there_are_pictures_with_words_for_all(lab: OpenPage) -> None:
    page = lab()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(3)
    expect(page.get_by_text(re.compile(r"^After 200 updates, mean of unit 1 in layer 1"))).to_be_visible()
    assert "running" not in page.url.partition("?")[2]


def test_hovering_tells_the_exact_values(lab: OpenPage) -> None:
    page = lab(SMALL)
    chart = page.get_by_test_id("stVegaLiteChart").first.locator("canvas, svg").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    tip = page.locator("#vg-tooltip-element")
    for share in (0.5, 0.52, 0.54, 0.56):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.6 * box["height"])
        page.wait_for_timeout(150)
    expect(tip).to_contain_text("running average")
    expect(tip).to_contain_text("all training rows")


def test_the_momentum_is_moved_by_keyboard_and_nothing_is_trained_again(lab: OpenPage) -> None:
    page = lab(f"{SMALL}&running.part=modes")
    before = in_words(page)
    slider = thumb(page, "Momentum of the running averages")
    slider.focus()
    slider.press("Home")
    expect(page).to_have_url(re.compile(r"running\.momentum=0\.001"))
    expect(page.get_by_text("torch 0.001 = Keras 0.999").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"percentage points more than the running averages"))).to_be_visible()
    settled(page)
    assert in_words(page)[-1] == before[-1]  # the run is the same


def test_a_preset_shows_the_failure_and_its_address_shows_it_elsewhere(lab: OpenPage) -> None:
    page = lab()
    page.get_by_role("button", name="Too few updates").click()
    expect(page).to_have_url(re.compile(r"running\.after=50"))
    caption = page.get_by_text(re.compile(r"^Right answers on test rows after 50 updates"))
    expect(caption).to_be_visible()
    settled(page)
    said = in_words(page)
    other = lab(page.url.partition("?")[2])
    expect(other.get_by_text(re.compile(r"^Right answers on test rows after 50 updates"))).to_be_visible()
    assert in_words(other) == said


@pytest.mark.parametrize("part", ["averages", "modes", "company", "shift", "fold"])
def test_a_phone_never_scrolls_sideways(lab: OpenPage, part: str) -> None:
    page = lab(f"{SMALL}&running.part={part}", viewport={"width": 390, "height": 844}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for chart in page.get_by_test_id("stVegaLiteChart").all():
        box = chart.locator("canvas, svg").first.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    assert not in_words(page)[0].startswith("Training:")


def test_the_dark_theme_reaches_the_pictures(lab: OpenPage) -> None:
    page = lab(f"{SMALL}&running.part=modes", color_scheme="dark")
    lightness = "box => Math.min(...getComputedStyle(box)['background-color'].match(/\\d+/g).slice(0, 3).map(Number))"
    assert page.get_by_test_id("stApp").evaluate(lightness) < 50
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
