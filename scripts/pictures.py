"""Take the pictures of the README from the running app: `python -m scripts.pictures [http://127.0.0.1:8501]`.

Needs the packages of requirements-dev.txt and Chromium (CHROMIUM names an unusual place).
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "img"
HOT = "/train?training.learning_rate=1.6"
RAVINE = "/ravine"
CLAIM = "/rates?rates.claim=C4&rates.low=0.4&rates.values=5&rates.seeds=3"
MEASURED = "It holds here|Here it is the other way round|Within noise"
LAYER = "/layer?layer.phase=10"
ARRIVED = "window.__ravine && window.__ravine.draws > 0 && window.__ravine.mode === 'rest'"
LARGEST = 300_000  # bytes of a picture
EDGE = 8  # pixels around a part
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def opened(browser: Browser, address: str, *, width: int, height: int, dark: bool = False) -> Page:
    """A page with a finished run on it."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
    page = context.new_page()
    page.goto(address)
    page.get_by_text("Finished:").wait_for(timeout=120_000)
    page.wait_for_function("window.__bnviz && window.__bnviz.frame === window.__bnviz.newest")
    page.wait_for_timeout(800)
    return page


def still(browser: Browser, address: str, name: str, **window: object) -> None:
    """One picture of a window."""
    page = opened(browser, address, **window)  # type: ignore[arg-type]
    page.screenshot(path=FOLDER / name)
    page.context.close()


def cut(browser: Browser, address: str, name: str, *, ready: str, part: str, most: int = 2000) -> None:
    """One part of a page in a light window, 1440 wide: at most so many pixels high, and not too large a file."""
    context = browser.new_context(viewport={"width": 1440, "height": 2000}, color_scheme="light")
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(ready, timeout=120_000)
    page.wait_for_timeout(1500)
    found = page.locator(part).last.bounding_box()
    assert found is not None
    box = {"x": found["x"] - EDGE, "y": found["y"] - EDGE}
    height = min(most, found["height"] + 2 * EDGE)
    shot = page.screenshot(clip={**box, "width": found["width"] + 2 * EDGE, "height": height})
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    image.save(FOLDER / name, optimize=True)
    if (FOLDER / name).stat().st_size > LARGEST:
        image.quantize(256, dither=Image.Dither.NONE).save(FOLDER / name, optimize=True)
    context.close()


def plain(browser: Browser, address: str) -> Page:
    """A page in a light window of a laptop."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, color_scheme="light")
    page = context.new_page()
    page.goto(address)
    return page


def home(browser: Browser, address: str) -> None:
    """The home page, once its picture has been drawn."""
    page = plain(browser, address)
    page.locator(".player canvas").first.wait_for(timeout=120_000)
    page.wait_for_timeout(9000)
    page.screenshot(path=FOLDER / "home.png")
    page.context.close()


def claim(browser: Browser, address: str) -> None:
    """A claim with its prediction and its verdict, measured now."""
    page = plain(browser, address + CLAIM)
    page.get_by_role("radio", name="As claimed").or_(page.get_by_role("button", name="As claimed")).first.click()
    page.get_by_text(re.compile(MEASURED)).first.wait_for(timeout=180_000)
    page.wait_for_timeout(2500)
    page.screenshot(path=FOLDER / "claim.png")
    page.context.close()


def share(browser: Browser, address: str) -> None:
    """The panel with the address, the QR code and a teacher's switches."""
    page = plain(browser, address + HOT)
    page.get_by_text("Finished:").wait_for(timeout=120_000)
    page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Share", exact=False).last.click()
    page.get_by_role("dialog").locator("img").wait_for()
    page.wait_for_timeout(1500)
    page.get_by_role("dialog").screenshot(path=FOLDER / "share.png")
    page.context.close()


def movie(browser: Browser, address: str, name: str) -> None:
    """The histograms during the first 120 updates, every third of them."""
    page = opened(browser, address + HOT.replace("1.6", "0.4") + "&show=histograms", width=1180, height=900)
    page.get_by_role("slider", name="Update", exact=True).focus()
    page.keyboard.press("Home")
    page.locator(".pictures").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    found = page.locator(".player").bounding_box()
    assert found is not None
    box = {"x": found["x"], "y": max(0.0, found["y"]), "width": found["width"], "height": 0.0}
    box["height"] = min(900 - box["y"], found["y"] + found["height"] - box["y"])
    size = (820, round(820 * box["height"] / box["width"]))
    frames = []
    for _ in range(40):
        page.wait_for_timeout(60)
        frames.append(Image.open(io.BytesIO(page.screenshot(clip=box))).convert("RGB").resize(size))
        for _ in range(3):
            page.keyboard.press("ArrowRight")
    frames[0].save(FOLDER / name, save_all=True, append_images=frames[1:], duration=110, loop=0, quality=70)
    page.context.close()


def main() -> None:
    """Take them all."""
    address = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8501").rstrip("/")
    FOLDER.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or "chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        still(browser, address + HOT, "train-light.png", width=1440, height=1500)
        still(browser, address + HOT, "train-dark.png", width=1440, height=1500, dark=True)
        still(browser, address + HOT, "train-phone.png", width=390, height=1800)
        cut(browser, address + RAVINE, "ravine.png", part=".ravine", ready=ARRIVED, most=1266)
        cut(browser, address + LAYER, "layer.png", part=".microscope", ready="window.__bnvizMicroscope")
        home(browser, address)
        claim(browser, address)
        share(browser, address)
        movie(browser, address, "train.webp")
        browser.close()


if __name__ == "__main__":
    main()
