"""A fully connected layer along axes of choice."""

import math
import re
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ConfigError, ShapeError, explain
from pellucid.base.types import Activation, Key, Params, Shape, State
from pellucid.functions import initializers
from pellucid.functions.activations import ACTIVATIONS
from pellucid.functions.constraints import CONSTRAINTS, Constraint
from pellucid.functions.initializers import INITIALIZERS, Initializer
from pellucid.functions.regularizers import REGULARIZERS, Regularizer
from pellucid.layers.layer import LAYERS, Layer
from pellucid.layers.shapes import title

# Initializers that count inputs and outputs, which the axes of an equation's kernel do not
# show by their place.
COUNTING = (
    initializers.VarianceScaling,
    initializers.GlorotUniform,
    initializers.GlorotNormal,
    initializers.HeUniform,
    initializers.HeNormal,
    initializers.LecunUniform,
    initializers.LecunNormal,
)


Dims: TypeAlias = Any  # a whole number, or several; kept as a tuple of them


def several(dims: Dims) -> tuple[int | None, ...]:
    """Return one number, or several, as a tuple."""
    return (dims,) if isinstance(dims, int) else tuple(dims)


class Plan(NamedTuple):
    """The sizes that an equation means for inputs of some shape."""

    output: Shape
    inputs: tuple[int, ...]  # axes of the kernel that are summed over
    kernel: Shape
    bias: Shape


@LAYERS.register()
@config
class EinsumDense(Layer):
    """z = the sum that `equation` says, of x and a kernel, + bias.

    "abc,cd->abd" is a Dense on the last axis: letters name the axes of x, the kernel and
    z, and those missing in z are summed over. "..." stands for any number of axes, first
    or last, in x and z. The bias has the axes of z named in `bias_axes`.

    `output_dims` is the shape of one example of z, less the axes that "..." stands for;
    None in it is the size that x has along that axis.

    Raises:
        ConfigError: the equation is not of the form x,kernel->z.
        ShapeError: the equation does not fit the input.
    """

    equation: str = option(about="which axes are multiplied and summed")
    output_dims: Dims = option(convert=several, about="the shape of one example of z")
    activation: Activation | str | None = option(default=None, choices=ACTIVATIONS)
    bias_axes: str | None = option(default=None, about="the axes of z that the bias has")
    kernel_initializer: Initializer | str = option(default="glorot_uniform", choices=INITIALIZERS)
    bias_initializer: Initializer | str = option(default="zeros", choices=INITIALIZERS)
    kernel_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    bias_regularizer: Regularizer | str | None = option(default=None, choices=REGULARIZERS)
    kernel_constraint: Constraint | str | None = option(default=None, choices=CONSTRAINTS)
    bias_constraint: Constraint | str | None = option(default=None, choices=CONSTRAINTS)

    def __post_init__(self) -> None:
        super().__post_init__()
        found = re.fullmatch(r"(\.{3})?([a-zA-Z]+)(\.{3})?,([a-zA-Z]+)->(.+)", self.equation)
        before, after = (found[1] or "", found[3] or "") if found else ("", "")
        form = re.escape(before) + "([a-zA-Z]+)" + re.escape(after)
        if not found or (before and after) or not re.fullmatch(form, found[5]):
            what = "EinsumDense(equation=...) cannot be read."
            expected = 'x,kernel->z, such as "abc,cd->abd" or "...c,cd->...d"'
            raise ConfigError(explain(what, got=self.equation, expected=expected))
        letters = set(found[2]) | set(found[4])
        if stray := set(found[5]) - letters - {"."} or set(found[4]) - set(found[2] + found[5]):
            what = f"EinsumDense(equation=...) has letters of unknown size: {sorted(stray)}."
            expected = "kernel axes that x or z have, and axes of z that x or the kernel have"
            raise ConfigError(explain(what, got=self.equation, expected=expected))
        if wrong := set(self.bias_axes or "") - set(found[5]):
            what = f"EinsumDense(bias_axes=...) names axes that z does not have: {sorted(wrong)}."
            raise ConfigError(explain(what, got=self.bias_axes, expected=f"letters of {found[5]}"))

    @property
    def nonlinearity(self) -> Activation:
        return ACTIVATIONS.resolve(self.activation or "linear")

    def output_shape(self, input_shape: Shape) -> Shape:
        return self._plan(input_shape).output

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, State]:
        kernel_key, bias_key = jax.random.split(key)
        plan = self._plan(input_shape)
        start = INITIALIZERS.resolve(self.kernel_initializer)
        params = {"kernel": start_kernel(start, kernel_key, plan.kernel, plan.inputs)}
        if self.bias_axes is not None:
            params["bias"] = INITIALIZERS.resolve(self.bias_initializer)(bias_key, plan.bias)
        return params, {}

    def apply(
        self,
        params: Params,
        state: State,
        x: Float[Array, "batch *shape"],
        *,
        key: Key,
        training: bool,
    ) -> tuple[Float[Array, "batch ..."], State]:
        z = jnp.einsum(self.equation, x, params["kernel"])
        return (z + params["bias"] if "bias" in params else z), state

    def _plan(self, input_shape: Shape) -> Plan:
        first, last = self.equation.startswith("..."), "...," in self.equation
        read, rest = self.equation.replace("...", "").split(",")
        weigh, give = rest.split("->")
        batch = (-1, *input_shape)
        spare = len(batch) - len(read)
        dims = (-1, *self.output_dims)
        if first and spare >= 0:  # of the axes it stands for, the first is the batch
            kept, named, dims = batch[:spare], batch[spare:], dims[min(spare, 1) :]
        else:
            kept, named = batch[len(read) :], batch[: len(read)]
        fits = (spare == 0 or (spare > 0 and (first or last))) and len(dims) == len(give)
        sizes = dict(zip(read, named, strict=False))
        asked = dict(zip(give, dims, strict=False))
        clash = [c for c in give if sizes.get(c, asked.get(c)) not in (asked.get(c), None)]
        if not fits or [c for c in clash if asked.get(c) is not None]:
            what = f"{title(self)} has an equation that does not fit its input."
            got = f"examples of shape {input_shape}, output_dims={self.output_dims}"
            raise ShapeError(explain(what, got=got, expected=f"{self.equation}, batch included"))
        sizes |= {letter: size for letter, size in asked.items() if size is not None}
        named = tuple(sizes[letter] for letter in give)
        output = (*kept, *named) if first else (*named, *kept)
        axes = self.bias_axes or ""
        begin = min((give.index(letter) for letter in axes), default=0)
        bias = tuple(sizes[letter] if letter in axes else 1 for letter in give[begin:])
        return Plan(
            output[1:],
            tuple(place for place, letter in enumerate(weigh) if letter not in give),
            tuple(sizes[letter] for letter in weigh),
            bias if first else bias + (1,) * len(kept),
        )


def start_kernel(
    start: Initializer, key: Key, shape: Shape, inputs: Sequence[int]
) -> Float[Array, "..."]:
    """Return a fresh kernel of which the axes `inputs` are summed over.

    Which element a number lands in makes no difference to a distribution that depends on
    the counts alone; so it is drawn as a matrix, and then given its shape.
    """
    if not isinstance(start, COUNTING):
        return start(key, shape)
    taken = math.prod(shape[axis] for axis in inputs)
    return start(key, (taken, math.prod(shape) // taken)).reshape(shape)
