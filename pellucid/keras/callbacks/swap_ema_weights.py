"""Evaluating and predicting with the averaged weights."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.callbacks.callback import Callback, Logs


class SwapEMAWeights(Callback):
    """Exchanges the model's weights and their moving averages while it is evaluated.

    The optimizer must have been made with `use_ema=True`. With `swap_on_epoch` they are
    exchanged at the end of each epoch, too, for the sake of a checkpoint, and back before
    the next.
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._swapped = False

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        if self.swap_on_epoch:
            self._put(averages=False)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if not self.swap_on_epoch:
            return
        self._put(averages=True)
        if epoch == self.params["epochs"] - 1:
            # The fit ends by taking the averages: let them be what stands in the model now.
            for weight, average in self._pairs():
                average.assign(np.asarray(weight))

    def on_test_begin(self, logs: Logs = None) -> None:
        self._put(averages=True)

    def on_test_end(self, logs: Logs = None) -> None:
        self._put(averages=False)

    def on_predict_begin(self, logs: Logs = None) -> None:
        self._put(averages=True)

    def on_predict_end(self, logs: Logs = None) -> None:
        self._put(averages=False)

    def _put(self, *, averages: bool) -> None:
        """Exchange, unless the weights or averages are where they are wanted."""
        if averages is self._swapped:
            return
        for weight, average in self._pairs():
            kept = np.array(weight)
            weight.assign(np.asarray(average))
            average.assign(kept)
        self._swapped = averages

    def _pairs(self) -> Iterator[tuple[Any, Any]]:
        optimizer = self.model.optimizer
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        averages = getattr(optimizer, "_model_variables_moving_average", None)
        if not getattr(optimizer, "use_ema", False) or averages is None:
            what = "SwapEMAWeights needs an optimizer that averages the weights."
            hint = "make it with use_ema=True"
            text = explain(what, got="use_ema=False", expected="use_ema=True", hint=hint)
            raise ConfigError(text)
        yield from zip(optimizer._trainable_variables, averages, strict=True)
