"""Depthwise convolution: each channel is looked at by itself, then perhaps mixed."""

from abc import ABC, abstractmethod

import jax
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Activation, Key, Params, Shape, State
from pellucid.functions.activations import ACTIVATIONS
from pellucid.functions.constraints import CONSTRAINTS, Constraint
from pellucid.functions.initializers import INITIALIZERS, Initializer
from pellucid.functions.regularizers import REGULARIZERS, Regularizer
from pellucid.layers.layer import LAYERS, Layer
from pellucid.layers.patches import convolve_each
from pellucid.layers.shapes import check_axes
from pellucid.layers.windows import Sizes, Windows, per_axis


@config
class DepthwiseConvolution(Layer, ABC):
    """z = sum over a window of x times kernel, + bias, for each channel by itself.

    Each channel has depth_multiplier patterns; what they give lies together in z. With so
    few weights, it looks at places and leaves the mixing of channels to other layers.
    """

    kernel_size: Sizes = option(above=0, about="how many positions a pattern sees")
    strides: Sizes = option(default=(), above=0, about="how far the window moves")
    padding: str = option(default="valid", choices=("valid", "same"), about="what edges do")
    depth_multiplier: int = option(default=1, above=0, about="patterns for each channel")
    dilation_rate: Sizes = option(default=(), above=0, about="distance of neighbours in a window")
    activation: Activation | str | None = option(default=None, choices=ACTIVATIONS)
    use_bias: bool = True
    depthwise_initializer: Initializer | str = option(
        default="glorot_uniform", choices=INITIALIZERS
    )
    bias_initializer: Initializer | str = option(default="zeros", choices=INITIALIZERS)
    depthwise_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    bias_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    depthwise_constraint: Constraint | str | None = option(default=None, choices=CONSTRAINTS)
    bias_constraint: Constraint | str | None = option(default=None, choices=CONSTRAINTS)

    @property
    @abstractmethod
    def axes(self) -> str:
        """The axes of an example, by name."""

    @property
    def windows(self) -> Windows:
        """Where the patterns look."""
        return Windows(self.kernel_size, self.strides, self.padding, self.dilation_rate)

    @property
    def nonlinearity(self) -> Activation:
        return ACTIVATIONS.resolve(self.activation or "linear")

    @property
    def kernel_regularizer(self) -> Regularizer | str | None:
        """The depthwise one, by the name of its parameter."""
        return self.depthwise_regularizer

    @property
    def kernel_constraint(self) -> Constraint | str | None:
        """The depthwise one, by the name of its parameter."""
        return self.depthwise_constraint

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, self.axes)
        self.windows.check_fit(self, input_shape)
        positions = self.windows.count(input_shape[:-1])
        return (*positions, input_shape[-1] * self.depth_multiplier)

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, State]:
        kernel_key, bias_key = jax.random.split(key)
        shape = (*self.kernel_size, input_shape[-1], self.depth_multiplier)
        params = {"kernel": INITIALIZERS.resolve(self.depthwise_initializer)(kernel_key, shape)}
        if self.use_bias:
            start_bias = INITIALIZERS.resolve(self.bias_initializer)
            params["bias"] = start_bias(bias_key, (input_shape[-1] * self.depth_multiplier,))
        return params, {}

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "batch *positions channels"],
        *,
        key: Key,
        training: bool,
    ) -> tuple[Float[Array, "batch *windows features"], State]:
        z = convolve_each(x, params["kernel"], self.windows)
        return (z + params["bias"] if self.use_bias else z), state


@LAYERS.register()
@config
class DepthwiseConv1D(DepthwiseConvolution):
    """z[t, c m + p] = sum over i of x[t strides + i dilation_rate, c] kernel[i, c, p], + bias.

    Here m is depth_multiplier, and p counts the patterns of a channel.

    Shapes:
        x       (batch, steps, channels)
        kernel  (kernel_size, channels, depth_multiplier)
        bias    (channels depth_multiplier,)
        z       (batch, windows, channels depth_multiplier)
    """

    kernel_size: Sizes = option(convert=per_axis(1), above=0, about="steps that a pattern sees")
    strides: Sizes = option(
        default=(1,), convert=per_axis(1), above=0, about="how far the window moves"
    )
    dilation_rate: Sizes = option(
        default=(1,), convert=per_axis(1), above=0, about="distance of neighbours in a window"
    )

    @property
    def axes(self) -> str:
        return "steps channels"


@LAYERS.register()
@config
class DepthwiseConv2D(DepthwiseConvolution):
    """z[r, s, c m + p] = sum over i, j of x[r + i, s + j, c] kernel[i, j, c, p], + bias.

    Here m is depth_multiplier, and p counts the patterns of a channel. Strides and
    dilation_rate are those of `Conv2D`.

    Shapes:
        x       (batch, height, width, channels)
        kernel  (kernel height, kernel width, channels, depth_multiplier)
        bias    (channels depth_multiplier,)
        z       (batch, windows down, windows across, channels depth_multiplier)
    """

    kernel_size: Sizes = option(
        convert=per_axis(2), above=0, about="height and width that a pattern sees"
    )
    strides: Sizes = option(
        default=(1, 1), convert=per_axis(2), above=0, about="how far the window moves"
    )
    dilation_rate: Sizes = option(
        default=(1, 1), convert=per_axis(2), above=0, about="distance of neighbours in a window"
    )

    @property
    def axes(self) -> str:
        return "height width channels"
