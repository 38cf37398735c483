"""A question about the screen, asked without a page: with given settings and given results."""

from bnviz.runs.studies import StudyRun
from bnviz.ui.quiz_answer import Live


class Found:
    """A store that knows one piece of work, or none."""

    def __init__(self, run):
        self.run = run

    def find(self, _what):
        return self.run


def study_run(study, results, status="finished"):
    """A study with these results, one list a seed."""
    run = StudyRun(study)
    for kept, found in zip(run.results, results, strict=False):
        kept.extend(found)
    run.set_status(status)
    return run


def right(live: Live, question=None) -> str:
    """The right option in words."""
    options = live.options or question.options
    return options[live.right]
