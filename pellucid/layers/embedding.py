"""Layers that turn whole numbers, ids of words or categories, into vectors."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Num

from pellucid.base.config import config, option
from pellucid.base.errors import DataError, explain
from pellucid.base.types import Key, Params, Shape, State
from pellucid.functions.constraints import CONSTRAINTS, Constraint
from pellucid.functions.initializers import INITIALIZERS, Initializer
from pellucid.functions.regularizers import REGULARIZERS, Regularizer
from pellucid.layers.layer import LAYERS, Layer, Mask
from pellucid.layers.shapes import title
from pellucid.layers.transformation import Transformation


@LAYERS.register()
@config
class Embedding(Layer):
    """z = embeddings[x]: the row of a learnt table for each id.

    A program on a device cannot stop at a bad id. So an id below 0 or from input_dim on
    gives NaN, which makes the loss NaN and cannot be overlooked; it is not clipped.

    Shapes:
        x           (batch, ...), integers from 0 to input_dim - 1
        embeddings  (input_dim, output_dim)
        z           (batch, ..., output_dim)

    Raises:
        DataError: x holds floating numbers.
    """

    input_dim: int = option(above=0, about="how many different ids there are")
    output_dim: int = option(above=0, about="length of the vector for an id")
    embeddings_initializer: Initializer | str = option(default="uniform", choices=INITIALIZERS)
    embeddings_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    embeddings_constraint: Constraint | str | None = option(default=None, choices=CONSTRAINTS)
    mask_zero: bool = option(default=False, about="id 0 is padding, and does not count")

    def output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape, self.output_dim)

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, State]:
        start = INITIALIZERS.resolve(self.embeddings_initializer)
        return {"embeddings": start(key, (self.input_dim, self.output_dim))}, {}

    def apply(
        self,
        params: Params,
        state: State,
        x: Num[Array, "batch *positions"],
        *,
        key: Key,
        training: bool,
    ) -> tuple[Float[Array, "batch *positions {self.output_dim}"], State]:
        ids = _ids(self, x)
        rows = params["embeddings"].at[ids]
        return rows.get(mode="fill", fill_value=jnp.nan, wrap_negative_indices=False), state

    def mask_of(self, x: Num[Array, "batch *positions"], mask: Mask) -> Mask:
        return x != 0 if self.mask_zero else None


@LAYERS.register()
@config
class CategoryEncoding(Transformation):
    """A category as a row of `num_tokens` numbers, of which its own is 1 and the others 0.

    "one_hot" encodes each id on its own; "multi_hot" says which of an example's ids occur,
    and "count" how often each does. An id below 0 or from num_tokens on makes its row NaN,
    so that it cannot be overlooked.

    Shapes:
        x   (batch, ids), integers; (batch,) for one id an example
        z   (batch, num_tokens); for one_hot (batch, ids, num_tokens) if ids > 1

    Raises:
        DataError: x holds floating numbers.
    """

    num_tokens: int = option(above=0, about="how many categories there are")
    output_mode: str = option(
        default="multi_hot", choices=("multi_hot", "one_hot", "count"), about="what z says"
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        kept = input_shape
        if input_shape and (self.output_mode != "one_hot" or input_shape[-1] == 1):
            kept = input_shape[:-1]
        return (*kept, self.num_tokens)

    def transform(self, x: Num[Array, "batch *shape"]) -> Float[Array, "batch ..."]:
        ids = _ids(self, x)
        inside = ((ids >= 0) & (ids < self.num_tokens))[..., None]
        each = jnp.where(inside, jax.nn.one_hot(ids, self.num_tokens), jnp.nan)
        if x.ndim > 1 and self.output_mode == "multi_hot":
            each = each.max(axis=-2)
        elif x.ndim > 1 and self.output_mode == "count":
            each = each.sum(axis=-2)
        return each.reshape(len(x), *self.output_shape(x.shape[1:]))


def _ids(layer: Layer, x: Any) -> Int[Array, "batch *positions"]:
    if jnp.issubdtype(x.dtype, jnp.integer):
        return x
    what = f"{title(layer)} looks up whole numbers."
    hint = 'Input(shape, dtype="int32")'
    raise DataError(explain(what, got=f"numbers of type {x.dtype}", expected="int32", hint=hint))
