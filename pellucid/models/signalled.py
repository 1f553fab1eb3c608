"""What a fit that was watched tells of its signals, whichever history keeps its records."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from pellucid.plots.signals import over_time
from pellucid.training.record import EpochRecord
from pellucid.training.signals import SignalHistory, signal_history


class Signalled(ABC):
    """A history with records, in which signals may have been kept."""

    records: list[EpochRecord]

    @abstractmethod
    def plot(self) -> Any:
        """Return a figure of the loss and the metrics over the epochs."""

    def signals(self, layers: Iterable[str] | None = None) -> SignalHistory:
        """Return how strong a, delta, gradients and updates were, by layer over time.

        The fit must have watched: `compile(..., watch=Watch(("a", "delta", "gradient")))`.

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
