"""Questions about measurements that take long, asked of results made by hand: the right answer follows the numbers."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from bnviz.core.noise_cases import LEVELS, SIZES
from bnviz.core.prepared import prepare
from bnviz.core.rates import Choices, sweep_of
from bnviz.core.residual import REMEDIES
from bnviz.core.scaling import FACTORS
from bnviz.core.sweep_table import Outcome, SweepTable
from bnviz.core.table import Table
from bnviz.core.verdict import judge
from bnviz.ui import quiz_inputs, quiz_live, quiz_noise, quiz_rates, quiz_shift, quiz_smoothness
from bnviz.ui.messages import text
from bnviz.ui.noise_settings import Settings as Noise
from bnviz.ui.shift_settings import ORDERS_SHOWN
from bnviz.ui.shift_settings import Settings as Shift
from bnviz.ui.smoothness_settings import USUAL
from tests.ui.quiz_lab import Found, right, study_run

TIE, NONE = text("quiz.tie"), text("quiz.none")


@pytest.fixture
def on_screen(monkeypatch):
    """Return a function that puts settings and a run before the questions of a lab."""

    def put(module, settings, run, *, state, store):
        monkeypatch.setattr(getattr(module, state), "current", lambda: settings)
        monkeypatch.setattr(module, store, lambda: Found(run))
        finished = run if run is not None and run.status == "finished" else None
        if hasattr(module, "settled"):
            monkeypatch.setattr(module, "settled", lambda _store, _wanted, *, answered: finished)
        if hasattr(module, "kept"):
            monkeypatch.setattr(module, "kept", lambda _name, _of, make: make())

    return put


# Inputs


def two_features(first, second):
    x = np.column_stack([first, second]).astype(float)
    rows = np.arange(len(x))
    return prepare(Table(x, rows % 2, 2, ("a", "b"), ("no", "yes")), (rows, rows[:2]), (0, 1))


def test_features_that_do_not_vary_leave_what_can_be_asked(monkeypatch):
    monkeypatch.setattr(quiz_inputs.inputs_controls, "last", lambda: (None, SimpleNamespace(outlier=10.0)))
    ones, line = np.ones(20), np.arange(20)
    monkeypatch.setattr(quiz_inputs, "_pair", lambda: two_features(ones, line))
    assert quiz_inputs.spread().said["ratio"] == text("quiz.infinite")
    assert quiz_inputs.within().said["name"] == "b"
    assert quiz_inputs.squeezed() is None
    monkeypatch.setattr(quiz_inputs, "_pair", lambda: two_features(ones, ones))
    assert quiz_inputs.spread() is quiz_inputs.within() is quiz_inputs.squeezed() is quiz_inputs.alike() is None


# Shift


def shift(on_screen, claim, result, status="finished"):
    settings = Shift(claim=claim, depth=7)
    run = study_run(settings.shown, [[result]] if result is not None else [[]], status)
    on_screen(quiz_shift, settings, run, state="shift_settings", store="shared_studies")


def roses(reached, gap):
    runs = [
        {"order": order, "arm": 0, "reached": step, "by_subset": [[0.9, 0.9 - gap]]}
        for order, step in zip(ORDERS_SHOWN, reached, strict=True)
    ]
    return {"runs": runs}


@pytest.mark.parametrize(
    ("reached", "wanted"),
    [((45, 35, 105, None, None), {"taking turns"}), ((40, 35, 105, None, None), {"taking turns", "shuffled", TIE}),
     ((30, 45, 105, None, None), {"shuffled"}), ((35, 35, None, None, None), {TIE}), ((None,) * 5, {NONE})],
)  # fmt: skip
def test_the_first_order_that_is_learned_where_one_test_sooner_is_no_difference(on_screen, reached, wanted):
    shift(on_screen, "F3", roses(reached, 0.4))
    live = quiz_shift.most()
    assert {option for place, option in enumerate(live.options) if live.accepts(place)} == wanted
    assert right(live) in wanted
    assert live.scenario == "F3"


@pytest.mark.parametrize(("gap", "place"), [(0.0, 0), (-0.2, 0), (0.1, 1), (0.4, 2)])
def test_what_the_other_subset_costs(on_screen, gap, place):
    shift(on_screen, "F3", roses((1, 2, 3, 4, 5), gap))
    assert quiz_shift.means().right == place


def sorted_runs(by_class, shuffled=0.98):
    return {
        "runs": [{"order": "by_class", "arm": arm, "accuracy": [value]} for arm, value in enumerate(by_class)]
        + [{"order": "shuffled", "arm": arm, "accuracy": [shuffled]} for arm in range(3)]
    }


def test_which_network_suffers_from_sorted_batches_and_how_much(on_screen):
    shift(on_screen, "F4", sorted_runs((0.93, 0.42, 0.91)))
    assert right(quiz_shift.most()) == "batch norm"
    assert quiz_shift.means().right == 2
    shift(on_screen, "F4", sorted_runs((0.6, 0.97, 0.91)))
    assert right(quiz_shift.most()) == "no norm"
    assert quiz_shift.means().right == 0


def arms(name, moved, ended, what="accuracy"):
    return {"arms": [{name: one, what: two} for one, two in zip(moved, ended, strict=True)]}


@pytest.mark.parametrize(("claim", "name"), [("E1", "travel"), ("E2", "sizes"), ("E4", "instability")])
@pytest.mark.parametrize(
    ("ended", "place"), [((0.9, 0.95), 1), ((0.97, 0.92), 0), ((0.95, 0.951), 2), ((0.96, 0.95), {0, 2})]
)
def test_more_shift_and_better_or_worse(on_screen, claim, name, ended, place):
    moved = (11.0, 0.8)
    if claim == "E4":
        moved, ended = (*moved, 3.0), (*ended, 0.94)
    shift(on_screen, claim, arms(name, moved, ended))
    assert right(quiz_shift.most()) == "no norm"
    live = quiz_shift.means()
    assert {at for at in range(3) if live.accepts(at)} == ({place} if isinstance(place, int) else place)
    shift(on_screen, claim, arms(name, tuple(reversed(moved)), ended))
    assert right(quiz_shift.most()) != "no norm"


def test_the_deep_linear_network_is_judged_by_its_loss(on_screen):
    shift(on_screen, "E3", arms("sizes", (0.05, 1.2), (0.5, 0.2), "final_loss"))
    assert right(quiz_shift.most()) == "batch norm"
    assert quiz_shift.means().right == 0
    shift(on_screen, "E3", arms("sizes", (0.05, 1.2), (0.2, 0.5), "final_loss"))
    assert quiz_shift.means().right == 1


def test_arms_that_shift_alike_are_a_tie_and_cannot_be_compared(on_screen):
    shift(on_screen, "E1", arms("travel", (2.0, 2.0), (0.9, 0.8)))
    assert right(quiz_shift.most()) == TIE
    assert quiz_shift.means() is None


def test_an_arm_that_has_diverged_takes_no_part(on_screen):
    shift(on_screen, "E3", arms("sizes", (0.05, None), (0.5, None), "final_loss"))
    assert right(quiz_shift.most()) == "no norm"
    assert quiz_shift.means() is None


@pytest.mark.parametrize(("result", "status"), [(None, "computing"), (None, "failed")])
def test_before_the_pictures_are_there_nothing_is_asked(on_screen, result, status):
    shift(on_screen, "E1", result, status)
    assert quiz_shift.most() is quiz_shift.means() is None
    on_screen(quiz_shift, Shift(), None, state="shift_settings", store="shared_studies")
    assert quiz_shift.most() is None


# Smoothness


def smooth(on_screen, settings, found, status="finished"):
    study = quiz_smoothness.state.study_of(settings, quiz_smoothness.state.experiment_of(settings))
    on_screen(quiz_smoothness, settings, study_run(study, [found], status), state="state", store="shared_studies")


def looks(part, pairs):
    """Looks at steps 0 and the last, with one number an arm."""
    last = USUAL[part].updates
    made = []
    for step, pair in zip((0, last), pairs, strict=True):
        tens = [None if one is None else [one] * len(FACTORS) for one in pair]
        numbers = list(pair)
        made.append(
            {"step": step, "loss": numbers, "safe": numbers, "output": tens, "gradient": tens, "length": [numbers] * 2,
             "rate": [numbers] * 2, "sharpness": numbers, "loss_range": numbers, "predictiveness": numbers,
             "beta": numbers, "diverged_at": [None, None]}
        )  # fmt: skip
    return made


@pytest.mark.parametrize("part", ["along", "safe", "growth", "edge", "scale"])
def test_which_arm_has_the_largest_number(on_screen, part):
    settings = replace(USUAL[part], step=USUAL[part].updates)
    smooth(on_screen, settings, looks(part, [(1.0, 5.0), (2.0, 1.0)]))
    assert right(quiz_smoothness.most()) == "no norm"
    smooth(on_screen, settings, looks(part, [(5.0, 1.0), (1.0, 2.0)]))
    assert right(quiz_smoothness.most()) == "batch norm"
    smooth(on_screen, settings, looks(part, [(5.0, 1.0), (2.0, 2.0)]))
    assert right(quiz_smoothness.most()) == TIE
    smooth(on_screen, settings, looks(part, [(5.0, 1.0), (None, 2.0)]))
    assert right(quiz_smoothness.most()) == "batch norm"


@pytest.mark.parametrize("part", ["along", "safe", "growth", "edge"])
@pytest.mark.parametrize(("last", "place"), [(0.3, 0), (1.0, 1), (3.0, 2)])
def test_how_the_number_changes_over_the_run(on_screen, part, last, place):
    smooth(on_screen, replace(USUAL[part], step=0), looks(part, [(1.0, 9.0), (last, 9.0)]))
    assert quiz_smoothness.change().right == place


def test_one_look_that_jumps_does_not_say_how_the_run_has_changed(on_screen):
    curve = [4.0] * 9 + [0.1] + [3.8] * 9 + [0.2]
    found = [looks("along", [(value, 9.0)] * 2)[0] | {"step": step} for step, value in enumerate(curve)]
    smooth(on_screen, replace(USUAL["along"], step=0), found)
    live = quiz_smoothness.change()
    assert live.right == 1
    assert "from update 16) to that in the first fifth (to update 3)" in live.ask
    assert ": 4.0 in the median of the first fifth, 3.8 in that of the last" in live.said["told"]


@pytest.mark.parametrize(("factor", "place"), [(0.1, 0), (1.2, 1), (9.0, 2)])
def test_what_ten_times_the_weights_do_to_their_gradient(on_screen, factor, place):
    smooth(on_screen, USUAL["scale"], looks("scale", [(5.0, factor), (5.0, 5.0)]))
    assert quiz_smoothness.change().right == place


@pytest.mark.parametrize(("pair", "place"), [((4.0, 1.0), 0), ((1.0, 4.0), 1), ((1.0, 1.1), 2)])
def test_what_the_first_seed_alone_says(on_screen, pair, place):
    smooth(on_screen, USUAL["along"], looks("along", [pair, pair]))
    assert quiz_smoothness.alone().right == place
    assert quiz_smoothness.alone().scenario == "E5"


@pytest.mark.parametrize(("sharpness", "place"), [(2.0, 0), (5.0, 1), (7.0, 2), (None, 3)])
def test_where_the_curvature_settles(on_screen, sharpness, place):
    settings = USUAL["edge"]  # 2 / 0.4 = 5
    smooth(on_screen, settings, looks("edge", [(9.0, sharpness), (9.0, sharpness)]))
    assert quiz_smoothness.alone().right == place
    one = [{**look, "sharpness": look["sharpness"][1:]} for look in looks("edge", [(9.0, sharpness), (9.0, sharpness)])]
    smooth(on_screen, replace(settings, norms=("none",)), one)
    assert quiz_smoothness.alone().right == place


def test_slices_are_compared_by_their_loss_around(on_screen):
    found = [
        {"arm": 0, "statistics": "batch", "around": 5.0},
        {"arm": 1, "statistics": "batch", "around": 2.0},
        {"arm": 1, "statistics": "running", "around": 9.0},
    ]
    smooth(on_screen, USUAL["slice"], found)
    assert right(quiz_smoothness.most()) == "batch norm, frozen statistics"
    assert quiz_smoothness.change() is None
    smooth(on_screen, USUAL["slice"], [{**one, "around": 1.0 + one["arm"]} for one in found])
    assert right(quiz_smoothness.most()) == TIE


def test_one_arm_or_no_arm_without_norm_leaves_what_can_be_asked(on_screen):
    one = replace(USUAL["edge"], norms=("batch",))
    smooth(on_screen, one, [{**look, "sharpness": look["sharpness"][:1]} for look in looks("edge", [(1, 9), (3, 9)])])
    assert quiz_smoothness.most() is None
    assert quiz_smoothness.change().right == 2
    other = replace(USUAL["along"], norms=("batch",))
    found = [{**look, "loss_range": look["loss_range"][:1]} for look in looks("along", [(1, 9), (3, 9)])]
    smooth(on_screen, other, found)
    assert quiz_smoothness.alone() is None


def test_before_the_first_seed_is_complete_nothing_is_asked(on_screen):
    smooth(on_screen, USUAL["along"], [], "computing")
    assert quiz_smoothness.most() is quiz_smoothness.change() is quiz_smoothness.alone() is None


# Noise


def noise(on_screen, monkeypatch, settings, results, status="finished"):
    monkeypatch.setattr(quiz_noise, "st", SimpleNamespace(session_state={}))
    monkeypatch.setattr(quiz_noise, "shown", lambda _name: True)
    monkeypatch.setattr(quiz_noise, "was_asked", lambda _study: False)
    run = study_run(settings.study(settings.scenario), results, status)
    on_screen(quiz_noise, settings, run, state="noise_settings", store="shared_studies")


def numbers(**values):
    return {"train_accuracy": 1.0, "test_loss": 0.5, **values}


ONE = Noise(seeds=1, depth_seeds=1)


@pytest.mark.parametrize(("task", "labels"), [("ghosts", 6), ("moons", 3)])
def test_the_arm_with_the_most_right_and_the_one_with_the_largest_gap(on_screen, monkeypatch, task, labels):
    settings = replace(ONE, part="regularization", task=task)
    best = [numbers(arm=arm, test_accuracy=0.9 if arm == 1 else 0.8 - arm / 100) for arm in range(labels)]
    noise(on_screen, monkeypatch, settings, [best])
    assert quiz_noise.first().right == 1
    assert quiz_noise.second().right == labels - 1
    noise(on_screen, monkeypatch, settings, [[numbers(arm=arm, test_accuracy=0.9) for arm in range(labels)]])
    assert right(quiz_noise.first()) == right(quiz_noise.second()) == TIE


def by_size(settings, accuracy):
    """Results by batch size and arm from a function of both."""
    study = settings.study(settings.scenario)
    sizes = dict(study.options)["sizes"]
    arms_ = range(len(study.experiment.arms))
    return [numbers(value=size, arm=arm, test_accuracy=accuracy(size, arm)) for size in sizes for arm in arms_]


def test_small_batches_and_large_ones(on_screen, monkeypatch):
    small = replace(ONE, part="small")
    noise(on_screen, monkeypatch, small, [by_size(small, lambda size, arm: 0.9 - (0.5 / size if arm == 1 else 0.0))])
    assert right(quiz_noise.first()) == TIE
    assert right(quiz_noise.second()) == "batch norm"
    noise(on_screen, monkeypatch, small, [by_size(small, lambda size, arm: 0.5 + arm / 10 - (arm == 2) / size)])
    assert right(quiz_noise.first()) == "group norm"
    assert right(quiz_noise.second()) == "layer norm"
    sizes = replace(ONE, part="regularization", task="sizes")
    for change, place in ((-0.2, 0), (0.0, 1), (0.2, 2)):
        noise(on_screen, monkeypatch, sizes, [by_size(sizes, lambda size, arm: 0.6 + change * (size > 16))])  # noqa: B023
        assert quiz_noise.second().right == place


@pytest.mark.parametrize(("lost", "place"), [(0.0, 0), (0.1, 1), (0.6, 2)])
def test_noise_on_the_inputs(on_screen, monkeypatch, lost, place):
    settings = replace(ONE, part="input")
    found = [
        numbers(value=level, arm=arm, test_accuracy=0.9 - lost * level / 4 + (0.09 if level == 0.5 else 0))
        for level in LEVELS
        for arm in range(2)
    ]
    noise(on_screen, monkeypatch, settings, [found])
    assert right(quiz_noise.first()) == "noise 0.5"
    assert quiz_noise.second().right == place
    quiet = [one | {"test_accuracy": 0.9 - one["value"] / 10} for one in found]
    noise(on_screen, monkeypatch, settings, [quiet])
    assert right(quiz_noise.first()) == "noise 0"


@pytest.mark.parametrize(("zero", "best", "place"), [(0.1, "random", 2), (0.8, "random", 1), (0.97, "zero", 0)])
def test_other_first_weights(on_screen, monkeypatch, zero, best, place):
    found = [
        numbers(init=init, arm=arm, test_accuracy=value, unlike=0.0)
        for init, value in (("normal", 0.95), ("zero", zero), ("constant", 0.2))
        for arm in range(2)
    ]
    noise(on_screen, monkeypatch, replace(ONE, part="starts"), [found])
    assert right(quiz_noise.first()) == best
    assert quiz_noise.second().right == place


@pytest.mark.parametrize(("grown", "place"), [(3.0, 0), (100.0, 1), (1e9, 2)])
def test_depth_without_norm(on_screen, monkeypatch, grown, place):
    found = [{"remedy": name, "variances": [1.0, grown]} for name in REMEDIES]
    found += [{"remedy": name, "test_accuracy": 0.9 - at / 50, "diverged_at": -1} for at, name in enumerate(REMEDIES)]
    noise(on_screen, monkeypatch, replace(ONE, part="depth"), [found])
    assert right(quiz_noise.first()) == "no norm"
    assert quiz_noise.second().right == place


@pytest.mark.parametrize(("power", "flips", "places"), [(0.5, 0.7, (2, 2)), (0.0, 0.05, (3, 1)), (1.0, 0.0, (1, 0))])
def test_how_a_batch_mean_scatters(on_screen, monkeypatch, power, flips, places):
    found = [{"batch_size": size, "mean": size**-power, "flips": flips} for size in SIZES]
    noise(on_screen, monkeypatch, ONE, [found])
    assert (quiz_noise.first().right, quiz_noise.second().right) == places


def test_results_that_wait_for_a_prediction_or_are_not_there_are_not_asked_about(on_screen, monkeypatch):
    found = [{"batch_size": size, "mean": 1.0, "flips": 0.5} for size in SIZES]
    noise(on_screen, monkeypatch, replace(ONE, ahead=True), [found])
    assert quiz_noise.first() is quiz_noise.second() is None
    quiz_noise.st.session_state["noise.predict.B1"] = "holds"
    assert quiz_noise.first() is not None
    noise(on_screen, monkeypatch, ONE, [found[:2]], "computing")
    assert quiz_noise.first() is None


# Rates


def swept(on_screen, outcomes, chosen=None):
    """A finished map: outcomes as a function of point, arm and seed."""
    chosen = Choices(arms=("none", "batch"), low=0.1, high=1.6, values=2) if chosen is None else chosen
    sweep = sweep_of(chosen)
    table = SweepTable(sweep)
    for point in sweep.points():
        for arm in range(len(sweep.arms)):
            for seed in sweep.seeds:
                accuracy, diverged = outcomes(point, arm, seed)
                table.add(Outcome(point, arm, seed, 1.0, 1.0, accuracy, -1, diverged, 10, 0.1, "torch"))
    run = SimpleNamespace(sweep=sweep, table=table, status="finished")
    on_screen(quiz_rates, chosen, run, state="rates_state", store="shared_sweeps")


def test_which_norm_learns_at_most_points_and_which_diverges(on_screen):
    swept(on_screen, lambda point, arm, _seed: (0.95 if arm or not point[0] else 0.1, -1 if arm or not point[0] else 3))
    assert right(quiz_rates.learns()) == "batch norm"
    assert right(quiz_rates.diverged()) == "no norm"
    assert quiz_rates.apart().right == 0
    swept(on_screen, lambda point, arm, _seed: (0.98 if not arm else 0.91 - point[0] / 5, 5 if arm else -1))
    assert right(quiz_rates.learns()) == "no norm"
    assert right(quiz_rates.diverged()) == "batch norm"
    assert quiz_rates.apart().right == 2


def test_maps_on_which_nothing_differs(on_screen):
    swept(on_screen, lambda _point, _arm, _seed: (0.95, -1))
    assert right(quiz_rates.learns()) == TIE
    assert right(quiz_rates.diverged()) == NONE
    swept(on_screen, lambda _point, _arm, _seed: (0.5, 2))
    assert right(quiz_rates.learns()) == NONE
    assert right(quiz_rates.diverged()) == TIE
    swept(on_screen, lambda _point, arm, _seed: (0.95 - arm * 0.03, -1))
    assert quiz_rates.apart().right == 1


def test_a_map_with_one_norm_or_not_finished_is_not_asked_about(on_screen):
    one = Choices(arms=("batch",), low=0.1, high=1.6, values=2)
    swept(on_screen, lambda _point, _arm, _seed: (0.95, -1), one)
    assert quiz_rates.learns() is quiz_rates.apart() is quiz_rates.diverged() is None
    on_screen(quiz_rates, one, None, state="rates_state", store="shared_sweeps")
    assert quiz_rates.learns() is None


def test_a_gradient_that_vanishes_explodes_or_stays(on_screen, monkeypatch):
    monkeypatch.setattr(quiz_rates.rates_start, "on_screen", lambda chosen: chosen)
    chosen = Choices(part="start", deep=6, seeds=1, width=16)
    on_screen(quiz_rates, chosen, None, state="rates_state", store="shared_sweeps")
    for growth, place in ((0.5, 0), (1.1, 1), (2.0, 2)):
        monkeypatch.setattr(quiz_rates, "start_signal", lambda *_: SimpleNamespace(growth=growth))  # noqa: B023
        assert quiz_rates.start().right == place
    monkeypatch.setattr(quiz_rates, "start_signal", lambda *_: SimpleNamespace(growth=math.nan))
    assert quiz_rates.start() is None
    on_screen(quiz_rates, Choices(), None, state="rates_state", store="shared_sweeps")
    assert quiz_rates.start() is None


@pytest.mark.parametrize(("ends", "place"), [((1.0, 1.3), 0), ((1.3, 1.0), 1), ((1.0, 1.02), 2)])
def test_the_ends_of_the_runs_inside(on_screen, monkeypatch, ends, place):
    on_screen(quiz_rates, Choices(part="inside"), None, state="rates_state", store="shared_sweeps")
    runs = SimpleNamespace(status="finished", runs=ends)
    monkeypatch.setattr(quiz_rates.rates_inside, "found", lambda _chosen: runs)
    monkeypatch.setattr(quiz_rates, "_last", lambda run, _chosen: run)
    assert quiz_rates.ends().right == place
    monkeypatch.setattr(quiz_rates, "_last", lambda _run, _chosen: math.nan)
    assert quiz_rates.ends() is None
    monkeypatch.setattr(quiz_rates.rates_inside, "found", lambda _chosen: None)
    assert quiz_rates.ends() is None


# Verdicts


@pytest.mark.parametrize(
    ("effects", "place", "said"),
    [((1, 2, 3), 0, ["3", "0", "0"]), ((1, -2, 3), 1, ["2", "1", "0"]), ((-1, 0, -2), 2, ["0", "2", "1"])],
)
@pytest.mark.parametrize("lab", quiz_live.JUDGED)
def test_how_many_seeds_agree(monkeypatch, lab, effects, place, said):
    monkeypatch.setattr(quiz_live, "last_verdict", lambda _lab: (judge(effects, least=0.5), "C5"))
    live = quiz_live.answer(f"{lab}_verdict")
    assert live.right == place
    assert "How far can the rate go up?" in live.ask
    assert [live.said[name] for name in ("agreeing", "opposing", "unclear")] == said
    monkeypatch.setattr(quiz_live, "last_verdict", lambda _lab: (judge((1,), least=0.5), "C5"))
    assert quiz_live.answer(f"{lab}_verdict") is None
