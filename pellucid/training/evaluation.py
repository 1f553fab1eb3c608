"""What a network makes of rows it does not learn from: predictions and measurements."""

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, pairwise
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Shaped

from pellucid.base.types import AnyArray, Key, Params, Seed, State
from pellucid.layers.layer import parts_of
from pellucid.network.network import Forward, Network
from pellucid.training.compilation import compiled, keep_latest
from pellucid.training.measuring import Sums, mean_loss, measure, traced_sums, values
from pellucid.training.state import NOISE, Examples, Recipe, key_for, seed_bits

AT_ONCE = 256  # rows that pass through the network together where it is measured
# Where it predicts, as many as fill this with what the widest layer answers: more are no faster.
WIDEST_BYTES = 2**22
FEWEST, MOST = 32, 4096


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
    While one chunk is under way, the one before is read.
    """
    program = compile_predict(network, dtype, outputs or network.outputs)
    rows = len(next(iter(inputs.values())))
    at_once = FEWEST if rows <= FEWEST else rows_together(network)
    bits = seed_bits(seed)

    def answers() -> Iterator[Any]:
        for first in range(0, max(rows, 1), at_once):
            part = {name: column[first : first + at_once] for name, column in inputs.items()}
            padded = {name: _padded(column) for name, column in part.items()}
            yield program(params, state, padded, bits, np.int32(first))

    one_ahead = pairwise(chain(answers(), [()]))
    chunks = [[np.asarray(out) for out in chunk] for chunk, _ in one_ahead]
    return tuple(np.concatenate(parts)[:rows] for parts in zip(*chunks, strict=True))


@keep_latest
def rows_together(network: Network) -> int:
    """Return how many rows pass through a network together where it predicts: a power of two."""
    shapes = [
        *(source.shape for source in network.inputs),
        *(shape for node in network.nodes for shape in parts_of(node.output_shape)),
    ]
    widest = max(math.prod(shape) for shape in shapes) * np.dtype("float32").itemsize
    return min(max(_power_of_two(WIDEST_BYTES // max(widest, 1)), FEWEST), MOST)


def _padded(column: Shaped[np.ndarray, "rows ..."]) -> Shaped[np.ndarray, "padded ..."]:
    """Return rows filled up to a power of two with the last one."""
    missing = _power_of_two(len(column)) - len(column)
    return column if not missing else np.concatenate([column, np.repeat(column[-1:], missing, 0)])


def _power_of_two(count: int) -> int:
    return 1 << max(count - 1, 0).bit_length()
