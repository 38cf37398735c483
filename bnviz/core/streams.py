"""Random numbers that depend on the seed, the purpose and the step alone.

There is no generator whose hidden state must be carried along: the batch of update 120 is the same whether the run
came there in one go, in chunks, or by starting again. Arms of a run ask with the same keys and so see the same draws.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WEIGHTS, EPOCH, INPUT_NOISE, DROPOUT, NORM_NOISE, SUBSET_EPOCH = 1, 2, 3, 4, 5, 6


def generator(seed: int, purpose: int, step: int = 0) -> np.random.Generator:
    """A fresh generator for one purpose at one step (or epoch)."""
    return np.random.default_rng([seed, purpose, step])


class StepDraws:
    """All the noise of one update. Each purpose has its own stream, so switching one on leaves the others alone."""

    def __init__(self, seed: int, step: int) -> None:
        self._seed, self._step = seed, step
        self._generators: dict[int, np.random.Generator] = {}

    def _generator(self, purpose: int) -> np.random.Generator:
        if purpose not in self._generators:
            self._generators[purpose] = generator(self._seed, purpose, self._step)
        return self._generators[purpose]

    def uniform(self, purpose: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Numbers in [0, 1), the next ones of that purpose's stream."""
        return self._generator(purpose).random(shape)

    def normal(self, purpose: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Standard normal numbers, the next ones of that purpose's stream."""
        return self._generator(purpose).standard_normal(shape)
