"""Classes with names, and numbers."""

import numpy as np
import pytest

from pellucid.base.errors import DataError
from pellucid.data.answer import Answer
from pellucid.data.column import Column


def where(row):
    return f"Row {row}"


def test_classes_are_matched_by_what_they_are_called():
    answer = Answer("t", "classification", ("3", "7"), "integer")
    column = Column("t", "number", np.array([7.0, 3.0, 7.0]))
    labels = answer.encode(column, where)
    assert labels.tolist() == [1, 0, 1]
    assert answer.decode(labels).tolist() == [7, 3, 7]
    assert answer.decode(np.array([[0], [1]])).tolist() == [[3], [7]]


def test_an_unseen_class_is_refused_by_row_and_value():
    answer = Answer("t", "classification", ("cat", "dog"))
    column = Column("t", "category", np.array([0, 1], np.int32), ("cat", "dogs"))
    with pytest.raises(DataError, match="Row 1 has the class 'dogs'") as caught:
        answer.encode(column, where)
    assert "did you mean 'dog'?" in str(caught.value)


def test_a_gap_is_refused():
    column = Column("t", "number", np.array([1.0, np.nan]))
    with pytest.raises(DataError, match="Row 1 has nothing in the target column 't'"):
        Answer("t", "regression").encode(column, where)
