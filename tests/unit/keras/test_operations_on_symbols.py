"""Functions and operators on symbols: kept as layers, run when the model runs."""

import numpy as np
import pytest

from pellucid import keras
from pellucid.keras import ops
from pellucid.keras.engine.base.tensor import KerasTensor, Tensor
from pellucid.keras.engine.operations.operation import Operation

RNG = np.random.default_rng(3)
A = RNG.uniform(0.5, 2.0, (3, 4)).astype("float32")
B = RNG.uniform(0.5, 2.0, (3, 4)).astype("float32")

# Each is written once, and works on symbols and on arrays.
WAYS = {
    "sum": lambda a, b: a + b + 1.0,
    "swapped sum": lambda a, b: 1.0 + a,
    "difference": lambda a, b: 2.0 - a - b,
    "product": lambda a, b: 0.5 * a * b,
    "quotient": lambda a, b: 1.0 / a + a / b,
    "whole quotient": lambda a, b: a // b,
    "rest": lambda a, b: a % b,
    "power": lambda a, b: a**2 + 2.0**b,
    "signs": lambda a, b: -a + abs(b - a),
    "part": lambda a, b: a[:, 1:3],
    "new axis": lambda a, b: (a[:, None] * b[:, :, None])[..., 0],
    "reversed": lambda a, b: a[..., ::-1] - b[:, :1],
}
COMPARISONS = {
    "less": lambda a, b: a < b,
    "at most": lambda a, b: a <= 1.0,
    "greater": lambda a, b: a > b,
    "at least": lambda a, b: a >= b,
}


def inputs():
    return [keras.Input((4,), name="a"), keras.Input((4,), name="b")]


def test_operators_are_numpy_s():
    a, b = inputs()
    outputs = {name: way(a, b) for name, way in WAYS.items()}
    assert all(isinstance(symbol, KerasTensor) for symbol in outputs.values())
    assert outputs["part"].shape == (None, 2)
    assert outputs["new axis"].shape == (None, 4)
    found = keras.Model([a, b], outputs).predict([A, B], verbose=0)
    assert found.keys() == WAYS.keys()
    for name, way in WAYS.items():
        np.testing.assert_allclose(found[name], way(A, B), rtol=1e-5, atol=1e-6, err_msg=name)


def test_comparisons_are_numpy_s():
    a, b = inputs()
    outputs = {name: ops.cast(way(a, b), "float32") for name, way in COMPARISONS.items()}
    found = keras.Model([a, b], outputs).predict([A, B], verbose=0)
    for name, way in COMPARISONS.items():
        np.testing.assert_array_equal(found[name], way(A, B), err_msg=name)


def test_a_matrix_product_with_an_array():
    a, _ = inputs()
    kernel = np.ones((4, 2), "float32")
    symbol = a @ kernel
    assert symbol.shape == (None, 2)
    np.testing.assert_allclose(keras.Model(a, symbol).predict(A, verbose=0), A @ kernel, rtol=1e-5)


def test_symbols_in_lists_are_found():
    a, b = inputs()
    joined = ops.concatenate([a, ops.stack([a, b], axis=1)[:, 1]], axis=-1)
    assert joined.shape == (None, 8)
    model = keras.Model([a, b], joined)
    np.testing.assert_allclose(model.predict([A, B], verbose=0), np.concatenate([A, B], -1))
    np.testing.assert_allclose(model([A, B]), np.concatenate([A, B], -1))


def test_arrays_are_computed_at_once():
    found = ops.tanh(A)
    assert isinstance(found, Tensor)
    np.testing.assert_allclose(found.numpy(), np.tanh(A), rtol=1e-6)
    np.testing.assert_allclose(ops.add(keras.Variable(A), B), A + B)


def test_a_call_on_symbols_is_kept_with_the_model_but_no_layer():
    a, b = inputs()
    model = keras.Model([a, b], ops.maximum(a, b))
    (operation,) = [part for part in model.graph.layers() if isinstance(part, Operation)]
    assert operation.name.startswith("maximum")
    assert operation.get_weights() == []
    assert model.count_params() == 0
    assert [type(layer).__name__ for layer in model.layers] == ["InputLayer", "InputLayer"]


@pytest.mark.parametrize("use", [bool, len, list, np.asarray, np.tanh], ids=lambda f: f.__name__)
def test_a_symbol_has_no_numbers_yet(use):
    with pytest.raises(TypeError, match="before the model runs"):
        use(keras.Input((4,)))
