"""What a reader takes home works at home, and what was pinned is still there after a walk through the app."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import at_rest

pytestmark = pytest.mark.browser

RUN = "train?data.name=moons&data.n=100&training.batch_size=10&training.steps=40&network.hidden=8_8"


def finished(page: Page) -> None:
    expect(page.get_by_text(re.compile("^Finished: "))).to_be_visible()
    at_rest(page)


@pytest.fixture(scope="module")
def taken(browser, serve, tmp_path_factory) -> dict[str, Path]:
    """The stand-alone page and a picture of a run, downloaded from the lab."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{serve('app.py')}/{RUN}")
    finished(page)
    page.wait_for_function("window.__bnviz?.firstPaintMs > 0")
    page.get_by_role("slider", name="Update", exact=True).fill("7")
    page.wait_for_url(re.compile("step=7"))
    finished(page)
    page.get_by_text("Take it home").click()
    folder, files = tmp_path_factory.mktemp("taken"), {}
    for label in ("A page that plays (HTML)", "PNG", "SVG", "Curves (CSV)"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=label).click()
        files[label] = folder / waiting.value.suggested_filename
        waiting.value.save_as(files[label])
    context.close()
    return files


def test_files_have_names_that_say_what_is_inside(taken) -> None:
    assert [path.name for path in taken.values()] == [
        f"bnviz-moons-2x8-seed0{ending}" for ending in (".html", "-loss.png", "-loss.svg", "-curves.csv")
    ]
    assert taken["PNG"].read_bytes()[:4] == b"\x89PNG"
    assert "After 7 updates, the test loss is" in taken["SVG"].read_text(encoding="utf-8")
    assert taken["Curves (CSV)"].read_text(encoding="utf-8").startswith("step,arm,train_loss")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_plays_and_scrubs_from_the_disk_without_the_network(new_page, taken, scheme) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": 390 if scheme == "dark" else 1280, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    file = taken["A page that plays (HTML)"].as_uri()
    page.context.set_offline(True)
    page.goto(file)
    page.wait_for_function("window.__bnviz?.firstPaintMs > 0")
    assert page.evaluate("__bnviz.step") == 7  # where the reader was
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(11, 18, 32)")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("__bnviz.step > 8 && __bnviz.step < 40")
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("slider", name="Update").fill("20")
    page.wait_for_function("__bnviz.step === 20")
    expect(page.locator("figcaption").first).to_contain_text("After 20 updates")
    page.locator("#theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark" if scheme == "light" else "light")
    page.wait_for_function("__bnviz.step === 20")
    expect(page.locator("figcaption").first).to_contain_text("After 20 updates")
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    for kind, begin in (("svg", b"<svg"), ("png", b"\x89PNG")):
        with page.expect_download() as waiting:
            page.locator(f".files [data-kind={kind}]").first.evaluate("item => item.click()")
        assert waiting.value.suggested_filename == f"bnviz-moons-2x8-seed0-loss-step20.{kind}"
        assert Path(waiting.value.path()).read_bytes().startswith(begin)
    asked = [url for url in asked if not url.startswith("blob:")]  # of the page itself
    assert {url for url in asked if not url.startswith("data:")} == {file}


def test_pins_outlive_a_visit_to_another_lab_and_a_reload(new_page, serve, travel) -> None:
    page = new_page()
    page.goto(f"{serve('app.py')}/{RUN}")
    finished(page)
    page.get_by_role("button", name="Pin this run").click()
    expect(page.get_by_role("button", name="This run is pinned as Run A")).to_be_disabled()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(5)
    page.wait_for_url(re.compile("pins="))
    travel(page, "ravine")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ravine and bowl")
    travel(page, "train")
    finished(page)
    expect(page.get_by_role("button", name="Run A", exact=False).first).to_be_visible()
    page.wait_for_url(re.compile("pins="))
    page.reload()
    finished(page)
    expect(page.get_by_role("button", name="This run is pinned as Run A")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(5)
