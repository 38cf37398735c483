"""The widgets of the ravine lab."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from bnviz.core.data import feature_names
from bnviz.core.descent import OPTIMIZERS
from bnviz.core.experiment import DRAWN, OWN, PREPROCESSES, SELECTABLE, Data
from bnviz.core.fields import FieldError
from bnviz.core.landscape import BIASES, LOSSES
from bnviz.core.ravine import PACES, PLANES, Place, Ravine
from bnviz.ui import own_data, own_labs
from bnviz.ui.hiding import ask, group
from bnviz.ui.messages import text
from bnviz.ui.ravine_scene import SCENES, USUAL, Scene, sets, usual

SCENE, VISIT = "ravine.scene", "ravine.visit"
STEPS = (5, 10, 20, 30, 50, 100, 200, 300)
STRETCHES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0, 10_000.0, 100_000.0)
NOISES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)
_CHOICES = ("loss", "bias", "optimizer", "pace", "steps", "plane")


def key_of(name: str) -> str:
    """The session key of a setting's widget."""
    return f"ravine.{name}"


def current() -> Scene:
    """The scene on screen."""
    scene = st.session_state.get(SCENE)
    return scene if isinstance(scene, Scene) else Scene()


def open_scene(scene: Scene) -> None:
    """Let every widget, and the sliders in the picture, show a scene."""
    state = st.session_state
    state[SCENE] = scene
    state[VISIT] = state.get(VISIT, 0) + 1
    state["ravine.begun"] = scene.place
    for name in _CHOICES:
        state[key_of(name)] = getattr(scene.settings, name)
    state[key_of("shown")] = list(scene.settings.shown)
    _show_data(scene.data)
    _show_start(scene.settings.start)
    state[key_of("seed")] = scene.seed


def _show_data(data: Data) -> None:
    state = st.session_state
    state[key_of("data.name")] = data.name
    state[key_of("data.noise")] = data.noise
    for place in (0, 1):
        features = data.features or (0, 1)
        state[key_of(f"data.feature{place}")] = features[place] if len(features) > place else place
    for place in (0, 1):
        state[key_of(f"data.stretch{place}")] = (*data.scale, 1.0, 1.0)[place]


def _show_start(start: Sequence[float]) -> None:
    for place in (0, 1):
        st.session_state[key_of(f"start{place}")] = float(start[place])


def restore() -> None:
    """After a visit to another page, which drops the widgets' values, show the last scene again."""
    scene = current()
    if own_labs.stale(scene.data):  # another table, or another target, has been chosen in the inputs lab
        data = own_labs.usual(pair=True) if own_labs.name() else USUAL
        open_scene(replace(scene, data=data))
    elif key_of("data.name") not in st.session_state:
        open_scene(scene)


def start_from(start: tuple[float, float]) -> None:
    """Let descent begin at these weights of the raw features."""
    _show_start([float(f"{value:.4g}") for value in start])


def move_to(place: Place) -> None:
    """Take over where the reader has gone in the picture."""
    st.session_state[SCENE] = replace(current(), place=place)


def scene_buttons() -> None:
    """One button for each scene."""
    with group("scenes", lambda: st.container(horizontal=True, key="ravine_scenes")):
        for name, scene in SCENES.items():
            ask(
                st.button,
                text(f"ravine.scenes.{name}"),
                key=f"ravine.player.{name}",
                on_click=open_scene,
                args=(scene,),
                help=text(f"ravine.scene_help.{name}"),
            )


def controls() -> Scene:
    """Show all controls.

    Returns:
        The scene that they describe, or the last one that could be computed.
    """
    scene_buttons()
    slot = st.container()
    with st.sidebar:
        _segment("shown", PREPROCESSES, multi=True)
        _descent()
        _data()
        _model()
        _start()
        _seed()
    try:
        scene = _read()
    except FieldError as error:
        slot.error(f"{error.problem} {text('train.state.kept')}", icon=":material/info:")
        return current()
    st.session_state[SCENE] = scene
    return scene


def _words(name: str) -> dict[str, Any]:
    return {
        "label": text(f"ravine.labels.{name}"),
        "key": key_of(name),
        "persist_state": "session",
        "help": text(f"ravine.help.{name}"),
    }


def _segment(name: str, options: Sequence[str], *, multi: bool = False) -> None:
    shown: dict[str, Any] = {"options": options, "format_func": lambda word: text(f"ravine.options.{name}.{word}")}
    if multi:
        ask(st.pills, **_words(name), **shown, selection_mode="multi")
    else:
        ask(st.segmented_control, **_words(name), **shown, required=True)


