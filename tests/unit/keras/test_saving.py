"""Models as files of our own: what is kept, what is refused, and how old files are read."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as core
from pellucid.base.errors import ConfigError, FileError, ShapeError
from pellucid.keras import Input, Model, Sequential, layers, losses, models, ops, optimizers, saving
from pellucid.keras.engine.base.hints import KerasHint

X = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
Y = np.random.default_rng(1).normal(size=(6, 2)).astype("float32")


def small() -> Any:
    model = Sequential([Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(2)])
    model.compile(optimizers.Adam(0.01), "mse", metrics=["mae"])
    return model


def trained(model: Any) -> Any:
    model.train_on_batch(X, Y)
    return model


def assert_same(one: Any, other: Any, x: Any = X) -> None:
    np.testing.assert_array_equal(one.predict(x, verbose=0), other.predict(x, verbose=0))


def rewritten(path: Path, change: Any) -> None:
    """Write a file again with its config changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    change(config)
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_a_model_goes_on_where_it_stopped(tmp_path: Path) -> None:
    model = trained(small())
    model.save(tmp_path / "m.keras")
    back = models.load_model(tmp_path / "m.keras")
    assert_same(model, back)
    assert back.train_on_batch(X, Y) == model.train_on_batch(X, Y)
    for mine, its in zip(model.get_weights(), back.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, its)


def test_saving_while_training_changes_nothing(tmp_path: Path) -> None:
    one, other = small(), small()
    other.set_weights(one.get_weights())
    for model in (one, other):
        model._learner.seed = 3
        for turn in range(3):
            model.train_on_batch(X, Y)
            if model is one:
                model.save(tmp_path / f"{turn}.keras")
    assert_same(one, other)


def test_without_compile_a_model_only_predicts(tmp_path: Path) -> None:
    model = trained(small())
    model.save(tmp_path / "m.keras")
    back = models.load_model(tmp_path / "m.keras", compile=False)
    assert not back.compiled
    assert_same(model, back)


