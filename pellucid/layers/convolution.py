"""Convolution: one small set of weights looks at every place of an example."""

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
from pellucid.layers.patches import convolve
from pellucid.layers.shapes import check_axes, title
from pellucid.layers.windows import Sizes, Windows, per_axis


@config
class Convolution(Layer, ABC):
    """z = sum over a window of x times kernel, + bias, for each window and filter.

    As in every neural network library, the kernel is not flipped: it is a pattern, and z is
    large where x looks like it. With groups, filters see only the channels of their group.
    Sizes have a number for each axis; each layer below says how many axes there are.
    """

    filters: int = option(above=0, about="how many patterns, and so channels of z")
    kernel_size: Sizes = option(above=0, about="how many positions a filter sees")
    strides: Sizes = option(default=(), above=0, about="how far the window moves")
    padding: str = option(default="valid", choices=("valid", "same"), about="what edges do")
    dilation_rate: Sizes = option(default=(), above=0, about="distance of neighbours in a window")
    groups: int = option(default=1, above=0, about="parts of the channels seen separately")
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
        if self.filters % self.groups:
            what = f"{title(self)} cannot divide its filters into equal groups."
            got = f"filters={self.filters}, groups={self.groups}"
            raise ConfigError(explain(what, got=got, expected="filters divisible by groups"))

    @property
    @abstractmethod
    def axes(self) -> str:
        """The axes of an example, by name."""

    @property
    def windows(self) -> Windows:
        """Where the filters look."""
        return Windows(self.kernel_size, self.strides, self.padding, self.dilation_rate)

    @property
    def nonlinearity(self) -> Activation:
        return ACTIVATIONS.resolve(self.activation or "linear")

    def output_shape(self, input_shape: Shape) -> Shape:
        check_axes(self, input_shape, self.axes)
        if input_shape[-1] % self.groups:
            what = f"{title(self)} cannot divide the channels into equal groups."
            got, expected = f"{input_shape[-1]} channels", f"a multiple of groups={self.groups}"
            raise ShapeError(explain(what, got=got, expected=expected))
        self.windows.check_fit(self, input_shape)
        return (*self.windows.count(input_shape[:-1]), self.filters)

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, State]:
        kernel_key, bias_key = jax.random.split(key)
        shape = (*self.kernel_size, input_shape[-1] // self.groups, self.filters)
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
        kernel, bias = params["kernel"], params.get("bias")
        return convolve(x, kernel, self.windows, self.groups, bias), state


@LAYERS.register("Conv1D", "Convolution1D")
@config
class Conv1D(Convolution):
    """z[t, f] = sum over i, c of x[t strides + i dilation_rate, c] kernel[i, c, f], + bias[f].

    Shapes:
        x       (batch, steps, channels)
        kernel  (kernel_size, channels / groups, filters)
        bias    (filters,)
        z       (batch, windows, filters)
    """

    kernel_size: Sizes = option(convert=per_axis(1), above=0, about="how many steps a filter sees")
    strides: Sizes = option(
        default=(1,), convert=per_axis(1), above=0, about="how far the window moves"
    )
    padding: str = option(
        default="valid", choices=("valid", "same", "causal"), about="what edges do"
    )
    dilation_rate: Sizes = option(
        default=(1,), convert=per_axis(1), above=0, about="distance of neighbours in a window"
    )

    @property
    def axes(self) -> str:
        return "steps channels"


@LAYERS.register("Conv2D", "Convolution2D")
@config
class Conv2D(Convolution):
    """z[r, s, f] = sum over i, j, c of x[r + i, s + j, c] kernel[i, j, c, f], + bias[f].

    With strides, r and s move by them; with dilation_rate, i and j are multiplied by it.

    Shapes:
        x       (batch, height, width, channels)
        kernel  (kernel height, kernel width, channels / groups, filters)
        bias    (filters,)
        z       (batch, windows down, windows across, filters)
    """

    kernel_size: Sizes = option(
        convert=per_axis(2), above=0, about="height and width that a filter sees"
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


@LAYERS.register("Conv3D", "Convolution3D")
@config
class Conv3D(Convolution):
    """z[q, r, s, f] = sum over h, i, j, c of x[q + h, r + i, s + j, c] kernel[h, i, j, c, f].

    The bias of each filter is added. Strides and dilation_rate are those of `Conv2D`.

    Shapes:
        x       (batch, depth, height, width, channels)
        kernel  (kernel depth, kernel height, kernel width, channels / groups, filters)
        bias    (filters,)
        z       (batch, windows in depth, windows down, windows across, filters)
    """

    kernel_size: Sizes = option(
        convert=per_axis(3), above=0, about="depth, height and width that a filter sees"
    )
    strides: Sizes = option(
        default=(1, 1, 1), convert=per_axis(3), above=0, about="how far the window moves"
    )
    dilation_rate: Sizes = option(
        default=(1, 1, 1), convert=per_axis(3), above=0, about="distance of neighbours in a window"
    )

    @property
    def axes(self) -> str:
        return "depth height width channels"
