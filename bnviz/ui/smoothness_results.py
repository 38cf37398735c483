"""The results on the page on smoothness: the pictures of the open part, and the verdict on its claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from bnviz.core import smoothness as measures
from bnviz.core.experiment import Experiment
from bnviz.core.verdict import Verdict, judge, judge_whole
from bnviz.runs.studies import StudyRun
from bnviz.ui.claims import Half, show_verdict
from bnviz.ui.marks import marks
from bnviz.ui.messages import text
from bnviz.ui.scenarios import scenario
from bnviz.ui.smoothness_parts import Part, Results
from bnviz.ui.smoothness_settings import CLAIMS, Settings

LEAST = {"along": 0.5, "safe": 0.5, "scale": 0.1, "growth": 0.5, "slice": 0.5}
"""The effect up to which a difference counts as none; half a doubling is a factor of 1.4."""
CLAIMED = ("loss_range", "predictiveness")
"""What the claim about the way along the gradient says: that both the loss and its gradient change less."""
UNITS = {"scale": "{:+.2f}", "edge": "{:.1%}"}
TIMES = "{:.2g} times"


def show_results(
    run: StudyRun | None,
    settings: Settings,
    experiment: Experiment,
    *,
    conclude: Callable[[Part, Results], None],
    dark: bool,
) -> None:
    """What was found so far, and the verdict on it.

    Args:
        run: of the study; None before it is started.
        settings: what the reader has chosen.
        experiment: the run.
        conclude: says what it comes to, from the seeds that are complete.
        dark: the theme.
    """
    results = [] if run is None else [list(found) for found in run.results if found]
    if run is None or not results:
        st.caption(text("smoothness.state.nothing"))
        return
    part = Part(settings, experiment, results, dark=dark)
    if settings.part != "slice":  # whose maps have names instead of colours
        with st.container(horizontal=True, gap="medium", key="smoothness_arms"):
            for line in marks(experiment, dark=dark, short=True):
                st.markdown(line, width="content")
    part.show()
    complete = [found for found, whole in zip(run.results, run.complete, strict=True) if whole and found]
    conclude(part, complete)


def as_ratios(verdict: Verdict) -> Verdict:
    """The same verdict with its numbers as ratios: it was judged in doublings, so that twice is as far as half."""
    return replace(
        verdict, median=2**verdict.median, low=2**verdict.low, high=2**verdict.high, least=2**verdict.least
    )  # fmt: skip


def show_conclusion(part: Part, complete: Results, expected: str | None, *, measuring: bool = False) -> None:
    """The verdict, held against the reader's prediction; `measuring` where more seeds are on their way."""
    name = part.settings.part
    pair = measures.pair(part.experiment)
    if pair is None:
        st.info(text("smoothness.problem.no_pair"), icon=":material/info:")
        return
    key = part.settings.quantity if name == "along" else part.settings.statistics if name == "slice" else name
    words = {"bare": part.styles[pair[0]].label, "normed": part.styles[pair[1]].label}
    found = scenario(CLAIMS[name])
    if part.settings.own:
        found = replace(found, dissent=f"{found.dissent} {text('smoothness.state.own')}".strip())
    halves, whole = _halves(part, key, complete, words)
    show_verdict(found, whole, prediction=expected, halves=halves, measuring=measuring)


def _halves(part: Part, key: str, complete: Results, words: dict[str, str]) -> tuple[list[Half], Verdict]:
    """What the claim says, one thing after the other, and the verdict on all of it."""
    name, effects = part.settings.part, part.effects(complete)
    unit, said = UNITS.get(name, TIMES), text(f"smoothness.effects.{key}", **words)
    if name == "edge":
        alone = measures.SETTLED.judge(effects)
        return [Half(alone, said, unit, "smoothness.settled")], alone
    first = judge(effects, least=LEAST[name])
    halves, judged = [Half(first if name in UNITS else as_ratios(first), said, unit)], [(effects, LEAST[name])]
    for other in [one for one in CLAIMED if name == "along" and one != part.settings.quantity]:
        more = part.effects(complete, other)
        verdict = as_ratios(judge(more, least=LEAST[name]))
        halves.append(Half(verdict, text(f"smoothness.effects.{other}", **words), TIMES))
        judged.append((more, LEAST[name]))
    for also, numbers, limit in part.limits(complete):
        halves.append(Half(limit.judge(numbers), text(f"smoothness.effects.{also}", **words), "{:.2%}", "claims.below"))
        judged.append((limit.effects(numbers), 0.0))
    return halves, judge_whole(judged)
