"""The page on noise as a teacher and a student use it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


@pytest.fixture
def lab(new_page, serve) -> OpenPage:
    """Return a function that opens the page at a link."""

    def open_lab(query: str = "", **options) -> Page:
        page = new_page(**options)
        page.goto(f"{serve('app.py')}/noise?{query}")
        expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
        return page

    return open_lab


def measured(page: Page) -> None:
    """Wait until everything is computed and drawn, and no exception is on the page."""
    expect(page.get_by_text(re.compile("^Computed: all")).first).to_be_visible()
    expect(page.get_by_test_id("stProgress")).to_have_count(0)
    for chart in page.get_by_test_id("stVegaLiteChart").all():
        expect(chart.locator("canvas, svg").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_prediction_a_measurement_and_a_verdict_with_exact_values_on_hover(lab: OpenPage) -> None:
    page = lab("noise.seeds=2&noise.updates=50")
    page.get_by_role("radio", name="As claimed").click()
    measured(page)
    expect(page.get_by_text("It holds here.")).to_be_visible()
    expect(page.get_by_text("You expected that.")).to_be_visible()
    chart = page.get_by_test_id("stVegaLiteChart").last.locator("canvas, svg").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    tip = page.locator("#vg-tooltip-element")
    height = box["height"] * 0.2
    while (
        height < 0.9 * box["height"] and not tip.is_visible()
    ):  # down along the last batch size, until it meets the dot
        page.mouse.move(box["x"] + box["width"] - 18, box["y"] + height)
        page.wait_for_timeout(40)
        height += 6
    expect(tip).to_contain_text("256")


def test_a_measurement_is_stopped_keeps_what_it_has_and_goes_on(lab: OpenPage) -> None:
    page = lab("noise.part=depth&noise.depth_seeds=2&noise.blocks=10&noise.width=16")
    page.get_by_role("button", name="Start: measure 2 seeds").click()
    expect(page.get_by_text(re.compile(r"^\d+ of 20 results"))).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()  # not Streamlit's own
    expect(page.get_by_text(re.compile(r"^Stopped at \d+ of 20 results"))).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    measured(page)
    expect(page.get_by_text(re.compile("^Variance behind the last of 10 blocks"))).to_be_visible()


def test_back_opens_the_part_of_before(lab: OpenPage) -> None:
    page = lab("noise.seeds=1")
    measured(page)
    page.get_by_role("radio", name="When it hurts").click()
    expect(page).to_have_url(re.compile("noise.part=small"))
    measured(page)
    page.go_back()
    expect(page.get_by_role("radio", name="How noisy?")).to_be_checked()
    expect(page).not_to_have_url(re.compile("noise.part"))


@pytest.mark.parametrize("part", ["spread", "regularization&noise.task=moons", "input"])
def test_a_phone_never_scrolls_sideways(lab: OpenPage, part: str) -> None:
    page = lab(
        f"noise.seeds=1&noise.input_rows=64&noise.part={part}", viewport={"width": 390, "height": 844}, has_touch=True
    )
    measured(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for chart in page.get_by_test_id("stVegaLiteChart").all():
        box = chart.locator("canvas, svg").first.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
