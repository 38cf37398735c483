"""A page in AppTest: opened at a link, looked at for exceptions, and its address read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from streamlit.testing.v1 import AppTest

from bnviz.core.codec import to_link
from bnviz.core.experiment import Data, Experiment, Network, Training

ROOT = Path(__file__).resolve().parents[2]
SMALL = {
    "train": to_link(
        Experiment(data=Data("moons", n=100), network=Network((8,)), training=Training(batch_size=10, steps=5))
    ),
    "running": {f"running.{name}": "10" for name in ("updates", "after", "width")},
    "axes": {"axes.updates": "0"},
    "ravine": {"ravine.steps": "50"},
    "layer": {"layer.source": "data", "layer.batch": "1"},
    "inputs": {"data.name": "wine"},
}
"""Of some labs a link with which they have little to compute, for tests of what all labs have."""


def visited(file: str, params: Mapping[str, str], *, page: str = "") -> AppTest:
    """A script of the repository, run at a link; app.py may be told to open a page."""
    app = AppTest.from_file(str(ROOT / file), default_timeout=120)
    if page:
        app.switch_page(f"pages/{page}.py")
    for name, value in params.items():
        app.query_params[name] = value
    return checked(app.run())


def checked(app: AppTest) -> AppTest:
    """The same, where nothing has been raised."""
    assert not app.exception, app.exception[0].value
    return app


def start(app: AppTest, page: str, claim: str) -> AppTest:
    """The same after a press of the button that measures all seeds of a claim."""
    return checked(next(one for one in app.button if one.key == f"{page}_judge_{claim}").click().run())


def link_of(app: AppTest) -> dict[str, str]:
    """The parameters of the address."""
    return {name: values[0] if isinstance(values, list) else values for name, values in app.query_params.items()}
