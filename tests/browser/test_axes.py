"""The block of the axes in Chromium: pointer, click, keys, the address, a narrow window."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from bnviz.core.axes import Choices, block_of, live_block

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def url(serve):
    return serve("app.py")


def opened(page, url, query=""):
    page.goto(f"{url}/axes?axes.updates=0{query}")
    page.wait_for_function("window.__bnvizAxes?.cell")
    expect(page.get_by_text("learned, tracked, fixed")).to_be_visible()
    page.wait_for_timeout(500)


def seen(page):
    return page.evaluate("window.__bnvizAxes")


def at(page, n, c, h, w, sides=(8, 8)):
    """Where a cell of 8 channels lies on the canvas."""
    box = page.locator("canvas").last.bounding_box()
    pitch = box["width"] / 9
    side = pitch / 1.14
    return {"x": (c + 1) * pitch + (w + 0.5) * side / sides[1], "y": 22 + n * pitch + (h + 0.5) * side / sides[0]}


def number(said):
    """What "3.1·10⁻⁴" says."""
    return float(re.sub("·10(.+)", lambda found: "e" + found[1].translate(PLAIN), said))


PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def block(page):
    return page.get_by_role("application")


def test_pointing_at_a_cell_lights_its_companions_and_tells_its_numbers(page, url):
    opened(page, url)
    block(page).hover(position=at(page, 2, 6, 1, 5))
    expect(page.get_by_text("Image 3, channel 7, row 2, column 6", exact=True)).to_be_visible()
    expect(page.get_by_text("channel 7 of all 4 images")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^x_hat = .* = −?[\d.]+$"))).to_be_visible()
    assert (seen(page)["lit"], seen(page)["members"]) == (6, 4)
    assert seen(page)["chosen"] == [0, 2, 3, 3]
    page.mouse.move(2, 2)
    expect(page.get_by_text("Image 1, channel 3, row 4, column 4", exact=True)).to_be_visible()


def test_a_click_chooses_a_cell_and_the_address_names_it(page, url):
    opened(page, url, "&axes.norm=group")
    block(page).click(position=at(page, 1, 5, 7, 0))
    page.wait_for_url(re.compile("axes.cell=1_5_7_0"))
    assert seen(page)["members"] == 4  # half of 8 channels
    page.get_by_role("radio", name="instance norm", exact=True).click(force=True)
    page.wait_for_function("window.__bnvizAxes.members === 1")
    assert seen(page)["cell"] == [1, 5, 7, 0]
    page.get_by_role("radio", name="layer norm", exact=True).click(force=True)
    page.wait_for_function("window.__bnvizAxes.members === 8")
    page.wait_for_url(re.compile("axes.norm=layer"))


def test_keys_move_from_cell_to_cell_and_from_map_to_map(page, url):
    opened(page, url, "&axes.cell=0_2_3_7")
    block(page).focus()
    page.keyboard.press("ArrowRight")
    assert seen(page)["cell"] == [0, 3, 3, 0]
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowUp")
    assert seen(page)["cell"] == [1, 4, 2, 0]
    page.wait_for_url(re.compile("axes.cell=1_4_2_0"))
    for _ in range(9):
        page.keyboard.press("Shift+ArrowRight")
    assert seen(page)["cell"] == [1, 7, 2, 0]
    expect(page.get_by_text("Image 2, channel 8, row 3, column 1", exact=True)).to_be_visible()


def test_a_formula_gives_its_own_result_where_a_value_hardly_differs_from_its_mean(page, url):
    found = block_of(live_block(Choices(updates=0)), "batch")
    n, c, h, w = np.unravel_index(np.abs(np.abs(found.x_hat) - 0.002).argmin(), found.x_hat.shape)
    opened(page, url, f"&axes.cell={n}_{c}_{h}_{w}")
    said = page.locator(".panel .formula").inner_text().replace("−", "-")
    numbers = re.search(r"= \((\S+) - \(?([^)]+)\)+ / √\((\S+) \+ (\S+)\) = (\S+)$", said)
    assert numbers, said
    x, mean, var, eps, hat = map(number, numbers.groups())
    assert (x - mean) / (var + eps) ** 0.5 == pytest.approx(hat, rel=0.02)


def test_the_panel_tells_first_what_is_drawn_and_writes_small_numbers_as_the_layer_lab_does(page, url):
    opened(page, url)
    panel = page.locator(".panel")
    expect(panel.locator(".value")).to_have_text(re.compile(r"^Value: x = −?[\d.]+$"))
    expect(panel.locator(".formula")).to_contain_text(" + 1·10⁻⁵) = ")
    page.get_by_role("radio", name="normalized", exact=True).click(force=True)
    expect(panel.locator(".value")).to_have_text(
        re.compile(r"^Normalized value: x_hat = (\S+)\. It came in as x = \S+\.$")
    )
    hat = re.search("x_hat = (\\S+)\\. ", panel.locator(".value").inner_text())[1]
    expect(panel.locator(".formula")).to_contain_text(re.compile(f"= {re.escape(hat)}$"))


def test_a_smaller_block_keeps_the_nearest_cell(page, url):
    opened(page, url, "&axes.cell=3_2_7_7")
    page.get_by_text("block 3: 2 × 2").click()
    page.wait_for_function("String(window.__bnvizAxes.cell) === '3,2,1,1'")
    expect(page.get_by_text("at all 2 × 2 positions")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_window_shows_the_whole_block(new_page, url, scheme):
    page = new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    opened(page, url)
    box = block(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    block(page).click(position=at(page, 3, 7, 4, 4))
    expect(page.get_by_text("Image 4, channel 8, row 5, column 5", exact=True)).to_be_visible()
