"""The ravine lab as a class uses it: arriving, moving a rate, scrubbing, turning a surface, starting elsewhere."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from bnviz.plots.ravine import COLOURS

pytestmark = pytest.mark.browser

OpenLab = Callable[..., Page]


@pytest.fixture
def lab(new_page, serve) -> Iterator[OpenLab]:
    """Return a function that opens the lab at a link; at the end no page may show an exception."""
    pages: list[Page] = []

    def open_lab(query: str = "", *, server: str = "app.py", **options) -> Page:
        page = new_page(**options)
        pages.append(page)
        page.goto(f"{serve(server)}/ravine?{query}")
        wait_for(page, "r.draws > 0")
        return page

    yield open_lab
    for page in pages:
        expect(page.get_by_test_id("stException")).to_have_count(0)


def wait_for(page: Page, condition: str) -> None:
    """Wait until an expression over the lab `r` is true."""
    page.wait_for_function(f"(r => r && ({condition}))(window.__ravine)")


def come_to(page: Page, picture: Locator) -> None:
    """Scroll to a picture and wait until it is drawn: what is out of sight is not."""
    picture.scroll_into_view_if_needed()
    middle = "c => c.width && c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[3]"
    deadline = time.monotonic() + 60
    while not picture.evaluate(middle):
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)


def told(page: Page, name: str):
    """Return one value that the lab tells of itself."""
    return page.evaluate(f"window.__ravine.{name}")


def rate(page: Page, label: str = "raw"):
    """Return the slider of one learning rate."""
    return page.get_by_role("slider", name=f"Learning rate, {label}")


def test_on_arrival_the_swinging_is_on_screen_and_in_words(lab: OpenLab) -> None:
    page = lab()
    wait_for(page, "r.step === 30 && r.mode === 'rest'")
    expect(page.get_by_text(re.compile("^Oscillates: 30 sign flips in 30 steps"))).to_be_in_viewport()
    expect(page.get_by_text("Within 0.1\u00a0% after 2 steps.")).to_be_in_viewport()
    expect(page.locator(".surface canvas").first).to_be_in_viewport()
    expect(page.locator("figure.traces figcaption").first).to_have_text("w1: 30 sign flips; w2: 0 sign flips.")
    assert told(page, "rates")[0].startswith("0.95 × ")
    assert page.url.endswith("/ravine?")


def test_past_the_limit_it_diverges_without_asking_the_server(lab: OpenLab, complaints) -> None:
    page = lab()
    page.context.set_offline(True)
    rate(page).focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text(re.compile(r"^Diverged at step \d+"))).to_be_visible()
    page.context.set_offline(False)
    expect(page).to_have_url(re.compile(r"at\.shares=1\.\d"))
    complaints.texts[:] = [text for text in complaints.texts if "ERR_INTERNET_DISCONNECTED" not in text]  # late fonts


def test_the_axes_grow_with_what_runs_away(lab: OpenLab) -> None:
    page = lab("ravine.steps=300")
    (usual, _), (beside, _) = told(page, "ends")
    assert usual[1] < 1
    assert told(page, "highest") == 2
    page = lab("at.shares=1.01_0.5_0.5_0.5&ravine.steps=300")
    wait_for(page, "r.ends[0][0][1] > 1")
    (grown, _), (still, _) = told(page, "ends")
    reached = told(page, "weights")[0][0]  # just before it counts as diverged
    assert grown[0] < -5 < 5 < grown[1]
    assert grown[0] < reached < grown[1]
    assert still == beside
    assert told(page, "highest") == 3
    angle = page.get_by_label(re.compile(r"away from the way to the minimum")).first
    assert "under 0.1° away" in angle.get_attribute("aria-label")


def test_a_copied_address_shows_the_same_rate_and_step(lab: OpenLab) -> None:
    teacher = lab()
    rate(teacher).fill("10")
    teacher.get_by_role("slider", name="Update", exact=True).fill("7")
    expect(teacher).to_have_url(re.compile(r"at\.step=7$"))
    student = lab(teacher.url.partition("?")[2])
    wait_for(student, "r.step === 7")
    assert told(student, "rates") == told(teacher, "rates")
    assert told(student, "weights") == told(teacher, "weights")
    assert student.locator("figcaption").all_inner_texts() == teacher.locator("figcaption").all_inner_texts()


def test_the_rate_and_the_step_stay_when_a_setting_changes(lab: OpenLab) -> None:
    page = lab()
    rate(page).fill("4")
    page.get_by_role("slider", name="Update", exact=True).fill("9")
    expect(page).to_have_url(re.compile("at.step=9"))
    before = told(page, "rates")[0].partition(" ")[0]
    page.get_by_text("Momentum", exact=True).click()
    expect(page).to_have_url(re.compile("optimizer=momentum"))
    wait_for(page, "r.step === 9")
    assert told(page, "rates")[0].partition(" ")[0] == before


def test_one_step_slider_moves_all_and_keys_do(lab: OpenLab) -> None:
    page = lab()
    page.get_by_role("slider", name="Update", exact=True).focus()
    page.keyboard.press("Home")
    wait_for(page, "r.step === 0 && r.weights.every(w => w[0] === 0 && w[1] === 0)")
    page.keyboard.press("ArrowRight")
    wait_for(page, "r.step === 1 && r.weights.every(w => w[0] !== 0)")
    captions = page.locator(".surface figcaption").all_inner_texts()
    assert all(caption.startswith("After 1 of 30 updates: loss ") for caption in captions)


def test_playing_draws_at_twenty_frames_a_second(lab: OpenLab) -> None:
    page = lab("ravine.steps=300")
    page.get_by_label("Speed").select_option("4")
    page.get_by_role("slider", name="Update", exact=True).focus()
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    wait_for(page, "r.step > 250")
    assert told(page, "drawMs()") < 50


def test_the_camera_stays_and_both_turn_together(lab: OpenLab) -> None:
    page = lab()
    first, second = told(page, "cameras")
    assert first == second
    surface = page.locator(".surface canvas").first
    surface.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("+")
    turned, other = told(page, "cameras")
    assert turned == other != first
    rate(page).fill("12")
    page.get_by_text("Momentum", exact=True).click()
    expect(page).to_have_url(re.compile("optimizer=momentum"))
    wait_for(page, "r.draws > 0")
    assert told(page, "cameras") == [turned, turned]
    page.get_by_label("Turn together").uncheck()
    surface.focus()
    page.keyboard.press("ArrowLeft")
    left, right = told(page, "cameras")
    assert left != right == turned
    page.get_by_role("button", name="Straighten the view").click()
    assert told(page, "cameras") == [first, first]


def test_dragging_turns_the_surface(lab: OpenLab) -> None:
    page = lab()
    before = told(page, "cameras")[0]
    surface = page.locator(".surface canvas").first
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 180, box["y"] + 130, steps=4)
    page.mouse.up()
    after = told(page, "cameras")[0]
    assert after["turn"] != before["turn"]
    assert after["tilt"] != before["tilt"]


def test_a_click_on_the_contour_starts_there(lab: OpenLab) -> None:
    page = lab()
    contour = page.locator(".contour canvas").nth(1)
    come_to(page, contour)
    box = contour.bounding_box()
    contour.click(position={"x": box["width"] * 0.75, "y": box["height"] * 0.3})
    expect(page).to_have_url(re.compile(r"ravine\.start="))
    page.get_by_role("slider", name="Update", exact=True).focus()
    page.keyboard.press("Home")
    wait_for(page, "r.step === 0 && r.weights[1][0] > 0.1")
    assert "After 0 of 30 updates" in page.locator(".surface figcaption").nth(1).inner_text()


def test_exact_values_under_the_pointer(lab: OpenLab) -> None:
    page = lab()
    contour = page.locator(".contour canvas").first
    come_to(page, contour)
    contour.hover(position={"x": 120, "y": 60})
    expect(page.locator(".tip")).to_contain_text(re.compile(r"w1 = .*, w2 = .*: loss \d"))


def test_every_picture_says_what_it_shows(lab: OpenLab) -> None:
    page = lab()
    for picture in page.locator(".ravine canvas").all():
        assert len(picture.get_attribute("aria-label")) > 20


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_window_has_no_sideways_scroll(lab: OpenLab, scheme: str) -> None:
    page = lab("ravine.shown=raw_minmax_zscore_whitened", viewport={"width": 390, "height": 844}, color_scheme=scheme)
    wait_for(page, "r.step === 30")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    canvases = page.locator(".ravine canvas")
    widths = [box["x"] + box["width"] for box in (canvas.bounding_box() for canvas in canvases.all())]
    assert len(widths) == 17
    assert max(widths) <= 390


def test_the_first_visitor_of_a_server_comes_by_a_deep_link(lab: OpenLab) -> None:
    page = lab("ravine.optimizer=adam&at.step=5", server="tests/browser/../../app.py")
    wait_for(page, "r.step === 5 && r.rates[0] === 'learning rate 0.100'")
    expect(page).to_have_title(re.compile("bnviz|Ravine"))


def test_an_open_question_of_a_lesson_hides_what_would_answer_it(lab: OpenLab) -> None:
    page = lab("at.step=0&lesson=ravine.1")
    expect(page.locator(".ravine .contour canvas").first).to_be_visible()
    for hidden in (".verdict", ".traces", ".losses"):
        expect(page.locator(f".ravine {hidden}:visible")).to_have_count(0)
    page.get_by_text("Across the valley", exact=False).click()
    wait_for(page, "r.step === 30")
    expect(page.locator(".ravine .verdict").first).to_contain_text("Oscillates")
    for shown in (".traces", ".losses"):
        expect(page.locator(f".ravine {shown}").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"/ravine\?lesson=ravine\.1\.1$"))
    page.go_back()
    expect(page.locator(".ravine .verdict:visible")).to_have_count(0)


def test_back_undoes(lab: OpenLab) -> None:
    page = lab()
    page.get_by_role("button", name="Past the limit").click()
    wait_for(page, "r.rates[0].startsWith('1.2 ')")
    expect(page).to_have_url(re.compile(r"at\.shares"))
    page.go_back()
    wait_for(page, "r.rates[0].startsWith('0.95 ')")


def test_the_data_flow_into_the_other_labs(lab: OpenLab) -> None:
    page = lab("data.name=ranges")
    page.get_by_role("link", name="Look at these data").click()
    expect(page).to_have_url(re.compile("/inputs"))
    expect(page.get_by_text("See its ravine")).to_be_visible()


def test_coming_back_from_another_lab_finds_everything_as_it_was(lab: OpenLab, travel) -> None:
    page = lab()
    rate(page).fill("12")
    page.get_by_role("slider", name="Update", exact=True).fill("11")
    expect(page).to_have_url(re.compile(r"at\.step=11"))
    before = told(page, "rates")
    page.get_by_role("link", name="Look at these data").click()
    expect(page.get_by_text("See its ravine")).to_be_visible()
    travel(page, "ravine")
    expect(page.get_by_text("Which weight gets the large update?")).to_be_visible()
    wait_for(page, "r.step === 11")
    assert told(page, "rates") == before


def test_another_theme_gives_other_colours_at_once(lab: OpenLab) -> None:
    page = lab(color_scheme="light")
    raw, zscore = (COLOURS[name] for name in ("raw", "zscore"))
    wait_for(page, f"r.colors.join() === '{raw[False]},{zscore[False]}'")
    page.emulate_media(color_scheme="dark")
    wait_for(page, f"r.colors.join() === '{raw[True]},{zscore[True]}'")
    expect(page.locator(".ravine h3").first).to_have_css("color", "rgb(255, 155, 84)")


def test_one_rate_for_all_has_a_slider_that_says_so_on_every_side(lab: OpenLab) -> None:
    page = lab("ravine.optimizer=adam")
    words = page.locator(".rate-words")
    expect(words).to_have_text(["learning rate 0.100, for all"] * 2)
    rate(page, "standardized").focus()
    page.keyboard.press("ArrowRight")
    wait_for(page, "r.rates[0] !== 'learning rate 0.100'")
    assert len(set(told(page, "rates"))) == 1
    expect(rate(page)).to_have_value(rate(page, "standardized").input_value())
