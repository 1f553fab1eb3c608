"""One-hot vectors, counts and weights."""

import numpy as np
import pytest

from pellucid.base.errors import DataError
from pellucid.data.labels import from_one_hot, one_hot

ANIMALS = np.array(["cat", "toaster", "dog", "cat"])


def test_one_hot_and_back_keeps_names_and_types():
    for labels in (ANIMALS, np.array([3, 1, 3]), np.array([True, False])):
        matrix, names = one_hot(labels)
        assert matrix.sum(axis=1).tolist() == [1] * len(labels)
        back = from_one_hot(matrix, names)
        assert back.tolist() == labels.tolist()
        assert back.dtype.kind == labels.dtype.kind


def test_the_order_of_names_can_be_given():
    matrix, names = one_hot(ANIMALS, ["cat", "dog", "toaster", "emu"])
    assert matrix.tolist() == [[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0]]
    with pytest.raises(DataError, match="Row 1 has a label that is no class"):
        one_hot(ANIMALS, ["cat", "dog"])
    with pytest.raises(DataError, match="not a name for each column"):
        from_one_hot(matrix, names[:2])


def test_probabilities_decode_to_the_most_likely():
    assert from_one_hot(np.array([[0.2, 0.7, 0.1]]), ["cat", "dog", "toaster"]).tolist() == ["dog"]
