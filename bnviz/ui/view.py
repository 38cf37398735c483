"""What of a run is on screen: which pictures, which values, which arm and layer. Part of the link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from bnviz.core.experiment import IMAGES, Experiment
from bnviz.core.labels import arm_labels
from bnviz.core.schedule import KINDS
from bnviz.plots.sentences import listed
from bnviz.ui import links
from bnviz.ui.hiding import ask, name_of, shown
from bnviz.ui.messages import text

PICTURES = ("curves", "histograms", "maps", "digits", "bands", "units", "saturation", "gradients")
DEFAULT = ("curves", "histograms", "maps")
OF_ONE_ARM = ("units", "digits")
"""The pictures that the choices of an arm and a layer steer."""
_WANTED = "train.wanted"
_SHOW, _KIND, _ARM, _LAYER, _BAND = "train.show", "train.kind", "train.view_arm", "train.view_layer", "train.band"


@dataclass(frozen=True)
class View:
    """The choices of a reader.

    Attributes:
        show: names out of PICTURES.
        kind: which values the histograms and the bands show, one of `schedule.KINDS`.
        arm, layer: of the pictures that show a single one; both count from 0.
        band: whether the curves show the range over several seeds.
    """

    show: tuple[str, ...] = DEFAULT
    kind: str = "normalized"
    arm: int = 0
    layer: int = 0
    band: bool = False


def available(experiment: Experiment) -> tuple[str, ...]:
    """The pictures that this experiment has."""
    lacking = set()
    if not experiment.network.hidden:
        lacking |= {"histograms", "bands", "units", "saturation"}
    if not _batched_arms(experiment):
        lacking.add("units")
    if not experiment.data.planar:
        lacking.add("maps")
    if experiment.data.name not in IMAGES:
        lacking.add("digits")
    if experiment.network.activation == "linear":
        lacking.add("saturation")
    return tuple(name for name in PICTURES if name not in lacking)


def usual(experiment: Experiment) -> tuple[str, ...]:
    """The pictures that are shown unless the reader chose."""
    return tuple(name for name in available(experiment) if name in DEFAULT)


def whole(experiment: Experiment, view: View) -> View:
    """The view with every picture that this experiment has; of an arm and a layer with a norm where it chose none."""
    arm, layer, batched = view.arm, view.layer, _batched_arms(experiment)
    if "units" not in view.show and batched:
        arm = batched[0]
        words = experiment.arms[arm].placements(len(experiment.network.hidden))
        layer = next(place for place, word in enumerate(words) if word != "none")
    return View(available(experiment), view.kind, arm, layer, view.band)


def from_params(params: dict[str, str], messages: list[str]) -> None:
    """Take the choices that a link holds; what cannot be used becomes a message."""
    for key in (_SHOW, _WANTED, _KIND, _ARM, _LAYER, _BAND):
        st.session_state.pop(key, None)
    if "show" in params:
        names = params["show"].split(".") if params["show"] else []
        unknown = [name for name in names if name not in PICTURES]
        if unknown:
            messages.append(
                text(
                    "link.bad_show",
                    given=", ".join(unknown),
                    known=", ".join(text(f"train.options.picture.{name}") for name in PICTURES),
                )
            )
        if len(unknown) < len(names) or not names:
            st.session_state[_WANTED] = [name for name in names if name in PICTURES]
    kind = params.get("kind", View.kind)
    if kind in KINDS:
        st.session_state[_KIND] = kind
    else:
        messages.append(text("link.bad_kind", given=kind, known=", ".join(KINDS)))
    st.session_state[_BAND] = params.get("band") == "1"
    _take_number("arm", _ARM, params, messages)
    _take_number("layer", _LAYER, params, messages)


def _take_number(name: str, key: str, params: dict[str, str], messages: list[str]) -> None:
    given = params.get(name, "1")
    number = links.whole(given)
    if number:
        st.session_state[key] = number - 1
    else:
        messages.append(text("link.bad_number", name=name, given=given))


def to_params(view: View, experiment: Experiment) -> dict[str, str]:
    """The choices that differ from the usual ones, for a link."""
    params = {}
    if view.show != usual(experiment):
        params["show"] = ".".join(view.show)
    if view.kind != View.kind and {"histograms", "bands"} & set(view.show):
        params["kind"] = view.kind
    if set(OF_ONE_ARM) & set(view.show):
        params["arm"] = str(view.arm + 1)
    if "units" in view.show:
        params["layer"] = str(view.layer + 1)
    return params | ({"band": "1"} if view.band and "curves" in view.show else {})


def _batched_arms(experiment: Experiment) -> list[int]:
    depth = len(experiment.network.hidden)
    return [i for i, arm in enumerate(experiment.arms) if any(word != "none" for word in arm.placements(depth))]


def _choose(label: str, key: str, options: list[Any], usual_one: Any, said: Any) -> Any:
    """A segmented choice that survives options that come and go."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = usual_one
    if shown(name_of(key)):
        st.markdown(f":small[{label}]", width="content")
    return ask(
        st.segmented_control, label, options, key=key, format_func=said, required=True, persist_state="session",
        label_visibility="collapsed",
    )  # fmt: skip


