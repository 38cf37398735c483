"""The numbers of the labs that train no run, as tables: one row a data row, a step, or a value."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bnviz.core.axes import Block
from bnviz.core.microscope import Case, Phases
from bnviz.core.prepared import Pair
from bnviz.core.ravine import Side


def inputs_table(pair: Pair) -> pd.DataFrame:
    """Two features raw and prepared in every way, with the target.

    Returns:
        One row a data row in the order of the table: row (counted from 1), part (train or test), target, then
        "method: feature" for each preprocessing.
    """
    rows = np.concatenate([pair.train_rows, pair.test_rows])
    target = np.concatenate([pair.y_train, pair.y_test])
    parts = ["train"] * len(pair.train_rows) + ["test"] * len(pair.test_rows)
    table = pd.DataFrame({"row": rows + 1, "part": parts, "target": target})
    for method, way in pair.ways.items():
        both = np.concatenate([way.train, way.test])
        for place, name in enumerate(way.names):
            table[f"{method}: {name}"] = both[:, place]
    return table.sort_values("row", ignore_index=True)


def descent_table(sides: tuple[Side, ...]) -> pd.DataFrame:
    """The descents on the losses over two weights.

    Returns:
        One row a preprocessing, learning rate and step: preprocessing, share (of 2 / lambda_max), learning_rate, step,
        loss, w1, w2 and, where there is one, the bias. A path ends with the step at which it diverged.
    """
    parts = []
    for side in sides:
        path = side.descent
        count, steps, weights = path.points.shape
        names = ["w1", "w2", "b"][:weights]
        table = pd.DataFrame(path.points.reshape(-1, weights), columns=names)
        table.insert(0, "loss", path.losses.ravel())
        table.insert(0, "step", np.tile(np.arange(steps), count))
        table.insert(0, "learning_rate", np.repeat(path.rates, steps))
        table.insert(0, "share", np.repeat(side.shares, steps))
        table.insert(0, "preprocessing", side.name)
        ends = np.repeat(np.where(path.diverged_at < 0, steps, path.diverged_at), steps)
        parts.append(table[table["step"] <= ends])
    return pd.concat(parts, ignore_index=True)


def layer_table(case: Case, phases: Phases) -> pd.DataFrame:
    """Everything that a norm makes of one batch, forwards and backwards.

    Returns:
        One row a number: name (h, mean, var, x_hat, y, grad_y, grad_x, gamma, ...), row, feature (both counted from 1;
        empty where the number belongs to none), value. The mean and variance of group norm have the group there.
    """
    rows, features = case.h.shape
    arrays = {"h": case.h, "grad_y": case.grad_y, "gamma": case.gamma, "beta": case.beta,
              **{name: getattr(phases, name) for name in
                 ("mean", "var", "x_hat", "y", "var_unbiased", "running_mean", "running_var", "grad_beta",
                  "grad_gamma", "grad_x")}}  # fmt: skip
    parts = []
    for name, values in arrays.items():
        if values is None:
            continue
        grid = np.atleast_2d(values)
        row, feature = (index.ravel() + 1 for index in np.indices(grid.shape))
        table = pd.DataFrame({"name": name, "row": row, "feature": feature, "value": grid.ravel()})
        table = table.astype({"row": "Int32", "feature": "Int32"})
        if grid.shape[0] == 1 < rows:
            table["row"] = pd.array([pd.NA] * len(table), dtype="Int32")
        if grid.shape[1] == 1 < features:
            table["feature"] = pd.array([pd.NA] * len(table), dtype="Int32")
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def block_table(block: Block) -> pd.DataFrame:
    """A block of activations, cell by cell.

    Returns:
        One row a cell: n, c, h, w (counted from 1), average (the number of the average that it shares), value, mean,
        var and x_hat.
    """
    n, c, h, w = (index.ravel() for index in np.indices(block.values.shape))
    member = block.member[n, c]
    return pd.DataFrame(
        {"n": n + 1, "c": c + 1, "h": h + 1, "w": w + 1, "average": member + 1, "value": block.values.ravel(),
         "mean": block.mean[member], "var": block.var[member], "x_hat": block.x_hat.ravel()}
    )  # fmt: skip
