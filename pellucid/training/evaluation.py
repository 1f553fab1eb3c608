"""What a network makes of rows it does not learn from: predictions and measurements."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Shaped

from pellucid.base.types import AnyArray, Key, Params, Seed, State
from pellucid.network.network import Forward, Network
from pellucid.training.compilation import compiled, keep_latest
from pellucid.training.measuring import Sums, mean_loss, measure, traced_sums, values
from pellucid.training.state import NOISE, Examples, Recipe, key_for, seed_bits

AT_ONCE = 256  # rows that pass through the network together


def evaluate(
    recipe: Recipe, params: Params, state: State, examples: Examples, at_once: int = AT_ONCE
) -> Sums:
    """Return the sums over all of `examples`, a chunk at a time.

    The rows left over make a smaller chunk, so that each row counts once.
    """

    def chunk(sums: Sums, first: Any, rows: int) -> Sums:
        return measure_batch(recipe, params, state, sums, examples.part(first, rows))[0]

    rows = min(len(examples), at_once)
    whole, rest = divmod(len(examples), rows)
    sums = traced_sums(recipe, examples.targets)
    if whole == 1:
        sums = chunk(sums, 0, rows)
    else:
        sums = jax.lax.fori_loop(0, whole, lambda i, s: chunk(s, i * rows, rows), sums)
    return chunk(sums, whole * rows, rest) if rest else sums


def measure_batch(
    recipe: Recipe, params: Params, state: State, sums: Sums, batch: Examples
) -> tuple[Sums, State]:
    """Return `sums` with one batch added, outside training, and the state after it."""
    forward = run(recipe.network, recipe.dtype, params, state, batch.inputs)
    loss = mean_loss(recipe, forward, batch, params)
    return measure(recipe, sums, forward, batch, loss), forward.state


def run(
    network: Network,
    dtype: str,
    params: Params,
    state: State,
    inputs: Mapping[str, Shaped[AnyArray, "batch ..."]],
    key: Key | None = None,
) -> Forward:
    """Run a network on a batch as it is used: without nudges, and without training's noise.

    `key` is for layers that draw whenever they run, such as the sampling of an autoencoder.
    """
    return network.apply(
        jax.tree.map(lambda p: p.astype(dtype), params),
        state,
        network.feed(inputs, dtype),
        key=jax.random.key(0) if key is None else key,
        training=False,
    )


@keep_latest
def compile_evaluate(recipe: Recipe, at_once: int = AT_ONCE) -> Callable[..., dict[str, Array]]:
    """Return the compiled function from parameters, state and examples to values by name."""

    def evaluate_all(params: Params, state: State, examples: Examples) -> dict[str, Array]:
        return values(recipe, evaluate(recipe, params, state, examples, at_once))

    return compiled(evaluate_all)


@keep_latest
def compile_predict(network: Network, dtype: str, outputs: tuple[str, ...]) -> Callable[..., Any]:
    """Return the compiled function from parameters, state, inputs, seed and chunk to outputs."""

    def predict_batch(
        params: Params, state: State, inputs: Mapping[str, Array], seed: Seed, chunk: Array
    ) -> Any:
        forward = run(network, dtype, params, state, inputs, key_for(seed, NOISE, chunk))
        return tuple(forward.a[name].astype("float32") for name in outputs)

    return compiled(predict_batch)


def predict(
    network: Network,
    dtype: str,
    params: Params,
    state: State,
    inputs: Mapping[str, Shaped[np.ndarray, "rows ..."]],
    outputs: tuple[str, ...] | None = None,
    seed: int = 0,
) -> tuple[np.ndarray, ...]:
    """Return the outputs for every row, as host arrays.

    Layers that draw whenever they run draw by `seed`, and anew for each chunk of rows.

    Rows go through in chunks padded to a power of two, so that a handful of programs
    serves every number of rows; rows do not see each other, so padding changes nothing.
    """
    program = compile_predict(network, dtype, outputs or network.outputs)
    rows = len(next(iter(inputs.values())))
    chunks, bits = [], seed_bits(seed)
    for first in range(0, max(rows, 1), AT_ONCE):
        part = {name: column[first : first + AT_ONCE] for name, column in inputs.items()}
        count = min(AT_ONCE, rows - first)
        padded = {name: _pad(column, _power_of_two(count)) for name, column in part.items()}
        found = program(params, state, padded, bits, np.int32(first))
        chunks.append([np.asarray(out)[:count] for out in found])
    return tuple(np.concatenate(parts) for parts in zip(*chunks, strict=True))


def _power_of_two(count: int) -> int:
    return 1 << max(count - 1, 0).bit_length()


def _pad(column: Shaped[np.ndarray, "rows ..."], rows: int) -> Shaped[np.ndarray, "padded ..."]:
    missing = rows - len(column)
    return column if not missing else np.concatenate([column, np.repeat(column[-1:], missing, 0)])
