"""What a kernel's gradient costs when it has few units: as JAX writes it, and as Dense takes it.

    python benchmarks/narrow_products.py

Microseconds for x^T delta, in a loop as the epoch's; medians of five, the loop itself taken off.
"""

import statistics
from collections.abc import Callable

import jax
import jax.numpy as jnp
import machine
import numpy as np
from jaxtyping import Array

from pellucid.layers.products import product

SHAPES = ((32, 128, 10), (128, 512, 10), (1024, 1024, 10), (256, 64, 2), (256, 64, 64))
TURNS, TIMES = 5, 1000


def main() -> None:
    print(f"{'rows, features, units':24}{'x^T delta':>12}{'as Dense':>12}")
    for rows, features, units in SHAPES:
        random = np.random.default_rng(0)
        x = jnp.asarray(random.normal(size=(rows, features)), "float32")
        delta = jnp.asarray(random.normal(size=(rows, units)), "float32")
        nothing = _microseconds(_blank, x, delta)
        costs = [_microseconds(way, x, delta) - nothing for way in (_plainly, _by_dense)]
        words = f"{rows}, {features}, {units}"
        print(f"{words:24}" + "".join(f"{cost:12.1f}" for cost in costs))


def _plainly(x: Array, delta: Array) -> Array:
    return x.T @ delta


def _by_dense(x: Array, delta: Array) -> Array:
    kernel = jnp.zeros((x.shape[1], delta.shape[1]))
    return jax.vjp(lambda w: product(x, w), kernel)[1](delta)[0]


def _blank(x: Array, delta: Array) -> Array:
    return jnp.full((x.shape[1], delta.shape[1]), delta[0, 0])


def _microseconds(gradient: Callable[[Array, Array], Array], x: Array, delta: Array) -> float:
    def step(_: int, carry: tuple[Array, Array]) -> tuple[Array, Array]:
        x, total = carry
        return x + 1e-9, 0.9 * total + gradient(x, delta)  # x changes, so nothing is done once

    def loop(x: Array, total: Array) -> tuple[Array, Array]:
        return jax.lax.fori_loop(0, TIMES, step, (x, total))

    program, total = jax.jit(loop), jnp.zeros((x.shape[1], delta.shape[1]))
    jax.block_until_ready(program(x, total))
    seconds = [
        machine.timed(lambda: jax.block_until_ready(program(x, total)))[0] for _ in range(TURNS)
    ]
    return statistics.median(seconds) / TIMES * 1e6


if __name__ == "__main__":
    main()
