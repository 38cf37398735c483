"""What the player is told while a run goes on, put together again as the player does it, messages lost or not."""

from __future__ import annotations

import gc
import json
import struct
import weakref
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bnviz.core import engine
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.recording import Recording, join
from bnviz.ui import dispatch
from bnviz.ui.kept import MESSAGES
from bnviz.ui.view import View

WILD = Experiment(
    data=Data("moons", n=120),
    network=Network((8, 8)),
    arms=(Arm("none"), Arm("batch")),
    training=Training(learning_rate=60.0, batch_size=10, steps=150),
)
VIEW = View(show=("curves", "histograms", "maps", "saturation"))
BEGIN = (None, 1)


class Going:
    """A run of which one chunk after the other comes in."""

    name, restarts, active, status = "run", 0, True, "training"

    def __init__(self) -> None:
        self.chunks = list(engine.stream(WILD, chunk=5, engine="torch"))
        self.known = 0

    def grow(self) -> bool:
        self.known += 1
        self.now = join(self.chunks[: self.known])
        return self.known < len(self.chunks)

    def recording(self) -> Recording:
        return self.now


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Going:
    monkeypatch.setattr(dispatch, "st", SimpleNamespace(session_state={}))
    return Going()


def told(run: Going) -> bytes:
    return dispatch.message(run, VIEW, (), dark=False, begin=BEGIN)


def unpack(message: bytes) -> dict[str, Any]:
    """The header, with every array in it."""
    (length,) = struct.unpack_from("<I", message)
    header, arrays = json.loads(message[4 : 4 + length]), message[4 + length :]

    def read(reference: dict[str, Any]) -> np.ndarray:
        return np.frombuffer(arrays, reference["type"], reference["length"], reference["offset"])

    header["steps"] = read(header["steps"])
    for picture in header["pictures"]:
        for table in picture["tables"]:
            for column in table["columns"]:
                if "array" in column:
                    column["array"] = read(column["array"]).reshape(-1, table["rows"])
    return header


class Player:
    """What assets/player keeps of the messages."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.looks: dict[str, str] = {}
        self.stays: dict[str, Any] = {}
        self.arrays: dict[str, dict[int, np.ndarray]] = {}
        self.captions: dict[str, dict[int, str]] = {}

    def receive(self, message: bytes) -> None:
        header = unpack(message)
        first = header["first"]
        assert first <= len(self.steps), "frames are missing"
        self.steps[first:] = header["steps"].tolist()
        for picture in header["pictures"]:
            self._take(picture, first)

    def _take(self, picture: dict[str, Any], first: int) -> None:
        name, first = picture["id"], picture.get("first", first)
        self.looks[name] = picture.get("lookHash", self.looks.get(name))
        for at, caption in enumerate(picture["captions"]):
            self.captions.setdefault(name, {})[first + at] = caption
        for table in picture["tables"]:
            for column in table["columns"]:
                key = f"{name} {table['dataset']} {column['name']}"
                if "values" in column:
                    self.stays[key] = column["values"]
                else:
                    frames = self.arrays.setdefault(key, {})
                    frames.update({first + at: row for at, row in enumerate(column["array"])})


@pytest.mark.parametrize("lost", [0, 1, 2], ids="{} lost in a row".format)
def test_the_player_has_everything_whatever_is_lost(run: Going, lost: int) -> None:
    player, sizes = Player(), []
    while run.grow():
        message = told(run)
        sizes.append(len(message))
        if run.known % (lost + 1) == 1 % (lost + 1):
            player.receive(message)
    player.receive(told(run))
    whole = dispatch._pack(run.recording(), dispatch._figures(run.recording(), VIEW, False), begin=BEGIN)
    wanted = Player()
    wanted.receive(whole)
    assert (player.steps, player.looks, player.stays) == (wanted.steps, wanted.looks, wanted.stays)
    assert player.captions == wanted.captions
    assert player.arrays.keys() == wanted.arrays.keys()
    for name, frames in wanted.arrays.items():
        for at, row in frames.items():
            np.testing.assert_array_equal(player.arrays[name][at], row, err_msg=f"{name}, frame {at}")
    assert max(sizes[-3:]) < len(whole) / 2


def test_what_was_said_is_said_again_while_nothing_is_new(run: Going) -> None:
    run.grow()
    assert told(run) is told(run)


def test_a_player_that_asks_is_told_everything(run: Going) -> None:
    for _ in range(6):
        run.grow()
        told(run)
    run.grow()
    assert unpack(told(run))["first"] > 0
    dispatch.forget()
    assert unpack(told(run))["first"] == 0


def test_a_run_that_rests_is_told_whole_and_the_same_to_all(run: Going) -> None:
    while run.grow():
        pass
    run.active = False
    message = told(run)
    assert unpack(message)["first"] == 0
    assert unpack(message)["finished"]
    dispatch.st.session_state.clear()
    assert told(run) is message


@pytest.mark.parametrize("active", [True, False])
def test_what_was_told_keeps_no_recording_alive(run: Going, active: bool) -> None:
    """Of a run that goes on, of one that rests, and of the runs with other seeds that make its band."""
    while run.grow():
        pass
    run.active = active
    other = Going()
    while other.grow():
        pass
    other.status, other.active = "finished", False
    band = () if active else (other,)
    before = MESSAGES.nbytes
    message = dispatch.message(run, VIEW, band, dark=False, begin=(None, 7))
    assert MESSAGES.nbytes - before in (0, len(message))
    alive = [weakref.ref(one.now) for one in (run, other)]
    del run.now, run.chunks, other.now, other.chunks
    dispatch.st.session_state.clear()
    gc.collect()
    assert [one() for one in alive] == [None, None]
    assert MESSAGES.nbytes <= before
