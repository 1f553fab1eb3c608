"""A layer whose kernel stretches nothing by more than 1."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ConfigError, explain
from pellucid.base.types import Activation, Key, Params, State
from pellucid.functions.initializers import TruncatedNormal
from pellucid.layers.layer import LAYERS, Layer
from pellucid.layers.normalization import unit
from pellucid.layers.wrapping import TOLL, Wrapper

KERNELS = ("kernel", "embeddings")


@LAYERS.register()
@config
class SpectralNormalization(Wrapper):
    """z = layer(x) with W / s in place of its kernel W while training, s its largest stretch.

    s = |W u| for the unit vector u that W stretches most. u is the state `vector_u`, which
    every batch of training brings closer, by `power_iterations` times u <- W' W u made a
    unit vector. W is read as a matrix whose columns are its last axis. As in Keras on JAX,
    W itself stays as it is, and is used as it is outside training.

    Raises:
        ConfigError: the layer inside has neither a kernel nor embeddings.
    """

    layer: Any = option(choices=LAYERS, convert=LAYERS.resolve, about="the layer with the kernel")
    power_iterations: int = option(default=1, above=0, about="steps towards u for each batch")

    uses_mask = True

    @property
    def inside(self) -> Mapping[str, Layer]:
        return {"layer": self.layer}

    @property
    def nonlinearity(self) -> Activation:
        return self.layer.nonlinearity

    def output_shape(self, input_shape: Any) -> Any:
        return self.layer.output_shape(input_shape)

    def init(self, key: Key, input_shape: Any) -> tuple[Params, State]:
        layer_key, u_key = jax.random.split(key)
        params, state = self.layer.init(layer_key, input_shape)
        width = params[self._kernel(params)].shape[-1]
        u = TruncatedNormal(stddev=0.02)(u_key, (1, width))
        toll = {TOLL: jnp.zeros((), "float32")} if self.has_toll else {}
        return {"layer": params}, {"layer": state, "vector_u": u, **toll}

    def apply(
        self, params: Params, state: State, x: Any, *, key: Key, training: bool, mask: Any = None
    ) -> tuple[Any, State]:
        inner, u = dict(params["layer"]), state["vector_u"]
        if training:
            name = self._kernel(inner)
            inner[name], u = self._normalized(inner[name], u)
        passed = {"mask": mask} if self.layer.uses_mask else {}
        z, after = self.layer.apply(inner, state["layer"], x, key=key, training=training, **passed)
        state = {**state, "layer": after, "vector_u": u}
        if TOLL in state:
            state[TOLL] = self.layer.toll(self.nonlinearity(z), after).astype(jnp.float32)
        return z, state

    def _normalized(
        self, kernel: Float[Array, "*shape"], before: Float[Array, "1 width"]
    ) -> tuple[Float[Array, "*shape"], Float[Array, "1 width"]]:
        matrix = kernel.reshape(-1, kernel.shape[-1])
        still = jax.lax.stop_gradient(matrix)

        def turn(u: Array) -> tuple[Array, Array]:
            v = unit(u @ still.T, (0, 1))
            return v, unit(v @ still, (0, 1))

        v, u = turn(before.astype(kernel.dtype))
        for _ in range(self.power_iterations - 1):
            v, u = turn(u)
        stretch = (v @ matrix @ u.T).reshape(())
        nothing = jnp.all(matrix == 0)
        kernel = kernel / jnp.where(nothing, 1, stretch)
        return kernel, jnp.where(nothing, before, u.astype(before.dtype))

    def _kernel(self, params: Params) -> str:
        for name in KERNELS:
            if name in params:
                return name
        what = "SpectralNormalization needs a layer with a kernel."
        got, hint = self.layer, "wrap a Dense, a convolution or an Embedding"
        raise ConfigError(explain(what, got=got, expected=" or ".join(KERNELS), hint=hint))
