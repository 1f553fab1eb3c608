"""Scripts end where they end under real Keras, as far as seeds scatter."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scripts_at_hand import FOLDER, SCRIPTS, fill_home, play, results

SEEDS = ("1", "2", "3")
UNDER_KERAS = Path(__file__).parent / "under_keras.py"

# What Keras 3 without TensorFlow cannot run, and why.
NOT_IN_KERAS_3 = {
    "layers and arguments in Keras 1's words": {
        *("diabetes_keras1.py", "functional_keras1.py", "mnist_cnn_keras1.py"),
        "convnet_keras1.py",
    },
    "keras.wrappers.scikit_learn, keras.engine, keras.preprocessing.text are gone": {
        *("grid_search.py", "housing_regressor.py", "iris_cross_validation.py"),
        *("sonar_pipeline.py", "custom_layer_backend.py", "text_embedding.py"),
    },
    "keras.backend's functions are gone": {
        *("custom_loss.py", "shared_layers.py", "deep_selu.py", "inside_a_model.py"),
    },
    "fit_generator and ImageDataGenerator are gone": {"generators.py", "image_augmentation.py"},
    "decay= is taken, and does nothing": {"time_decay.py"},
    "TensorFlow's tensors and datasets": {
        *("logits_and_softmax.py", "tf_data_pipeline.py", "weather_windows.py"),
        *("words_in_a_model.py", "structured_columns.py", "image_pipeline.py"),
    },
    "old .h5 files of weights and models": {
        *("checkpoint_best.py", "checkpoint_reload.py", "json_round_trip.py"),
    },
    "plot_model without Graphviz": {"plot_history.py"},
    "a stateful layer forgets after each batch, on JAX": {"stateful_alphabet.py"},
    "a notebook": {"wine.ipynb"},
}
BOTH = sorted(set(SCRIPTS) - set.union(*NOT_IN_KERAS_3.values()))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keras")
    fill_home(folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", BOTH)
def test_a_script_ends_where_keras_ends(name, home, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("KERAS_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    words = [sys.executable, str(UNDER_KERAS), str(FOLDER / name), *SEEDS]
    theirs = subprocess.run(words, capture_output=True, text=True)
    assert theirs.returncode == 0, theirs.stderr
    capfd.readouterr()
    for seed in SEEDS:
        assert play(name, seed) == 0, capfd.readouterr().err
    ours, expected = results(capfd.readouterr().out), results(theirs.stdout)
    assert len(ours) == len(expected) == len(SEEDS)
    for figure in expected[0]:
        assert_alike([run[figure] for run in ours], [run[figure] for run in expected], figure)


def assert_alike(ours, expected, figure):
    """Check that two means of three differ by no more than chance: t of 4, or 1 in 100."""
    gap = abs(np.mean(ours) - np.mean(expected))
    chance = np.sqrt((np.var(ours, ddof=1) + np.var(expected, ddof=1)) / len(SEEDS))
    allowed = 4 * chance + 0.01 * max(abs(np.mean(expected)), 0.1)
    assert gap <= allowed, f"{figure}: {ours} here, {expected} in Keras"
