"""One layer, applied to every step of a sequence."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Shaped

from pellucid.base.config import config, option
from pellucid.base.errors import ShapeError, explain
from pellucid.base.types import Activation, Key, Params, Shape, State
from pellucid.functions.activations import ACTIVATIONS, linear
from pellucid.layers.layer import LAYERS, Layer, Mask
from pellucid.layers.shapes import title
from pellucid.layers.wrapping import Wrapper


@LAYERS.register()
@config
class TimeDistributed(Wrapper):
    """z[t] = layer(x[t]) for every step t, with one set of parameters.

    The steps of a batch are rows to the layer inside. One that has a state, such as a
    BatchNormalization, sees them one after another, so that each step is a batch to it.
    As in Keras, an activity_regularizer inside is not asked.

    Shapes:
        x   (batch, steps, ...)
        z   (batch, steps, ...)
    """

    layer: Any = option(choices=LAYERS, convert=LAYERS.resolve, about="the layer for each step")

    passes_mask = True
    uses_mask = True

    @property
    def inside(self) -> Mapping[str, Layer]:
        return {"layer": self.layer}

    @property
    def nonlinearity(self) -> Activation:
        """The one inside, unless it counts axes: then z is activated already."""
        own = self.layer.nonlinearity
        return linear if ACTIVATIONS.name_of(own) is None else own

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) < 2:
            what = f"{title(self)} takes sequences."
            expected = "(steps, ...), with at least one axis after the steps"
            raise ShapeError(explain(what, got=input_shape, expected=expected))
        return (input_shape[0], *self.layer.output_shape(input_shape[1:]))

    def init(self, key: Key, input_shape: Shape) -> tuple[Params, State]:
        params, state = self.layer.init(key, input_shape[1:])
        return {"layer": params}, {"layer": state}

    def apply(
        self,
        params: Params,
        state: State,
        x: Shaped[Array, "batch steps ..."],
        *,
        key: Key,
        training: bool,
        mask: Mask = None,
    ) -> tuple[Shaped[Array, "batch steps ..."], State]:
        def run(state: State, x: Array, mask: Mask, key: Key) -> tuple[Array, State]:
            passed = {"mask": mask} if self.layer.uses_mask else {}
            z, state = self.layer.apply(
                params["layer"], state, x, key=key, training=training, **passed
            )
            return (self.layer.nonlinearity(z) if self.nonlinearity is linear else z), state

        # The mask of whole steps is none for what is inside of them.
        mask = mask if mask is not None and mask.ndim > 2 else None
        if state["layer"]:
            z, after = _one_by_one(run, state["layer"], x, mask, key)
            return z, {"layer": after}
        z, _ = run(state["layer"], _as_rows(x), None if mask is None else _as_rows(mask), key)
        return z.reshape(*x.shape[:2], *z.shape[1:]), state


def _as_rows(x: Array) -> Array:
    return x.reshape(-1, *x.shape[2:])


def _one_by_one(run: Any, state: State, x: Array, mask: Mask, key: Key) -> tuple[Array, State]:
    def step(state: State, here: Any) -> tuple[State, Array]:
        index, now, mask = here
        z, state = run(state, now, mask, jax.random.fold_in(key, index))
        return state, z

    turned = jax.tree.map(lambda array: jnp.swapaxes(array, 0, 1), (x, mask))
    after, z = jax.lax.scan(step, state, (jnp.arange(x.shape[1]), *turned))
    return jnp.swapaxes(z, 0, 1), after
