"""A random order of many rows without sorting: the place of each is worked out by itself.

`jax.random.permutation` sorts random numbers, for which XLA:CPU takes longer than a small
network takes to train on those rows. Here places are laid out as a grid of about sqrt(n) x
sqrt(n), and its rows and columns are turned against each other, by amounts drawn anew:

    row <- (row + F(column)) mod rows,    column <- (column + G(row)) mod columns

Each turn is one-to-one, whatever F and G are, so several of them are a permutation (a Feistel
network). Whoever lands on one of the few places that the grid has too many is sent on until
landing within, which is one-to-one as well.
"""

import math
from collections.abc import Callable
from typing import TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int, UInt32

from pellucid.base.types import Key

Within: TypeAlias = tuple[Int[Array, ""], Int[Array, ""]]  # from one place up to another

FEW = 1000  # up to so many, sorting is quicker
ROUNDS = 6  # with 2, where rows go can be told from chance in 10,000 draws
TOGETHER = 2**14  # places that are worked out at once


def permutation(key: Key, count: int, within: Within | None = None) -> Int[Array, " count"]:
    """Return 0 .. count - 1 in an order drawn by `key`.

    If only the places from one to another are asked for, those `within` are right, and the
    others need not be.
    """
    if count <= FEW:
        return jax.random.permutation(key, jnp.arange(count, dtype="int32"))
    at = _turned(key, count)
    if count <= TOGETHER or within is None:
        return at(jnp.arange(count, dtype="uint32"))
    part = jnp.arange(TOGETHER, dtype="uint32")

    def work_out(number: Array, order: Array) -> Array:
        first = jnp.minimum(number * TOGETHER, count - TOGETHER)
        places = first.astype("uint32") + part
        return jax.lax.dynamic_update_slice_in_dim(order, at(places), first, 0)

    first, last = (place // TOGETHER for place in (within[0], within[1] + TOGETHER - 1))
    return jax.lax.fori_loop(first, last, work_out, jnp.zeros(count, "int32"))


def _turned(key: Key, count: int) -> Callable[[UInt32[Array, " places"]], Int[Array, " places"]]:
    """Return the function from places to the rows that come there."""
    root = math.isqrt(count)
    rows = min(range(root // 2, root + 1), key=lambda rows: -count % rows)  # fewest too many
    columns = -(-count // rows)
    turns = jax.random.bits(key, (ROUNDS, 2), "uint32")

    def turned(carry: tuple[Array, Array]) -> tuple[Array, Array]:
        place, outside = carry
        row, column = place // columns, place % columns
        for down, along in turns:
            row = (row + _mixed(column, down) % rows) % rows
            column = (column + _mixed(row, along) % columns) % columns
        place = jnp.where(outside, row * columns + column, place)
        return place, place >= count

    def rows_at(places: UInt32[Array, " places"]) -> Int[Array, " places"]:
        every = places, jnp.ones(places.shape, bool)
        place, _ = jax.lax.while_loop(lambda carry: jnp.any(carry[1]), turned, every)
        return place.astype("int32")

    return rows_at


def _mixed(number: UInt32[Array, " count"], salt: UInt32[Array, ""]) -> UInt32[Array, " count"]:
    """Return bits that look drawn at random for each number and salt.

    Multiplications by odd numbers carry bits up, shifts carry them down.
    """
    mixed = (number ^ salt) * jnp.uint32(0x9E3779B1)
    mixed = (mixed ^ (mixed >> 15)) * jnp.uint32(0x85EBCA6B)
    return mixed ^ (mixed >> 13)
