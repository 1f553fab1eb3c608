"""A convolution and its gradients inside a loop, by oneDNN and by XLA; and sums over positions.

    python benchmarks/convolutions.py

Prints milliseconds for 128 examples, filters of 3 x 3, no padding: for z, the gradient of x and
that of the kernel, medians of turns. Below them a sum over examples and positions, channel by
channel, as XLA takes it and as a product with ones: what normalisation is made of.
"""

import functools
import statistics
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.layers import onednn
from pellucid.layers.onednn import convolve_by_onednn
from pellucid.layers.plain_convolution import convolve_plainly
from pellucid.layers.windows import Windows
from pellucid.training.compilation import compiled

BATCH, LOOPS, TURNS = 128, 20, 7
WINDOWS = Windows((3, 3), (1, 1), "valid", (1, 1))
SHAPES = ((26, 32, 32), (13, 32, 64), (12, 32, 64), (10, 64, 64))  # side, channels, filters
RANDOM = np.random.default_rng(0)


def main() -> None:
    """Measure, and print the tables."""
    ways = {"XLA": convolve_plainly}
    if onednn.offered():
        ways["oneDNN"] = by_onednn
    print(f"{'side, channels, filters':26}" + "".join(f"{f'{w}: z, x, kernel':>26}" for w in ways))
    for side, channels, filters in SHAPES:
        x = normal(BATCH, side, side, channels)
        kernel = normal(3, 3, channels, filters)
        delta = normal(BATCH, side - 2, side - 2, filters)
        cells = [
            " ".join(f"{seconds(one, x, kernel, delta) * 1e3:6.2f}" for one in parts(way))
            for way in ways.values()
        ]
        print(f"{f'{side}, {channels}, {filters}':26}" + "".join(f"{cell:>26}" for cell in cells))
    x = normal(BATCH, 26, 26, 32)
    sums = {
        "sum": lambda x: x.sum((0, 1, 2)),
        "product with ones": lambda x: jnp.ones(x.size // 32) @ x.reshape(-1, 32),
        "of each example first": lambda x: (
            jnp.ones(BATCH) @ (jnp.ones(26 * 26) @ x.reshape(BATCH, -1, 32))
        ),
    }
    for name, of in sums.items():
        print(f"{name:26}{seconds(of, x) * 1e3:7.2f}")


def by_onednn(x: Any, kernel: Any, windows: Windows) -> jax.Array:
    """Return the convolution without a bias."""
    return convolve_by_onednn(x, kernel, jnp.zeros(kernel.shape[-1]), windows)


def parts(way: Callable[..., jax.Array]) -> list[Callable[..., jax.Array]]:
    """Return the convolution, its gradient of x and that of the kernel, of x, kernel and delta."""

    def forward(x: Any, kernel: Any, delta: Any) -> jax.Array:
        return way(x, kernel, WINDOWS)

    def gradient(place: int, x: Any, kernel: Any, delta: Any) -> jax.Array:
        return jax.vjp(lambda x, kernel: way(x, kernel, WINDOWS), x, kernel)[1](delta)[place]

    return [forward, functools.partial(gradient, 0), functools.partial(gradient, 1)]


def seconds(of: Callable[..., jax.Array], *arrays: np.ndarray) -> float:
    """Return the seconds of one turn of a loop: a median. Each turn needs the last one's result."""

    def turn(_: Any, held: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(array + 1e-20 * of(*held).ravel()[0] for array in held)

    loop = compiled(lambda *held: jax.lax.fori_loop(0, LOOPS, turn, held))
    jax.block_until_ready(loop(*arrays))
    found = []
    for _ in range(TURNS):
        began = time.perf_counter()
        jax.block_until_ready(loop(*arrays))
        found.append((time.perf_counter() - began) / LOOPS)
    return statistics.median(found)


def normal(*shape: int) -> np.ndarray:
    """Return numbers of a standard normal distribution, small enough to stay finite."""
    return RANDOM.normal(scale=0.1, size=shape).astype(np.float32)


if __name__ == "__main__":
    main()
