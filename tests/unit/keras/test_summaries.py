"""Summaries: Keras's table, line by line."""

import keras
import numpy as np
import pytest

from pellucid import keras as face
from pellucid.base.errors import ConfigError
from pellucid.keras.engine.models.summaries import readable_size

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def chain(kinds):
    stack = [
        kinds.layers.Conv2D(8, 3, name="conv"),
        kinds.layers.BatchNormalization(name="norm"),
        kinds.layers.Flatten(name="flat"),
        kinds.layers.Dense(10, name="dense"),
    ]
    return kinds.Sequential([kinds.Input((8, 8, 1)), *stack], name="chain")


def wired(kinds):
    source = kinds.Input((4,), name="in")
    left = kinds.layers.Dense(3, name="left")(source)
    right = kinds.layers.Dense(3, name="right")(source)
    inner = kinds.Sequential([kinds.Input((3,)), kinds.layers.Dense(2, name="deep")], name="inner")
    return kinds.Model(source, inner(kinds.layers.Add(name="add")([left, right])), name="net")


def lines(model, **settings):
    found = []
    model.summary(print_fn=lambda line, **_: found.append(line), **settings)
    return "\n".join(found).rstrip()


@pytest.fixture(autouse=True)
def a_wide_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "130")


@pytest.mark.parametrize(
    "settings",
    [{}, {"expand_nested": True}, {"show_trainable": True, "line_length": 120}],
    ids=["plain", "nested", "trainable"],
)
@pytest.mark.parametrize("make", [chain, wired], ids=["chain", "wired"])
def test_the_table_is_keras(make, settings):
    assert lines(make(face), **settings) == lines(make(keras), **settings)


def test_a_range_of_layers():
    mine = lines(chain(face), layer_range=("norm", "fl.*"))
    assert mine == lines(chain(keras), layer_range=("norm", "fl.*"))
    with pytest.raises(ConfigError, match="'nothing'"):
        lines(chain(face), layer_range=("norm", "nothing"))


def test_frozen_layers_and_the_optimizer_are_counted():
    model, reference = wired(face), wired(keras)
    for each in (model, reference):
        each.get_layer("left").trainable = False
        each.compile("adam", "mse")
        each.fit(np.zeros((4, 4), "float32"), np.zeros((4, 2), "float32"), verbose=0)
    assert lines(model).splitlines()[-4:] == lines(reference).splitlines()[-4:]
    assert "Optimizer params" in lines(model)


def test_long_names_go_on_below():
    name = "a_name_that_is_much_longer_than_its_column_is_wide"
    model = face.Sequential([face.Input((2,)), face.layers.Dense(1, name=name)])
    column = [
        line.split("│")[1].strip()
        for line in lines(model, line_length=60).splitlines()
        if "│" in line
    ]
    assert "".join(column).replace(" ", "") == f"{name}(Dense)"


def test_every_line_goes_to_print_fn_by_itself():
    found = []
    chain(face).summary(print_fn=found.append)
    assert found[0] == 'Model: "chain"'
    assert not any("\n" in line for line in found)


def test_a_model_that_is_not_built_says_so():
    text = lines(face.Sequential([face.layers.Dense(3)]))
    assert "0 (unbuilt)" in text
    assert "?" in text


def test_a_subclassed_model_shows_shapes_once_it_has_been_called():
    class Mine(face.Model):
        def __init__(self):
            super().__init__()
            self.dense = face.layers.Dense(3)

        def call(self, x):
            return self.dense(x)

    model = Mine()
    model(np.zeros((2, 4), "float32"))
    assert "(None, 3)" in lines(model)
    assert "Total params: 15 (60.00 B)" in lines(model)


def test_plain_letters_where_boxes_cannot_be_shown(monkeypatch):
    class Narrow:
        encoding = "ascii"

    monkeypatch.setattr("sys.stdout", Narrow())
    text = lines(wired(face), expand_nested=True)
    assert text.isascii()
    assert "+---" in text
    assert "` deep (Dense)" in text


def test_lines_too_short_are_refused():
    with pytest.raises(ConfigError, match="that short"):
        lines(wired(face), line_length=12)


@pytest.mark.parametrize("count, text", [(0, "0.00 B"), (1024, "1.00 KB"), (5 * 2**30, "5.00 GB")])
def test_sizes_are_readable(count, text):
    assert readable_size(count) == text
