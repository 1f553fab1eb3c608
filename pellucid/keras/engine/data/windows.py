"""Stretches of a series in time as a data set, and data sets cut in two."""

import random
from collections.abc import Iterable
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, DataError, explain
from pellucid.keras.engine.base.seeds import next_seed
from pellucid.keras.engine.data.dataset import Dataset
from pellucid.keras.engine.data.structure import as_element, as_leaf, stacked

UNBATCHED_BUFFER, BATCHES_IN_BUFFER = 1024, 8


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Dataset:
    """Return stretches of `data` with the target that stands where each begins.

    Shapes:
        data        (steps, *features)
        targets     (steps, *shape) or None; targets[i] goes with the stretch from data[i] on
        elements    (batch, sequence_length, *features), and (batch, *shape)

    Raises:
        ConfigError: a setting has a value it cannot have.
    """
    del format
    series = np.asarray(data)
    stop = len(series) if end_index is None else end_index
    start = start_index or 0
    _check_range("start_index", start, 0, len(series) - 1)
    _check_range("end_index", stop, start + 1, len(series))
    _check_range("sequence_stride", sequence_stride, 1, len(series) - 1)
    _check_range("sampling_rate", sampling_rate, 1, len(series) - 1)
    goals = None if targets is None else np.asarray(targets)[start:stop]
    count = stop - start - (sequence_length - 1) * sampling_rate
    count = max(count if goals is None else min(count, len(goals)), 0)
    places = np.arange(0, count, sequence_stride)
    steps = start + np.arange(0, sequence_length * sampling_rate, sampling_rate)
    if shuffle:
        order = next_seed() % 2**32 if seed is None else seed
        np.random.RandomState(order).shuffle(places)

    def gather(rows: Any) -> Any:
        at = np.asarray(places[rows])
        part = as_leaf(series[at[..., None] + steps])
        return part if goals is None else (part, as_leaf(goals[at]))

    made = Dataset(range(len(places)), len(places), gather)
    if shuffle:
        buffer = UNBATCHED_BUFFER if batch_size is None else batch_size * BATCHES_IN_BUFFER
        made = made.shuffle(buffer, seed)
    return made if batch_size is None else made.batch(batch_size)


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Dataset, Dataset]:
    """Return two data sets with the first and the last elements of one.

    A size is a number of elements (int) or a fraction of them (float); without the other
    size, the rest. A batched data set is split by rows and batched again.

    Raises:
        ConfigError: the sizes leave no two parts.
        DataError: there is nothing to split.
    """
    del preferred_backend
    elements = [as_element(element) for element in _elements(dataset)]
    left, right = _sizes(left_size, right_size, len(elements))
    if shuffle:
        order = random.Random(next_seed() if seed is None else seed)
        order.shuffle(elements)
    size = dataset._batch_size if isinstance(dataset, Dataset) else None
    parts = []
    for part in (elements[:left], elements[-right:]):
        made = Dataset.from_tensor_slices(stacked(part))
        parts.append(made if size is None else made.batch(size))
    return parts[0], parts[1]


def _elements(dataset: Any) -> Iterable[Any]:
    if isinstance(dataset, Dataset):
        return dataset if dataset._batch_size is None else dataset.unbatch()
    if isinstance(dataset, np.ndarray):
        return dataset
    if isinstance(dataset, tuple | list):
        arrays = [np.asarray(part) for part in dataset]
        if len({array.shape[:1] for array in arrays}) != 1 or not arrays[0].ndim:
            what, got = "These arrays have not the same length.", [a.shape for a in arrays]
            raise DataError(explain(what, got=got, expected="arrays with equally many rows"))
        return zip(*arrays, strict=True)
    if hasattr(dataset, "__getitem__") and hasattr(dataset, "__len__"):
        return (dataset[place] for place in range(len(dataset)))
    if hasattr(dataset, "__iter__"):
        return dataset
    what, expected = "split_dataset(...) cannot read this.", "arrays or a data set"
    raise DataError(explain(what, got=type(dataset).__name__, expected=expected))


def _sizes(left: float | None, right: float | None, total: int) -> tuple[int, int]:
    counts = [_count(name, size, total) for name, size in (("left", left), ("right", right))]
    if counts[0] is None and counts[1] is None:
        what = "split_dataset(...) needs left_size or right_size."
        raise ConfigError(explain(what, got="neither", expected="a number, or a fraction"))
    first = total - (counts[1] or 0) if counts[0] is None else counts[0]
    last = total - first if counts[1] is None else counts[1]
    if min(first, last) < 1 or first + last > total:
        what = "These sizes leave no two parts."
        got = f"left {first} and right {last} of {total}"
        raise ConfigError(explain(what, got=got, expected="at least one element in each"))
    return first, last


def _count(side: str, size: float | None, total: int) -> int | None:
    if size is None:
        return None
    whole = isinstance(size, int | np.integer)
    if size <= 0 or (size >= total if whole else size >= 1):
        what = f"split_dataset({side}_size=...) is out of range."
        expected = f"1 to {total - 1}, or a fraction between 0 and 1"
        raise ConfigError(explain(what, got=size, expected=expected))
    return int(size) if whole else round(size * total)


def _check_range(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        what = f"timeseries_dataset_from_array({name}=...) is out of range."
        raise ConfigError(explain(what, got=value, expected=f"{least} to {most}"))
