"""What the browser tests of several pages wait for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect


def at_rest(page: Page) -> None:
    """Wait until no script of the page runs."""
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_attached()


def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, for a minute at most."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "A minute has passed, and it does not hold."
        time.sleep(0.1)


def wait_for(page: Page, condition: str) -> None:
    """Wait until an expression over the player `p` is true."""
    page.wait_for_function(f"(p => p && ({condition}))(window.__bnviz)")


def told(page: Page, name: str) -> Any:
    """Return one value that the player tells of itself."""
    return page.evaluate(f"window.__bnviz.{name}")
