"""The bytes that the player is sent, read back as the browser reads them."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bnviz.ui import vega_bundle
from bnviz.ui.payload import ALIGNMENT, Column, FrameTable, Picture, Playback, SeriesTable, pack
from bnviz.ui.traits import traits
from bnviz.ui.vega_spec import compile_spec

FRAMES, ROWS = 3, 5


def chart(name: str = "frame", **properties: Any) -> alt.Chart:
    return alt.Chart(alt.NamedData(name=name)).mark_bar().encode(x="bin:O", y="count:Q").properties(**properties)


def playback(**changes: Any) -> Playback:
    given = {"run_id": "run", "steps": [0, 5, 9], "total_steps": 20, "steps_per_epoch": 4, "finished": False}
    return Playback(**{**given, **changes})


def picture(values: Any = None, **changes: Any) -> Picture:
    counts = np.arange(FRAMES * ROWS, dtype=np.float32).reshape(FRAMES, ROWS) if values is None else values
    columns = [Column("bin", list("abcde")), Column("count", counts, per_frame=True)]
    given = {"id": "one", "title": "One", "spec": chart(), "tables": [FrameTable("frame", columns)]}
    return Picture(**{**given, **changes})


def unpack(message: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the header and the arrays, checking where they begin."""
    (length,) = struct.unpack_from("<I", message)
    assert (4 + length) % ALIGNMENT == 0
    return json.loads(message[4 : 4 + length]), message[4 + length :]


def array(arrays: bytes, reference: dict[str, Any]) -> np.ndarray:
    assert reference["offset"] % ALIGNMENT == 0
    return np.frombuffer(arrays, reference["type"], reference["length"], reference["offset"])


def test_header_tells_the_run() -> None:
    header, arrays = unpack(pack(playback(start=5), []))
    assert header["run"] == "run"
    assert (header["total"], header["epoch"], header["finished"], header["start"]) == (20, 4.0, False, 5)
    assert array(arrays, header["steps"]).tolist() == [0, 5, 9]


@pytest.mark.parametrize("dtype", ["float32", "int32", "uint16", "uint8"])
def test_an_array_comes_back_in_its_type(dtype: str) -> None:
    values = np.arange(FRAMES * ROWS).reshape(FRAMES, ROWS).astype(dtype)
    header, arrays = unpack(pack(playback(), [picture(values), picture(values, id="two")]))
    for entry in header["pictures"]:
        reference = entry["tables"][0]["columns"][1]["array"]
        assert reference["type"] == dtype
        np.testing.assert_array_equal(array(arrays, reference), values.ravel())


@pytest.mark.parametrize(("given", "sent"), [("float64", "float32"), ("int64", "int32"), ("bool", "uint8")])
def test_wider_types_are_narrowed(given: str, sent: str) -> None:
    header, _ = unpack(pack(playback(), [picture(np.ones((FRAMES, ROWS), dtype=given))]))
    assert header["pictures"][0]["tables"][0]["columns"][1]["array"]["type"] == sent


def test_what_json_does_not_know_becomes_null() -> None:
    columns = [Column("x", np.array([1.5, np.nan, np.inf])), Column("y", ["a", None, np.float32(2)])]
    header, _ = unpack(pack(playback(), [picture(tables=[FrameTable("frame", columns)])]))
    sent = header["pictures"][0]["tables"][0]["columns"]
    assert sent[0]["values"] == [1.5, None, None]
    assert sent[1]["values"] == ["a", None, 2.0]


def test_kinds_rows_and_texts() -> None:
    series = SeriesTable("series", [Column("loss", np.ones((FRAMES, 2), np.float32), per_frame=True)])
    header, _ = unpack(pack(playback(), [picture(tables=[series], captions=["a", "b", "c"], alt="spoken")]))
    entry = header["pictures"][0]
    assert (entry["tables"][0]["kind"], entry["tables"][0]["rows"]) == ("series", 2)
    assert (entry["captions"], entry["alt"]) == (["a", "b", "c"], "spoken")


def entry(one: Picture, **changes: Any) -> dict[str, Any]:
    """How the header describes a picture."""
    return unpack(pack(playback(), [one], **changes))[0]["pictures"][0]


def test_a_continuing_message_leaves_out_what_the_player_has() -> None:
    more, _ = unpack(pack(playback(first_frame=2), [picture()], known={"one": traits(picture())}))
    told = more["pictures"][0]
    assert more["first"] == 2
    assert "look" in entry(picture())
    assert not {"look", "lookHash", "title"} & told.keys()
    assert [column["name"] for column in told["tables"][0]["columns"]] == ["count"]


def test_a_changed_look_is_sent_without_the_columns_that_stay() -> None:
    known = {"one": traits(picture())}
    told = unpack(pack(playback(first_frame=2), [picture(spec=chart(height=90))], known=known))[0]["pictures"][0]
    assert told["look"]["spec"]["height"] == 90
    assert [column["name"] for column in told["tables"][0]["columns"]] == ["count"]


def test_changed_columns_that_stay_are_sent_without_the_look() -> None:
    counts = Column("count", np.ones((FRAMES, ROWS), np.float32), per_frame=True)
    other = picture(tables=[FrameTable("frame", [Column("bin", list("vwxyz")), counts])])
    told = unpack(pack(playback(first_frame=2), [other], known={"one": traits(picture())}))[0]["pictures"][0]
    assert "look" not in told
    assert told["tables"][0]["columns"][0]["values"] == list("vwxyz")


