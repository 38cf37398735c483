"""The pictures of the inputs lab: whole specifications, honest axes, and words that are true."""

import numpy as np
import pytest
import vl_convert

from bnviz.core.data import Table
from bnviz.core.experiment import DRAWN, PREPROCESSES, SELECTABLE, Data
from bnviz.core.motion import BETWEEN, FRAMES, motion
from bnviz.core.prepared import prepare, prepared
from bnviz.core.table_facts import facts, squeeze
from bnviz.plots import inputs, inputs_moves, inputs_shape, inputs_table
from bnviz.plots.figure import as_chart
from bnviz.plots.inputs import Look
from bnviz.ui.payload import pack
from bnviz.ui.pictures import picture

PAIRS = {"wine": (0, 12), "breast_cancer": (3, 4), "diabetes": (4, 5)}
TITLES = {method: method for method in PREPROCESSES}


def pair_of(name, **more):
    return prepared(Data(name, features=PAIRS.get(name, ()), **more), 0)


def own(x, *, names=("a", "b"), y=None, class_names=()):
    """A pair out of rows, the first three quarters for training."""
    y = np.arange(len(x)) * 1.0 if y is None else y
    whole = Table(np.asarray(x, float), y, len(class_names), names, class_names)
    cut = len(x) * 3 // 4
    return prepare(whole, (np.arange(cut), np.arange(cut, len(x))), (0, 1))


STRANGE = {
    "constant": own(np.column_stack([np.full(40, 3.0), np.arange(40)])),
    "both constant": own(np.full((40, 2), 7.0)),
    "the same twice": own(np.column_stack([np.arange(40), np.arange(40)])),
    "far away": own(1e9 + np.random.default_rng(0).normal(size=(40, 2))),
    "hostile names": own(
        np.random.default_rng(0).normal(size=(40, 2)),
        names=("<img src=x onerror=alert(1)>", 'it\'s "a" \\ ${b}'),
        y=np.arange(40) % 7,
        class_names=tuple(f"<b>{i}</b>'" for i in range(7)),
    ),
}
ALL = {**{name: pair_of(name) for name in (*DRAWN, *SELECTABLE)}, **STRANGE}


SOME = ("ranges", "moons", "wine", *STRANGE)  # a number to predict, two classes, three classes


def check_valid(spec):
    """Hold a specification to the schema of Vega-Lite; its rows are known to be plain and would take long."""
    bare = {**spec, "datasets": {name: [] for name in spec["datasets"]}}
    as_chart(bare, validate=True)
    vl_convert.vegalite_to_vega(bare)


# ---- the clouds


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("equal", [True, False])
def test_every_cloud_is_valid_and_compiles(name, equal):
    for method in PREPROCESSES:
        spec = inputs.cloud(ALL[name], method, look=Look(equal=equal, dark=equal))
        if method == "whitened":  # it takes long, and the others differ in their rows alone
            check_valid(spec)
        assert all(np.isfinite([row["x"], row["y"]]).all() for row in spec["datasets"]["points"])


def span(spec, axis, *, width=300, height=300):
    """The domain of an axis in a view of this size, as the browser works it out."""
    values = {"width": width, "height": height, "max": max}
    for param in spec["params"]:
        values[param["name"]] = param["value"] if "value" in param else eval(param["expr"], {}, dict(values))  # noqa: S307
    return values[f"{axis}_from"], values[f"{axis}_to"]


@pytest.mark.parametrize("method", PREPROCESSES)
@pytest.mark.parametrize("size", [(300, 300), (500, 200)])
def test_honest_axes_have_one_unit_and_show_every_point(method, size):
    width, height = size
    for equal in (True, False):
        spec = inputs.cloud(pair_of("ranges"), method, look=Look(equal=equal))
        x, y = (span(spec, axis, width=width, height=height) for axis in "xy")
        units = (x[1] - x[0]) / width, (y[1] - y[0]) / height
        assert (units[0] == pytest.approx(units[1])) == equal or method != "raw"
        if equal:
            assert units[0] == pytest.approx(units[1])
        for row in spec["datasets"]["points"]:
            assert x[0] < row["x"] < x[1]
            assert y[0] < row["y"] < y[1]


