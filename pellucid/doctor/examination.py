"""A look inside a network in training, by a program of its own beside the one that trains.

The program that trains is not touched: looking costs a step on some rows now and then, and
leaves the same bits. What comes back are a few numbers for each layer and each parameter.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from pellucid.base.types import AnyArray
from pellucid.doctor.numbers import Numbers, compile_numbers, compile_numbers_of_step, leaves
from pellucid.network.network import Network
from pellucid.network.summary import parameter_shapes
from pellucid.training.state import Examples, Recipe, TrainState

MOST_ROWS, FEWEST_ROWS = 256, 16  # that are looked at, the same ones each time
MOST_NUMBERS = 1_000_000  # in the activations of those rows, so that a look stays quick
MOST_PRODUCTS, ENOUGH_ROWS = 10_000_000, 64  # of rows and parameters; but so many rows may be


class Signal(NamedTuple):
    """An array of answers, rows and positions by units, in a few numbers."""

    rms: float
    spread: float  # how far a unit's answers lie apart: mean over units of their deviation
    largest: float
    finite: bool


class LayerSignals(NamedTuple):
    """What a layer gives and what comes back to it."""

    a: Signal
    zeros: float  # share of its answers that are exactly 0
    dead: float  # share of its units that answer 0 to every row
    flat: float  # share of z where a bounded activation hardly changes
    delta: float  # rms
    units: int


class Parameter(NamedTuple):
    """A parameter before a step, and what the step would do to it. Norms are Euclidean."""

    norm: float
    deviation: float  # of its numbers
    gradient: float
    update: float
    alike: bool  # whether all units have the same numbers
    finite: bool
    moves: bool  # whether training changes it
    size: int
    fan_in: int
    is_kernel: bool  # rather than a bias, or the scale of a normalisation

    @property
    def update_ratio(self) -> float:
        """How large a step is beside the parameter: |update| / |parameter|."""
        return self.update / self.norm if self.norm else 0.0


class Examination(NamedTuple):
    """What was to be seen before one step."""

    step: int  # steps taken before
    epoch: int  # epochs finished before
    loss: float  # of the rows looked at, penalties included, in training mode
    inputs: Mapping[str, Signal]
    layers: Mapping[str, LayerSignals]  # by node
    parameters: Mapping[str, Parameter]  # by path, "dense/kernel"
    outputs: Mapping[str, Float[AnyArray, "rows ..."]]  # what the network answers

    @property
    def kernels(self) -> dict[str, Parameter]:
        """The weights that training changes, in the order of the layers, without biases."""
        return {path: p for path, p in self.parameters.items() if p.moves and p.is_kernel}

    @property
    def gradient_ratio(self) -> float | None:
        """The first kernel's gradient by the last's, as norms; None where there are not two."""
        kernels = list(self.kernels.values())
        if len(kernels) < 2 or not np.isfinite([kernels[0].gradient, kernels[-1].gradient]).all():
            return None
        return kernels[0].gradient / kernels[-1].gradient if kernels[-1].gradient else None

    @property
    def update_ratio(self) -> float:
        """How large a step is beside the weights, all kernels together."""
        kernels = self.kernels.values()
        norm = float(np.sqrt(sum(p.norm**2 for p in kernels)))
        return float(np.sqrt(sum(p.update**2 for p in kernels))) / norm if norm else 0.0


def examine(recipe: Recipe, train: TrainState, rows: Examples) -> Examination:
    """Return what is to be seen in a network before its next step. Nothing changes."""
    return begin_look(recipe, train, rows)()


def begin_look(recipe: Recipe, train: TrainState, rows: Examples) -> Callable[[], Examination]:
    """Start a look, and return what waits for it and reads it.

    Training may go on between, and use up the state.
    """
    numbers = compile_numbers_of_step(recipe)(train, rows)
    moving = frozenset(train.params) - recipe.frozen
    weights = jax.tree.map(lambda w: jax.ShapeDtypeStruct(w.shape, w.dtype), train.params)
    return lambda: _read(recipe.network, rows, moving, weights, jax.device_get(numbers))


def examined(
    recipe: Recipe, step: int, epoch: int, loss: float, signals: Mapping[str, Any], rows: Examples
) -> Examination:
    """Return what is to be read from a step that is laid open: its loss, and all its signals."""
    numbers = compile_numbers(recipe.network)(step, epoch, loss, signals, rows.inputs)
    moving, weights = frozenset(signals["gradient"]), signals["weight"]
    return _read(recipe.network, rows, moving, weights, jax.device_get(numbers))


def _read(
    network: Network, rows: Examples, moving: frozenset[str], weights: Any, numbers: Numbers
) -> Examination:
    """Give numbers their names."""
    inputs = zip(rows.inputs, numbers.inputs, strict=True)
    layers = zip(network.nodes, numbers.layers, strict=True)
    parameters = zip(leaves(weights, network.owners), numbers.parameters, strict=True)
    return Examination(
        int(numbers.step),
        int(numbers.epoch),
        float(numbers.loss),
        {name: _signal(row) for name, row in inputs},
        {node.name: _layer(row) for node, row in layers},
        dict(_parameter(path, w, row, moving) for (path, w), row in parameters),
        dict(zip(network.outputs, numbers.outputs, strict=True)),
    )


def _signal(row: Float[np.ndarray, " numbers"]) -> Signal:
    rms, spread, largest, finite = row.tolist()
    return Signal(rms, spread, largest, bool(finite))


def _layer(row: Float[np.ndarray, " numbers"]) -> LayerSignals:
    zeros, dead, flat, delta, units = row[4:].tolist()
    return LayerSignals(_signal(row[:4]), zeros, dead, flat, delta, int(units))


def _parameter(
    path: str, w: Any, row: Float[np.ndarray, " numbers"], moving: frozenset[str]
) -> tuple[str, Parameter]:
    norm, deviation, gradient, update, alike, finite = row.tolist()
    moves, size, is_kernel = path.partition("/")[0] in moving, int(np.prod(w.shape)), w.ndim > 1
    fan_in = size // w.shape[-1] if is_kernel and size else size
    seen = norm, deviation, gradient, update, bool(alike), bool(finite)
    return path, Parameter(*seen, moves, size, fan_in, is_kernel)


def rows_to_examine(network: Network, examples: Examples) -> Examples:
    """Return some of the examples, evenly from all of them."""
    count, each = len(examples), sum(_size(node.output_shape) for node in network.nodes)
    most = int(np.clip(MOST_NUMBERS / max(each, 1), FEWEST_ROWS, MOST_ROWS))
    most = min(most, max(MOST_PRODUCTS // max(_parameters_of(network), 1), ENOUGH_ROWS))
    places = np.unique(np.linspace(0, count - 1, min(most, count)).astype(int))
    return jax.tree.map(lambda column: np.asarray(column)[places], examples)


def _parameters_of(network: Network) -> int:
    return sum(int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(parameter_shapes(network)))


def _size(shape: Any) -> int:
    if shape and isinstance(shape[0], tuple):
        return sum(_size(part) for part in shape)
    return int(np.prod(shape, dtype=np.int64)) if shape else 1
