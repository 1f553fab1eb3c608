"""How a network stood at the ends of earlier epochs, so that one can look back."""

import time
from dataclasses import replace

import jax
import numpy as np

from pellucid.interop.checkpoint import Checkpoint
from pellucid.lab.bench import Bench
from pellucid.models.model import Model
from pellucid.training.state import TrainState

MOST, MOST_BYTES = 64, 64 * 2**20  # states, and what they may take together
SHARE = 0.02  # of the time, at most, that goes into copying while training runs
FEWEST = 4  # states that must fit, or none is kept


class Album:
    """Training states of one run by epoch; of too many, every second one goes."""

    def __init__(self) -> None:
        self._states: dict[int, TrainState] = {}
        self._due = 0.0

    @property
    def epochs(self) -> tuple[int, ...]:
        """The ends of which epochs are kept."""
        return tuple(self._states)

    def keep(self, bench: Bench, *, always: bool) -> None:
        """Keep how the network stands; unless `always`, only if copying costs little time.

        Nothing is kept of a network that is so large that few of its states would fit.
        """
        began = time.monotonic()
        if began < self._due and not always:
            return
        train = bench.model.train_state
        size = sum(np.size(leaf) * 4 for leaf in jax.tree.leaves(train))
        most = min(MOST, MOST_BYTES // size)
        if most < FEWEST:
            return
        # Copies: the buffers themselves are used up by the next block.
        self._states[int(train.epoch)] = jax.tree.map(np.array, train)
        self._due = began + (time.monotonic() - began) / SHARE
        while len(self._states) > most:
            for epoch in self.epochs[1:-1:2]:
                del self._states[epoch]

    def recalled(self, bench: Bench, epoch: int) -> Bench | None:
        """Return a bench with the network as it stood then; None: that is not kept."""
        if epoch not in self._states:
            return None
        model = bench.model
        then = Model.restored(Checkpoint(model.network, model.recipe, self._states[epoch]))
        return replace(bench, made=bench.made._replace(model=then))