def test_the_points_are_the_rows_of_the_split():
    pair = pair_of("wine")
    rows = inputs.cloud(pair, "raw", look=Look())["datasets"]["points"]
    assert [row["part"] for row in rows].count("training") == 133
    assert [row["part"] for row in rows].count("test") == 45
    for row in rows:
        assert (row["x"], row["y"]) == tuple(pair.x[row["row"] - 1])


def test_large_sets_are_thinned_evenly_and_their_distributions_are_not():
    pair = pair_of("ranges", n=5000)
    data = inputs.cloud(pair, "raw", look=Look())["datasets"]
    assert len(data["points"]) == inputs.MOST_TRAIN + inputs.MOST_TEST
    assert sum(row["rows"] for row in data["across"]) == 3750
    assert sum(row["rows"] for row in data["upwards"]) == 3750


def test_up_to_ten_classes_differ_by_colour_or_shape():
    x = np.random.default_rng(0).normal(size=(40, 2))
    pair = own(x, y=np.arange(40) % 10, class_names=tuple("abcdefghij"))
    color, shape = inputs.coloured(pair, dark=False)
    looks = set(zip(color["scale"]["range"], shape["scale"]["range"], strict=True))
    assert len(looks) == 10
    assert len(inputs.class_marks(pair)) == 10


# ---- the motion


@pytest.mark.parametrize("name", ALL)
def test_the_motion_ends_where_the_preprocessing_does(name):
    pair = ALL[name]
    train = pair.moves.standardized(pair.x[pair.train_rows])
    moving = motion(pair.moves, train)
    moved = moving.at(train)
    assert moved.shape == (FRAMES, len(train), 2)
    assert moved[0] == pytest.approx(pair.ways["raw"].train, rel=1e-9, abs=1e-9)
    assert moved[BETWEEN] == pytest.approx(pair.ways["zscore"].train, abs=1e-6)
    axes = pair.moves.axes.shape[0]
    assert moved[-1][:, :axes] == pytest.approx(pair.ways["whitened"].train[:, :axes], abs=1e-6)
    for frame in (0, 7, BETWEEN, 30, 2 * BETWEEN, 60, FRAMES - 1):
        expected = facts(moved[frame]).condition_bias
        if expected < 1e20:
            assert moving.conditions[frame] == pytest.approx(expected, rel=1e-3)


def test_turning_keeps_every_distance_and_the_condition():
    pair = pair_of("signals")
    train = pair.moves.standardized(pair.x[pair.train_rows])
    moving = motion(pair.moves, train)
    lengths = np.linalg.norm(moving.at(train), axis=2)
    assert lengths[BETWEEN : 2 * BETWEEN + 1] == pytest.approx(np.tile(lengths[BETWEEN], (BETWEEN + 1, 1)))
    assert np.ptp(moving.conditions[BETWEEN : 2 * BETWEEN + 1]) < 1e-6
    assert (np.diff(moving.conditions) < 1e-6).all()


@pytest.mark.parametrize("name", SOME)
def test_the_pictures_of_the_motion_can_be_sent_and_drawn(name):
    from bnviz.ui.payload import Playback

    figures = inputs_moves.figures(ALL[name], series=True)
    playback = Playback("run", figures[0].steps, FRAMES - 1, 0, True, start=0, places=inputs_moves.places())
    assert pack(playback, [picture(figure) for figure in figures])
    for figure in figures:
        check_valid(figure.spec_at(0))
        assert len(figure.captions) == FRAMES or isinstance(figure.captions, str)


def test_the_specification_stays_while_the_data_change():
    one, other = (inputs_moves.figures(pair_of("ranges", scale=(factor, 1.0)))[0] for factor in (1.0, 3.0))
    assert one.spec == other.spec


def test_captions_of_the_motion_say_what_was_measured():
    pair = pair_of("signals")
    cloud = inputs_moves.figures(pair)[0]
    raw, std, white = (pair.ways[method].facts for method in ("raw", "zscore", "whitened"))
    assert cloud.caption_at(0).startswith("Raw: correlation 0.97, condition number 8.2·10³. A has")
    assert f"{raw.condition_bias:.0f}" == "8181"
    assert f"condition number {std.condition_bias:.0f}." in cloud.caption_at(BETWEEN)
    assert "lies at 45°" in cloud.caption_at(BETWEEN)
    assert "sum A + B" in cloud.caption_at(2 * BETWEEN)
    assert f"leaves the condition number at {std.condition_bias:.0f}" in cloud.caption_at(2 * BETWEEN)
    assert "condition number 1.0" in cloud.caption_at(FRAMES - 1)
    assert white.correlation == 0
    assert inputs_moves.places()[:2] == ["raw", "raw → standardized, 4.2\u00a0% of the way"]


