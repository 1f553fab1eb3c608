"""The contract every layer keeps, and the note that calling one leaves behind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from pellucid.base.config import Config, config, option
from pellucid.base.errors import ShapeError, explain
from pellucid.base.many_rows import TrainingRows
from pellucid.base.registry import Registry
from pellucid.base.types import Activation, Key, Params, State
from pellucid.functions.activations import linear
from pellucid.functions.constraints import CONSTRAINTS
from pellucid.functions.regularizers import REGULARIZERS, Regularizer
from pellucid.layers.precision import wide


@config
class Layer(Config, ABC):
    """Settings, plus pure functions from parameters and inputs to outputs.

    `apply` gives the pre-activation z; the network then computes a = nonlinearity(z).
    So z and a exist by name for every layer, and no layer has to show them itself.
    A layer that merges several inputs takes a tuple wherever others take one x, shape or
    mask. One with several outputs gives a tuple of shapes, and of arrays that are z and a
    at once; `Part` picks one of them.

    A layer whose parameters are called p may have settings `p_regularizer` and
    `p_constraint`. One that is not `trainable` keeps its parameters, and runs as it does
    outside training.

    A mask says which steps of each example count. It goes along with an output through
    layers that pass masks on, down to the loss; it is None where every step counts.
    """

    name: str | None = field(default=None, kw_only=True)
    trainable: bool = field(default=True, kw_only=True)
    activity_regularizer: Regularizer | str | None = option(
        default=None, choices=REGULARIZERS, kw_only=True
    )

    merges: ClassVar[bool] = False  # takes several inputs
    learns_from_data: ClassVar[bool] = False  # has a state that `learn` takes from training rows
    passes_mask: ClassVar[bool] = False  # its output has the mask of its input
    uses_mask: ClassVar[bool] = False  # `apply` is given `mask=` too

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
        if any(has_parts(s.shape) for s in read) and (len(read) > 1 or not self.merges):
            what = f"{type(self).__name__} was called on a layer with several outputs."
            got, hint = [s.shape for s in read], "pick one first: Part(0)(...)"
            raise ShapeError(explain(what, got=got, expected="one output", hint=hint))
        return Symbol(self.output_shape(one_or_all([s.shape for s in read])), self, read)

    @property
    def nonlinearity(self) -> Activation:
        """The function that turns this layer's z into its a."""
        return linear

    @abstractmethod
    def output_shape(self, input_shape: Any) -> Any:
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
    ) -> tuple[Any, State]:
        """Return the pre-activation z of a batch, and the state after it."""

    def mask_of(self, x: Any, mask: Any) -> Any:
        """Return the mask of the output for a batch x, given the mask of x."""
        del x
        return mask if self.passes_mask else None

    def toll(self, a: Any, state: State) -> Float[Array, ""]:
        """Return what a batch adds to the loss by its output a, or by the state after it."""
        del state
        total = jnp.zeros(())
        if self.activity_regularizer is not None:
            price = REGULARIZERS.resolve(self.activity_regularizer)
            for part in a if isinstance(a, tuple) else (a,):
                total += price(wide(part)) / len(part)
        return total

    def penalty(self, params: Params) -> Float[Array, ""]:
        """Return what the regularizers of this layer add to the loss."""
        total = jnp.zeros(())
        for name, array in params.items():
            wanted = getattr(self, f"{name}_regularizer", None)
            if wanted is not None:
                total += REGULARIZERS.resolve(wanted)(array)
        return total

    def constrained(self, params: Params) -> Params:
        """Return the parameters where the constraints of this layer allow them to be."""
        wanted = {name: getattr(self, f"{name}_constraint", None) for name in params}
        return {
            name: array if wanted[name] is None else CONSTRAINTS.resolve(wanted[name])(array)
            for name, array in params.items()
        }

    def learn(self, x: TrainingRows) -> Mapping[str, Float[np.ndarray, ...]]:
        """Return the state that the training rows `x` give a layer that learns from data."""
        raise TypeError(f"{type(self).__name__} takes nothing from training rows.")


@dataclass(frozen=True, eq=False)
class Symbol:
    """A value that will exist when the network runs; compared by identity."""

    shape: Any  # of one example; a tuple of shapes if the layer has several outputs
    layer: Layer | None = None  # None for an input of the network
    inputs: tuple[Symbol, ...] = ()
    name: str | None = None
    dtype: str = "float32"  # what an input is fed; whatever a layer gives is floating


LAYERS: Registry[type[Layer]] = Registry("layer")


Mask: TypeAlias = Bool[Array, "batch ..."] | None


def has_parts(shape: Any) -> bool:
    """Return whether this is a tuple of shapes: what a layer with several outputs has."""
    return bool(shape) and isinstance(shape[0], tuple)


def parts_of(shape: Any) -> tuple[Any, ...]:
    """Return the shapes of a layer's outputs, be it one or several."""
    return shape if has_parts(shape) else (shape,)


def one_or_all(values: list[Any]) -> Any:
    """Return the only value, or all of them as a tuple: what a layer is given."""
    return values[0] if len(values) == 1 else tuple(values)
