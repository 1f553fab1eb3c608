"""Which modules stand for which, while the face is in Keras's place."""

import importlib
import sys
import warnings

import pytest

from pellucid.keras.engine.base.hints import KerasHint, forget_hints
from pellucid.keras.engine.staging.places import FACE, OLD, ROOTS, places
from pellucid.keras.engine.staging.stage import ModuleNotServedError, NotServedError, Stage


@pytest.fixture
def stage():
    forget_hints()
    with warnings.catch_warnings(), Stage():
        warnings.simplefilter("ignore", KerasHint)
        yield importlib.import_module


@pytest.mark.parametrize("root", ROOTS)
def test_every_root_is_there_with_its_attributes(root, stage):
    module = stage(root)
    assert module.__name__ == root
    assert [name for name in dir(module) if not name.startswith("_")]


@pytest.mark.parametrize("old", OLD)
def test_every_old_place_leads_to_modules_that_exist(old, stage):
    assert places(old)
    for place in places(old):
        importlib.import_module(place)
    stage(f"keras.{old}")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keras.layers.core", "Dense"),
        ("keras.engine.training", "Model"),
        ("keras.engine.topology", "Layer"),
        ("keras.layers.convolutional", "Conv2D"),
        ("keras.layers.core.dense", "Dense"),
        ("keras.src.layers.core.dense", "Dense"),
        ("keras.engine.topology", "Layer"),
        ("keras.engine.training", "Model"),
        ("keras.api._v2.keras.layers", "Dense"),
        ("tensorflow.python.keras.layers", "Dense"),
        ("tensorflow.keras.layers.experimental.preprocessing", "Normalization"),
        ("tensorflow.keras.optimizers.legacy", "Adam"),
        ("tensorflow.python.keras.optimizer_v2.gradient_descent", "SGD"),
        ("keras.objectives", "mean_squared_error"),
        ("keras.utils.np_utils", "to_categorical"),
        ("keras.utils.vis_utils", "plot_model"),
        ("keras.wrappers.scikit_learn", "KerasClassifier"),
        ("scikeras.wrappers", "KerasClassifier"),
        ("keras.preprocessing.image", "ImageDataGenerator"),
        ("keras_preprocessing.sequence", "pad_sequences"),
        ("tensorflow.keras.mixed_precision", "set_global_policy"),
        ("keras.regularizers", "activity_l2"),
        ("tf_keras.models", "Sequential"),
        ("keras_core", "Model"),
        ("tensorflow.optimizers", "Adam"),
    ],
)
def test_a_name_is_found_where_scripts_look_for_it(module, name, stage):
    found = getattr(stage(module), name)
    assert found.__module__.startswith(FACE)


def test_one_class_by_every_way(stage):
    keras, tensorflow = stage("keras"), stage("tensorflow")
    by_ways = {
        keras.layers.Dense,
        tensorflow.keras.layers.Dense,
        stage("keras.layers.core").Dense,
        stage("pellucid.keras.layers").Dense,
    }
    assert len(by_ways) == 1


def test_an_old_place_is_told_once():
    forget_hints()
    with Stage(), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        importlib.import_module("keras.layers.core.dense")
        importlib.import_module("keras.engine.topology")
        importlib.import_module("tensorflow.keras.layers")
    said = [str(warning.message) for warning in told]
    assert said == [
        "keras.layers.core is keras.layers in Keras 3",
        "keras.engine is keras in Keras 3",
    ]


def test_star_brings_the_names(stage):
    names = {}
    exec("from keras.losses import *", names)
    assert "MeanSquaredError" in names


@pytest.mark.parametrize("module", ["keras.nothing", "keras.layers.Foo", "tensorflow.lite"])
def test_a_module_that_is_not_served(module, stage):
    with pytest.raises(ModuleNotServedError, match="is not served"):
        stage(module)


def test_the_nearest_name_is_offered(stage):
    with pytest.raises(NotServedError, match="'Dense'"):
        getattr(stage("keras.layers"), "Dens")  # noqa: B009
    with pytest.raises(NotServedError, match="'reduce_mean'"):
        getattr(stage("tensorflow"), "reduce_men")  # noqa: B009


def test_afterwards_all_is_as_before():
    before, finders = set(sys.modules), list(sys.meta_path)
    with Stage():
        importlib.import_module("tensorflow.keras.layers")
        assert "tensorflow" in sys.modules
    assert sys.meta_path == finders
    assert "tensorflow" not in set(sys.modules) - before


@pytest.mark.parametrize("package", ["pellucid.keras", "pellucid.keras.saving"])
def test_every_name_that_is_loaded_late_can_be_loaded(package):
    module = importlib.import_module(package)
    assert all(getattr(module, name) is not None for name in dir(module))
