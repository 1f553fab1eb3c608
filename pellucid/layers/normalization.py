"""Layers that keep signals at a steady scale."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ShapeError, explain
from pellucid.base.types import Key, Params, Shape, State
from pellucid.functions.constraints import CONSTRAINTS, Constraint
from pellucid.functions.initializers import INITIALIZERS, Initializer
from pellucid.functions.regularizers import REGULARIZERS, Regularizer
from pellucid.layers.layer import LAYERS, Layer, Mask
from pellucid.layers.onednn import may_normalise, normalise_by_onednn
from pellucid.layers.precision import wide
from pellucid.layers.shapes import array_axes, array_axis, title
from pellucid.layers.transformation import Transformation


def unit(x: Float[Array, "batch *shape"], axes: Sequence[int]) -> Float[Array, "batch *shape"]:
    """Return x / |x| along `axes`, and 0 where x is 0 there."""
    squares = jnp.sum(jnp.square(wide(x)), axis=tuple(axes), keepdims=True)
    return (wide(x) * jax.lax.rsqrt(jnp.maximum(squares, 1e-24))).astype(x.dtype)


@config
class Normalizer(Layer, ABC):
    """z = gamma (x - mean) / sqrt(variance + epsilon) + beta.

    Where mean and variance are taken is what tells these layers apart. They are taken in
    float32 at least, whatever x is.
    """

    passes_mask = True

    epsilon: float = option(
        default=1e-3, above=0, about="added to the variance, against division by 0", kw_only=True
    )
    center: bool = option(default=True, about="whether there is a beta", kw_only=True)
    scale: bool = option(default=True, about="whether there is a gamma", kw_only=True)
    beta_initializer: Initializer | str = option(
        default="zeros", choices=INITIALIZERS, kw_only=True
    )
    gamma_initializer: Initializer | str = option(
        default="ones", choices=INITIALIZERS, kw_only=True
    )
    beta_regularizer: Regularizer | str | None = option(
        default=None, choices=REGULARIZERS, kw_only=True
    )
    gamma_regularizer: Regularizer | str | None = option(
        default=None, choices=REGULARIZERS, kw_only=True
    )
    beta_constraint: Constraint | str | None = option(
        default=None, choices=CONSTRAINTS, kw_only=True
    )
    gamma_constraint: Constraint | str | None = option(
        default=None, choices=CONSTRAINTS, kw_only=True
    )

    @abstractmethod
    def parameter_axes(self, input_shape: Shape) -> tuple[int, ...]:
        """Return the axes of a batch along which gamma and beta have values of their own."""

    def output_shape(self, input_shape: Shape) -> Shape:
        self.parameter_axes(input_shape)
        return input_shape

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, State]:
        gamma_key, beta_key = jax.random.split(key)
        shape = tuple(input_shape[axis - 1] for axis in self.parameter_axes(input_shape))
        params = {}
        if self.scale:
            params["gamma"] = INITIALIZERS.resolve(self.gamma_initializer)(gamma_key, shape)
        if self.center:
            params["beta"] = INITIALIZERS.resolve(self.beta_initializer)(beta_key, shape)
        return params, {}

    def rescale(
        self, params: Params, x: Array, mean: Array, variance: Array
    ) -> Float[Array, "batch ..."]:
        """Return z in x's dtype; mean and variance broadcast against x."""
        axes = self.parameter_axes(x.shape[1:])
        factor = jax.lax.rsqrt(variance + self.epsilon)
        if self.scale:
            factor = factor * _along(axes, x, params["gamma"], factor.dtype)
        z = (wide(x) - mean) * factor
        if self.center:
            z = z + _along(axes, x, params["beta"], z.dtype)
        return z.astype(x.dtype)


