"""The contract every layer keeps, and the note that calling one leaves behind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pellucid.base.config import Config, config
from pellucid.base.errors import ShapeError, explain
from pellucid.base.registry import Registry
from pellucid.base.types import Activation, Key, Params, Shape, State
from pellucid.functions.activations import linear
from pellucid.functions.regularizers import REGULARIZERS


@config
class Layer(Config, ABC):
    """Settings, plus pure functions from parameters and inputs to outputs.

    `apply` gives the pre-activation z; the network then computes a = nonlinearity(z).
    So z and a exist by name for every layer, and no layer has to show them itself.
    A layer that merges several inputs takes a tuple wherever others take one x or shape.

    A layer whose parameters are called p may have a setting `p_regularizer`. One that is
    not `trainable` keeps its parameters, and runs as it does outside training.
    """

    name: str | None = field(default=None, kw_only=True)
    trainable: bool = field(default=True, kw_only=True)

    merges: ClassVar[bool] = False  # takes several inputs
    learns_from_data: ClassVar[bool] = False  # has a state that `learn` takes from training rows

    def __call__(self, *inputs: Symbol | Sequence[Symbol]) -> Symbol:
        """Return a note that this layer is to run on `inputs`, one by one or as a list.

        Raises:
            ShapeError: what it is to run on does not fit it, or is nothing a layer gave.
        """
        read = tuple(s for i in inputs for s in ([i] if isinstance(i, Symbol) else i))
        for symbol in read:
            if not isinstance(symbol, Symbol):
                what = f"{type(self).__name__} was called on something that no layer gave."
                got, hint = type(symbol).__name__, "call it on an Input, or use model.predict"
                raise ShapeError(explain(what, got=got, expected="an Input or output", hint=hint))
        if len(read) != 1 and not self.merges:
            what = f"{type(self).__name__} takes one input."
            hint = "merge them first: Concatenate()(a, b)"
            raise ShapeError(explain(what, got=f"{len(read)} inputs", expected="1", hint=hint))
        return Symbol(self.output_shape(one_or_all([s.shape for s in read])), self, read)

    @property
    def nonlinearity(self) -> Activation:
        """The function that turns this layer's z into its a."""
        return linear

    @abstractmethod
    def output_shape(self, input_shape: Any) -> Shape:
        """Return the shape of one output, given the shape of one input.

        Raises:
            ShapeError: inputs of that shape do not fit this layer.
        """

    def init(self, key: Key, input_shape: Any) -> tuple[Params, State]:
        """Return fresh parameters and state for inputs of `input_shape`."""
        del key, input_shape
        return {}, {}

    @abstractmethod
    def apply(
        self, params: Params, state: State, x: Any, *, key: Key, training: bool
    ) -> tuple[Float[Array, "batch ..."], State]:
        """Return the pre-activation z of a batch, and the state after it."""

    def penalty(self, params: Params) -> Float[Array, ""]:
        """Return what the regularizers of this layer add to the loss."""
        total = jnp.zeros(())
        for name, array in params.items():
            wanted = getattr(self, f"{name}_regularizer", None)
            if wanted is not None:
                total += REGULARIZERS.resolve(wanted)(array)
        return total

    def learn(self, x: Float[np.ndarray, "rows ..."]) -> Mapping[str, Float[np.ndarray, ...]]:
        """Return the state that the training rows `x` give a layer that learns from data."""
        raise TypeError(f"{type(self).__name__} takes nothing from training rows.")


@dataclass(frozen=True, eq=False)
class Symbol:
    """A value that will exist when the network runs; compared by identity."""

    shape: Shape
    layer: Layer | None = None  # None for an input of the network
    inputs: tuple[Symbol, ...] = ()
    name: str | None = None
    dtype: str = "float32"  # what an input is fed; whatever a layer gives is floating


LAYERS: Registry[type[Layer]] = Registry("layer")


def one_or_all(values: list[Any]) -> Any:
    """Return the only value, or all of them as a tuple: what a layer is given."""
    return values[0] if len(values) == 1 else tuple(values)
