"""Every control of every lab once: each change is told by the address, and a reload brings all of them back."""

import pytest
from streamlit.testing.v1.element_tree import ButtonGroup, Multiselect, Selectbox, SelectSlider

from bnviz.ui.frame import LABS
from tests.pages.test_hiding import nothing_measured, of_page
from tests.pages.visit import checked, link_of, visited

_HELD = nothing_measured
KINDS = ("select_slider", "slider", "selectbox", "number_input", "toggle", "button_group", "multiselect", "text_input")
PANELS = "clouds.facts.moves.limits.results.compare.take_home.quiz.notation.claims.claim_text.files.apart.watch"
"""Hidden, so that the pages are quick: what is drawn is no matter here."""
OPENS = {"part", "task", "claim", "source", "set", "kind", "name"}
"""What opens another part of a page or other data: those are gone through one by one."""


SWITCHES = {"train.uneven", "train.arm1.per_layer", "train.arm2.per_layer"}
"""What shows other controls and changes nothing by itself."""


class Shown(str):
    """An option as the page words it."""


@pytest.fixture(autouse=True)
def _options_by_their_words(monkeypatch):
    for kind in (ButtonGroup, Multiselect, Selectbox, SelectSlider):
        own = kind.format_func.fget
        words = property(lambda one, own=own: lambda value: value if isinstance(value, Shown) else str(own(one)(value)))
        monkeypatch.setattr(kind, "format_func", words)


def controls(app, lab):
    found = [one for kind in KINDS for one in app.get(kind) if (one.key or "").startswith(f"{lab}.")]
    return {one.key: one for one in found if not one.disabled and ".predict." not in one.key}


def other(control):
    """Another value that a control can have."""
    now, kind = control.value, control.type
    if kind == "toggle":
        return not now
    if kind in ("number_input", "slider"):
        step = control.step or 1
        return now + step if control.max is None or now + step <= control.max else now - step
    if kind == "text_input":
        return "7, 5"
    given = now if isinstance(now, list) else [now] if now is not None or kind == "selectbox" else []
    shown = [control.format_func(one) for one in given]
    left = [Shown(option) for option in control.options if option not in shown]
    if kind == "multiselect" or (kind == "button_group" and not control._is_single_select):
        return [*now, left[0]] if left else now[:-1]
    return left[-1 if control.key.endswith("feature0") else 0]  # no feature twice


def can_move(control):
    return control.key.rpartition(".")[2] not in OPENS and len(getattr(control, "options", "ab")) > 1


def values(app, lab):
    return {key: set(v) if isinstance(v := one.value, list) else v for key, one in controls(app, lab).items()}


CASES = [(lab, params) for lab in LABS for params in of_page(lab)]


@pytest.mark.parametrize(("lab", "params"), CASES, ids=[f"{lab}-{'-'.join(params.values())}" for lab, params in CASES])
def test_every_control_is_told_by_the_address_and_comes_back(lab, params):
    app = visited(f"pages/{lab}.py", params | {"hide": PANELS})
    moved, untold = set(), []
    while left := {key: one for key, one in controls(app, lab).items() if key not in moved and can_move(one)}:
        key, control = next(iter(left.items()))
        moved.add(key)
        before = link_of(app)
        control.set_value(other(control))
        checked(app.run())
        if link_of(app) == before:
            untold.append(key)
    assert moved
    assert not set(untold) - SWITCHES
    link = link_of(app)
    assert sum(len(name) + len(value) + 2 for name, value in link.items()) < 2000
    again = visited(f"pages/{lab}.py", link)
    assert values(again, lab) == values(app, lab)
    assert not again.warning
