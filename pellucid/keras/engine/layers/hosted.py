"""Layers that run on the host, outside compiled programs: what looks words and numbers up.

They work on arrays at hand and in `Dataset.map`. A compiled program knows no words, so that a
model runs those that take some before its program, on the host.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.base.tensor import KerasTensor, as_tensor, kind_of, symbols_in
from pellucid.keras.engine.base.variable import current_scope
from pellucid.keras.engine.layers.layer import Layer
from pellucid.keras.engine.training.feeding import is_stream


class Lookup(Layer, ABC):
    """A layer that runs on the host, by a table or a hash; it has no weights.

    Attributes:
        traced: How to do the same in a compiled program: a method's name, or "" for not at all.
    """

    traced: ClassVar[str] = ""
    needs_build = False

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        """Return what is found for `inputs`.

        Raises:
            ConfigError: this stands in a model and needs words or hashes there.
        """
        if symbols_in(inputs):
            return super().__call__(inputs, **kwargs)
        if isinstance(inputs, Tracer) or (
            current_scope() is not None and isinstance(inputs, jax.Array)
        ):
            self._check_traceable()
            return super().__call__(inputs, **kwargs)
        self.built = True
        found = self.look_up(at_hand(inputs))
        if isinstance(found, list):
            return found
        self._gave = [(None, *np.shape(found)[1:])]
        return as_tensor(found)

    @property
    def on_host(self) -> bool:
        """Whether a model must run it before its compiled program."""
        return not self.traced

    def symbolic_outputs(self, args: Any, kwargs: Any) -> Any:
        """Return the symbol of what it will give: on the host, learnt from examples."""
        if not self.on_host:
            return super().symbolic_outputs(args, kwargs)
        symbol = args[0]
        found = [self._example(symbol, words) for words in ("", "a b c")]
        sides = zip(*(np.shape(one)[1:] for one in found), strict=True)
        shape = (a if a == b else None for a, b in sides)
        return KerasTensor((None, *shape), kind_of(np.asarray(found[0])))

    def _example(self, symbol: KerasTensor, words: str) -> Any:
        shape = (2, *(1 if side is None else side for side in symbol.shape[1:]))
        if symbol.dtype == "string":
            return self.look_up(np.full(shape, words))
        return self.look_up(np.zeros(shape, symbol.dtype))

    @abstractmethod
    def look_up(self, x: Any) -> Any:
        """Return what is found for an array, now."""

    def call(self, inputs: Any) -> Any:
        """Return what is found, inside a program."""
        return getattr(self, self.traced)(inputs)

    def _check_traceable(self) -> None:
        if self.on_host:
            what = f"{self.name} cannot stand in the call() of a layer or model of your own."
            call = f"{self.name}(x)"
            tip = f"{call} in a functional model, or dataset.map(lambda x, y: ({call}, y))"
            expected = "data at hand: programs know no words"
            raise ConfigError(explain(what, got="a traced array", expected=expected, hint=tip))

    @property
    def first_dtype(self) -> str:
        return "int32"

    def _encoded(self, found: Any, mode: str, depth: int, weights: Any = None) -> Any:
        """Return numbers found in a program as they are, or as rows of `depth`."""
        if mode == "int":
            return found
        if mode == "one_hot":
            found = found[..., 0] if found.ndim > 1 and found.shape[-1] == 1 else found
            return jax.nn.one_hot(found, depth)
        rows = jax.nn.one_hot(found, depth)
        rows = rows.max(axis=-2) if mode == "multi_hot" else rows.sum(axis=-2)
        return rows if weights is None or mode != "tf_idf" else rows * jnp.asarray(weights)


class Learnt(Lookup):
    """A layer around a table that is given, or learnt from data by `adapt`."""

    table: Any
    edition = 0  # of the table: programs that hold another are compiled anew

    def look_up(self, x: Any) -> Any:
        return self.table(x)

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the table from an array, a list, or batches; a new one each time."""
        del batch_size
        self.table.adapt(data if is_stream(data) else at_hand(data), steps)
        self.edition += 1

    def update_state(self, data: Any) -> None:
        """Take one more batch into account."""
        self.table.update_state(at_hand(data))

    def finalize_state(self) -> None:
        """Turn what was counted into a table."""
        self.table.finalize_state()
        self.edition += 1

    def reset_state(self) -> None:
        """Forget what was counted."""
        self.table.reset_state()


def base_config(layer: Layer) -> dict[str, Any]:
    """Return the settings that every layer has."""
    return {"name": layer.name, "trainable": layer.trainable, "dtype": layer.dtype}


def dense_only(layer: Layer, sparse: bool) -> bool:
    """Return False.

    Raises:
        ConfigError: sparse arrays are asked for.
    """
    if sparse:
        what = f"{type(layer).__name__}(sparse=True) is not served: arrays here are dense."
        raise ConfigError(explain(what, got="sparse=True", expected="sparse=False"))
    return False


def at_hand(value: Any) -> Any:
    """Return data as NumPy arrays or lists."""
    if hasattr(value, "to_numpy"):
        return value.to_numpy()
    return np.asarray(value) if hasattr(value, "__array__") else value
