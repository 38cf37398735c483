"""The controls of the page on smoothness."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from bnviz.core.codec import to_link
from bnviz.core.experiment import Experiment
from bnviz.core.labels import NORM_WORDS, arm_labels
from bnviz.ui import controls
from bnviz.ui import smoothness_settings as state
from bnviz.ui.claims import claim_box
from bnviz.ui.frame import PAGES
from bnviz.ui.hiding import ask
from bnviz.ui.messages import text
from bnviz.ui.scenarios import scenario
from bnviz.ui.smoothness_settings import CLAIMS, PAGE, PARTS, PRESETS, Settings, current, key_of
from bnviz.ui.smoothness_work import wanted_of

RATES = (0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 1.0, 2.0)
WIDTHS = (4, 8, 16, 32, 64, 128)
BATCHES = (8, 16, 32, 64, 128, 256)
UPDATES = (10, 25, 50, 100, 200, 300, 400, 500, 800, 1000)
DECAYS = (0.0, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02)
_OPEN = "smoothness_open_train"
LAYERED = ("scale", "growth")
STEPPED = ("along", "safe", "scale", "slice")


def choose() -> tuple[Settings, str | None]:
    """Show the parts, the claim of the one that is open, and the controls.

    Returns:
        What they say, and what the reader expects.
    """
    ask(
        st.segmented_control, text("smoothness.labels.part"), PARTS, key=key_of("part"),
        on_change=state.open_part, required=True,
        format_func=lambda name: text(f"smoothness.parts.{name}"), label_visibility="collapsed",
        persist_state="session",
    )  # fmt: skip
    _sidebar()
    settings = current()
    if st.session_state.pop(_OPEN, False):
        st.switch_page(PAGES / "train.py", query_params=to_link(state.experiment_of(settings)))
    expected = _claim(settings)
    _looks(settings)
    return current(), expected


def _claim(settings: Settings) -> str | None:
    """The claim under test, the prediction, and the button that measures."""
    possible = not state.state_problem(settings, state.experiment_of(settings))
    wanted = (lambda: wanted_of(current())) if possible else None
    return claim_box(PAGE, scenario(CLAIMS[settings.part]), wanted, below=lambda: _below(settings))


def _below(settings: Settings) -> None:
    """Under the question: the way back, and examples."""
    state.back_button()
    _presets(settings)


def _remember() -> None:
    st.session_state[_OPEN] = True


def _presets(settings: Settings) -> None:
    """Runs on which the claim holds, and some on which it does not."""
    names = [name for name in PRESETS if name.startswith(settings.part)]
    if not names:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for name in names:
            ask(
                st.button, text(f"smoothness.presets.{name}"), key=f"smoothness_preset_{name}", name="presets",
                on_click=_preset, args=(name,),
                help=text(f"smoothness.preset_help.{name}"), type="tertiary", icon=":material/play_circle:",
            )  # fmt: skip


def _preset(name: str) -> None:
    state.show(PRESETS[name])


def _with(options: Sequence[Any], name: str) -> list[Any]:
    """The options, and the current value among them even if a link brought one that is not listed."""
    value = st.session_state.get(key_of(name))
    return list(options) if value is None or value in options else sorted([*options, value])


def _scale(name: str, options: Sequence[Any], *, shown: Callable[[Any], str] = lambda value: f"{value:g}") -> None:
    """A slider over round numbers."""
    found = _with(options, name)
    if len(found) < 2:
        return
    ask(st.select_slider, text(f"smoothness.labels.{name}"), found, key=key_of(name), format_func=shown,
        help=text(f"smoothness.help.{name}"), persist_state="session",
    )  # fmt: skip


def _word(name: str, options: Sequence[str]) -> None:
    """One word out of a few."""
    ask(
        st.segmented_control, text(f"smoothness.labels.{name}"), options, key=key_of(name), required=True,
        persist_state="session",
        format_func=lambda word: text(f"smoothness.options.{name}.{word}"), help=text(f"smoothness.help.{name}"),
    )  # fmt: skip


def _looks(settings: Settings) -> None:
    """Which step is looked at, and which number is judged."""
    if settings.part in STEPPED:
        st.session_state[key_of("step")] = settings.step
        _scale("step", state.looks(settings), shown=str)
    if settings.part == "along":
        _word("quantity", state.QUANTITIES)
    if settings.part == "slice":
        _word("statistics", state.STATISTICS)
    if settings.part == "edge":
        _word("loss", state.LOSSES)


def _sidebar() -> None:
    settings = current()
    with st.sidebar:
        st.subheader(text("smoothness.labels.run"), help=text("smoothness.help.run"), anchor=False)
        if settings.own:
            st.markdown(run_in_words(state.experiment_of(settings)))
            ask(
                st.button, text("smoothness.labels.leave_run"), key="smoothness_leave", name="leave_run",
                on_click=state.leave_run,
            )  # fmt: skip
        else:
            _own_run(settings)
        if settings.part in LAYERED:
            depth = len(state.experiment_of(settings).network.hidden)
            st.session_state[key_of("layer")] = settings.layer
            _scale("layer", range(1, depth + 1), shown=str)
        if settings.part == "growth":
            _scale("decay", DECAYS)
        if settings.own:
            _seeds()
        else:
            _seeds_and_first()
        _ways()


def _seeds() -> None:
    _scale("seeds", range(1, state.MOST_SEEDS + 1), shown=str)


def _seeds_and_first() -> None:
    """How many seeds, and from which on, side by side as in the other labs; and back to the usual run."""
    _seeds()
    ask(st.number_input, text("smoothness.labels.seed"), min_value=0, max_value=2**31 - 1 - state.MOST_SEEDS, step=1,
        key=key_of("seed"), persist_state="session", help=text("train.help.seed"),
    )  # fmt: skip
    ask(st.button, text("smoothness.labels.reset"), key="smoothness_reset", name="reset", on_click=_reset)


def _ways() -> None:
    """The run of the training lab comes here, and this one goes there."""
    ask(
        st.button, text("smoothness.labels.take_run"), key="smoothness_take", name="take_run", on_click=_take,
        icon=":material/input:", help=text("smoothness.help.take_run"),
    )  # fmt: skip
    if current().part != "edge":  # whose descent on all rows is no run of that lab
        ask(
            st.button, text("smoothness.labels.open_train"), key="smoothness_open", name="open_train",
            icon=":material/open_in_new:", on_click=_remember,
        )  # fmt: skip


def _own_run(settings: Settings) -> None:
    ask(
        st.multiselect, text("smoothness.labels.norms"), state.NORMS, key=key_of("norms"),
        format_func=lambda norm: NORM_WORDS[norm],
        help=text("smoothness.help.norms"), max_selections=6, persist_state="session",
    )  # fmt: skip
    _word("activation", ("relu", "tanh", "sigmoid", "linear"))
    _scale("layers", range(1, 11), shown=str)
    _scale("width", WIDTHS)
    _scale("learning_rate", RATES)
    if settings.part != "edge":
        _scale("batch_size", BATCHES)
    _scale("updates", UPDATES)


def _reset() -> None:
    state.show(state.USUAL[current().part])


def _take() -> None:
    state.take_run(controls.current())


def run_in_words(experiment: Experiment) -> str:
    """The run of the training lab in a few lines."""
    training, network = experiment.training, experiment.network
    return text(
        "smoothness.own_run",
        data=text(f"train.options.name.{experiment.data.name}"),
        arms=", ".join(arm_labels(experiment, short=True)),
        hidden=" ".join(str(width) for width in network.hidden) or "0",
        activation=text(f"train.options.activation.{network.activation}"),
        optimizer=text(f"train.options.optimizer.{training.optimizer}"),
        rate=f"{training.learning_rate:g}",
        updates=training.steps,
    )
