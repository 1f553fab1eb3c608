"""What leaves the house agrees with the model: NumPy files, ONNX files, StableHLO."""

import ast
import hashlib
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import onnxruntime
import pytest
from cases_layers import CASES, NAMES, Case
from jax import export

from pellucid import layers
from pellucid.base.errors import ConfigError, FileError
from pellucid.functions.activations import ACTIVATIONS
from pellucid.interop.at_rest.lowering import lower
from pellucid.interop.at_rest.networks import at_rest
from pellucid.interop.numpy_file import numpy_source
from pellucid.interop.onnx_file import onnx_bytes
from pellucid.layers import Input
from pellucid.layers.layer import LAYERS, has_parts
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.network.graph import trace

IMAGE, SEQUENCE = (6, 5, 4), (7, 4)

# Settings that the cases of the registry do not have, and that take another way out.
MORE = {
    "causal": Case(layers.Attention(use_causal_mask=True, use_scale=True), ((4, 3), (5, 3))),
    "with scores": Case(layers.AdditiveAttention(return_attention_scores=True), ((4, 3), (5, 3))),
    "several axes": Case(
        layers.MultiHeadAttention(2, 3, attention_axes=(1, 2), use_bias=False), ((3, 2, 4),) * 2
    ),
    "heads with scores": Case(
        layers.MultiHeadAttention(2, 3, return_attention_scores=True, sliding_window=2),
        ((5, 4), (5, 4)),
    ),
    "a given mask": Case(layers.MultiHeadAttention(2, 3, masked=True), ((5, 4), (4, 4), (5, 4))),
    "relu rnn": Case(layers.SimpleRNN(3, "relu", use_bias=False, return_state=True), (SEQUENCE,)),
    "gru after": Case(
        layers.GRU(3, recurrent_activation="hard_sigmoid", go_backwards=True), (SEQUENCE,)
    ),
    "lstm from states": Case(layers.LSTM(3, return_state=True), (SEQUENCE, (3,), (3,))),
    "both apart": Case(layers.Bidirectional(layers.LSTM(3, return_state=True), None), (SEQUENCE,)),
    "both added": Case(layers.Bidirectional(layers.SimpleRNN(3), "sum"), (SEQUENCE,)),
    "far apart": Case(layers.Conv2DTranspose(3, 2, strides=3, output_padding=2), (IMAGE,)),
    "dilated": Case(layers.Conv2DTranspose(3, 2, dilation_rate=2, padding="same"), (IMAGE,)),
    "strided": Case(layers.SeparableConv2D(3, 3, strides=2, padding="same"), (IMAGE,)),
    "shrunk": Case(layers.Resizing(3, 2, "lanczos3", antialias=True), (IMAGE,)),
    "cropped": Case(layers.Resizing(3, 7, "nearest", crop_to_aspect_ratio=True), (IMAGE,)),
    "too small": Case(layers.CenterCrop(9, 7), (IMAGE,)),
    "repeated": Case(layers.UpSampling2D((2, 3)), (IMAGE,)),
    "one mean": Case(layers.Normalization(axis=None, mean=1, variance=4), (IMAGE,)),
    "constant": Case(layers.Normalization(mean=(1, 2, 3, 4), variance=(1, 0, 2, 0)), ((4,),)),
    "every group": Case(layers.GroupNormalization(-1, axis=1), (IMAGE,)),
    "one hot": Case(layers.CategoryEncoding(6, "one_hot"), ((3, 1),), ids=6),
    "counted": Case(layers.CategoryEncoding(6, "count"), ((3,),), ids=8),
    "unknown ids": Case(layers.Embedding(4, 2), ((5,),), ids=8),
    "an id": Case(layers.CategoryEncoding(6, "one_hot"), ((),), ids=6),
    "in steps": Case(layers.TimeDistributed(layers.LeakyReLU(0.1)), ((3, 5),)),
    "cosine": Case(layers.Dot(-1, normalize=True), ((5,), (5,))),
}
ALL = {**CASES, **MORE}


