"""Studies are values; their results come seed by seed and can be gone on with anywhere."""

from dataclasses import FrozenInstanceError

import pytest

from bnviz.core import study as module
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.fields import FieldError
from bnviz.core.study import MEASURES, Found, Place, Study, measure_of, results

BASE = Experiment(Data("moons", n=80), Network((4,)), (Arm("none"),), Training(batch_size=10, steps=8))


def three_numbers(experiment, options):
    """A measure: a pause before each of some results, fewer with seed 1."""
    for place in range(1 if experiment.seed == 1 else options["count"]):
        yield None
        yield {"seed": experiment.seed, "place": place}


@pytest.fixture
def study(monkeypatch):
    monkeypatch.setitem(MEASURES, "three", f"{__name__}:three_numbers")
    monkeypatch.setattr(module, "measure_of", lambda name: three_numbers)
    return Study("three", BASE, (5, 1, 7), {"count": 3}, total=3)


def test_a_study_is_a_value_and_survives_json(study):
    again = Study.from_json(study.to_json())
    assert again == study
    assert hash(again) == hash(study)
    assert Study("three", BASE, (5, 1, 7), (("count", 3),), total=3) == study
    assert Study("three", BASE, options={"b": [1, [2.0]], "a": None}).options == (("a", None), ("b", (1, (2.0,))))
    with pytest.raises(FrozenInstanceError):
        study.seeds = (1,)


def test_results_come_seed_by_seed_with_pauses(study):
    found = list(results(study))
    assert found[0] is None
    real = [one for one in found if one]
    assert [(one.seed, one.value["seed"]) for one in real] == [(0, 5)] * 3 + [(1, 1)] + [(2, 7)] * 3
    assert study.size == 9


@pytest.mark.parametrize("known", range(8))
def test_it_goes_on_behind_what_is_known(study, known):
    whole = [one for one in results(study) if one]
    seed = whole[known - 1].seed if known else 0
    first = Place(seed, sum(one.seed == seed for one in whole[:known]))
    assert [one for one in results(study, first=first) if one] == whole[known:]


def test_every_measure_is_where_it_is_said_to_be():
    for name in MEASURES:
        assert callable(measure_of(name))


def test_a_real_measure():
    found = [one for one in results(Study("along_gradient", BASE, (3,), {"every": 4}, total=3)) if one]
    assert [one.value["step"] for one in found] == [0, 4, 8]
    assert all(isinstance(one, Found) for one in found)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"measure": "mood"}, "measure"),
        ({"experiment": "digits"}, "experiment"),
        ({"seeds": ()}, "seeds"),
        ({"seeds": (1, 1)}, "seeds"),
        ({"total": 0}, "total"),
        ({"options": {"every": object()}}, "options.every"),
    ],
)
def test_what_cannot_be_used_is_named(change, field):
    settings = {"measure": "along_gradient", "experiment": BASE} | change
    with pytest.raises(FieldError) as error:
        Study(**settings)
    assert error.value.field == field


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"measure": 1, "experiment": {}, "options": [1]}'])
def test_what_is_no_study(text):
    with pytest.raises(FieldError, match="study"):
        Study.from_json(text)
