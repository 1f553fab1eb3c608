"""Files of the old HDF5 format: our own, and those that Keras 1 and 2 wrote."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from pellucid.base.errors import FileError, ShapeError
from pellucid.keras import Input, Sequential, layers, models, optimizers
from pellucid.keras.engine.base.hints import KerasHint

X = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
Y = np.random.default_rng(1).normal(size=(6, 2)).astype("float32")

pytestmark = pytest.mark.filterwarnings("ignore::pellucid.keras.engine.base.hints.KerasHint")


def small() -> Any:
    model = Sequential(
        [Input((3,)), layers.Dense(4, activation="tanh", name="a"), layers.Dense(2, name="b")]
    )
    model.compile(optimizers.Adam(0.01), "mse", metrics=["mae"])
    return model


def test_the_old_format_keeps_everything(tmp_path: Path) -> None:
    model = small()
    model.train_on_batch(X, Y)
    for ending in ("h5", "hdf5"):
        model.save(tmp_path / f"m.{ending}")
        back = models.load_model(tmp_path / f"m.{ending}")
        np.testing.assert_array_equal(back.predict(X, verbose=0), model.predict(X, verbose=0))
    assert back.train_on_batch(X, Y) == model.train_on_batch(X, Y)
    assert not models.load_model(tmp_path / "m.h5", compile=False).compiled


def test_old_weights_go_in_order_or_by_name(tmp_path: Path) -> None:
    model = small()
    model.save_weights(tmp_path / "w.h5")
    same = small()
    same.load_weights(tmp_path / "w.h5")
    np.testing.assert_array_equal(same.predict(X, verbose=0), model.predict(X, verbose=0))
    other = Sequential([Input((3,)), layers.Dense(4, name="a"), layers.Dense(7, name="c")])
    last = other.get_weights()[2]
    with pytest.raises(ShapeError, match="'c'"):
        other.load_weights(tmp_path / "w.h5")
    other.load_weights(tmp_path / "w.h5", by_name=True)
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
    np.testing.assert_array_equal(other.get_weights()[2], last)
    wider = Sequential([Input((3,)), layers.Dense(5, name="a"), layers.Dense(2, name="b")])
    with pytest.raises(ShapeError, match="'a'"):
        wider.load_weights(tmp_path / "w.h5", by_name=True)
    with pytest.raises(FileError, match="holds no model"):
        models.load_model(tmp_path / "w.h5")


def write_keras_2(
    path: Path, config: Any, arrays: dict[str, dict[str, Any]], training: Any
) -> None:
    """Write a file as Keras 2 did."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = b"2.4.0"
        file.attrs["model_config"] = json.dumps(config).encode()
        if training is not None:
            file.attrs["training_config"] = json.dumps(training).encode()
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [name.encode() for name in arrays]
        for layer, held in arrays.items():
            group = weights.create_group(layer)
            group.attrs["weight_names"] = [name.encode() for name in held]
            for name, array in held.items():
                group[name] = array


