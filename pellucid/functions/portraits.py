"""Activations as pictures and as a table: their values, slopes, ranges and limits."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pellucid.base.types import Activation
from pellucid.functions.activations import ACTIVATIONS, glu, log_softmax, softmax, sparsemax

ALONG_AN_AXIS = (softmax, log_softmax, sparsemax, glu)


class Portrait(NamedTuple):
    """An activation at some z: a = f(z), and its slope da/dz."""

    z: Float[np.ndarray, " points"]
    a: Float[np.ndarray, " points"]
    slope: Float[np.ndarray, " points"]


class Facts(NamedTuple):
    """What a table says of an activation; `far_below`, `at_zero` and `far_above` are of a."""

    derivative: str
    range: str
    far_below: str
    at_zero: str
    far_above: str


class Row(NamedTuple):
    """A line of the table of activations."""

    name: str
    formula: str
    facts: Facts


# With default settings. Along an axis, limits and range are those of the portrait.
FACTS: dict[str, Facts] = {
    "linear": Facts("1", "(-inf, inf)", "z", "0", "z"),
    "step": Facts("0", "{0, 1}", "0", "0", "1"),
    "sigmoid": Facts("a (1 - a)", "(0, 1)", "0", "1/2", "1"),
    "tanh": Facts("1 - a^2", "(-1, 1)", "-1", "0", "1"),
    "relu": Facts("1 if z > 0 else 0", "[0, inf)", "0", "0", "z"),
    "leaky_relu": Facts("1 if z >= 0 else 0.2", "(-inf, inf)", "0.2*z", "0", "z"),
    "softplus": Facts("1 / (1 + exp(-z))", "(0, inf)", "0", "log(2)", "z"),
    "softmax": Facts("a_j (1 if j = k else 0) - a_j a_k", "(0, 1)", "0", "1/2", "1"),
    "relu6": Facts("1 if 0 < z < 6 else 0", "[0, 6]", "0", "0", "6"),
    "elu": Facts("1 if z > 0 else exp(z)", "(-1, inf)", "-1", "0", "z"),
    "celu": Facts("1 if z > 0 else exp(z)", "(-1, inf)", "-1", "0", "z"),
    "selu": Facts(
        "1.0507 if z > 0 else 1.7581 exp(z)", "(-1.7581, inf)", "-1.7581", "0", "1.0507*z"
    ),
    "gelu": Facts("a / z + z exp(-z^2 / 2) / sqrt(2 pi)", "[-0.17, inf)", "0", "0", "z"),
    "silu": Facts("s + a (1 - s), s = sigmoid(z)", "[-0.2785, inf)", "0", "0", "z"),
    "mish": Facts("t + z sigmoid(z) (1 - t^2), t = a / z", "[-0.3088, inf)", "0", "0", "z"),
    "hard_silu": Facts(
        "0 if z < -3, 1 if z > 3, else (2 z + 3) / 6", "[-0.375, inf)", "0", "0", "z"
    ),
    "squareplus": Facts("(1 + z / sqrt(z^2 + 4)) / 2", "(0, inf)", "0", "1", "z"),
    "sparse_plus": Facts(
        "0 if z <= -1, 1 if z >= 1, else (z + 1) / 2", "[0, inf)", "0", "1/4", "z"
    ),
    "hard_sigmoid": Facts("1/6 if -3 < z < 3 else 0", "[0, 1]", "0", "1/2", "1"),
    "sparse_sigmoid": Facts("1/2 if -1 < z < 1 else 0", "[0, 1]", "0", "1/2", "1"),
    "hard_tanh": Facts("1 if -1 < z < 1 else 0", "[-1, 1]", "-1", "0", "1"),
    "softsign": Facts("1 / (1 + |z|)^2", "(-1, 1)", "-1", "0", "1"),
    "exponential": Facts("a", "(0, inf)", "0", "1", "exp(z)"),
    "log_sigmoid": Facts("1 / (1 + exp(z))", "(-inf, 0)", "z", "-log(2)", "0"),
    "hard_shrink": Facts("1 if |z| > 0.5 else 0", "(-inf, inf)", "z", "0", "z"),
    "soft_shrink": Facts("1 if |z| > 0.5 else 0", "(-inf, inf)", "z + 0.5", "0", "z - 0.5"),
    "tanh_shrink": Facts("tanh(z)^2", "(-inf, inf)", "z + 1", "0", "z - 1"),
    "threshold": Facts("1 if z > 0 else 0", "[0, inf)", "0", "0", "z"),
    "log_softmax": Facts("(1 if j = k else 0) - exp(a_k)", "(-inf, 0)", "z", "-log(2)", "0"),
    "sparsemax": Facts(
        "(1 if j = k else 0) - 1 / n among the n classes above 0", "[0, 1]", "0", "1/2", "1"
    ),
    "glu": Facts("sigmoid(v) for u, u s (1 - s) for v", "(-inf, inf)", "z/2", "0", "z/2"),
}


def portrait(activation: str | Activation, z: Float[np.ndarray, " points"]) -> Portrait:
    """Return an activation and its slope at each z, in float32, from one compiled program.

    An activation along an axis, such as softmax, is shown by its first output where z is
    the first of two numbers and the second is 0.

    Example:
        >>> portrait("relu", np.array([-1.0, 2.0])).slope.tolist()
        [0.0, 1.0]
    """
    z = np.asarray(z, np.float32)
    a, slope = _values_and_slopes(ACTIVATIONS.resolve(activation), z)
    return Portrait(z, np.asarray(a), np.asarray(slope))


def activation_table() -> tuple[Row, ...]:
    """Return name, formula and facts of every activation, in the registry's order."""
    return tuple(Row(name, _formula(ACTIVATIONS[name]), facts) for name, facts in FACTS.items())


@partial(jax.jit, static_argnums=0)
def _values_and_slopes(
    activation: Activation, z: Float[Array, " points"]
) -> tuple[Float[Array, " points"], Float[Array, " points"]]:
    return jax.vmap(jax.value_and_grad(_of_one_number(activation)))(z)


def _of_one_number(activation: Activation) -> Callable[[Array], Array]:
    if activation in ALONG_AN_AXIS:
        return lambda z: activation(jnp.stack([z, jnp.zeros_like(z)]))[0]
    return activation


def _formula(activation: Activation) -> str:
    """Return what an activation's docstring says before its first remark."""
    return (activation.__doc__ or "").split(";")[0].split(": ")[0]