def test_a_message_from_the_first_frame_on_says_everything() -> None:
    assert entry(picture(), known={"one": traits(picture())}) == entry(picture())


def test_hashes_follow_what_they_name() -> None:
    def hashes(one: Picture) -> tuple[str, str, str]:
        told = entry(one)
        assert (told["lookHash"], told["stayHash"]) == traits(one)
        return told["lookHash"], told["stayHash"], told["outline"]

    look, stays, shape = hashes(picture())
    assert hashes(picture(np.zeros((FRAMES, ROWS), np.float32))) == (look, stays, shape)
    other_look = hashes(picture(spec=chart(height=90)))
    assert other_look[0] != look
    assert other_look[1:] == (stays, shape)
    counts = Column("count", np.zeros((FRAMES, ROWS), np.float32), per_frame=True)
    for bins in (["a", "b", "c", "d", "f"], [1.0, 2.0, 3.0, 4.0, 5.0]):
        other_stays = hashes(picture(tables=[FrameTable("frame", [Column("bin", bins), counts])]))
        assert other_stays[1] != stays
        assert (other_stays[0], other_stays[2]) == (look, shape)
    assert hashes(picture(tables=[FrameTable("other", [Column("bin", list("abcde")), counts])]))[2] != shape


def test_a_series_may_be_empty_at_first() -> None:
    nothing = picture(np.empty((0, ROWS), np.float32))
    header, _ = unpack(pack(playback(steps=[]), [nothing]))
    assert header["pictures"][0]["tables"][0]["rows"] == ROWS


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"captions": ["only one"]}, "1 captions for 3 frames"),
        ({"tables": [FrameTable("frame", [Column("a", [1]), Column("b", [1, 2])])]}, "differ in length"),
    ],
)
def test_lengths_that_disagree_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pack(playback(), [picture(**changes)])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.ones((2, ROWS), np.float32), r"shape \(3, 5\)"),
        (np.full((FRAMES, ROWS), "a"), "use one of"),
        (np.full((FRAMES, ROWS), 2**40), "use one of"),
    ],
)
def test_arrays_that_cannot_be_sent_are_refused(values: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pack(playback(), [picture(values)])


def test_ids_are_unique_and_steps_increase() -> None:
    with pytest.raises(ValueError, match="id of its own"):
        pack(playback(), [picture(), picture()])
    with pytest.raises(ValueError, match="increasing"):
        pack(playback(steps=[0, 9, 5]), [picture()])


def test_the_browser_gets_vega_not_vega_lite() -> None:
    spec = json.loads(compile_spec(chart()))
    assert "vega/v6" in spec["$schema"]
    assert {"name": "frame"} in spec["data"]
    assert spec["background"] == "transparent"
    assert "description" not in json.dumps(spec["marks"])
    assert compile_spec(chart().to_dict()) == compile_spec(chart())


def test_a_chart_keeps_its_own_config() -> None:
    spec = json.loads(compile_spec(chart().configure(background="red")))
    assert spec["background"] == "red"


def test_the_bundle_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "assets" / "vega.js"
    vega_bundle.ensure_bundle(path)
    assert "export{" in path.read_text(encoding="utf-8").replace("export {", "export{")
    before = path.stat().st_mtime_ns
    vega_bundle.ensure_bundle(path)
    assert path.stat().st_mtime_ns == before
    assert [file.name for file in path.parent.iterdir()] == ["vega.js"]


def test_a_bundle_of_another_version_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "vega.js"
    path.write_text("// Vega 0.0.1\n", encoding="utf-8")
    vega_bundle.ensure_bundle(path)
    assert path.read_text(encoding="utf-8").startswith(vega_bundle.bundle_stamp())


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(vega_bundle.tempfile, "mkstemp", refuse)
    with pytest.raises(RuntimeError, match="Make that folder writable"):
        vega_bundle.ensure_bundle(tmp_path / "vega.js")


def page_with_player() -> None:
    """A page for AppTest, which runs no JavaScript."""
    import numpy as np
    import streamlit as st

    from bnviz.ui.payload import Column, FrameTable, Picture, Playback
    from bnviz.ui.player import player

    spec = {"data": {"name": "frame"}, "mark": "bar", "encoding": {"y": {"field": "y", "type": "quantitative"}}}
    table = FrameTable("frame", [Column("y", np.ones((2, 1), np.float32), per_frame=True)])
    result = player(Playback("run", [0, 1], 1, 1, True), [Picture("one", "One", spec, [table])], key="player")
    st.write(f"{result.step} {result.resync}")


@pytest.mark.parametrize("repeat", [1, 2])  # the second time the component is registered already
def test_mounting_without_a_browser(repeat: int) -> None:
    app = AppTest.from_function(page_with_player).run()
    assert not app.exception
    assert app.markdown[0].value == "None False"
    header, arrays = unpack(app.get("bidi_component")[0].proto.bytes)
    assert header["pictures"][0]["id"] == "one"
    assert array(arrays, header["steps"]).tolist() == [0, 1]