def test_parts_of_a_file_may_be_missing(tmp_path: Path) -> None:
    model = trained(small())
    model.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        config, weights = archive.read("config.json"), archive.read("model.weights.h5")
    with zipfile.ZipFile(tmp_path / "few.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config)
        archive.writestr("model.weights.h5", weights)
        archive.writestr("notes.txt", "not looked at")
    assert_same(model, models.load_model(tmp_path / "few.keras"))

    def forget(config: dict[str, Any]) -> None:
        config["config"].pop("build_input_shape")
        for entry in config["config"]["layers"]:
            entry.pop("registered_name", None)
            entry.pop("build_config", None)
            entry["config"].pop("trainable", None)

    rewritten(tmp_path / "few.keras", forget)
    assert_same(model, models.load_model(tmp_path / "few.keras"))


def test_the_path_says_the_format(tmp_path: Path) -> None:
    model = small()
    for path in ("model", "model.pt", "folder/model.tf"):
        with pytest.raises(ConfigError, match=r"\.keras"):
            model.save(tmp_path / path)
    with pytest.raises(ConfigError, match=r"\.weights\.h5"):
        model.save_weights(tmp_path / "weights.ckpt")
    with pytest.raises(ConfigError, match="YAML"):
        model.to_yaml()
    with pytest.raises(ConfigError, match=r"\.keras"):
        model.export(tmp_path / "served")
    (tmp_path / "saved_model").mkdir()
    with pytest.raises(FileError, match="folder"):
        models.load_model(tmp_path / "saved_model")
    with pytest.raises(FileError, match="no file"):
        models.load_model(tmp_path / "nowhere.keras")


@pytest.mark.parametrize(("ending", "hint"), [("onnx", "load_onnx"), ("safetensors", "load")])
def test_a_file_of_another_form_is_refused_with_what_reads_it(tmp_path, ending, hint) -> None:
    (tmp_path / f"m.{ending}").write_bytes(b"something else")
    with pytest.raises(FileError, match=rf"no file of Keras.\n.*\n.*\n.*try: +pellucid.{hint}\("):
        models.load_model(tmp_path / f"m.{ending}")


def test_a_file_is_not_overwritten_unasked(tmp_path: Path) -> None:
    model = small()
    model.save(tmp_path / "m.keras")
    with pytest.raises(FileError, match="there already"):
        model.save(tmp_path / "m.keras", overwrite=False)


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    model = small()
    model.save(path)
    before = path.read_bytes()
    model.add(layers.Lambda(lambda x: x))
    with pytest.raises(ConfigError):
        model.save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.keras"]


def test_weights_must_fit(tmp_path: Path) -> None:
    small().save_weights(tmp_path / "m.weights.h5")
    other = Sequential([Input((3,)), layers.Dense(5, name="first"), layers.Dense(2)])
    before = other.get_weights()
    with pytest.raises(ShapeError, match="'first'"):
        other.load_weights(tmp_path / "m.weights.h5")
    for mine, its in zip(other.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, its)
    with pytest.warns(KerasHint, match="skipped"):
        other.load_weights(tmp_path / "m.weights.h5", skip_mismatch=True)
    deeper = Sequential([Input((3,)), layers.Dense(4), layers.Dense(4), layers.Dense(2)])
    with pytest.raises(ShapeError):
        deeper.load_weights(tmp_path / "m.weights.h5")


def test_weights_come_from_a_whole_model_too(tmp_path: Path) -> None:
    model = trained(small())
    model.save(tmp_path / "m.keras")
    other = small()
    other.load_weights(tmp_path / "m.keras")
    assert_same(model, other)


def squared(y_true: Any, y_pred: Any) -> Any:
    return ops.mean((y_true - y_pred) ** 2, axis=-1)


@saving.register_keras_serializable("tests")
class Scaled(layers.Layer):
    def __init__(self, factor: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor
        self.inner = [layers.Dense(2), layers.BatchNormalization()]

    def build(self, input_shape: Any = None) -> None:
        self.shift = self.add_weight(shape=(input_shape[-1],), name="shift", trainable=False)

    def call(self, x: Any) -> Any:
        for layer in self.inner:
            x = layer(x + self.shift if layer is self.inner[0] else x)
        return x * self.factor

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class Branching(Model):
    def __init__(self, width: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width = width
        self.block = Scaled(2.0)
        self.last = layers.Dense(width)

    def call(self, x: Any, training: Any = None) -> Any:
        return self.last(self.block(x, training=training))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "width": self.width}


def test_classes_of_the_users_own_come_back(tmp_path: Path) -> None:
    model = Branching(2)
    model.compile("sgd", squared, metrics=[squared])
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "own.keras")
    known = {"Branching": Branching, "squared": squared}
    back = models.load_model(tmp_path / "own.keras", custom_objects=known)
    assert isinstance(back, Branching) and isinstance(back.block, Scaled)
    assert_same(model, back)
    with pytest.raises(FileError, match="Branching"):
        models.load_model(tmp_path / "own.keras")
    with pytest.raises(FileError, match="squared"):
        models.load_model(tmp_path / "own.keras", custom_objects={"Branching": Branching})
    with saving.custom_object_scope(known):
        assert_same(model, models.load_model(tmp_path / "own.keras"))
    assert back.train_on_batch(X, Y) == model.train_on_batch(X, Y)


def test_a_model_is_also_json() -> None:
    model = small()
    again = models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    assert_same(model, again)
    assert again.optimizer.get_config() == model.optimizer.get_config()
    assert Sequential.from_config(model.get_config()).get_config() == model.get_config()
    with pytest.raises(FileError, match="JSON"):
        models.model_from_json("{")
    with pytest.raises(ConfigError):
        models.model_from_config([1])


def test_clones_have_weights_of_their_own() -> None:
    one, two = Input((3,)), Input((3,))
    shared = layers.Dense(2, name="shared")
    model = Model([one, two], shared(one) * 2.0 + Sequential([layers.Dense(2)])(shared(two)))
    clone = models.clone_model(model)
    assert [layer.name for layer in clone.layers] == [layer.name for layer in model.layers]
    assert not {id(v) for v in clone.weights} & {id(v) for v in model.weights}
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(
        clone.predict([X, X], verbose=0), model.predict([X, X], verbose=0)
    )

    def wider(layer: Any) -> Any:
        config = layer.get_config()
        config["units"] = 7
        return layers.Dense.from_config(config)

    assert models.clone_model(small(), clone_function=wider).output_shape == (None, 7)


@saving.register_keras_serializable("tests")
def doubled(x: Any) -> Any:
    return 2.0 * x


def test_named_functions_come_back_in_a_layer(tmp_path: Path) -> None:
    model = Sequential([Input((3,)), layers.Lambda(doubled), layers.Dense(2)])
    model.save(tmp_path / "m.keras")
    assert_same(model, models.load_model(tmp_path / "m.keras"))


def test_a_vocabulary_beside_the_arrays_is_taken(tmp_path: Path) -> None:
    def looked_up(vocabulary: Any) -> Any:
        return Sequential([Input((2,), dtype="int32"), layers.IntegerLookup(vocabulary=vocabulary)])

    path, x = tmp_path / "m.keras", np.array([[7, 9], [8, 1]], "int32")
    looked_up([9, 7, 8]).save(path)
    assert_same(looked_up([9, 7, 8]), models.load_model(path), x)
    rewritten(path, lambda config: config["config"]["layers"][1]["config"].update(vocabulary=None))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("assets/layers/integer_lookup/vocabulary.txt", "9\n7\n8\n")
    assert_same(looked_up([9, 7, 8]), models.load_model(path), x)


def test_names_mean_only_what_is_known() -> None:
    for module, name in (("os", "system"), ("keras.layers", "Nothing"), ("builtins", "eval")):
        entry = {"module": module, "class_name": name, "config": {}, "registered_name": None}
        with pytest.raises(FileError, match=name):
            saving.deserialize_keras_object(entry)
        function = {"module": module, "class_name": "function", "config": name}
        with pytest.raises(FileError, match=name):
            saving.deserialize_keras_object(function)
    code = {"class_name": "__lambda__", "config": {"value": ["4wEA", None, None]}}
    with pytest.raises(FileError, match="never run"):
        saving.deserialize_keras_object(code, safe_mode=False)
    objects = {"class_name": "__numpy__", "config": {"value": [1], "dtype": "object"}}
    with pytest.raises(FileError, match="numbers"):
        saving.deserialize_keras_object(objects)


def test_objects_are_described_as_keras_does() -> None:
    described = saving.serialize_keras_object(losses.Huber(0.3))
    assert described["module"] == "keras.losses" and described["config"]["delta"] == 0.3
    values = {
        "part": slice(1, 2),
        "all": ...,
        "table": np.arange(3),
        "word": b"x",
        "plain": [1, "a"],
    }
    back = saving.deserialize_keras_object(saving.serialize_keras_object(values))
    assert back["part"] == slice(1, 2) and back["all"] is ... and back["word"] == b"x"
    np.testing.assert_array_equal(back["table"], values["table"])
    with pytest.raises(ConfigError, match="cannot be written"):
        saving.serialize_keras_object(object())


def test_a_model_of_the_core_is_saved_too(tmp_path):
    x = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")
    scaled = core.layers.Normalization(), core.layers.Dense(4, "tanh"), core.layers.Dense(2)
    model = core.Sequential([core.Input((3,)), *scaled])
    model.adapt(x)
    saving.save_model(model, tmp_path / "m.keras")
    found = models.load_model(tmp_path / "m.keras").predict(x, verbose=0)
    np.testing.assert_allclose(found, model.predict(x), 1e-5, 1e-6)
    with pytest.raises(ConfigError, match=r"keras\.saving\.save_model"):
        model.export(tmp_path / "m.keras")