def network_of(case: Case):
    dtype = "int32" if case.ids else "float32"
    inputs = [Input(shape, name=f"x{i}", dtype=dtype) for i, shape in enumerate(case.shapes)]
    z = case.layer(*inputs)
    parts = [layers.Part(i)(z) for i in range(len(z.shape))] if has_parts(z.shape) else [z]
    return trace(inputs, parts)


def drawn(network):
    """Parameters and state of a network, away from zeros and ones; no program is compiled."""
    random = np.random.default_rng(3)
    params, state = jax.eval_shape(network.init, jax.random.key(0))
    params = jax.tree.map(lambda a: random.normal(0, 0.5, a.shape).astype(a.dtype), params)
    state = jax.tree.map(lambda a: random.uniform(0.3, 2, a.shape).astype(a.dtype), state)
    if isinstance(network.nodes[0].layer, layers.Normalization):  # given, not learnt
        state = jax.jit(lambda: network.init(jax.random.key(0))[1])()
    return params, jax.tree.map(np.asarray, state)


def rows_of(case: Case, rows: int):
    batch = case.batch(rows)
    batch = batch if isinstance(batch, tuple) else (batch,)
    return {f"x{i}": np.asarray(column) for i, column in enumerate(batch)}


@pytest.fixture(scope="module")
def answered():
    """Every case with its arrays, three rows, and what the network makes of them."""
    cases = {}
    for name, case in ALL.items():
        network = network_of(case)
        cases[name] = (network, *drawn(network), rows_of(case, 3))

    def forward(given):
        return {
            name: [
                network.apply(p, s, x, key=jax.random.key(0), training=False).a[end]
                for end in network.outputs
            ]
            for (name, (network, *_)), (p, s, x) in zip(cases.items(), given, strict=True)
        }

    found = jax.jit(forward)([arrays for _, *arrays in cases.values()])
    return {name: (*case, list(map(np.asarray, found[name]))) for name, case in cases.items()}


def by_numpy(program):
    """What the Python file of a program predicts, as a function of rows by name."""
    space = {"__name__": "exported"}
    exec(compile(numpy_source(program, "A network."), "exported.py", "exec"), space)

    def predict(rows):
        found = space["predict"](*rows.values())
        return list(found.values()) if isinstance(found, dict) else [found]

    return predict


def by_onnx(network, program):
    """What a runtime makes of the ONNX file of a program."""
    session = onnxruntime.InferenceSession(onnx_bytes(network, program))
    return lambda rows: session.run(list(network.outputs), rows)


def check_for_any_rows(predict, rows, expected):
    check(predict(rows), expected)
    one = {source: column[:1] for source, column in rows.items()}
    check(predict(one), [array[:1] for array in expected])


def check(found, expected):
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_has_a_rule(name: str):
    assert lower.dispatch(LAYERS[name]) is not lower.dispatch(object)


@pytest.mark.parametrize("name", ALL)
def test_numpy_agrees(name: str, answered):
    network, params, state, rows, expected = answered[name]
    check_for_any_rows(by_numpy(at_rest(network, params, state)), rows, expected)


@pytest.mark.parametrize("name", ALL)
def test_onnx_agrees(name: str, answered):
    network, params, state, rows, expected = answered[name]
    program = at_rest(network, params, state)
    check_for_any_rows(by_onnx(network, program), rows, expected)


def test_every_activation_agrees():
    x = Input((6,))
    shown = [layers.Activation(name)(x) for name in ACTIVATIONS]
    shown += [layers.Softmax(axis=1)(x), layers.ReLU(2, 0.1, 0.5)(x), layers.LeakyReLU()(x)]
    model = Model(x, shown)
    random = np.random.default_rng(0)
    rows = {"x": random.normal(0, 3, (50, 6)).astype("float32")}
    rows["x"][0] = [-80, -20, -1, 0, 1, 80]
    expected = [np.asarray(array) for array in model.predict(rows["x"])]
    program = at_rest(model.network, *model.train_state[:2])
    check(by_numpy(program)(rows), expected)
    check(by_onnx(model.network, program)(rows), expected)


