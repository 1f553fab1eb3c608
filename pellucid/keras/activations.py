"""Activations as Keras spells them: functions of arrays, symbols and traced values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from pellucid.functions import activations as core
from pellucid.keras.engine.base.eager import compute, is_traced
from pellucid.keras.engine.base.partials import Call
from pellucid.keras.engine.base.tensor import symbols_in
from pellucid.keras.engine.objects.rooms import Room
from pellucid.keras.engine.objects.spoken import spoken_function
from pellucid.keras.engine.operations.operation import apply_operation

ROOM = Room("activation", "activations")


def _made(line: str, function: Callable[..., Any], *names: str) -> Any:
    """File and return the function that Keras spells so; `.core` is the core's."""

    def activate(x: Any, **settings: Any) -> Any:
        call = Call.of(function, settings)
        if symbols_in(x) or is_traced(x):
            return apply_operation(function.__name__, call, x)
        return compute(call, x)

    made = spoken_function(line, activate, function.__doc__ or "")
    made.core = function
    return ROOM.file(made, *names)


def _relu(z: Any, negative_slope: float, max_value: float | None, threshold: float) -> Any:
    """A = z if z > threshold, else negative_slope (z - threshold); at most max_value."""
    above = jnp.where(z > threshold, z, negative_slope * (z - threshold))
    return above if max_value is None else jnp.minimum(above, max_value)


relu = _made("relu(x, negative_slope=0.0, max_value=None, threshold=0.0)", _relu)
relu.core = core.relu
linear = _made("linear(x)", core.linear)
sigmoid = _made("sigmoid(x)", core.sigmoid)
tanh = _made("tanh(x)", core.tanh)
softmax = _made("softmax(x, axis=-1)", core.softmax)
softplus = _made("softplus(x)", core.softplus)
leaky_relu = _made("leaky_relu(x, negative_slope=0.2)", core.leaky_relu)
elu = _made("elu(x, alpha=1.0)", core.elu)
selu = _made("selu(x)", core.selu)
softsign = _made("softsign(x)", core.softsign)
exponential = _made("exponential(x)", core.exponential)
hard_sigmoid = _made("hard_sigmoid(x)", core.hard_sigmoid)
gelu = _made("gelu(x, approximate=False)", core.gelu)
silu = _made("silu(x)", core.silu, "swish")
log_softmax = _made("log_softmax(x, axis=-1)", core.log_softmax)
relu6 = _made("relu6(x)", core.relu6)
mish = _made("mish(x)", core.mish)
celu = _made("celu(x, alpha=1.0)", core.celu)
glu = _made("glu(x, axis=-1)", core.glu)
hard_shrink = _made("hard_shrink(x, threshold=0.5)", core.hard_shrink)
hard_silu = _made("hard_silu(x)", core.hard_silu, "hard_swish")
hard_tanh = _made("hard_tanh(x)", core.hard_tanh)
log_sigmoid = _made("log_sigmoid(x)", core.log_sigmoid)
soft_shrink = _made("soft_shrink(x, threshold=0.5)", core.soft_shrink)
sparse_plus = _made("sparse_plus(x)", core.sparse_plus)
sparse_sigmoid = _made("sparse_sigmoid(x)", core.sparse_sigmoid)
sparsemax = _made("sparsemax(x, axis=-1)", core.sparsemax)
squareplus = _made("squareplus(x, b=4)", core.squareplus)
tanh_shrink = _made("tanh_shrink(x)", core.tanh_shrink)
threshold = _made("threshold(x, threshold, default_value)", core.threshold)

swish, hard_swish = silu, hard_silu
# The lectures' activation, which Keras does not have.
step = _made("step(x)", core.step)


def get(identifier: Any) -> Any:
    """Return the activation meant by a name, a description or a function; None means linear."""
    return linear if identifier is None else ROOM.get(identifier)


def serialize(activation: Any) -> Any:
    """Return the name of one of Keras's activations, or a description of another."""
    name = getattr(activation, "__name__", "")
    if ROOM.things.get(name) is activation:
        return name
    return ROOM.serialize(activation)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """Return the activation that a name or description means."""
    return ROOM.deserialize(config, custom_objects)
