"""A message that overtakes the one before it: Streamlit then calls a component for both, and undoes the first.

This happens when the first two messages come while the files of the component are being loaded. Here every call of
Streamlit's is doubled, and the first of the two is undone, before or after the second.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.visit import at_rest

pytestmark = pytest.mark.browser

ORDERS = {
    "before": "const undo = mount(given); undo(); return mount(given);",
    "after": "const undo = mount(given); const again = mount(given); undo(); return again;",
}
PATIENCE = "PATIENCE_MS = {}"  # how long what has lost its place is kept; shorter where it may not have lost it
PLACES = {
    "player": ("player.js", "train?data.name=moons&network.hidden=8_8&training.steps=25", ".player"),
    "ravine": ("ravine.js", "ravine", ".ravine"),
    "axes": ("axes.js", "axes", ".axes"),
    "microscope": ("microscope.js", "layer", ".microscope"),
    "presenter": ("presenter.js", "inputs?present=1", ".bar"),
}


def disturb(page: Page, file: str, order: str) -> None:
    """Put something between Streamlit and a component that mounts it twice and undoes the first."""

    def answer(route: Route) -> None:
        if route.request.url.endswith("?itself"):
            given = route.fetch()
            shorter = given.text().replace(PATIENCE.format(10000), PATIENCE.format(300))
            route.fulfill(response=given, body=shorter if order == "after" else given.text())
        else:
            body = f"import mount from './{file}?itself'; export default (given) => {{ {ORDERS[order]} }}"
            route.fulfill(body=body, content_type="text/javascript")

    page.route(re.compile(rf"/{re.escape(file)}(\?itself)?$"), answer)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", PLACES)
def test_a_call_that_is_undone_leaves_one_of_each(page: Page, serve, name: str, order: str) -> None:
    file, link, place = PLACES[name]
    disturb(page, file, order)
    page.goto(f"{serve('app.py')}/{link}")
    expect(page.locator(place).first).to_be_visible()
    at_rest(page)
    page.wait_for_timeout(1000)  # what has not its place any more would have gone by now
    expect(page.locator(place)).to_have_count(1)
    expect(page.locator(place)).to_be_visible()
