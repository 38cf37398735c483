"""Sharing in Chromium: the presenter view with its number keys, hidden controls, the quiz after a reload."""

import pytest
from playwright.sync_api import expect

from tests.browser.visit import until

pytestmark = pytest.mark.browser
SMALL = "data.name=moons&data.n=100&network.hidden=8_8&training.steps=20&training.batch_size=10"
NAMES = "window.__bnvizPresenter?.names.length"


def chosen(page):
    return page.evaluate("window.__bnvizPresenter.chosen")


def box(page, selector):
    return page.locator(selector).bounding_box()


def enlarge_first(page, url, *, of):
    """Enlarge the first of at least so many pictures."""
    page.goto(url)
    page.wait_for_function(f"{NAMES} >= {of}")
    page.keyboard.press("1")
    page.wait_for_function("window.__bnvizPresenter.chosen === 1")


def test_number_keys_enlarge_a_picture_and_0_returns(serve, new_page):
    page = new_page()
    page.goto(f"{serve('app.py')}/train?{SMALL}&present=1")
    page.wait_for_function(f"{NAMES} >= 3")
    page.wait_for_function("window.__bnviz?.frame >= 0")
    small = box(page, ".picture[data-id=accuracy] .chart")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    page.keyboard.press("2")
    page.wait_for_function("window.__bnvizPresenter.chosen === 2")
    page.wait_for_function("document.querySelector('body') && window.devicePixelRatio > 1")
    large = box(page, ".picture[data-id=accuracy] .chart")
    assert large["width"] > 1.4 * small["width"]
    assert large["height"] > 1.3 * small["height"]
    expect(page.locator(".picture[data-id=loss]")).to_be_hidden()
    expect(page.locator(".top")).to_contain_text("no norm")  # the legend of all pictures is out of sight otherwise
    for number in (3, 2):  # straight from one to another
        page.keyboard.press(str(number))
        page.wait_for_function("number => window.__bnvizPresenter.chosen === number", arg=number)
    assert "present=1" in page.url
    before = page.evaluate("window.__bnviz.step")
    page.keyboard.press("ArrowLeft")  # the player has the keyboard
    page.wait_for_function("before => window.__bnviz.step < before", arg=before)
    page.keyboard.press("0")
    page.wait_for_function("window.__bnvizPresenter.chosen === 0")
    expect(page.locator(".picture[data-id=loss]")).to_be_visible()
    assert page.evaluate("window.devicePixelRatio") == 1
    expect(page.locator(".top")).to_be_empty()
    page.wait_for_function(
        "width => Math.abs(window.__width() - width) < 3".replace("window.__width()", WIDTH), arg=small["width"]
    )


WIDTH = (
    "(() => { const find = (root) => { for (const one of root.querySelectorAll('*')) { "
    "if (one.matches('.picture[data-id=accuracy] canvas')) return one; "
    "const found = one.shadowRoot && find(one.shadowRoot); if (found) return found; } return null; }; "
    "return find(document)?.getBoundingClientRect().width ?? 0; })()"
)


FOUND = (
    "const find = (root, name) => { for (const one of root.querySelectorAll('*')) { if (one.matches(name)) return one; "
    "const found = one.shadowRoot && find(one.shadowRoot, name); if (found) return found; } return null; };"
)
CAPTION_ABOVE_BAR = (
    f"(() => {{ {FOUND} const caption = find(document, '.chosen figcaption').getBoundingClientRect(); "
    "return caption.height > 20 && caption.bottom <= find(document, '.bar').getBoundingClientRect().top; })()"
)
TABLES_IN_SIGHT = (
    f"(() => {{ {FOUND} const tables = find(document, '.microscope.chosen'); "
    "const shown = [...tables.querySelectorAll('.group')].filter((one) => one.offsetWidth); "
    "const foot = find(document, '.bar').getBoundingClientRect().top; "
    "return shown.length > 0 && shown.every((one) => one.getBoundingClientRect().bottom <= foot) && shown.length; })()"
)
HEIGHT = f"(name) => {{ {FOUND} return find(document, name).getBoundingClientRect().height; }}"
LETTERS = (
    f"(name) => {{ {FOUND} const one = find(document, name); let zoom = 1; "
    "for (let up = one; up; up = up.parentElement) zoom *= Number(getComputedStyle(up).zoom); "
    "return zoom * parseFloat(getComputedStyle(one).fontSize); }"
)
SIDEBAR = "document.querySelector('[data-testid=stSidebar]').getBoundingClientRect().right"


