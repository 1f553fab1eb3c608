"""Threefry's random bits, the same as JAX's, from a program that is made in a fifth of the time.

JAX writes the hash for CPUs as a loop over its rounds: each array drawn takes XLA half a second
to compile, and hashes slower than the twenty rounds written out, which are here. A key of
`THREEFRY` gives bit for bit what JAX's own key of the same two numbers gives.

Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011.
"""

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.random import define_prng_impl
from jaxtyping import Array, UInt32

from pellucid.base.types import AnyArray, Key, Shape

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = np.uint32(0x1BD11BDA)
TYPES = {8: jnp.uint8, 16: jnp.uint16, 32: jnp.uint32}  # of bits drawn here
JAXS_OWN = "threefry2x32"


def key_of(bits: UInt32[AnyArray, "2"]) -> Key:
    """Return the key of two numbers."""
    return jax.random.wrap_key_data(jnp.asarray(bits), impl=THREEFRY)


def hashed(k: Any, high: Any, low: Any) -> tuple[Any, Any]:
    """Return the two words into which a key of two words turns two words of a count."""
    words = (k[0], k[1], k[0] ^ k[1] ^ PARITY)
    x, y = high + words[0], low + words[1]
    for turn in range(5):
        for by in ROTATIONS[turn % 2]:
            x = x + y
            y = x ^ ((y << np.uint32(by)) | (y >> np.uint32(32 - by)))
        x = x + words[(turn + 1) % 3]
        y = y + (words[(turn + 2) % 3] + np.uint32(turn + 1))
    return x, y


def _counts(shape: Shape) -> UInt32[Array, "..."]:
    """Return 0, 1, 2, ... in the order of an array's elements.

    As a sum over its axes, each device can count its own part of an array that is shared out.
    """
    counts, step = jnp.zeros(shape, "uint32"), 1
    for axis in reversed(range(len(shape))):
        counts = counts + jax.lax.broadcasted_iota("uint32", shape, axis) * np.uint32(step)
        step *= shape[axis]
    return counts


def bits_from(key: UInt32[Array, "2"], width: int, shape: Shape, first: Any) -> Any:
    """Return random bits for an array; `first` says how many come before, in another."""
    x, y = hashed(key, np.uint32(0), _counts(shape) + first)
    return (x ^ y).astype(TYPES[width])


@functools.partial(jax.jit, static_argnums=(1, 2), inline=True)
def _bits(key: UInt32[Array, "2"], width: int, shape: Shape) -> Any:
    if width not in TYPES or math.prod(shape) > 2**32:
        own = jax.random.wrap_key_data(key, impl=JAXS_OWN)
        return jax.random.bits(own, shape, jnp.dtype(f"uint{width}"))
    return bits_from(key, width, shape, np.uint32(0))


@functools.partial(jax.jit, static_argnums=1, inline=True)
def _split(key: UInt32[Array, "2"], shape: Shape) -> UInt32[Array, "*shape 2"]:
    return jnp.stack(hashed(key, np.uint32(0), _counts(shape)), axis=-1)


@functools.partial(jax.jit, inline=True)
def _fold_in(key: UInt32[Array, "2"], data: Any) -> UInt32[Array, "2"]:
    return jnp.stack(hashed(key, np.uint32(0), jnp.asarray(data).astype("uint32")))


def _seed(number: Any) -> UInt32[Array, "2"]:
    return jax.random.key_data(jax.random.key(number, impl=JAXS_OWN))


THREEFRY = define_prng_impl(
    key_shape=(2,),
    seed=_seed,
    split=_split,
    random_bits=_bits,
    fold_in=_fold_in,
    name="pellucid_threefry",
    tag="pfry",
)
