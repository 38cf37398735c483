"""A page with a player and made-up frames, for the browser tests only.

The address chooses what happens: `mode=finished` (all at once), `mode=live` (a few frames every 100 ms), `hold` (no
more than half of them until "Go on" is ticked), `gap` (some frames are never sent), `late` (the first frame is not sent
until "Tell everything" is ticked), `change` (one chart becomes taller in the second half; what the player has is not
sent again), `start=<step>`. The page writes what the player reports.
"""

import altair as alt
import numpy as np
import streamlit as st

from bnviz.ui.payload import Column, FrameTable, Picture, Playback, SeriesTable, pack
from bnviz.ui.player import PlayerResult, mount, player
from bnviz.ui.traits import traits

ARMS = ["none", "batch norm", "layer norm", "group norm"]
COLOURS = ["#8a8d98", "#2f6fde", "#e07a1f", "#2a9d6f"]
LAYERS = [f"layer {number}" for number in range(1, 6)]
BINS = 40
EDGES = np.linspace(-4, 4, BINS + 1)
TOTAL = 200
STEPS_PER_EPOCH = 20
LIVE_FRAMES = 3


@st.cache_data
def histograms() -> np.ndarray:
    """Return densities (frames, layers * arms * bins) of bells that drift and widen."""
    frame = np.arange(TOTAL + 1)[:, None, None, None] / TOTAL
    layer = np.arange(len(LAYERS))[:, None, None]
    arm = np.arange(len(ARMS))[:, None]
    drift = np.where(arm == 0, 2.0, 0.3) * frame * np.sin(layer + 1 + 4 * frame)
    width = np.where(arm == 0, 1.0 - 0.12 * layer * frame, 0.9 + 0.1 * np.cos(6 * frame + arm))
    centre = (EDGES[:-1] + EDGES[1:]) / 2
    density = np.exp(-(((centre - drift) / width) ** 2) / 2) / (width * np.sqrt(2 * np.pi))
    return density.reshape(TOTAL + 1, -1).astype(np.float32)


@st.cache_data
def losses() -> np.ndarray:
    """Return losses (frames, arms); the last arm has no value in the first frames."""
    frame = np.arange(TOTAL + 1)[:, None]
    noise = np.random.default_rng(0).normal(size=(TOTAL + 1, len(ARMS)))
    loss = 0.05 + np.exp(-frame / np.array([90, 25, 40, 55])) * (1 + 0.06 * noise)
    loss[:10, -1] = np.nan
    return loss.astype(np.float32)


def colour(legend: alt.Legend | None = None) -> alt.Color:
    return alt.Color("arm:N", scale=alt.Scale(domain=ARMS, range=COLOURS), legend=legend)


def histogram_chart() -> alt.FacetChart:
    """Return the histograms, one row a layer, one column an arm."""
    bars = (
        alt.Chart(alt.NamedData(name="frame"))
        .mark_bar(binSpacing=0)
        .encode(
            x=alt.X("left:Q", scale=alt.Scale(domain=[-4, 4]), bin="binned", title=None),
            x2="right:Q",
            y=alt.Y("density:Q", scale=alt.Scale(domain=[0, 0.8]), axis=alt.Axis(tickCount=2), title=None),
            color=colour(),
            tooltip=[alt.Tooltip("left:Q", format=".2f"), alt.Tooltip("density:Q", format=".3f")],
        )
        .properties(height=64)
    )
    return bars.facet(
        row=alt.Row("layer:N", title=None, header=alt.Header(labelAngle=0, labelAlign="left")),
        column=alt.Column("arm:N", title=None, sort=ARMS),
        spacing=8,
    )


def loss_chart(height: int = 220) -> alt.LayerChart:
    """Return the loss curves with a rule at the step."""
    step = alt.param(name="step", value=0)
    ink = alt.param(name="ink", value="#333333")
    data = alt.NamedData(name="series")
    x = alt.X("step:Q", scale=alt.Scale(domain=[0, TOTAL], nice=False), title="updates")
    y = alt.Y("loss:Q", scale=alt.Scale(type="log", domain=[0.04, 2]), title="loss")
    legend = alt.Legend(orient="top", title=None)
    lines = alt.Chart(data).mark_line(strokeWidth=2).encode(x=x, y=y, color=colour(legend))
    rule = alt.Chart(alt.Data(values=[{}])).mark_rule(color=alt.ExprRef("ink"), strokeDash=[3, 3])
    now = rule.encode(x=alt.XDatum(alt.expr("step"), type="quantitative"))
    return (lines + now).add_params(step, ink).properties(height=height)


