"""What must not regress: a Keras script compiles few programs, once, and loads what it needs."""

import subprocess
import sys

import jax
import numpy as np
import pytest

from pellucid import keras
from pellucid.keras import layers

ROWS = np.random.default_rng(0).normal(size=(50, 4)).astype("float32")
LABELS = ROWS[:, :3].argmax(1)
HEAVY = {
    *("h5py", "IPython", "keras", "matplotlib", "optax", "pandas", "PIL", "polars", "pyarrow"),
    *("rich", "safetensors", "scipy", "sklearn", "starlette", "tensorflow", "torch"),
}
SCRIPT = """
import sys
import numpy as np
from keras import layers, Sequential
from keras.callbacks import EarlyStopping

model = Sequential([layers.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(np.ones((9, 4)), np.zeros(9), epochs=2, verbose=0, callbacks=[EarlyStopping("loss")])
model.evaluate(np.ones((9, 4)), np.zeros(9), verbose=0)
model.predict(np.ones((9, 4)), verbose=0)
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture
def programs(caplog):
    """Return the names of what was compiled since the last time one asked."""
    seen = 0

    def new():
        nonlocal seen
        lines = [record.getMessage() for record in caplog.records]
        lines = [line for line in lines if line.startswith("Finished XLA compilation")]
        fresh, seen = lines[seen:], len(lines)
        return sorted(line.split("jit(")[1].split(")")[0] for line in fresh)

    with jax.log_compiles(True), caplog.at_level("WARNING", logger="jax"):
        yield new


def model_of(units, rate=0.001):
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(units, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.1),
            layers.Dense(3, activation="softmax"),
        ]
    )
    optimizer = keras.optimizers.Adam(rate)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def fit(model, epochs=3, **more):
    return model.fit(ROWS, LABELS, epochs=epochs, batch_size=16, verbose=0, **more)


def test_building_and_compiling_a_model_compiles_nothing(programs):
    model_of(units=21).summary(print_fn=lambda line: None)
    assert programs() == []


def test_each_verb_of_a_model_is_one_program(programs):
    model = model_of(units=22)
    fit(model, validation_split=0.2)
    assert programs() == ["block", "draw_all", "fresh", "look"]
    model.evaluate(ROWS, LABELS, verbose=0)
    assert programs() == ["evaluate_all"]
    model.predict(ROWS, verbose=0)
    assert programs() == ["predict_batch"]
    fit(model, validation_split=0.2)
    model.evaluate(ROWS, LABELS, verbose=0)
    model.predict(ROWS, verbose=0)
    model.get_weights()
    assert programs() == []


def test_a_model_built_alike_compiles_nothing(programs):
    for expected in (6, 0, 0):
        model = model_of(units=23)
        fit(model)
        model.evaluate(ROWS, LABELS, verbose=0)
        model.predict(ROWS, verbose=0)
        assert len(programs()) == expected


def test_a_search_over_epochs_rates_and_seeds_compiles_once(programs):
    for number, (epochs, rate) in enumerate([(2, 0.001), (3, 0.001), (3, 0.01), (2, 0.1)]):
        keras.utils.set_random_seed(number)
        fit(model_of(24, rate), epochs)
        assert bool(programs()) == (number == 0), (epochs, rate)


def test_callbacks_share_the_program_of_a_fit_without(programs):
    model = model_of(units=25)
    fit(model)
    programs()
    seen = []
    fit(
        model,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda e, logs: seen.append(e))],
    )
    assert seen == [0, 1, 2]
    assert programs() == []


def test_predicting_row_by_row_is_one_program(programs):
    model = model_of(units=26)
    for row in range(4):
        model.predict(ROWS[row : row + 1], verbose=0)
    assert programs() == ["draw_all", "predict_batch"]


def test_steps_by_hand_are_one_program(programs):
    model = model_of(units=27)
    for first in (0, 16, 32):
        model.train_on_batch(ROWS[first : first + 16], LABELS[first : first + 16])
    assert programs() == ["draw_all", "fresh", "one"]


def test_a_script_loads_no_package_it_does_not_need(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, "-m", "pellucid", "run", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (loaded,) = (line for line in done.stdout.splitlines() if line.startswith("LOADED"))
    assert HEAVY & set(loaded.split()) == {"keras"}, "which is ours"


def test_many_layers_that_differ_are_drawn_by_programs_that_know_no_sizes(programs):
    def weights(widths):
        keras.utils.set_random_seed(3)
        made = [keras.layers.Dense(units) for units in widths]
        return keras.Sequential([keras.Input((4,)), *made]).get_weights()

    many = weights(range(5, 35))
    assert len(programs()) < 6
    more = weights(range(40, 100))
    assert programs() == []
    assert [array.shape[0] for array in more[::2]] == [4, *range(40, 99)]
    few = weights(range(5, 12))
    assert programs() == ["draw_all"]
    for found, expected in zip(many, few, strict=False):
        assert found.tobytes() == expected.tobytes(), "the same numbers as one program draws"
