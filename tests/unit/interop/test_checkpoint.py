"""One file for a model and its training: bit for bit, whole or not at all, data only."""

import json

import jax
import numpy as np
import pytest
import safetensors.numpy
from cases_layers import CASES
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.base.errors import ConfigError, FileError
from pellucid.functions.schedules import ExponentialDecay
from pellucid.interop import atomic
from pellucid.interop.atomic import write_atomically
from pellucid.interop.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from pellucid.interop.network_json import network_from_json, network_to_json
from pellucid.interop.sealed import Sealed, digest
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.merging import Add
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.network.graph import trace
from pellucid.optimizers import SGD

X = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")


def fitted():
    x, shared = Input((3,), name="x"), Dense(3, "tanh", name="shared")
    model = Model(x, Dense(2, "softmax", name="out")(Add()(shared(x), shared(shared(x)))))
    decay = ExponentialDecay(0.1, decay_steps=5, decay_rate=0.9)
    model.compile(SGD(decay, momentum=0.9), "sparse_categorical_crossentropy", ["accuracy"])
    model.freeze("out")
    model.fit(X, X[:, 0] > 0, epochs=2, batch_size=7, verbose=0)
    return model


def saved(path):
    model = fitted()
    model.save(path)
    return Checkpoint(model.network, model.recipe, model.train_state)


def test_everything_comes_back_bit_for_bit(tmp_path):
    path = tmp_path / "model.safetensors"
    wanted, got = saved(path), read_checkpoint(path)
    assert got.network == wanted.network
    assert got.recipe == wanted.recipe
    ours, theirs = jax.tree.leaves(wanted.train), jax.tree.leaves(got.train)
    assert jax.tree.structure(wanted.train) == jax.tree.structure(got.train)
    for one, other in zip(ours, theirs, strict=True):
        assert np.asarray(one).tobytes() == np.asarray(other).tobytes()
        assert np.asarray(one).dtype == other.dtype


def test_the_same_model_gives_the_same_bytes(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    saved(one)
    write_checkpoint(other, read_checkpoint(one))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("name", CASES)
def test_every_layer_goes_through_json(name):
    case = CASES[name]
    dtype = "int32" if case.ids else "float32"
    inputs = [Input(shape, dtype=dtype) for shape in case.shapes]
    network = trace(inputs, [case.layer(*inputs)])
    assert network_from_json(json.loads(json.dumps(network_to_json(network)))) == network


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_file_is_refused_or_the_same(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("files") / "model"
    if not hasattr(test_a_damaged_file_is_refused_or_the_same, "content"):
        saved(path)
        test_a_damaged_file_is_refused_or_the_same.content = path.read_bytes()
    content = bytearray(test_a_damaged_file_is_refused_or_the_same.content)
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content = content[:place]
    else:
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(bytes(content))
    try:
        got = read_checkpoint(path)
    except FileError as error:
        assert str(path) in str(error)
    else:
        raise AssertionError(f"a damaged file was read: {got}")


def test_names_are_looked_up_and_nothing_else(tmp_path):
    path = tmp_path / "model"
    saved(path)
    header = json.loads(safetensors_header(path)["pellucid"])
    header["network"]["nodes"][0]["class_name"] = "os.system"
    arrays = safetensors.numpy.load_file(path)
    del header["sha256"]
    header["sha256"] = digest(Sealed(header, arrays))
    safetensors.numpy.save_file(arrays, path, metadata={"pellucid": json.dumps(header)})
    with pytest.raises(FileError, match="no layer called"):
        read_checkpoint(path)


def safetensors_header(path):
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length])["__metadata__"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def broken(handle):
        raise OSError("no space left")

    monkeypatch.setattr(atomic.os, "fsync", broken)
    with pytest.raises(OSError, match="no space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_model_without_compile_is_saved_too(tmp_path):
    model = Sequential([Input((3,)), Dense(2)])
    model.save(tmp_path / "model")
    got = read_checkpoint(tmp_path / "model")
    assert got.recipe is None
    np.testing.assert_array_equal(
        got.train.params["dense"]["kernel"], model.weights["dense/kernel"]
    )


def test_a_name_of_another_form_is_refused_with_what_writes_that_form(tmp_path):
    for ending, hint in ((".keras", "keras.saving.save_model"), (".onnx", "model.export")):
        with pytest.raises(ConfigError, match=rf"(?s)saved as safetensors.*{hint}"):
            Sequential([Input((3,)), Dense(2)]).save(tmp_path / f"model{ending}")
    assert not list(tmp_path.iterdir())
