"""How fast the training lab feels in a real Chromium: slider to picture, frames per second, first paint, bytes.

    python -m benchmarks.app [--rounds 5]

Starts the app on a free port of this machine and prints a Markdown table of medians. CHROMIUM names the browser.
`rows` gives the figures that are to be reached.
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
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, WebSocket, sync_playwright

from benchmarks.report import Row

ROOT = Path(__file__).resolve().parents[1]
WINDOW = {"width": 1440, "height": 1000}
FOUR_ARMS = "arms=none+batch,before+batch,after+layer,before"
START_SECONDS = 60
PATIENCE_MS = 120_000
PLAYING_MS = 3000
LONG = 4000
MOST_SECONDS, MOST_BEYOND = 0.7, 0.35
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

# The moment at which the first picture of another run than before is painted; for `whole`, that of its last frame. The
# times are the browser's own, from the key that moves the slider.
WATCH = """(whole) => {
    const before = window.__bnviz.run;
    window.released = null;
    window.pictured = null;
    const look = () => {
        const now = window.__bnviz;
        const far = !whole || now.step === now.total;
        const there = now.run !== before && far && now.firstPaintMs !== null;
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
    subprocess.run([sys.executable, "-m", "bnviz", "compile"], cwd=ROOT, check=False, capture_output=True)
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


def to_picture(page: Page, key: str, *, whole: bool = True) -> float:
    """Move the learning rate by one key and return the seconds until the new picture, finished if `whole`."""
    page.get_by_role("slider", name="Learning rate").focus()
    page.evaluate(WATCH, whole)
    page.keyboard.press(key)
    page.wait_for_function("window.pictured !== null", timeout=PATIENCE_MS)
    return float(page.evaluate("window.pictured")) / 1000


@dataclass(frozen=True)
class Changes:
    """Medians over rounds: seconds from the slider to the picture, milliseconds of the first paint, bytes."""

    fresh: float
    again: float
    first: float
    paint: float
    size: float


def measure_changes(page: Page, url: str, rounds: int) -> Changes:
    """Slider release to picture, in each round for a run nobody has asked for yet and for the same one once more."""
    wire = Wire(page)
    open_lab(page, url, "")
    open_lab(page, url, "seed=1000")
    fresh, again, first, paints, sizes = [], [], [], [], []
    for seed in range(1, rounds + 1):
        open_lab(page, url, f"seed={seed}")
        sizes.append(wire.since(lambda: fresh.append(to_picture(page, "ArrowRight"))))
        to_picture(page, "ArrowLeft")
        again.append(to_picture(page, "ArrowRight"))
        paints.append(float(page.evaluate("window.__bnviz.firstPaintMs")))
    for seed in range(1, rounds + 1):
        open_lab(page, url, f"seed={seed}&training.steps={LONG}")
        first.append(to_picture(page, "ArrowRight", whole=False))
    return Changes(*map(statistics.median, (fresh, again, first, paints, sizes)))


def in_words(changes: Changes) -> dict[str, str]:
    """The changes as lines of the table."""
    return {
        "slider release to finished picture, new run": f"{changes.fresh:.2f} s",
        "slider release to finished picture, run already trained": f"{changes.again:.2f} s",
        f"slider release to first picture, new run of {LONG:,} updates": f"{changes.first:.2f} s",
        "first paint, after the data is in the browser": f"{changes.paint:.0f} ms",
        "websocket, one new run to its end": f"{changes.size / 1000:,.0f} kB",
    }


def rows(rounds: int = 5) -> list[Row]:
    """The figures to reach: how soon a new run of the default experiment is on screen."""
    with opened() as (page, url):
        changes = measure_changes(page(), url, rounds)
    beyond = changes.fresh - changes.again
    return [
        Row(
            "slider release to the finished new picture in Chromium, default run",
            f"under {MOST_SECONDS} s",
            f"{changes.fresh:.2f} s",
            changes.fresh < MOST_SECONDS,
        ),
        Row(
            "the same, beyond what an already cached run takes",
            f"under {MOST_BEYOND} s",
            f"{beyond:.2f} s",
            beyond < MOST_BEYOND,
        ),
    ]


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


@contextmanager
def opened() -> Iterator[tuple[Callable[[], Page], str]]:
    """Run the app and a browser; give a function that opens a page of its own, and the app's address."""
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with served() as url, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=FLAGS)
        yield lambda: chromium.new_context(viewport=WINDOW).new_page(), url
        chromium.close()


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="seeds that are tried")
    rounds = parser.parse_args().rounds
    with opened() as (page, url):
        lines = in_words(measure_changes(page(), url, rounds))
        lines |= measure_arrival(page(), url)
        lines |= measure_playing(page(), url)
    print("| measured in Chromium, training lab | median |\n|---|---|")
    for name, value in lines.items():
        print(f"| {name} | {value} |")


if __name__ == "__main__":
    main()
