"""The scripts of `tests/scripts`, their data, and a stage to play them on in this process."""

import json
import os
import re
import warnings
from contextlib import ExitStack
from pathlib import Path

import jax
import numpy as np

from pellucid.cli.running_scripts import perform
from pellucid.data.known import EMBEDDED

FOLDER = Path(__file__).parent / "scripts"
SCRIPTS = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".py", ".ipynb"))


def play(name, *arguments):
    """Run a script as `pellucid run` does, in this process, and leave no trace of it."""
    from matplotlib import pyplot

    from pellucid.keras import backend, config, utils
    from pellucid.keras.engine.base.hints import forget_hints

    environment, folder = dict(os.environ), Path.cwd()
    try:
        utils.set_random_seed(int(arguments[0]) if arguments else 0)
        jax.config.update("jax_disable_most_optimizations", True)  # compiling is what takes long
        with ExitStack() as setting:
            setting.enter_context(warnings.catch_warnings())
            warnings.simplefilter("default")
            setting.enter_context(jax.numpy_dtype_promotion("standard"))
            return perform(str(FOLDER / name), arguments, setting)
    finally:
        jax.config.update("jax_disable_most_optimizations", False)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        pyplot.close("all")
        forget_hints()
        config.set_image_data_format("channels_last")
        backend.clear_session()


def results(printed):
    """Return the figures of each RESULT line a script has printed."""
    lines = re.findall(r"^RESULT (.*)$", printed, re.MULTILINE)
    return [{k: float(v) for k, v in re.findall(r"(\w+)=(\S+)", line)} for line in lines]


def fill_home(home):
    """Put data into Keras's cache folder: real digits, and reviews drawn from two moods."""
    folder = Path(home) / "datasets"
    folder.mkdir(parents=True)
    with np.load(EMBEDDED / "mnist_10k.npz") as digits:
        x, y = digits["x"].reshape(-1, 28, 28), digits["y"]
    parts = {"x_train": x[:8000], "y_train": y[:8000], "x_test": x[8000:], "y_test": y[8000:]}
    np.savez(folder / "mnist.npz", **parts)
    random = np.random.default_rng(0)
    x_train, y_train = reviews(random, 3000)
    x_test, y_test = reviews(random, 1000)
    np.savez(folder / "imdb.npz", x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    words = {f"word{number}": number for number in range(1, 2000)}
    (folder / "imdb_word_index.json").write_text(json.dumps(words))


def reviews(random, rows):
    """Return lists of words by rank, and moods: some words tell which."""
    texts, moods = np.empty(rows, object), random.integers(0, 2, rows)
    for row, mood in enumerate(moods):
        words = random.zipf(1.3, random.integers(30, 80))
        telling = random.integers(140 - 40 * mood, 180 - 40 * mood, 3)
        texts[row] = random.permutation(np.r_[words[words < 1500], telling]).tolist()
    return texts, moods