@LAYERS.register()
@config
class BatchNormalization(Normalizer):
    """z = gamma (x - mean) / sqrt(variance + epsilon) + beta, for each channel.

    While training, mean and variance are those of the batch (the variance divided by n, not
    n - 1), and the state follows them: moving <- momentum moving + (1 - momentum) batch.
    Outside training the moving ones are used, so that rows do not depend on each other.
    Their difference is why validation can look bad in the first 1 / (1 - momentum) steps.
    Steps that a mask leaves out count for neither.
    """

    uses_mask = True

    axis: int = option(default=-1, about="the axis of the channels; 0 is the batch")
    momentum: float = option(default=0.99, at_least=0, at_most=1, about="share of the old average")
    moving_mean_initializer: Initializer | str = option(default="zeros", choices=INITIALIZERS)
    moving_variance_initializer: Initializer | str = option(default="ones", choices=INITIALIZERS)

    def parameter_axes(self, input_shape: Shape) -> tuple[int, ...]:
        return (array_axis(self, self.axis, input_shape),)

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, State]:
        params_key, mean_key, variance_key = jax.random.split(key, 3)
        params, _ = Normalizer.init(self, params_key, input_shape)
        (axis,) = self.parameter_axes(input_shape)
        channels = (input_shape[axis - 1],)
        start_mean = INITIALIZERS.resolve(self.moving_mean_initializer)
        start_variance = INITIALIZERS.resolve(self.moving_variance_initializer)
        return params, {
            "moving_mean": start_mean(mean_key, channels),
            "moving_variance": start_variance(variance_key, channels),
        }

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "batch *shape"],
        *,
        key: Key,
        training: bool,
        mask: Mask = None,
    ) -> tuple[Float[Array, "batch *shape"], State]:
        axes = self.parameter_axes(x.shape[1:])
        if not training:
            dtype = wide(x).dtype
            mean = _along(axes, x, state["moving_mean"], dtype)
            variance = _along(axes, x, state["moving_variance"], dtype)
            return self.rescale(params, x, mean, variance), state
        if mask is None and axes == (x.ndim - 1,) and may_normalise(x):
            ones = jnp.ones(x.shape[-1], x.dtype)
            gamma, beta = params.get("gamma", ones), params.get("beta", 0 * ones)
            z, mean, variance = normalise_by_onednn(x, gamma, beta, self.epsilon)
        else:
            over = tuple(axis for axis in range(x.ndim) if axis not in axes)
            mean, variance = _moments(x, over) if mask is None else _masked_moments(x, over, mask)
            z = self.rescale(params, x, mean, variance)
        return z, {
            "moving_mean": self._follow(state["moving_mean"], mean),
            "moving_variance": self._follow(state["moving_variance"], variance),
        }

    def _follow(self, moving: Array, batch: Array) -> Array:
        now = batch.reshape(moving.shape).astype(moving.dtype)
        return self.momentum * moving + (1 - self.momentum) * now


@LAYERS.register()
@config
class LayerNormalization(Normalizer):
    """z = gamma (x - mean) / sqrt(variance + epsilon) + beta, along `axis` of each example."""

    axis: int | Sequence[int] = option(
        default=-1,
        convert=lambda axes: axes if isinstance(axes, int) else tuple(axes),
        about="one axis or several; 0 is the batch",
    )

    def parameter_axes(self, input_shape: Shape) -> tuple[int, ...]:
        return array_axes(self, self.axis, input_shape)

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "batch *shape"],
        *,
        key: Key,
        training: bool,
    ) -> tuple[Float[Array, "batch *shape"], State]:
        mean, variance = _moments(x, self.parameter_axes(x.shape[1:]))
        return self.rescale(params, x, mean, variance), state


