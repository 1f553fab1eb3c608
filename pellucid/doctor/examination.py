"""A look inside a network in training, by a program of its own beside the one that trains.

The program that trains is not touched: looking costs a step on some rows now and then, and
leaves the same bits. It is the program of `model.inspect`; what is made of its arrays here
are a few numbers for each layer and each parameter.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Shaped

from pellucid.doctor.flatness import flat_share
from pellucid.doctor.sums import deviations, norm, rms
from pellucid.network.network import Network
from pellucid.network.summary import parameter_shapes
from pellucid.training.programs import compile_look
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
    outputs: Mapping[str, Float[np.ndarray, "rows ..."]]  # what the network answers

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

    Training may go on between, and use up the state: what is read later is kept here.
    """
    record: Any = compile_look(recipe)(train, rows)
    weights = jax.tree.map(np.array, train.params)  # training would write over them
    record = record._replace(signals={**record.signals, "weight": weights})
    step, epoch = int(train.step), int(train.epoch)
    return lambda: examined(recipe, step, epoch, jax.device_get(record), rows)


def examined(recipe: Recipe, step: int, epoch: int, record: Any, rows: Examples) -> Examination:
    """Return what is to be read from a look: its `loss`, and its `signals` on the host."""
    network, seen = recipe.network, record.signals
    return Examination(
        step,
        epoch,
        float(record.loss),
        {name: signal(x) for name, x in rows.inputs.items()},
        {node.name: _layer(node.layer.nonlinearity, node.name, seen) for node in network.nodes},
        dict(_parameters(seen, network.owners)),
        {name: _first(seen["a"][name]) for name in network.outputs},
    )


def rows_to_examine(network: Network, examples: Examples) -> Examples:
    """Return some of the examples, evenly from all of them."""
    count, each = len(examples), sum(_size(node.output_shape) for node in network.nodes)
    most = int(np.clip(MOST_NUMBERS / max(each, 1), FEWEST_ROWS, MOST_ROWS))
    most = min(most, max(MOST_PRODUCTS // max(_parameters_of(network), 1), ENOUGH_ROWS))
    places = np.unique(np.linspace(0, count - 1, min(most, count)).astype(int))
    return jax.tree.map(lambda column: np.asarray(column)[places], examples)


def signal(a: Shaped[np.ndarray, "rows ..."]) -> Signal:
    """Return an array of answers in a few numbers."""
    units = _by_unit(a).astype(np.float32, copy=False)
    with np.errstate(all="ignore"):  # what is not finite is said to be so
        largest = np.maximum(units.max(initial=0.0), -units.min(initial=0.0))
        spread = float(np.mean(deviations(units)))
    return Signal(rms(units), spread, float(largest), bool(np.isfinite(largest)))


def _layer(f: Any, name: str, seen: Any) -> LayerSignals:
    z, a, delta = (_first(seen[kind][name]) for kind in ("z", "a", "delta"))
    still = _by_unit(a) == 0
    silent = still[:64].all(axis=0)  # few units are: only these are looked at in each row
    return LayerSignals(
        signal(a),
        float(np.count_nonzero(still) / still.size),
        float(np.count_nonzero(still[:, silent].all(axis=0)) / still.shape[1]),
        flat_share(f, z),
        rms(delta),
        still.shape[1],
    )


def _parameters(seen: Any, owners: Sequence[str]) -> Iterator[tuple[str, Parameter]]:
    """Give each parameter by its path, in the order of the layers."""
    gradients, updates = dict(_leaves(seen["gradient"])), dict(_leaves(seen["update"]))
    for owner in owners:
        for path, array in _leaves({owner: seen["weight"].get(owner, {})}):
            w = np.asarray(array, np.float32)
            units, length = _by_unit(w), norm(w)
            yield (
                path,
                Parameter(
                    length,
                    rms(w - w.mean()),
                    _norm(gradients.get(path)),
                    _norm(updates.get(path)),
                    w.ndim > 1 and _alike(units),
                    bool(np.isfinite(length)),
                    path in gradients,
                    w.size,
                    units.shape[0],
                    w.ndim > 1,
                ),
            )


def _norm(array: Any) -> float:
    return 0.0 if array is None else norm(array)


def _alike(units: np.ndarray) -> bool:
    """Return whether all units have the same numbers."""
    return all(bool((rows == rows[:, :1]).all()) for rows in (units[:1], units))


def _leaves(tree: Any) -> list[tuple[str, Any]]:
    found = jax.tree_util.tree_flatten_with_path(tree)[0]
    return [("/".join(str(part.key) for part in path), leaf) for path, leaf in found]


def _first(answer: Any) -> np.ndarray:
    """Return an array; of a layer with several outputs, the first."""
    return np.asarray(jax.tree.leaves(answer)[0], np.float32)


def _by_unit(a: np.ndarray) -> np.ndarray:
    """Return answers as a table, a unit a column."""
    return a.reshape(-1, a.shape[-1] if a.ndim > 1 else 1)


def _parameters_of(network: Network) -> int:
    return sum(int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(parameter_shapes(network)))


def _size(shape: Any) -> int:
    if shape and isinstance(shape[0], tuple):
        return sum(_size(part) for part in shape)
    return int(np.prod(shape, dtype=np.int64)) if shape else 1
