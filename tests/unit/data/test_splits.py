"""Splits by shuffling, by class, by group and by time."""

from dataclasses import replace

import numpy as np
import pytest

from pellucid.base.errors import ConfigError, DataError
from pellucid.data.sources import open_data
from pellucid.data.splits import divide, k_fold, partition, split


def test_iris_is_cut_evenly():
    labels = np.repeat([0, 1, 2], 50)
    parts = split(150, (0.7, 0.15, 0.15), stratify=labels)
    assert [len(part) for part in parts] == [105, 23, 22]
    for part, least, most in zip(parts, (35, 7, 7), (35, 8, 8), strict=True):
        counts = np.bincount(labels[part], minlength=3)
        assert counts.min() >= least
        assert counts.max() <= most


def test_a_rare_class_is_in_each_part():
    labels = np.array([0] * 97 + [1] * 3)
    for part in split(100, stratify=labels, seed=3):
        assert (labels[part] == 1).sum() == 1


def test_rows_are_shuffled_by_the_seed():
    first, again, other = (split(100, seed=seed).train for seed in (0, 0, 1))
    assert first.tolist() == again.tolist() != other.tolist()
    assert first.tolist() != sorted(first.tolist())


def test_two_fractions_have_no_test():
    parts = split(10, (0.8, 0.2))
    assert [len(part) for part in parts] == [8, 2, 0]


def test_groups_stay_together_and_fractions_are_met():
    groups = np.arange(200) // 4
    parts = split(200, (0.5, 0.25, 0.25), groups=groups)
    together = [set(groups[part]) for part in parts]
    assert not together[0] & together[1] | together[1] & together[2] | together[0] & together[2]
    assert [len(part) for part in parts] == [100, 52, 48]


def test_time_goes_forward_and_moments_stay_together():
    time = np.array([5, 1, 4, 1, 3, 2, 2, 2, 9, 8])
    train, validation, test = split(10, (0.3, 0.4, 0.3), time=time)
    assert time[train].max() < time[validation].min()
    assert time[validation].max() < time[test].min()
    assert sorted(time[train]) == [1, 1]


def test_folds_hold_each_row_out_once():
    labels = np.arange(53) % 3
    folds = k_fold(53, 5, stratify=labels)
    assert sorted(np.concatenate([fold.held_out for fold in folds])) == list(range(53))
    for fold in folds:
        assert sorted(np.concatenate(fold)) == list(range(53))
        assert np.ptp(np.bincount(labels[fold.held_out], minlength=3)) <= 2


def test_folds_in_time_never_look_ahead():
    time = np.random.default_rng(0).permutation(60)
    folds = k_fold(60, 4, time=time)
    assert len(folds) == 4
    for fold in folds:
        assert time[fold.train].max() < time[fold.held_out].min()


@pytest.mark.parametrize("fractions", [(0.5, 0.4), (1.2, -0.2), (1.0,), (0.25,) * 4, ()])
def test_what_is_no_split_is_refused(fractions):
    with pytest.raises(ConfigError, match="fractions"):
        split(10, fractions)


def test_impossible_splits_are_refused():
    with pytest.raises(DataError, match="too few"):
        split(2)
    with pytest.raises(DataError, match="too few"):
        split(10, groups=np.zeros(10, int))
    with pytest.raises(DataError, match="too few"):
        split(10, time=np.zeros(10))
    with pytest.raises(ConfigError, match="one rule"):
        split(10, groups=np.arange(10), stratify=np.zeros(10, int))
    with pytest.raises(DataError, match="not a value a row"):
        split(10, stratify=np.zeros(9, int))
    with pytest.raises(ConfigError, match="cross-validation"):
        k_fold(10, 1)


def test_labels_may_be_words():
    labels = np.array(["a", "b"] * 10)
    first, second = partition(20, (0.5, 0.5), stratify=labels)
    assert (labels[first] == "a").sum() == (labels[second] == "a").sum() == 5


def test_a_set_is_divided_by_what_it_knows():
    columns = {"a": np.arange(60) * 0.5, "b": np.arange(60) // 3, "kind": ["x", "y"] * 30}
    data = open_data(columns)
    for part in divide(data, (0.8, 0.1, 0.1)):
        assert np.ptp(np.bincount(data.labels[part])) == 0
    grouped = open_data(columns, groups="b")
    homes = [set(grouped.groups[part]) for part in divide(grouped)]
    assert sum(map(len, homes)) == 20
    parts = divide(open_data(columns, time="b"))
    assert [part.tolist() for part in parts] == [[*range(42)], [*range(42, 51)], [*range(51, 60)]]


def test_rows_held_out_by_the_makers_are_the_test():
    data = replace(open_data("iris"), held_out=np.arange(0, 150, 5))
    parts = divide(data, (0.6, 0.2, 0.2))
    assert parts.test.tolist() == list(range(0, 150, 5))
    assert sorted(np.concatenate(parts).tolist()) == list(range(150))
    assert [len(part) for part in parts] == [90, 30, 30]
    assert np.bincount(data.labels[parts.validation]).tolist() == [10, 10, 10]
