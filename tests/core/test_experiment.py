"""Experiments: defaults, bounds, rules between settings, JSON and links."""

import json
import math
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from bnviz.core.codec import from_link, to_link
from bnviz.core.experiment import TABLE_FEATURES, TABLE_ROWS, Arm, Data, Experiment, Network, Training
from bnviz.core.fields import Choice, FieldError, Flag, ListOf, Number, OneOrEach, OrNone, kind_of
from bnviz.core.own_settings import TableName

GROUPS = {"data": Data, "network": Network, "arm": Arm, "training": Training}
SETTINGS = [(prefix, group, item.name) for prefix, group in GROUPS.items() for item in fields(group)]
NAN, INF = math.nan, math.inf


# ---- defaults


def test_defaults_are_the_conventions():
    experiment = Experiment()
    assert experiment.data == Data("digits", 0, 0.1, 0.5, "zscore", 0.25, (), ())
    assert experiment.network == Network((64, 64, 64, 64, 64), "relu", 1.0, True)
    assert experiment.training == Training("sgd", 0.1, 64, 300, 0.0, 0.0, 0.0, "shuffled")
    assert [(arm.norm, arm.placement) for arm in experiment.arms] == [
        ("none", "before"),
        ("batch", "before"),
        ("batch", "after"),
    ]
    assert all((arm.momentum, arm.eps) == (0.1, 1e-5) for arm in experiment.arms)
    assert experiment.seed == 0


def test_rows_of_the_defaults():
    assert (Data().rows, Data().train_rows, Data().test_rows) == (1797, 1347, 450)
    assert (Data("moons").rows, Data("moons").train_rows) == (500, 375)
    assert Data("moons", n=16, test_fraction=0.95).train_rows == 2
    assert Data("moons", n=100, test_fraction=0.07).test_rows == 7  # though 100 * .07 is a little more than 7


def test_tables_are_as_large_as_said():
    from sklearn import datasets

    for name, rows in TABLE_ROWS.items():
        if name == "textures":  # drawn, not read
            continue
        assert getattr(datasets, f"load_{name}")().data.shape == (rows, TABLE_FEATURES[name])


def test_an_experiment_is_a_frozen_value():
    with pytest.raises(FrozenInstanceError):
        Experiment().seed = 1
    with pytest.raises(FrozenInstanceError):
        Experiment().training.steps = 1
    assert {Experiment(): 1}[Experiment()] == 1
    assert Network([8, 8]) == Network((8, 8))
    assert hash(Network([8, 8])) == hash(Network((8, 8)))


# ---- each setting by itself


def wrong_values(kind):
    match kind:
        case Number():
            beyond = (10 ** (1 + math.ceil(math.log10(kind.high))), kind.low - 1)
            broken = (1.5,) if kind.integer else ()
            return [*beyond, NAN, INF, -INF, 10**400, True, "1", None, [], 1j, *broken]
        case Choice():
            return ["", "Batch norm", None, 1, True, [], NAN]
        case TableName():
            return ["digits", "ab-60-3-2", None, 1, [], "0" * 64]
        case Flag():
            return [0, 1, None, "true", NAN]
        case ListOf():
            return ["1", 3, None, {1: 2}, [*range(kind.most + 1)], ["x"], [None], [NAN], [True], [[]]]
        case OrNone():
            return [value for value in wrong_values(kind.kind) if value is not None]
        case OneOrEach():
            return ["", "between", None, 1, ["between"], [None], ["before"] * 11]


def cases():
    for prefix, group, name in SETTINGS:
        for value in wrong_values(kind_of(group, name)):
            yield pytest.param(prefix, group, name, value, id=f"{prefix}.{name}={str(value)[:12]}")


@pytest.mark.parametrize(("prefix", "group", "name", "value"), list(cases()))
def test_wrong_value_is_refused_by_name(prefix, group, name, value):
    with pytest.raises(FieldError) as caught:
        group(**{name: value})
    assert caught.value.field == f"{prefix}.{name}"
    assert str(caught.value).startswith(f"{prefix}.{name}: ")
    assert " came" in caught.value.problem
    assert "needed" in caught.value.problem or "possible" in caught.value.problem
    assert len(caught.value.problem) < 300


