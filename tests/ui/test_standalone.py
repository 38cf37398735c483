"""The page that a run is taken home as: nothing in it leads out, and it says what the app says."""

from __future__ import annotations

import base64
import html
import json
import re
import struct
import tomllib
from pathlib import Path

import pytest

from bnviz.core import engine
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.ui.standalone import ASSETS, standalone
from bnviz.ui.view import View

RUN = Experiment(
    Data("moons", n=100), Network((6, 6)), (Arm("none"), Arm("batch")), Training("sgd", 0.3, 10, 20), seed=2
)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def page() -> str:
    return standalone(engine.train(RUN), View(show=("curves", "histograms", "maps")), step=7)


def header(page: str, name: str) -> dict:
    data = base64.b64decode(re.search(rf'id="{name}">([^<]*)<', page)[1])
    (length,) = struct.unpack_from("<I", data)
    return json.loads(data[4 : 4 + length])


def test_nothing_in_it_leads_out(page: str) -> None:
    plain = re.sub(r"[A-Za-z0-9+/=]{200,}", "", page)  # without what is packed
    assert not re.findall(r"(?:src|href)=", plain)
    assert "http" not in plain.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert "default-src 'none'" in page
    assert "<<" not in plain


def test_every_module_finds_its_neighbours(page: str) -> None:
    imports = json.loads(re.search(r'<script type="importmap">(.*?)</script>', page)[1])["imports"]
    assert set(imports) == {f"bnviz/{file.name}" for file in (ASSETS / "player").glob("*.js")}
    for name, link in imports.items():
        if name == "bnviz/vega.js":
            continue
        source = base64.b64decode(link.split(",")[1]).decode()
        assert not re.search(r'["\']\./', source), name
        for found in re.findall(r'(?:from |import\()"([^"]+)"', source):
            assert found in imports


def test_it_holds_the_whole_run_and_opens_at_the_step(page: str) -> None:
    run = header(page, "run")
    assert run["steps"]["length"] == 21
    assert (run["start"], run["total"], run["finished"]) == (7, 20, True)
    assert [one["id"] for one in run["pictures"]] == ["loss", "accuracy", "histograms-normalized", "decision-maps"]
    assert all("look" in one for one in run["pictures"])


def test_another_theme_is_a_message_without_frames(page: str) -> None:
    for name in ("light", "dark"):
        repaint = header(page, name)
        assert (repaint["first"], repaint["steps"]["length"]) == (21, 0)
        assert all("look" in one for one in repaint["pictures"])
    looks = [json.dumps(header(page, name)["pictures"][0]["look"]) for name in ("run", "light", "dark")]
    assert looks[0] == looks[1] != looks[2]


def test_settings_arms_and_results_are_in_words(page: str) -> None:
    text = html.unescape(page)
    assert "moons, 75 training rows, standardized" in text
    assert "learning rate 0.3" in text
    assert text.count("<li>") == 2
    assert text.count("<tr>") == 3
    assert "updates per second" not in text


def test_the_view_may_show_nothing() -> None:
    page = standalone(engine.train(RUN), View(show=()))
    assert len(header(page, "run")["pictures"]) == 4


def test_its_colours_are_those_of_the_app() -> None:
    themes = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    light, dark = (ASSETS / "standalone" / "page.css").read_text(encoding="utf-8").split('[data-theme="dark"]', 1)
    names = {"textColor": "text", "backgroundColor": "background", "primaryColor": "primary",
             "secondaryBackgroundColor": "secondary-background", "borderColor": "border"}  # fmt: skip
    for css, theme in ((light, themes["light"]), (dark, themes["dark"])):
        for key, name in names.items():
            variable = "--st-text-color" if name == "text" else f"--st-{name}-color"
            assert f"{variable}: {theme[key]};" in css
