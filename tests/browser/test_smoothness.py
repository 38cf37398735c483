"""The page on smoothness as a teacher and a student use it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import at_rest

pytestmark = pytest.mark.browser

SMALL = "smoothness.updates=10&smoothness.width=8&smoothness.layers=2"
LONG = 60_000  # the process that measures is started by the first who asks
OpenPage = Callable[..., Page]


@pytest.fixture
def lab(new_page, serve) -> OpenPage:
    """Return a function that opens the page at a link and waits until all is measured and drawn."""

    def open_lab(query: str = "", **options) -> Page:
        page = new_page(**options)
        page.goto(f"{serve('app.py')}/smoothness?{query}")
        settled(page)
        return page

    return open_lab


def settled(page: Page) -> None:
    """Wait until everything is measured, every figure has its canvas, and no exception is on the page."""
    expect(page.get_by_text(re.compile("^Computed: all"))).to_be_visible(timeout=LONG)
    charts = page.get_by_test_id("stVegaLiteChart")
    for chart in charts.all():
        expect(chart.locator("canvas, svg").first).to_be_visible()
    at_rest(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_predict_measure_and_read_the_verdict(lab: OpenPage) -> None:
    page = lab(f"{SMALL}&smoothness.part=scale")
    expect(page.get_by_text("The pictures show one seed.")).to_be_visible()
    page.get_by_role("radio", name="As claimed").click()
    expect(page.get_by_text("It holds here.")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("You expected that.")).to_be_visible()
    expect(page.get_by_text("in the median of 5 seeds").first).to_be_visible()
    chart = page.get_by_test_id("stVegaLiteChart").nth(1).locator("canvas, svg").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    tip = page.locator("#vg-tooltip-element")
    for share in (0.48, 0.5, 0.52, 0.54, 0.56, 0.58):  # past the factor 1
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + 0.5 * box["height"])
        page.wait_for_timeout(150)
        if tip.is_visible():
            break
    expect(tip).to_contain_text("factor a on the weights", timeout=10_000)
    expect(tip).to_contain_text("batch norm")


def test_a_step_is_chosen_by_keyboard_and_every_part_is_a_click_away(lab: OpenPage) -> None:
    page = lab(SMALL)
    slider = page.get_by_test_id("stSlider").filter(has_text="Look at the run").get_by_role("slider")
    slider.focus()
    slider.press("Home")
    expect(page.get_by_text("Along the gradient after 0 updates", exact=True)).to_be_visible()
    page.get_by_role("radio", name="Edge of stability").click()
    expect(page.get_by_text("Steepest curvature of the loss").first).to_be_visible(timeout=LONG)
    settled(page)
    expect(page.get_by_text(re.compile("^Along the gradient after"))).to_have_count(0)  # the old part left
    expect(page).to_have_url(re.compile(r"smoothness\.part=edge"))
    expect(page.get_by_text(re.compile("Diverged at update")).first).to_be_visible()


def test_on_a_phone_nothing_is_wider_than_the_window(lab: OpenPage) -> None:
    page = lab("smoothness.part=slice&smoothness.updates=10&smoothness.width=8", viewport={"width": 390, "height": 800})
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