def number_settings():
    for _, group, name in SETTINGS:
        kind = kind_of(group, name)
        kind = kind.kind if isinstance(kind, OrNone) else kind
        if isinstance(kind, Number):
            yield group, name, kind


@pytest.mark.parametrize(("group", "name", "kind"), list(number_settings()))
def test_both_ends_are_allowed_and_have_the_right_type(group, name, kind):
    extra = {"name": "moons"} if group is Data else {}
    for end in (kind.low, kind.high):
        value = getattr(group(**extra, **{name: end}), name)
        assert value == end
        assert type(value) is (int if kind.integer else float)


def test_whole_floats_become_integers():
    assert type(Training(batch_size=32.0).batch_size) is int
    assert type(Training(learning_rate=1).learning_rate) is float


def test_message_says_what_came_and_what_is_needed():
    with pytest.raises(FieldError, match=r"^training.batch_size: 513 came; a whole number from 1 to 512 is needed.$"):
        Training(batch_size=513)
    with pytest.raises(FieldError, match=r"^arm.norm: 'bach' came; one of none, batch, layer, .* is needed.$"):
        Arm("bach")
    with pytest.raises(FieldError, match=r"^network.hidden: 11 hidden layers came; 0 to 10 are possible.$"):
        Network([8] * 11)


@pytest.mark.parametrize("seed", [-1, 2**31, 0.5, True, "0", None, NAN])
def test_wrong_seed(seed):
    with pytest.raises(FieldError, match=r"seed: .* came; a whole number from 0"):
        Experiment(seed=seed)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("data", "moons"),
        ("network", (8, 8)),
        ("training", None),
        ("arms", "batch"),
        ("arms", ("batch",)),
        ("arms", Arm()),
    ],
)
def test_wrong_part(part, value):
    with pytest.raises(FieldError) as caught:
        Experiment(**{part: value})
    assert caught.value.field == part
    assert "is needed" in caught.value.problem


# ---- settings that must fit each other


@pytest.mark.parametrize(
    ("field", "changes", "says"),
    [
        ("arms", {"arms": ()}, "0 arms came; 1 to 6"),
        ("arms", {"arms": (Arm(),) * 7}, "7 arms came"),
        ("training.batch_size", {"training": Training(batch_size=1)}, "at least 2 rows, or another norm"),
        ("training.batch_size", {"data": Data("wine"), "training": Training(batch_size=134)}, "wine has 133 training"),
        ("arms[1].groups", {"arms": (Arm("none"), Arm("group", groups=7))}, "64 units cannot be cut into 7"),
        ("arms[0].ghost_size", {"arms": (Arm("batch_ghost", ghost_size=7),)}, "batch of 64 cannot be cut"),
        ("arms[0].placement", {"arms": (Arm("batch", ("before",) * 4),)}, "4 placements came for 5 hidden layers"),
    ],
)
def test_settings_that_do_not_fit(field, changes, says):
    with pytest.raises(FieldError, match=says) as caught:
        Experiment(**changes)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "changes",
    [
        {"training": Training(batch_size=1), "arms": (Arm("none"), Arm("layer"))},
        {"training": Training(batch_size=1), "network": Network(())},
        {"training": Training(batch_size=1), "arms": (Arm("batch", ("none",) * 5),)},
        {"data": Data("wine"), "training": Training(batch_size=133)},
        {"network": Network((7, 8)), "arms": (Arm("group", ("none", "before")),)},
        {"network": Network((7, 9)), "arms": (Arm("batch", groups=4, ghost_size=7),)},
        {"arms": (Arm("batch_ghost", ghost_size=64),)},
    ],
    ids=",".join,
)
def test_settings_that_fit_after_all(changes):
    assert Experiment(**changes).arms


