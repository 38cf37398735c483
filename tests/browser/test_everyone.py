"""Every page for everyone: no serious complaint of axe-core in light and dark, no sideways scroll, no word cut off."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from bnviz.ui.frame import LABS

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = ("", *LABS, "lessons", "claims", "axes?claim=N9&lesson=class90.9")
BAD = ("serious", "critical")
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    # Streamlit's tables scroll on a phone. Browsers give the keyboard every region that scrolls; axe-core wants more.
    "rules": {"scrollable-region-focusable": {"enabled": False}},
}
# On a phone Streamlit puts the navigation into the sidebar, its sections as <div> between <ul> and <li>.
CONTEXT = {"exclude": [["[data-testid=stSidebarNavItems]"]]}
SIDEWAYS = """() => {
    const root = document.querySelector('[data-testid="stMain"]');
    return Math.max(root.scrollWidth - root.clientWidth, document.documentElement.scrollWidth - innerWidth);
}"""


def opened(page, url):
    """The page once nothing on it is still being made."""
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_attached()
    page.wait_for_timeout(1000)
    return page


def complaints_of(page):
    """What axe-core finds serious or critical, one line a rule."""
    found = Axe().run(page, context=CONTEXT, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {rule['help']} ({len(rule['nodes'])} times, first {rule['nodes'][0]['html'][:200]})"
        for rule in found
        if rule["impact"] in BAD
    ]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_serious_stands_in_anybodys_way(new_page, serve, name):
    url = f"{serve('app.py')}/{name}"
    page = opened(new_page(color_scheme="dark", reduced_motion="reduce"), url)
    assert complaints_of(page) == [], "dark"
    page = opened(new_page(color_scheme="light", viewport={"width": 390, "height": 844}), url)
    assert complaints_of(page) == [], "light, on a phone"
    assert page.evaluate(SIDEWAYS) <= 1
    page.set_viewport_size({"width": 640, "height": 450})  # a window of 1280 x 900 at 200 %
    page.wait_for_timeout(300)
    assert page.evaluate(SIDEWAYS) <= 1


def test_axe_would_have_complained(new_page, serve):
    page = opened(new_page(), f"{serve('app.py')}/axes")
    page.evaluate("document.body.append(Object.assign(document.createElement('img'), {src: 'data:,'}))")
    assert any(line.startswith("image-alt") for line in complaints_of(page))


def test_on_paper_every_picture_is_drawn_and_nothing_to_press_is_left(new_page, serve):
    page = opened(new_page(), f"{serve('app.py')}/train?show=curves.histograms.bands.gradients")
    charts = page.locator(".picture .chart")
    drawn = charts.locator("canvas")
    page.wait_for_function("window.__bnviz?.firstPaintMs > 0")
    assert drawn.count() < charts.count()  # the last one is far below
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(drawn).to_have_count(charts.count())
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_hidden()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
