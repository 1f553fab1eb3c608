"""Training in action: every batch with its rows, every step, every shuffle, as it happens."""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Int

from pellucid.base.errors import ConfigError, explain
from pellucid.models.model import Model
from pellucid.training.adaptation import adapt
from pellucid.training.examples import as_examples
from pellucid.training.order import compile_order
from pellucid.training.placement import place
from pellucid.training.strides import layout_of, strides

SHOWN = 8  # rows of a batch that its line names


class Shuffle(NamedTuple):
    """The rows were put in a new order for this epoch."""

    epoch: int
    order: Int[np.ndarray, " rows"]

    def __str__(self) -> str:
        return f"shuffle for epoch {self.epoch}: {_rows(self.order)}"


class Batch(NamedTuple):
    """One mini-batch and the update it made; `step` is counted over all epochs."""

    epoch: int
    batch: int  # counted from 1 in its epoch
    batches: int  # an epoch has: ceil(rows / batch size)
    step: int
    rows: Int[np.ndarray, " batch"]
    loss: float  # its mean, before the update

    def __str__(self) -> str:
        where = f"epoch {self.epoch}: batch {self.batch} of {self.batches}"
        return f"{where}, rows {_rows(self.rows)}; step {self.step}, loss {self.loss:.4g}"


class EpochComplete(NamedTuple):
    """Every row has been seen once more."""

    epoch: int
    step: int  # steps so far
    loss: float  # the mean over the rows as they were met

    def __str__(self) -> str:
        return f"epoch {self.epoch} complete after step {self.step}: mean loss {self.loss:.4g}"


Event: TypeAlias = Shuffle | Batch | EpochComplete


def training_in_action(
    model: Model,
    x: Any,
    y: Any,
    *,
    batch_size: int = 32,
    epochs: int = 1,
    shuffle: bool = True,
) -> Iterator[Event]:
    """Train the model, and tell each event as it happens; printed, an event is its line.

    The rows are those the step really takes: the order comes from the function that the
    trainer itself draws by. The model ends with the very weights that `fit` gives it. It
    trains only as far as events are asked for.

    Raises:
        ConfigError: `batch_size` is below 1.
        DataError, ShapeError: x and y cannot be learnt from.
    """
    if batch_size < 1:
        what = "A mini-batch needs a row."
        raise ConfigError(explain(what, got=batch_size, expected="batch_size of 1 or more"))
    trainer = model.trainer
    given = as_examples(model.recipe, x, y)
    trainer.train = adapt(model.network, trainer.train, given)
    layout = layout_of(len(given), batch_size, shuffle)
    order_of = compile_order(layout.rows, shuffle)
    step, first = int(trainer.train.step), int(trainer.train.epoch)
    events = strides(trainer, place(given), batch_size, epochs=epochs, shuffle=shuffle)
    for epoch in range(first, first + epochs):
        order = np.asarray(order_of(trainer.train.seed, np.int32(epoch)))
        if shuffle:
            yield Shuffle(epoch + 1, order)
        total = 0.0
        for batch in range(layout.steps):
            part = next(events, None)
            if part is None:  # the loss is no longer finite
                return
            rows = order[batch * layout.batch_size : (batch + 1) * layout.batch_size]
            step, loss = step + 1, float(part.losses[0])
            total += loss * len(rows)
            yield Batch(epoch + 1, batch + 1, layout.steps, step, rows, loss)
        yield EpochComplete(epoch + 1, step, total / layout.rows)
    next(events, None)  # so that the optimizer ends training, too


def _rows(rows: Int[np.ndarray, " some"]) -> str:
    words = ", ".join(map(str, rows[:SHOWN].tolist()))
    return f"{words}, ..." if len(rows) > SHOWN else words
