"""What calls return: host arrays with Keras's extra verbs, and symbols for what is to come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.core import Tracer


class Tensor(np.ndarray):
    """A NumPy array that also answers to `.numpy()`, as tensors of Keras's backends do."""

    def numpy(self) -> np.ndarray:
        """Return the plain array."""
        return np.asarray(self)

    def __round__(self, digits: int | None = None) -> Any:
        return round(self.item(), digits) if self.ndim == 0 else np.round(self, digits or 0)

    def __str__(self) -> str:
        return str(self.numpy())

    # `a += b` gives `a` another tensor, as tensors of the backends do: nothing is changed.
    __iadd__: Any = np.ndarray.__add__
    __isub__: Any = np.ndarray.__sub__
    __imul__: Any = np.ndarray.__mul__
    __itruediv__: Any = np.ndarray.__truediv__
    __ipow__: Any = np.ndarray.__pow__

    def __getitem__(self, index: Any) -> Any:
        part = super().__getitem__(index)
        return part if isinstance(part, np.ndarray) else as_tensor(part)


def as_tensor(value: Any) -> Any:
    """Return a host array as a Tensor; leave traced arrays and symbols as they are."""
    if isinstance(value, Tracer | KerasTensor):
        return value
    return np.asarray(value).view(Tensor)


class History(NamedTuple):
    """Where a symbol comes from: which output of which call of which layer."""

    layer: Any
    node_index: int
    tensor_index: int


class KerasTensor:
    """A value that will exist when the model runs; None stands for sizes not yet known."""

    __array_priority__ = 1000  # so that array + symbol asks the symbol

    def __init__(
        self,
        shape: Any,
        dtype: Any = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        del sparse, ragged, record_history, kwargs
        self.shape = tuple(shape)
        self.dtype = str(dtype)
        self.name = name or "keras_tensor"
        self._keras_history: Any = None  # a History, once a layer has given it
        self._keras_mask: Any = None

    @property
    def ndim(self) -> int:
        """How many axes it has, the batch among them."""
        return len(self.shape)

    def get_shape(self) -> tuple[int | None, ...]:
        """Return the shape, as TensorFlow's spelling has it."""
        return self.shape

    def __len__(self) -> int:
        raise TypeError("A symbol of a model has no length before the model runs.")

    def __bool__(self) -> bool:
        raise TypeError("A symbol of a model is neither true nor false before the model runs.")

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("A symbol of a model cannot be gone through before the model runs.")

    def __array__(self, *given: Any, **named: Any) -> np.ndarray:
        raise TypeError(
            "A symbol of a model has no numbers before the model runs: use functions of "
            "keras.ops or layers on it, not NumPy's."
        )

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


def kind_of(rows: np.ndarray) -> str:
    """Return the type a symbol for such rows has: words, whole numbers, or floats."""
    if rows.dtype.kind in "OSTU":
        return "string"
    return rows.dtype.name if rows.dtype.kind in "iub" else "float32"


def is_symbol(value: Any) -> bool:
    """Tell whether `value` is a symbol of a model."""
    return isinstance(value, KerasTensor)


def symbols_in(structure: Any) -> list[KerasTensor]:
    """Return the symbols in nested lists, tuples and dictionaries, in order."""
    return [leaf for leaf in jax.tree.leaves(structure) if is_symbol(leaf)]
