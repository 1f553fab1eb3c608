"""Random arrays of three laws; outside a program, without a program for each shape.

Inside a program these are JAX's own functions. With a key that is known, an array is drawn in
blocks of one length, so that one program does for all shapes: a network of hundreds of layers,
each of another size, would take minutes to compile. The numbers are the same bit for bit,
because each is made from the key and its place alone.
"""

import functools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jax.extend.random import define_prng_impl
from jaxtyping import Array, Float, UInt32

from pellucid.base.types import Key, Shape
from pellucid.functions.threefry import THREEFRY, bits_from

BLOCK = 2**13  # numbers that are drawn at once; a program takes some 20 us for them


def uniform(key: Key, shape: Shape, low: float, high: float) -> Float[Array, "..."]:
    """Return numbers from `low` to `high`."""
    return _drawn(_uniform, key, shape, low, high)


def normal(key: Key, shape: Shape, mean: float, deviation: float) -> Float[Array, "..."]:
    """Return normal numbers."""
    return _drawn(_normal, key, shape, mean, deviation)


def truncated_normal(key: Key, shape: Shape, mean: float, deviation: float) -> Float[Array, "..."]:
    """Return normal numbers, drawn again where they are beyond twice `deviation`."""
    return _drawn(_truncated, key, shape, mean, deviation)


def filled(key: Key, shape: Shape, value: float) -> Float[Array, "..."]:
    """Return an array of one number; `key` only says whether there is a program."""
    if is_known(key):
        return jax.device_put(np.full(shape, value, np.float32))
    return jnp.full(shape, value, jnp.float32)


def blank_key() -> Key:
    """Return a key of which nothing is drawn: for the shapes of what would be.

    Of the functions here it gives zeros. It is meant for `jax.eval_shape`.
    """
    return jax.random.wrap_key_data(jnp.zeros(2, "uint32"), impl=BLANK)


def is_known(key: Key) -> bool:
    """Whether a key is one of ours whose numbers are known, so that blocks can be drawn."""
    return not isinstance(key, Tracer) and jax.random.key_impl(key) == THREEFRY


def _drawn(law: Callable[..., Any], key: Key, shape: Shape, *numbers: float) -> Any:
    if jax.random.key_impl(key) == BLANK:
        return jnp.zeros(shape, jnp.float32)
    size = math.prod(shape)
    if not is_known(key) or size > 2**32:
        return law(key, shape, *numbers)
    bits, scales = np.asarray(jax.random.key_data(key)), [np.float32(n) for n in numbers]
    program, found = _block(law), np.empty(size, np.float32)
    for first in range(0, size, BLOCK):
        part = found[first : first + BLOCK]
        part[:] = np.asarray(program(np.append(bits, np.uint32(first)), *scales))[: len(part)]
    return jax.device_put(found.reshape(shape))


def _uniform(key: Key, shape: Shape, low: Any, high: Any) -> Any:
    return jax.random.uniform(key, shape, jnp.float32, low, high)


def _normal(key: Key, shape: Shape, mean: Any, deviation: Any) -> Any:
    return mean + deviation * jax.random.normal(key, shape, jnp.float32)


def _truncated(key: Key, shape: Shape, mean: Any, deviation: Any) -> Any:
    return mean + deviation * jax.random.truncated_normal(key, -2.0, 2.0, shape, jnp.float32)


@functools.cache
def _block(law: Callable[..., Any]) -> Callable[..., Any]:
    def draw_block(place: UInt32[Array, "3"], *numbers: Any) -> Any:
        return law(jax.random.wrap_key_data(place, impl=LATER), (BLOCK,), *numbers)

    return jax.jit(draw_block)


def _later_bits(place: UInt32[Array, "3"], width: int, shape: Shape) -> Any:
    return bits_from(place[:2], width, shape, place[2])


def _never(*_: Any) -> Any:
    raise NotImplementedError("A place in a sequence of bits is no key for others.")


BLANK = define_prng_impl(
    key_shape=(2,),
    seed=_never,
    split=lambda key, shape: jnp.zeros((*shape, 2), key.dtype),
    random_bits=lambda key, width, shape: jnp.zeros(shape, f"uint{width}"),
    fold_in=lambda key, data: key,
    name="pellucid_blank",
    tag="blank",
)

# A key and how many bits of it come before: what `jax.random` draws from it goes on from there.
LATER = define_prng_impl(
    key_shape=(3,),
    seed=_never,
    split=_never,
    random_bits=_later_bits,
    fold_in=_never,
    name="pellucid_later",
    tag="later",
)
