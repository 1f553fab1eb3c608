"""Labels as rows of zeros and a one, lengths brought to one, sequences to one length."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, DataError, explain
from pellucid.keras.engine.base.hints import hint

ENDS = ("pre", "post")


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Return labels as rows with a one at the label's place: (..., classes).

    A last axis of length 1 is dropped. Words are numbered in sorted order. Keras cuts 1.5
    to 1 and counts -1 from the end; here both are refused.

    Raises:
        DataError: a label is no class.

    Example:
        >>> to_categorical([0, 2], num_classes=3).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    labels = _numbered(np.asarray(x))
    shape = labels.shape[:-1] if labels.ndim > 1 and labels.shape[-1] == 1 else labels.shape
    if not labels.size and not num_classes:
        what = "to_categorical(...) was given no labels."
        raise DataError(explain(what, got=f"shape {labels.shape}", expected="at least one label"))
    classes = int(num_classes or labels.max() + 1)
    wrong = labels[(labels < 0) | (labels >= classes)]
    if wrong.size:
        what = "to_categorical(...) was given a label that is no class."
        hint_text = "number the classes from 0; num_classes is one more than the last"
        expected = f"0 to {classes - 1}"
        raise DataError(explain(what, got=int(wrong[0]), expected=expected, hint=hint_text))
    rows = np.zeros((labels.size, classes))
    rows[np.arange(labels.size), labels.reshape(-1)] = 1
    return rows.reshape(*shape, classes)


def _numbered(labels: np.ndarray) -> np.ndarray:
    if labels.dtype.kind in "USO" and not _are_numbers(labels):
        words, codes = np.unique(labels.astype(str), return_inverse=True)
        listed = ", ".join(f"{word} = {code}" for code, word in enumerate(words[:20]))
        more = ", ..." if len(words) > 20 else ""
        hint(f"to_categorical {listed}", f"to_categorical numbers these classes: {listed}{more}")
        return codes.reshape(labels.shape)
    numbers = labels.astype(np.float64) if labels.dtype.kind in "USO" else labels
    whole = numbers.astype(np.int64)
    if numbers.dtype.kind == "f" and not np.array_equal(whole, numbers):
        what = "to_categorical(...) was given labels that are no whole numbers."
        got = numbers[whole != numbers].reshape(-1)[0]
        expected, hint_text = "whole numbers from 0", "a measured value needs no to_categorical"
        raise DataError(explain(what, got=got, expected=expected, hint=hint_text))
    return whole


def _are_numbers(labels: np.ndarray) -> bool:
    try:
        labels.astype(np.float64)
    except (TypeError, ValueError):
        return False
    return True


def normalize(x: Any, axis: Any = -1, order: Any = 2) -> np.ndarray:
    """Return x / |x|: every vector along `axis` gets length 1; vectors of zeros stay.

    `axis` is one axis, several, or None for all. Keras's own divides by the lengths of
    other vectors when `axis` is 0.
    """
    values = np.asarray(x)
    lengths = np.linalg.vector_norm(values, axis=axis, ord=order, keepdims=True)
    return values / np.where(lengths == 0, np.ones_like(lengths), lengths)


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Return sequences of many lengths as one array, filled up or cut at one end.

    Shapes:
        sequences   a list of sequences (steps, *shape)
        returns     (rows, maxlen, *shape); maxlen is the longest length if None
    Raises:
        ConfigError: an end is neither "pre" nor "post", or `value` is no `dtype`.
        DataError: something in the list is no sequence, or has another shape.

    Example:
        >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2).tolist()
        [[0, 1], [2, 3], [5, 6]]
    """
    for name, end in (("padding", padding), ("truncating", truncating)):
        if end not in ENDS:
            what = f"pad_sequences({name}=...) has a value it cannot have."
            raise ConfigError(explain(what, got=repr(end), expected="'pre' or 'post'"))
    kind = np.dtype(dtype)
    if isinstance(value, str) and kind.kind not in "OUS":
        what = f"pad_sequences(value={value!r}) cannot be put into {kind} arrays."
        raise ConfigError(explain(what, got=kind, expected="object", hint="say dtype=object"))
    rows = _sequences(sequences)
    longest = max(map(len, rows), default=0) if maxlen is None else int(maxlen)
    shape = next((np.asarray(row).shape[1:] for row in rows if len(row)), ())
    padded = np.full((len(rows), longest, *shape), value, dtype=kind)
    for place, row in enumerate(rows):
        kept = row[max(len(row) - longest, 0) :] if truncating == "pre" else row[:longest]
        steps = np.asarray(kept, dtype=kind)
        if len(kept) and steps.shape[1:] != shape:
            what = f"Sequence {place} has another shape than those before it."
            raise DataError(explain(what, got=steps.shape[1:], expected=shape))
        if len(kept):
            start = longest - len(kept) if padding == "pre" else 0
            padded[place, start : start + len(kept)] = steps
    return padded


def _sequences(sequences: Any) -> Sequence[Any]:
    if not hasattr(sequences, "__len__"):
        what, expected = "pad_sequences(...) was given no list of sequences.", "a list"
        raise DataError(explain(what, got=type(sequences).__name__, expected=expected))
    rows = list(sequences)
    for place, row in enumerate(rows):
        if not hasattr(row, "__len__"):
            what = f"Number {place} in the list is no sequence."
            hint_text = "for one sequence, say pad_sequences([sequence])"
            raise DataError(explain(what, got=repr(row), expected="a list", hint=hint_text))
    return rows


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Return what `fit` takes for a batch: x, (x, y), or (x, y, sample_weight)."""
    if y is None:
        return (x,) if isinstance(x, tuple | list) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Return (x, y, sample_weight) of a batch, None where it has none.

    Raises:
        DataError: the batch has more than three parts, or none.
    """
    parts = tuple(data) if isinstance(data, tuple | list) else (data,)
    if not 1 <= len(parts) <= 3:
        what = "A batch is x, (x, y) or (x, y, sample_weight)."
        raise DataError(explain(what, got=f"{len(parts)} parts", expected="one to three"))
    x, y, sample_weight = (*parts, None, None)[:3]
    return x, y, sample_weight
