"""The lab of rates through AppTest: every control at both ends, claims, links good and bad, the way to a live run."""

from dataclasses import asdict, fields, replace
from itertools import takewhile
from pathlib import Path

import pytest

from bnviz.core import engine
from bnviz.core.codec import group_from_link, group_to_link, to_link
from bnviz.core.rates import ARMS, CLAIMS, MEASURES, PARTS, Choices, fitted, sweep_of
from bnviz.core.sweep import Sweep
from bnviz.core.sweep_run import cells
from bnviz.runs.run import Run
from bnviz.runs.several import SeveralRuns
from bnviz.runs.sweeps import SweepStore
from bnviz.runs.trainer import Slice
from bnviz.runs.turns import Turns
from bnviz.runs.work_process import Part
from bnviz.ui import rates_inside, rates_map
from bnviz.ui.link_words import label_of
from bnviz.ui.rates_state import choices_of
from bnviz.ui.scenarios import of_lab
from tests.pages.visit import checked, link_of, start, visited

SMALL = Choices(data="moons", layers=1, width=4, batch_size=8, updates=10, values=2, scales=2, depths=(1, 2), seeds=2)


class Here:
    """A sweep process in this one: everything in one turn, unless the test is over."""

    over = False

    def advance(self, order, seconds):
        parts = cells(Sweep.from_json(order.json), first=order.known, engine="auto")
        known = tuple(asdict(one) for part in takewhile(lambda _: not self.over, parts) for one in part)
        return Part(known, done=True)

    def prepare(self):
        pass

    def drop(self, name):
        pass

    def close(self):
        pass


class Trained:
    """A store of live runs that trains at once."""

    def open(self, experiments, viewer):
        runs = [Run(one) for one in experiments]
        for run in runs:
            run.add(Slice(run.experiment.training.steps, done=True, chunk=engine.train(run.experiment, engine="auto")))
        return SeveralRuns(runs)

    def find(self, experiments):
        return None

    def watch(self, run, viewer):
        pass

    def leave(self, viewer):
        pass

    def ahead_of(self, run):
        return 0


@pytest.fixture(autouse=True)
def store(monkeypatch):
    here = Here()
    one = SweepStore(Turns(here))
    monkeypatch.setattr(rates_map, "shared_sweeps", lambda: one)
    monkeypatch.setattr(rates_inside, "_store", Trained)
    yield one
    here.over = True  # else its thread would compute on, even while Python ends


@pytest.fixture
def went(monkeypatch):
    """Where the page has sent its reader."""
    found = []

    def switch(page, *, query_params):
        found.append((Path(page).name, dict(query_params)))

    monkeypatch.setattr(rates_map.st, "switch_page", switch)
    return found


def opened(chosen=SMALL, **others):
    return visited("pages/rates.py", {**group_to_link("rates", chosen, Choices()), **others})


def widget(app, name):
    kinds = (app.select_slider, app.slider, app.number_input, app.selectbox, app.button_group)
    return next(one for kind in kinds for one in kind if one.key == f"rates.{name}")


def press(app, key):
    return checked(next(one for one in app.button if one.key == key).click().run())


def finished(app):
    for _ in range(40):
        if not app.get("progress"):
            return app
        checked(app.run())
    pytest.fail("The sweep did not end.")


def words(app):
    return " ".join(one.value for one in [*app.caption, *app.markdown])


def test_on_arrival_a_sweep_fills_by_itself_and_the_address_is_plain(monkeypatch):
    monkeypatch.setattr(rates_map, "sweep_of", lambda chosen: sweep_of(SMALL))
    app = finished(opened(Choices()))
    assert link_of(app) == {}
    assert "Computed: all 6 runs." in words(app)  # of one seed
    assert "The pictures show one seed." in words(app)
    app = finished(start(app, "rates", "C5"))
    assert len(app.get("vega_lite_chart")) == 2
    assert all(chart.proto.alt for chart in app.get("vega_lite_chart"))
    assert "Computed: all 12 runs." in words(app)
    assert "Three questions, one sweep" in words(app)
    assert len(app.table) == 1


