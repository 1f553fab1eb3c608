"""Words and numbers looked up in a vocabulary: what StringLookup and TextVectorization know.

Plain classes over NumPy arrays and lists; the layers of the Keras face wrap them.
"""

import collections
import re
import string
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, DataError, FileError, StateError, explain
from pellucid.keras.engine.layers.binning import (
    NOTHING,
    OUTPUT_MODES,
    batches_of,
    bucket,
    encoded,
    output_mode_of,
    salt_of,
    texts_of,
)

PUNCTUATION = f"[{re.escape(string.punctuation)}]"
STANDARDIZERS: Mapping[str, Callable[[str], str]] = {
    "lower": str.lower,
    "strip_punctuation": lambda text: re.sub(PUNCTUATION, "", text),
    "lower_and_strip_punctuation": lambda text: re.sub(PUNCTUATION, "", text.lower()),
}
SPLITTERS: Mapping[str, Callable[[str], list[str]]] = {"whitespace": str.split, "character": list}


class Vocabulary:
    """Numbers words (kind "string") or whole numbers ("int64") by a vocabulary.

    In order: the mask token, if there is one and `output_mode` is "int"; places for what is
    not in the vocabulary; the vocabulary, the most frequent first, ties from z to a.

    Attributes:
        max_tokens: At most so many numbers, special ones included.
        num_oov_indices: So many places for unknown tokens; with several, a hash decides.
        invert: Numbers to tokens.
        idf_weights: ln(1 + documents / (1 + documents with the token)), by number.
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: Any = None,
        oov_token: Any = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        kind: str = "string",
        salt: Any = None,
        oov_method: str = "floormod",
    ) -> None:
        self.name = "StringLookup" if kind == "string" else "IntegerLookup"
        self.output_mode = output_mode_of(self.name, output_mode, OUTPUT_MODES)
        self.max_tokens = max_tokens
        self.num_oov_indices = num_oov_indices
        self.mask_token = mask_token
        self.oov_token = oov_token
        self.invert = invert
        self.pad_to_max_tokens = pad_to_max_tokens
        self.kind = kind
        self.salt = salt_of(self.name, salt)
        self.oov_method = oov_method
        self.idf_weights: np.ndarray | None = None
        self._tokens: list[Any] = []
        self._numbers: dict[Any, int] = {}
        self._given = vocabulary is not None
        self._check(idf_weights)
        self.reset_state()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    # --- learning

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary from an array, a list, or an iterable of batches."""
        self.reset_state()
        for batch in batches_of(data, steps):
            one_each = batch is data and not _is_ragged(data) and np.ndim(data) == 1
            self.update_state(np.asarray(data)[:, None] if one_each else batch)
        self.finalize_state()

    def reset_state(self) -> None:
        """Forget what was counted."""
        self._counts: collections.Counter[Any] = collections.Counter()
        self._documents: collections.Counter[Any] = collections.Counter()
        self._document_count = 0

    def update_state(self, data: Any) -> None:
        """Count the tokens of a batch: a row, or a list in it, is a document.

        Raises:
            StateError: the vocabulary was given.
        """
        if self._given:
            what, hint = f"This {self.name} has its vocabulary.", "make one without vocabulary="
            raise StateError(explain(what, got="vocabulary=", expected="adapt(...)", hint=hint))
        for document in self._rows_of(data):
            tokens = self._as_tokens(np.asarray(document).reshape(-1))
            self._document_count += 1
            self._counts.update(tokens)
            self._documents.update(set(tokens))

    def finalize_state(self) -> None:
        """Turn the counts into a vocabulary."""
        for special in (self.mask_token, self.oov_token):
            self._counts.pop(special, None)
        if not self._counts:
            return
        ranked = sorted(self._counts, key=lambda t: (self._counts[t], _order(t)), reverse=True)
        room = None if self.max_tokens is None else self.max_tokens - self.first_token
        self._take(ranked[:room])
        if self.output_mode == "tf_idf":
            documents = np.array([self._documents[token] for token in self._tokens])
            rare = np.log(1 + self._document_count / (1 + documents))
            self._take_weights(rare, self.first_token)
        self.reset_state()

    # --- the vocabulary

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Take these tokens, most frequent first, with or without the special ones before.

        Raises:
            ConfigError: a token comes twice, or there are too many, or weights are missing.
            FileError: `vocabulary` names no file with a token a line.
        """
        self._check(idf_weights)
        if (idf_weights is None) == (self.output_mode == "tf_idf"):
            what = f"{self.name}: idf_weights belong to output_mode='tf_idf'."
            got = f"output_mode={self.output_mode!r}, idf_weights={idf_weights}"
            raise ConfigError(explain(what, got=got, expected="both, or neither"))
        tokens = self._as_tokens(np.asarray(_listed(vocabulary)).reshape(-1))
        special = self._special()
        whole = bool(special) and tokens[: len(special)] == special
        own = tokens[len(special) :] if whole else tokens
        double = [token for token, count in collections.Counter(own).items() if count > 1]
        inside = self.mask_token is not None and self.mask_token in own
        if double or inside or not own:
            what = f"{self.name}: this is no vocabulary."
            wrong = f"the mask token {self.mask_token!r} within" if inside else "no tokens"
            got = f"{double[0]!r} twice" if double else wrong
            expected = f"each token once; {special} may stand before them" if special else "tokens"
            raise ConfigError(explain(what, got=got, expected=expected))
        if self.max_tokens is not None and self.first_token + len(own) > self.max_tokens:
            what = f"{self.name}: the vocabulary is larger than max_tokens."
            got, expected = self.first_token + len(own), f"at most {self.max_tokens}"
            raise ConfigError(explain(what, got=got, expected=expected))
        self._take(own)
        if idf_weights is not None:
            self._take_weights(np.asarray(idf_weights), 0 if whole else self.first_token)

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """Return the tokens by number."""
        return [*self._special(), *self._tokens] if include_special_tokens else list(self._tokens)

    def vocabulary_size(self) -> int:
        """Return how many numbers there are, special ones included."""
        return self.first_token + len(self._tokens)

    @property
    def first_token(self) -> int:
        """The number of the first token that is not special."""
        return self._first_unknown + self.num_oov_indices

    @property
    def depth(self) -> int:
        """How long the rows are, unless the output is numbers."""
        return (
            self.max_tokens
            if self.pad_to_max_tokens and self.max_tokens
            else (self.vocabulary_size())
        )

    # --- looking up

    def __call__(self, x: Any) -> Any:
        """Return numbers for tokens (int64), tokens for numbers, or rows (float32).

        Raises:
            DataError: a token is unknown and there is no place for such.
        """
        if _is_ragged(x):
            found: Any = [self._look_up(np.asarray(part)) for part in x]
        else:
            found = self._look_up(np.asarray(x))
        if self.output_mode == "int":
            return found
        if not self._tokens and not self.pad_to_max_tokens:
            what, hint = f"This {self.name} has no vocabulary yet.", "call adapt(data) first"
            raise StateError(explain(what, got="no data", expected="adapt(...)", hint=hint))
        return encoded(found, self.output_mode, self.depth, self.idf_weights)

    def _look_up(self, values: np.ndarray) -> np.ndarray:
        if self.invert:
            table = {self.first_token + n: token for n, token in enumerate(self._tokens)}
            if self.mask_token is not None:
                table[0] = self.mask_token
            tokens = [table.get(int(number), self.oov_token) for number in values.reshape(-1)]
            kind = str if self.kind == "string" else np.int64
            return np.asarray(tokens, kind).reshape(values.shape)
        texts = texts_of(values) if self.kind == "string" else values.astype(np.int64)
        unique, places = np.unique(texts.reshape(-1), return_inverse=True)
        numbers = np.array([self._number(token) for token in unique.tolist()], np.int64)
        return numbers[places.reshape(-1)].reshape(values.shape)

    def _number(self, token: Any) -> int:
        if self.mask_token is not None and token == self.mask_token:
            return 0 if self.output_mode == "int" else NOTHING
        number = self._numbers.get(token)
        if number is not None:
            return number
        if self.num_oov_indices == 0:
            what, hint = f"{self.name} does not know {token!r}.", "say num_oov_indices=1"
            raise DataError(explain(what, got=repr(token), expected="a known token", hint=hint))
        if self.num_oov_indices == 1:
            return self._first_unknown
        by_rest = self.kind != "string" and self.oov_method == "floormod"
        room = self.num_oov_indices
        place = token % room if by_rest else bucket(str(token), room, self.salt)
        return self._first_unknown + place

    # --- inside

    @property
    def _first_unknown(self) -> int:
        return int(self.mask_token is not None and self.output_mode == "int")

    def _special(self) -> list[Any]:
        return [self.mask_token] * self._first_unknown + [self.oov_token] * self.num_oov_indices

    def _take(self, tokens: list[Any]) -> None:
        self._tokens = tokens
        self._numbers = {token: n for n, token in enumerate(tokens, self.first_token)}

    def _take_weights(self, weights: np.ndarray, before: int) -> None:
        """Keep weights; special tokens get the mean, places not in use 0."""
        full = np.concatenate([np.full(before, weights.mean()), weights])
        after = max(self.depth - len(full), 0)
        self.idf_weights = np.pad(full, (0, after)).astype(np.float32)

    def _as_tokens(self, values: np.ndarray) -> list[Any]:
        return (texts_of(values) if self.kind == "string" else values.astype(np.int64)).tolist()

    def _rows_of(self, data: Any) -> Any:
        if _is_ragged(data):
            return data
        array = np.asarray(data)
        return array.reshape(1, -1) if array.ndim < 2 else array

    def _check(self, idf_weights: Any) -> None:
        wrong = {
            "max_tokens": self.max_tokens is not None and self.max_tokens <= 1,
            "pad_to_max_tokens": self.pad_to_max_tokens and self.max_tokens is None,
            "num_oov_indices": self.num_oov_indices < 0,
            "invert": self.invert and self.output_mode != "int",
            "idf_weights": idf_weights is not None and self.output_mode != "tf_idf",
        }
        names = [name for name, is_wrong in wrong.items() if is_wrong]
        if names:
            what = f"{self.name}({names[0]}=...) does not fit the other settings."
            expected = (
                "max_tokens above 1 and given for padding; num_oov_indices from 0; invert with "
                "output_mode='int'; idf_weights with 'tf_idf'"
            )
            raise ConfigError(explain(what, got=", ".join(names), expected=expected))


class Vectorizer:
    """Texts to numbers or rows: cleaned, split, joined to n-grams, and looked up."""

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace",
        ngrams: Any = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
    ) -> None:
        for name, given, known in (
            ("standardize", standardize, STANDARDIZERS), ("split", split, SPLITTERS),
        ):  # fmt: skip
            if given is not None and not callable(given) and given not in known:
                what = f"TextVectorization({name}=...) has a value it cannot have."
                expected = f"{', '.join(known)}, None, or a function"
                raise ConfigError(explain(what, got=repr(given), expected=expected))
        self.standardize = standardize
        self.split = split
        self.ngrams = tuple(range(1, ngrams + 1)) if isinstance(ngrams, int) else ngrams
        self.output_sequence_length = output_sequence_length
        self.lookup = Vocabulary(
            max_tokens, mask_token="", vocabulary=vocabulary, idf_weights=idf_weights,
            output_mode=output_mode, pad_to_max_tokens=pad_to_max_tokens,
        )  # fmt: skip
        if output_sequence_length is not None and self.lookup.output_mode != "int":
            what = "TextVectorization(output_sequence_length=...) is for output_mode='int'."
            raise ConfigError(explain(what, got=output_mode, expected="'int'"))

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary from a list of texts, or an iterable of batches of them."""
        self.lookup.reset_state()
        for batch in batches_of(data, steps):
            self.lookup.update_state(self.tokens(batch))
        self.lookup.finalize_state()

    def __call__(self, x: Any) -> np.ndarray:
        """Return (rows, steps) numbers, filled up with 0, or (rows, depth) numbers."""
        found = self.lookup(self.tokens(x))
        if self.lookup.output_mode == "int":
            longest = max(map(len, found), default=0)
            length = self.output_sequence_length or longest
            rows = np.zeros((len(found), length), np.int64)
            for row, numbers in zip(rows, found, strict=True):
                row[: len(numbers)] = numbers[:length]
            found = rows
        return found[0] if np.ndim(x) == 0 else found

    def tokens(self, x: Any) -> list[list[str]]:
        """Return the tokens of each text.

        Raises:
            DataError: there are several texts in a row.
        """
        texts = self._clean(texts_of(np.asarray(x)))
        if self.split is None:
            made = [np.atleast_1d(row).tolist() for row in np.atleast_1d(texts)]
        elif texts.ndim > 2 or (texts.ndim == 2 and texts.shape[-1] != 1):
            what = "TextVectorization splits one text a row."
            got, expected = f"shape {texts.shape}", "(rows,) or (rows, 1)"
            raise DataError(explain(what, got=got, expected=expected))
        elif isinstance(self.split, str):
            made = [SPLITTERS[self.split](text) for text in texts.reshape(-1).tolist()]
        else:
            made = [list(map(str, row)) for row in self.split(texts.reshape(-1))]
        return made if self.ngrams is None else [self._joined(row) for row in made]

    def _clean(self, texts: np.ndarray) -> np.ndarray:
        if self.standardize is None:
            return texts
        if not isinstance(self.standardize, str):
            return np.asarray(self.standardize(texts))
        clean = STANDARDIZERS[self.standardize]
        words = [clean(text) for text in texts.reshape(-1).tolist()]
        return np.asarray(words, str).reshape(texts.shape)

    def _joined(self, tokens: Sequence[str]) -> list[str]:
        return [
            " ".join(tokens[place : place + width])
            for width in self.ngrams or ()
            for place in range(len(tokens) - width + 1)
        ]


def _is_ragged(x: Any) -> bool:
    """Tell whether `x` is a list of lists of several lengths."""
    parts = isinstance(x, list) and all(isinstance(p, list | tuple | np.ndarray) for p in x)
    return parts and len({len(part) for part in x}) > 1


def _order(token: Any) -> Any:
    return token.encode() if isinstance(token, str) else token


def _listed(vocabulary: Any) -> Any:
    if not isinstance(vocabulary, str | Path):
        return vocabulary
    try:
        return Path(vocabulary).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        what, expected = f"There is no vocabulary file {str(vocabulary)!r}.", "a token a line"
        raise FileError(explain(what, got=error.strerror, expected=expected)) from error
