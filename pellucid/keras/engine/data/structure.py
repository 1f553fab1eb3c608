"""Elements of data sets: arrays, or tuples and dictionaries of them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from pellucid.keras.engine.base.tensor import Tensor


def over(function: Callable[..., Any], *structures: Any) -> Any:
    """Return the structure of what `function` makes of each array, or of each place's arrays."""
    first = structures[0]
    if isinstance(first, Mapping):
        return {name: over(function, *(s[name] for s in structures)) for name in first}
    if isinstance(first, tuple):
        parts = [over(function, *group) for group in zip(*structures, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else tuple(parts)
    return None if first is None else function(*structures)


def leaves(structure: Any) -> Iterator[Any]:
    """Yield the arrays of a structure in order."""
    if isinstance(structure, Mapping):
        for part in structure.values():
            yield from leaves(part)
    elif isinstance(structure, tuple):
        for part in structure:
            yield from leaves(part)
    elif structure is not None:
        yield structure


def as_element(value: Any) -> Any:
    """Return a structure whose leaves are host tensors; lists become arrays, as in tf.data."""
    return over(as_leaf, value)


def as_leaf(value: Any) -> Any:
    """Return one leaf as a host tensor; Python's numbers get TensorFlow's 32-bit types."""
    if isinstance(value, Tensor) or not _is_data(value):
        return value
    array = np.asarray(value)
    if _is_plain(value):
        small = {"i": np.int32, "f": np.float32}.get(array.dtype.kind)
        fits = array.dtype.kind != "i" or not array.size or abs(array).max() < 2**31
        array = array.astype(small) if small and fits else array
    return array.view(Tensor)


def stacked(elements: list[Any]) -> Any:
    """Return elements of one structure as one element with a new first axis."""
    return over(lambda *parts: np.stack(parts).view(Tensor), *elements)


def gathered(arrays: Any, rows: Any) -> Any:
    """Return the rows of every array, by one number or several."""
    return over(lambda array: as_leaf(array[rows]), arrays)


def _is_plain(value: Any) -> bool:
    while isinstance(value, list) and value:
        value = value[0]
    return isinstance(value, bool | int | float | list) and not isinstance(value, np.generic)


def _is_data(value: Any) -> bool:
    scalar = isinstance(value, bool | int | float | complex | str | bytes | list | np.generic)
    return scalar or hasattr(value, "__array__")
