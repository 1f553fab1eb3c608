"""Run a script under real Keras: `python under_keras.py SCRIPT.py SEEDS...`.

Only what has nothing to do with Keras's arithmetic is changed: scripts that import Keras from
TensorFlow import it from Keras, and data sets in the cache need not be the published files.
"""

import os
import random
import re
import runpy
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from keras.src.utils import file_utils

IMPORTS = (
    (r"from tensorflow\.keras\b", "from keras"),
    (r"from tensorflow import keras", "import keras"),
    (r"import tensorflow\.keras\.(\w+) as", r"import keras.\1 as"),
)


def main(path: str, *seeds: str) -> None:
    file_utils.validate_file = lambda *given, **named: True
    text = Path(path).read_text()
    for old, new in IMPORTS:
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
