"""How fast the training lab feels in a real Chromium: slider to picture, frames per second, first paint, bytes.

    python benchmarks/app.py [--rounds 5]

Starts the app on a free port of this machine and prints a Markdown table of medians. CHROMIUM names the browser.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, WebSocket, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
WINDOW = {"width": 1440, "height": 1000}
FOUR_ARMS = "arms=none+batch,before+batch,after+layer,before"
START_SECONDS = 60
PATIENCE_MS = 120_000
PLAYING_MS = 3000
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

# The moment at which the picture of a run is complete: another run than before, finished, its last frame drawn and
# painted. The times are the browser's own, from the key that moves the slider.
WATCH = """() => {
    const before = window.__bnviz.run;
    window.released = null;
    window.pictured = null;
    const look = () => {
        const now = window.__bnviz;
        const there = now.run !== before && now.step === now.total && now.firstPaintMs !== null;
        if (there && window.released !== null) window.pictured = performance.now() - window.released;
        else requestAnimationFrame(look);
    };
    addEventListener("keydown", () => (window.released ??= performance.now()), { capture: true, once: true });
    requestAnimationFrame(look);
}"""


class Wire:
    """Counts the bytes that come over a page's websocket."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        page.on("websocket", self._listen)

    def _listen(self, websocket: WebSocket) -> None:
        websocket.on("framereceived", self._count)

    def _count(self, frame: str | bytes) -> None:
        self.bytes += len(frame)

    def since(self, work: Callable[[], object]) -> int:
        """Bytes that came while something was done."""
        before = self.bytes
        work()
        return self.bytes - before


@contextmanager
def served() -> Iterator[str]:
    """Run the app and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ("--server.headless=true", "--server.fileWatcherType=none", f"--server.port={port}")
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_healthy(url)
        yield url
    finally:
        process.terminate()
        process.wait()


def wait_until_healthy(url: str) -> None:
    """Return once the app answers."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def open_lab(page: Page, url: str, query: str) -> None:
    """Open a link and wait until its run is finished and painted."""
    page.goto(f"{url}/train?{query}")
    page.wait_for_function(
        "window.__bnviz?.firstPaintMs > 0 && window.__bnviz.step === window.__bnviz.total", timeout=PATIENCE_MS
    )


def to_picture(page: Page, key: str) -> float:
    """Move the learning rate by one key and return the seconds until the finished new picture."""
    page.get_by_role("slider", name="Learning rate").focus()
    page.evaluate(WATCH)
    page.keyboard.press(key)
    page.wait_for_function("window.pictured !== null", timeout=PATIENCE_MS)
    return float(page.evaluate("window.pictured")) / 1000


def measure_changes(page: Page, url: str, rounds: int) -> dict[str, str]:
    """Slider release to finished picture, for runs nobody has asked for yet and for the same ones once more."""
    wire = Wire(page)
    open_lab(page, url, "")
    fresh, again, paints, sizes = [], [], [], []
    for seed in range(1, rounds + 1):
        open_lab(page, url, f"seed={seed}")
        sizes.append(wire.since(lambda: fresh.append(to_picture(page, "ArrowRight"))))
        to_picture(page, "ArrowLeft")
        again.append(to_picture(page, "ArrowRight"))
        paints.append(float(page.evaluate("window.__bnviz.firstPaintMs")))
    middle = statistics.median
    return {
        "slider release to finished picture, new run": f"{middle(fresh):.2f} s",
        "slider release to finished picture, run already trained": f"{middle(again):.2f} s",
        "first paint, after the data is in the browser": f"{middle(paints):.0f} ms",
        "websocket, one new run followed live to its end": f"{middle(sizes) / 1000:,.0f} kB",
    }


def measure_arrival(page: Page, url: str) -> dict[str, str]:
    """What a visitor waits for and receives who opens the default run that is already trained."""
    wire = Wire(page)
    begun = time.perf_counter()
    size = wire.since(lambda: open_lab(page, url, ""))
    return {
        "opening the address, default run already trained": f"{time.perf_counter() - begun:.2f} s",
        "websocket, the whole page with its finished run": f"{size / 1000:,.0f} kB",
    }


def measure_playing(page: Page, url: str) -> dict[str, str]:
    """Frames per second while 5 layers x 4 arms of histograms play."""
    open_lab(page, url, f"{FOUR_ARMS}&show=histograms&training.steps=200")
    page.get_by_label("Speed").select_option("2")  # 60 frames a second are asked for
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(PLAYING_MS / 2)
    return {"frames per second, histograms of 5 layers x 4 arms": f"{page.evaluate('window.__bnviz.fps()')}"}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="seeds that are tried")
    rounds = parser.parse_args().rounds
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with served() as url, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        rows: dict[str, str] = {}
        for work in (
            lambda page: measure_changes(page, url, rounds),
            lambda page: measure_arrival(page, url),
            lambda page: measure_playing(page, url),
        ):
            context = chromium.new_context(viewport=WINDOW)
            rows |= work(context.new_page())
            context.close()
        chromium.close()
    print("| measured in Chromium, training lab | median |\n|---|---|")
    for name, value in rows.items():
        print(f"| {name} | {value} |")


if __name__ == "__main__":
    main()
