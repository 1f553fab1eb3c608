"""Words and whole numbers to their places in a vocabulary: StringLookup and its kin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from pellucid.keras.engine.layers.hosted import Learnt, at_hand, base_config, dense_only
from pellucid.keras.engine.layers.text_layers import Vectorizer, Vocabulary

NO_PLACE = -1
OF_FILES = ("vocabulary_size", "oov_method")  # which files say besides the arguments


class Worded(Learnt):
    """A layer around a vocabulary."""

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return the layer that `get_config` described; a file that it names is not opened.

        Keras puts the words of such a file into its own beside the path: see `take_assets`.
        """
        named = isinstance(config.get("vocabulary"), str)
        return super().from_config({**config, "vocabulary": None} if named else config)

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """Return the tokens by number."""
        return self.words.get_vocabulary(include_special_tokens)

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Take these tokens, the most frequent first."""
        self.words.set_vocabulary(vocabulary, idf_weights)
        self.edition += 1

    def take_assets(self, assets: Mapping[str, bytes]) -> None:
        """Take the vocabulary that Keras keeps in a file beside the arrays, a token a line."""
        for name, text in assets.items():
            if name.rpartition("/")[2] == "vocabulary.txt":
                tokens = text.decode("utf-8").split("\n")
                tokens = tokens[:-1] if tokens[-1] == "" else tokens
                whole = self.words.kind == "int64"
                self.set_vocabulary([int(token) for token in tokens] if whole else tokens)

    def vocabulary_size(self) -> int:
        """Return how many numbers there are, special ones included."""
        return self.words.vocabulary_size()

    @property
    def words(self) -> Vocabulary:
        """The vocabulary."""
        return self.table

    @property
    def max_tokens(self) -> int | None:
        """At most so many numbers, special ones included."""
        return self.words.max_tokens

    @property
    def output_mode(self) -> str:
        """What comes out: numbers, or rows."""
        return self.words.output_mode

    def _learnt(self) -> dict[str, Any]:
        """Return the vocabulary as arguments, where there is one."""
        words = self.get_vocabulary(include_special_tokens=False)
        weights = self.words.idf_weights
        if not words:
            return {"vocabulary": None, "idf_weights": None}
        if weights is None:
            return {"vocabulary": words, "idf_weights": None}
        start = self.words.first_token
        return {"vocabulary": words, "idf_weights": weights[start : start + len(words)].tolist()}


class StringLookup(Worded):
    """Words to numbers, by a vocabulary: given, or learnt by `adapt`; or, inverted, back.

    Shapes: any; rows of `vocabulary_size()` numbers unless output_mode is "int".
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
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **_asked(kwargs))
        self.sparse, self.encoding = dense_only(self, sparse), encoding
        self.table = Vocabulary(
            max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights,
            invert, output_mode, pad_to_max_tokens, salt=salt,
        )  # fmt: skip

    def get_config(self) -> dict[str, Any]:
        return {**base_config(self), **_lookup_config(self), "encoding": self.encoding}


