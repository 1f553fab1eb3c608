"""Run a script under real Keras: `python under_keras.py SCRIPT.py SEEDS...`.

Only what has nothing to do with Keras's arithmetic is changed: some names of older years are
put into today's words, scripts that import Keras from TensorFlow import it from Keras, and data
sets in the cache need not be the published files.
"""

import logging
import os
import random
import re
import runpy
import sys
import tempfile
from pathlib import Path
from types import ModuleType, SimpleNamespace

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from keras.src.utils import file_utils

# Names that went away and have another today.
TODAY = (
    (r"from tensorflow\.keras\b", "from keras"),
    (r"from tensorflow import keras", "import keras"),
    (r"import tensorflow as tf", "import tensorflow_of_keras as tf"),
    (r"from keras\.utils import np_utils", "import keras.utils as np_utils"),
    (r"from keras\.constraints import maxnorm", "from keras.constraints import MaxNorm as maxnorm"),
    (r"\bSGD\(lr=", "SGD(learning_rate="),
    (r", decay=0\.0", ""),
)


def tensorflow_of_keras() -> ModuleType:
    """Return what stands for `tf` in scripts that use no more of TensorFlow than this."""
    module = ModuleType("tensorflow_of_keras")
    quiet = SimpleNamespace(set_verbosity=int, ERROR=40)
    module.__dict__.update(
        __version__="2.19.0",
        keras=keras,
        nn=keras.activations,
        losses=keras.losses,
        optimizers=keras.optimizers,
        random=SimpleNamespace(set_seed=keras.utils.set_random_seed),
        config=SimpleNamespace(list_physical_devices=lambda kind: []),
        compat=SimpleNamespace(v1=SimpleNamespace(logging=quiet)),
        get_logger=logging.getLogger,
    )
    return module


def main(path: str, *seeds: str) -> None:
    file_utils.validate_file = lambda *given, **named: True
    sys.modules["tensorflow_of_keras"] = tensorflow_of_keras()
    text = Path(path).read_text()
    for old, new in TODAY:
        text = re.sub(old, new, text)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / Path(path).name
        copy.write_text(text)
        for seed in seeds:
            keras.utils.clear_session()
            random.seed(int(seed))  # where Keras takes the seeds of its initializers from
            sys.argv = [path, seed]
            runpy.run_path(str(copy), run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
