"""The training lab in AppTest: opened at an experiment, and waited for."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.core.codec import to_link
from tests.pages.visit import ROOT, checked


def opened(experiment, *, prepare=None, **others):
    """The lab at an experiment and other parameters, in a session that holds `prepare`."""
    app = AppTest.from_file(str(ROOT / "pages" / "train.py"), default_timeout=60)
    for name, value in (prepare or {}).items():
        app.session_state[name] = value
    for name, value in {**to_link(experiment), **others}.items():
        app.query_params[name] = value
    return settled(app.run())


def settled(app):
    """Wait for the training to end or to fail, as the page's own heartbeat would."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        checked(app)
        if any(line.value.startswith("Finished") for line in app.caption) or app.error:
            return app
        time.sleep(0.05)
        app.run()
    pytest.fail("The run did not finish in time.")
