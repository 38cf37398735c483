"""Turns in the order of asking: short requests get through, and who leaves the line holds nobody up."""

import threading
import time

import pytest

from bnviz.core import line as module
from bnviz.core.line import Line


def test_turns_come_in_the_order_of_asking_however_eager_the_one_before_is():
    line, order, asked = Line(), [], threading.Event()

    def short():
        asked.set()
        with line.turn():
            order.append("short")

    thread = threading.Thread(target=short)
    with line.turn():
        order.append("long")
        thread.start()
        assert asked.wait(20)
        while len(line) < 2:
            time.sleep(0.001)
    with line.turn():  # asked for at once, and yet after the short one
        order.append("long")
    thread.join(20)
    assert order == ["long", "short", "long"]


def test_who_leaves_while_waiting_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(module, "WAIT", 0.01)
    line = Line()

    def leave():
        raise KeyboardInterrupt

    with line.turn():
        with pytest.raises(KeyboardInterrupt), line.turn(leave):
            pytest.fail("It is not this one's turn.")
        assert len(line) == 1
    assert len(line) == 0
    with line.turn():
        assert len(line) == 1


def test_what_goes_wrong_in_a_turn_ends_it():
    line = Line()
    with pytest.raises(ValueError, match="broken"), line.turn():
        raise ValueError("broken")
    with line.turn():
        assert len(line) == 1
