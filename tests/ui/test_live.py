"""The runs with other seeds behind a run."""

from bnviz.core.experiment import Arm, Data, Experiment, Network, Training
from bnviz.core.fields import FieldError
from bnviz.ui.live import BAND_RUNS, other_seeds


def test_the_next_seeds_are_taken() -> None:
    assert [one.seed for one in other_seeds(Experiment(seed=3))] == [4, 5, 6, 7]
    assert [one.seed for one in other_seeds(Experiment(seed=2**31 - 1))] == [0, 1, 2, 3]


def test_a_seed_with_which_nothing_can_be_run_is_left_out() -> None:
    """Of 4 training rows any number can belong to a subset: it depends on the seed."""
    found: dict[int, Experiment] = {}
    for seed in range(40):
        try:
            found[seed] = Experiment(Data("flowers", n=16, test_fraction=0.75), Network(()), (Arm("none"),),
                                     Training(batch_size=2, steps=3, order="blocks"), seed)  # fmt: skip
        except FieldError:
            continue
    fewer = 0
    for seed, one in found.items():
        if seed + BAND_RUNS < 40:
            wanted = [other for other in range(seed + 1, seed + 1 + BAND_RUNS) if other in found]
            assert [other.seed for other in other_seeds(one)] == wanted
            fewer += len(wanted) < BAND_RUNS
    assert fewer
