"""Layers that disturb their input while training, and let it pass afterwards."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ConfigError, ShapeError, explain
from pellucid.base.types import Key, Params, Shape, State
from pellucid.layers.layer import LAYERS, Layer
from pellucid.layers.precision import at_random
from pellucid.layers.shapes import check_axes, title

SELU_FLOOR = -1.7580993408473766  # selu(z) for z far below 0: -alpha lambda


@config
class Noise(Layer, ABC):
    """z = disturb(x) while training, z = x otherwise."""

    passes_mask = True

    @abstractmethod
    def disturb(self, x: Float[Array, "batch *shape"], key: Key) -> Float[Array, "batch *shape"]:
        """Return a noisy x; the noise depends on `key` alone."""

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "batch *shape"],
        *,
        key: Key,
        training: bool,
    ) -> tuple[Float[Array, "batch *shape"], State]:
        return (self.disturb(x, key) if training else x), state


@LAYERS.register()
@config
class Dropout(Noise):
    """z = x mask / (1 - rate), where each element of mask is 0 with probability rate, else 1.

    Dividing by the probability 1 - rate of staying keeps the expectation of z at x, so
    that nothing has to be rescaled when predicting. `Dropout(keep_prob=p)` is another
    spelling of `Dropout(rate=1 - p)`.

    With `noise_shape`, batch axis included, one draw is shared along each axis of size 1;
    None there means the size of x.

    Raises:
        ConfigError: rate and keep_prob contradict each other, or neither is given.
    """

    rate: float = option(default=None, at_least=0, below=1, about="probability of dropping")
    noise_shape: Sequence[int | None] | None = option(
        default=None, convert=tuple, about="shape of the mask, with the batch axis"
    )
    keep_prob: float | None = option(default=None, about="1 - rate, spelt the other way")

    def __post_init__(self) -> None:
        if self.keep_prob is not None:
            object.__setattr__(self, "rate", _rate(self.rate, self.keep_prob))
            object.__setattr__(self, "keep_prob", None)
        super().__post_init__()

    def output_shape(self, input_shape: Shape) -> Shape:
        _check_mask(self, self.noise_shape, input_shape)
        return input_shape

    def disturb(self, x: Float[Array, "batch *shape"], key: Key) -> Float[Array, "batch *shape"]:
        return drop(x, self.rate, _mask_shape(self.noise_shape, x), key)


@LAYERS.register()
@config
class SpatialDropout1D(Noise):
    """Dropout of whole channels: one draw for all steps of a channel.

    Neighbouring steps say much the same, so that dropping single ones would hide little.
    """

    rate: float = option(at_least=0, below=1, about="probability of dropping a channel")

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, "steps channels")
        return input_shape

    def disturb(
        self, x: Float[Array, "batch steps channels"], key: Key
    ) -> Float[Array, "batch steps channels"]:
        return drop(x, self.rate, (len(x), 1, x.shape[-1]), key)


@LAYERS.register()
@config
class SpatialDropout2D(Noise):
    """Dropout of whole channels: one draw for all pixels of a feature map."""

    rate: float = option(at_least=0, below=1, about="probability of dropping a channel")

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, "height width channels")
        return input_shape

    def disturb(
        self, x: Float[Array, "batch height width channels"], key: Key
    ) -> Float[Array, "batch height width channels"]:
        return drop(x, self.rate, (len(x), 1, 1, x.shape[-1]), key)


@LAYERS.register()
@config
class SpatialDropout3D(Noise):
    """Dropout of whole channels: one draw for all places of a volume."""

    rate: float = option(at_least=0, below=1, about="probability of dropping a channel")

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, "depth height width channels")
        return input_shape

    def disturb(
        self, x: Float[Array, "batch depth height width channels"], key: Key
    ) -> Float[Array, "batch depth height width channels"]:
        return drop(x, self.rate, (len(x), 1, 1, 1, x.shape[-1]), key)


@LAYERS.register()
@config
class GaussianNoise(Noise):
    """z = x + stddev n, with n standard normal."""

    stddev: float = option(at_least=0, about="standard deviation of the noise, in units of x")

    def disturb(self, x: Float[Array, "batch *shape"], key: Key) -> Float[Array, "batch *shape"]:
        return x + self.stddev * _normal(x, key)


@LAYERS.register()
@config
class GaussianDropout(Noise):
    """z = x (1 + s n), with n standard normal and s^2 = rate / (1 - rate).

    The noise has the mean and the variance that dropout's mask has after rescaling.
    """

    rate: float = option(at_least=0, below=1, about="rate of the Dropout it stands in for")

    def disturb(self, x: Float[Array, "batch *shape"], key: Key) -> Float[Array, "batch *shape"]:
        stddev = math.sqrt(self.rate / (1 - self.rate))
        return x * (1 + stddev * _normal(x, key))


@LAYERS.register()
@config
class AlphaDropout(Noise):
    """z = q d + b, where d is x, or selu's floor f with probability rate; for use with selu.

    With q = ((1 - rate) (1 + rate f^2))^(-1/2) and b = -q rate f, inputs of mean 0 and
    variance 1 keep both.
    """

    rate: float = option(at_least=0, below=1, about="probability of dropping")
    noise_shape: Sequence[int | None] | None = option(
        default=None, convert=tuple, about="shape of the mask, with the batch axis"
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        _check_mask(self, self.noise_shape, input_shape)
        return input_shape

    def disturb(self, x: Float[Array, "batch *shape"], key: Key) -> Float[Array, "batch *shape"]:
        kept = _kept(key, self.rate, _mask_shape(self.noise_shape, x))
        q = ((1 - self.rate) * (1 + self.rate * SELU_FLOOR**2)) ** -0.5
        return q * jnp.where(kept, x, SELU_FLOOR) - q * self.rate * SELU_FLOOR


def drop(
    x: Float[Array, "*shape"], rate: float, mask_shape: tuple[int, ...], key: Key
) -> Float[Array, "*shape"]:
    """Return x / (1 - rate), and 0 with probability `rate`: one draw for each place of the mask."""
    if rate == 0:
        return x
    return jnp.where(_kept(key, rate, mask_shape), x / (1 - rate), 0)


def _kept(key: Key, rate: float, shape: tuple[int, ...]) -> Bool[Array, "..."]:
    return jax.random.bernoulli(key, np.float32(1 - rate), shape)  # the same dice in float64


def _normal(x: Float[Array, "*shape"], key: Key) -> Float[Array, "*shape"]:
    return jax.random.normal(key, x.shape, at_random(x)).astype(x.dtype)


def _mask_shape(wanted: Sequence[int | None] | None, x: Array) -> tuple[int, ...]:
    if wanted is None:
        return x.shape
    return tuple(
        size if asked is None else asked for asked, size in zip(wanted, x.shape, strict=True)
    )


def _check_mask(layer: Layer, wanted: Sequence[int | None] | None, shape: Shape) -> None:
    fits = wanted is None or (
        len(wanted) == len(shape) + 1
        and all(asked in (None, 1, size) for asked, size in zip(wanted[1:], shape, strict=True))
    )
    if not fits:
        what = f"{title(layer)} has a noise_shape that does not fit its input."
        expected = f"(None, {', '.join(map(str, shape))}), or 1 in place of any of these"
        raise ShapeError(explain(what, got=wanted, expected=expected))


def _rate(rate: Any, keep_prob: Any) -> float:
    """Return the rate that `keep_prob` means, where the two agree."""
    if not isinstance(keep_prob, int | float) or not 0 < keep_prob <= 1:
        what = "Dropout(keep_prob=...) is not a probability of staying."
        raise ConfigError(explain(what, got=keep_prob, expected="a number above 0, at most 1"))
    meant = round(1 - keep_prob, 12)  # so that keep_prob=0.9 is rate=0.1
    if rate is not None and not math.isclose(rate, meant, abs_tol=1e-9):
        what = "Dropout was given a rate and a keep_prob that contradict each other."
        got, expected = f"rate={rate}, keep_prob={keep_prob}", "rate = 1 - keep_prob"
        raise ConfigError(explain(what, got=got, expected=expected, hint="give one of the two"))
    return meant