@LAYERS.register()
@config
class GroupNormalization(Normalizer):
    """z = gamma (x - mean) / sqrt(variance + epsilon) + beta, for each group of channels.

    Mean and variance are taken over all positions and over the channels of the group, in
    each example. One group is layer normalization over everything, and `groups=-1`, a
    group for each channel, is instance normalization.
    """

    groups: int = option(default=32, at_least=-1, about="how many groups; -1 for one a channel")
    axis: int = option(default=-1, about="the axis of the channels; 0 is the batch")

    def parameter_axes(self, input_shape: Shape) -> tuple[int, ...]:
        axis = array_axis(self, self.axis, input_shape)
        channels = input_shape[axis - 1]
        if self.groups == 0 or channels % self.groups:
            what = f"{title(self)} cannot divide the channels into equal groups."
            got, expected = f"{channels} channels, groups={self.groups}", "a divisor, or -1"
            raise ShapeError(explain(what, got=got, expected=expected))
        return (axis,)

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "batch *shape"],
        *,
        key: Key,
        training: bool,
    ) -> tuple[Float[Array, "batch *shape"], State]:
        (axis,) = self.parameter_axes(x.shape[1:])
        channels = x.shape[axis]
        groups = channels if self.groups == -1 else self.groups
        split = (*x.shape[:axis], groups, channels // groups, *x.shape[axis + 1 :])
        grouped = x.reshape(split)
        over = tuple(i for i in range(1, grouped.ndim) if i != axis)
        mean, variance = (
            jnp.repeat(jnp.squeeze(moment, axis + 1), channels // groups, axis=axis)
            for moment in _moments(grouped, over)
        )
        return self.rescale(params, x, mean, variance), state


@LAYERS.register()
@config
class RMSNormalization(Layer):
    """z = scale x / sqrt(mean of x^2 + epsilon), along `axis` of each example."""

    axis: int | Sequence[int] = option(
        default=-1,
        convert=lambda axes: axes if isinstance(axes, int) else tuple(axes),
        about="one axis or several; 0 is the batch",
    )
    epsilon: float = option(default=1e-6, above=0, about="keeps the divisor from 0")

    def output_shape(self, input_shape: Shape) -> Shape:
        array_axes(self, self.axis, input_shape)
        return input_shape

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, State]:
        axes = array_axes(self, self.axis, input_shape)
        return {"scale": jnp.ones([input_shape[axis - 1] for axis in axes])}, {}

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "batch *shape"],
        *,
        key: Key,
        training: bool,
    ) -> tuple[Float[Array, "batch *shape"], State]:
        axes, x32 = array_axes(self, self.axis, x.shape[1:]), wide(x)
        factor = jax.lax.rsqrt(jnp.mean(jnp.square(x32), axes, keepdims=True) + self.epsilon)
        z = x32 * factor * _along(axes, x, params["scale"], x32.dtype)
        return z.astype(x.dtype), state


@LAYERS.register()
@config
class UnitNormalization(Transformation):
    """z = x / |x|, the Euclidean length being taken along `axis` of each example."""

    passes_mask = True

    axis: int | Sequence[int] = option(
        default=-1,
        convert=lambda axes: axes if isinstance(axes, int) else tuple(axes),
        about="one axis or several; 0 is the batch",
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        array_axes(self, self.axis, input_shape)
        return input_shape

    def transform(self, x: Float[Array, "batch *shape"]) -> Float[Array, "batch *shape"]:
        return unit(x, array_axes(self, self.axis, x.shape[1:]))


def _moments(x: Array, axes: tuple[int, ...]) -> tuple[Array, Array]:
    return jnp.mean(wide(x), axes, keepdims=True), jnp.var(wide(x), axes, keepdims=True)


def _masked_moments(x: Array, axes: tuple[int, ...], mask: Array) -> tuple[Array, Array]:
    """Return mean and variance of the steps that count."""
    counts = mask.reshape(*mask.shape, *(1,) * (x.ndim - mask.ndim))
    counts = jnp.broadcast_to(counts, x.shape).astype(wide(x).dtype)
    total = jnp.sum(counts, axes, keepdims=True) + 1e-7  # as in Keras, against division by 0
    mean = jnp.sum(wide(x) * counts, axes, keepdims=True) / total
    return mean, jnp.sum(jnp.square(wide(x) - mean) * counts, axes, keepdims=True) / total


def _along(axes: Sequence[int], x: Array, values: Array, dtype: Any) -> Array:
    """Return `values`, one an element of `axes`, in a shape that broadcasts against x."""
    shape = [size if axis in axes else 1 for axis, size in enumerate(x.shape)]
    return values.reshape(shape).astype(dtype)