def test_masks_agree():
    """Through each layer that reads a mask, joins several or passes one on."""
    ids, more = Input((5,), dtype="int32", name="ids"), Input((4, 3), name="more")
    words, steps = layers.Embedding(6, 3, mask_zero=True)(ids), layers.Masking(0.5)(more)
    encoded = layers.LSTM(3, return_sequences=True)(words)
    joined = layers.Concatenate(axis=1)(words, steps)
    model = Model(
        [ids, more],
        [
            layers.Bidirectional(layers.GRU(3, return_sequences=True))(encoded),
            layers.SimpleRNN(3, go_backwards=True)(words),
            layers.GlobalAveragePooling1D()(steps),
            layers.Attention()(encoded, steps),
            layers.MultiHeadAttention(2, 3)(words, steps),
            layers.LSTM(2)(joined),
            layers.GRU(2, reset_after=False)(layers.Add()(words, layers.Dense(3)(words))),
            layers.GlobalAveragePooling1D()(layers.TimeDistributed(layers.Dense(2))(steps)),
        ],
    )
    rows = {"ids": np.array([[1, 2, 0, 0, 3], [0, 4, 5, 0, 0], [1, 1, 1, 1, 1]], "int32")}
    rows["more"] = np.random.default_rng(2).normal(size=(3, 4, 3)).astype("float32")
    rows["more"][0, 2:] = rows["more"][2, 0] = 0.5
    expected = [np.asarray(array) for array in model.predict(list(rows.values()))]
    program = at_rest(model.network, *model.train_state[:2])
    check(by_numpy(program)(rows), expected)
    check(by_onnx(model.network, program)(rows), expected)


@pytest.fixture(scope="module")
def model():
    """A network with two inputs, a layer used twice, dropout and batch normalisation."""
    first, second = Input((4,), name="first"), Input((4,), name="second")
    shared = layers.Dense(3, "tanh", name="shared")
    joined = layers.Concatenate()(shared(first), shared(layers.Normalization()(second)))
    hidden = layers.Dropout(0.5)(layers.BatchNormalization()(joined))
    return Model([first, second], [layers.Dense(2, "softmax", name="kind")(hidden), hidden])


@pytest.fixture(scope="module")
def two():
    return np.random.default_rng(0).normal(size=(2, 6, 4)).astype("float32")


def test_a_model_writes_all_formats(model: Model, two, tmp_path: Path):
    expected = [np.asarray(array) for array in model.predict(list(two))]
    for name in ("m.onnx", "m.py", "m.stablehlo"):
        model.export(tmp_path / name)
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx")
    check(session.run(None, {"first": two[0], "second": two[1]}), expected)
    assert [one.shape[0] for one in session.get_inputs()] == ["batch", "batch"]
    function = export.deserialize(bytearray((tmp_path / "m.stablehlo").read_bytes()))
    check([np.asarray(array) for array in function.call(*two)], expected)
    check([np.asarray(a) for a in function.call(*two[:, :1])], [a[:1] for a in expected])
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "m.onnx",
        "m.py",
        "m.stablehlo",
        "m.stablehlo.sha256",
    ]


def test_the_stablehlo_file_has_its_checksum(model: Model, tmp_path: Path):
    model.export(tmp_path / "m.bin", "stablehlo")
    told = (tmp_path / "m.bin.sha256").read_text()
    digest = hashlib.sha256((tmp_path / "m.bin").read_bytes()).hexdigest()
    assert told == f"{digest}  m.bin\n"  # as sha256sum writes and checks it


ALONE = """
import sys
sys.modules.update(dict.fromkeys(("pellucid", "jax", "jaxtyping", "beartype", "onnx")))
sys.argv = ["m.py", sys.argv[2]]
exec(compile(open("m.py").read(), "m.py", "exec"), {"__name__": "__main__"})
"""


