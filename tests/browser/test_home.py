"""Home as a newcomer meets it: something moves, two clicks make a network fail, and a phone is enough."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import at_rest, wait_for

pytestmark = pytest.mark.browser

HOME = re.compile(r"/(\?.*)?$")


def test_the_picture_plays_by_itself_and_two_clicks_make_an_arm_diverge(page: Page, serve) -> None:
    with page.expect_websocket() as opened:
        page.goto(serve("app.py"))
    wait_for(page, "p.mode === 'play' && p.step > 0")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    page.get_by_role("button", name="I have five minutes").click()
    page.get_by_text("It breaks within a few updates.").click()
    expect(page.get_by_text(re.compile(r"no norm diverged at step \d+")).first).to_be_visible()
    expect(page.get_by_text("As you expected.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/train\?training\.learning_rate=1\.6&lesson=five\.1\.3$"))
    told: list[bytes] = []  # messages of the server that name the next step
    opened.value.on("framereceived", lambda said: told.append(said) if b"lesson=five.2" in said else None)
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page).to_have_url(re.compile(r"lesson=five\.2$"))
    expect(page.get_by_text("step 2 of 3")).to_be_visible()
    at_rest(page)
    assert len(told) == 1  # a second one might come after the reader has gone back
    page.go_back()
    expect(page).to_have_url(re.compile(r"lesson=five\.1\.3$"))
    expect(page.get_by_text("step 1 of 3")).to_be_visible()


def test_who_wants_no_motion_sees_the_end_at_once(new_page, serve) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto(serve("app.py"))
    wait_for(page, "p.step === p.total && p.mode === 'follow'")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_on_a_phone_every_page_is_near_and_home_is_reached_from_a_lab(new_page, serve) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(serve("app.py"))
    wait_for(page, "p.newest > 0")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_test_id("stPageLink").get_by_role("link", name="Axes and convolutions").tap()
    expect(page).to_have_url(re.compile("/axes"))
    page.get_by_test_id("stExpandSidebarButton").tap()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Home").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Watch what normalization does"))
    expect(page).to_have_url(HOME)


def test_a_claim_sets_the_lab_and_undo_brings_back_what_was_there(page: Page, serve) -> None:
    page.goto(f"{serve('app.py')}/ravine?ravine.steps=50")
    page.get_by_role("combobox", name="Try a claim").click()
    page.get_by_role("option", name="Adam hides the ravine").click()
    expect(page).to_have_url(re.compile(r"optimizer=adam.*&claim=A7$"))
    page.get_by_role("button", name="Back to what I had").click()
    expect(page).to_have_url(re.compile(r"/ravine\?ravine\.steps=50$"))
    expect(page.get_by_role("button", name="Back to what I had")).to_have_count(0)