@pytest.mark.parametrize("height", [900, 720])
def test_low_cells_leave_room_for_the_sentence_and_the_sidebar_for_the_page(serve, new_page, height):
    page = new_page(viewport={"width": 1440 if height == 900 else 1280, "height": height})
    page.goto(f"{serve('app.py')}/train?{SMALL.replace('8_8', '8_8_8_8_8')}&show=histograms&present=1")
    page.wait_for_function(f"{NAMES} >= 1")
    page.wait_for_function("window.__bnviz?.frame >= 0")
    page.wait_for_function(f"{SIDEBAR} <= 0")  # closed, but there
    page.keyboard.press("1")
    page.wait_for_function(CAPTION_ABOVE_BAR)
    page.wait_for_function(f"({LETTERS})('.chosen figcaption') >= 18")
    page.wait_for_function(f"({LETTERS})('.chosen h3') >= 18")
    page.wait_for_function(f"({HEIGHT})('.chosen canvas') > 5 * 80")
    if height == 720:
        return
    page.keyboard.press("0")
    page.get_by_role("button", name="Leave presenter view").click()
    page.wait_for_function(f"{SIDEBAR} > 200")


def test_all_tables_of_a_phase_are_in_sight(serve, new_page):
    page = new_page(viewport={"width": 1440, "height": 900})
    enlarge_first(page, f"{serve('app.py')}/layer?present=1", of=1)
    page.wait_for_function(f"{TABLES_IN_SIGHT} === 3")
    for _phase in range(8):  # to the last one, which needs the tables of the way back
        page.keyboard.press("n")
    page.wait_for_function(f"{TABLES_IN_SIGHT} === 5")
    assert box(page, ".microscope td.cell >> nth=0")["width"] > 80
    page.set_viewport_size({"width": 1280, "height": 720})
    page.wait_for_function(f"{TABLES_IN_SIGHT} === 5")
    assert box(page, ".microscope td.cell >> nth=0")["width"] > 70  # it has 63 on the ordinary page
    page.wait_for_function(f"({LETTERS})('.chosen td.cell') >= 16")


def test_a_landscape_fills_its_frame_and_the_window(serve, new_page):
    page = new_page(viewport={"width": 1280, "height": 720})
    enlarge_first(page, f"{serve('app.py')}/ravine?present=1", of=3)
    page.wait_for_function("window.__ravine.frames[0].box?.[3] > 290")
    frame = page.evaluate("window.__ravine.frames[0]")
    assert frame["range"] == pytest.approx(frame["window"], rel=0.02, abs=0.01)  # every place of it was computed
    _, _, width, height = frame["box"]
    x0, x1, y0, y1 = frame["range"]
    assert width / (x1 - x0) == pytest.approx(height / (y1 - y0), rel=1e-6)  # the same scale for both weights
    for canvas in (".surface canvas", ".contour canvas"):
        found = box(page, f".side.chosen {canvas}")
        assert found["height"] > 330
        assert found["y"] + found["height"] < box(page, ".bar")["y"]


def test_the_bar_has_two_rows_at_most_and_four_clouds_have_one(serve, new_page):
    page = new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{serve('app.py')}/inputs?present=1")
    page.wait_for_function(f"{NAMES} >= 9")
    bar = box(page, ".bar")
    assert bar["height"] < 100
    for key in page.locator(".keys button").all():
        place = key.bounding_box()
        assert place["y"] >= bar["y"]
        assert place["y"] + place["height"] <= 720
    expect(page.get_by_role("button", name="5 The cloud, one unit as long across as upwards")).to_have_text(
        "5The cloud"
    )
    clouds = page.locator(".st-key-inputs_clouds [data-testid=stVegaLiteChart]")
    expect(clouds).to_have_count(4)
    assert len({round(one.bounding_box()["y"]) for one in clouds.all()}) == 1


def test_the_title_of_the_home_page_stands_above_all_else(serve, new_page):
    page = new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{serve('app.py')}/?present=1")
    page.wait_for_function("window.__bnvizPresenter")
    page.locator(".st-key-home_picture").wait_for()
    title = box(page, "h1")
    foot = title["y"] + title["height"]
    assert foot <= box(page, ".st-key-home_picture")["y"]
    assert foot <= box(page, "[data-testid=stMain] [data-testid=stMarkdown] p >> nth=0")["y"]


