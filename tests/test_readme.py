"""What the README shows in Python works, and gives the numbers and pictures of the app."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_works(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    names: dict[str, object] = {}
    exec(example, names)  # noqa: S102
    recording = names["recording"]
    assert capsys.readouterr().out.startswith("[")
    assert recording.gamma.shape[1:3] == (2, 2)
    assert (recording.final_test_accuracy > 0.8).all()


def test_a_figure_shows_itself_in_a_notebook() -> None:
    import bnviz

    experiment = bnviz.Experiment(bnviz.Data("moons", n=100), training=bnviz.Training(steps=3, batch_size=10))
    figure = bnviz.plots.loss(bnviz.train(experiment))
    bundle = figure._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    (drawn,) = (str(value) for kind, value in data.items() if kind != "text/plain")
    last = figure.spec_at()["datasets"]["curves"][-1]
    assert f'"value": {last["value"]}' in drawn
