"""A reader's own table as data of an experiment: named by content, found while somebody holds it, never by a link."""

import gc

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from bnviz.core import own_tables
from bnviz.core.codec import from_json, from_link, group_from_link, to_json, to_link
from bnviz.core.data import load
from bnviz.core.data import table as table_of
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.fields import FieldError
from bnviz.core.ravine import Ravine, explore
from bnviz.core.tables import read_csv

ROWS = [f"{i * 0.5},{(i * 7) % 23 * 100},{i % 5 - 2.5},{'ab'[i % 2]}" for i in range(60)]
CSV = "width,height,depth,kind\n" + "\n".join(ROWS)


def kept(target=0, text=CSV):
    """The name of a table, and the table, which has to be held."""
    return own_tables.keep(read_csv(text).whole(target))


def own(name, **settings):
    return Data("own", table=name, **{"features": (0, 1), **settings})


def experiment(name, **settings):
    return Experiment(
        data=own(name, **settings),
        network=Network((8,)),
        arms=(Arm("batch"),),
        training=Training(batch_size=16, steps=5),
    )


def test_classes_are_loaded_split_and_standardized_as_scikit_learn_does():
    name, held = kept()
    data = own(name, scale=(10.0,), test_fraction=0.2)
    rows = load(data, 3)
    order = np.random.default_rng(3).permutation(60)
    x = held.x[:, :2] * [10.0, 1.0]
    scaler = StandardScaler().fit(x[order[:48]])
    np.testing.assert_allclose(rows.x_train, scaler.transform(x[order[:48]]), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(rows.x_test, scaler.transform(x[order[48:]]), rtol=1e-12, atol=1e-12)
    assert rows.y_test.tolist() == held.y[order[48:]].tolist()
    assert (rows.classes, rows.class_names, rows.feature_names) == (2, ("a", "b"), ("width", "height"))
    assert (data.rows, data.train_rows, data.planar, data.regression) == (60, 48, True, False)


def test_a_number_is_predicted_standardized():
    name, held = kept(target=1)
    data = own(name, features=(0, 1))
    rows = load(data, 0)
    assert data.regression
    assert not data.planar
    assert rows.classes == 0
    assert rows.y_train.mean() == pytest.approx(0, abs=1e-12)
    assert rows.y_train.std() == pytest.approx(1)
    assert held.classes == 0


def test_the_name_follows_the_content():
    name, held = kept()
    again, same = kept()
    assert again == name
    assert same is held
    others = [kept(target=1), kept(text=CSV.replace("width", "girth")), kept(text=CSV.replace("29.5,", "29.4,"))]
    assert len({name, *(other for other, _ in others)}) == 4


def test_a_table_that_nobody_holds_is_gone_and_the_sentence_says_so():
    name, held = kept(text=CSV.replace("width", "gone"))
    assert own_tables.find(name) is held
    del held
    gc.collect()
    assert own_tables.find(name) is None
    assert own_tables.pack(name) is None
    with pytest.raises(FieldError, match=r"no longer here\. Load it again"):
        table_of(own(name), 0)


def test_a_table_travels_as_text_to_another_process():
    name, held = kept(text=CSV.replace("width", "sent"))
    text, before = own_tables.pack(name), (held.x.copy(), held.y.copy())
    del held
    gc.collect()
    back = own_tables.unpack(text)
    assert own_tables.find(name) is back
    assert np.array_equal(back.x, before[0])
    assert np.array_equal(back.y, before[1])
    assert (back.classes, back.class_names) == (2, ("a", "b"))
    assert back.feature_names == ("sent", "height", "depth")


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"features": ()}, "data.features"),
        ({"features": (0, 3)}, "data.features"),
        ({"n": 61}, "data.n"),
        ({"scale": (1.0, 2.0, 3.0)}, "data.scale"),
        ({"table": ""}, "data.table"),
        ({"table": "../../secret"}, "data.table"),
        ({"name": "moons", "features": ()}, "data.table"),
    ],
)
def test_what_does_not_fit_the_table_is_refused_by_name(settings, field):
    name, _ = kept()
    with pytest.raises(FieldError) as caught:
        Data(**{"name": "own", "table": name, "features": (0, 1), **settings})
    assert caught.value.field == field


def test_json_names_the_table_and_a_link_never_brings_it_back():
    name, _held = kept()
    wanted = experiment(name)
    assert from_json(to_json(wanted)) == wanted
    found, problems = from_link(to_link(wanted))
    assert found.data.name == "digits"
    assert any("loaded in another session" in line for line in problems)
    rest = {key: value for key, value in to_link(wanted).items() if key not in ("data.name", "data.table")}
    assert from_link(rest, own(name, features=(2,))) == (wanted, [])


@pytest.mark.parametrize("target", [0, 1])
@pytest.mark.parametrize("loss", ["linear", "logistic"])
def test_the_ravine_of_an_own_table_is_computed(target, loss):
    name, _held = kept(target)
    sides = explore(own(name, features=(0, 2)), 0, Ravine(loss=loss))
    assert [side.name for side in sides] == ["raw", "zscore"]
    assert all(np.isfinite(side.descent.losses[0]).all() for side in sides)


@pytest.mark.parametrize("prefix", ["data", "layer.data"])
def test_no_lab_reads_an_own_table_from_a_link(prefix):
    name, _held = kept()
    problems = []
    params = {f"{prefix}.name": "own", f"{prefix}.table": name}
    assert group_from_link(prefix, Data("wine"), params, problems) == Data("wine")
    assert len(problems) == 1
