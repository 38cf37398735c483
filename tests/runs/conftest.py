"""What all tests of runs share."""

import pytest

from bnviz.runs import viewers
from bnviz.runs.work_process import WorkProcess


@pytest.fixture(autouse=True)
def _patient_viewers(monkeypatch):
    """On a busy machine a process may need longer for its start than a viewer may be silent."""
    monkeypatch.setattr(viewers, "VIEWER_SECONDS", 600.0)


@pytest.fixture(scope="module")
def process():
    """A process that works with the torch engine."""
    one = WorkProcess("torch")
    yield one
    one.close()