def _descent() -> None:
    _segment("optimizer", OPTIMIZERS)
    if not Ravine(optimizer=st.session_state[key_of("optimizer")]).adaptive:
        _segment("pace", PACES)
    _slider("steps", STEPS)


def _slider(name: str, options: Sequence[Any], *, of: str = "") -> None:
    value = st.session_state[key_of(name)]
    listed = list(options) if value in options else sorted([*options, value])
    words = _words(of or name) | {"key": key_of(name)}
    if of:
        words["label"] = text(f"ravine.labels.{name.rpartition('.')[2]}")
    ask(st.select_slider, **words, options=listed, format_func=lambda number: f"{number:,g}")


def _data() -> None:
    with group("data", lambda: st.expander(text("train.labels.data"), icon=":material/scatter_plot:", expanded=True)):
        ask(
            st.selectbox,
            **_words("data.name"),
            options=sets(),
            format_func=lambda word: text(f"train.options.name.{word}"),
            on_change=_fresh_data,
        )
        name = st.session_state[key_of("data.name")]
        if name in (*SELECTABLE, OWN):
            for place in (0, 1):
                _feature(name, place)
        for place in (0, 1):
            _slider(f"data.stretch{place}", STRETCHES, of="data.stretch")
        if name in DRAWN:
            _slider("data.noise", NOISES)


def _feature(name: str, place: int) -> None:
    names = own_data.feature_names() if name == OWN else feature_names(name)
    label = text("ravine.labels.feature", number=place + 1)
    words = _words("data.feature") | {"key": key_of(f"data.feature{place}"), "label": label}
    options: list[int] = list(range(len(names)))
    ask(st.selectbox, **words, options=options, format_func=lambda at: names[at])


def _fresh_data() -> None:
    """Another data set begins as it is."""
    name = st.session_state[key_of("data.name")]
    fresh = usual(name)
    st.session_state[SCENE] = replace(current(), data=fresh)
    _show_data(fresh)
    _show_start((0.0, 0.0))


def _model() -> None:
    with group("model", lambda: st.expander(text("ravine.labels.model"), icon=":material/function:", expanded=True)):
        _segment("loss", LOSSES)
        _segment("bias", BIASES)
        if st.session_state[key_of("bias")] == "third":
            _segment("plane", PLANES)


def _start() -> None:
    with group("start", lambda: st.expander(text("ravine.labels.start"), icon=":material/flag:")):
        for place in (0, 1):
            words = _words("start") | {"key": key_of(f"start{place}"), "label": f"w{place + 1}"}
            ask(st.number_input, **words, min_value=-1e6, max_value=1e6, format="%g", step=None)
        ask(st.button, text("ravine.labels.zero"), key="ravine.player.zero", on_click=_show_start, args=((0.0, 0.0),))


def _seed() -> None:
    with group("seed", lambda: st.container(horizontal=True, vertical_alignment="bottom")):
        words = _words("seed")
        ask(st.number_input, **words, min_value=0, max_value=2**31 - 1, step=1)
        ask(
            st.button,
            text("train.labels.new_seed"),
            icon=":material/casino:",
            on_click=lambda: st.session_state.update({key_of("seed"): random.randrange(1, 10_000)}),
            key="ravine.player.new",
        )


def _read() -> Scene:
    """The scene that the widgets describe.

    Raises:
        FieldError: when it cannot be computed.
    """
    state, last = st.session_state, current()
    name = state[key_of("data.name")]
    stretches = tuple(float(state[key_of(f"data.stretch{place}")]) for place in (0, 1))
    features = tuple(state[key_of(f"data.feature{place}")] for place in (0, 1)) if name in (*SELECTABLE, OWN) else ()
    if len(set(features)) < len(features):
        raise FieldError("data.features", text("ravine.same_feature"))
    kept = last.data if last.data.name == name else usual(name)
    changes: dict[str, Any] = {"features": features, "noise": state[key_of("data.noise")]}
    if stretches != (*kept.scale, 1.0, 1.0)[:2]:
        changes["scale"] = stretches
    shown = tuple(method for method in PREPROCESSES if method in state[key_of("shown")]) or last.settings.shown
    settings = Ravine(
        shown=shown,
        start=tuple(float(state[key_of(f"start{place}")]) for place in (0, 1)),
        **{name: state[key_of(name)] for name in _CHOICES if key_of(name) in state},
    )
    return Scene(replace(kept, **changes), settings, last.place, state[key_of("seed")])
