"""The layers of the face against real Keras: arguments, settings, weights, attributes."""

import inspect
import json

import keras
import numpy as np
import pytest
from cases_keras_layers import ROWS

from pellucid.keras import layers

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

HOSTED = ("StringLookup", "IntegerLookup", "TextVectorization", "Hashing", "Discretization")
CELLS = ("SimpleRNNCell", "LSTMCell", "GRUCell", "StackedRNNCells", "RNN", "Wrapper")
SPOKEN = [
    *dict.fromkeys((*ROWS, *HOSTED, *CELLS)),
    "Lambda",
    "Input",
    "InputLayer",
    "InputSpec",
    "Layer",
]
CALLED = [name for name in ROWS if not name.endswith("Cell")]  # cells: tests/unit/keras/test_cells


def parameters(thing):
    return {
        p.name: p.default
        for p in inspect.signature(thing).parameters.values()
        if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    }


def pair(name):
    return ROWS[name].layer(layers, name), ROWS[name].layer(keras.layers, name)


def called(kinds, layer, name, row):
    """Build the layer by calling it on symbols."""
    batch = row.batch()
    arrays = batch if isinstance(batch, list) else [batch]
    symbols = [kinds.Input(array.shape[1:], dtype=str(array.dtype)) for array in arrays]
    apart = len(symbols) == 1 or name == "MultiHeadAttention"
    layer(*symbols) if apart else layer(symbols)


@pytest.mark.parametrize("name", [n for n in SPOKEN if n != "Layer"])
def test_arguments_and_defaults_are_keras(name):
    mine, theirs = parameters(getattr(layers, name)), parameters(getattr(keras.layers, name))
    assert mine == theirs
    assert list(mine) == list(theirs)


@pytest.mark.parametrize("name", ROWS)
def test_settings_are_keras(name):
    mine, theirs = pair(name)
    ours, real = mine.get_config(), theirs.get_config()
    assert set(ours) == set(real)
    drawn = {"seed"} - ROWS[name].settings.keys()
    for key in real.keys() - {"name", "dtype", "layer", "backward_layer"} - drawn:
        assert plain(ours[key]) == plain(real[key]), key


def plain(value):
    """Settings as JSON has them, without what a seed that was not given became."""
    text = json.loads(json.dumps(value, default=str))
    return without_seeds(text)


def without_seeds(value):
    if isinstance(value, dict):
        return {
            k: without_seeds(v) for k, v in value.items() if k not in ("seed", "registered_name")
        }
    return [without_seeds(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ROWS)
def test_settings_make_an_equal_layer(name):
    mine, _ = pair(name)
    again = type(mine).from_config(mine.get_config())
    assert plain(again.get_config()) == plain(mine.get_config())


@pytest.mark.parametrize("name", CALLED)
def test_output_shapes_are_keras(name):
    mine, theirs = pair(name)
    shapes = [(None, *shape) for shape in ROWS[name].shapes]
    given = shapes if len(shapes) > 1 else shapes[0]
    args = shapes if name == "MultiHeadAttention" else [given]
    found = as_tuple(mine.compute_output_shape(*args))
    real = as_tuple(theirs.compute_output_shape(*args))
    if name == "EinsumDense":  # Keras leaves open what stands open in output_shape=
        found = tuple(a if b is not None else None for a, b in zip(found, real, strict=True))
    assert found == real


def as_tuple(shape):
    return tuple(as_tuple(part) if isinstance(part, list | tuple) else part for part in shape)


@pytest.mark.parametrize("name", ROWS)
def test_settings_can_be_read_as_attributes(name):
    mine, theirs = pair(name)
    for key in ROWS[name].settings:
        if getattr(theirs, key, None) is not None:  # Normalization's mean comes later
            assert plain(described(getattr(mine, key))) == plain(described(getattr(theirs, key))), (
                key
            )


def described(value):
    if hasattr(value, "get_config"):
        return {"class": type(value).__name__, **value.get_config()}
    return getattr(value, "__name__", value)


# Keras counts what a wrapper has found in its layer as the wrapper's own.
ELSEWHERE = {"SpectralNormalization"}
# Ours crops the middle when it is not training, as Keras's documents say; Keras does nothing.
DOCUMENTED = {"RandomCrop"}


@pytest.mark.parametrize("name", CALLED)
def test_weights_and_outputs_are_keras(name):
    row, (mine, theirs) = ROWS[name], pair(name)
    called(layers, mine, name, row)
    called(keras.layers, theirs, name, row)
    start = theirs.get_weights()
    if name in ELSEWHERE:
        start = [start[0], start[2], start[1]]
    else:
        assert [w.name for w in mine.weights] == [w.name for w in theirs.weights]
    assert [w.shape for w in mine.weights] == [w.shape for w in start]
    assert len(mine.trainable_weights) == len(theirs.trainable_weights)
    assert mine.count_params() == theirs.count_params()
    mine.set_weights(start)
    batch = row.batch()
    args = batch if name == "MultiHeadAttention" else [batch]
    found, expected = mine(*args, training=False), theirs(*args, training=False)
    if name in DOCUMENTED:
        assert found.shape == (3, *theirs.compute_output_shape((None, *row.shapes[0]))[1:])
        return
    for ours, real in zip(as_list(found), as_list(expected), strict=True):
        np.testing.assert_allclose(ours, real, rtol=1e-4, atol=1e-5)


def as_list(value):
    return list(value) if isinstance(value, list | tuple) else [value]