# ---- what scaling does not do


@pytest.mark.parametrize("name", SOME)
def test_shapes_and_strips_are_valid(name):
    pair = ALL[name]
    for column in (0, 1):
        spec = inputs_shape.shape(pair, column)
        check_valid(spec)
        bars = spec["datasets"]["bars"]
        assert sum(bar["density"] * (bar["high"] - bar["low"]) for bar in bars) == pytest.approx(1)
        assert inputs_shape.shape_words(pair, column)
    values = pair.x[pair.train_rows, 0]
    if values.max() > values.min():
        check_valid(inputs_shape.strips(values, squeeze(values, 10)))


def test_the_shape_is_told_as_measured():
    pair = pair_of("ranges")
    z = pair.ways["zscore"].train[:, 0]
    words = inputs_shape.shape_words(pair, 0)
    assert f"{100 * np.mean(np.abs(z) <= 1):.0f}\u00a0% of the training rows" in words
    assert "excess kurtosis −1.2" in words  # a uniform distribution


def test_the_strips_show_the_added_point_at_the_end():
    values = np.linspace(0, 1, 101)
    rows = inputs_shape.strips(values, squeeze(values, 100))["datasets"]["rows"]
    added = [row for row in rows if row["added"]]
    assert [(row["strip"], row["at"], row["raw"]) for row in added] == [("with the point", 1.0, "100.0")]
    assert max(row["at"] for row in rows if row["strip"] == "with the point" and not row["added"]) == pytest.approx(
        0.01
    )
    assert "now fill 1.0\u00a0%" in inputs_shape.strips_words("x", squeeze(values, 100))
    assert "where the largest value is already" in inputs_shape.strips_words("x", squeeze(values, 1))


# ---- the table


@pytest.mark.parametrize("name", ALL)
def test_the_table_has_a_word_in_every_cell(name):
    found = inputs_table.table(ALL[name], TITLES)
    assert list(found.columns) == ["training rows", *PREPROCESSES]
    assert (found.map(len) > 0).all(axis=None)
    assert not found.map(lambda cell: "nan" in cell.lower()).any(axis=None)
    assert len(found) == (18 if name in SELECTABLE else 16)


def test_the_table_holds_the_facts():
    pair = pair_of("ranges")
    found = inputs_table.table(pair, TITLES).set_index("training rows")
    assert found.loc["maximum, x1", "raw"] == f"{pair.ways['raw'].facts.maximum[0]:.0f}"
    assert found.loc["std, x2", "zscore"] == "1.00"
    rows = len(pair.train_rows)
    assert found.loc["std, x1", "whitened"] == inputs_table.whitened_std(pair) == f"{((rows - 1) / rows) ** 0.5:.3f}"
    assert len({*found.loc["skew, x1", ["raw", "minmax", "zscore"]]}) == 1
    assert len({*found.loc["excess kurtosis, x1", ["raw", "minmax", "zscore"]]}) == 1
    assert found.loc["condition number, with bias", "minmax"] == f"{pair.ways['minmax'].facts.condition_bias:.1f}"
    assert found.loc["largest stable learning rate", "whitened"] == "2.00"
    whole = inputs_table.table(pair_of("wine"), TITLES).set_index("training rows")
    assert whole.loc["condition number, all 13 features", "whitened"] == "1.01"


def test_the_sentence_names_the_wider_feature():
    assert inputs_table.spread_words(pair_of("ranges")).startswith("x1 spreads 160 times as wide as x2. ")
    assert inputs_table.spread_words(pair_of("ranges", scale=(1.0, 1e5))).startswith(
        "x2 spreads 630 times as wide as x1"
    )
    assert inputs_table.spread_words(pair_of("diabetes")).startswith("s2 spreads about as wide as s1")
    assert inputs_table.spread_words(STRANGE["constant"]).startswith("a is constant")
    assert inputs_table.spread_words(STRANGE["both constant"]).startswith("Both features are constant")
    words = inputs_table.cloud_words(pair_of("ranges"), "minmax")
    assert words.startswith("Cloud of 375 training points and 125 test points")
    assert "x1 from 0 to 1.00" in words
