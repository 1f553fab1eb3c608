"""Batches of pictures that are changed at random each time: what ImageDataGenerator's flows are."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.base.errors import DataError, explain
from pellucid.keras.engine.data.pictures import array_to_img
from pellucid.keras.engine.data.py_dataset import PyDataset

Change = Callable[[np.ndarray, Any], np.ndarray]


@dataclass
class Pictures:
    """Where a flow's pictures and targets come from.

    Attributes:
        read: Returns picture number i, unchanged.
        targets: Returns what belongs to a batch beside the pictures: (y,), (y, weight), ...
        others: Further inputs beside the pictures, by row.
        echo: Whether the pictures are their own targets.
    """

    count: int
    read: Callable[[int], np.ndarray]
    targets: Callable[[np.ndarray], tuple[Any, ...]]
    others: Sequence[np.ndarray] = ()
    echo: bool = False
    facts: dict[str, Any] = field(default_factory=dict)  # classes, filenames, ... for the user


@dataclass
class Saving:
    """Where changed pictures are to be written for looking at, if anywhere."""

    folder: Any
    prefix: str
    format: str
    data_format: str


class ImageBatches(PyDataset):
    """Batches of pictures, changed anew each time they are asked for.

    `next` goes on without end, as in Keras; with an index there are `len` of them. With a
    seed, the batches are those of the same calls of Keras, as far as no pixels are moved.

    Attributes:
        n, samples: How many pictures there are.
        classes: The class number of each.
        class_indices: The number of each class's name.
        filenames: Of each picture, within the folder.
    """

    def __init__(
        self,
        pictures: Pictures,
        change: Change,
        batch_size: int,
        shuffle: bool,
        seed: int | None,
        saving: Saving,
    ) -> None:
        super().__init__()
        self.n = self.samples = pictures.count
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.batch_index = 0
        self.total_batches_seen = 0
        self.index_array: np.ndarray | None = None
        self.class_indices: dict[str, int] = {}
        self.classes: Any = None
        self.filenames: list[str] = []
        self.filepaths: list[str] = []
        self.image_shape: tuple[int, ...] = ()
        self.num_classes = 0
        self._pictures = pictures
        self._change = change
        self._saving = saving
        for name, fact in pictures.facts.items():
            setattr(self, name, fact)
        if not self.n:
            what, expected = "There are no pictures to flow.", "at least one"
            raise DataError(explain(what, got="none", expected=expected))

    @property
    def labels(self) -> Any:
        """The class numbers of the pictures."""
        return self.classes

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def __getitem__(self, index: int) -> Any:
        if not -len(self) <= index < len(self):
            what = "This flow has no batch of this number."
            raise IndexError(explain(what, got=index, expected=f"0 to {len(self) - 1}"))
        rng = self._rng()
        if self.index_array is None:
            self._mix(rng)
        return self._batch(index % len(self), rng)

    def __iter__(self) -> "ImageBatches":
        return self

    def __next__(self) -> Any:
        rng = self._rng()
        if self.batch_index == 0:
            self._mix(rng)
        index = self.batch_index
        self.batch_index = (index + 1) % len(self)
        return self._batch(index, rng)

    def next(self) -> Any:
        """Return the next batch, as Keras 2 spelt it."""
        return self.__next__()

    def reset(self) -> None:
        """Begin anew with the first batch."""
        self.batch_index = 0

    def on_epoch_end(self) -> None:
        """Mix the pictures for the next epoch."""
        self._mix(self._rng())

    def _rng(self) -> Any:
        """Return the generator for one batch: Keras's own stream, NumPy's global one unseeded."""
        if self.seed is None:
            return np.random
        return np.random.RandomState(self.seed + self.total_batches_seen)

    def _mix(self, rng: Any) -> None:
        self.index_array = rng.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _batch(self, index: int, rng: Any) -> Any:
        self.total_batches_seen += 1
        order = np.arange(self.n) if self.index_array is None else self.index_array
        rows = order[index * self.batch_size : (index + 1) * self.batch_size]
        x = np.stack([self._change(self._pictures.read(int(row)), rng) for row in rows])
        if self._saving.folder:
            self._save(x, rows, rng)
        others = [part[rows] for part in self._pictures.others]
        first = [x, *others] if others else x
        rest = (x.copy(),) if self._pictures.echo else self._pictures.targets(rows)
        return (first, *rest) if rest else first

    def _save(self, x: np.ndarray, rows: np.ndarray, rng: Any) -> None:
        for picture, row in zip(x, rows, strict=True):
            image = array_to_img(picture, self._saving.data_format)
            mark = rng.randint(10_000_000)
            name = f"{self._saving.prefix}_{row}_{mark}.{self._saving.format}"
            image.save(Path(os.fspath(self._saving.folder), name))
