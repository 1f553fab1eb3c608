"""A user's own class of batches: so many of them, each by its number."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any


class PyDataset(ABC):
    """Batches that a user's class makes: `__len__` says how many, `__getitem__` makes one.

    A batch is (x,), (x, y) or (x, y, sample_weight). `workers`, `use_multiprocessing` and
    `max_queue_size` are kept; batches are made in the process that trains.
    """

    workers = 1  # as class attributes, because user classes forget super().__init__()
    use_multiprocessing = False
    max_queue_size = 10

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    @abstractmethod
    def __getitem__(self, index: int) -> Any:
        """Return batch number `index`."""

    @property
    def num_batches(self) -> int | None:
        """How many batches there are; None says that they never end."""
        return len(self)

    def __len__(self) -> int:
        raise TypeError(f"{type(self).__name__} needs a method __len__ or a property num_batches.")

    def __iter__(self) -> Iterator[Any]:
        index, count = 0, self.num_batches
        while count is None or index < count:
            yield self[index]
            index += 1

    def on_epoch_begin(self) -> None:  # noqa: B027
        """Do what is to be done before each epoch: nothing, unless overridden."""

    def on_epoch_end(self) -> None:  # noqa: B027
        """Do what is to be done after each epoch: nothing, unless overridden."""
