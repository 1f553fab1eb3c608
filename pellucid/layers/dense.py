"""The fully connected layer."""

import jax
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Activation, Key, Params, Shape, State
from pellucid.functions.activations import ACTIVATIONS
from pellucid.functions.constraints import CONSTRAINTS, Constraint
from pellucid.functions.initializers import INITIALIZERS, Initializer
from pellucid.functions.regularizers import REGULARIZERS, Regularizer
from pellucid.layers.layer import LAYERS, Layer
from pellucid.layers.products import product


@LAYERS.register()
@config
class Dense(Layer):
    """z = x W + b, applied along the last axis of x.

    Shapes:
        x       (batch, ..., features)
        kernel  (features, units)
        bias    (units,)
        z       (batch, ..., units)
    """

    passes_mask = True

    units: int = option(above=0, about="how many neurons")
    activation: Activation | str | None = option(default=None, choices=ACTIVATIONS)
    use_bias: bool = True
    kernel_initializer: Initializer | str = option(default="glorot_uniform", choices=INITIALIZERS)
    bias_initializer: Initializer | str = option(default="zeros", choices=INITIALIZERS)
    kernel_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    bias_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    kernel_constraint: Constraint | str | None = option(default=None, choices=CONSTRAINTS)
    bias_constraint: Constraint | str | None = option(default=None, choices=CONSTRAINTS)

    @property
    def nonlinearity(self) -> Activation:
        return ACTIVATIONS.resolve(self.activation or "linear")

    def output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], self.units)

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, State]:
        kernel_key, bias_key = jax.random.split(key)
        start_kernel = INITIALIZERS.resolve(self.kernel_initializer)
        start_bias = INITIALIZERS.resolve(self.bias_initializer)
        params = {"kernel": start_kernel(kernel_key, (input_shape[-1], self.units))}
        if self.use_bias:
            params["bias"] = start_bias(bias_key, (self.units,))
        return params, {}

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "batch *positions features"],
        *,
        key: Key,
        training: bool,
    ) -> tuple[Float[Array, "batch *positions {self.units}"], State]:
        z = product(x, params["kernel"])
        return (z + params["bias"] if self.use_bias else z), state
