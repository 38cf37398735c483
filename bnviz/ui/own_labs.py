"""The reader's own table as the other labs of the same session know it: a data set like any other, named by content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from bnviz.core import own_tables
from bnviz.core.codec import group_from_link, group_to_link
from bnviz.core.experiment import OWN, Data, Experiment, Training
from bnviz.core.fields import FieldError
from bnviz.core.table import Table
from bnviz.core.tables import OwnTable
from bnviz.ui import own_data

_KEPT = "own.kept"


def name() -> str:
    """The name of this session's table with its chosen target; empty without a table."""
    own, place = own_data.table(), own_data.target()
    if own is None:
        return ""
    known: tuple[OwnTable, int, str, Table] | None = st.session_state.get(_KEPT)
    if known is None or known[0] is not own or known[1] != place:
        known = (own, place, *own_tables.keep(own.whole(place)))
        st.session_state[_KEPT] = known
    return known[2]


def usual(*, pair: bool) -> Data:
    """This session's table as a lab first shows it: without the column that is to be predicted.

    Args:
        pair: two columns, and not all of them.
    """
    own = own_data.table()
    assert own is not None, "There is a table wherever it can be chosen."
    goal = own.targets[own_data.target()].name
    others = [place for place, column in enumerate(own.names) if column != goal]
    if pair and len(others) < 2:
        others = [0, 1]
    return Data(OWN, features=tuple(others[:2] if pair else others), table=name())


def stale(data: Data) -> bool:
    """Whether data are an own table that this session does not have, or has no longer."""
    return data.name == OWN and data.table != name()


def accepted(params: Mapping[str, str], *, pair: bool) -> tuple[Data | None, dict[str, str]]:
    """What of an address may be read where it names an own table.

    Args:
        params: of the address.
        pair: as in `usual`.

    Returns:
        This session's table, if that is the one, and the parameters without its name. Else None; if the table is
        another one, the other settings of the data, which belong to it, are left out.
    """
    if params.get("data.name") != OWN:
        return None, dict(params)
    if own_data.table() is None or params.get("data.table") != name():
        return None, {key: value for key, value in params.items() if key == "data.name" or key[:5] != "data."}
    rest = {key: value for key, value in params.items() if key not in ("data.name", "data.table")}
    return usual(pair=pair), rest


def with_batch(params: dict[str, str], table: Data) -> dict[str, str]:
    """The parameters of an address with batches that a small table can fill, where they say nothing of batches."""
    rows = group_from_link("data", table, params, []).train_rows
    return {"training.batch_size": str(batch_for(rows, Training().batch_size)), **params}


def batch_for(rows: int, wanted: int) -> int:
    """The batch size that is wanted, or the largest power of two that the training rows can fill."""
    return wanted if wanted <= rows else 1 << (rows.bit_length() - 1)


def renewed(experiment: Experiment) -> Experiment:
    """An experiment on a table that is no longer the session's: on the present one, or the usual experiment."""
    if not name():
        return Experiment()
    old = experiment.data
    data = replace(usual(pair=False), preprocess=old.preprocess, test_fraction=old.test_fraction)
    batch = batch_for(data.train_rows, experiment.training.batch_size)
    try:
        return replace(experiment, data=data, training=replace(experiment.training, batch_size=batch))
    except FieldError:  # such as ghosts that no longer divide the batch
        return Experiment(data=data, training=replace(Training(), batch_size=batch))


def carried(data: Data) -> dict[str, str]:
    """The data of a lab as the others read them; the table's name says nothing to anybody who does not have it."""
    plain = {} if data.name == OWN else {"data.name": data.name}
    return plain | group_to_link("data", data, Data() if data.name == OWN else Data(data.name))


def carried_pair(columns: tuple[int, int], data: Data) -> dict[str, str]:
    """Two columns of this session's table, stretched and prepared as in the inputs lab, as the other labs read them."""
    chosen = Data(
        OWN, preprocess=data.preprocess, test_fraction=data.test_fraction, scale=data.scale, offset=data.offset,
        features=columns, table=name(),
    )  # fmt: skip
    return carried(chosen)
