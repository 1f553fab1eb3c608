"""A step in a few numbers a layer and a parameter, worked out by the program that takes it.

So a look hands out some hundred numbers, instead of every answer and every gradient.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Shaped

from pellucid.base.types import AnyArray
from pellucid.doctor.flatness import Bends, bends_of, flat_share
from pellucid.network.network import Network
from pellucid.training.compilation import compiled, keep_latest
from pellucid.training.measuring import traced_sums
from pellucid.training.state import Examples, Recipe, TrainState
from pellucid.training.step import step
from pellucid.training.watch import EVERYTHING


class Numbers(NamedTuple):
    """What there is to see in a step, in rows of numbers."""

    step: Any
    epoch: Any
    loss: Any
    inputs: Float[AnyArray, "inputs 4"]
    layers: Float[AnyArray, "layers 9"]  # in the order of the network's nodes
    parameters: Float[AnyArray, "parameters 6"]  # in the order of its owners
    outputs: list[Float[AnyArray, "rows ..."]]


@keep_latest
def compile_numbers_of_step(recipe: Recipe) -> Callable[[TrainState, Examples], Numbers]:
    """Return the compiled function from a training state to the numbers of its next step."""
    watching: Any = recipe._replace(watch=EVERYTHING)
    read = functools.partial(numbers_of, recipe.network, _bends(recipe.network))

    def look(train: TrainState, rows: Examples) -> Numbers:
        record = step(watching, train, rows, traced_sums(recipe, rows.targets))[2]
        return read(train.step, train.epoch, record.loss, record.signals, rows.inputs)

    return compiled(look)


@keep_latest
def compile_numbers(network: Network) -> Callable[..., Numbers]:
    """Return the compiled function from a step's signals to its numbers."""
    return compiled(functools.partial(numbers_of, network, _bends(network)))


def numbers_of(
    network: Network,
    bends: Mapping[str, Bends | None],
    step: Any,
    epoch: Any,
    loss: Any,
    signals: Mapping[str, Any],
    inputs: Mapping[str, Shaped[Array, "rows ..."]],
) -> Numbers:
    """Return what there is to see in a step of which all signals are known."""
    z, a, delta = signals["z"], signals["a"], signals["delta"]
    layers = [
        _layer(bends[node.name], *(first(part[node.name]) for part in (z, a, delta)))
        for node in network.nodes
    ]
    gradients, updates = (
        dict(leaves(signals[part], network.owners)) for part in ("gradient", "update")
    )
    parameters = [
        _parameter(w, gradients.get(path), updates.get(path))
        for path, w in leaves(signals["weight"], network.owners)
    ]
    rows = _table([signal(x) for x in inputs.values()]), _table(layers), _table(parameters)
    return Numbers(step, epoch, loss, *rows, [first(a[name]) for name in network.outputs])


def signal(a: Shaped[Array, "rows ..."]) -> list[Shaped[Array, ""]]:
    """Return an array of answers in four numbers.

    They are its rms, its spread (mean over units of their deviation), its largest size, and 1 if
    all are finite.
    """
    units = by_unit(a).astype("float32")
    largest = _largest(units)
    apart = _shrunk(units - units[:1], largest)
    variance = _means(jnp.square(apart)) - jnp.square(_means(apart))
    spread = largest * jnp.mean(jnp.sqrt(jnp.maximum(variance, 0)))
    return [_rms(units, largest), spread, largest, jnp.isfinite(largest)]


def leaves(tree: Mapping[str, Any], owners: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Give each parameter by its path, "dense/kernel", in the order of the owners."""
    for owner in owners:
        for path, leaf in jax.tree_util.tree_flatten_with_path({owner: tree.get(owner, {})})[0]:
            yield "/".join(str(part.key) for part in path), leaf


def first(answer: Any) -> Float[Array, "rows ..."]:
    """Return an array; of a layer with several outputs, the first."""
    return jax.tree.leaves(answer)[0].astype("float32")


def by_unit(a: Shaped[Array, "..."]) -> Shaped[Array, "rows units"]:
    """Return answers as a table, a unit a column."""
    return a.reshape(-1, a.shape[-1] if a.ndim > 1 else 1)


def _layer(bends: Bends | None, z: Array, a: Array, delta: Array) -> list[Shaped[Array, ""]]:
    zeros = _means((by_unit(a) == 0).astype("float32"))
    shares = jnp.mean(zeros), jnp.mean(zeros == 1), jnp.asarray(flat_share(bends, z))
    return [*signal(a), *shares, _rms(delta, _largest(delta)), jnp.asarray(len(zeros))]


def _parameter(w: Array, gradient: Array | None, update: Array | None) -> list[Shaped[Array, ""]]:
    w = w.astype("float32")
    units = by_unit(w)
    alike = (units == units[:, :1]).all() if w.ndim > 1 else jnp.zeros(())
    norms = (jnp.zeros(()) if part is None else _norm(part) for part in (gradient, update))
    largest = _largest(units)
    apart = _shrunk(units - units[0, 0], largest)
    variance = jnp.mean(_means(jnp.square(apart))) - jnp.square(jnp.mean(_means(apart)))
    deviation = largest * jnp.sqrt(jnp.maximum(variance, 0))
    return [_norm(w), deviation, *norms, alike, jnp.isfinite(largest)]


def _norm(array: Array) -> Float[Array, ""]:
    """Return the Euclidean length."""
    array = array.astype("float32")
    return _rms(array, _largest(array)) * array.size**0.5


def _rms(array: Array, largest: Float[Array, ""]) -> Float[Array, ""]:
    """Return the root of the mean square, however large the numbers are."""
    mean = jnp.mean(_means(jnp.square(by_unit(_shrunk(array, largest)))))
    return jnp.where(jnp.isfinite(largest), largest * jnp.sqrt(mean), largest)


def _largest(array: Array) -> Float[Array, ""]:
    return jnp.max(jnp.abs(array), initial=0.0)


def _shrunk(array: Array, largest: Float[Array, ""]) -> Array:
    """Return numbers of at most about 1, whose squares are no larger than float32 can hold."""
    return array / jnp.where((largest > 0) & jnp.isfinite(largest), largest, 1)


def _means(units: Float[Array, "rows units"]) -> Float[Array, " units"]:
    """Return the mean of each column: as a product, which XLA:CPU takes quicker than a sum."""
    return jnp.ones(len(units)) @ units / len(units)


def _table(rows: list[list[Array]]) -> Float[Array, "rows numbers"]:
    if not rows:
        return jnp.zeros((0, 0))
    return jnp.stack([jnp.stack([number.astype("float32") for number in row]) for row in rows])


def _bends(network: Network) -> dict[str, Bends | None]:
    """Return where the layers' activations bend, which is found by programs of their own."""
    return {node.name: bends_of(node.layer.nonlinearity) for node in network.nodes}