COMMON = {"data": ("moons", "digits"), "width": (4, 256), "seed": (0, 2**31 - 13)}
ENDS = {
    "rate": {"low": (0.001, 25.0), "high": (0.001, 25.0), "values": (2, 12), "layers": (1, 10), "gain": (0.01, 30.0),
             "batch_size": (2, 256), "updates": (10, 1000), "target": (0.5, 0.97), "seeds": (1, 12),
             "measure": ("train_loss", "diverged"), "activation": ("relu", "linear"), "arms": (["rms"], list(ARMS))},
    "init": {"scale_low": (0.01, 30.0), "scale_high": (0.01, 30.0), "scales": (2, 12), "learning_rate": (0.001, 25.0)},
    "depth": {"depths": ([1], list(range(1, 11))), "kinds": (["linear"], ["relu", "tanh", "sigmoid", "linear"])},
    "start": {"deep": (2, 24), "activation": ("relu", "linear"), "gain": (0.01, 30.0), "seeds": (1, 12)},
    "inside": {"along": ("scale", "rate"), "arm": ("none", "rms"), "quantity": ("gamma", "ratio"), "layer": (1, 1)},
}  # fmt: skip
FIRST = {"rate": "C5", "init": "C3", "depth": "C2", "start": "D4", "inside": "C5"}


@pytest.mark.parametrize("part", PARTS)
def test_every_control_of_every_part_at_both_ends(part):
    app = opened(replace(SMALL, part=part, claim=FIRST[part]))
    for name, ends in {**COMMON, **ENDS[part]}.items():
        if part == "inside" and name == "data":  # the runs are real there
            continue
        for value in (*ends, getattr(SMALL, name)):
            widget(app, name).set_value(list(value) if isinstance(value, tuple) else value)
            checked(app.run())
            given = tuple(value) if name in SEVERAL else value
            tame = getattr(fitted(replace(SMALL, part=part, **{name: given})), name)
            usual = group_to_link("rates", replace(Choices(), **{name: tame}), Choices())
            assert link_of(app).get(f"rates.{name}") == usual.get(f"rates.{name}"), (name, value)


SEVERAL = ("arms", "depths", "kinds")


def test_the_last_norm_cannot_be_switched_off():
    app = opened(replace(SMALL, arms=("batch",)))
    widget(app, "arms").set_value([])
    assert link_of(checked(app.run()))["rates.arms"] == "batch"


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("part", ["rate", "init", "depth"])
def test_every_measure_of_a_computed_sweep(part, measure):
    claim = {"rate": "C5", "init": "C3", "depth": "C2"}[part]
    app = opened(replace(SMALL, part=part, claim=claim, measure=measure))
    assert not any(one.value.startswith(":material") for one in app.markdown)
    app = finished(start(app, "rates", claim))
    assert "Computed: all" in words(app)
    assert any(one.value.startswith(":material") for one in app.markdown)  # the verdict
    stem = f"file_bnviz-rates-{part}-seed0-sweep"
    assert {f"{stem}.csv", f"{stem}.parquet"} <= {one.key for one in app.get("download_button")}


def test_a_prediction_starts_the_sweep_and_is_compared():
    app = opened()
    widget(app, "predict.C5").set_value("opposite")
    app = finished(checked(app.run()))
    assert "You expected" in words(app)


def test_stop_and_go_on(store):
    store._turns.process.advance = lambda *_: (_ for _ in ()).throw(AssertionError)  # never asked: the viewer has left

    app = opened()
    store._turns._turn = lambda run: None
    app = start(app, "rates", "C5")
    assert app.get("progress")
    app = press(app, "longwork_stop_rates.sweep")
    assert "Stopped at 0 of 12 runs" in words(app)
    app = press(app, "longwork_go_on_rates.sweep")
    assert app.get("progress")


def test_without_the_two_arms_there_is_no_verdict_but_a_way_to_it():
    app = finished(opened(replace(SMALL, arms=("layer",))))
    assert any("Switch both on" in one.value for one in app.info)


@pytest.mark.parametrize("part", ["rate", "depth"])
def test_any_run_of_the_sweep_can_be_opened_live_by_keyboard(part, went):
    small = replace(SMALL, part=part, claim="C5" if part == "rate" else "C2", kinds=("relu", "sigmoid"))
    app = opened(small)
    boxes = [one for one in app.selectbox if str(one.key).startswith("rates_live")]
    for box in boxes[:-1]:
        box.select_index(1)
    boxes[-1].select_index(1)
    press(app, "rates_live_open")
    point = (1,) * (2 if part == "depth" else 1)
    assert went == [("train.py", to_link(sweep_of(fitted(small)).experiment(point, 1)))]


def test_a_clicked_cell_opens_exactly_its_experiment(went):
    app = opened()
    app.session_state["rates_go"] = (1, 2)
    checked(app.run())
    assert went == [("train.py", to_link(sweep_of(fitted(SMALL)).experiment((1,), 0)))]
    app.session_state["rates_go"] = (7, 0)  # of a sweep that is gone
    checked(app.run())
    assert len(went) == 1


