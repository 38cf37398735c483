"""What is remembered of a reader's own table goes with the table; of every other data set it stays as ever."""

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch

from bnviz.core import armrun, kernel_run, own_tables, ravine
from bnviz.core.data import load
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.fields import FieldError
from bnviz.core.remembered import remembered
from bnviz.core.snapshot import snapshot
from bnviz.core.start_signal import Start, start_signal
from bnviz.core.tables import read_csv


def kept(title, **settings):
    """Data about a table, and the table, which has to be held."""
    rows = "\n".join(f"{i * 0.5},{(i * 7) % 23},{'ab'[i % 2]}" for i in range(60))
    name, held = own_tables.keep(read_csv(f"{title},height,kind\n{rows}").whole(0))
    return Data("own", features=(0, 1), table=name, **settings), held


def moment(data):
    run = Experiment(data, Network((4,)), (Arm("batch"),), Training(batch_size=8, steps=4))
    return snapshot(run, 0, 2).layers[0].x


USERS = {
    "load": lambda data: load(data, 0).x_train,
    "load_raw": lambda data: load(replace(data, preprocess="raw"), 0).x_train,
    "tensors": lambda data: armrun._tensors(data, 0, torch.float32).x_train,
    "kernel": lambda data: kernel_run._rows(data, 0, "float32", (0.0, 1.0, 0.0, 1.0)).x_train,
    "ravine": lambda data: ravine.table(data, 0, "logistic").x,
    "sides": lambda data: ravine.explore(data, 0, ravine.Ravine())[0].descent.points,
    "signal": lambda data: start_signal(Start(2, 4), data, Arm("batch"), 0).grad,
    "snapshot": moment,
}


@pytest.mark.parametrize("name", USERS)
def test_nothing_of_an_own_table_outlives_it(name):
    data, held = kept(name)
    rows = USERS[name](data)
    alive, table = weakref.ref(rows), weakref.ref(held)
    del rows
    gc.collect()
    assert alive() is not None  # while the table is held, nothing is computed twice
    del held
    gc.collect()
    assert table() is None
    assert alive() is None
    with pytest.raises(FieldError, match="no longer here"):
        USERS[name](data)


def test_the_same_is_computed_once_while_the_table_is_held_and_always_for_other_data():
    data, _held = kept("once")
    for one in (data, Data("moons", n=40)):
        assert load(one, 3) is load(one, 3)
        assert load(one, 3) is not load(one, 4)


def test_so_many_values_of_all_own_tables_are_remembered():
    calls = []

    @remembered(3)
    def rows_of(data, seed):
        calls.append(seed)
        return np.zeros(seed + 1)

    tables = [kept(f"table {place}") for place in range(4)]
    first = weakref.ref(rows_of(tables[0][0], 0))
    rows_of(tables[1][0], 1)
    rows_of(tables[0][0], 0)
    rows_of(tables[2][0], 2)
    rows_of(tables[3][0], 3)
    assert calls == [0, 1, 2, 3]
    assert first() is not None
    rows_of(tables[1][0], 1)  # the longest unused had gone
    assert calls[-1] == 1
    assert first() is None
    rows_of.cache_clear()
    rows_of(tables[3][0], 3)
    assert calls == [0, 1, 2, 3, 1, 3]