def test_a_number_typed_into_a_field_enlarges_nothing(serve, new_page):
    page = new_page()
    page.goto(f"{serve('app.py')}/running?running.updates=10&running.after=10&running.width=8&present=1")
    page.wait_for_function(f"{NAMES} >= 2")
    field = page.get_by_role("spinbutton", name="Unit")
    field.click()
    page.keyboard.type("2")
    page.wait_for_timeout(400)
    assert chosen(page) == 0
    field.blur()
    page.keyboard.press("2")
    page.wait_for_function("window.__bnvizPresenter.chosen === 2")
    expect(page.locator(".top")).to_contain_text("Variance")  # a chart of Streamlit has its name above it
    expect(page.locator(".under")).to_contain_text("of unit 1 in layer 1")  # and its sentence below
    assert box(page, ".under")["y"] + box(page, ".under")["height"] <= box(page, ".bar")["y"] + 1


def test_the_way_out_is_a_button_that_the_keyboard_reaches(serve, new_page):
    page = new_page()
    enlarge_first(page, f"{serve('app.py')}/axes?present=1", of=1)
    page.keyboard.press("Escape")
    page.wait_for_function("window.__bnvizPresenter.chosen === 0")
    leave = page.get_by_role("button", name="Leave presenter view")
    page.set_viewport_size({"width": 390, "height": 844})

    def all_in_sight():
        keys, way = box(page, ".keys"), leave.bounding_box()
        return keys["x"] + keys["width"] <= way["x"] <= 390 - way["width"]

    until(all_in_sight)
    leave.focus()
    page.keyboard.press("Enter")
    expect(leave).to_have_count(0)
    page.wait_for_url(lambda url: "present" not in url)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "16px"


def test_what_a_teacher_hides_is_gone_and_in_the_address(serve, new_page):
    page = new_page()
    page.goto(f"{serve('app.py')}/axes?axes.images=2")
    images = page.get_by_role("slider", name="Images in the batch, N")
    expect(images).to_be_visible()
    page.get_by_role("button", name="Share", exact=False).first.click()
    page.get_by_role("combobox", name="Hide from this page").click()
    page.get_by_role("option", name="Images").click()
    page.wait_for_url(lambda url: "hide=images" in url)
    page.keyboard.press("Escape")  # closes the list, then the panel
    expect(page.get_by_role("img", name="QR code of the address")).to_be_visible()
    page.keyboard.press("Escape")

    expect(images).to_have_count(0)
    assert "axes.images=2" in page.url


def test_the_score_of_a_lab_survives_another_page_and_a_reload(serve, new_page):
    page = new_page()
    page.goto(f"{serve('app.py')}/axes?axes.updates=0")
    page.get_by_text("Quiz on what you see").click()
    for question, option in (("cells", "256"), ("numbers", "8"), ("single", "Instance norm")):
        box = page.locator(f".st-key-quiz_axes_{question}")
        box.get_by_text(option, exact=True).click()
        expect(box.get_by_text("Right.", exact=True).or_(box.get_by_text("Not this one."))).to_be_visible()
    page.wait_for_url(lambda url: "quiz=axes-C_B_a" in url)
    expect(page.get_by_text("2 of 7 right (3 answered)")).to_be_visible()

    page.get_by_role("link", name="All quizzes and your score").click()
    expect(page.get_by_text("2 right of 3 answered")).to_be_visible()
    page.get_by_text("Only the one with zero biases").click()
    expect(page.get_by_text("3 right of 4 answered")).to_be_visible()
    page.wait_for_url(lambda url: "quiz=article-_B.axes-C_B_a" in url)
    page.reload()
    expect(page.get_by_text("3 right of 4 answered")).to_be_visible()
    expect(page.get_by_text("2 right · 3 of 7 done")).to_be_visible()
    expect(page.get_by_text("Right.", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("lab", "parts"),
    [
        ("layer", {"phases": ".toolbar", "formula": ".formula", "code": ".code"}),
        ("ravine", {"options": ".options", "rates": "input.slider", "traces": ".traces", "losses": ".losses"}),
    ],
)
def test_parts_inside_of_a_picture_are_hidden_by_link(new_page, serve, lab, parts):
    page = new_page()
    for query, count in (("", True), (f"?hide={'.'.join(parts)}", False)):
        page.goto(f"{serve('app.py')}/{lab}{query}")
        expect(page.locator(".microscope td.cell, .ravine .contour canvas").first).to_be_visible()
        for part in parts.values():
            found = page.locator(f".microscope {part}:visible, .ravine .side {part}:visible, .ravine > {part}:visible")
            if count:
                expect(found.first).to_be_visible()
            else:
                expect(found).to_have_count(0)
