"""Texts as lists of word numbers: IMDB's and Reuters's, with Keras's special numbers."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.base.errors import DataError, explain


def ragged(lists: Sequence[Any]) -> np.ndarray:
    """Return an array of lists, one-dimensional even where all are equally long."""
    array = np.empty(len(lists), object)
    array[:] = lists
    return array


def begun(lists: Any, start_char: int | None, index_from: int | None) -> list[list[int]]:
    """Return the lists with every number raised by `index_from`, `start_char` before them."""
    flat, lengths = _flat(lists)
    raised = (flat + (index_from or 0)).tolist()
    first = [] if start_char is None else [start_char]
    return [first + part for part in _cut(raised, lengths)]


def shorter_than(
    maxlen: int | None, lists: list[list[int]], labels: np.ndarray
) -> tuple[list[list[int]], np.ndarray]:
    """Return the lists of fewer than `maxlen` numbers, and their labels.

    Raises:
        DataError: none is so short.
    """
    if not maxlen:
        return lists, labels
    kept = [place for place, part in enumerate(lists) if len(part) < maxlen]
    if not kept:
        what, hint = f"No text has fewer than maxlen={maxlen} words.", "say a larger maxlen"
        shortest = min(map(len, lists), default=0)
        expected = f"more than {shortest}, the shortest text"
        raise DataError(explain(what, got=f"maxlen={maxlen}", expected=expected, hint=hint))
    return [lists[place] for place in kept], np.asarray(labels)[kept]


def within(
    lists: list[list[int]], num_words: int | None, skip_top: int, oov_char: int | None
) -> list[list[int]]:
    """Return the lists with numbers outside [skip_top, num_words) as `oov_char`, or left out."""
    flat, lengths = _flat(lists)
    # Without a limit Keras takes the largest number as one, so that this word becomes oov_char.
    limit = num_words or (flat.max() if flat.size else 0)
    inside = (flat >= skip_top) & (flat < limit)
    if oov_char is not None:
        return list(_cut(np.where(inside, flat, oov_char).tolist(), lengths))
    ends = np.concatenate([[0], np.cumsum(inside)])[np.cumsum(lengths)] if lengths else []
    return list(_cut(flat[inside].tolist(), np.diff(ends, prepend=0).tolist()))


def _flat(lists: Any) -> tuple[np.ndarray, list[int]]:
    lengths = list(map(len, lists))
    numbers = itertools.chain.from_iterable(lists)
    return np.fromiter(numbers, np.int64, count=sum(lengths)), lengths


def _cut(numbers: list[int], lengths: Sequence[int]) -> Any:
    start = 0
    for length in lengths:
        yield numbers[start : start + length]
        start += length
