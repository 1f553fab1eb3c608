"""What `fit` returns: the values of every epoch, by name."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from pellucid.keras.callbacks.callback import Callback, Logs
from pellucid.keras.callbacks.spelling import found_as
from pellucid.models.signalled import Signalled
from pellucid.plots.history import curves
from pellucid.training.record import EpochRecord


class Series(dict[str, Any]):
    """Values by name; `acc` finds `accuracy`, `lr` finds `learning_rate`."""

    def __missing__(self, name: str) -> Any:
        found = found_as(name, self) if isinstance(name, str) else None
        if found is None:
            raise KeyError(f"{name}: this fit recorded {', '.join(self) or 'nothing'}")
        return self[found]

    def get(self, name: str, default: Any = None) -> Any:
        """Return the values of `name`, under either spelling, or `default`."""
        found = found_as(name, self)
        return default if found is None else self[found]


class History(Signalled, Callback):
    """Keeps the logs of every epoch: `history` by name, `epoch` the numbers of the epochs.

    `seconds` is what the epochs took, `stopped_because` why the fit ended early, if it did.
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: Series = Series()
        self.epoch: list[int] = []
        self.seconds = 0.0
        self.stopped_because = ""
        self.records: list[EpochRecord] = []

    def needs(self) -> str:
        return "nothing" if type(self) is History else super().needs()

    def on_train_begin(self, logs: Logs = None) -> None:
        self.epoch, self.seconds, self.stopped_because = [], 0.0, ""
        self.records = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        if self._model is not None:
            self._model.history = self

    def note(self, record: EpochRecord, called: Mapping[str, str]) -> None:
        """Keep the record of an epoch, with the layers under the names that they have here."""
        signals = {
            signal: {called.get(name, name): found for name, found in layers.items()}
            for signal, layers in record.signals.items()
        }
        self.records.append(record._replace(signals=signals))

    def plot(self) -> Any:
        """Return a matplotlib figure of the loss and the metrics over the epochs."""
        numbers = {name: s for name, s in self.history.items() if not any(map(np.ndim, s))}
        return curves({name: [float(value) for value in s] for name, s in numbers.items()})

    def __repr__(self) -> str:
        last: Iterable[str] = (
            f"{name}={series[-1]:.4g}"
            for name, series in self.history.items()
            if isinstance(series[-1], float)
        )
        return f"<History of {len(self.epoch)} epochs: {', '.join(last)}>"

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_model": None}  # numbers are kept, not the model
