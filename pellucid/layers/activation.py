"""Activations as layers of their own: z = x passes through, and a = f(z)."""

import functools
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Activation as Function
from pellucid.base.types import Key, Params, Shape, State
from pellucid.functions.activations import ACTIVATIONS, elu, leaky_relu, relu, softmax
from pellucid.functions.constraints import CONSTRAINTS, Constraint
from pellucid.functions.initializers import INITIALIZERS, Initializer
from pellucid.functions.regularizers import REGULARIZERS, Regularizer
from pellucid.layers.layer import LAYERS, Layer, Mask
from pellucid.layers.shapes import array_axes, array_axis
from pellucid.layers.transformation import Transformation

LEFT_OUT = -1e9  # a z so low that its share is 0


@config
class ActivationLayer(Transformation, ABC):
    """z = x and a = f(z), where the layer says what f is."""

    passes_mask = True

    @property
    @abstractmethod
    def nonlinearity(self) -> Function:
        """The function f."""

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def transform(self, x: Float[Array, "batch *shape"]) -> Float[Array, "batch *shape"]:
        return x


@LAYERS.register()
@config
class Activation(ActivationLayer):
    """a = f(x) for any registered function, or one of your own."""

    activation: Function | str = option(choices=ACTIVATIONS, about="the function")

    @property
    def nonlinearity(self) -> Function:
        return ACTIVATIONS.resolve(self.activation)


@LAYERS.register()
@config
class Identity(ActivationLayer):
    """a = x: a place in the network that can be named and looked at."""

    @property
    def nonlinearity(self) -> Function:
        return ACTIVATIONS["linear"]


@LAYERS.register()
@config
class ReLU(ActivationLayer):
    """a = x from the threshold on, but at most max_value; a line of negative_slope below.

    Below the threshold t, a = negative_slope (x - t).
    """

    max_value: float | None = option(default=None, at_least=0, about="where a stops rising")
    negative_slope: float = option(default=0.0, at_least=0, about="slope below the threshold")
    threshold: float = option(default=0.0, at_least=0, about="where a begins to follow x")

    @property
    def nonlinearity(self) -> Function:
        if (self.max_value, self.negative_slope, self.threshold) == (None, 0, 0):
            return relu
        return self._bent

    def _bent(self, z: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        below = self.negative_slope * (z - self.threshold)
        a = jnp.where(z >= self.threshold, z, below)
        return a if self.max_value is None else jnp.minimum(a, self.max_value)


@LAYERS.register()
@config
class LeakyReLU(ActivationLayer):
    """a = x for x >= 0, negative_slope x below.

    The slope's default is 0.3 here and 0.2 in the function leaky_relu, as in Keras.
    """

    negative_slope: float = option(default=0.3, at_least=0, about="slope where x < 0")

    @property
    def nonlinearity(self) -> Function:
        return _with_settings(leaky_relu, negative_slope=self.negative_slope)


@LAYERS.register()
@config
class ELU(ActivationLayer):
    """a = x for x > 0, alpha (exp(x) - 1) below."""

    alpha: float = option(default=1.0, at_least=0, about="a for x far below 0 is -alpha")

    @property
    def nonlinearity(self) -> Function:
        return _with_settings(elu, alpha=self.alpha)


@LAYERS.register()
@config
class Softmax(ActivationLayer):
    """a = exp(x) / sum(exp(x)) along `axis`: probabilities that add up to 1.

    A mask with the axes of x leaves classes out: they get probability 0.
    """

    uses_mask = True

    axis: int = option(default=-1, about="the axis of the classes; 0 is the batch")

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
        if mask is None or mask.ndim != x.ndim:
            return x, state
        return jnp.where(mask, x, LEFT_OUT), state

    @property
    def nonlinearity(self) -> Function:
        return _with_settings(softmax, axis=self.axis)

    def output_shape(self, input_shape: Shape) -> Shape:
        array_axis(self, self.axis, input_shape)
        return input_shape


@LAYERS.register()
@config
class PReLU(Layer):
    """z = x for x >= 0, alpha x below, with slopes alpha that are learnt.

    As f has parameters here, it is part of the layer: z is its output, and a = z.

    Shapes:
        x, z    (batch, ..., channels)
        alpha   (..., channels), with 1 for each of the `shared_axes`
    """

    passes_mask = True

    alpha_initializer: Initializer | str = option(default="zeros", choices=INITIALIZERS)
    alpha_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    alpha_constraint: Constraint | str | None = option(default=None, choices=CONSTRAINTS)
    shared_axes: Sequence[int] | None = option(
        default=None,
        convert=lambda axes: (axes,) if isinstance(axes, int) else tuple(axes),
        about="axes along which one slope is shared; 0 is the batch",
    )

    def output_shape(self, input_shape: Shape) -> Shape:
        array_axes(self, self.shared_axes or (), input_shape)
        return input_shape

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, State]:
        shared = array_axes(self, self.shared_axes or (), input_shape)
        shape = tuple(
            1 if axis in shared else size for axis, size in enumerate(input_shape, start=1)
        )
        return {"alpha": INITIALIZERS.resolve(self.alpha_initializer)(key, shape)}, {}

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "batch *shape"],
        *,
        key: Key,
        training: bool,
    ) -> tuple[Float[Array, "batch *shape"], State]:
        return jnp.where(x >= 0, x, params["alpha"] * x), state


def _with_settings(function: Callable[..., Array], **settings: Any) -> Function:
    """Return f with its settings: f itself, which losses know by identity, if all are its own."""
    own = inspect.signature(function).parameters
    given = {name: value for name, value in settings.items() if value != own[name].default}
    return functools.partial(function, **given) if given else function
