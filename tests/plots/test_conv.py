"""The pictures of convolutional runs: units are channels, every position counts, textures are shown in colour."""

import numpy as np
import pytest
import vl_convert

from bnviz import plots
from bnviz.core.engine import train
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.plots.bins import shares_of
from bnviz.plots.digits import urls

ARMS = (Arm("none"), Arm("batch"), Arm("instance", "after"))


@pytest.fixture(scope="module")
def recording():
    return train(
        Experiment(
            Data("textures", n=120), Network((4, 8), "tanh", kind="conv"), ARMS, Training(batch_size=8, steps=12)
        )
    )


def figures(recording):
    yield plots.loss(recording)
    yield plots.accuracy(recording)
    yield from (plots.histograms(recording, kind=kind) for kind in ("pre", "normalized", "post"))
    yield plots.bands(recording)
    yield plots.gamma_beta(recording, arm=1, layer=1)
    yield plots.gamma_beta(recording, arm=2, layer=0)
    yield plots.saturation(recording)
    yield plots.gradients(recording)
    yield plots.updates(recording)
    yield plots.digit_sample(recording, arm=1)


def test_every_picture_is_a_valid_chart_that_speaks_of_channels(recording):
    seen = list(figures(recording))
    assert None not in seen
    for figure in seen:
        for spec in (figure.spec, figure.narrow):
            assert vl_convert.vegalite_to_vega(spec)
        texts = [figure.title, *(figure.captions if not isinstance(figure.captions, str) else [figure.captions])]
        assert not any("unit " in text or "units" in text for text in texts)
    histogram = seen[3]
    assert "a channel of layer 2" in histogram.caption_at(-1)
    assert "over rows and positions" in histogram.caption_at(-1)


def test_shares_of_a_convolution_add_up_to_one(recording):
    shares = shares_of(recording, recording.histogram[:, :, :, 0])
    assert shares.sum(axis=-1) == pytest.approx(np.ones(shares.shape[:3]), abs=1e-6)


def test_dead_channels_are_named_as_such():
    experiment = Experiment(
        Data("digits", n=80), Network((4, 4), kind="conv"), ARMS, Training(batch_size=8, steps=3)
    )  # fmt: skip
    found = train(experiment)
    assert plots.saturation(found).title == "Dead channels"
    assert "channel" in plots.maxima(found).caption_at(0)


def test_textures_are_shown_in_colour_with_the_names_of_their_classes(recording):
    figure = plots.digit_sample(recording, arm=1)
    named = "72°, red" in str(figure.spec)
    assert named
    assert figure.title.startswith("Training images")
    assert "of 60 images wrong" in figure.caption_at(-1)
    assert "digit" not in figure.alt[-1]
    first = urls(recording.experiment.data, 0, 2, False)
    assert first == urls(recording.experiment.data, 0, 2, True)
    assert len(set(first)) == 2