@pytest.mark.parametrize("quantity", ["gamma", "beta", "ratio"])
@pytest.mark.parametrize(("along", "arm"), [("rate", "batch"), ("scale", "rms"), ("rate", "none")])
def test_inside_the_runs(quantity, along, arm):
    app = opened(replace(SMALL, part="inside", quantity=quantity, along=along, arm=arm))
    missing = quantity != "ratio" and (arm == "none" or (quantity, arm) == ("beta", "rms"))
    assert len(app.get("vega_lite_chart")) == (0 if missing else 2)
    assert bool(app.info) == missing


def test_before_the_first_update_one_guesses_or_presses_start():
    app = opened(replace(SMALL, part="start", claim="D4", deep=3))
    assert len(app.get("vega_lite_chart")) == 3
    assert "Measured just now, on one seed." in words(app)
    assert not any(one.value.startswith(":material") for one in app.markdown)
    app = start(app, "rates", "D4")
    assert any(one.value.startswith(":material") for one in app.markdown)
    assert "3 hidden layers of 4 ReLU units" in words(app)


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_sets_every_control_and_its_link_is_short(name):
    wanted = choices_of(name)
    app = opened(wanted)
    assert not app.warning
    assert link_of(app) == group_to_link("rates", wanted, Choices())
    assert sum(len(key) + len(value) + 2 for key, value in link_of(app).items()) < 2000
    assert wanted.claim == name
    assert not [line for line in app.info if "Switch both on" in line.value]


def test_all_claims_of_the_lab_are_there_and_their_settings_are_understood():
    assert {one.id for one in of_lab("rates")} == set(CLAIMS)
    for one in of_lab("rates"):
        problems = []
        read = group_from_link("rates", Choices(), one.settings, problems)
        assert not problems
        assert fitted(read) == read, one.id
        assert one.settings.keys() <= {f"rates.{item.name}" for item in fields(Choices)}


def test_choosing_a_claim_or_a_part_shows_its_settings():
    app = opened()
    widget(app, "claim").set_value("C1")
    app = checked(app.run())
    assert link_of(app) == group_to_link("rates", choices_of("C1"), Choices())
    widget(app, "part").set_value("depth")
    app = checked(app.run())
    assert link_of(app)["rates.claim"] == "C2"
    assert press(app, "rates_reset").query_params["rates.part"] in ("depth", ["depth"])


def test_a_claim_sets_all_and_leaves_a_way_back_and_forth_again():
    app = opened()
    before = link_of(app)
    assert "rates_back" not in [one.key for one in app.button]
    widget(app, "claim").set_value("C1")
    app = checked(app.run())
    widget(app, "seeds").set_value(3)
    app = checked(app.run())
    moved = link_of(app)
    assert link_of(press(app, "rates_back")) == before
    assert link_of(press(app, "rates_back")) == moved


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"rates.low": "many"}, "rates.low"),
        ({"rates.part": "moon"}, "rates.part"),
        ({"rates.claim": "Z9"}, "rates.claim"),
        ({"rates.arms": "none_swish"}, "rates.arms"),
        (
            {"rates.low": "3", "rates.high": "0.1"},
            "Rates from: 3 came, but a range goes from its smaller end to its larger one; 0.1 is used",
        ),
        ({"rates.seeds": "99"}, "rates.seeds"),
        (
            {"rates.data": "wine", "rates.batch_size": "256"},
            "Batch size: 256 came, but there are not that many training rows; ",
        ),
        ({"rates.layer": "9"}, "rates.layer"),
        ({"rates.claim": "C3"}, ": C3 came, but it belongs to another part of this page; "),
        ({"rates.depths": "_" * 50}, "rates.depths"),
    ],
)
def test_a_bad_link_is_explained_and_the_page_stands(link, said):
    app = opened(replace(SMALL, data=link.get("rates.data", "moons")), **link)
    told = said if " " in said else f"{label_of(said, 'rates')}: "
    assert any(told in one.value for one in app.warning)
    assert "rates.low" not in link or not app.exception


def test_links_of_other_pages_are_passed_over():
    assert not opened(step="12", seed="4", **{"network.gain": "2"}).warning


def test_other_seeds_and_other_axes_leave_a_run_to_open(went):
    app = opened()
    next(one for one in app.selectbox if one.key == "rates_live_seed").select_index(1)
    next(one for one in app.selectbox if one.key == "rates_live_0").select_index(1)
    checked(app.run())
    widget(app, "seed").set_value(100)
    checked(app.run())
    press(app, "rates_live_open")
    assert went[0][1]["seed"] in ("100", "101")
    widget(app, "part").set_value("depth")
    checked(app.run())
    assert len([one for one in app.selectbox if str(one.key).startswith("rates_live")]) == 3
