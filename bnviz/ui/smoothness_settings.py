"""What the reader has chosen on the page on smoothness; part of the link."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from bnviz.core.codec import from_link, group_from_link, group_to_link, to_link
from bnviz.core.experiment import ACTIVATIONS, MAX_DEPTH, MAX_WIDTH, OWN, RATE, Arm, Experiment, Network, Training
from bnviz.core.fields import Choice, Flag, ListOf, Number, setting
from bnviz.core.schedule import stops
from bnviz.core.slice_study import panels
from bnviz.core.study import Study
from bnviz.ui.messages import text
from bnviz.ui.page_settings import PageSettings

PAGE = "smoothness"
CLAIMS = {"along": "E5", "safe": "E6", "scale": "B5", "growth": "G2", "slice": "E7", "edge": "G3"}
"""The parts of the page, and the scenario of each."""
PARTS = tuple(CLAIMS)
NORMS = ("none", "batch", "layer", "group", "rms", "batch_no_affine", "batch_noisy")
QUANTITIES = ("loss_range", "predictiveness", "beta")
STATISTICS = ("batch", "running")
LOSSES = ("squared", "cross_entropy")
MOST_UPDATES, MOST_SEEDS = 1000, 12
LOOKS = {"along": 50, "safe": 10, "scale": 10, "growth": 40, "slice": 10, "edge": 25}
_OWN = "smoothness_own"


@dataclass(frozen=True)
class Settings:
    """The run, what is measured of it, and how it is looked at.

    Attributes:
        part: which part of the page is open.
        own: the run is the one of the training lab, whose settings stand beside these in the link.
        activation, layers, width, learning_rate, batch_size, updates, norms, seed: of the page's own run on digits.
        seeds: how many seeds are measured, from `seed` on.
        step: the update count that is looked at.
        quantity: which of the three measures along the gradient is judged.
        statistics: which slice of batch norm is judged.
        layer: whose weights are scaled or followed, counted from 1.
        decay: the weight decay that is compared with none.
        loss: of the edge of stability.
    """

    part: str = setting("along", Choice(PARTS))
    own: bool = setting(False, Flag())
    activation: str = setting("relu", Choice(ACTIVATIONS))
    layers: int = setting(5, Number(1, MAX_DEPTH, integer=True))
    width: int = setting(64, Number(2, MAX_WIDTH, integer=True))
    learning_rate: float = setting(0.1, RATE)
    batch_size: int = setting(64, Number(2, 256, integer=True))
    updates: int = setting(200, Number(1, MOST_UPDATES, integer=True))
    norms: tuple[str, ...] = setting(("none", "batch"), ListOf(Choice(NORMS), 1, 6, "norms"))
    seed: int = setting(0, Number(0, 2**31 - 1 - MOST_SEEDS, integer=True))
    seeds: int = setting(5, Number(1, MOST_SEEDS, integer=True))
    step: int = setting(100, Number(0, 4000, integer=True))
    quantity: str = setting("loss_range", Choice(QUANTITIES))
    statistics: str = setting("batch", Choice(STATISTICS))
    layer: int = setting(2, Number(1, MAX_DEPTH, integer=True))
    decay: float = setting(0.005, Number(0.0, 1.0))
    loss: str = setting("squared", Choice(LOSSES))


USUAL: dict[str, Settings] = {
    "along": Settings(),
    "safe": Settings(part="safe", learning_rate=0.05, updates=50, step=50),
    "scale": Settings(part="scale", layers=3, width=32, updates=100, step=0),
    "growth": Settings(part="growth", layers=3, learning_rate=0.5, updates=400),
    "slice": Settings(part="slice", updates=300, step=300),
    "edge": Settings(part="edge", activation="tanh", layers=2, width=32, learning_rate=0.4, updates=500),
}
"""Each part as it opens: the run of its row in the table of claims."""
PRESETS: dict[str, Settings] = {
    "along_relu": USUAL["along"],
    "along_tanh": replace(USUAL["along"], activation="tanh", learning_rate=0.3, quantity="beta"),
    "safe_relu": USUAL["safe"],
    "safe_tanh": replace(USUAL["safe"], activation="tanh", layers=10, width=32),
    "slice_batch": USUAL["slice"],
    "slice_running": replace(USUAL["slice"], statistics="running"),
    "edge_squared": USUAL["edge"],
    "edge_cross": replace(USUAL["edge"], loss="cross_entropy"),
}


def experiment_of(settings: Settings) -> Experiment:
    """What is run: the page's own network on digits, or the run that was taken from the training lab."""
    if settings.own:
        own = st.session_state.get(_OWN)
        return own if isinstance(own, Experiment) else Experiment()
    training = Training(
        learning_rate=settings.learning_rate, batch_size=settings.batch_size, steps=settings.updates
    )  # fmt: skip
    network = Network((settings.width,) * settings.layers, settings.activation)
    arms = tuple(Arm(norm, groups=math.gcd(8, settings.width)) for norm in settings.norms)
    return Experiment(network=network, arms=arms, training=training, seed=settings.seed)