def _want(names: tuple[str, ...]) -> None:
    """Remember the reader's choice, and what was wanted of the pictures that this experiment lacks."""
    lacking = [name for name in st.session_state[_WANTED] if name not in names]
    st.session_state[_WANTED] = [*st.session_state[_SHOW], *lacking]


def choose_view(experiment: Experiment) -> View:
    """The row of choices above the pictures."""
    names = available(experiment)
    wanted = st.session_state.setdefault(_WANTED, list(DEFAULT))
    there = [name for name in names if name in wanted]
    st.session_state[_SHOW] = there if there or not wanted else list(usual(experiment))
    chosen = ask(
        st.pills,
        text("train.labels.pictures"),
        names,
        selection_mode="multi",
        key=_SHOW,
        format_func=lambda name: text(f"train.options.picture.{name}"),
        label_visibility="collapsed",
        on_change=_want,
        args=(names,),
    )
    show = tuple(name for name in names if name in chosen)
    if wanted and not there:
        lacking = [text(f"train.options.picture.{name}") for name in wanted]
        reasons = dict.fromkeys(text(f"train.state.lacks.{name}") for name in wanted)
        st.info(text("train.state.lacking", pictures=listed(lacking), why=" ".join(reasons)), icon=":material/image:")
    if not experiment.network.hidden and any(arm.norm != "none" for arm in experiment.arms):
        st.info(text("train.state.no_layer"), icon=":material/info:")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        kind = _kind(show)
        arm, layer = _arm_and_layer(experiment, show)
        band = bool(st.session_state.get(_BAND))
        if "curves" in show:
            band = ask(
                st.toggle, text("train.labels.band"), key=_BAND, persist_state="session", help=text("train.help.band")
            )
    return View(show, kind, arm, layer, band)


def _kind(show: tuple[str, ...]) -> str:
    if not {"histograms", "bands"} & set(show):
        return str(st.session_state.get(_KIND, View.kind))
    return str(
        _choose(
            text("train.labels.values"),
            _KIND,
            list(KINDS),
            st.session_state.get(_KIND, View.kind),
            lambda kind: text(f"train.options.kind.{kind}"),
        )
    )


def _arm_and_layer(experiment: Experiment, show: tuple[str, ...]) -> tuple[int, int]:
    arm = layer = 0
    labels = arm_labels(experiment)
    if set(OF_ONE_ARM) & set(show):
        arms = _batched_arms(experiment) if "units" in show else list(range(len(labels)))
        arm = _choose(text("train.labels.arm"), _ARM, arms, arms[0], lambda place: labels[place])
    if "units" in show:
        words = experiment.arms[arm].placements(len(experiment.network.hidden))
        layers = [place for place, word in enumerate(words) if word != "none"]
        layer = _choose(text("train.labels.layer_choice"), _LAYER, layers, layers[0], lambda place: str(place + 1))
    return arm, layer
