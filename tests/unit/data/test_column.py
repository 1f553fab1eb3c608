"""Columns, their gaps, and numbers seen as categories."""

import numpy as np
import pytest

from pellucid.data.column import Column, as_category, in_types


def test_gaps_and_cells_of_each_kind():
    number = Column("a", "number", np.array([1.5, np.nan]))
    category = Column("b", "category", np.array([1, -1], np.int32), ("u", "v"))
    for column, cell in ((number, 1.5), (category, "v")):
        assert column.missing.tolist() == [False, True]
        assert (column.cell(0), column.cell(1)) == (cell, None)
        assert column.take(np.array([1])).missing.tolist() == [True]


@pytest.mark.parametrize(
    ("kind", "values", "words", "stands_for"),
    [
        ("number", [10, 9, np.nan, 10], ("9", "10"), "integer"),
        ("number", [0.5, -1, np.nan, 0.5], ("-1.0", "0.5"), "number"),
        ("boolean", [1, 0, np.nan, 1], ("False", "True"), "boolean"),
    ],
)
def test_numbers_become_categories_in_ascending_order(kind, values, words, stands_for):
    column = as_category(Column("a", kind, np.array(values, np.float64)))
    assert (column.words, column.stands_for) == (words, stands_for)
    assert column.values.tolist() == [1, 0, -1, 1]
    assert in_types(words, stands_for).tolist() == sorted(v for v in set(values) if v == v)
