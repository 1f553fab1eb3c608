"""Recurrent layers: three ways to remember what came before."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Activation, Key, Params
from pellucid.functions.activations import ACTIVATIONS
from pellucid.functions.initializers import INITIALIZERS
from pellucid.layers.layer import LAYERS
from pellucid.layers.recurrence import Carried, Recurrent


@LAYERS.register()
@config
class SimpleRNN(Recurrent):
    """h <- activation(x W + h U + b), with the kernel W and the recurrent kernel U."""

    use_bias: bool = True

    gates = 1

    def start_bias(self, key: Key) -> Float[Array, "..."] | None:
        start = INITIALIZERS.resolve(self.bias_initializer)
        return start(key, (self.units,)) if self.use_bias else None

    def advance(
        self, params: Params, from_x: Float[Array, "batch units"], now: Carried, hold: Array | None
    ) -> Carried:
        (h,) = now
        activate = ACTIVATIONS.resolve(self.activation or "linear")
        return (activate(from_x + self.pulled(h, params["recurrent_kernel"], hold)),)


@LAYERS.register()
@config
class LSTM(Recurrent):
    """c <- f c + i g and h <- o activation(c): a memory c that gates write, keep and read.

    i, f, g and o are x W + h U + b, each through its own block of the kernels, in this
    order; g is activated by `activation`, the gates i, f and o by `recurrent_activation`.
    With unit_forget_bias, f starts with a bias of 1: what was seen is kept at first.
    """

    recurrent_activation: Activation | str | None = option(default="sigmoid", choices=ACTIVATIONS)
    use_bias: bool = True
    unit_forget_bias: bool = option(default=True, about="keep at first", kw_only=True)

    gates = 4
    carried = ("h", "c")

    def start_bias(self, key: Key) -> Float[Array, "..."] | None:
        if not self.use_bias:
            return None
        start = INITIALIZERS.resolve(self.bias_initializer)
        if not self.unit_forget_bias:
            return start(key, (4 * self.units,))
        keep = jnp.ones((self.units,), "float32")
        return jnp.concatenate([start(key, (self.units,)), keep, start(key, (2 * self.units,))])

    def advance(
        self,
        params: Params,
        from_x: Float[Array, "batch four_units"],
        now: Carried,
        hold: Array | None,
    ) -> Carried:
        h, c = now
        activate = ACTIVATIONS.resolve(self.activation or "linear")
        gate = ACTIVATIONS.resolve(self.recurrent_activation or "linear")
        z = from_x + self.pulled(h, params["recurrent_kernel"], hold)
        i, f, g, o = jnp.split(z, 4, axis=-1)
        c = gate(f) * c + gate(i) * activate(g)
        return gate(o) * activate(c), c


@LAYERS.register()
@config
class GRU(Recurrent):
    """h <- u h + (1 - u) g: a gate u says how much of h stays, g is what comes in its place.

    The gates u and r are recurrent_activation(x W + h U + b), each through its own block of
    the kernels, in the order u, r, g. The reset gate r says how much g knows of h:
    g = activation(x W + r (h U)), or activation(x W + (r h) U) where reset_after is False.
    With reset_after there are two biases, one for what x adds and one for what h adds.
    """

    recurrent_activation: Activation | str | None = option(default="sigmoid", choices=ACTIVATIONS)
    use_bias: bool = True
    reset_after: bool = option(default=True, about="reset what h adds, not h", kw_only=True)

    gates = 3

    def start_bias(self, key: Key) -> Float[Array, "..."] | None:
        start = INITIALIZERS.resolve(self.bias_initializer)
        shape = (2, 3 * self.units) if self.reset_after else (3 * self.units,)
        return start(key, shape) if self.use_bias else None

    def projected(
        self, params: Params, x: Float[Array, "steps batch features"], on_x: Array | None
    ) -> Float[Array, "steps batch three_units"]:
        if self.use_bias and self.reset_after:
            params = {**params, "bias": params["bias"][0]}
        return Recurrent.projected(self, params, x, on_x)

    def advance(
        self,
        params: Params,
        from_x: Float[Array, "batch three_units"],
        now: Carried,
        hold: Array | None,
    ) -> Carried:
        (h,) = now
        activate = ACTIVATIONS.resolve(self.activation or "linear")
        gate = ACTIVATIONS.resolve(self.recurrent_activation or "linear")
        for_gates, for_new = from_x[:, : 2 * self.units], from_x[:, 2 * self.units :]
        pull = params["recurrent_kernel"]
        if self.reset_after:
            pulled = self.pulled(h, pull, hold)
            pulled = pulled + params["bias"][1] if self.use_bias else pulled
            u, r = jnp.split(gate(for_gates + pulled[:, : 2 * self.units]), 2, axis=-1)
            g = activate(for_new + r * pulled[:, 2 * self.units :])
        else:
            two, last = (None, None) if hold is None else (hold[:2], hold[2:])
            pulled = self.pulled(h, pull[:, : 2 * self.units], two)
            u, r = jnp.split(gate(for_gates + pulled), 2, axis=-1)
            g = activate(for_new + self.pulled(r * h, pull[:, 2 * self.units :], last))
        return (u * h + (1 - u) * g,)
