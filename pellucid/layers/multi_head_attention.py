"""Several attentions side by side, each with projections of its own."""

import functools
import math
import string
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ShapeError, explain
from pellucid.base.types import Key, Params, Shape, State
from pellucid.functions.constraints import CONSTRAINTS, Constraint
from pellucid.functions.initializers import INITIALIZERS, Initializer
from pellucid.functions.regularizers import REGULARIZERS, Regularizer
from pellucid.layers.attention import MASKED, causal, passed_on, query_value
from pellucid.layers.einsum_dense import Dims, several, start_kernel
from pellucid.layers.layer import LAYERS, Layer, has_parts
from pellucid.layers.noise import drop
from pellucid.layers.precision import wide
from pellucid.layers.shapes import array_axes, title
from pellucid.layers.wrapping import TOLL


@LAYERS.register()
@config
class MultiHeadAttention(Layer):
    """z = heads O + b, where heads[h] = softmax(q k' / sqrt(key_dim)) v for each head h.

    q, k and v are query, key and value, each through a kernel of its own for each head.
    With use_gate, heads are multiplied by a sigmoid of a further projection of query.
    Positions attend to positions along `attention_axes` (all, if there are none given);
    a position that a mask of query, value or key leaves out is not attended to, nor one
    ahead (use_causal_mask), nor one `sliding_window` or more away.

    Where `masked`, the last input says which query attends to which key: (queries, keys)
    for each example, or (heads, queries, keys); 0 is no.

    Shapes:
        query                                   (batch, queries, features)
        query_dense, key_dense: kernel, bias    (features, num_heads, key_dim), (num_heads, key_dim)
        value_dense, gate_dense: kernel, bias   (features, num_heads, value_dim), ...
        output_dense: kernel, bias              (num_heads, value_dim, *output_dims), output_dims
        scores                                  (batch, num_heads, queries, keys)
        z                                       (batch, queries, *output_dims)
    """

    num_heads: int = option(above=0, about="how many attentions")
    key_dim: int = option(above=0, about="features of q and k in each head")
    value_dim: int | None = option(
        default=None, above=0, about="features of v in each head; key_dim, if not given"
    )
    dropout: float = option(
        default=0.0, at_least=0, below=1, about="share of the weights that is dropped"
    )
    use_bias: bool = True
    output_dims: Dims | None = option(
        default=None, convert=several, about="shape of each position of z; features, if not given"
    )
    attention_axes: Dims | None = option(
        default=None, convert=several, about="the axes attended along; 0 is the batch"
    )
    sliding_window: int | None = option(default=None, above=0, about="how near a key must be")
    kernel_initializer: Initializer | str = option(default="glorot_uniform", choices=INITIALIZERS)
    bias_initializer: Initializer | str = option(default="zeros", choices=INITIALIZERS)
    kernel_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    bias_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    kernel_constraint: Constraint | str | None = option(
        default=None, choices=CONSTRAINTS, kw_only=True
    )
    bias_constraint: Constraint | str | None = option(
        default=None, choices=CONSTRAINTS, kw_only=True
    )
    use_gate: bool = option(default=False, about="multiply heads by a sigmoid", kw_only=True)
    use_causal_mask: bool = option(default=False, about="no position looks ahead", kw_only=True)
    return_attention_scores: bool = option(
        default=False, about="the weights as a second output", kw_only=True
    )
    masked: bool = option(default=False, about="the last input is a mask", kw_only=True)

    merges = True
    uses_mask = True

    def output_shape(self, input_shape: Any) -> Any:
        query, value, key = self.three(input_shape, has_parts(input_shape))
        if value[:-1] != key[:-1] or len(query) != len(key):
            what = f"{title(self)} has inputs that do not fit each other."
            got = f"query {query}, value {value}, key {key}"
            expected = "as many axes in all, and as many positions in value and key"
            raise ShapeError(explain(what, got=got, expected=expected))
        output = (*query[:-1], *self._output_dims(query))
        if not self.return_attention_scores:
            return output
        axes = self.axes(query)
        rows = [size for axis, size in enumerate(query[:-1], start=1) if axis not in axes]
        pairs = [shape[axis - 1] for shape in (query, key) for axis in axes]
        return output, (*rows, self.num_heads, *pairs)

    def mask_of(self, x: Any, mask: Any) -> Any:
        return passed_on(mask, self.return_attention_scores)

    def init(self, key: Key, input_shape: Any) -> tuple[Params, State]:
        query, value, keys = self.three(input_shape, True)
        narrow, broad = (self.num_heads, self.key_dim), (self.num_heads, self._value_dim)
        kernels = {
            "query_dense": (query[-1:], narrow),
            "key_dense": (keys[-1:], narrow),
            **({"gate_dense": (query[-1:], broad)} if self.use_gate else {}),
            "value_dense": (value[-1:], broad),
            "output_dense": (broad, self._output_dims(query)),
        }
        split = jax.random.split(key, len(kernels))
        params = {
            name: self._start(own, *sizes)
            for own, (name, sizes) in zip(split, kernels.items(), strict=True)
        }
        return params, {} if self.activity_regularizer is None else {TOLL: jnp.zeros((), "float32")}

    def penalty(self, params: Params) -> Float[Array, ""]:
        owed = (Layer.penalty(self, group) for group in params.values())
        return sum(owed, start=jnp.zeros(()))

    def constrained(self, params: Params) -> Params:
        return {name: Layer.constrained(self, group) for name, group in params.items()}

    def toll(self, a: Any, state: State) -> Float[Array, ""]:
        """Return what the projections cost: as in Keras, they are what is regularized."""
        del a
        return state.get(TOLL, jnp.zeros(()))

    def apply(
        self, params: Params, state: State, x: Any, *, key: Key, training: bool, mask: Any = None
    ) -> tuple[Any, State]:
        query, value, keys = self.three(x, True)
        q, k, v = (
            _project(params[f"{name}_dense"], given, 1)
            for name, given in (("query", query), ("key", keys), ("value", value))
        )
        along = self.axes(query.shape[1:])
        compare, combine = equations(q.ndim, along)
        scores = wide(jnp.einsum(compare, q / math.sqrt(self.key_dim), k))
        allowed = self._allowed(x, mask, scores.shape, len(along))
        if allowed is not None:
            scores = jnp.where(allowed, scores, MASKED)
        weights = jax.nn.softmax(scores, tuple(range(-len(along), 0))).astype(v.dtype)
        if allowed is not None and self.explicit(weights.ndim):
            weights = jnp.where(allowed, weights, 0)
        used = drop(weights, self.dropout, weights.shape, key) if training else weights
        heads = jnp.einsum(combine, used, v)
        parts = [q, k, v]
        if self.use_gate:
            parts.append(jax.nn.sigmoid(_project(params["gate_dense"], query, 1)))
            heads = heads * parts[-1]
        z = _project(params["output_dense"], heads, 2)
        if TOLL in state:
            state = {TOLL: Layer.toll(self, (*parts, z), state).astype(jnp.float32)}
        return (z, weights) if self.return_attention_scores else z, state

    def explicit(self, axes: int) -> bool:
        """Return whether a query that may attend to nothing gets 0, not the mean of v.

        It does so in Keras where the weights are looked at, or have more axes than usual.
        """
        return self.dropout > 0 or self.return_attention_scores or axes != 4

    @property
    def _value_dim(self) -> int:
        return self.value_dim or self.key_dim

    def _output_dims(self, query: Shape) -> Shape:
        return tuple(self.output_dims or query[-1:])

    def axes(self, query: Shape) -> tuple[int, ...]:
        """Return the axes of a batch of examples like `query` that are attended along."""
        if self.attention_axes is None:
            return tuple(range(1, len(query)))
        return array_axes(self, self.attention_axes, query)

    def three(self, inputs: Any, several: bool) -> tuple[Any, Any, Any]:
        """Return query, value and key of what the layer is given."""
        return query_value(self, inputs[:-1] if self.masked and several else inputs, several)

    def _start(self, key: Key, taken: Shape, given: Shape) -> Params:
        kernel_key, bias_key = jax.random.split(key)
        start = INITIALIZERS.resolve(self.kernel_initializer)
        inputs = range(len(taken))
        params = {"kernel": start_kernel(start, kernel_key, (*taken, *given), inputs)}
        if self.use_bias:
            params["bias"] = INITIALIZERS.resolve(self.bias_initializer)(bias_key, given)
        return params

    def _allowed(
        self, x: Any, mask: Any, scores: tuple[int, ...], along: int
    ) -> Bool[Array, "..."] | None:
        """Return who may attend to whom, with axes like those of scores; None is everybody."""
        padding = (None,) if mask is None else mask[: len(x) - self.masked]
        rules = [known[:, None, :] for known in padding[1:] if known is not None]
        if padding[0] is not None:
            rules.append(padding[0][:, :, None])
        queries, keys = scores[-2], scores[-1]
        if self.use_causal_mask:
            rules.append(causal(queries, keys)[None])
        if self.sliding_window is not None:
            apart = jnp.arange(queries)[:, None] - jnp.arange(keys)
            rules.append((jnp.abs(apart) < self.sliding_window)[None])
        if self.masked:
            rules.append(x[-1] != 0)
        spread = [
            rule.reshape(
                *rule.shape[: -2 * along],
                *[1] * (len(scores) - rule.ndim),
                *rule.shape[-2 * along :],
            )
            for rule in rules
        ]
        return functools.reduce(jnp.logical_and, spread) if spread else None


def _project(
    params: Params, x: Float[Array, "batch *positions features"], taken: int
) -> Float[Array, "batch ..."]:
    """Return x through a kernel, of which the first `taken` axes are summed over."""
    z = jnp.tensordot(x, params["kernel"], taken)
    return z + params["bias"] if "bias" in params else z


def equations(axes: int, along: Sequence[int]) -> tuple[str, str]:
    """Return the products that make scores of q and k, and heads of scores and v.

    Example:
        >>> equations(4, (1,))
        ('abcd,aecd->acbe', 'acbe,aecd->abcd')
    """
    query, spare = string.ascii_letters[:axes], iter(string.ascii_letters[axes:])
    key = "".join(next(spare) if axis in along else name for axis, name in enumerate(query))
    rows = "".join(name for axis, name in enumerate(query[:-1]) if axis not in along)
    scores = rows + "".join(word[axis] for word in (query, key) for axis in along)
    return f"{query},{key}->{scores}", f"{scores},{key}->{query}"
