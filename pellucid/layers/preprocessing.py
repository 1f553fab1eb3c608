"""Layers that bring raw numbers to the scale that networks learn well from."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ConfigError, DataError, ShapeError, explain
from pellucid.base.many_rows import TrainingRows
from pellucid.base.types import Key, Params, Shape, State
from pellucid.layers.layer import LAYERS, Layer
from pellucid.layers.precision import wide
from pellucid.layers.shapes import array_axes, title
from pellucid.layers.transformation import Transformation


@LAYERS.register()
@config
class Rescaling(Transformation):
    """z = scale x + offset: Rescaling(1 / 255) takes pixels to [0, 1]."""

    passes_mask = True

    scale: float = option(about="what x is multiplied by")
    offset: float = option(default=0.0, about="what is added then, in units of z")

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def transform(self, x: Float[Array, "batch *shape"]) -> Float[Array, "batch *shape"]:
        return x * self.scale + self.offset


@LAYERS.register()
@config
class MinMaxScaling(Layer):
    """z = low + (high - low) (x - minimum) / (maximum - minimum), for each column.

    Minimum and maximum are those of the training rows (and, in a picture or sequence, of all
    its positions), so that new rows may well lie outside [low, high]; nothing is clipped. A
    column that is constant in training tells nothing, and its z is always low. Before it
    has learnt, the layer is the identity.

    Shapes:
        x, z              (batch, ..., features)
        minimum, maximum  (features,)
        seen              (), how many training rows they come from
    """

    learns_from_data = True
    passes_mask = True

    low: float = option(default=0.0, about="what the smallest training value becomes")
    high: float = option(default=1.0, about="what the largest training value becomes")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low >= self.high:
            what, got = "MinMaxScaling has an empty range.", f"low={self.low}, high={self.high}"
            raise ConfigError(explain(what, got=got, expected="low below high"))

    def output_shape(self, input_shape: Shape) -> Shape:
        array_axes(self, -1, input_shape)
        return input_shape

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, State]:
        features = input_shape[-1:]
        return {}, {
            "minimum": jnp.zeros(features, jnp.float32),
            "maximum": jnp.ones(features, jnp.float32),
            "seen": jnp.zeros((), jnp.float32),
        }

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "batch *positions features"],
        *,
        key: Key,
        training: bool,
    ) -> tuple[Float[Array, "batch *positions features"], State]:
        raw = wide(x)
        minimum, maximum = (state[name].astype(raw.dtype) for name in ("minimum", "maximum"))
        span = maximum - minimum
        share = jnp.where(span > 0, (raw - minimum) / jnp.where(span > 0, span, 1), 0)
        z = self.low + (self.high - self.low) * share
        return jnp.where(state["seen"] > 0, z.astype(x.dtype), x), state

    def learn(self, x: TrainingRows) -> Mapping[str, Float[np.ndarray, "..."]]:
        _check_rows(self, x)
        over = tuple(range(x.ndim - 1))
        return _as_state(minimum=x.min(over), maximum=x.max(over), seen=len(x))


@LAYERS.register()
@config
class Normalization(Layer):
    """z = (x - mean) / sqrt(variance), for each column.

    Mean and variance are given, or those of the training rows (all positions of a picture or
    sequence taken together, unless `axis` names them too). A column that is constant in
    training tells nothing, and its z is always 0; Keras divides by 1e-7 there, so that a
    new value gives an enormous z. Before it has learnt, the layer is the identity.

    Shapes:
        x, z            (batch, ...)
        mean, variance  the sizes of x along `axis`; () where axis is None
        seen            (), how many training rows they come from
    """

    learns_from_data = True
    passes_mask = True

    axis: int | Sequence[int] | None = option(
        default=-1,
        convert=lambda axes: axes if isinstance(axes, int) else tuple(axes),
        about="axes with a mean for each place; 0 is the batch, None for one mean in all",
    )
    mean: float | Sequence[float] | None = option(
        default=None, convert=lambda value: _numbers(value), about="a mean known beforehand"
    )
    variance: float | Sequence[float] | None = option(
        default=None, convert=lambda value: _numbers(value), about="its variance; given with mean"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.mean is None) != (self.variance is None):
            what = "Normalization was given only one of mean and variance."
            got = f"mean={self.mean}, variance={self.variance}"
            raise ConfigError(explain(what, got=got, expected="both, or neither to learn them"))

    def output_shape(self, input_shape: Shape) -> Shape:
        shape = self._shape(input_shape)
        for name, given in (("mean", self.mean), ("variance", self.variance)):
            if isinstance(given, tuple) and (len(given),) != shape:
                what = f"{title(self)} has a {name} that does not fit its input."
                got, expected = f"{len(given)} numbers", f"shape {shape}, or one number"
                raise ShapeError(explain(what, got=got, expected=expected))
        return input_shape

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, State]:
        shape = self._shape(input_shape)
        mean = 0.0 if self.mean is None else self.mean
        variance = 1.0 if self.variance is None else self.variance
        return {}, {
            "mean": jnp.broadcast_to(jnp.array(mean, jnp.float32), shape),
            "variance": jnp.broadcast_to(jnp.array(variance, jnp.float32), shape),
            "seen": jnp.zeros((), jnp.float32),
        }

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "batch *shape"],
        *,
        key: Key,
        training: bool,
    ) -> tuple[Float[Array, "batch *shape"], State]:
        axes = self._axes(x.shape[1:])
        along = [size if axis in axes else 1 for axis, size in enumerate(x.shape)]
        raw = wide(x)
        mean, variance = (
            state[name].reshape(along).astype(raw.dtype) for name in ("mean", "variance")
        )
        deviation = jnp.sqrt(jnp.where(variance > 0, variance, 1))
        return jnp.where(variance > 0, (raw - mean) / deviation, 0).astype(x.dtype), state

    def learn(self, x: TrainingRows) -> Mapping[str, Float[np.ndarray, "..."]]:
        _check_rows(self, x)
        shape = self._shape(x.shape[1:])
        if self.mean is not None and self.variance is not None:
            mean, variance = (np.broadcast_to(v, shape) for v in (self.mean, self.variance))
            return _as_state(mean=mean, variance=variance, seen=len(x))
        axes = self._axes(x.shape[1:])
        over = tuple(axis for axis in range(x.ndim) if axis not in axes)
        constant = x.min(over) == x.max(over)  # rounding would make the variance 1e-34, not 0
        variance = np.where(constant, 0, x.var(over, dtype=np.float64))
        return _as_state(mean=x.mean(over, dtype=np.float64), variance=variance, seen=len(x))

    def _axes(self, input_shape: Shape) -> tuple[int, ...]:
        return () if self.axis is None else array_axes(self, self.axis, input_shape)

    def _shape(self, input_shape: Shape) -> Shape:
        return tuple(input_shape[axis - 1] for axis in self._axes(input_shape))


def _numbers(given: Any) -> float | tuple[float, ...]:
    array = np.asarray(given, np.float64)
    return float(array) if array.ndim == 0 else tuple(array.ravel().tolist())


def _check_rows(layer: Layer, x: TrainingRows) -> None:
    if len(x) == 0:
        what = f"{title(layer)} has no training rows to learn from."
        raise DataError(explain(what, got=f"shape {x.shape}", expected="one row or more"))


def _as_state(**learnt: Any) -> dict[str, np.ndarray]:
    return {name: np.asarray(value, np.float32) for name, value in learnt.items()}
