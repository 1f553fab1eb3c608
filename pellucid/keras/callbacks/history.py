"""What `fit` returns: the values of every epoch, by name."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from pellucid.keras.callbacks.callback import Callback, Logs
from pellucid.keras.callbacks.spelling import found_as
from pellucid.plots.history import curves
from pellucid.plots.signals import over_time
from pellucid.training.record import EpochRecord
from pellucid.training.signals import SignalHistory, signal_history


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


class History(Callback):
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

    def signals(self, layers: Iterable[str] | None = None) -> SignalHistory:
        """Return how strong signals were by layer over time: of `compile(..., watch=...)`.

        Raises:
            StateError: nothing was watched.
        """
        return signal_history(self, layers)

    def plot_signals(self, layers: Iterable[str] | None = None) -> Any:
        """Return a matplotlib figure of `signals`: a panel a signal, a line a layer, log axes.

        Raises:
            StateError: nothing was watched.
        """
        found = self.signals(layers)
        return over_time(found.strengths, found.time)

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
