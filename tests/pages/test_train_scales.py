"""The data sets on different scales in the training lab: chosen, trained, named in the address."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.core.experiment import SCALES

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", SCALES)
def test_a_set_on_different_scales_trains(name):
    app = AppTest.from_file(str(ROOT / "pages" / "train.py"), default_timeout=60)
    for param, value in {"network.hidden": "8", "training.steps": "12", "data.n": "100"}.items():
        app.query_params[param] = value
    app.run()
    control = next(element for element in app.selectbox if element.key == "train.data.name")
    control.set_value(name).run()
    end = time.monotonic() + 60
    while not any(line.value.startswith("Finished") for line in app.caption) and time.monotonic() < end:
        time.sleep(0.05)
        app.run()
    assert not app.exception
    assert not app.error
    assert app.query_params["data.name"] in (name, [name])
    assert len(app.dataframe[0].value) == 3
