"""The training lab as a teacher and a student use it: arriving, changing, scrubbing, sharing the address."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.visit import told, wait_for

pytestmark = pytest.mark.browser

FINISHED = re.compile(r"^Finished: [\d,]+ updates")
TRAINING = re.compile(r"^Training: [\d,]+ of [\d,]+ updates")
QUICK = "data.name=moons&network.hidden=8_8&training.batch_size=10&training.steps=25"
LONG = "training.steps=4000"
HUGE = f"{LONG}&network.hidden={'_'.join(['256'] * 10)}&training.batch_size=256"  # minutes, even if compiled
SEEDS = itertools.count(11)  # a second try begins another run: what is left of the first may be almost at its end

OpenLab = Callable[..., Page]


@pytest.fixture
def lab(new_page, serve) -> Iterator[OpenLab]:
    """Return a function that opens the lab at a link; at the end no page may show an exception."""
    pages: list[Page] = []

    def open_lab(query: str = "", *, until: re.Pattern[str] = FINISHED, server: str = "app.py", **options) -> Page:
        page = new_page(**options)
        pages.append(page)
        page.goto(f"{serve(server)}/train?{query}")
        expect(page.get_by_text(until)).to_be_visible()
        wait_for(page, "p.newest >= 0")
        return page

    yield open_lab
    for page in pages:
        expect(page.get_by_test_id("stException")).to_have_count(0)
        assert "Traceback" not in page.inner_text("body")


def press(page: Page, slider: str, key: str, times: int) -> None:
    """Move a slider by the keyboard."""
    page.get_by_role("slider", name=slider).focus()
    for _ in range(times):
        page.keyboard.press(key)


def right(arm: str) -> re.Pattern[str]:
    """Match what the legend says of an arm that has learned: its name and its share of right answers."""
    return re.compile(rf"{arm}\s+\d+(\.\d+)?\s%")


def picture(page: Page, name: str):
    """Return the canvas of one picture of the player."""
    return page.locator(f".picture[data-id={name}] canvas")


def in_words(page: Page, step: int) -> list[str]:
    """Return every sentence and number on the page, once all captions tell of one step."""
    captions = page.locator("figcaption")
    for caption in captions.all():
        expect(caption).to_have_text(re.compile(f"^After {step} updates,"))
    legend = page.locator(".st-key-train_arms")
    table = page.get_by_test_id("stDataFrame").locator("table")
    return [legend.inner_text(), *captions.all_inner_texts(), table.text_content() or ""]


def test_on_arrival_a_finished_run_is_on_screen(lab: OpenLab) -> None:
    page = lab()
    wait_for(page, "p.step === 300 && p.mode === 'follow' && p.firstPaintMs !== null")
    expect(picture(page, "loss")).to_be_in_viewport()
    for arm in ("no norm", "batch norm before", "batch norm after"):
        expect(page.get_by_text(right(arm))).to_be_visible()
    assert page.url.endswith("/train?")


def test_a_rate_of_1_6_makes_one_arm_diverge(lab: OpenLab) -> None:
    page = lab()
    press(page, "Learning rate", "ArrowRight", 8)
    expect(page.get_by_text(re.compile(r"no norm diverged at step \d+")).first).to_be_visible()
    expect(page.get_by_text(FINISHED)).to_be_visible()
    expect(page).to_have_url(re.compile(r"training\.learning_rate=1\.6$"))
    for arm in ("before", "after"):
        expect(page.get_by_text(right(f"batch norm {arm}"))).to_be_visible()


def test_the_first_visitor_of_a_server_comes_by_a_deep_link(lab: OpenLab) -> None:
    page = lab(f"{QUICK}&network.activation=tanh&step=5", server="tests/../app.py")  # a server of its own
    wait_for(page, "p.step === 5")
    expect(page).to_have_title(re.compile("bnviz"))
    expect(page.get_by_test_id("stSidebar").get_by_text("Arms to compare")).to_be_visible()
    expect(page.get_by_role("radio", name="tanh")).to_be_checked()
    expect(page.get_by_role("slider", name="Hidden layers")).to_have_value("2")
    expect(page.locator(".picture[data-id=decision-maps]")).to_have_count(1)


def test_a_copied_address_shows_the_same_to_another_reader(lab: OpenLab) -> None:
    teacher = lab("training.learning_rate=1.6&seed=3")
    teacher.get_by_role("slider", name="Update", exact=True).fill("120")
    expect(teacher).to_have_url(re.compile(r"&step=120$"))
    student = lab(teacher.url.partition("?")[2])
    wait_for(student, "p.step === 120 && p.mode === 'rest'")
    assert told(student, "run") == told(teacher, "run") is not None
    assert in_words(student, 120) == in_words(teacher, 120)


def test_back_undoes_and_forward_redoes(lab: OpenLab) -> None:
    page = lab(QUICK)
    first = told(page, "run")
    page.get_by_text("tanh", exact=True).click()
    wait_for(page, f"p.run !== '{first}' && p.step === 25")
    expect(page).to_have_url(re.compile("activation=tanh"))
    second = told(page, "run")
    page.go_back()
    wait_for(page, f"p.run === '{first}'")
    expect(page.get_by_role("radio", name="ReLU")).to_be_checked()
    page.go_forward()
    wait_for(page, f"p.run === '{second}'")
    expect(page.get_by_role("radio", name="tanh")).to_be_checked()


def test_back_returns_to_the_step_before(lab: OpenLab) -> None:
    page = lab(f"{QUICK}&step=7")
    for step in (8, 9):
        page.get_by_role("button", name="Next recorded update").click()
        expect(page).to_have_url(re.compile(f"&step={step}$"))
    for step in (8, 7):
        page.go_back()
        wait_for(page, f"p.step === {step}")
        expect(page).to_have_url(re.compile(f"&step={step}$"))


def test_a_reload_keeps_everything(lab: OpenLab) -> None:
    page = lab(f"{QUICK}&seed=4&show=curves.bands&kind=post&step=7")
    page.get_by_role("button", name="Next recorded update").click()
    expect(page).to_have_url(re.compile("&step=8$"))
    address, run = page.url, told(page, "run")
    page.reload()
    expect(page.get_by_text(FINISHED)).to_be_visible()
    wait_for(page, f"p.run === '{run}' && p.step === 8")
    assert page.url == address
    expect(page.locator(".picture[data-id=bands-post]")).to_have_count(1)
    expect(page.get_by_role("radio", name="after the activation")).to_be_checked()


def test_a_reader_scrubs_while_training_goes_on(lab: OpenLab) -> None:
    page = lab(f"{HUGE}&seed={next(SEEDS)}", until=TRAINING)
    wait_for(page, "p.step > 20")
    page.get_by_role("button", name="Pause").click()
    slider = page.get_by_role("slider", name="Update", exact=True)
    box = slider.bounding_box()
    assert box is not None
    slider.click(position={"x": box["width"] / 80, "y": box["height"] / 2})
    wait_for(page, "p.mode === 'rest' && p.step < 100")
    step, newest, value = told(page, "step"), told(page, "newest"), slider.input_value()
    expect(page).to_have_url(re.compile(f"&step={step}$"))
    wait_for(page, f"p.newest > {newest} + 2")
    assert (told(page, "step"), slider.input_value()) == (step, value)
    expect(page.get_by_text(TRAINING)).to_be_visible()
    page.get_by_role("button", name="Stop training").click()
    expect(page.get_by_text("Stopped after")).to_be_visible()
    assert told(page, "step") == step


def test_the_keyboard_moves_the_player(lab: OpenLab) -> None:
    page = lab(QUICK)
    page.get_by_role("img", name=re.compile("loss", re.IGNORECASE)).first.click()
    for key, step in [("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 25)]:
        page.keyboard.press(key)
        wait_for(page, f"p.step === {step}")
    page.keyboard.press("Space")
    wait_for(page, "p.mode === 'play'")
    page.keyboard.press("Space")
    wait_for(page, "p.mode === 'rest'")


def test_a_change_in_the_middle_of_a_run_starts_the_next_one(lab: OpenLab) -> None:
    page = lab(f"{HUGE}&seed={next(SEEDS)}", until=TRAINING)
    run = told(page, "run")
    page.get_by_text("tanh", exact=True).click()
    wait_for(page, f"p.run !== '{run}' && p.newest > 3")
    expect(page).to_have_url(re.compile("activation=tanh"))
    expect(page.get_by_text(TRAINING)).to_be_visible()
    page.get_by_role("button", name="Stop training").click()
    expect(page.get_by_text("Stopped after")).to_be_visible()


def test_the_page_names_the_engine_that_trained(lab: OpenLab) -> None:
    state = lab(QUICK).get_by_text(FINISHED).inner_text()
    assert "(compiled engine)" in state or "(torch engine, whose last digits may differ" in state


def test_a_run_of_a_few_seconds_is_followed_to_its_end(lab: OpenLab) -> None:
    page = lab(f"{LONG}&seed=14&network.hidden=64_64_64&show=curves")
    wait_for(page, "p.step === 4000 && p.mode === 'follow' && p.firstPaintMs !== null")
    for caption in page.locator("figcaption").all():
        expect(caption).to_have_text(re.compile("^After 4,000 updates"))


def test_pressing_twice_quickly_ends_at_the_last(lab: OpenLab) -> None:
    page = lab(f"{QUICK}&seed=5")
    for word in ("tanh", "sigmoid", "ReLU", "sigmoid"):
        page.get_by_text(word, exact=True).click(no_wait_after=True)
    # Streamlit counts two presses of a button as one while it is busy, so the second waits for the first to be taken.
    for arms in ("layer(,|%2C)before", "layer(,|%2C)before.*group(,|%2C)before"):
        page.get_by_role("button", name="Add an arm").click(no_wait_after=True)
        expect(page).to_have_url(re.compile(f"activation=sigmoid.*{arms}"))
    expect(page.get_by_text(FINISHED)).to_be_visible()
    expect(page.get_by_role("radio", name="sigmoid")).to_be_checked()
    wait_for(page, "p.step === 25")


def test_a_sigmoid_another_arm_and_the_trajectories_of_gamma_and_beta(lab: OpenLab) -> None:
    page = lab(QUICK)
    page.get_by_text("sigmoid", exact=True).click()
    page.get_by_role("button", name="Add an arm").click()
    expect(page.get_by_text(right("layer norm before"))).to_be_visible()
    page.get_by_text("gamma and beta", exact=True).click()
    figure = page.locator(".picture[data-id^=gamma]")
    expect(figure).to_have_count(1)
    for name in ("layer norm before", "2"):
        caption = figure.locator("figcaption").inner_text()
        page.get_by_role("radio", name=name, exact=True).click()
        figure.scroll_into_view_if_needed()
        expect(figure.locator("figcaption")).not_to_have_text(caption)
    expect(page).to_have_url(re.compile(r"show=.*units.*&arm=4&layer=2$"))


def test_a_norm_is_placed_layer_by_layer(lab: OpenLab) -> None:
    page = lab(QUICK)
    page.get_by_test_id("stSidebar").get_by_test_id("stPopover").last.get_by_role("button").click()
    page.get_by_text("Layer by layer").click()
    page.get_by_role("radiogroup", name="Layer 2").get_by_text("bare").click()
    expect(page.get_by_text(right("batch norm after in layer 1"))).to_be_visible()
    expect(page).to_have_url(re.compile("batch(,|%2C)after_none"))


@pytest.mark.parametrize(
    "bad",
    [
        "training.learning_rate=fast",
        "training.learning_rate=-1",
        "network.hidden=8_900",
        "data.name=mnist",
        "arms=batch,sideways none",
        "arms=" + "+".join(["batch,before"] * 9),
        "training.batch_size=1",
        "step=26",
        "seed=<script>",
        "show=everything",
        "network.activation=%00%F0%9F%98%80",
    ],
)
def test_a_bad_link_is_explained_on_a_working_page(lab: OpenLab, bad: str) -> None:
    page = lab(f"{QUICK}&{bad}")
    expect(page.get_by_role("alert").filter(has_text="Part of this link could not be used")).to_be_visible()
    wait_for(page, "p.newest > 3")
    page.get_by_role("button", name="To the start").click()
    wait_for(page, "p.step === 0")


def test_a_batch_of_one_is_a_lesson_and_the_pictures_stay(lab: OpenLab) -> None:
    page = lab(f"{QUICK}&seed=6")
    run = told(page, "run")
    press(page, "Batch size", "Home", 1)
    expect(page.get_by_role("alert").filter(has_text="batch of one")).to_be_visible()
    assert told(page, "run") == run
    page.get_by_role("button", name="Previous recorded update").click()
    wait_for(page, "p.step === 24")
    press(page, "Batch size", "ArrowRight", 3)
    wait_for(page, f"p.run !== '{run}' && p.newest > 3")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_widths_that_are_no_numbers_are_explained(lab: OpenLab) -> None:
    page = lab(f"{QUICK}&seed=7")
    run = told(page, "run")
    page.get_by_text("Network", exact=True).click()
    page.get_by_text("Widths of their own").click()
    widths = page.get_by_role("textbox", name="Widths")
    widths.fill("eight, 9")
    widths.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="eight, 9")).to_be_visible()
    assert told(page, "run") == run
    widths.fill("16, 4")
    widths.press("Enter")
    wait_for(page, f"p.run !== '{run}' && p.step === 25")
    expect(page).to_have_url(re.compile("network.hidden=16_4"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [("digits", "digits"), ("wine", "accuracy"), ("breast_cancer", "accuracy"), ("diabetes", "loss")]
    + [(name, "decision-maps") for name in ("moons", "circles", "blobs", "spirals", "xor")],
)
def test_every_data_set_opens_with_its_pictures(lab: OpenLab, name: str, shown: str) -> None:
    page = lab(f"data.name={name}&network.hidden=8_8&training.steps=25&show=curves.histograms.maps.digits")
    figure = page.locator(f".picture[data-id={shown}]")
    figure.scroll_into_view_if_needed()
    expect(figure.locator("canvas")).to_be_visible()
    expect(figure.locator("figcaption")).to_have_text(re.compile("^After 25 updates"))


def test_training_is_stopped_and_goes_on(lab: OpenLab) -> None:
    page = lab(f"{HUGE}&seed={next(SEEDS)}", until=TRAINING)
    wait_for(page, "p.newest > 1")
    page.get_by_role("button", name="Stop training").click()
    expect(page.get_by_text("Stopped after")).to_be_visible()
    page.wait_for_timeout(1000)  # the slice that was under way may still end
    stopped, words = told(page, "newest"), page.get_by_text("Stopped after").inner_text()
    page.wait_for_timeout(1500)
    assert (told(page, "newest"), page.get_by_text("Stopped after").inner_text()) == (stopped, words)
    run = told(page, "run")
    page.get_by_role("button", name="Go on training").click()
    expect(page.get_by_text(TRAINING)).to_be_visible()
    wait_for(page, f"p.newest > {stopped} && p.run === '{run}'")
    page.get_by_role("button", name="Stop training").click()
    expect(page.get_by_text("Stopped after")).to_be_visible()


@pytest.mark.parametrize("query", ["", f"{QUICK}&show=curves.histograms.maps.bands.units.saturation.gradients"])
def test_a_phone_never_scrolls_sideways(lab: OpenLab, query: str) -> None:
    page = lab(query, viewport={"width": 390, "height": 844}, has_touch=True)
    for figure in page.locator(".picture").all():
        figure.scroll_into_view_if_needed()
        expect(figure.locator("canvas")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.get_by_role("button", name="Play", exact=True).bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= 390 - box["width"]
    page.get_by_role("button", name="To the start").tap()
    wait_for(page, "p.step === 0")
    page.get_by_test_id("stExpandSidebarButton").tap()
    expect(page.get_by_role("button", name="Add an arm")).to_be_visible()


def test_the_dark_theme_reaches_page_and_pictures(lab: OpenLab) -> None:
    page = lab(QUICK, color_scheme="dark")
    wait_for(page, "p.firstPaintMs !== null")
    lightness = "box => Math.min(...getComputedStyle(box)['{}'].match(/\\d+/g).slice(0, 3).map(Number))"
    assert page.locator(".picture h3").first.evaluate(lightness.format("color")) > 150
    assert page.get_by_test_id("stApp").evaluate(lightness.format("background-color")) < 50
    darkest = picture(page, "loss").evaluate(
        "canvas => { const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;"
        " let least = 255; for (let i = 0; i < all.length; i += 4)"
        " if (all[i + 3] > 250) least = Math.min(least, Math.max(all[i], all[i + 1], all[i + 2])); return least; }"
    )
    assert darkest > 60  # nothing is drawn in a colour that the dark ground swallows


def test_reduced_motion_shows_a_run_without_an_animation(lab: OpenLab) -> None:
    page = lab(f"{QUICK}&seed=8", reduced_motion="reduce")
    wait_for(page, "p.step === 25")
    begun = page.evaluate("document.timeline.currentTime")
    page.get_by_role("button", name="Play", exact=True).click()
    wait_for(page, "p.mode === 'play' && p.step >= 1 && p.step < 25")
    wait_for(page, "p.step === 25 && p.mode === 'rest'")
    assert page.evaluate("document.timeline.currentTime") - begun > 5000  # four frames a second at most


def test_a_finished_page_is_quiet(new_page, serve) -> None:
    page = new_page()
    heard: list[str | bytes] = []

    def hear(frame: str | bytes) -> None:
        heard.append(frame)

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", hear)
        socket.on("framesent", hear)

    page.on("websocket", listen)
    page.goto(f"{serve('app.py')}/train?{QUICK}&seed=9")
    expect(page.get_by_text(FINISHED)).to_be_visible()
    wait_for(page, "p.step === 25 && p.firstPaintMs !== null")
    page.wait_for_timeout(1000)  # what is under way comes to rest; then nothing may move for as long again
    page.evaluate(
        "() => { window.asked = 0; const ask = window.requestAnimationFrame.bind(window);"
        " window.requestAnimationFrame = (work) => { window.asked += 1; return ask(work); }; }"
    )
    assert heard
    heard.clear()
    page.wait_for_timeout(1500)
    assert page.evaluate("window.asked") == 0
    assert heard == []


def test_nothing_is_mounted_anew_while_frames_steps_words_and_runs_change(lab: OpenLab) -> None:
    page = lab(f"{HUGE}&seed={next(SEEDS)}&show=histograms", until=TRAINING)
    wait_for(page, "p.newest > 5 && p.firstPaintMs !== null")
    page.locator(".player").evaluate("box => (box.mark = 'kept')")
    newest, run = told(page, "newest"), told(page, "run")
    wait_for(page, f"p.newest > {newest} + 5")
    page.get_by_role("button", name="Stop training").click()
    expect(page.get_by_text("Stopped after")).to_be_visible()
    page.get_by_role("button", name="To the start").click()
    expect(page).to_have_url(re.compile("&step=0$"))
    expect(page.locator("figcaption").first).to_have_text(re.compile("^Before the first update"))
    press(page, "Updates", "ArrowLeft", 5)
    wait_for(page, f"p.run !== '{run}' && p.newest > 5")
    expect(page.locator(".player")).to_have_js_property("mark", "kept")


@pytest.mark.parametrize(("width", "height", "query", "share"), [
    (1280, 720, "", 0.3), (1440, 900, "", 0.45), (1280, 720, "lesson=five.1", 0),
])  # fmt: skip
def test_controls_and_pictures_are_in_sight_together(lab: OpenLab, width, height, query, share) -> None:
    page = lab(query, viewport={"width": width, "height": height})
    expect(page.locator(".picture canvas").nth(1)).to_be_visible()
    loss, accuracy = (page.locator(".picture").nth(place).bounding_box() for place in (0, 1))
    assert loss["y"] == pytest.approx(accuracy["y"], abs=1)  # side by side
    assert height - loss["y"] > share * height
    played = page.get_by_role("slider", name="Update", exact=True).bounding_box()
    assert played["y"] + played["height"] < height
    pills = page.get_by_role("toolbar", name="Pictures").locator("button")
    rows = [round(one.bounding_box()["y"]) for one in pills.all()]
    assert len(rows) == 7
    assert len(set(rows)) == 1
