"""TensorFlow's functions of texts, over NumPy arrays of texts: what makes words of reviews.

Python's regular expressions stand for those of RE2, which is nearly the same language.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.keras.engine.base.tensor import as_tensor
from pellucid.keras.engine.layers.binning import texts_of


def lower(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Return texts in small letters."""
    del encoding, name
    return _each(str.lower, input)


def upper(input: Any, encoding: str = "", name: str | None = None) -> Any:
    """Return texts in capital letters."""
    del encoding, name
    return _each(str.upper, input)


def strip(input: Any, name: str | None = None) -> Any:
    """Return texts without white space at their ends."""
    del name
    return _each(str.strip, input)


def regex_replace(
    input: Any, pattern: str, rewrite: str, replace_global: bool = True, name: str | None = None
) -> Any:
    """Return texts with what matches `pattern` rewritten: everywhere, or the first time."""
    del name
    found, times = re.compile(pattern), 0 if replace_global else 1
    return _each(lambda text: found.sub(rewrite, text, count=times), input)


def regex_full_match(input: Any, pattern: str, name: str | None = None) -> Any:
    """Tell of each text whether all of it matches."""
    del name
    return _each(lambda text: re.fullmatch(pattern, text) is not None, input)


def length(input: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """Return how many bytes each text has in UTF-8, or characters with `UTF8_CHAR`."""
    del name
    count = len if unit == "UTF8_CHAR" else lambda text: len(text.encode())
    return as_tensor(np.asarray(_each(count, input), np.int32))


def split(input: Any, sep: str | None = None, maxsplit: int = -1, name: str | None = None) -> Any:
    """Return the words of a text, or a list of words a text, of which no two need be as long."""
    del name
    texts = texts_of(np.asarray(input))
    if texts.ndim == 0:
        return as_tensor(np.asarray(texts.item().split(sep, maxsplit), str))
    words = np.empty(texts.shape, object)
    words[...] = [text.split(sep, maxsplit) for text in texts.tolist()]
    return as_tensor(words)


def unicode_split(input: Any, input_encoding: str = "UTF-8", name: str | None = None) -> Any:
    """Return the letters of a text, or a list of letters a text."""
    del input_encoding, name
    texts = texts_of(np.asarray(input))
    if texts.ndim == 0:
        return as_tensor(np.asarray(list(texts.item()), str))
    letters = np.empty(texts.shape, object)
    letters[...] = [list(text) for text in texts.tolist()]
    return as_tensor(letters)


def reduce_join(inputs: Any, axis: int | None = None, separator: str = "") -> Any:
    """Return texts joined along an axis, or all of them."""
    texts = texts_of(np.asarray(inputs)).astype(object)
    if axis is None:
        return as_tensor(separator.join(texts.reshape(-1).tolist()))
    return as_tensor(np.apply_along_axis(separator.join, axis, texts).astype(str))


def join(inputs: Sequence[Any], separator: str = "", name: str | None = None) -> Any:
    """Return the texts of several arrays joined, each with those at its place."""
    del name
    arrays = np.broadcast_arrays(*(texts_of(np.asarray(texts)) for texts in inputs))
    rows = zip(*(array.reshape(-1).tolist() for array in arrays), strict=True)
    made = [separator.join(row) for row in rows]
    return as_tensor(np.asarray(made, str).reshape(arrays[0].shape))


def substr(input: Any, pos: int, len: int, unit: str = "BYTE", name: str | None = None) -> Any:
    """Return `len` characters of each text from `pos` on."""
    del unit, name
    return _each(lambda text: text[pos:][:len], input)


def to_number(input: Any, out_type: Any = "float32", name: str | None = None) -> Any:
    """Return the numbers that texts spell."""
    del name
    return as_tensor(np.asarray(_each(float, input)).astype(str(out_type)))


def as_string(input: Any, name: str | None = None) -> Any:
    """Return numbers as texts."""
    del name
    return as_tensor(np.asarray(input).astype(str))


def _each(function: Callable[[str], Any], texts: Any) -> Any:
    given = texts_of(np.asarray(texts))
    made = np.asarray([function(text) for text in given.reshape(-1).tolist()])
    return as_tensor(made.reshape(given.shape))
