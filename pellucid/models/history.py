"""What a fit leaves behind: its numbers as lists, as a table, as a picture."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.models.signalled import Signalled
from pellucid.plots.figures import to_svg
from pellucid.plots.history import curves
from pellucid.training.record import EpochRecord, short


class History(Signalled, Mapping[str, list[Any]]):
    """The records of a fit, and a mapping from each value's name to its list by epoch.

    Example:
        >>> history = History([])
        >>> dict(history), history.stopped_because
        ({}, '')
    """

    def __init__(self, records: Sequence[EpochRecord], stopped_because: str = "") -> None:
        self.records = list(records)
        self.stopped_because = stopped_because

    def __getitem__(self, name: str) -> list[Any]:
        if not self.records or name not in self.records[0].values:
            raise KeyError(name)
        return [record.values[name] for record in self.records]

    def __iter__(self) -> Iterator[str]:
        return iter(self.records[0].values if self.records else ())

    def __len__(self) -> int:
        return len(self.records[0].values) if self.records else 0

    @property
    def epochs(self) -> list[int]:
        """The number of each epoch, counted over the whole life of the model."""
        return [record.epoch for record in self.records]

    @property
    def seconds(self) -> float:
        """How long the epochs took."""
        return sum(record.seconds for record in self.records)

    def to_frame(self) -> Any:
        """Return a polars dataframe: a row an epoch, a column a value."""
        import polars

        rates = [record.learning_rate for record in self.records]
        seconds = [record.seconds for record in self.records]
        values = {name: [np.asarray(v).tolist() for v in series] for name, series in self.items()}
        columns = {"epoch": self.epochs, **values, "learning_rate": rates, "seconds": seconds}
        return polars.DataFrame(columns)

    def plot(self) -> Any:
        """Return a matplotlib figure of the loss and the metrics over the epochs.

        A metric that is an array is left out.
        """
        numbers = {name: s for name, s in self.items() if not any(map(np.ndim, s))}
        return curves({name: [float(value) for value in s] for name, s in numbers.items()})

    def __repr__(self) -> str:
        last = ", ".join(f"{name}={short(series[-1])}" for name, series in self.items())
        return f"<History of {len(self.records)} epochs: {last}>"

    def _repr_html_(self) -> str:
        return to_svg(self.plot()) if self.records else repr(self)
