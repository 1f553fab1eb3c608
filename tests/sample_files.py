"""A small file of every format that Pellucid reads, and what reading it gives, as bytes."""

import hashlib
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import pellucid as pc
from pellucid import layers
from pellucid.experiments.folder import open_run
from pellucid.experiments.judging import Judgement
from pellucid.interop.network_json import network_to_json
from pellucid.interop.sealed import read_sealed
from pellucid.keras import Input, Sequential, models
from pellucid.keras import layers as keras_layers
from pellucid.keras.saving.hdf5 import SEAL
from pellucid.models.resuming import FORMAT

X = np.random.default_rng(0).normal(size=(12, 3)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


class Sample(NamedTuple):
    """A whole file; `read` gives a digest of all values that come of it.

    `sealed` says whether the format has a checksum, so that no damage goes unnoticed.
    """

    content: bytes
    read: Callable[[Path], str]
    sealed: bool = True


def samples(folder: Path) -> dict[str, Sample]:
    """Return the samples by the names of their files."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {**_of_the_core(folder), **_of_keras(folder), **_of_onnx(folder)}
    return {**found, **_of_a_run(folder)}


def _of_the_core(folder: Path) -> dict[str, Sample]:
    stack = [layers.Dense(2, "tanh"), layers.BatchNormalization(), layers.Dense(2, "softmax")]
    model = pc.Sequential([pc.Input((3,)), *stack])
    model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    model.fit(X, Y, epochs=1, verbose=0, doctor="off", resume=folder / "fit")
    model.save(folder / "model.safetensors")
    model.export(folder / "model.onnx")
    machine = pc.RBM(2)
    machine.fit(X > 0, epochs=1, batch_size=6, verbose=0)
    machine.save(folder / "machine.safetensors")
    checkpoint = next((folder / "fit").glob("step-*"))
    return {
        "model.safetensors": _sample(folder / "model.safetensors", _model),
        "checkpoint.safetensors": _sample(checkpoint, _checkpoint),
        "machine.safetensors": _sample(folder / "machine.safetensors", _machine),
        "model.onnx": _sample(folder / "model.onnx", _onnx),
    }


def _of_keras(folder: Path) -> dict[str, Sample]:
    model = Sequential([Input((3,)), keras_layers.Dense(2, "relu"), keras_layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(X, X[:, 0], epochs=1, verbose=0)
    empty = models.clone_model(model)

    def weights(path: Path) -> str:
        for variable in empty.weights:
            variable.assign(np.zeros(variable.shape, "float32"))
        empty.load_weights(path)
        return digest(empty.get_weights())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("model.keras", "old.h5"):
            model.save(folder / name)
    model.save_weights(folder / "model.weights.h5")
    sealed = _sample(folder / "model.weights.h5", weights)
    content = sealed.content[: sealed.content.rindex(SEAL)]  # as Keras writes it
    return {
        "model.keras": _sample(folder / "model.keras", _keras),
        "model.weights.h5": sealed,
        "old.h5": _sample(folder / "old.h5", _keras),
        "keras.weights.h5": Sample(content, weights, sealed=False),
    }


def _of_onnx(folder: Path) -> dict[str, Sample]:
    """A convolution, a pooling and two products, as another program would write them."""
    random = np.random.default_rng(1)
    arrays = {"W": (2, 1, 3, 3), "b": (2,), "V": (8, 3), "c": (3,)}
    weights = [
        numpy_helper.from_array(random.normal(size=s).astype("f"), n) for n, s in arrays.items()
    ]
    nodes = [
        helper.make_node("Conv", ["x", "W", "b"], ["z"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["z"], ["a"]),
        helper.make_node("MaxPool", ["a"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("Gemm", ["f", "V", "c"], ["u"]),
        helper.make_node("Softmax", ["u"], ["y"], axis=-1),
    ]
    sides = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *shape])]
        for name, shape in (("x", (1, 4, 4)), ("y", (3,)))
    ]
    graph = helper.make_graph(nodes, "theirs", *sides, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(model)
    return {"theirs.onnx": Sample(model.SerializeToString(), _onnx, sealed=False)}


def _of_a_run(folder: Path) -> dict[str, Sample]:
    """The texts of a run, each read as a part of its folder; and alone, without their sums."""
    path = folder / "run"
    pc.run(pc.Experiment("iris", network="linear", epochs=1), path, verbose=0)
    sums = (path / "SHA256SUMS").read_text()

    def within(name: str, told: str) -> Callable[[Path], str]:
        def read(changed: Path) -> str:
            before = (path / name).read_bytes()
            (path / "SHA256SUMS").write_text(told)
            if not told:
                (path / "SHA256SUMS").unlink()
            (path / name).write_bytes(changed.read_bytes())
            try:
                run = open_run(path)
                judged = run.json("scores.json", Judgement.from_json)
            finally:
                (path / name).write_bytes(before)
            return digest([run.experiment.to_config(), run.encoding.to_json(), repr(judged)])

        return read

    found = {}
    for name in ("experiment.toml", "encoding.json", "scores.json"):
        content = (path / name).read_bytes()
        stem, _, kind = name.partition(".")
        found[name] = Sample(content, within(name, sums))
        found[f"{stem}.alone.{kind}"] = Sample(content, within(name, ""), sealed=False)
    return found


def digest(values: Any) -> str:
    """Return a digest of JSON values and arrays."""
    total = hashlib.sha256()
    for leaf in jax.tree.leaves(values, is_leaf=lambda v: v is None):
        told = (
            f"{leaf.dtype}{leaf.shape}".encode() + leaf.tobytes()
            if hasattr(leaf, "dtype")
            else (repr(leaf).encode())
        )
        total.update(told)
    return total.hexdigest()


def _sample(path: Path, read: Callable[[Path], str]) -> Sample:
    return Sample(path.read_bytes(), read)


def _model(path: Path) -> str:
    found = pc.load(path)
    return digest([network_to_json(found.network), repr(found.recipe), found.train_state])


def _checkpoint(path: Path) -> str:
    return digest(list(read_sealed(path, FORMAT, "checkpoint")))


def _machine(path: Path) -> str:
    found = pc.RBM.load(path)
    return digest([found.machine.to_config(), found.method.to_config(), found.state])


def _onnx(path: Path) -> str:
    found = pc.load_onnx(path)
    return digest([network_to_json(found.network), found.weights])


def _keras(path: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = models.load_model(path)
        memory = found._learner.memory() if found.compiled else None
    return digest([json.loads(found.to_json()), found.get_weights(), memory])
