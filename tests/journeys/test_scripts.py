"""Unchanged Keras scripts, of all three Keras's ages, under `pellucid run`."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from scripts_at_hand import SCRIPTS, fill_home, play, results

# What a script must reach at least (or at most, where it is an error), whatever the seed.
REACHED = {
    "xor.py": {"accuracy": 1.0},
    "lecture_network.py": {"accuracy": 0.7},
    "iris_cross_validation.py": {"accuracy": 0.9},
    "mnist_mlp.py": {"accuracy": 0.85},
    "mnist_cnn.py": {"accuracy": 0.8},
    "mnist_cnn_keras1.py": {"accuracy": 0.6},
    "digits_cnn.py": {"accuracy": 0.9},
    "fraud.py": {"auc": 0.85},
    "imdb_reviews.py": {"accuracy": 0.9},
    "image_augmentation.py": {"accuracy": 0.8},
    "tf_data_pipeline.py": {"accuracy": 0.85},
    "stateful_alphabet.py": {"accuracy": 0.85},
    "words_in_a_model.py": {"accuracy": 0.9},
    "structured_columns.py": {"accuracy": 0.9},
    "convnet_keras1.py": {"accuracy": 0.8},
}
# Many programs to compile: run nightly.
SLOW = {
    *("batchnorm_regularizers.py", "character_lstm.py", "checkpoint_reload.py"),
    *("convnet_keras1.py", "deep_selu.py", "denoising_autoencoder.py", "digits_cnn.py"),
    *("grid_search.py", "housing_regressor.py", "image_augmentation.py", "image_pipeline.py"),
    *("imdb_reviews.py", "initializers.py", "mnist_cnn.py", "mnist_cnn_keras1.py"),
    *("rnn_sequences.py", "sonar_pipeline.py", "stateful_alphabet.py", "structured_columns.py"),
    *("tf_data_pipeline.py", "train_on_batch.py", "transfer_frozen.py", "transformer_block.py"),
    *("variational_autoencoder.py", "weather_windows.py"),
}
SHOWN = [pytest.param(n, marks=[pytest.mark.slow] if n in SLOW else []) for n in SCRIPTS]


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keras")
    fill_home(folder)
    return folder


@pytest.mark.parametrize("name", SHOWN)
def test_the_script_ends_well(name, home, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("KERAS_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    status = play(name)
    printed = capfd.readouterr()
    assert status == 0, printed.err
    (figures,) = results(printed.out)
    assert figures
    assert np.isfinite(list(figures.values())).all()
    for figure, least in REACHED.get(name, {}).items():
        assert figures[figure] >= least


def shell(text, tmp_path, *words, options=(), name="script.py", stdin="", **environment):
    """Run a script of these lines in a process of its own, in another folder than its own."""
    (tmp_path / "there").mkdir(exist_ok=True)
    (tmp_path / "here").mkdir(exist_ok=True)
    path = tmp_path / "there" / name
    path.write_text(textwrap.dedent(text))
    command = [sys.executable, "-m", "pellucid", "run", *options, str(path), *words]
    return subprocess.run(
        command,
        input=stdin,
        cwd=tmp_path / "here",
        capture_output=True,
        text=True,
        env={**os.environ, "PELLUCID_PROGRAMS": "off", **environment},
    )


def test_a_script_finds_what_python_would_give_it(tmp_path):
    text = """
        import json, os, pickle, sys
        class Thing: pass
        pickle.dumps(Thing())
        print(json.dumps({
            "name": __name__, "file": __file__, "argv": sys.argv, "path": sys.path[0],
            "cwd": os.getcwd(), "stdin": sys.stdin.read(),
            "own": sys.modules["__main__"].Thing is Thing, "doc": __doc__, "package": __package__,
        }))
        sys.exit(7)
        """
    words = ("--epochs", "3", "--", "-h")
    ran = shell(text, tmp_path, *words, stdin="a line")
    told = json.loads(ran.stdout)
    path = str(tmp_path / "there" / "script.py")
    plain = subprocess.run(
        [sys.executable, path, *words],
        input="a line",
        cwd=tmp_path / "here",
        capture_output=True,
        text=True,
    )
    assert told == json.loads(plain.stdout)
    assert ran.returncode == plain.returncode == 7
    assert ran.stderr == plain.stderr == ""


@pytest.mark.parametrize(
    "text",
    [
        "import sys; sys.exit('enough')",
        "import sys; sys.exit()",
        "raise SystemExit(True)",
        "def f():\n    1 / 0\ntry:\n    f()\nexcept Exception as e:\n    raise KeyError from e",
        "x = (1,\ny = 2",
        "import sys\nsys.excepthook = lambda *a: print('mine', a[0])\n[][1]",
        "import nowhere_to_be_found",
    ],
)
def test_a_script_ends_as_under_python(text, tmp_path):
    ran = shell(text, tmp_path)
    plain = subprocess.run(
        [sys.executable, str(tmp_path / "there" / "script.py")],
        cwd=tmp_path / "here",
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (
        plain.returncode,
        plain.stdout,
        plain.stderr,
    )


def test_a_file_that_is_not_there(tmp_path):
    words = [sys.executable, "-m", "pellucid", "run", "nothing.py"]
    ran = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 2
    assert ran.stderr.startswith("pellucid: nothing.py: No such file or directory.")
    assert len(ran.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("tf.GradientTape()", "tf.GradientTape is not served."),
        ("tf.nn.conv9d", "tf.nn.conv9d is not served."),
        ("import tensorflow.lite", "tf.lite is not served."),
        ("from tensorflow.keras.layers import Dens", "tf.keras.layers.Dens is not served."),
        ("tf.keras.layers.Foo", "tf.keras.layers.Foo is not served."),
        ("import keras.nowhere", "keras.nowhere is not served."),
        ("tf.Session().run(0)", "tf.Session().run is not served"),
    ],
)
def test_what_is_not_served_is_named_with_its_line(line, named, tmp_path):
    ran = shell(f"import tensorflow as tf\n\n{line}\n", tmp_path)
    assert ran.returncode == 1
    first, second, *_ = ran.stderr.splitlines()
    assert first.startswith(f"script.py:3: {named}")
    assert second.strip() == line
    assert "Traceback" not in ran.stderr


def test_scripts_may_ask_what_there_is(tmp_path):
    text = """
        import tensorflow as tf
        assert not hasattr(tf, "GradientTape") and hasattr(tf, "keras")
        try:
            from tensorflow.keras.layers.experimental import NothingLikeIt
        except ImportError:
            pass
        try:
            import keras.nowhere
        except ModuleNotFoundError as error:
            print("asked")
        from importlib.util import find_spec
        assert find_spec("torch_that_is_not_there") is None
        """
    ran = shell(text, tmp_path)
    assert (ran.returncode, ran.stdout) == (0, "asked\n"), ran.stderr


def test_a_mistake_is_told_with_the_line_of_the_script(tmp_path):
    text = """\
        import numpy as np
        from keras.models import Sequential
        from keras.layers import Dense
        model = Sequential([Dense(2, input_shape=(3,))])
        model.compile("sgd", "mse")
        def learn():
            model.fit(np.zeros((8, 4)), np.zeros((8, 2)), verbose=0)
        learn()
        """
    ran = shell(text, tmp_path)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    told = ran.stderr[ran.stderr.index("script.py:7: ") :].splitlines()
    assert told[1].strip().startswith("model.fit(")
    assert any(line.startswith("  expected:") for line in told)


def test_an_old_spelling_is_told_once_with_its_line(tmp_path):
    text = """\
        from keras.layers.core import Dense
        from keras.layers.core import Activation
        from keras.optimizers import SGD
        SGD(lr=0.1), SGD(lr=0.2)
        """
    ran = shell(text, tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.count("hint:") == 2
    assert "script.py:1: hint: keras.layers.core is keras.layers in Keras 3" in ran.stderr
    assert "script.py:4: hint: " in ran.stderr


FITS = """\
    import numpy as np
    import keras
    x, y = np.random.rand(40, 2), np.random.rand(40)
    model = keras.Sequential([keras.layers.Dense(1)], name="line")
    model.compile("sgd", "mse")
    model.fit(x, y, epochs=3, validation_split=0.25, verbose=0)
    for _ in range(2):
        model.fit(x, y, epochs=2, verbose=0)
    print("done")
    """


def test_the_fits_are_told_at_the_end(tmp_path):
    ran = shell(FITS, tmp_path)
    assert (ran.returncode, ran.stdout) == (0, "done\n"), ran.stderr
    head, first, both, *_ = ran.stderr.splitlines()  # then what the doctor says
    assert head == "3 fits:"
    assert first.split()[:5] == ["line", "6", "line", "3", "epochs"]
    assert "val_loss" in first
    assert both.split()[:6] == ["line", "8", "2", "fits", "2", "epochs"]
    assert "±" in both


def test_the_table_can_be_left_out(tmp_path):
    ran = shell(FITS, tmp_path, options=["--no-summary"])
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "done\n", "")


def test_strict_keras_is_this_run_s_only(tmp_path):
    text = "from keras import config\nprint(config.strict())"
    assert shell(text, tmp_path).stdout == "False\n"
    assert shell(text, tmp_path, options=["--strict-keras"]).stdout == "True\n"


def test_interrupting_gives_130(tmp_path):
    path = tmp_path / "script.py"
    path.write_text("import time\nprint('ready', flush=True)\ntime.sleep(60)\n")
    words = [sys.executable, "-m", "pellucid", "run", str(path)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, **pipes, text=True) as running:
        assert running.stdout.readline() == "ready\n"
        running.send_signal(signal.SIGINT)
        try:
            _, err = running.communicate(timeout=30)
        finally:
            running.kill()
    assert running.returncode == 130
    assert err.splitlines()[-1] == "KeyboardInterrupt"


def test_a_notebook_runs_cell_by_cell(tmp_path):
    cells = ["%matplotlib inline\n!ls\na = '''\n%d''' % 3\n", "a;\n", "len(a)\n", "1 / 0\n"]
    notebook = {"cells": [{"cell_type": "code", "source": [cell]} for cell in cells]}
    ran = shell(json.dumps(notebook), tmp_path, name="my.ipynb")
    assert ran.returncode == 1
    assert ran.stdout == "2\n"
    skipped = [line for line in ran.stderr.splitlines() if "skipped" in line]
    assert skipped == [
        "my.ipynb, cell 1:1: skipped: %matplotlib inline",
        "my.ipynb, cell 1:2: skipped: !ls",
    ]
    assert 'my.ipynb, cell 4", line 1' in ran.stderr
    assert "1 / 0" in ran.stderr


def test_a_broken_notebook_is_refused(tmp_path):
    ran = shell("not json", tmp_path, name="my.ipynb")
    assert ran.returncode == 2
    assert "is not a notebook" in ran.stderr


def test_other_processes_get_what_the_script_has(tmp_path):
    text = """
        import keras, pickle, subprocess, sys
        import keras.layers as layers
        data = pickle.dumps((keras, layers, layers.Dense))
        code = "import pickle, sys; k, l, d = pickle.loads(sys.stdin.buffer.read());"
        code += "print(l.Dense is d)"
        print(subprocess.run([sys.executable, "-c", code], input=data, capture_output=True).stdout)
        """
    ran = shell(text, tmp_path)
    assert ran.stdout == "b'True\\n'\n", ran.stderr


def test_an_installed_keras_is_left_alone():
    import keras

    before = {name for name in sys.modules if name.startswith("keras")}
    assert play("xor.py") == 0
    assert sys.modules["keras"] is keras
    assert {name for name in sys.modules if name.startswith("keras")} == before
    assert "tensorflow" not in sys.modules


def test_a_mistake_in_a_users_own_function_shows_the_users_lines_only(tmp_path):
    text = """
        import keras, numpy as np
        def my_loss(y_true, y_pred):
            return keras.ops.matmul(y_true, keras.ops.ones((7, 3)))
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
        model.compile("adam", my_loss)
        if {shown}: keras.config.disable_traceback_filtering()
        model.fit(np.ones((8, 4)), np.ones((8, 3)), verbose=0)
    """
    ran = shell(text.replace("{shown}", "False"), tmp_path)
    assert ran.returncode == 1
    assert ran.stderr.count("File ") == 2
    assert "in my_loss" in ran.stderr
    assert "jax" not in ran.stderr
    assert "training/step.py" in shell(text.replace("{shown}", "True"), tmp_path).stderr
