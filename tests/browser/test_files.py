"""Every picture of every lab can be taken home: as SVG with text and vectors, as PNG that shows something."""

from __future__ import annotations

import csv
import io
import re
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from bnviz.ui.messages import text
from tests.browser.visit import at_rest

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"
RUN = "data.name=moons&data.n=100&training.batch_size=10&training.steps=10&network.hidden=8_8"
IN_THE_BROWSER = {
    "ravine": ("ravine.steps=20", 9, "update20", ("w1", "loss", "Normal, sd 5 & 1", "SGD, 20 updates")),
    "layer": ("layer.phase=5", 1, "step5", ("gamma", "Scale and shift", "6 × 3 activations")),
    "axes": ("axes.updates=0", 1, "channel3", ("channel 1", "block 1: 8 × 8 after 0 updates")),
    "train": (RUN, 4, "step10", ("updates", "moons, 75 training rows", "batch norm before")),
    "inputs": ("", 2, "step0", ("first coordinate", "375 training rows, 125 test rows")),
}
"""Address, how many pictures, a part of their names, and words that one of them has."""
BY_THE_SERVER = {
    "inputs": ("", 7, ("x1", "x2", "375 training rows, 125 test rows")),
    "running": ("running.updates=8&running.after=8&running.width=8", 3, ("updates", "hidden layers 3 × 8, relu")),
    "rates": ("rates.part=start&rates.claim=D4&rates.deep=3", 3, ("layer", "hidden layers 5 × 64, relu")),
    "shift": ("", 2, ("petals rolled in", "flowers, 800 training rows, raw")),
    "smoothness": ("smoothness.updates=6&smoothness.step=6&smoothness.layers=2&smoothness.width=8", 4, ("updates",)),
    "noise": ("noise.seeds=1&noise.updates=5", 2, ("batch size (log scale)", "5 updates")),
}
CLICK = "item => item.click()"  # without scrolling there: the menu is closed
PLACES = ("width", "height", "viewBox", "transform", "d", "x", "y", "cx", "cy", "x1", "x2", "y1", "y2", "points")
MARKS = ("path", "rect", "circle", "image", "line")


def checked_svg(content: bytes, *, page: str) -> set[str]:
    """The texts of a drawing that is whole: with its heading, where it is from, and marks."""
    root = ElementTree.fromstring(content)
    texts = ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]
    told = " ".join(texts)
    assert f"bnviz, {text(f'app.{page}_title')}:" in told
    assert f"/{page}" in told
    assert sum(len(list(root.iter(f"{SVG}{mark}"))) for mark in MARKS) > 1  # the paper, and what is drawn on it
    assert "#0b1220" not in content.decode()  # the ground of the dark theme
    assert not any("NaN" in one.get(name, "") for one in root.iter() for name in PLACES)
    assert not any("base64" in one.get("aria-label", "") for one in root.iter())  # nobody wants to hear it
    return {*texts, told}


def checked_png(content: bytes) -> None:
    """It opens, is large enough for a slide, stands on white paper and shows something."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    assert image.width >= 900
    assert image.getpixel((2, 2)) == (255, 255, 255)
    assert len(image.resize((300, 300)).getcolors(90_000)) > 20


def taken(page: Page, press) -> tuple[str, bytes]:
    page.wait_for_timeout(120)  # Chromium lets a page save ten files a second and drops the next one
    with page.expect_download() as waiting:
        press()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_every_picture_that_the_browser_draws(new_page, serve) -> None:
    page = new_page(color_scheme="dark", accept_downloads=True)
    for lab, (query, count, name, wanted) in IN_THE_BROWSER.items():
        page.goto(f"{serve('app.py')}/{lab}?{query}")
        menus = page.locator(".files:visible")
        expect(menus).to_have_count(count)
        at_rest(page)
        before, said = page.url, set[str]()
        for menu in menus.all():
            expect(menu.locator("> button")).to_have_attribute("aria-label", re.compile("^Files: ."))
            file, drawn = taken(page, partial(menu.locator("[data-kind=svg]").evaluate, CLICK))
            assert name in file
            said |= checked_svg(drawn, page=lab)
            _, drawn = taken(page, partial(menu.locator("[data-kind=png]").evaluate, CLICK))
            checked_png(drawn)
        assert all(any(word in one for one in said) for word in wanted), (lab, wanted)
        numbers = taken(page, partial(menus.first.locator("[data-kind=csv]").evaluate, CLICK))[1]
        rows = list(csv.reader(io.StringIO(numbers.decode())))
        assert len({len(row) for row in rows}) == 1 < len(rows)
        assert page.url == before


def test_every_chart_that_the_server_draws(new_page, serve) -> None:
    page = new_page(color_scheme="dark", accept_downloads=True)
    for lab, (query, count, wanted) in BY_THE_SERVER.items():
        page.goto(f"{serve('app.py')}/{lab}?{query}")
        menus = page.locator('[class*="st-key-picture_files"] [data-testid="stPopoverButton"]:visible')
        expect(menus).to_have_count(count)
        at_rest(page)
        before, said = page.url, set[str]()
        for place, menu in enumerate(menus.all()):
            menu.click()
            buttons = page.get_by_test_id("stPopoverBody").get_by_role("button")
            expect(buttons).to_have_text(["PNG", "SVG", "Numbers (CSV)", "Numbers (Parquet)"])
            said |= checked_svg(taken(page, buttons.nth(1).click)[1], page=lab)
            if place == 0:
                checked_png(taken(page, buttons.nth(0).click)[1])
            page.keyboard.press("Escape")
            expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
        assert all(any(word in one for one in said) for word in wanted), (lab, wanted)
        assert page.url == before


def test_the_menu_is_a_menu_for_keys_and_hands(new_page, serve) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{serve('app.py')}/axes?axes.updates=0")
    button = page.get_by_role("button", name="Files: Who is averaged together in batch norm")
    expect(button).to_be_visible()
    at_rest(page)
    box, picture = button.bounding_box(), page.locator(".axes canvas").bounding_box()
    assert min(box["width"], box["height"]) >= 24
    assert box["y"] + box["height"] <= picture["y"] + 0.5
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="PNG")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="SVG")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(page.get_by_role("menu")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
