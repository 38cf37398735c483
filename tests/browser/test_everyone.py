"""Every page for everyone: axe-core in light and dark, the keyboard alone, no sideways scroll, no word cut off."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from bnviz.ui.frame import LABS
from tests.browser.visit import at_rest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = ("", *LABS, "lessons", "claims", "quiz", "check", "axes?claim=N9&lesson=class90.9")
WORKING = re.compile(r"\d of [\d,]+ ")
BAD = ("serious", "critical")
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    # Streamlit's tables scroll on a phone. Browsers give the keyboard every region that scrolls; axe-core wants more.
    "rules": {"scrollable-region-focusable": {"enabled": False}},
}
# On a phone Streamlit puts the navigation into the sidebar, its sections as <div> between <ul> and <li>. Each of the
# thousands of points of a chart has a name, and nothing else to be looked at; a minute was spent on them.
CONTEXT = {"exclude": [["[data-testid=stSidebarNavItems]"], ["svg path[role=graphics-symbol]"]]}
SIDEWAYS = """() => {
    const root = document.querySelector('[data-testid="stMain"]');
    return Math.max(root.scrollWidth - root.clientWidth, document.documentElement.scrollWidth - innerWidth);
}"""


# Everything that the keyboard ought to reach, also inside of components; of a group with one tab stop, that one.
CONTROLS = """() => {
    const wanted = "a[href], button, input, select, textarea, summary, canvas[tabindex], [role=button]";
    const found = [];
    const search = (root) => {
        for (const one of root.querySelectorAll("*")) {
            if (one.shadowRoot) search(one.shadowRoot);
            if (!one.matches(wanted) || one.disabled || one.tabIndex < 0) continue;
            const { width, height } = one.getBoundingClientRect();
            const seen = one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
            if (seen && width > 1 && height > 1 && !one.closest("[inert], [aria-hidden=true]")) found.push(one);
        }
    };
    const look = (one) => {
        const near = [one, ...one.children, one.parentElement, ...(one.parentElement?.children ?? []),
            one.parentElement?.parentElement, one.parentElement?.parentElement?.parentElement];
        return near.filter((each) => each instanceof Element).map((each) => {
            const style = getComputedStyle(each);
            const line = style.outlineStyle === "none" ? "" : style.outline;
            return [line, style.boxShadow, style.borderColor, style.backgroundColor, style.color,
                style.textDecoration, style.opacity].join();
        }).join("|");
    };
    search(document);
    window.__walk = {
        controls: found, left: new Set(found), dull: new Set(), before: new Map(found.map((one) => [one, look(one)])),
        name: (one) => {
            const said = one.getAttribute("aria-label") || one.textContent || one.name;
            return `${one.tagName} ${said}`.trim().slice(0, 80);
        },
        active() {
            let one = document.activeElement;
            while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
            return one === document.body ? null : one;
        },
        step() {
            const one = this.active();
            if (!one) return "out";
            const first = this.left.delete(one);
            const group = one.closest("[role=radiogroup], [role=toolbar]"); // one tab stop, then the arrow keys
            for (const each of group ? this.controls : []) if (group.contains(each)) this.left.delete(each);
            if (first && look(one) === this.before.get(one)) this.dull.add(one);
            else this.dull.delete(one);
            return this.dull.has(one) ? "dull" : "on";
        },
        box() {
            this.last = this.active();
            const { x, y, width, height } = this.last.getBoundingClientRect();
            return { x: x - 8, y: y - 8, width: width + 16, height: height + 16 };
        },
        shown() { this.dull.delete(this.last); },
    };
    return found.length;
}"""
SLACK = 60  # tab stops beside the controls, such as regions that scroll


def differs(page):
    """Whether the control with the focus looks different without it; a canvas or a thumb has no style to compare."""
    box = page.evaluate("window.__walk.box()")
    clip = box | {"x": max(0, box["x"]), "y": max(0, box["y"]), "height": min(200, box["height"])}
    page.wait_for_timeout(100)
    focused = page.screenshot(clip=clip)
    page.evaluate("window.__walk.active().blur()")  # Tab goes on from there
    page.wait_for_timeout(100)
    return page.screenshot(clip=clip) != focused


def walked(page):
    """What goes wrong on the way through a page by Tab alone, one line each."""
    count = page.evaluate(CONTROLS)
    assert count > 5
    page.evaluate("document.activeElement?.blur()")
    for _ in range(count + SLACK):
        page.keyboard.press("Tab")
        step = page.evaluate("window.__walk.step()")
        if step == "out":
            break
        if step == "dull" and differs(page):
            page.evaluate("window.__walk.shown()")
    else:
        return [f"Tab does not leave the page after {count + SLACK} presses; {left(page, 'left')} not reached"]
    unreached = [f"never reached: {name}" for name in left(page, "left")]
    return unreached + [f"looks the same with the focus: {name}" for name in left(page, "dull")]


def left(page, name):
    """The names of the controls in a set."""
    return page.evaluate(
        "name => [...window.__walk[name]].filter((one) => one.isConnected).map(window.__walk.name)", name
    )


def opened(page, url):
    """The page once nothing on it is still being made."""
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    at_rest(page)
    page.wait_for_timeout(1000)
    expect(page.get_by_test_id("stProgress").filter(has_text=WORKING)).to_have_count(0)
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
    assert walked(page) == [], "by the keyboard alone"
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


def test_the_walk_would_have_complained(new_page, serve):
    page = opened(new_page(reduced_motion="reduce"), f"{serve('app.py')}/lessons")
    page.evaluate(
        """() => {
        const main = document.querySelector("main, [data-testid=stMain]");
        const dull = Object.assign(document.createElement("button"), { textContent: "dull" });
        dull.style.outline = "none";
        const lost = Object.assign(document.createElement("button"), { textContent: "lost" });
        lost.onfocus = () => lost.blur();
        main.prepend(dull, lost);
    }"""
    )
    assert any("dull" in line for line in walked(page))


def test_a_canvas_has_its_numbers_and_its_picture_as_a_file(new_page, serve):
    page = opened(new_page(), f"{serve('app.py')}/axes")
    page.get_by_label("Numbers: Who is averaged together in batch norm", exact=True).first.click()
    rows = page.locator(".axes .numbers table").first.locator("tbody tr")
    expect(rows).to_have_count(8)  # a mean for each channel
    with page.expect_download() as saved:
        page.get_by_role("button", name="Files: Who is averaged together in batch norm").click()
        page.get_by_role("menuitem", name="PNG").click()
    assert saved.value.suggested_filename.endswith("image1-channel3.png")
    assert saved.value.path().read_bytes()[:4] == b"\x89PNG"
