"""The compiled engine: taken where its machine code is at hand, never waited for where it is not."""

import subprocess
import sys
import threading

import pytest
import torch

import bnviz
from bnviz import __main__ as cli
from bnviz.core import kernel, kernel_cache
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.runs import compiled, store
from bnviz.runs.run import Run
from bnviz.runs.worker import Worker

SMALL = Experiment(
    data=Data("moons", n=100), network=Network((8,)), arms=(Arm("batch"),), training=Training(batch_size=10, steps=30)
)


class Kernel:
    """A kernel that becomes ready when it is told to."""

    def __init__(self, monkeypatch, *, kept):
        self.done, self.warmed = False, threading.Event()
        monkeypatch.setattr(compiled, "_loader", None)
        monkeypatch.setattr(kernel, "ready", lambda dtype: self.done)
        monkeypatch.setattr(kernel, "warm_up", self.warm_up)
        monkeypatch.setattr(kernel_cache, "is_kept", lambda dtype: kept)

    def warm_up(self, dtype):
        self.done = True
        self.warmed.set()


def test_what_is_kept_on_disk_is_loaded_and_used(monkeypatch):
    Kernel(monkeypatch, kept=True)
    assert compiled.best_engine() == "kernel"


def test_without_machine_code_the_torch_engine_serves_and_nothing_is_compiled_here(monkeypatch):
    one = Kernel(monkeypatch, kept=False)
    assert compiled.best_engine() == "torch"
    assert not one.warmed.is_set()


def test_where_nothing_can_be_kept_it_is_compiled_beside(monkeypatch):
    one = Kernel(monkeypatch, kept=False)
    compiled.best_engine(compile_here=True)
    assert one.warmed.wait(20)
    assert compiled.best_engine(compile_here=True) == "kernel"


def test_machine_code_that_takes_long_to_load_is_not_waited_for(monkeypatch):
    one, release = Kernel(monkeypatch, kept=True), threading.Event()
    monkeypatch.setattr(kernel, "warm_up", lambda dtype: release.wait(20) and one.warm_up(dtype))
    monkeypatch.setattr(compiled, "LOAD_SECONDS", 0.01)
    assert compiled.best_engine() == "torch"
    release.set()
    assert one.warmed.wait(20)
    assert compiled.best_engine() == "kernel"


def test_without_numba_the_torch_engine_serves(monkeypatch):
    monkeypatch.setitem(sys.modules, "bnviz.core.kernel_cache", None)
    monkeypatch.delattr("bnviz.core.kernel_cache")
    assert compiled.best_engine() == "torch"
    assert not compiled.compile_once()


def test_a_run_stays_with_the_engine_that_has_begun_it(monkeypatch):
    worker, engines = Worker(), []
    for best in ("torch", "kernel", "kernel"):
        monkeypatch.setattr(compiled, "best_engine", lambda best=best, **options: best)
        request = {"run": "x", "experiment": SMALL.to_json(), "updates": 10, "step": 10 * len(engines)}
        head, body = worker.answer(request)
        assert len(body) == head["size"]
        engines.append(head["engine"])
    assert engines == ["torch"] * 3
    assert worker.answer({**request, "step": 0})[0]["engine"] == "kernel"


def test_without_a_folder_nothing_is_kept_and_nothing_fails(monkeypatch, capsys):
    monkeypatch.setattr(kernel_cache, "folder", lambda: None)
    assert not compiled.compile_once()
    assert cli.main(["compile"]) == 1
    assert "cannot be kept" in capsys.readouterr().err


def test_compiling_is_left_out_where_it_is_done(monkeypatch, capsys, tmp_path):
    one = Kernel(monkeypatch, kept=True)
    monkeypatch.setattr(kernel_cache, "folder", lambda: tmp_path)
    assert cli.main(["compile"]) == 0
    assert not one.warmed.is_set()
    assert capsys.readouterr().err == cli.COMPILED


def test_two_processes_do_not_compile_at_the_same_time(tmp_path):
    fcntl = pytest.importorskip("fcntl")
    code = (
        "import sys, pathlib; from bnviz.runs.compiled import _alone\n"
        "with _alone(pathlib.Path(sys.argv[1])): print('in', flush=True); sys.stdin.readline()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"in\n"
        with (tmp_path / "compiling.lock").open() as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        other.communicate(b"\n")
    with compiled._alone(tmp_path):
        pass


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, "kernel"),
        ({"engine": "torch"}, "torch"),
        ({"dtype": torch.float64}, "torch"),
        ({"dtype": torch.float32}, "kernel"),
    ],
    ids=str,
)
def test_train_takes_the_engine_that_the_app_would_take(monkeypatch, given, wanted):
    taken = []
    monkeypatch.setattr(compiled, "best_engine", lambda: "kernel")
    monkeypatch.setattr("bnviz.core.engine.train", lambda experiment, engine, **more: taken.append(engine))
    bnviz.train(SMALL, **given)
    assert taken == [wanted]


def test_convolutions_are_left_to_torch_wherever_the_compiled_engine_is_usable(monkeypatch):
    monkeypatch.setattr(compiled, "usable", lambda **options: True)
    dense, conv = Experiment(), Experiment(network=Network((4, 4), kind="conv"))
    assert compiled.engine_for(dense) == "kernel"
    assert compiled.engine_for(conv, compile_here=True) == "torch"


def test_a_finished_convolutional_run_is_not_made_anew_for_the_next_reader(monkeypatch):
    monkeypatch.setattr(type(store.PREPARATION), "compiled", True)
    for kind, outdated in (("dense", True), ("conv", False)):
        run = Run(Experiment(network=Network((4, 4), kind=kind)))
        run.engine, run.status = "torch", "finished"
        assert store.RunStore._outdated(run, "somebody") is outdated