@pytest.mark.parametrize(("name", "n"), [("wine", 179), ("wine", 15), ("moons", 15), ("digits", 1798)])
def test_rows_a_data_set_does_not_have(name, n):
    with pytest.raises(FieldError, match=rf"data.n: {n} rows came; {name} has 16 to"):
        Data(name, n=n)


@pytest.mark.parametrize("field", ["scale", "offset"])
def test_more_factors_than_features(field):
    assert len(getattr(Data("wine", **{field: [2] * 13}), field)) == 13
    with pytest.raises(FieldError, match=rf"data.{field}: 14 numbers came, but wine has 13 features"):
        Data("wine", **{field: [2] * 14})


def test_placements_of_an_arm():
    assert Arm("batch", "after").placements(2) == ("after", "after")
    assert Arm("none", "after").placements(2) == ("none", "none")
    assert Arm("batch", ("none", "after")).placements(2) == ("none", "after")


# ---- JSON

RICH = Experiment(
    Data("moons", 200, 0.25, 0.3, "minmax", 0.5, (100.0, 0.1), (-3.0,)),
    Network((16, 8), "tanh", 0.5, False),
    (
        Arm("none"),
        Arm("batch", ("after", "none"), 0.01, 1e-3, learning_rate=1e-4, gain=2.5),
        Arm("batch_ghost", "after", ghost_size=5, optimizer="adam", dropout=0.2),
        Arm("group", groups=4),
    ),
    Training("rmsprop", 0.003, 25, 77, 1e-4, 0.1, 0.05, "by_class"),
    7,
)


@pytest.mark.parametrize("experiment", [Experiment(), RICH])
def test_json_round_trip(experiment):
    assert Experiment.from_json(experiment.to_json()) == experiment


def test_missing_fields_take_their_defaults():
    assert Experiment.from_json("{}") == Experiment()
    read = Experiment.from_json('{"training": {"steps": 5}, "arms": [{}, {"norm": "layer"}]}')
    assert read == Experiment(training=Training(steps=5), arms=(Arm(), Arm("layer")))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "file"),
        ("{", "file"),
        ("[" * 10_000, "file"),
        ("null", "experiment"),
        ("[1]", "experiment"),
        ('{"model": 1}', "model"),
        ('{"data": {"rows": 1}}', "data.rows"),
        ('{"data": null}', "data"),
        ('{"arms": {"norm": "batch"}}', "arms"),
        ('{"arms": [1]}', "arms[0]"),
        ('{"arms": [{}, {"norms": "batch"}]}', "arms[1].norms"),
        ('{"arms": [{}, {"eps": NaN}]}', "arms[1].eps"),
        ('{"arms": []}', "arms"),
        ('{"seed": 1.5}', "seed"),
        ('{"seed": 1' + "0" * 400 + "}", "seed"),
        ('{"training": {"steps": Infinity}}', "training.steps"),
        ('{"training": {"steps": true}}', "training.steps"),
        ('{"network": {"hidden": [64, [1]]}}', "network.hidden"),
    ],
    ids=lambda text: text[:40],
)
def test_bad_json_names_the_field(text, field):
    with pytest.raises(FieldError) as caught:
        Experiment.from_json(text)
    assert caught.value.field == field


def test_json_is_plain():
    tree = json.loads(Experiment().to_json())
    assert list(tree) == ["data", "network", "arms", "training", "seed"]
    assert tree["arms"][2]["placement"] == "after"


# ---- links


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(),
        RICH,
        Experiment(network=Network((8,)), arms=(Arm("batch", ("after",)),)),
        Experiment(network=Network(()), arms=(Arm("batch", ()),)),
    ],
    ids=["default", "rich", "list of one", "empty lists"],
)
def test_link_round_trip(experiment):
    assert from_link(to_link(experiment)) == (experiment, [])


def test_link_holds_what_differs():
    assert to_link(Experiment()) == {}
    changed = Experiment(arms=(Arm("none"), Arm("group", "after", groups=4)), training=Training(steps=50), seed=3)
    assert to_link(changed) == {"training.steps": "50", "arms": "none group,after,groups:4", "seed": "3"}


