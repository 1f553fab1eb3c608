"""One column of raw rows, and the columns it becomes."""

import numpy as np
import pytest

from pellucid.base.errors import DataError
from pellucid.data.column import Column
from pellucid.data.feature import Feature, learn_feature

WORDS = Column("w", "category", np.array([0, 2, -1, 2], np.int32), ("u", "v", "w"))


def where(row):
    return f"Row {row}"


def test_only_categories_that_were_seen_have_a_column():
    feature = learn_feature(WORDS, "most_frequent", gaps=True)
    assert feature == Feature("w", "category", ("u", "w"), "w")
    assert feature.encode(WORDS, where, "refuse").tolist() == [[1, 0], [0, 1], [0, 1], [0, 1]]


def test_the_smaller_of_equally_frequent_values_stands_in():
    column = Column("n", "number", np.array([3.0, 1.0, 3.0, 1.0, np.nan]))
    assert learn_feature(column, "most_frequent", gaps=True).fill == 1.0


def test_no_flag_without_gaps():
    column = Column("n", "number", np.array([3.0, 1.0]))
    assert learn_feature(column, "category", gaps=False) == Feature(
        "n", "number", (), 2.0, False, 1.0, 3.0
    )
    assert learn_feature(column, "category", gaps=True).names == ("n", "n is missing")


def test_a_fill_of_zero_is_a_fill():
    feature = Feature("n", "number", (), 0.0)
    column = Column("n", "number", np.array([np.nan, 2.0]))
    assert feature.encode(column, where, "refuse").tolist() == [[0], [2]]


def test_a_gap_without_a_fill_is_refused():
    with pytest.raises(DataError, match="Row 2 has nothing in column 'w'"):
        learn_feature(WORDS, "refuse", gaps=True).encode(WORDS, where, "refuse")
