"""The QR code, its picture, and what may be hidden."""

import base64
import re
import tomllib
from xml.etree import ElementTree

import pytest
import segno

from bnviz.ui import hiding
from bnviz.ui.frame import ROOT
from bnviz.ui.messages import text
from bnviz.ui.share import MOST_TEXT, code, code_svg, query

ADDRESS = "https://example.org/train?training.learning_rate=1.6&arms=none+batch,before"


def svg(words):
    kind, _, data = code_svg(words).partition(",")
    assert kind == "data:image/svg+xml;base64"
    return ElementTree.fromstring(base64.b64decode(data))


def test_the_code_is_that_of_the_text_and_survives_damage():
    made = code(ADDRESS)
    assert made.error in ("M", "Q", "H")
    assert [list(row) for row in made.matrix] == [
        list(row) for row in segno.make_qr(ADDRESS, error="m", boost_error=True).matrix
    ]
    assert [list(row) for row in made.matrix] != [list(row) for row in code(ADDRESS + "0").matrix]


def test_the_picture_is_black_on_a_white_ground_with_a_margin_of_four_squares():
    picture, size = svg(ADDRESS), code(ADDRESS).symbol_size(scale=1, border=0)[0]
    width = float(picture.get("viewBox").split()[2])
    paths = [part for part in picture.iter() if part.tag.endswith("path")]
    assert [part.get("fill") or part.get("stroke") for part in paths] == ["#fff", "#000"]
    assert width == pytest.approx(10 * (size + 8))
    assert re.match(r"M0 0h(\d+)", paths[0].get("d")).group(1) in (str(size + 8), str(10 * (size + 8)))


def test_what_is_too_long_has_no_code():
    assert code("x" * (MOST_TEXT + 1)) is None
    assert code_svg("x" * (MOST_TEXT + 1)) is None
    assert code("") is None
    assert svg("x" * MOST_TEXT) is not None


def test_a_query_is_short_and_comes_back_as_it_was():
    from urllib.parse import parse_qsl

    params = {"arms": "none batch,eps:0.1", "layer.hand": "1_2~3_4", "odd": "a&b=c#d é"}
    assert dict(parse_qsl(query(params))) == params
    assert "," in query(params)


def test_every_part_has_a_name_and_every_name_a_part():
    named = tomllib.loads((ROOT / "assets/messages/en/share.toml").read_text(encoding="utf-8"))["part"]
    assert named.keys() == hiding.known()
    for page in hiding.PARTS:
        parts = hiding.parts_of(page)
        assert len(set(parts)) == len(parts)
        assert all("." not in name and text(f"share.part.{name}") for name in parts)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("train.training.learning_rate", "learning_rate"),
        ("train.arm3.momentum", "momentum"),
        ("ravine.data.stretch1", "stretch"),
        ("layer.w.eps", "eps"),
        ("inputs.n", "n"),
    ],
)
def test_a_control_is_named_by_the_last_part_of_its_key(key, name):
    assert hiding.name_of(key) == name
