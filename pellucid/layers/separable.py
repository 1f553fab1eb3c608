"""Separable convolution: first where, channel by channel; then which channels together."""

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
class SeparableConvolution(Layer, ABC):
    """z = (x convolved with depthwise_kernel, each channel by itself) pointwise_kernel, + bias.

    It is a convolution whose kernel is a product of the two: far fewer weights, and hardly
    less to say where patterns of different channels are alike.
    """

    filters: int = option(above=0, about="how many mixtures, and so channels of z")
    kernel_size: Sizes = option(above=0, about="how many positions a pattern sees")
    strides: Sizes = option(default=(), above=0, about="how far the window moves")
    padding: str = option(default="valid", choices=("valid", "same"), about="what edges do")
    dilation_rate: Sizes = option(default=(), above=0, about="distance of neighbours in a window")
    depth_multiplier: int = option(default=1, above=0, about="patterns for each channel")
    activation: Activation | str | None = option(default=None, choices=ACTIVATIONS)
    use_bias: bool = True
    depthwise_initializer: Initializer | str = option(
        default="glorot_uniform", choices=INITIALIZERS
    )
    pointwise_initializer: Initializer | str = option(
        default="glorot_uniform", choices=INITIALIZERS
    )
    bias_initializer: Initializer | str = option(default="zeros", choices=INITIALIZERS)
    depthwise_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    pointwise_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    bias_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    depthwise_constraint: Constraint | str | None = option(default=None, choices=CONSTRAINTS)
    pointwise_constraint: Constraint | str | None = option(default=None, choices=CONSTRAINTS)
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
    def depthwise_kernel_regularizer(self) -> Regularizer | str | None:
        """The depthwise one, by the name of its parameter."""
        return self.depthwise_regularizer

    @property
    def pointwise_kernel_regularizer(self) -> Regularizer | str | None:
        """The pointwise one, by the name of its parameter."""
        return self.pointwise_regularizer

    @property
    def depthwise_kernel_constraint(self) -> Constraint | str | None:
        """The depthwise one, by the name of its parameter."""
        return self.depthwise_constraint

    @property
    def pointwise_kernel_constraint(self) -> Constraint | str | None:
        """The pointwise one, by the name of its parameter."""
        return self.pointwise_constraint

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, self.axes)
        self.windows.check_fit(self, input_shape)
        return (*self.windows.count(input_shape[:-1]), self.filters)

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, State]:
        depthwise_key, pointwise_key, bias_key = jax.random.split(key, 3)
        channels = input_shape[-1]
        seen, mixed = (channels, self.depth_multiplier), (channels * self.depth_multiplier,)
        start_patterns = INITIALIZERS.resolve(self.depthwise_initializer)
        start_mixing = INITIALIZERS.resolve(self.pointwise_initializer)
        ones = (1,) * len(self.kernel_size)
        params = {
            "depthwise_kernel": start_patterns(depthwise_key, (*self.kernel_size, *seen)),
            "pointwise_kernel": start_mixing(pointwise_key, (*ones, *mixed, self.filters)),
        }
        if self.use_bias:
            start_bias = INITIALIZERS.resolve(self.bias_initializer)
            params["bias"] = start_bias(bias_key, (self.filters,))
        return params, {}

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "batch *positions channels"],
        *,
        key: Key,
        training: bool,
    ) -> tuple[Float[Array, "batch *windows {self.filters}"], State]:
        seen = convolve_each(x, params["depthwise_kernel"], self.windows)
        z = seen @ params["pointwise_kernel"].reshape(-1, self.filters)
        return (z + params["bias"] if self.use_bias else z), state


@LAYERS.register("SeparableConv1D", "SeparableConvolution1D")
@config
class SeparableConv1D(SeparableConvolution):
    """z = (x convolved with depthwise_kernel, each channel by itself) pointwise_kernel, + bias.

    Shapes:
        x                 (batch, steps, channels)
        depthwise_kernel  (kernel_size, channels, depth_multiplier)
        pointwise_kernel  (1, channels depth_multiplier, filters)
        bias              (filters,)
        z                 (batch, windows, filters)
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


@LAYERS.register("SeparableConv2D", "SeparableConvolution2D")
@config
class SeparableConv2D(SeparableConvolution):
    """z = (x convolved with depthwise_kernel, each channel by itself) pointwise_kernel, + bias.

    Shapes:
        x                 (batch, height, width, channels)
        depthwise_kernel  (kernel height, kernel width, channels, depth_multiplier)
        pointwise_kernel  (1, 1, channels depth_multiplier, filters)
        bias              (filters,)
        z                 (batch, windows down, windows across, filters)
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
