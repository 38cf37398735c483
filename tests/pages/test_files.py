"""The files of the labs' charts: each says its own lab's settings, and looks the same from the dark theme."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from streamlit.runtime.context import ContextProxy

from bnviz.plots import sheet
from bnviz.plots.paper import on_paper
from bnviz.ui import figure_files
from tests.pages.visit import checked, visited

TINY = {"layers": "2", "width": "8", "updates": "6", "step": "6"}
LABS = {
    "inputs": ({}, 7, "x1 and x2"),
    "running": ({"running.updates": "8", "running.after": "8", "running.width": "8", "running.part": "shift"}, 3,
                "hidden layers 3 × 8, relu"),
    "rates": ({"rates.values": "2", "rates.width": "8", "rates.layers": "1", "rates.updates": "7"}, 2,
              "learning rates 0.025, 6.4"),
    "smoothness": ({f"smoothness.{name}": value for name, value in TINY.items()}, 4, "hidden layers 2 × 8, relu"),
    "shift": ({"shift.noise": "0.2"}, 2, "flowers, 800 training rows, raw"),
    "noise": ({"noise.part": "depth", "noise.blocks": "2", "noise.width": "4", "noise.depth_seeds": "1"}, 2,
              "2 residual blocks of width 4"),
}  # fmt: skip


@pytest.fixture
def offered(monkeypatch):
    """What the menus beside the headings offer, by theme and by the figure's name."""
    found, dark, usual = {False: {}, True: {}}, [False], figure_files.headed

    def headed(figure, origin, *, paper=None):
        found[dark[0]][figure.id] = (figure, origin, paper)
        usual(figure, origin, paper=paper)

    monkeypatch.setattr(figure_files, "headed", headed)
    monkeypatch.setattr(ContextProxy, "theme", property(lambda _: SimpleNamespace(type="dark" if dark[0] else "light")))

    def visit(page, params, count):
        for dark[0] in (False, True):
            app, end = visited(f"pages/{page}.py", params), time.monotonic() + 60
            while len(found[dark[0]]) < count or app.get("progress"):
                assert time.monotonic() < end, found
                time.sleep(0.05)
                checked(app.run())
        return found

    return visit


@pytest.mark.parametrize("page", LABS)
def test_a_file_says_its_own_labs_settings_and_has_white_paper(offered, page):
    params, count, said = LABS[page]
    found = offered(page, params, count)
    assert len(found[False]) == count
    assert found[False].keys() == found[True].keys()
    for name, (light, origin, _) in found[False].items():
        dark, _, paper = found[True][name]
        assert (paper().spec_at() if paper else on_paper(dark.spec_at())) == light.spec_at()
        assert (origin.page, said in origin.settings) == (page, True)
        assert origin.params.items() <= params.items()
        assert len(sheet.numbers_table(light)) or page == "rates"  # whose runs have not begun
    spec = sheet.sheet(*found[True][name][:1], origin.settings, source=origin.source)
    assert f"bnviz, {origin.about()['lab']}: /{page}" in " ".join(spec["title"]["subtitle"])
