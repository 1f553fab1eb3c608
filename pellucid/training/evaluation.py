"""What a network makes of rows it does not learn from: predictions and measurements."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Shaped

from pellucid.base.types import AnyArray, Params, State
from pellucid.network.network import Forward, Network
from pellucid.training.compilation import compiled
from pellucid.training.measuring import Sums, mean_loss, measure, values
from pellucid.training.state import Examples, Recipe

AT_ONCE = 256  # rows that pass through the network together


def evaluate(recipe: Recipe, params: Params, state: State, examples: Examples) -> Sums:
    """Return the sums over all of `examples`, a chunk at a time.

    The rows left over make a smaller chunk, so that each row counts once.
    """

    def chunk(first: Any, rows: int) -> Sums:
        batch = examples.part(first, rows)
        return measure_batch(recipe, params, state, batch)

    rows = min(len(examples), AT_ONCE)
    whole, rest = divmod(len(examples), rows)
    sums = chunk(0, rows)
    if whole > 1:
        sums = jax.lax.fori_loop(1, whole, lambda i, s: _added(s, chunk(i * rows, rows)), sums)
    return _added(sums, chunk(whole * rows, rest)) if rest else sums


def measure_batch(recipe: Recipe, params: Params, state: State, batch: Examples) -> Sums:
    """Return the sums of one batch, outside training."""
    forward = run(recipe.network, recipe.dtype, params, state, batch.inputs)
    return measure(recipe, forward, batch, mean_loss(recipe, forward, batch, params))


def run(
    network: Network,
    dtype: str,
    params: Params,
    state: State,
    inputs: Mapping[str, Shaped[AnyArray, "batch ..."]],
) -> Forward:
    """Run a network on a batch as it is used: without nudges and without noise."""
    return network.apply(
        jax.tree.map(lambda p: p.astype(dtype), params),
        state,
        network.feed(inputs, dtype),
        key=jax.random.key(0),  # which nothing draws from outside training
        training=False,
    )


@functools.lru_cache(maxsize=64)
def compile_evaluate(recipe: Recipe) -> Callable[..., dict[str, Array]]:
    """Return the compiled function from parameters, state and examples to values by name."""

    def evaluate_all(params: Params, state: State, examples: Examples) -> dict[str, Array]:
        return values(recipe, evaluate(recipe, params, state, examples))

    return compiled(evaluate_all)


@functools.lru_cache(maxsize=64)
def compile_predict(network: Network, dtype: str, outputs: tuple[str, ...]) -> Callable[..., Any]:
    """Return the compiled function from parameters, state and inputs to outputs in order."""

    def predict_batch(params: Params, state: State, inputs: Mapping[str, Array]) -> Any:
        forward = run(network, dtype, params, state, inputs)
        return tuple(forward.a[name].astype("float32") for name in outputs)

    return compiled(predict_batch)


def predict(
    network: Network,
    dtype: str,
    params: Params,
    state: State,
    inputs: Mapping[str, Shaped[np.ndarray, "rows ..."]],
    outputs: tuple[str, ...] | None = None,
) -> tuple[np.ndarray, ...]:
    """Return the outputs for every row, as host arrays.

    Rows go through in chunks padded to a power of two, so that a handful of programs
    serves every number of rows; rows do not see each other, so padding changes nothing.
    """
    program = compile_predict(network, dtype, outputs or network.outputs)
    rows = len(next(iter(inputs.values())))
    chunks = []
    for first in range(0, max(rows, 1), AT_ONCE):
        part = {name: column[first : first + AT_ONCE] for name, column in inputs.items()}
        count = min(AT_ONCE, rows - first)
        padded = {name: _pad(column, _power_of_two(count)) for name, column in part.items()}
        chunks.append([np.asarray(out)[:count] for out in program(params, state, padded)])
    return tuple(np.concatenate(parts) for parts in zip(*chunks, strict=True))


def _added(sums: Sums, more: Sums) -> Sums:
    return jax.tree.map(jnp.add, sums, more)


def _power_of_two(count: int) -> int:
    return 1 << max(count - 1, 0).bit_length()


def _pad(column: Shaped[np.ndarray, "rows ..."], rows: int) -> Shaped[np.ndarray, "padded ..."]:
    missing = rows - len(column)
    return column if not missing else np.concatenate([column, np.repeat(column[-1:], missing, 0)])
