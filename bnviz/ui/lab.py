"""What the training lab does around its run: the link in and out, the results, the marks of the arms."""

from __future__ import annotations

import base64

import streamlit as st

from bnviz import plots
from bnviz.core.experiment import Experiment
from bnviz.plots.theme import ArmStyle, arm_style
from bnviz.runs import Run
from bnviz.ui import controls, links, live
from bnviz.ui import view as views
from bnviz.ui.messages import text
from bnviz.ui.view import View

_PROBLEMS, _OPENED = "lab.problems", "lab.opened"


def take_link() -> None:
    """Show what the address names if it says something new; explain what of it could not be used."""
    if links.arrived("train"):
        experiment, others, problems = links.read()
        controls.show_experiment(experiment)
        views.from_params(others, problems)
        live.start_at(_step(others.get("step"), experiment, problems))
        st.session_state[_OPENED] = experiment
        st.session_state[_PROBLEMS] = problems
    controls.restore()
    problems = st.session_state.get(_PROBLEMS, [])
    if problems:
        st.warning("\n".join([text("link.fell_back"), *(f"- {line}" for line in problems)]), icon=":material/link_off:")


def _step(given: str | None, experiment: Experiment, problems: list[str]) -> int | None:
    total = experiment.training.steps
    if given is None:
        return None
    if given.isascii() and given.isdigit() and int(given) <= total:
        return int(given)
    problems.append(text("link.bad_step", given=given, total=total))
    return None


def write_link(experiment: Experiment, view: View) -> None:
    """Let the address name what is on screen, and forget the step of another experiment."""
    if st.session_state.get(_OPENED) != experiment:
        st.session_state[_OPENED] = experiment
        st.session_state[_PROBLEMS] = []
        live.start_at(None)
    step = live.step()
    others = views.to_params(view, experiment) | ({} if step is None else {"step": str(step)})
    links.write(experiment, others)


def marks(*, dark: bool) -> list[str]:
    """One Markdown image an arm: the line that stands for it in the pictures."""
    return [_mark(style) for style in arm_style(controls.current(), dark=dark)]


def _mark(style: ArmStyle) -> str:
    dash = " ".join(str(length) for length in style.dash)
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="26" height="10">'
        f'<line x1="0" y1="5" x2="26" y2="5" stroke="{style.color}" stroke-width="4" stroke-dasharray="{dash}"/></svg>'
    )
    return f"![{style.label}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"


def show_results(run: Run) -> None:
    """The table of results, once there is something in it."""
    recording = run.recording()
    if recording is None or run.active:
        return
    st.subheader(text("train.state.results"))
    st.dataframe(plots.results(recording), hide_index=True, width="stretch")
    megabytes = f"{recording.nbytes / 1e6:.1f}"
    st.caption(
        f"{text('train.state.memory', megabytes=megabytes, frames=len(recording.steps))} {text('link.copy_hint')}"
    )
