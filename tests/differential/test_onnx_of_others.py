"""ONNX files of other programs: the network that is read computes what a runtime does."""

import tracemalloc

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

import pellucid as pc
from pellucid.base.errors import FileError
from pellucid.interop.onnx_reading import read_onnx

RANDOM = np.random.default_rng(0)


def drawn(*shape):
    return RANDOM.normal(0, 0.5, shape).astype("float32")


class Draft:
    """A graph as other programs write it: nodes in order, constants by name."""

    def __init__(self, *shape):
        self.nodes, self.constants = [], []
        self.input = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", *shape])

    def __call__(self, kind, *operands, **attributes):
        names = [self._named(operand) for operand in operands]
        output = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, names, [output], **attributes))
        return output

    def _named(self, operand):
        if isinstance(operand, str):
            return operand
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(operand), name))
        return name

    def written(self, *outputs, opset=17):
        infos = [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outputs]
        graph = helper.make_graph(self.nodes, "other", [self.input], infos, self.constants)
        opsets = [helper.make_opsetid("", opset)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def convolutional():
    """A small residual network with its channels first, as they are trained elsewhere."""
    g = Draft(3, 9, 8)
    pads = {"pads": [1, 1, 1, 1]}
    x = g("Conv", "x", drawn(4, 3, 3, 3), drawn(4), strides=[2, 1], **pads)
    scales = [drawn(4), drawn(4), drawn(4), np.abs(drawn(4)) + 0.5]
    x = g("Relu", g("BatchNormalization", x, *scales, epsilon=1e-4))
    y = g("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], **pads)
    z = g("Conv", y, drawn(4, 2, 3, 3), group=2, auto_pad=b"SAME_UPPER")
    y = g("Relu", g("Add", z, y))
    y = g("AveragePool", y, kernel_shape=[2, 2], count_include_pad=1, **pads)
    flat = g("Flatten", g("GlobalAveragePool", y))
    return g, [g("Softmax", g("Gemm", flat, drawn(5, 4), drawn(5), transB=1), axis=1), flat]


def layered():
    """Products, functions, numbers and shapes."""
    g = Draft(4, 3)
    x = g("Add", g("MatMul", "x", drawn(3, 6)), drawn(6))
    x = g("LeakyRelu", x, alpha=0.2)
    y = g("Transpose", g("Sub", g("Mul", x, np.float32(2)), np.float32(0.5)), perm=[0, 2, 1])
    y = g("Unsqueeze", g("Reshape", y, np.array([0, 4, 6])), np.array([1]))
    y = g("Concat", g("Squeeze", y, np.array([1])), g("Elu", g("Dropout", x)), axis=1)
    y = g("Div", g("Sub", np.float32(1), y), np.float32(4))
    y = g("Tanh", g("MatMul", y, drawn(6, 2)))
    return g, [g("Max", g("Sigmoid", y), g("HardSwish", y))]


@pytest.mark.parametrize("make", [convolutional, layered])
def test_networks_compute_the_same(make, tmp_path):
    draft, outputs = make()
    content = draft.written(*outputs)
    (tmp_path / "m.onnx").write_bytes(content)
    model = pc.load_onnx(tmp_path / "m.onnx")
    rows = drawn(5, *(side.dim_value for side in draft.input.type.tensor_type.shape.dim[1:]))
    expected = onnxruntime.InferenceSession(content).run(None, {"x": rows})
    found = model.predict(rows)
    for ours, theirs in zip([found] if len(expected) == 1 else found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def refused(tmp_path, content, why):
    (tmp_path / "m.onnx").write_bytes(content)
    with pytest.raises(FileError, match=why):
        pc.load_onnx(tmp_path / "m.onnx")


@pytest.mark.parametrize(
    ("kind", "more", "attributes", "why"),
    [
        ("Sin", [], {}, "no layer is known for its operator 'Sin'"),
        ("MaxPool", [], {"kernel_shape": [2], "pads": [1, 0]}, "such edges"),
        ("AveragePool", [], {"kernel_shape": [2], "ceil_mode": 1}, "ceil_mode"),
        ("Clip", [np.float32(-1), np.float32(1)], {}, "between 0 and 6"),
        ("Reshape", [np.array([1, -1])], {}, "Reshape of the batch"),
        ("Transpose", [], {"perm": [1, 0, 2]}, "Transpose of the batch"),
        ("Add", [drawn(3)], {}, "several numbers"),
        ("MatMul", ["x"], {}, "must be a constant"),
        ("Gemm", [drawn(7, 2)], {}, "do not fit"),
    ],
)
def test_what_no_layer_computes_is_refused_by_name(kind, more, attributes, why, tmp_path):
    g = Draft(4, 3)
    refused(tmp_path, g.written(g(kind, "x", *more, **attributes)), why)


def test_old_opsets_and_lies_about_sizes_are_refused(tmp_path):
    g = Draft(3)
    content = g.written(g("MatMul", "x", drawn(3, 2)))
    refused(tmp_path, g.written("v0", opset=9), "opset 9")

    def changed(change):
        model = onnx.load_model_from_string(content)
        change(model.graph.initializer[0])
        return model.SerializeToString()

    def elsewhere(tensor):
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="weights.bin")

    refused(tmp_path, changed(lambda tensor: tensor.dims.append(2**40)), "not as long as it says")
    refused(tmp_path, changed(elsewhere), "data in another file")


def mutant(content, random):
    """A file with one to three bits flipped, bytes changed or bytes cut out."""
    changed = bytearray(content)
    for _ in range(random.integers(1, 4)):
        place = int(random.integers(len(changed)))
        way = random.integers(3)
        if way == 0:
            changed[place] ^= 1 << int(random.integers(8))
        elif way == 1:
            changed[place] = int(random.integers(256))
        else:
            del changed[place : place + int(random.integers(1, 5))]
    return bytes(changed)


@pytest.mark.slow
@pytest.mark.parametrize("make", [convolutional, layered])
def test_damaged_files_are_read_or_refused_and_need_no_memory(make, tmp_path):
    draft, outputs = make()
    content, random = draft.written(*outputs), np.random.default_rng(0)
    refusals = 0
    tracemalloc.start()
    for _ in range(1500):
        (tmp_path / "m.onnx").write_bytes(mutant(content, random))
        try:
            read_onnx(tmp_path / "m.onnx")
        except FileError:
            refusals += 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refusals > 1000
    assert peak < 50e6
