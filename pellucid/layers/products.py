"""The product with a kernel of few units, with a gradient that CPUs compute fast.

The gradient of W in z = x W is x^T delta. Where delta is narrow, as that of a layer that tells
classes apart, XLA:CPU takes several times as long over it as over (delta^T x)^T, with delta^T laid
out in memory first. `benchmarks/narrow_products.py` measures both.
"""

from typing import Any

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero
from jax.lax import optimization_barrier
from jaxtyping import Array, Float

from pellucid.layers.patches import on_cpu

NARROW = 64  # units, above which the plain gradient is about as fast or faster


def product(
    x: Float[Array, "batch *positions features"], kernel: Float[Array, "features units"]
) -> Float[Array, "batch *positions units"]:
    """Return x W."""
    features, units = kernel.shape
    return _narrow(x, kernel) if 1 < units <= min(NARROW, features) and on_cpu() else x @ kernel


@jax.custom_jvp
def _narrow(x: Array, kernel: Array) -> Array:
    return x @ kernel


def _slope(primals: tuple[Array, Array], tangents: tuple[Any, Any]) -> tuple[Array, Array]:
    """Return x W and dx W + x dW, the latter as (dW^T x^T)^T: backwards it is (delta^T x)^T."""
    (x, kernel), (dx, dkernel) = primals, tangents
    z = _narrow(x, kernel)
    slope = jnp.zeros_like(z) if isinstance(dx, SymbolicZero) else _narrow(dx, kernel)
    return z, slope if isinstance(dkernel, SymbolicZero) else slope + _turned(x, dkernel)


_narrow.defjvp(_slope, symbolic_zeros=True)


def _turned(x: Array, kernel: Array) -> Array:
    """Return x W by way of its transpose. XLA would undo that but for the barriers."""
    rows = x.reshape(-1, x.shape[-1])
    z = jax.lax.dot_general(optimization_barrier(kernel.T), rows, (((1,), (1,)), ((), ())))
    return optimization_barrier(z).T.reshape(*x.shape[:-1], kernel.shape[-1])
