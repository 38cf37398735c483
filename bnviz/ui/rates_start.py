"""Signal and gradient by layer before the first update, measured just now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from bnviz.core.rate_claims import pair_of, start_verdict
from bnviz.core.rates import Choices, axes_of, base_of, norm_of, start_of
from bnviz.core.start_signal import ROWS, Start, start_signal
from bnviz.plots import start_signal as pictures
from bnviz.plots import theme
from bnviz.plots.heat import kind_words
from bnviz.plots.stills import Mark
from bnviz.ui.asking import Wanted, is_asked, say_what_is_missing, what_now
from bnviz.ui.charts import rates as draw
from bnviz.ui.claims import Half, claim_box, show_verdict
from bnviz.ui.hiding import shown
from bnviz.ui.messages import text
from bnviz.ui.rates_state import back_button, current, key_of
from bnviz.ui.scenarios import scenario

MOST_START_SEEDS = 5


def show_start(chosen: Choices, *, dark: bool) -> Choices:
    """The claim about gradients through depth, the pictures, the verdict."""
    claim = scenario("D4")
    prediction = claim_box("rates", claim, lambda: _wanted(current()), below=back_button)
    wanted = _wanted(chosen)
    asked = is_asked(wanted)
    by_layer(what_now(wanted, asked), start_of(chosen), dark=dark)
    verdict = start_verdict(chosen) if asked else None
    if not asked and pair_of(chosen) is not None:
        say_what_is_missing(wanted, answered=bool(prediction))
    elif verdict is None:
        st.info(text("rates.state.needs_arms"), icon=":material/add:")
    else:
        half = Half(verdict, text("rates.effects.D4"), text("rates.units.D4"))
        show_verdict(claim, verdict, halves=[half], prediction=prediction)
    return chosen


def on_screen(chosen: Choices) -> Choices:
    """The choices with as many seeds as are on screen now."""
    wanted = _wanted(chosen)
    return what_now(wanted, is_asked(wanted))


def _wanted(chosen: Choices) -> Wanted[Choices]:
    """The choices with one seed, and with all."""
    return Wanted(replace(chosen, seeds=1), chosen, chosen.seeds)


def below_the_map(chosen: Choices, *, dark: bool) -> None:
    """The same pictures for one network of a sweep, which the reader chooses by its scale or its depth."""
    if not shown("before"):
        return
    st.subheader(text("rates.start.title"), anchor=False)
    st.caption(text("rates.start.about"))
    with st.container(horizontal=True, gap="medium"):
        if chosen.part == "init":
            scales = [float(value) for value in axes_of(chosen)[0].values]
            scale = float(_pick("scale", scales, min(scales, key=lambda value: abs(value - 1))))
            start = Start(chosen.layers, chosen.width, chosen.activation, scale)
        else:
            depth = int(_pick("depth", list(chosen.depths), chosen.depths[-1]))
            kind = str(_pick("kind", list(chosen.kinds), chosen.kinds[-1]))
            start = Start(depth, chosen.width, kind, chosen.gain)
    by_layer(chosen, start, dark=dark)


def _pick(name: str, options: list[Any], usual: Any) -> Any:
    """A row of buttons; the usual one is chosen where nothing else was, or what was is not there any more."""
    found = {0 if value == usual else place: value for place, value in enumerate(options, 1)}
    key = key_of(f"look_{name}")
    if st.session_state.get(key) not in found:
        st.session_state[key] = 0
    chosen = st.segmented_control(
        text(f"rates.start.{name}"), list(found), key=key, required=True, persist_state="session",
        format_func=lambda place: f"{found[place]:g}" if name == "scale" else kind_words(str(found[place])),
    )  # fmt: skip
    return found[chosen or 0]


def by_layer(chosen: Choices, start: Start, *, dark: bool) -> None:
    """Three pictures: what enters, what is saturated, what comes back."""
    experiment = base_of(chosen)
    styles = theme.arm_style(experiment, dark=dark, short=True)
    marks = [Mark(style.label, style.color, style.dash) for style in styles]
    seeds = range(chosen.seed, chosen.seed + min(chosen.seeds, MOST_START_SEEDS))
    signals = {
        name: [start_signal(start, experiment.data, norm_of(name, chosen.width), seed) for seed in seeds]
        for name in chosen.arms
    }
    shown = [name for name in pictures.QUANTITIES if name != "saturated" or start.activation != "linear"]
    for column, quantity in zip(st.columns(len(shown), gap="medium"), shown, strict=True):
        with column:
            draw(pictures.by_layer(signals, quantity, marks, relu=start.activation == "relu", dark=dark))
    key = "what" if len(seeds) > 1 else "what_once"
    words = text(
        f"rates.start.{key}", depth=start.depth, width=start.width, activation=kind_words(start.activation),
        gain=f"{start.gain:g}", seeds=len(seeds), rows=ROWS,
    )  # fmt: skip
    st.caption(words)
