"""Sequences brought to one length, stretches of a series, and pairs of neighbouring words."""

import json
import random
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, DataError, explain
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.data.arrays import pad_sequences as pad_sequences
from pellucid.keras.engine.data.py_dataset import PyDataset

GONE = "went away with Keras 3: keras.utils.timeseries_dataset_from_array does it"
EULER = 0.577


class TimeseriesGenerator(PyDataset):
    """Batches of the last `length` steps of a series, with the target of the step after.

    Shapes:
        batch   ((rows, ceil(length / sampling_rate), *features), (rows, *shape))
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
        **named: Any,
    ) -> None:
        hint("TimeseriesGenerator", f"TimeseriesGenerator {GONE}")
        super().__init__(**named)
        if len(data) != len(targets):
            what = "TimeseriesGenerator(...) needs a target for each step."
            got = f"{len(data)} steps, {len(targets)} targets"
            raise DataError(explain(what, got=got, expected="equally many"))
        self.data = data
        self.targets = targets
        self.length = length
        self.sampling_rate = sampling_rate
        self.stride = stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = batch_size
        if self.start_index > self.end_index:
            what = "TimeseriesGenerator(...) has no step left after the first stretch."
            got = f"start_index + length = {self.start_index}, end_index = {self.end_index}"
            raise ConfigError(explain(what, got=got, expected="a later end, or a smaller length"))

    def __len__(self) -> int:
        reach = self.batch_size * self.stride
        return (self.end_index - self.start_index + reach) // reach

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            reach = self.batch_size * self.stride
            first = self.start_index + reach * index
            rows = np.arange(first, min(first + reach, self.end_index + 1), self.stride)
        steps = np.arange(-self.length, 0, self.sampling_rate)
        steps = steps[::-1] if self.reverse else steps
        return np.asarray(self.data)[rows[:, None] + steps], np.asarray(self.targets)[rows]

    def get_config(self) -> dict[str, Any]:
        """Return the settings, with the data as JSON."""
        names = ("length", "sampling_rate", "stride", "start_index", "end_index", "shuffle",
                 "reverse", "batch_size")  # fmt: skip
        rows = {"data": self.data, "targets": self.targets}
        written = {name: json.dumps(np.asarray(part).tolist()) for name, part in rows.items()}
        return {**written, **{name: getattr(self, name) for name in names}}

    def to_json(self, **named: Any) -> str:
        """Return the settings and the data as JSON."""
        settings = {"class_name": "TimeseriesGenerator", "config": self.get_config()}
        return json.dumps(settings, **named)


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    """min(1, sqrt(t / f)): how likely the word of each rank is kept, frequent ones less.

    f = 1 / (r (ln r + 0.577) + 1/2 - 1 / (12 r)) is the frequency of rank r by Zipf's law,
    t the sampling factor.
    """
    hint("make_sampling_table", "make_sampling_table went away with Keras 3")
    rank = np.maximum(np.arange(size), 1)
    rarity = rank * (np.log(rank) + EULER) + 0.5 - 1.0 / (12.0 * rank)
    return np.minimum(1.0, np.sqrt(sampling_factor * rarity))


def skipgrams(
    sequence: Any,
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Return pairs of words that stand together (label 1), and of words that need not (0).

    Number 0 stands for no word. Random numbers come from Python's generator, as in Keras.
    """
    hint("skipgrams", "skipgrams went away with Keras 3")
    couples: list[list[int]] = []
    for place, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < random.random()):
            continue
        start, stop = max(0, place - window_size), place + window_size + 1
        near = (*sequence[start:place], *sequence[place + 1 : stop])
        couples += [[word, other] for other in near if other]
    yes, no = ([0, 1], [1, 0]) if categorical else (1, 0)
    labels: list[Any] = [yes] * len(couples)
    if negative_samples > 0:
        words = [couple[0] for couple in couples]
        random.shuffle(words)
        count = int(len(labels) * negative_samples)
        couples += [
            [words[number % len(words)], random.randint(1, vocabulary_size - 1)]
            for number in range(count)
        ]
        labels += [no] * count
    if shuffle:
        start = random.randint(0, 10_000_000) if seed is None else seed
        for part in (couples, labels):
            random.seed(start)
            random.shuffle(part)
    return couples, labels
