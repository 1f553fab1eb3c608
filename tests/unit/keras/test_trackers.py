"""CSVLogger and TensorBoard of the Keras face: one that fails never stops a fit."""

import numpy as np
import pytest

from pellucid import keras
from pellucid.keras.callbacks import CSVLogger, TensorBoard

X = np.zeros((4, 2), "float32")


@pytest.fixture(scope="module")
def model():
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("tracker", [CSVLogger, TensorBoard])
def test_a_place_that_cannot_be_written_is_told_once(model, tracker, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.warns(UserWarning, match=f"{tracker.__name__} failed .* training goes on") as told:
        history = model.fit(
            X, X[:, :1], epochs=3, callbacks=[tracker(tmp_path / "file" / "log")], verbose=0
        )
    assert len(told) == 1
    assert len(history.history["loss"]) == 3
