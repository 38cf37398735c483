"""The page on shift as a teacher and a student use it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


@pytest.fixture
def lab(new_page, serve) -> OpenPage:
    """Return a function that opens the page at a link and waits until its pictures are measured."""

    def open_lab(query: str = "", **options) -> Page:
        page = new_page(**options)
        page.goto(f"{serve('app.py')}/shift?{query}")
        expect(page.get_by_text("Computed.", exact=True)).to_be_visible(timeout=90_000)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        return page

    return open_lab


def test_the_roses_are_drawn_and_one_slider_moves_all_pictures(lab: OpenPage) -> None:
    page = lab()
    expect(page.get_by_text(re.compile("^After 200 updates, share of the test flowers"))).to_be_visible()
    for chart in page.get_by_test_id("stVegaLiteChart").all():
        expect(chart.locator("canvas, svg").first).to_be_visible()
    page.get_by_role("slider", name="Update", exact=True).press("Home")
    expect(page.get_by_text(re.compile("^Before the first update, share of the test flowers"))).to_be_visible()
    for title in ("Test accuracy on subset 1", "Test accuracy on subset 2"):  # what is not in sight waits
        page.get_by_text(title, exact=True).scroll_into_view_if_needed()
        expect(page.get_by_text(re.compile("^Before the first update: shuffled")).first).to_be_visible()


def test_a_prediction_then_a_verdict_of_several_seeds(lab: OpenPage) -> None:
    page = lab("shift.claim=E3&shift.depth=7&shift.seeds=2")
    measured = page.get_by_text(re.compile("in the median of 2 seeds"))
    expect(page.get_by_text("What do you expect of 2 seeds? One is shown below.")).to_be_visible()
    expect(measured).to_have_count(0)
    page.get_by_text("As claimed", exact=True).click()
    expect(measured.first).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile("^You expected"))).to_be_visible()


def test_a_narrow_window_needs_no_sideways_scrolling(lab: OpenPage) -> None:
    page = lab("shift.claim=E3&shift.depth=7", viewport={"width": 390, "height": 844})
    expect(page.get_by_text("Speaks against it")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
