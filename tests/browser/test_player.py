"""The player in a real browser: playing, scrubbing, following, resting, narrow windows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

import bnviz
from tests.browser.visit import told, until, wait_for

pytestmark = pytest.mark.browser

APP = "tests/browser/player_app.py"
TOTAL = 200
EPOCH = 20


def open_player(page: Page, serve: Callable[[str], str], query: str = "") -> None:
    """Open the demo and wait for the first picture."""
    page.goto(f"{serve(APP)}/?{query}")
    page.wait_for_function("window.__bnviz?.firstPaintMs > 0")


def charts_fit(page: Page) -> bool:
    """Return whether every chart fills its place and nothing more."""
    sizes = page.locator(".chart").evaluate_all(
        "all => all.map(box => [box.querySelector('canvas')?.clientWidth ?? 0, box.clientWidth])"
    )
    return all(room - 8 < drawn <= room for drawn, room in sizes)


def reported(page: Page, step: int | None) -> None:
    """Expect what the page in Python was told."""
    expect(page.get_by_text("reported step:")).to_have_text(f"reported step: {step}")


def click(page: Page, name: str) -> None:
    """Click a control by its accessible name."""
    page.get_by_role("button", name=name, exact=True).click()


def test_a_finished_run_opens_at_its_end(page: Page, serve) -> None:
    open_player(page, serve)
    assert told(page, "step") == TOTAL
    assert told(page, "firstPaintMs") < 2000
    expect(page.get_by_text(f"update {TOTAL} of {TOTAL} · epoch 10.0")).to_be_visible()
    reported(page, None)


def test_steps_epochs_and_ends(page: Page, serve) -> None:
    open_player(page, serve)
    for name, step in [
        ("To the start", 0),
        ("Next recorded update", 1),
        ("One epoch forward", 1 + EPOCH),
        ("Previous recorded update", EPOCH),
        ("One epoch back", 0),
        ("One epoch back", 0),
        ("To the end", TOTAL),
        ("Next recorded update", TOTAL),
    ]:
        click(page, name)
        wait_for(page, f"p.step === {step}")
    reported(page, None)


def test_keys_work_anywhere_in_the_player(page: Page, serve) -> None:
    open_player(page, serve)
    page.get_by_role("img", name="Loss curves of four networks.").click()
    for key, step in [
        ("Home", 0),
        ("ArrowRight", 1),
        ("Shift+ArrowRight", 1 + EPOCH),
        ("ArrowLeft", EPOCH),
        ("Shift+ArrowLeft", 0),
        ("End", TOTAL),
    ]:
        page.keyboard.press(key)
        wait_for(page, f"p.step === {step}")
    page.keyboard.press("Space")
    wait_for(page, "p.mode === 'play' && p.step > 2")
    page.keyboard.press("Space")
    wait_for(page, "p.mode === 'rest'")


def test_playing_from_the_end_starts_at_0_and_stops_at_the_end(page: Page, serve) -> None:
    open_player(page, serve)
    page.get_by_label("Speed").select_option("4")
    click(page, "Play")
    wait_for(page, "p.step < 60")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    wait_for(page, f"p.step === {TOTAL} && p.mode === 'rest'")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    reported(page, None)


def test_resting_is_reported_and_changes_the_words(page: Page, serve) -> None:
    open_player(page, serve)
    slider = page.get_by_role("slider", name="Update")
    slider.fill("50")
    wait_for(page, "p.step === 50")
    reported(page, 50)
    expect(slider).to_have_attribute("aria-valuetext", f"update 50 of {TOTAL} · epoch 2.5")
    expect(page.get_by_role("img", name="Histograms of 5 layers after 50 updates.")).to_be_visible()
    expect(page.get_by_text("Batch norm stands at a loss of 0.1")).to_be_visible()
    assert told(page, "step") == 50
    click(page, "To the end")
    reported(page, None)


def test_a_link_opens_at_its_step(page: Page, serve) -> None:
    open_player(page, serve, "start=30")
    wait_for(page, "p.step === 30")
    assert told(page, "mode") == "rest"


def test_a_rerun_keeps_the_views_and_a_new_run_fills_them(page: Page, serve) -> None:
    open_player(page, serve)
    click(page, "To the start")
    wait_for(page, "p.step === 0")
    reported(page, 0)
    page.locator(".chart canvas").evaluate_all("all => all.forEach(canvas => (canvas.mark = 'kept'))")
    page.get_by_text("Anything").click()
    page.wait_for_timeout(500)
    assert told(page, "step") == 0
    page.get_by_label("Run").fill("b")
    page.get_by_label("Run").press("Enter")
    wait_for(page, f"p.step === {TOTAL}")
    marks = page.locator(".chart canvas").evaluate_all("all => all.map(canvas => canvas.mark)")
    assert marks == ["kept", "kept"]
    reported(page, None)


def test_a_player_put_elsewhere_goes_on(page: Page, serve) -> None:
    open_player(page, serve)
    page.get_by_role("slider", name="Update").fill("50")
    wait_for(page, "p.step === 50")
    reported(page, 50)
    page.locator(".chart canvas").evaluate_all("all => all.forEach(canvas => (canvas.mark = 'kept'))")
    page.evaluate("window.first = window.__bnviz")
    page.get_by_text("Elsewhere").click()
    page.wait_for_timeout(1000)
    expect(page.locator(".chart canvas")).to_have_count(2)
    assert page.evaluate("window.first === window.__bnviz")
    assert page.locator(".chart canvas").evaluate_all("all => all.map(canvas => canvas.mark)") == ["kept", "kept"]
    page.get_by_role("button", name="Next recorded update").click()
    wait_for(page, "p.step === 51")
    reported(page, 51)
    page.wait_for_timeout(10_500)  # longer than a stage without a place is kept
    page.get_by_role("button", name="Next recorded update").click()
    wait_for(page, "p.step === 52")


def test_another_specification_rebuilds_that_picture_only(page: Page, serve) -> None:
    open_player(page, serve)
    page.locator(".chart canvas").evaluate_all("all => all.forEach(canvas => (canvas.mark = 'kept'))")
    page.get_by_text("Tall").click()
    expect(page.locator(".picture[data-id=losses] canvas")).not_to_have_js_property("mark", "kept")
    wait_for(page, f"p.step === {TOTAL}")
    assert page.locator(".picture[data-id=histograms] canvas").evaluate("canvas => canvas.mark") == "kept"


def test_a_running_training_is_followed(page: Page, serve) -> None:
    open_player(page, serve, "mode=live&hold")
    maximum = page.get_by_role("slider", name="Update").get_attribute("max")
    assert maximum == str(TOTAL)
    wait_for(page, "p.mode === 'follow' && p.step > 20")
    click(page, "Previous recorded update")
    wait_for(page, "p.mode === 'rest'")
    rested = told(page, "step")
    newest = told(page, "newest")
    page.get_by_text("Go on").click()
    wait_for(page, f"p.newest > {newest}")
    assert abs(told(page, "step") - rested) <= 1
    click(page, "Follow the newest update")
    wait_for(page, f"p.step === {TOTAL}")
    reported(page, None)


def test_a_chart_that_changes_while_a_run_goes_on_keeps_its_frames(page: Page, serve) -> None:
    open_player(page, serve, "mode=live&hold&change")
    wait_for(page, "p.step > 20")
    page.locator(".chart canvas").evaluate_all("all => all.forEach(canvas => (canvas.mark = 'kept'))")
    page.get_by_text("Go on").click()
    wait_for(page, f"p.newest === {TOTAL} && p.step === {TOTAL}")
    expect(page.locator(".picture[data-id=losses] canvas")).not_to_have_js_property("mark", "kept")
    expect(page.locator(".picture[data-id=histograms] canvas")).to_have_js_property("mark", "kept")
    click(page, "To the start")
    wait_for(page, "p.step === 0")
    expect(page.locator(".picture[data-id=losses] figcaption")).to_have_text(re.compile("^Batch norm stands at a loss"))


def test_a_link_waits_for_its_step(page: Page, serve) -> None:
    open_player(page, serve, "mode=live&start=100")
    wait_for(page, "p.step === 100 && p.mode === 'rest'")
    wait_for(page, f"p.newest === {TOTAL}")
    assert told(page, "step") == 100


def test_missing_frames_are_asked_for(page: Page, serve) -> None:
    open_player(page, serve, "mode=live&gap")
    wait_for(page, f"p.newest === {TOTAL} && p.step === {TOTAL}")


def test_a_narrow_window_never_scrolls_sideways(new_page, serve) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    open_player(page, serve)
    until(lambda: charts_fit(page))
    sizes = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert sizes[0] <= sizes[1]
    losses = page.locator(".picture[data-id=losses] canvas").bounding_box()
    assert losses is not None
    assert losses["height"] < 230  # the narrow specification
    for button in page.locator(".controls button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 40


def test_pictures_follow_the_width_of_the_window(page: Page, serve) -> None:
    open_player(page, serve)
    for width in (1000, 390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)
        until(lambda: charts_fit(page))


def test_the_controls_stay_in_sight(page: Page, serve) -> None:
    open_player(page, serve)
    page.set_viewport_size({"width": 1280, "height": 500})
    page.locator(".picture[data-id=histograms] figcaption").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_in_viewport()
    click(page, "To the start")
    wait_for(page, "p.step === 0")


def test_reduced_motion_jumps_and_plays_slowly(new_page, serve) -> None:
    page = new_page(reduced_motion="reduce")
    open_player(page, serve)
    click(page, "Play")
    page.wait_for_timeout(1500)
    assert told(page, "step") <= 8


def test_a_tooltip_is_plain_text(page: Page, serve) -> None:
    open_player(page, serve)
    chart = page.locator(".picture[data-id=histograms] .chart")
    box = chart.bounding_box()
    assert box is not None
    tooltip = page.get_by_role("tooltip")
    for offset in range(20, 400, 12):
        page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + offset)
        if tooltip.is_visible():
            break
    expect(tooltip).to_have_text(re.compile(r"left.*density"))


def test_a_resting_page_asks_for_no_frames(page: Page, serve) -> None:
    open_player(page, serve)
    page.wait_for_timeout(1000)
    page.evaluate(
        "() => { window.asked = 0; const ask = window.requestAnimationFrame.bind(window);"
        " window.requestAnimationFrame = (work) => { window.asked += 1; return ask(work); }; }"
    )
    page.wait_for_timeout(1000)
    assert page.evaluate("window.asked") == 0


def test_without_vega_there_is_a_plain_sentence(page: Page, serve, complaints) -> None:
    page.route("**/vega.js", lambda route: route.abort())
    page.goto(serve(APP))
    expect(page.get_by_text("The charts cannot be drawn")).to_be_visible(timeout=30_000)
    complaints.texts.clear()


def test_playing_runs_through_all_frames_to_the_end(page: Page, serve) -> None:
    open_player(page, serve)
    page.get_by_label("Speed").select_option("4")
    click(page, "Play")
    wait_for(page, "p.frame > 0 && p.frame < p.newest && p.fps() > 0")
    wait_for(page, "p.frame === p.newest")


WRITTEN = {
    "0": "0", "4000": "4,000", "-0.25": "−0.25", "1e-7": "1·10⁻⁷", "-0.000012345678": "−1.2346·10⁻⁵",
    "0.0001": "0.0001", "123456": "123,460", "12345678": "1.2346·10⁷", "1e-12": "1·10⁻¹²", "0.000123456": "0.00012346",
    "NaN": "–", "Infinity": "∞", "-Infinity": "−∞",
}  # fmt: skip


def test_numbers_are_written_as_the_pictures_write_them(page: Page) -> None:
    source = (Path(bnviz.__file__).parent / "assets" / "player" / "written.js").read_text(encoding="utf-8")
    link = f"data:text/javascript;charset=utf-8,{quote(source)}"
    ask = "async ([link, given]) => { const { figure } = await import(link); return given.map(Number).map(figure); }"
    assert page.evaluate(ask, [link, list(WRITTEN)]) == list(WRITTEN.values())


def test_the_numbers_behind_a_picture_follow_the_step_and_leave_the_keys_alone(page: Page, serve) -> None:
    open_player(page, serve)
    numbers = page.locator("[data-id='losses'] .numbers")
    rows = numbers.locator("tbody tr")
    expect(rows).to_have_count(0)
    numbers.locator("summary").focus()
    page.keyboard.press("Space")
    expect(rows).to_have_count(4)
    expect(numbers.locator("caption")).to_have_text(f"After {TOTAL} updates")
    last = numbers.locator("td").all_inner_texts()
    assert told(page, "step") == TOTAL
    click(page, "To the start")
    expect(numbers.locator("caption")).to_have_text("After 0 updates")
    assert numbers.locator("td").all_inner_texts() != last
    expect(rows.last).to_contain_text("–")  # the last arm has no value yet


def test_a_player_that_missed_the_beginning_shows_no_controls_without_frames(page: Page, serve) -> None:
    page.goto(f"{serve(APP)}/?mode=live&late")
    expect(page.get_by_text(re.compile("asked again: [1-9]"))).to_be_visible()
    expect(page.locator(".player")).to_be_attached()
    expect(page.get_by_role("slider", name="Update")).to_have_count(0)
    page.get_by_text("Tell everything").click()
    wait_for(page, f"p.step === {TOTAL}")
    expect(page.get_by_role("slider", name="Update")).to_have_attribute("max", str(TOTAL))
