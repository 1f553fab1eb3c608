"""50,000 reviews of films as lists of word numbers, half of them good and half bad."""

import json
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.data.known_files import Halves, known_file, mixed
from pellucid.keras.engine.data.unpickling import read_npz
from pellucid.keras.engine.data.word_lists import begun, ragged, shorter_than, within

CHECKSUM = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
WORDS_CHECKSUM = "bfafd718b763782e994055a2d397834f"
INSTEAD = "or read texts of your own with pellucid.keras.utils.text_dataset_from_directory"


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
    **old: Any,
) -> Halves:
    """Return ((x_train, y_train), (x_test, y_test)): arrays of lists of word numbers, labels 0, 1.

    Every list begins with `start_char`; words are numbered by how frequent they are, from
    `index_from` + 1. Numbers from `num_words` on, or below `skip_top`, become `oov_char`,
    or are left out where it is None. Texts of `maxlen` words and more are left out.

    Raises:
        DataError: no text is shorter than `maxlen`.
        FileError: the file is not to be had, or is not what it should be.
    """
    if "nb_words" in old:
        hint("imdb nb_words", "imdb.load_data(nb_words=...) is called num_words= since Keras 2")
        num_words = old.pop("nb_words")
    if old:
        what, got = "imdb.load_data(...) was given a name it does not know.", ", ".join(old)
        raise ConfigError(explain(what, got=got, expected="num_words, skip_top, maxlen, ..."))
    file = known_file(path, "imdb.npz", CHECKSUM, INSTEAD)
    arrays = read_npz(file, "x_train", "y_train", "x_test", "y_test")
    halves, rng = [], np.random.RandomState(seed)
    for texts, labels in (arrays[:2], arrays[2:]):
        order = mixed(len(texts), rng)
        lists = begun(texts[order], start_char, index_from)
        halves.append(shorter_than(maxlen, lists, labels[order]))
    (train, y), (test, y_test) = halves
    lists = within(train + test, num_words, skip_top, oov_char)
    x, x_test = ragged(lists[: len(train)]), ragged(lists[len(train) :])
    return (x, np.asarray(y)), (x_test, np.asarray(y_test))


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """Return the number of each word, without `index_from`.

    Raises:
        FileError: the file is not to be had.
    """
    file = known_file(path, "imdb_word_index.json", WORDS_CHECKSUM, INSTEAD)
    return json.loads(file.read_text(encoding="utf-8"))
