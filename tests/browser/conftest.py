"""What the browser tests share: a running app, a Chromium, and pages on which an error fails the test."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright

from bnviz.ui.frame import sections
from bnviz.ui.messages import text

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
PATIENCE_MS = 60_000  # the tests may share two cores with others; who waits for something true waits no longer
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# On a deep link Streamlit first looks for its server under the page's own path, and the console says 404.
NOISE = re.compile(r"status of 404 .*/\w+/_stcore/(health|host-config)\)$")

Serve = Callable[[str | Path], str]
NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Return a function that serves a Streamlit script (path from the repository's root) and returns its URL.

    Each script is started once in a session and stopped at the end.
    """
    servers: dict[Path, tuple[subprocess.Popen[bytes], str]] = {}

    def start(script: str | Path) -> str:
        path = ROOT / script
        if path not in servers:
            log = tmp_path_factory.mktemp("server") / "log.txt"
            servers[path] = _start_server(path, log)
        return servers[path][1]

    yield start
    for process, _ in servers.values():
        process.kill()
        process.wait()


def _start_server(script: Path, log: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start one server on a free port and wait until it is healthy."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {"address": "127.0.0.1", "port": port, "headless": "true", "fileWatcherType": "none"}
    flags = [f"--server.{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "streamlit", "run", str(script), *flags]
    with log.open("wb") as sink:
        process = subprocess.Popen(command, cwd=ROOT, stdout=sink, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return process, url
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    process.kill()
    raise RuntimeError(f"{script.name} did not start:\n{log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield the Chromium of this machine."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(path).exists():
        pytest.skip("There is no Chromium; set CHROMIUM to the path of one.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        expect.set_options(timeout=PATIENCE_MS)
        yield chromium
        chromium.close()


@dataclass
class Complaints:
    """What a page wrote to the console as an error, or threw."""

    texts: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        """Keep an error, with the place it came from."""
        said = f"{message.text} ({message.location.get('url', '')})"
        if message.type == "error" and not NOISE.search(said):
            self.texts.append(said)

    def on_error(self, error: Error) -> None:
        """Keep an exception that nobody caught."""
        self.texts.append(f"{error.message}\n{error.stack}")


@pytest.fixture
def complaints() -> Complaints:
    """Return the errors of this test's pages; a test that provokes one clears them."""
    return Complaints()


@pytest.fixture
def new_page(browser: Browser, complaints: Complaints) -> Iterator[NewPage]:
    """Return a function that opens a page with given context options; any error on it fails the test."""
    contexts = []

    def open_page(**options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", complaints.on_console)
        page.on("pageerror", complaints.on_error)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints.texts, "\n".join(["The page complained:", *complaints.texts])


@pytest.fixture
def travel() -> Callable[[Page, str], None]:
    """Return a function that opens another lab from the navigation at the top of a wide page."""

    def open_lab(page: Page, lab: str) -> None:
        section = next(title for title, labs in sections().items() if lab in labs)
        page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
        page.get_by_test_id("stTopNavDropdownLink").filter(has_text=text(f"app.{lab}_title")).click()

    return open_lab


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """Return a page of 1280 by 900."""
    return new_page()
