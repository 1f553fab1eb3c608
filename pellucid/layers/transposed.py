"""Transposed convolution: each place of an example writes a pattern into a larger one."""

from abc import ABC, abstractmethod

import jax
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ConfigError, ShapeError, explain
from pellucid.base.types import Activation, Key, Params, Shape, State
from pellucid.functions.activations import ACTIVATIONS
from pellucid.functions.constraints import CONSTRAINTS, Constraint
from pellucid.functions.initializers import INITIALIZERS, Initializer
from pellucid.functions.regularizers import REGULARIZERS, Regularizer
from pellucid.layers.layer import LAYERS, Layer
from pellucid.layers.patches import convolve_transposed
from pellucid.layers.shapes import check_axes, title
from pellucid.layers.windows import Footprints, Sizes, Windows, per_axis


@config
class TransposedConvolution(Layer, ABC):
    """z = sum of x times kernel over all positions whose footprints reach z, + bias.

    It is what carries the gradient back through a convolution, used as a layer: strides
    make z larger, not smaller. Its kernel has filters before channels, since a convolution
    the other way would have it so.
    """

    filters: int = option(above=0, about="how many patterns, and so channels of z")
    kernel_size: Sizes = option(above=0, about="how many positions a footprint covers")
    strides: Sizes = option(default=(), above=0, about="how far apart neighbours write")
    padding: str = option(default="valid", choices=("valid", "same"), about="what edges do")
    output_padding: Sizes = option(default=None, at_least=0, about="positions more at the end")
    dilation_rate: Sizes = option(default=(), above=0, about="distance of taps in a footprint")
    activation: Activation | str | None = option(default=None, choices=ACTIVATIONS)
    use_bias: bool = True
    kernel_initializer: Initializer | str = option(default="glorot_uniform", choices=INITIALIZERS)
    bias_initializer: Initializer | str = option(default="zeros", choices=INITIALIZERS)
    kernel_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    bias_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    kernel_constraint: Constraint | str | None = option(default=None, choices=CONSTRAINTS)
    bias_constraint: Constraint | str | None = option(default=None, choices=CONSTRAINTS)

    def __post_init__(self) -> None:
        super().__post_init__()
        extras = self.output_padding or ()
        if any(extra >= step for extra, step in zip(extras, self.strides, strict=False)):
            what = f"{title(self)} has an output_padding that does not fit its strides."
            got = f"output_padding={self.output_padding}, strides={self.strides}"
            raise ConfigError(explain(what, got=got, expected="less than the strides"))

    @property
    @abstractmethod
    def axes(self) -> str:
        """The axes of an example, by name."""

    @property
    def footprints(self) -> Footprints:
        """Where each position writes."""
        windows = Windows(self.kernel_size, self.strides, self.padding, self.dilation_rate)
        return Footprints(windows, self.output_padding)

    @property
    def nonlinearity(self) -> Activation:
        return ACTIVATIONS.resolve(self.activation or "linear")

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, self.axes)
        positions = self.footprints.count(input_shape[:-1])
        if min(positions) < 1:
            what = f"{title(self)} would give no positions."
            hint = "leave out output_padding"
            expected = "more positions, or strides that spread them further"
            raise ShapeError(explain(what, got=input_shape, expected=expected, hint=hint))
        return (*positions, self.filters)

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, State]:
        kernel_key, bias_key = jax.random.split(key)
        shape = (*self.kernel_size, self.filters, input_shape[-1])
        params = {"kernel": INITIALIZERS.resolve(self.kernel_initializer)(kernel_key, shape)}
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
        z = convolve_transposed(x, params["kernel"], self.footprints)
        return (z + params["bias"] if self.use_bias else z), state


@LAYERS.register("Conv1DTranspose", "Convolution1DTranspose")
@config
class Conv1DTranspose(TransposedConvolution):
    """z[t, f] = sum over s, i, c with s strides + i dilation_rate = t of x[s, c] kernel[i, f, c].

    The bias of each filter is added. With "same" padding, positions at both ends are cut
    off, so that z has strides times the steps of x.

    Shapes:
        x       (batch, steps, channels)
        kernel  (kernel_size, filters, channels)
        bias    (filters,)
        z       (batch, new steps, filters)
    """

    kernel_size: Sizes = option(convert=per_axis(1), above=0, about="steps that a footprint covers")
    strides: Sizes = option(
        default=(1,), convert=per_axis(1), above=0, about="how far apart neighbours write"
    )
    output_padding: Sizes = option(
        default=None, convert=per_axis(1), at_least=0, about="steps more at the end"
    )
    dilation_rate: Sizes = option(
        default=(1,), convert=per_axis(1), above=0, about="distance of taps in a footprint"
    )

    @property
    def axes(self) -> str:
        return "steps channels"


@LAYERS.register("Conv2DTranspose", "Convolution2DTranspose")
@config
class Conv2DTranspose(TransposedConvolution):
    """`Conv1DTranspose` for images: footprints are rectangles.

    Shapes:
        x       (batch, height, width, channels)
        kernel  (kernel height, kernel width, filters, channels)
        bias    (filters,)
        z       (batch, new height, new width, filters)
    """

    kernel_size: Sizes = option(
        convert=per_axis(2), above=0, about="height and width of a footprint"
    )
    strides: Sizes = option(
        default=(1, 1), convert=per_axis(2), above=0, about="how far apart neighbours write"
    )
    output_padding: Sizes = option(
        default=None, convert=per_axis(2), at_least=0, about="rows and columns more at the end"
    )
    dilation_rate: Sizes = option(
        default=(1, 1), convert=per_axis(2), above=0, about="distance of taps in a footprint"
    )

    @property
    def axes(self) -> str:
        return "height width channels"


@LAYERS.register("Conv3DTranspose", "Convolution3DTranspose")
@config
class Conv3DTranspose(TransposedConvolution):
    """`Conv1DTranspose` for volumes: footprints are boxes.

    Shapes:
        x       (batch, depth, height, width, channels)
        kernel  (kernel depth, kernel height, kernel width, filters, channels)
        bias    (filters,)
        z       (batch, new depth, new height, new width, filters)
    """

    kernel_size: Sizes = option(
        convert=per_axis(3), above=0, about="depth, height and width of a footprint"
    )
    strides: Sizes = option(
        default=(1, 1, 1), convert=per_axis(3), above=0, about="how far apart neighbours write"
    )
    output_padding: Sizes = option(
        default=None, convert=per_axis(3), at_least=0, about="positions more at the end"
    )
    dilation_rate: Sizes = option(
        default=(1, 1, 1), convert=per_axis(3), above=0, about="distance of taps in a footprint"
    )

    @property
    def axes(self) -> str:
        return "depth height width channels"