class IntegerLookup(Worded):
    """Whole numbers to their places in a vocabulary: given, or learnt by `adapt`; or back.

    Shapes: any; rows of `vocabulary_size()` numbers unless output_mode is "int".
    """

    traced = "found_in_program"

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: Any = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        oov_method: str = "floormod",
        salt: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **_asked(kwargs))
        self.sparse, self.vocabulary_dtype = dense_only(self, sparse), vocabulary_dtype
        self.table = Vocabulary(
            max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights,
            invert, output_mode, pad_to_max_tokens, "int64", salt, oov_method,
        )  # fmt: skip

    @property
    def on_host(self) -> bool:
        words = self.words
        return words.num_oov_indices > 1 and words.oov_method != "floormod"  # programs do not hash

    def found_in_program(self, x: Any) -> Any:
        """Return the places of numbers, by searching among the sorted ones."""
        words = self.words
        tokens = np.asarray(words.get_vocabulary(include_special_tokens=False), "int32")
        if not tokens.size:  # nothing is known yet, not even that number
            tokens = np.array([np.iinfo("int32").min], "int32")
        x = jnp.round(x).astype("int32") if x.dtype.kind == "f" else x.astype("int32")
        if words.invert:
            special = len(words.get_vocabulary()) - len(tokens)
            inside = (x >= special) & (x < special + len(tokens))
            token = jnp.asarray(tokens)[jnp.clip(x - special, 0, max(len(tokens) - 1, 0))]
            unknown = (
                jnp.where(x == 0, words.mask_token, words.oov_token)
                if (words.mask_token is not None)
                else words.oov_token
            )
            return jnp.where(inside, token, unknown)
        found = self._places(tokens, x)
        return self._encoded(found, words.output_mode, words.depth, words.idf_weights)

    def _places(self, tokens: np.ndarray, x: Any) -> Any:
        words = self.words
        mask = words.mask_token
        numbered = words.output_mode == "int"
        unknown = int(mask is not None and numbered)
        order = np.argsort(tokens)
        at = jnp.clip(jnp.searchsorted(jnp.asarray(tokens[order]), x), 0, len(tokens) - 1)
        known = jnp.asarray(tokens[order])[at] == x
        numbers = jnp.asarray((order + words.first_token).astype("int32"))[at]
        several = words.num_oov_indices > 1
        other = unknown + (x % words.num_oov_indices if several else 0)
        found = jnp.where(known, numbers, other if words.num_oov_indices else NO_PLACE)
        if mask is None:
            return found
        return jnp.where(x == mask, 0 if numbered else NO_PLACE, found)

    def get_config(self) -> dict[str, Any]:
        dtype = {"vocabulary_dtype": self.vocabulary_dtype}
        return {**base_config(self), **_lookup_config(self), **dtype}


class TextVectorization(Worded):
    """Texts to numbers: cleaned, split into words, joined to n-grams, and looked up.

    Shapes: (rows,) or (rows, 1) texts; (rows, steps) numbers, filled up with 0; or rows of
    `vocabulary_size()` numbers.
    """

    table: Vectorizer

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
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **_asked(kwargs))
        self.sparse, self.encoding = dense_only(self, sparse), encoding
        self.ragged, self._ngrams = ragged, ngrams
        ngrams = tuple(ngrams) if isinstance(ngrams, list) else ngrams
        self.table = Vectorizer(
            max_tokens, standardize, split, ngrams, output_mode, output_sequence_length,
            pad_to_max_tokens, vocabulary, idf_weights,
        )  # fmt: skip

    @property
    def words(self) -> Vocabulary:
        return self.table.lookup

    def look_up(self, x: Any) -> Any:
        if not self.ragged or self.output_mode != "int":
            return self.table(x)
        found, length = self.words(self.table.tokens(x)), self.table.output_sequence_length
        return [row[:length] for row in found]

    def update_state(self, data: Any) -> None:
        self.words.update_state(self.table.tokens(at_hand(data)))

    def finalize_state(self) -> None:
        self.words.finalize_state()
        self.edition += 1

    def reset_state(self) -> None:
        self.words.reset_state()

    def get_config(self) -> dict[str, Any]:
        words, table = self.words, self.table
        return {
            **base_config(self),
            "max_tokens": words.max_tokens,
            "standardize": table.standardize,
            "split": table.split,
            "ngrams": self._ngrams,
            "output_mode": words.output_mode,
            "output_sequence_length": table.output_sequence_length,
            "pad_to_max_tokens": words.pad_to_max_tokens,
            "sparse": self.sparse,
            "ragged": self.ragged,
            **self._learnt(),
            "encoding": self.encoding,
            "vocabulary_size": self.vocabulary_size(),
        }


def _lookup_config(layer: Worded) -> dict[str, Any]:
    words = layer.words
    return {
        "invert": words.invert,
        "max_tokens": words.max_tokens,
        "num_oov_indices": words.num_oov_indices,
        "oov_token": words.oov_token,
        "mask_token": words.mask_token,
        "output_mode": words.output_mode,
        "sparse": False,
        "pad_to_max_tokens": words.pad_to_max_tokens,
        **layer._learnt(),
        "vocabulary_size": words.vocabulary_size(),
        "oov_method": words.oov_method,
        "salt": None if words.salt is None else list(words.salt),
    }


def _asked(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kwargs.items() if name not in OF_FILES}