@pytest.mark.parametrize(
    ("params", "wanted", "says"),
    [
        ({"training.steps": "many"}, Experiment(), "training.steps: 'many' came"),
        ({"training.steps": "nan"}, Experiment(), "training.steps: nan came"),
        ({"training.steps": ""}, Experiment(), "training.steps: '' came"),
        ({"network.bias": "yes"}, Experiment(), "network.bias: 'yes' came; 1 (yes) or 0 (no)"),
        ({"network.hidden": "64_"}, Experiment(), "network.hidden: '' came"),
        ({"seed": "-1"}, Experiment(), "seed: -1 came; a whole number from 0 to 2,147,483,647"),
        ({"data.name": "wine", "data.n": "500"}, Experiment(Data("wine")), "data.n: 500 rows came"),
        ({"data.name": "moons", "data.scale": "1_2_3"}, Experiment(Data("moons")), "data.scale: 3 numbers came"),
        ({"arms": "batch layer,beside"}, Experiment(arms=(Arm(),)), "arms[1].placement: 'beside' came"),
        ({"arms": "batch,depth:3 rms"}, Experiment(arms=(Arm("rms"),)), "arms[0]: 'depth' is no setting of an arm"),
        ({"arms": "a,b,c rms"}, Experiment(arms=(Arm("rms"),)), "arms[0]: 'a,b,c' came"),
        ({"arms": "nothing"}, Experiment(), "No arm was left"),
        ({"arms": " ".join(["rms"] * 9)}, Experiment(arms=(Arm("rms"),) * 6), "9 came; the first 6 are kept"),
        ({"training.batch_size": "1"}, Experiment(), "The default is used instead."),
        (
            {"data.name": "wine", "training.batch_size": "200"},
            Experiment(Data("wine")),
            "wine has 133 training rows here",
        ),
        ({"data.name": "moons", "data.n": "50"}, Experiment(), "The default data set is used instead."),
        ({"arms": "group,before,groups:7"}, Experiment(arms=(Arm("group"),)), "The default is used instead."),
        (
            {"arms": "group", "network.hidden": "7_7"},
            Experiment(network=Network((7, 7)), arms=(Arm("group", groups=1),)),
            "One group is used instead.",
        ),
        (
            {"arms": "batch_ghost", "training.batch_size": "63"},
            Experiment(arms=(Arm("batch"),), training=Training(batch_size=63)),
            "Plain batch norm is used instead.",
        ),
        ({"arms": "batch,before_after"}, Experiment(arms=(Arm(),)), "2 placements came for 5 hidden layers"),
    ],
    ids=lambda value: str(value)[:50] if isinstance(value, dict) else "",
)
def test_bad_link_falls_back_and_says_so(params, wanted, says):
    experiment, messages = from_link(params)
    assert experiment == wanted
    assert any(says in message for message in messages)


def test_good_fields_of_a_bad_link_are_kept():
    experiment, messages = from_link({"training.steps": "50", "training.batch_size": "huge", "seed": "3", "page": "x"})
    assert experiment == Experiment(training=Training(steps=50), seed=3)
    assert len(messages) == 1


def test_six_arms_that_all_do_not_fit():
    arms = " ".join(["batch_ghost,after_after,ghost_size:7"] * 6)
    experiment, messages = from_link({"arms": arms, "data.name": "moons", "data.n": "40", "training.batch_size": "1"})
    assert experiment.arms == (Arm("batch_ghost"),) * 6
    assert not any("default experiment" in message for message in messages)


def test_arms_of_a_link_keep_their_own_settings():
    link = to_link(replace(RICH, arms=RICH.arms[1:3]))
    assert link["arms"].split() == [
        "batch,after_none,momentum:0.01,eps:0.001,learning_rate:0.0001,gain:2.5",
        "batch_ghost,after,ghost_size:5,optimizer:adam,dropout:0.2",
    ]
