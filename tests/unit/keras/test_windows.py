"""Stretches of a series, and data sets cut in two."""

import numpy as np
import pytest

from pellucid.base.errors import ConfigError, DataError
from pellucid.keras import utils
from pellucid.keras.engine.data.dataset import Dataset

SERIES = np.arange(10)


def test_stretches_with_targets():
    data = utils.timeseries_dataset_from_array(SERIES, SERIES * 10, 3, batch_size=4)
    (x, y), (rest, _) = data
    assert x.tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]]
    assert y.tolist() == [0, 10, 20, 30] and len(rest) == 4 and len(data) == 2


def test_stride_and_sampling_rate():
    data = utils.timeseries_dataset_from_array(
        SERIES, None, 3, sequence_stride=3, sampling_rate=2, batch_size=None
    )
    assert [part.tolist() for part in data] == [[0, 2, 4], [3, 5, 7]]


def test_start_and_end():
    data = utils.timeseries_dataset_from_array(
        SERIES, SERIES, 2, start_index=3, end_index=6, batch_size=9
    )
    ((x, y),) = data
    assert x.tolist() == [[3, 4], [4, 5]] and y.tolist() == [3, 4]


def test_shuffling_keeps_pairs_together():
    x = np.stack([SERIES, -SERIES], 1)
    data = utils.timeseries_dataset_from_array(x, SERIES, 2, shuffle=True, seed=1, batch_size=3)
    pairs = [(a, b) for batch in data for a, b in zip(*batch, strict=True)]
    assert sorted(int(b) for _, b in pairs) == list(range(9))
    assert all(a.tolist() == [[b, -b], [b + 1, -b - 1]] for a, b in pairs)
    assert [int(b) for _, b in pairs] != list(range(9))


@pytest.mark.parametrize("named", [
    {"start_index": 10}, {"end_index": 11}, {"sequence_stride": 0}, {"sampling_rate": 10},
    {"start_index": 5, "end_index": 5},
])  # fmt: skip
def test_impossible_stretches(named):
    with pytest.raises(ConfigError):
        utils.timeseries_dataset_from_array(SERIES, None, 2, **named)


@pytest.mark.parametrize("sizes, lengths", [
    ({"left_size": 0.8}, (8, 2)), ({"right_size": 3}, (7, 3)),
    ({"left_size": 2, "right_size": 0.5}, (2, 5)),
])  # fmt: skip
def test_splitting_by_numbers_and_fractions(sizes, lengths):
    left, right = utils.split_dataset(SERIES, **sizes)
    assert (len(left), len(right)) == lengths
    assert [int(v) for v in left] == list(range(lengths[0]))


def test_splitting_pairs_and_batches_and_mixing():
    left, _ = utils.split_dataset((SERIES, SERIES * 2), left_size=5)
    assert [(int(a), int(b)) for a, b in left] == [(i, 2 * i) for i in range(5)]
    left, right = utils.split_dataset(Dataset.range(10).batch(4), left_size=6)
    assert [len(part) for part in left] == [4, 2] and [len(part) for part in right] == [4]
    halves = utils.split_dataset(SERIES, left_size=0.5, shuffle=True, seed=1)
    assert sorted(int(v) for half in halves for v in half) == list(range(10))
    assert [int(v) for v in halves[0]] != list(range(5))


@pytest.mark.parametrize("sizes", [
    {}, {"left_size": 10}, {"left_size": 1.0}, {"left_size": 6, "right_size": 6},
    {"left_size": 0.01},
])  # fmt: skip
def test_impossible_splits(sizes):
    with pytest.raises(ConfigError):
        utils.split_dataset(SERIES, **sizes)


def test_arrays_of_several_lengths_cannot_be_split():
    with pytest.raises(DataError):
        utils.split_dataset((SERIES, SERIES[:3]), left_size=2)