def dense(name: str, units: int, **more: Any) -> dict[str, Any]:
    initializer = {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg"}}
    config = {"name": name, "trainable": True, "dtype": "float32", "units": units}
    config |= {"activation": "relu", "use_bias": True, "kernel_initializer": initializer}
    return {"class_name": "Dense", "config": {**config, **more}}


KERNEL, BIAS = np.arange(6.0).reshape(3, 2).astype("float32"), np.array([1, -1], "float32")


@pytest.mark.parametrize("form", ["list", "first layer", "input layer"])
def test_a_sequential_of_keras_2(form: str, tmp_path: Path) -> None:
    first = {"batch_input_shape": [None, 3]} if form != "input layer" else {}
    stack: list[Any] = [
        dense("d", 2, **first),
        {"class_name": "Dropout", "config": {"name": "drop", "rate": 0.5, "noise_shape": None}},
        {
            "class_name": "BatchNormalization",
            "config": {"name": "bn", "axis": [1], "momentum": 0.9, "fused": None, "renorm": False},
        },
    ]
    if form == "input layer":
        shape = {"class_name": "__tuple__", "items": [None, 3]}
        source = {"batch_input_shape": shape, "dtype": "float32", "name": "in", "ragged": False}
        stack.insert(0, {"class_name": "InputLayer", "config": {**source, "sparse": False}})
    inner: Any = stack if form == "list" else {"name": "old", "layers": stack}
    arrays = {
        "d": {"d/kernel:0": KERNEL, "d/bias:0": BIAS},
        "drop": {},
        "bn": {
            f"bn/{n}:0": np.full(2, v) for n, v in zip("gbmv", (2.0, 1.0, 0.5, 4.0), strict=True)
        },
    }
    training = {
        "optimizer_config": {
            "class_name": "Adam",
            "config": {"name": "Adam", "lr": 0.02, "decay": 0.0, "beta_1": 0.8, "amsgrad": False},
        },
        "loss": {"class_name": "MeanSquaredError", "config": {"reduction": "auto", "name": "mse"}},
        "metrics": [
            [
                {
                    "class_name": "MeanMetricWrapper",
                    "config": {"name": "mae", "dtype": "float32", "fn": "mean_absolute_error"},
                }
            ]
        ],
        "weighted_metrics": None,
        "loss_weights": None,
    }
    write_keras_2(
        tmp_path / "old.h5", {"class_name": "Sequential", "config": inner}, arrays, training
    )
    model = models.load_model(tmp_path / "old.h5")
    z = np.maximum(X @ KERNEL + BIAS, 0)
    expected = 2.0 * (z - 0.5) / np.sqrt(4.0 + 1e-3) + 1.0
    np.testing.assert_allclose(model.predict(X, verbose=0), expected, rtol=1e-5, atol=1e-5)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.02)
    assert model.optimizer.beta_1 == 0.8
    np.testing.assert_allclose(
        model.evaluate(X, Y, verbose=0, return_dict=True)["loss"],
        np.mean((expected - Y) ** 2),
        rtol=1e-5,
    )


def test_a_graph_of_keras_2(tmp_path: Path) -> None:
    source = {"batch_input_shape": [None, 3], "dtype": "float32", "name": "in", "sparse": False}
    inner = {
        "name": "inner",
        "layers": [
            {
                "name": "x",
                "class_name": "InputLayer",
                "config": {**source, "name": "x"},
                "inbound_nodes": [],
            },
            {"name": "d", **dense("d", 2), "inbound_nodes": [[["x", 0, 0, {}]]]},
        ],
        "input_layers": [["x", 0, 0]],
        "output_layers": [["d", 0, 0]],
    }
    outer = {
        "name": "outer",
        "layers": [
            {"name": "in", "class_name": "InputLayer", "config": source, "inbound_nodes": []},
            {
                "name": "inner",
                "class_name": "Model",
                "config": inner,
                "inbound_nodes": [[["in", 0, 0, {}]]],
            },
            {
                "name": "add",
                "class_name": "Add",
                "config": {"name": "add"},
                "inbound_nodes": [[["inner", 1, 0, {}], ["inner", 1, 0, {}]]],
            },
        ],
        "input_layers": [["in", 0, 0]],
        "output_layers": [["add", 0, 0], ["inner", 1, 0]],
    }
    arrays = {"in": {}, "inner": {"d/kernel:0": KERNEL, "d/bias:0": BIAS}, "add": {}}
    write_keras_2(
        tmp_path / "graph.h5", {"class_name": "Functional", "config": outer}, arrays, None
    )
    twice, once = models.load_model(tmp_path / "graph.h5").predict(X, verbose=0)
    z = np.maximum(X @ KERNEL + BIAS, 0)
    np.testing.assert_allclose(once, z, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(twice, 2 * z, rtol=1e-5, atol=1e-6)


def test_the_old_format_is_hinted_at(tmp_path: Path) -> None:
    with pytest.warns(KerasHint, match="save_format"):
        small().save(tmp_path / "m", save_format="h5")
    assert (tmp_path / "m.h5").is_file()
