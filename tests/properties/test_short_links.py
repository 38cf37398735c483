"""The address of every lab stays short enough for a chat, however far its settings are from the usual ones."""

from dataclasses import fields

from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.core.axes import Choices
from bnviz.core.check import Check
from bnviz.core.codec import from_link, group_from_link, group_to_link, to_link
from bnviz.core.experiment import (
    ACTIVATIONS,
    MAX_ARMS,
    MAX_DEPTH,
    MAX_WIDTH,
    NORMS,
    OPTIMIZERS,
    PLACEMENTS,
    Arm,
    Data,
    Experiment,
    Network,
    Training,
)
from bnviz.core.fields import Choice, FieldError, Number
from bnviz.core.layer_lab import LayerLab
from bnviz.core.ravine import Place, Ravine
from bnviz.ui.hiding import PARTS, parts_of
from bnviz.ui.inputs_controls import Inputs
from bnviz.ui.quiz_items import quizzes
from bnviz.ui.quiz_score import Answer, written
from bnviz.ui.running_settings import Settings
from bnviz.ui.share import MOST_PASTED, query

BASE = "https://normalization.department.some-university.example:8501/"
LONG = 0.123457  # more digits than any control gives
few = settings(max_examples=40, deadline=None)


def length(page, params):
    return len(f"{BASE}{page}?{query(params)}")


EVERY_ANSWER = written({name: (Answer(3, True),) * len(questions) for name, questions in quizzes().items()})
KEPT = {"quiz": EVERY_ANSWER, "present": "1", "notation": "keras", "lesson": "running.12", "claim": "F1c"}


@st.composite
def arms(draw):
    each = st.sampled_from(PLACEMENTS)
    return Arm(
        draw(st.sampled_from(NORMS)),
        tuple(draw(st.lists(each, min_size=MAX_DEPTH, max_size=MAX_DEPTH))),
        momentum=LONG,
        eps=LONG,
        groups=2,
        ghost_size=8,
        learning_rate=LONG,
        gain=LONG,
        optimizer=draw(st.sampled_from(OPTIMIZERS)),
        dropout=0.3,
    )


@st.composite
def experiments(draw):
    widths = tuple(2 * draw(st.integers(1, MAX_WIDTH // 2)) for _ in range(MAX_DEPTH))
    data = Data(
        "breast_cancer", n=512, preprocess="whitened", test_fraction=LONG, features=tuple(range(30)),
    )  # fmt: skip
    training = Training(
        learning_rate=LONG, batch_size=64, steps=3999, optimizer="rmsprop", dropout=0.3, weight_decay=LONG / 10,
        input_noise=LONG, order="by_class",
    )  # fmt: skip
    network = Network(widths, draw(st.sampled_from(ACTIVATIONS)), gain=LONG, bias=False)
    return Experiment(data, network, tuple(draw(arms()) for _ in range(MAX_ARMS)), training, 2**31 - 1)


@few
@given(experiments())
def test_the_training_lab(experiment):
    view = {"show": "curves.histograms.maps.digits.bands.units.saturation.gradients", "kind": "normalized",
            "arm": "6", "layer": "10", "band": "1", "step": "3999"}  # fmt: skip
    link = to_link(experiment)
    assert from_link(link) == (experiment, [])
    assert length("train", link | view | KEPT) < MOST_PASTED


def test_everything_hidden_and_every_question_answered():
    for page in PARTS:
        assert length(page, KEPT | {"hide": ".".join(parts_of(page))}) < MOST_PASTED


DATA = Data("moons", n=4999, noise=LONG, balance=LONG, preprocess="whitened", test_fraction=LONG,
            scale=(LONG * 1e5, LONG), offset=(-LONG * 1e5, LONG))  # fmt: skip


FAR = Place((LONG,) * 4, LONG, 299)


def extreme(kind, draw):
    """Every setting of a group as far from the usual one as its bounds let it be; the last one drawn for words."""
    values = {}
    for item in fields(kind):
        bound = item.metadata["kind"]
        if isinstance(bound, Choice):
            values[item.name] = draw(st.sampled_from(bound.options))
        elif isinstance(bound, Number):
            values[item.name] = int(bound.high) if bound.integer else bound.low + (bound.high - bound.low) * LONG
    return values


@few
@given(st.data())
def test_the_other_labs(data):
    for page, kind, more in (
        ("inputs", Inputs, group_to_link("data", DATA, Data())),
        ("ravine", Ravine, group_to_link("data", DATA, Data()) | group_to_link("at", FAR, Place())),
        ("layer", LayerLab, group_to_link("layer.data", DATA, Data())),
        ("running", Settings, {}),
        ("axes", Choices, {}),
        ("check", Check, {}),
    ):
        try:
            made = kind(**extreme(kind, data.draw))
        except FieldError:
            continue
        link = group_to_link(page, made, kind())
        assert group_from_link(page, kind(), link, []) == made
        assert length(page, link | more | KEPT) < MOST_PASTED
