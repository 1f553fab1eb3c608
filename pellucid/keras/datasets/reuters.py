"""11,228 pieces of news as lists of word numbers, in 46 topics."""

import json

import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.data.known_files import Halves, known_file, mixed
from pellucid.keras.engine.data.unpickling import read_npz
from pellucid.keras.engine.data.word_lists import begun, ragged, shorter_than, within

CHECKSUM = "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
WORDS_CHECKSUM = "4d44cc38712099c9e383dc6e5f11a921"
INSTEAD = "or read texts of your own with pellucid.keras.utils.text_dataset_from_directory"
TOPICS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves "
    "ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin "
    "strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange "
    "pet-chem dlr gas silver wpi hog lead"
)


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
) -> Halves:
    """Return ((x_train, y_train), (x_test, y_test)): arrays of lists of word numbers, topics 0-45.

    The settings are those of `imdb.load_data`.

    Raises:
        ConfigError: `test_split` is no fraction below 1.
        DataError: no text is shorter than `maxlen`.
        FileError: the file is not to be had, or is not what it should be.
    """
    if not 0 <= test_split < 1:
        what = "load_data(test_split=...) is out of range."
        raise ConfigError(explain(what, got=test_split, expected="0 up to, but not 1"))
    file = known_file(path, "reuters.npz", CHECKSUM, INSTEAD)
    texts, labels = read_npz(file, "x", "y")
    order = mixed(len(texts), np.random.RandomState(seed))
    lists, topics = shorter_than(maxlen, begun(texts[order], start_char, index_from), labels[order])
    lists = within(lists, num_words, skip_top, oov_char)
    cut = int(len(lists) * (1 - test_split))
    x, x_test = ragged(lists[:cut]), ragged(lists[cut:])
    return (x, topics[:cut]), (x_test, topics[cut:])


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """Return the number of each word, without `index_from`.

    Raises:
        FileError: the file is not to be had.
    """
    file = known_file(path, "reuters_word_index.json", WORDS_CHECKSUM, INSTEAD)
    return json.loads(file.read_text(encoding="utf-8"))


def get_label_names() -> tuple[str, ...]:
    """Return the topics by number."""
    return tuple(TOPICS.split())
