"""ONNX files of Pellucid's, read back: the same network, or a refusal that says why."""

import sys
import tracemalloc
from pathlib import Path

import jax
import numpy as np
import onnx
import pytest
from cases_layers import CASES, Case

import pellucid as pc
from pellucid import layers
from pellucid.base.errors import FileError, StateError
from pellucid.base.tree import flatten
from pellucid.interop.at_rest.networks import at_rest
from pellucid.interop.onnx_file import SETTINGS, SHA256, digest, onnx_bytes
from pellucid.interop.onnx_reading import read_onnx
from pellucid.layers.layer import has_parts
from pellucid.network.graph import trace

UNWRITTEN = {"seen", "vector_u"}  # how many rows a scaling saw, and where training's search stands


def network_of(case: Case):
    dtype = "int32" if case.ids else "float32"
    inputs = [pc.Input(s, name=f"x{i}", dtype=dtype) for i, s in enumerate(case.shapes)]
    z = case.layer(*inputs)
    return trace(inputs, [layers.Part(0)(z)] if has_parts(z.shape) else [z])


def drawn(network):
    """Arrays of the forms that a network has, all numbers different."""
    random = np.random.default_rng(0)
    forms = jax.eval_shape(network.init, jax.random.key(0))
    return jax.tree.map(lambda form: random.uniform(0.5, 2, form.shape).astype("float32"), forms)


@pytest.mark.parametrize("name", CASES)
def test_every_layer_comes_back(name: str, tmp_path: Path):
    network = network_of(CASES[name])
    params, state = drawn(network)
    (tmp_path / "m.onnx").write_bytes(onnx_bytes(network, at_rest(network, params, state)))
    found = read_onnx(tmp_path / "m.onnx")
    assert found.network == network
    for ours, theirs in ((params, found.params), (state, found.state)):
        expected, got = flatten(ours), flatten(theirs)
        assert expected.keys() == got.keys()
        for path in expected:
            if path.rpartition("/")[2] not in UNWRITTEN:
                np.testing.assert_array_equal(got[path], expected[path])


@pytest.fixture(scope="module")
def model():
    return pc.Sequential([pc.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(2, "softmax")])


@pytest.fixture(scope="module")
def content(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "m.onnx"
    model.export(path)
    return path.read_bytes()


def test_a_model_comes_back_and_learns_on(model, content, tmp_path):
    (tmp_path / "m.onnx").write_bytes(content)
    again = pc.load_onnx(tmp_path / "m.onnx")
    rows = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    np.testing.assert_array_equal(again.predict(rows), model.predict(rows))
    again.compile("sgd", "sparse_categorical_crossentropy")
    again.fit(rows, np.array([0, 1] * 3), epochs=1, verbose=0, doctor="off")


def refused(path, content, why):
    path.write_bytes(content)
    with pytest.raises(FileError, match=why):
        read_onnx(path)


def changed(content, change, sign=True):
    """The file with a change made by someone who knows how to sign it."""
    model = onnx.load_model_from_string(content)
    change(model)
    if sign:
        told = {prop.key: prop for prop in model.metadata_props}
        told[SHA256].value = digest(model, told[SETTINGS].value)
    return model.SerializeToString()


def test_no_cut_and_no_flipped_bit_goes_unnoticed(model, content, tmp_path):
    path = tmp_path / "m.onnx"
    for length in range(0, len(content), 7):
        refused(path, content[:length], "no ONNX file")
    random = np.random.default_rng(0)
    weights = {name: array.tobytes() for name, array in model.weights.items()}
    harmless = 0
    for place in random.permutation(len(content))[:600]:
        flipped = bytearray(content)
        flipped[place] ^= 1 << int(random.integers(8))
        path.write_bytes(flipped)
        try:
            found = read_onnx(path)
        except FileError:
            continue
        harmless += 1  # in the producer's name, say
        got = {name: array.tobytes() for name, array in flatten(found.params).items()}
        assert got == weights
    assert harmless < 60


@pytest.mark.parametrize("sign", [False, True])
def test_a_file_that_was_changed_is_refused(content, tmp_path, sign):
    def other_function(model):
        next(node for node in model.graph.node if node.op_type == "Tanh").op_type = "Sin"

    def one_more(model):
        model.graph.node.append(onnx.helper.make_node("Identity", ["x"], ["y"]))

    why = "was changed" if sign else "another checksum"
    for change in (other_function, one_more):
        refused(tmp_path / "m.onnx", changed(content, change, sign), why)


def test_data_in_other_files_are_refused(content, tmp_path):
    def elsewhere(model):
        tensor = model.graph.initializer[0]
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="/etc/passwd")

    refused(tmp_path / "m.onnx", changed(content, elsewhere), "data in another file")


def test_sizes_that_the_file_does_not_have_are_refused(content, tmp_path):
    def long(model):
        model.graph.initializer[0].dims[0] = 2**40

    def wide(model):
        told = next(prop for prop in model.metadata_props if prop.key == SETTINGS)
        told.value = told.value.replace('"units": 4', '"units": 400000000')

    def attending(model):
        x = pc.Input((3, 2))
        small = trace([x], [layers.Attention(use_causal_mask=True)(x, x)])
        written = onnx_bytes(small, at_rest(small, *drawn(small)))
        model.CopyFrom(onnx.load_model_from_string(written))
        told = next(prop for prop in model.metadata_props if prop.key == SETTINGS)
        told.value = told.value.replace("[3, 2]", "[100000, 2]")

    tracemalloc.start()
    for change, why in ((long, "not as long"), (wide, "too"), (attending, "too large")):
        refused(tmp_path / "m.onnx", changed(content, change), why)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6


def test_what_is_no_file_of_onnx_is_refused(tmp_path):
    refused(tmp_path / "m.onnx", b"", "opset 0")
    refused(tmp_path / "m.onnx", b"PK\x03\x04" * 9, "no ONNX file")
    with pytest.raises(FileError, match="cannot be read"):
        read_onnx(tmp_path / "nothing.onnx")


def test_without_the_package_the_error_says_what_to_install(content, tmp_path, monkeypatch):
    (tmp_path / "m.onnx").write_bytes(content)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(StateError, match=r'pip install "pellucid\[onnx\]"'):
        read_onnx(tmp_path / "m.onnx")
