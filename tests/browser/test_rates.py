"""The lab of rates as a teacher uses it: cells fill, a sweep is stopped, a click on a cell opens its run."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

TINY = "rates.data=moons&rates.layers=1&rates.width=4&rates.batch_size=16&rates.updates=20&rates.values=4"
LONG = "rates.arms=none_batch_after_layer&rates.values=12&rates.seeds=12&rates.updates=1000"
OpenPage = Callable[..., Page]


@pytest.fixture
def lab(new_page, serve) -> OpenPage:
    """Return a function that opens the lab at a link."""

    def open_lab(query: str = "", **options) -> Page:
        page = new_page(**options)
        page.goto(f"{serve('app.py')}/rates?{query}")
        expect(page.get_by_text("Put a claim to the test")).to_be_visible()
        return page

    return open_lab


def canvas(page: Page):
    """The heat map."""
    return page.get_by_test_id("stVegaLiteChart").first.locator("canvas, svg").first


def test_cells_fill_and_a_click_opens_exactly_that_run(lab: OpenPage) -> None:
    page = lab(TINY)
    page.get_by_role("button", name="Start: measure 2 seeds").click()
    expect(page.get_by_text("Computed: all 24 runs.")).to_be_visible()
    expect(page.get_by_text("Three questions, one sweep", exact=False)).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    canvas(page).scroll_into_view_if_needed()
    box = canvas(page).bounding_box()
    assert box is not None
    x, y = box["x"] + 0.95 * box["width"], box["y"] + 0.3 * box["height"]  # the highest rate
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    tip = page.locator("#vg-tooltip-element")
    expect(tip).to_contain_text("seeds computed")
    expect(tip).to_contain_text("2 of 2")
    page.mouse.click(x, y)
    expect(page).to_have_url(re.compile(r"/train\?.*training\.learning_rate=6\.4"))
    expect(page).to_have_url(re.compile(r"data\.name=moons"))
    expect(page.get_by_role("heading", name="Train live")).to_be_visible()


def test_a_long_sweep_shows_its_first_cells_and_stops_when_told_to(lab: OpenPage) -> None:
    page = lab(LONG, viewport={"width": 390, "height": 1400})
    page.get_by_role("button", name="Start: measure 12 seeds").click()
    expect(page.get_by_text(re.compile(r"^[1-9]\d* of 576 runs · about"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()  # not Streamlit's own
    stopped = page.get_by_text(re.compile(r"^Stopped at [1-9]\d* of 576 runs")).first
    expect(stopped).to_be_visible()
    said = stopped.inner_text()
    page.get_by_role("button", name="Go on").wait_for()
    page.wait_for_timeout(1500)
    assert page.get_by_text(re.compile("^Stopped at")).first.inner_text() == said  # nothing goes on
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text(re.compile(r"^[1-9]\d* of 576 runs · about"))).to_be_visible()
