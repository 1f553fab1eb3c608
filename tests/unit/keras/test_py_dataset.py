"""A user's own batches."""

import pytest

from pellucid.keras.utils import PyDataset


class Squares(PyDataset):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return index**2, index


class Forgetful(PyDataset):
    def __init__(self):  # without super().__init__()
        self.kept = 1

    def __getitem__(self, index):
        return index


def test_batches_by_number_and_in_order():
    data = Squares(workers=2)
    assert list(data) == [(0, 0), (1, 1), (4, 2)] and data.num_batches == 3 and data.workers == 2


def test_what_was_forgotten():
    data = Forgetful()
    assert data.workers == 1 and data.max_queue_size == 10
    with pytest.raises(TypeError, match="__len__"):
        len(data)
