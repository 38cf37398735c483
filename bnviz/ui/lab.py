"""What the training lab does around its run: the link in and out, the results, the marks of the arms."""

from __future__ import annotations

import streamlit as st

from bnviz import plots
from bnviz.core.codec import to_link
from bnviz.core.experiment import Experiment
from bnviz.runs import Run
from bnviz.ui import compare_view, controls, links, live, pins, results_table
from bnviz.ui import view as views
from bnviz.ui.hiding import shown
from bnviz.ui.messages import text
from bnviz.ui.view import View

_PROBLEMS, _OPENED = "lab.problems", "lab.opened"


def take_link() -> None:
    """Show what the address names if it says something new; explain what of it could not be used."""
    if links.arrived("train"):
        experiment, others, problems = links.read()
        controls.show_experiment(experiment)
        views.from_params(others, problems)
        pins.from_params(others, problems)
        compare_view.from_params(others, problems)
        live.start_at(_step(others.get("step"), experiment, problems))
        st.session_state[_OPENED] = experiment
        st.session_state[_PROBLEMS] = problems
    controls.restore()
    links.show_problems(st.session_state.get(_PROBLEMS, []))


def _step(given: str | None, experiment: Experiment, problems: list[str]) -> int | None:
    total = experiment.training.steps
    if given is None:
        return None
    step = links.whole(given)
    if step is not None and step <= total:
        return step
    problems.append(text("link.bad_step", given=given, total=total))
    return None


def write_link(experiment: Experiment, view: View) -> None:
    """Let the address name what is on screen, and forget the step of another experiment."""
    if st.session_state.get(_OPENED) != experiment:
        st.session_state[_OPENED] = experiment
        st.session_state[_PROBLEMS] = []
        live.forget_step()
    step = live.step()
    others = views.to_params(view, experiment) | ({} if step is None else {"step": str(step)})
    links.write("train", to_link(experiment) | others | pins.to_params() | compare_view.to_params())


def show_results(run: Run) -> None:
    """The table of results; as long as training goes on, with dots in it, so that nothing below it moves at the end."""
    recording, going = run.recording(), run.active and not live.is_stopped(run.experiment)
    if (recording is None and not going) or not shown("results"):
        return
    st.subheader(text("train.state.results"), anchor=False)
    if recording is None or going:
        results_table.show(plots.waiting(run.experiment))
        st.caption(f"{text('train.state.results_wait')} {text('link.copy_hint')}")
        return
    results_table.show(plots.results(recording))
    megabytes = f"{recording.nbytes / 1e6:.1f}"
    st.caption(
        f"{text('train.state.memory', megabytes=megabytes, frames=len(recording.steps))} {text('link.copy_hint')}"
    )
