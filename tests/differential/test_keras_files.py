"""Files written here are read by Keras, and Keras's are read here: layers, optimizers, models."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from cases_keras_layers import ROWS

import pellucid.keras as ours
from pellucid.keras.engine.spelling import signatures

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
CLOSE = {"rtol": 1e-5, "atol": 1e-6}


def test_every_layer_has_a_row() -> None:
    assert not signatures().keys() - ROWS.keys()


def wired(package: Any, name: str) -> Any:
    row = ROWS[name]
    kind = "int32" if row.ids else "float32"
    inputs = [package.Input(shape, dtype=kind) for shape in row.shapes]
    layer = row.layer(package.layers, name)
    layer = package.layers.RNN(layer) if name.endswith("Cell") else layer
    several = len(inputs) > 1
    if name == "MultiHeadAttention":
        outputs = layer(*inputs)
    else:
        outputs = layer(inputs if several else inputs[0])
    return package.Model(inputs if several else inputs[0], outputs)


def shaken(model: Any, seed: int) -> None:
    """Give a model weights that no initializer gives; variances stay positive."""
    random = np.random.default_rng(seed)
    held = [random.uniform(0.2, 1.0, w.shape).astype(w.dtype) for w in model.get_weights()]
    model.set_weights(held)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_layers_are_the_same_after_both_ways(name: str, tmp_path: Path) -> None:
    x = ROWS[name].batch()
    here = wired(ours, name)
    shaken(here, 1)
    here.save(tmp_path / "ours.keras")
    there = keras.models.load_model(tmp_path / "ours.keras")
    assert [layer.name for layer in there.layers] == [layer.name for layer in here.layers]
    np.testing.assert_allclose(here.predict(x, verbose=0), np.asarray(there(x, training=False)), **CLOSE)

    shaken(there, 2)
    there.save(tmp_path / "theirs.keras")
    back = ours.models.load_model(tmp_path / "theirs.keras")
    np.testing.assert_allclose(back.predict(x, verbose=0), np.asarray(there(x, training=False)), **CLOSE)