def every(settings: Settings, total: int) -> int:
    """Updates between two looks."""
    return max(1, math.ceil(total / LOOKS[settings.part]))


def looks(settings: Settings) -> tuple[int, ...]:
    """The update counts that can be looked at."""
    total = experiment_of(settings).training.steps
    return stops(total, every(settings, total))


def study_of(settings: Settings, experiment: Experiment) -> Study:
    """What is measured."""
    total, layer = experiment.training.steps, settings.layer - 1
    seeds = tuple((experiment.seed + place) % 2**31 for place in range(settings.seeds))
    options: dict[str, Any] = {"every": every(settings, total)}
    options |= {"layer": layer} if settings.part in ("scale", "growth") else {}
    options |= {"decay": settings.decay} if settings.part == "growth" else {}
    options |= {"loss": settings.loss} if settings.part == "edge" else {}
    counts = len(looks(settings))
    if settings.part == "slice":
        options, counts = {"step": min(settings.step, total)}, len(panels(experiment))
    names = {"along": "along_gradient", "safe": "safe_step", "scale": "weight_scale", "slice": "slices"}
    return Study(names.get(settings.part, settings.part), experiment, seeds, tuple(options.items()), total=counts)


def fitted(settings: Settings) -> Settings:
    """The same settings with a layer that there is, norms once each, and a step that is looked at."""
    settings = replace(settings, norms=tuple(dict.fromkeys(settings.norms)))
    depth = len(experiment_of(settings).network.hidden)
    if settings.part in ("scale", "growth"):
        settings = replace(settings, layer=min(settings.layer, max(1, depth)))
    return replace(settings, step=max(step for step in looks(settings) if step <= settings.step))


class _Page(PageSettings[Settings]):
    def show(self, settings: Settings) -> None:
        """Let every widget show these settings, made to fit."""
        super().show(self.fitted(settings))

    def read(self, params: Mapping[str, str], problems: list[str]) -> Settings:
        """What a link names: it differs from what its part opens with, and may hold the run of the training lab."""
        start = USUAL.get(params.get(f"{PAGE}.part", ""), self.usual)
        wanted: Settings = group_from_link(PAGE, start, params, problems)
        if wanted.own:
            st.session_state[_OWN], more = from_link(params)
            problems += more
        return wanted

    def named(self, settings: Settings) -> dict[str, str]:
        """The parameters of a link to these settings, with the run if it is that of the training lab."""
        named = group_to_link(PAGE, settings, USUAL[settings.part])
        named |= {f"{PAGE}.part": settings.part} if settings.part != PARTS[0] else {}
        return named | (to_link(experiment_of(settings)) if settings.own else {})


_page = _Page(PAGE, Settings(), always="learning_rate", fitted=fitted)
key_of, show, current, named, take_link, write_link = (
    _page.key_of, _page.show, _page.current, _page.named, _page.take_link, _page.write_link,
)  # fmt: skip
put, back_button = _page.put, _page.back_button


def open_part() -> None:
    """Another part was chosen: it opens with its own run, or stays with that of the training lab."""
    part, last = st.session_state[key_of("part")], _page.last
    show(replace(USUAL[part], own=last.own, seeds=last.seeds, step=last.step if last.own else USUAL[part].step))


def take_run(experiment: Experiment) -> None:
    """Look at this run, in the part that is open."""
    st.session_state[_OWN] = experiment
    now = current()
    show(replace(USUAL[now.part], own=True, seeds=now.seeds, step=experiment.training.steps))


def leave_run() -> None:
    """Look at the page's own run again."""
    show(replace(USUAL[current().part], seeds=current().seeds))


def state_problem(settings: Settings, experiment: Experiment) -> str:
    """A sentence where this part cannot look at this run; empty where it can."""
    if experiment.data.name == OWN:
        return text("smoothness.problem.own_table")
    if settings.part == "slice" and experiment.network.kind == "conv":
        return text("smoothness.problem.conv")
    if settings.part in ("scale", "growth") and not experiment.network.hidden:
        return text("smoothness.problem.no_layer")
    return ""
