"""Attention: every position of one sequence takes what it looks for from another."""

from abc import ABC, abstractmethod
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ShapeError, explain
from pellucid.base.types import Key, Params, Shape, State
from pellucid.functions.initializers import GlorotUniform
from pellucid.layers.layer import LAYERS, Layer, has_parts
from pellucid.layers.noise import drop
from pellucid.layers.precision import wide
from pellucid.layers.shapes import title

MASKED = -1e9  # added to the score of a position that does not count, as in Keras


def causal(queries: int, keys: int) -> Bool[Array, "queries keys"]:
    """Return who may look at whom, if nobody looks ahead."""
    return jnp.arange(queries)[:, None] >= jnp.arange(keys)


def passed_on(mask: Any, with_scores: bool) -> Any:
    """Return the mask of query for the output, of which scores may be a second part."""
    if mask is None or mask[0] is None:
        return None
    return (mask[0], None) if with_scores else mask[0]


def query_value(layer: Layer, inputs: Any, several: bool) -> tuple[Any, Any, Any]:
    """Return query, value and key of what a layer of attention is given; the key may be left out.

    Raises:
        ShapeError: there are fewer inputs than query and value, or more than three.
    """
    if several and 2 <= len(inputs) <= 3:
        query, value, *key = inputs
        return query, value, key[0] if key else value
    what = f"{title(layer)} takes a query, a value and, if it is another one, a key."
    got = f"{len(inputs)} inputs" if several else "one input"
    raise ShapeError(explain(what, got=got, expected="(query, value) or (query, value, key)"))


@config
class Attending(Layer, ABC):
    """z = softmax(scores(query, key)) value, over the positions of value.

    A masked position of value gets a weight of 0, a masked one of query a z of 0. The
    output has query's mask.

    Shapes:
        query   (batch, queries, features)
        value   (batch, keys, width)
        key     (batch, keys, features), value if it is not given
        scores  (batch, queries, keys)
        z       (batch, queries, width)
    """

    dropout: float = option(
        default=0.0, at_least=0, below=1, about="share of the weights dropped", kw_only=True
    )
    use_causal_mask: bool = option(default=False, about="no position looks ahead", kw_only=True)
    return_attention_scores: bool = option(
        default=False, about="the weights as a second output", kw_only=True
    )

    merges = True
    uses_mask = True

    @abstractmethod
    def scores(
        self,
        params: Params,
        query: Float[Array, "*batch queries features"],
        key: Float[Array, "*batch keys features"],
    ) -> Float[Array, "*batch queries keys"]:
        """Return how well each key is what each query looks for."""

    def output_shape(self, input_shape: Any) -> Any:
        query, value, key = query_value(self, input_shape, has_parts(input_shape))
        if query[-1] != key[-1] or value[:-1] != key[:-1] or query[:-2] != key[:-2]:
            what = f"{title(self)} has inputs that do not fit each other."
            got = f"query {query}, value {value}, key {key}"
            expected = "as many features in query and key, as many positions in value and key"
            raise ShapeError(explain(what, got=got, expected=expected))
        output = (*query[:-1], value[-1])
        return (output, (*query[:-1], key[-2])) if self.return_attention_scores else output

    def mask_of(self, x: Any, mask: Any) -> Any:
        return passed_on(mask, self.return_attention_scores)

    def apply(
        self, params: Params, state: State, x: Any, *, key: Key, training: bool, mask: Any = None
    ) -> tuple[Any, State]:
        query, value, keys = query_value(self, x, isinstance(x, tuple))
        for_query, for_value = (None, None) if mask is None else mask[:2]
        scores = wide(self.scores(params, query, keys))
        counts = True if for_value is None else for_value[..., None, :]
        if self.use_causal_mask:
            counts = counts & causal(*scores.shape[-2:])
        scores = jnp.where(counts, scores, scores + MASKED)
        weights = jax.nn.softmax(scores).astype(value.dtype)
        if training:
            weights = drop(weights, self.dropout, weights.shape, key)
        z = weights @ value
        if for_query is not None:
            z = jnp.where(for_query[..., None], z, 0)
        return (z, weights) if self.return_attention_scores else z, state


@LAYERS.register()
@config
class Attention(Attending):
    """Scores are scale (query . key), or c times the sum of tanh(scale (query + key)).

    The second is score_mode "concat"; c is the parameter `concat_score_weight`. The
    parameter `scale` is one number, and 1 without use_scale.
    """

    use_scale: bool = option(default=False, about="learn the scale")
    score_mode: str = option(default="dot", choices=("dot", "concat"), about="how to compare")

    def init(self, key: Key, input_shape: Any) -> tuple[Params, State]:
        used = {"scale": self.use_scale, "concat_score_weight": self.score_mode == "concat"}
        return {name: jnp.ones((), "float32") for name, wanted in used.items() if wanted}, {}

    def scores(
        self,
        params: Params,
        query: Float[Array, "*batch queries features"],
        key: Float[Array, "*batch keys features"],
    ) -> Float[Array, "*batch queries keys"]:
        if self.score_mode == "dot":
            products = query @ jnp.swapaxes(key, -1, -2)
            return products * params["scale"] if self.use_scale else products
        sums = query[..., :, None, :] + key[..., None, :, :]
        sums = sums * params["scale"] if self.use_scale else sums
        return params["concat_score_weight"] * jnp.tanh(sums).sum(axis=-1)


@LAYERS.register()
@config
class AdditiveAttention(Attending):
    """Scores are the sum of scale tanh(query + key) over the features.

    The parameter `scale` has a number for each feature; it is 1 without use_scale.
    """

    use_scale: bool = option(default=True, about="learn the scale")

    def init(self, key: Key, input_shape: Any) -> tuple[Params, State]:
        features: Shape = (input_shape[0][-1],)
        return {"scale": GlorotUniform()(key, features)} if self.use_scale else {}, {}

    def scores(
        self,
        params: Params,
        query: Float[Array, "*batch queries features"],
        key: Float[Array, "*batch keys features"],
    ) -> Float[Array, "*batch queries keys"]:
        felt = jnp.tanh(query[..., :, None, :] + key[..., None, :, :])
        return (felt * params["scale"] if self.use_scale else felt).sum(axis=-1)