def pictures(first: int, last: int, *, height: int = 220) -> list[Picture]:
    """Return the two pictures with the frames from `first` up to `last`."""
    layer, arm, left = (axis.ravel() for axis in np.meshgrid(LAYERS, ARMS, EDGES[:-1], indexing="ij"))
    right = left + (EDGES[1] - EDGES[0])
    bells = FrameTable(
        "frame",
        [
            Column("layer", layer.tolist()),
            Column("arm", arm.tolist()),
            Column("left", left),
            Column("right", right),
            Column("density", histograms()[first:last], per_frame=True),
        ],
    )
    curves = SeriesTable("series", [Column("arm", ARMS), Column("loss", losses()[first:last], per_frame=True)])
    lead = losses()[first:last]
    says = [f"Batch norm stands at a loss of {row[1]:.2f}, the plain network at {row[0]:.2f}." for row in lead]
    spoken = [f"Histograms of {len(LAYERS)} layers after {first + i} updates." for i in range(len(lead))]
    return [
        Picture(
            "losses",
            "Loss",
            loss_chart(height),
            [curves],
            captions=says,
            alt="Loss curves of four networks.",
            narrow=loss_chart(150),
        ),
        Picture(
            "histograms",
            "Activations, layer by layer",
            histogram_chart(),
            [bells],
            captions="Each bar is the share of activations in that range.",
            alt=spoken,
            columns=4,
        ),
    ]


def report(result: PlayerResult) -> None:
    """Write what Python was told."""
    st.write(f"reported step: {result.step}")


def finished_page(start: int | None) -> None:
    run = st.sidebar.text_input("Run", "a")
    st.sidebar.checkbox("Anything")
    height = 300 if st.sidebar.checkbox("Tall") else 220
    playback = Playback(run, np.arange(TOTAL + 1), TOTAL, STEPS_PER_EPOCH, finished=True, start=start)
    here, there = st.container(), st.container()
    with there if st.sidebar.checkbox("Elsewhere") else here:
        report(player(playback, pictures(0, TOTAL + 1, height=height), key="player"))


@st.fragment(run_every=0.1)
def live_page(start: int | None) -> None:
    """Send a few frames more each time; with `gap` some frames are left out once."""
    state = st.session_state
    sent, tick = state.get("sent", 0), state.get("tick", 0)
    state.tick = tick + 1
    held = "hold" in st.query_params and not st.checkbox("Go on")
    last = min(TOTAL // 2 if held else TOTAL + 1, state.get("trained", 1) + LIVE_FRAMES)
    state.trained = last
    first = 0 if state.get("resync") else sent
    if "gap" in st.query_params and tick == 3:
        first = min(TOTAL, sent + 5)
    if "late" in st.query_params and not st.checkbox("Tell everything"):
        first = max(1, first)
    first = min(first, TOTAL)
    playback = Playback("live", np.arange(first, last), TOTAL, STEPS_PER_EPOCH, last > TOTAL, start, first)
    changing = "change" in st.query_params
    drawn = pictures(first, last, height=300 if changing and last > TOTAL // 2 else 220)
    rest = {"run": "live", "visit": 0, "step": start}
    result = mount(pack(playback, drawn, known=state.get("known", {})), rest=rest, key="player")
    if changing:
        state.known = {one.id: traits(one) for one in drawn}
    state.asked = state.get("asked", 0) + result.resync
    st.write(f"asked again: {state.asked}")
    state.sent, state.resync = last, result.resync
    report(result)


st.set_page_config(layout="wide")
st.title("Player")
text = st.query_params.get("start")
wanted = int(text) if text else None
if st.query_params.get("mode", "finished") == "finished":
    finished_page(wanted)
else:
    live_page(wanted)
