"""The records of a fit as columns of arrays, a row an epoch, and back."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

from pellucid.training.record import EpochRecord, as_value
from pellucid.training.watch import Signals


class Columns(NamedTuple):
    """The records of all epochs, one above the other."""

    epoch: Int[np.ndarray, " epochs"]
    values: dict[str, np.ndarray]  # by name, (epochs, ...)
    learning_rate: Float[np.ndarray, " epochs"]
    seconds: Float[np.ndarray, " epochs"]
    step_losses: Float[np.ndarray, "epochs steps"]
    signals: Signals


def as_columns(records: Sequence[EpochRecord]) -> Columns:
    """Return records, at least one, as columns; every digit is kept."""
    epoch, values, rates, seconds, losses, signals = zip(*records, strict=True)
    return Columns(
        np.array(epoch),
        {name: np.array([row[name] for row in values]) for name in values[0]},
        np.array(rates),
        np.array(seconds),
        np.array(losses),
        jax.tree.map(lambda *rows: np.stack(rows), *signals),
    )


def form_of(names: Sequence[str], signals: Signals) -> Columns:
    """Return columns of no epochs, with values of these names and signals of this form."""
    none, numbers = np.zeros(0), np.zeros(0, int)
    values = dict.fromkeys(names, none)
    return Columns(numbers, values, none, none, np.zeros((0, 0)), signals)


def as_records(columns: Columns, names: Sequence[str]) -> list[EpochRecord]:
    """Return the records that columns were made of, their values in the order of `names`."""
    return [
        EpochRecord(
            int(epoch),
            {name: as_value(columns.values[name][row]) for name in names},
            float(columns.learning_rate[row]),
            float(columns.seconds[row]),
            columns.step_losses[row],
            jax.tree.map(lambda s, row=row: s[row], columns.signals),
        )
        for row, epoch in enumerate(columns.epoch)
    ]
