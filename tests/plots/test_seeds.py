"""The band over several seeds."""

from dataclasses import replace

import numpy as np

from bnviz import plots
from bnviz.core.engine import train
from bnviz.core.experiment import Arm, Data, Experiment, Network, Training

SMALL = Experiment(
    data=Data("moons", n=100),
    network=Network((8,)),
    arms=(Arm("none"), Arm("batch")),
    training=Training(batch_size=10, steps=20),
)


def column(figure, name):
    table = next(table for table in figure.tables if table.dataset == "seeds")
    return next(one.values for one in table.columns if one.name == name)


def test_the_band_holds_the_lowest_and_the_highest_of_all_seeds():
    own, *others = [train(replace(SMALL, seed=seed)) for seed in (0, 1, 2)]
    figure = plots.accuracy(own, others=others)
    values = np.stack([run.test_accuracy for run in (own, *others)])
    np.testing.assert_allclose(column(figure, "low"), values.min(axis=0), rtol=1e-6)
    np.testing.assert_allclose(column(figure, "high"), values.max(axis=0), rtol=1e-6)
    assert "Over 3 seeds (shaded)" in figure.captions[-1]
    losses = np.stack([run.test_loss for run in (own, *others)])
    np.testing.assert_allclose(column(plots.loss(own, others=others), "high"), losses.max(axis=0), rtol=1e-6)


def test_a_seed_that_diverged_leaves_gaps_not_errors():
    hot = replace(SMALL, arms=(Arm("none", learning_rate=100.0),))
    own, other = train(hot), train(replace(hot, seed=1))
    assert (own.diverged_at >= 0).any()
    high = column(plots.loss(own, others=[other]), "high")
    assert np.isnan(high[-1]).all()
    assert np.isfinite(high[0]).all()


def test_without_other_seeds_there_is_no_band():
    figure = plots.loss(train(SMALL))
    assert all(table.dataset != "seeds" for table in figure.tables)
    assert "seeds" not in figure.captions[-1]
