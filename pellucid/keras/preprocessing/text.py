"""Words as numbers, in the way of Keras 1 and 2."""

import collections
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, StateError, explain
from pellucid.keras.engine.base.hints import hint

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
GONE = "keras.preprocessing.text went away with Keras 3: TextVectorization does it in a layer"
MODES = ("binary", "count", "freq", "tfidf")

Analyzer = Callable[[Any], list[str]]


def text_to_word_sequence(
    input_text: str, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """Return the words of a text, without the letters in `filters`."""
    hint("preprocessing.text", GONE)
    return _words(input_text, filters, lower, split)


def one_hot(
    input_text: str,
    n: int,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Analyzer | None = None,
) -> list[int]:
    """Return a number below `n` for each word of a text; different words may share one."""
    return hashing_trick(input_text, n, None, filters, lower, split, analyzer)


def hashing_trick(
    text: str,
    n: int,
    hash_function: Any = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
    analyzer: Analyzer | None = None,
) -> list[int]:
    """Return a number from 1 to n - 1 for each word of a text, by a hash of the word.

    MD5 unless a function is given: Keras takes Python's own hash by default, which gives
    other numbers in every process.
    """
    hint("preprocessing.text", GONE)
    words = _words(text, filters, lower, split) if analyzer is None else analyzer(text)
    number: Any = hash_function if callable(hash_function) else _md5
    return [number(word) % (n - 1) + 1 for word in words]


class Tokenizer:
    """Numbers words by how frequent they are: 1 the most frequent, 0 none.

    Attributes:
        word_index: The number of each word.
        index_word: The word of each number.
        word_counts: How often each word occurred.
        word_docs: In how many texts each word occurred.
        index_docs: The same by number.
        document_count: How many texts there were.
        num_words: Only numbers below this are given out.
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Analyzer | None = None,
        **old: Any,
    ) -> None:
        hint("preprocessing.text", GONE)
        if "nb_words" in old:
            hint("nb_words", "Tokenizer(nb_words=...) is called num_words= since Keras 2")
            num_words = old.pop("nb_words")
        self.document_count: int = old.pop("document_count", 0)
        if old:
            what, got = "Tokenizer(...) was given a name it does not know.", ", ".join(old)
            expected = "num_words, filters, lower, split, char_level, oov_token, analyzer"
            raise ConfigError(explain(what, got=got, expected=expected))
        self.num_words = num_words
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.word_counts: dict[str, int] = {}
        self.word_docs: dict[str, int] = {}
        self.index_docs: dict[int, int] = {}
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Count the words of some texts, beside those counted before, and number them."""
        counts = collections.Counter(self.word_counts)
        documents = collections.Counter(self.word_docs)
        for text in texts:
            words = list(self._words_of(text))
            self.document_count += 1
            counts.update(words)
            documents.update(set(words))
        self.word_counts, self.word_docs = dict(counts), dict(documents)
        ranked = sorted(counts, key=lambda word: -counts[word])
        first = [] if self.oov_token is None else [self.oov_token]
        self.word_index = {word: rank for rank, word in enumerate([*first, *ranked], 1)}
        self.index_word = {rank: word for word, rank in self.word_index.items()}
        self.index_docs.update({self.word_index[word]: n for word, n in documents.items()})

    def fit_on_sequences(self, sequences: Iterable[Iterable[int]]) -> None:
        """Count in how many lists each number occurs; needed before "tfidf" without texts."""
        for sequence in sequences:
            self.document_count += 1
            for number in set(sequence):
                self.index_docs[number] = self.index_docs.get(number, 0) + 1

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """Return each text as a list of numbers; unknown words become `oov_token`, or nothing."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """Yield what `texts_to_sequences` returns, text by text."""
        unknown = self.word_index.get(self.oov_token or "")
        for text in texts:
            numbers = (self._known(self.word_index.get(word)) for word in self._words_of(text))
            filled = (unknown if number is None else number for number in numbers)
            yield [number for number in filled if number is not None]

    def sequences_to_texts(self, sequences: Iterable[Iterable[int]]) -> list[str]:
        """Return lists of numbers as texts."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Iterable[int]]) -> Iterator[str]:
        """Yield what `sequences_to_texts` returns, text by text."""
        for sequence in sequences:
            kept = (number if number in self.index_word else None for number in sequence)
            words = (self.index_word.get(self._known(n) or 0, self.oov_token) for n in kept)
            yield " ".join(word for word in words if word is not None)

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray:
        """Return a row a text with a column a number: see `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences: Any, mode: str = "binary") -> np.ndarray:
        """Return a row a list: whether ("binary") or how often ("count") each number occurs.

        "freq" is count / length, "tfidf" is (1 + ln count) ln(1 + texts / (1 + texts with it)).

        Raises:
            ConfigError: there is no such mode.
            StateError: nothing has been counted yet.
        """
        if mode not in MODES:
            what = f"There is no mode called {mode!r}."
            raise ConfigError(explain(what, got=repr(mode), expected=", ".join(MODES)))
        width = self.num_words or (len(self.word_index) + 1 if self.word_index else 0)
        if not width or (mode == "tfidf" and not self.document_count):
            what, expected = "This Tokenizer has seen no texts.", "texts, or num_words"
            hint_text = "call fit_on_texts(texts) first"
            raise StateError(explain(what, got="nothing", expected=expected, hint=hint_text))
        matrix = np.zeros((len(sequences), width))
        seen = np.array([self.index_docs.get(number, 0) for number in range(width)])
        for row, sequence in zip(matrix, sequences, strict=True):
            numbers = np.asarray([number for number in sequence if number < width], np.int64)
            row += np.bincount(numbers, minlength=width)
            if mode == "freq" and len(sequence):
                row /= len(sequence)
        if mode == "binary":
            return np.minimum(matrix, 1.0)
        if mode == "tfidf":
            rare = np.log(1 + self.document_count / (1 + seen))
            return np.where(matrix > 0, 1 + np.log(np.maximum(matrix, 1)), 0.0) * rare
        return matrix

    def get_config(self) -> dict[str, Any]:
        """Return the settings and the counts, the counts as JSON."""
        return {
            "num_words": self.num_words,
            "filters": self.filters,
            "lower": self.lower,
            "split": self.split,
            "char_level": self.char_level,
            "oov_token": self.oov_token,
            "document_count": self.document_count,
            "word_counts": json.dumps(self.word_counts),
            "word_docs": json.dumps(self.word_docs),
            "index_docs": json.dumps(self.index_docs),
            "index_word": json.dumps(self.index_word),
            "word_index": json.dumps(self.word_index),
        }

    def to_json(self, **named: Any) -> str:
        """Return all that `tokenizer_from_json` needs."""
        return json.dumps({"class_name": "Tokenizer", "config": self.get_config()}, **named)

    def _words_of(self, text: Any) -> Iterable[str]:
        if self.char_level or isinstance(text, list | tuple):
            return [part.lower() for part in text] if self.lower else list(text)
        if self.analyzer is not None:
            return self.analyzer(text)
        return _words(text, self.filters, self.lower, self.split)

    def _known(self, number: int | None) -> int | None:
        if number is not None and self.num_words and number >= self.num_words:
            return None if self.oov_token is None else self.word_index.get(self.oov_token)
        return number


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """Return the Tokenizer that `to_json` wrote."""
    settings = json.loads(json_string)["config"]
    names = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
    counts = {name: json.loads(settings.pop(name)) for name in names}
    made = Tokenizer(**settings)
    made.word_counts, made.word_docs = counts["word_counts"], counts["word_docs"]
    made.word_index = counts["word_index"]
    made.index_docs = {int(number): n for number, n in counts["index_docs"].items()}
    made.index_word = {int(number): word for number, word in counts["index_word"].items()}
    return made


def _words(text: str, filters: str, lower: bool, split: str) -> list[str]:
    plain = text.lower() if lower else text
    parts = plain.translate(str.maketrans(dict.fromkeys(filters, split))).split(split)
    return [word for word in parts if word]


def _md5(word: str) -> int:
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)
