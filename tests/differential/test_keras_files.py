"""Files written here are read by Keras, and Keras's are read here: layers, optimizers, models."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from cases_keras_layers import ROWS

import pellucid.keras as ours
from pellucid.keras.engine.layers.spelling import signatures

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
DIFFERENT = {"RandomCrop"}  # outside training Keras leaves pictures as they are, we cut the middle
CLOSE: dict[str, Any] = {"rtol": 1e-5, "atol": 1e-6}


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


def expected(model: Any, x: Any) -> np.ndarray:
    return np.asarray(model.predict(x, verbose=0))


@pytest.mark.parametrize("name", sorted(ROWS))
def test_layers_are_the_same_after_both_ways(name: str, tmp_path: Path) -> None:
    x = ROWS[name].batch()
    here = wired(ours, name)
    shaken(here, 1)
    here.save(tmp_path / "ours.keras")
    there: Any = keras.models.load_model(tmp_path / "ours.keras")
    assert [layer.name for layer in there.layers] == [layer.name for layer in here.layers]
    if name not in DIFFERENT:
        np.testing.assert_allclose(here.predict(x, verbose=0), expected(there, x), **CLOSE)

    shaken(there, 2)
    there.save(tmp_path / "theirs.keras")
    back = ours.models.load_model(tmp_path / "theirs.keras")
    if name not in DIFFERENT:
        np.testing.assert_allclose(back.predict(x, verbose=0), expected(there, x), **CLOSE)


OPTIMIZERS: dict[str, Any] = {
    "SGD": {"momentum": 0.9, "nesterov": True},
    "RMSprop": {"momentum": 0.5, "centered": True},
    "Adagrad": {"learning_rate": 0.1},
    "Adadelta": {"learning_rate": 0.5},
    "Adam": {"amsgrad": True, "clipnorm": 1.0},
    "AdamW": {"weight_decay": 0.01, "use_ema": True, "ema_momentum": 0.9},
    "Adamax": {},
    "Nadam": {},
    "Ftrl": {"learning_rate": 0.1},
    "Lion": {"learning_rate": 0.01, "gradient_accumulation_steps": 2},
    "Lamb": {"learning_rate": 0.05},
    "Adafactor": {},
    "Muon": {},
    "ScheduleFreeAdamW": {"warmup_steps": 2},
}


def test_every_optimizer_has_a_row() -> None:
    named = {thing.__name__ for thing in ours.optimizers.ROOM.things.values()}
    assert named - {"Optimizer"} == OPTIMIZERS.keys()


def trained(package: Any, optimizer: Any) -> Any:
    model = package.Sequential(
        [package.Input((3,)), package.layers.Dense(4, activation="tanh"), package.layers.Dense(2)]
    )
    shaken(model, 3)
    model.compile(optimizer, "mse", metrics=["mae"])
    step(model, 3)
    return model


def step(model: Any, count: int) -> None:
    random = np.random.default_rng(count)
    for _ in range(count):
        x, y = random.normal(size=(6, 3)), random.normal(size=(6, 2))
        model.train_on_batch(x.astype("float32"), y.astype("float32"))


def assert_goes_on_alike(one: Any, other: Any, *, exact: bool) -> None:
    step(one, 4)
    step(other, 4)
    close: dict[str, Any] = {"rtol": 0, "atol": 0} if exact else {"rtol": 2e-5, "atol": 2e-6}
    for mine, its in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(mine, its, **close)
    assert int(one.optimizer.iterations) == int(other.optimizer.iterations)


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_training_goes_on_after_both_ways(name: str, tmp_path: Path) -> None:
    here = trained(ours, getattr(ours.optimizers, name)(**OPTIMIZERS[name]))
    here.save(tmp_path / "ours.keras")
    assert_goes_on_alike(ours.models.load_model(tmp_path / "ours.keras"), here, exact=True)
    assert_goes_on_alike(
        keras.models.load_model(tmp_path / "ours.keras"),
        ours.models.load_model(tmp_path / "ours.keras"),
        exact=False,
    )
    there = trained(keras, getattr(keras.optimizers, name)(**OPTIMIZERS[name]))
    there.save(tmp_path / "theirs.keras")
    assert_goes_on_alike(ours.models.load_model(tmp_path / "theirs.keras"), there, exact=False)


def test_a_schedule_goes_on(tmp_path: Path) -> None:
    here = trained(ours, ours.optimizers.SGD(ours.optimizers.schedules.CosineDecay(0.5, 10)))
    here.save(tmp_path / "ours.keras")
    there = keras.models.load_model(tmp_path / "ours.keras")
    back = ours.models.load_model(tmp_path / "ours.keras")
    assert_goes_on_alike(back, here, exact=True)
    assert_goes_on_alike(there, ours.models.load_model(tmp_path / "ours.keras"), exact=False)


def test_frozen_layers_stay_frozen(tmp_path: Path) -> None:
    for package, other in ((ours, keras), (keras, ours)):
        model = package.Sequential(
            [package.Input((3,)), package.layers.Dense(4), package.layers.Dense(2)]
        )
        model.layers[0].trainable = False
        model.compile("adam", "mse")
        step(model, 2)
        model.save(tmp_path / "frozen.keras")
        back = other.models.load_model(tmp_path / "frozen.keras")
        assert [layer.trainable for layer in back.layers] == [False, True]
        assert_goes_on_alike(back, model, exact=False)


LOSSES: dict[str, Any] = {
    "MeanSquaredError": {"reduction": "sum"},
    "Huber": {"delta": 0.3},
    "BinaryCrossentropy": {"from_logits": True, "label_smoothing": 0.1},
    "BinaryFocalCrossentropy": {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5},
    "CategoricalCrossentropy": {"from_logits": True, "label_smoothing": 0.2},
    "CategoricalFocalCrossentropy": {"alpha": 0.4, "gamma": 1.0},
    "CategoricalGeneralizedCrossEntropy": {"q": 0.7},
    "CosineSimilarity": {"axis": 1},
    "SparseCategoricalCrossentropy": {"from_logits": True, "ignore_class": 1},
    "Tversky": {"alpha": 0.3, "beta": 0.7},
    "Circle": {"gamma": 40.0, "margin": 0.3, "remove_diagonal": False},
}
METRICS: dict[str, Any] = {
    "AUC": {"num_thresholds": 7, "curve": "PR", "name": "pr"},
    "BinaryAccuracy": {"threshold": 0.7},
    "BinaryCrossentropy": {"label_smoothing": 0.1},
    "BinaryIoU": {"target_class_ids": [1], "threshold": 0.4},
    "F1Score": {"average": "macro", "threshold": 0.4},
    "FBetaScore": {"average": "micro", "beta": 0.5, "threshold": 0.4},
    "MeanIoU": {"num_classes": 3},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [0, 2]},
    "Precision": {"thresholds": [0.3, 0.6]},
    "PrecisionAtRecall": {"recall": 0.6, "num_thresholds": 9},
    "R2Score": {"class_aggregation": "variance_weighted_average"},
    "Recall": {"top_k": 2},
    "SensitivityAtSpecificity": {"specificity": 0.4},
    "SparseTopKCategoricalAccuracy": {"k": 2},
    "TopKCategoricalAccuracy": {"k": 2},
}


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_losses_keep_their_arguments(name: str) -> None:
    assert_kept("losses", name, LOSSES[name])


@pytest.mark.parametrize("name", sorted(METRICS))
def test_metrics_keep_their_arguments(name: str) -> None:
    assert_kept("metrics", name, METRICS[name])


LOST = {("Huber", "delta"), ("CosineSimilarity", "axis")}  # which Keras leaves out of its files


def assert_kept(room: str, name: str, settings: dict[str, Any]) -> None:
    """Check an object through both ways: description here, object there, and back."""
    here = getattr(getattr(ours, room), name)(**settings)
    described = ours.saving.serialize_keras_object(here)
    there = keras.saving.deserialize_keras_object(described)
    back = ours.saving.deserialize_keras_object(keras.saving.serialize_keras_object(there))
    again = ours.saving.deserialize_keras_object(described)
    for argument, value in settings.items():
        wanted = list(value) if isinstance(value, list) else value
        assert _attribute(again, argument) == wanted
        if (name, argument) not in LOST:
            assert _attribute(back, argument) == wanted


def _attribute(thing: Any, name: str) -> Any:
    value = thing.get_config()[name]
    return list(value) if isinstance(value, tuple) else value


def test_a_huber_loss_keeps_its_delta_in_a_file(tmp_path: Path) -> None:
    model = trained(ours, "adam")
    model.compile("adam", ours.losses.Huber(delta=0.3))
    model.save(tmp_path / "huber.keras")
    x, y = np.ones((4, 3), "float32"), np.full((4, 2), 9.0, "float32")
    wanted = model.evaluate(x, y, verbose=0)
    for package in (ours, keras):
        back = package.models.load_model(tmp_path / "huber.keras")
        np.testing.assert_allclose(back.evaluate(x, y, verbose=0), wanted, rtol=1e-6)


def branches(package: Any) -> Any:
    """A model with a shared layer, a model in the model, operators and two outputs."""
    layers, ops = package.layers, package.ops
    one, two = package.Input((4,), name="one"), package.Input((4,), name="two")
    inner_in = package.Input((3,))
    inner = package.Model(inner_in, layers.Dense(3, activation="tanh")(inner_in), name="inner")
    stack = package.Sequential([layers.Dense(3), layers.Dropout(0.2)], name="stacked")
    shared = layers.Dense(3, activation="relu", name="shared")
    a, b = shared(one), shared(two)
    c = inner(a) * 2.0 - stack(b) / 3.0
    d = inner(c) + ops.exp(-ops.abs(stack(c)))
    e = ops.concatenate([d[:, 1:], ops.mean(a, axis=-1, keepdims=True) ** 2], axis=-1)
    f = ops.reshape(ops.where(e > 0.1, e, ops.stack([1.0 - e, e], axis=1)[:, 0]), (-1, 3))
    return package.Model(
        {"one": one, "two": two}, {"f": layers.Dense(2, name="f")(f), "inner": inner(f)}
    )


def test_graphs_are_the_same_after_both_ways(tmp_path: Path) -> None:
    random = np.random.default_rng(6)
    x = {name: random.normal(size=(5, 4)).astype("float32") for name in ("one", "two")}
    here = branches(ours)
    shaken(here, 4)
    here.save(tmp_path / "ours.keras")
    there: Any = keras.models.load_model(tmp_path / "ours.keras")
    assert_same_outputs(here, there, x)
    there.save(tmp_path / "theirs.keras")
    back = ours.models.load_model(tmp_path / "theirs.keras")
    assert_same_outputs(back, there, x)
    native = branches(keras)
    shaken(native, 5)
    native.save(tmp_path / "native.keras")
    assert_same_outputs(ours.models.load_model(tmp_path / "native.keras"), native, x)
    described = ours.models.model_from_json(native.to_json())
    described.set_weights(native.get_weights())
    assert_same_outputs(described, native, x)


def assert_same_outputs(one: Any, other: Any, x: Any) -> None:
    mine, its = one.predict(x, verbose=0), other.predict(x, verbose=0)
    assert mine.keys() == its.keys()
    for name in mine:
        np.testing.assert_allclose(mine[name], its[name], **CLOSE)


@pytest.mark.parametrize("ending", [".h5", ".hdf5", ".weights.h5"])
def test_old_files_are_read_both_ways(ending: str, tmp_path: Path) -> None:
    x = np.random.default_rng(7).normal(size=(5, 3)).astype("float32")
    for package, other in ((ours, keras), (keras, ours)):
        model = trained(package, "adam")
        path = tmp_path / f"{package.__name__}{ending}"
        if ending == ".weights.h5":
            model.save_weights(path)
            back = trained(other, "sgd")
            back.load_weights(path)
        elif ending == ".hdf5" and package is keras:
            continue  # which Keras does not write
        else:
            model.save(path)
            back = other.models.load_model(path)
        np.testing.assert_allclose(back.predict(x, verbose=0), model.predict(x, verbose=0), **CLOSE)
        if ending == ".h5" and other is ours:  # Keras cannot train what it has read from one
            assert_goes_on_alike(back, model, exact=False)