def test_a_python_file_needs_numpy_only_and_reads_csv(tmp_path: Path):
    model = Sequential([Input((3,)), layers.Dense(4, "gelu"), layers.Dense(2, "softmax")])
    model.export(tmp_path / "m.py")
    rows = np.random.default_rng(1).normal(size=(5, 3)).astype("float32")
    np.savetxt(tmp_path / "rows.csv", rows, delimiter=",")
    command = [sys.executable, "-I", "-c", ALONE, "m.py", "rows.csv"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    told = [[float(cell) for cell in line.split(",")] for line in done.stdout.splitlines()]
    np.testing.assert_allclose(told, model.predict(rows), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "usage: python m.py rows.csv (numbers only, without a header)"),
        (["header.csv"], "header.csv: could not convert string 'a'"),
        (["narrow.csv"], "narrow.csv: x has shape (1, 2), and (rows, 3) is needed"),
        (["nowhere.csv"], "nowhere.csv: nowhere.csv not found."),
    ],
)
def test_a_python_file_says_in_a_line_what_it_cannot_read(tmp_path: Path, words, told):
    Sequential([Input((3,)), layers.Dense(2)]).export(tmp_path / "m.py")
    (tmp_path / "header.csv").write_text("a,b,c\n1,2,3\n")
    (tmp_path / "narrow.csv").write_text("1,2\n")
    done = subprocess.run(
        [sys.executable, "m.py", *words], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(told)
    assert done.stderr.count("\n") == 1


def test_a_python_file_stretches_no_missing_axis(tmp_path: Path):
    """NumPy would stretch one column to three, and give probabilities."""
    Sequential([Input((3,)), layers.Normalization(), layers.Dense(2)]).export(tmp_path / "m.py")
    space = {"__name__": "exported"}
    exec(compile((tmp_path / "m.py").read_text(), "m.py", "exec"), space)
    for shape in [(5, 1), (3,), (), (5, 3, 1)]:
        with pytest.raises(ValueError, match=r"is needed"):
            space["predict"](np.ones(shape, "float32"))
    assert space["predict"](np.ones((5, 3), "float32")).shape == (5, 2)


def test_names_of_a_stranger_are_text_in_a_python_file(tmp_path: Path):
    """Nothing in a network's names becomes code."""
    nasty = '"""\nimport os; os.abort()\n"""]; relu \\'
    x = Input((3,), name='predict"\n')
    model = Model(x, layers.Dense(2, "relu", name=nasty)(x))
    model.export(tmp_path / "m.py")
    source = (tmp_path / "m.py").read_text()
    kinds = (ast.Import, ast.ImportFrom)
    imported = [
        ast.unparse(node) for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)
    ]
    assert imported == ["import base64", "import io", "import sys", "import numpy as np"]
    space = {"__name__": "exported"}
    exec(compile(source, "m.py", "exec"), space)
    rows = np.ones((2, 3), "float32")
    np.testing.assert_allclose(space["predict"](rows), model.predict(rows), atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "why"),
    [
        (layers.InMode(layers.Dropout(0.5), training=True), "runs as in training"),
        (layers.LSTM(2, stateful=True, batch_size=3), "starts where the last batch ended"),
        (layers.Dense(2, lambda z: z * z), "a function of your own"),
        (layers.SimpleRNN(2, lambda z: z * z), "a function of your own"),
    ],
)
def test_what_cannot_leave_says_why(layer, why: str, tmp_path: Path):
    x = Input((4, 3))
    model = Model(x, layer(x))
    for ending in ("onnx", "py"):
        with pytest.raises(ConfigError, match=f"cannot be exported: .*{why}"):
            model.export(tmp_path / f"m.{ending}")
    assert not list(tmp_path.iterdir())


def test_paths_say_the_format_or_are_refused(tmp_path: Path):
    model = Sequential([Input((3,)), layers.Dense(2)])
    with pytest.raises(ConfigError, match="does not say which format"):
        model.export(tmp_path / "m.bin")
    with pytest.raises(ConfigError, match="no format 'tflite'"):
        model.export(tmp_path / "m.bin", "tflite")
    with pytest.raises(FileError, match="cannot be written"):
        model.export(tmp_path / "nowhere" / "m.py")
