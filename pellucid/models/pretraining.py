"""Pretraining: a stack of Boltzmann machines, each learning what the one below it shows.

Each layer learns from rows without labels (greedy, one after another); then the weights
start an ordinary network, which a few labels fine-tune.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from pellucid.base.errors import ConfigError, ShapeError, explain
from pellucid.base.types import Shape
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.layer import Layer
from pellucid.layers.reshaping import Flatten
from pellucid.models.boltzmann import RBM
from pellucid.models.history import History
from pellucid.models.sequential import Sequential


class Stack:
    """Trained machines, bottom to top; the hidden units of one are the visible units of the next.

    Attributes:
        machines: The `RBM`s, bottom first.
        histories: What the training of each left behind.
    """

    def __init__(self, machines: Sequence[RBM], histories: Sequence[History]) -> None:
        self.machines, self.histories = tuple(machines), tuple(histories)

    def transform(self, x: Any) -> Float[np.ndarray, "rows units"]:
        """Return the features of each row of `x` at the top: p(h = 1), layer by layer."""
        for machine in self.machines:
            x = machine.transform(x)
        return x

    def reconstruct(self, x: Any) -> Float[np.ndarray, "rows ..."]:
        """Return what is left of each row of `x` on its way to the top and back down."""
        shape = np.shape(x)
        decoded = _model(self._row_shape, (*self._encoder(), *self._decoder()))
        return np.asarray(decoded.predict(x)).reshape(shape)

    def unroll(self, outputs: int, activation: str | None = "softmax", seed: int = 0) -> Sequential:
        """Return a network that starts at the machines, with a fresh output layer on top.

        Every machine becomes a `Dense` layer with a sigmoid, its W and its hidden biases.
        What remains is `compile` and `fit`, with labels.
        """
        head = Dense(outputs, activation, name="output")
        return _model(self._row_shape, (*self._encoder(), (head, {})), seed)

    def autoencoder(self, seed: int = 0) -> Sequential:
        """Return a network from a row to itself: up through the machines and down again.

        The way down starts at the transposed weights and the visible biases; training it
        unties them. Rows come out flat.
        """
        return _model(self._row_shape, (*self._encoder(), *self._decoder()), seed)

    def __repr__(self) -> str:
        units = "-".join(str(machine.machine.units) for machine in self.machines)
        return f"<Stack of {len(self.machines)} RBMs: {np.prod(self._row_shape)}-{units}>"

    @property
    def _row_shape(self) -> Shape:
        return self.machines[0].row_shape

    def _encoder(self) -> list[tuple[Layer, dict[str, np.ndarray]]]:
        layers = []
        for number, machine in enumerate(self.machines, 1):
            layer = Dense(machine.machine.units, "sigmoid", name=f"hidden_{number}")
            layers.append((layer, forward_weights(machine)))
        return layers

    def _decoder(self) -> list[tuple[Layer, dict[str, np.ndarray]]]:
        layers = []
        for number, machine in reversed(list(enumerate(self.machines))):
            weights = machine.weights
            bernoulli = machine.machine.visible == "bernoulli"
            name = f"visible_{number}" if number else "reconstruction"
            features = len(weights["visible_bias"])
            layer = Dense(features, "sigmoid" if bernoulli else "linear", name=name)
            kernel = np.ascontiguousarray(weights["kernel"].T)
            layers.append((layer, {"kernel": kernel, "bias": weights["visible_bias"]}))
        return layers


def pretrain(
    layers: Sequence[int | RBM] | Sequential,
    x: Any,
    *,
    epochs: int = 10,
    batch_size: int = 100,
    validation_data: Any = None,
    seed: int = 0,
    verbose: int | str = "auto",
    **settings: Any,
) -> Stack:
    """Train a stack of Boltzmann machines on the rows of `x`, layer by layer, without labels.

    `layers` are numbers of hidden units, bottom first; or untrained `RBM`s with settings of
    their own; or a `Sequential` whose first layers are `Dense` with a sigmoid (after a
    `Flatten`, maybe): then their weights are set to what was learnt, and `compile` and
    `fit` go on from there. Its last layer, the output, is never pretrained.

    `settings` are those of `RBM`, for every machine given by a number; `visible` is for the
    lowest one. `validation_data` are rows held out, which go up along with x.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).integers(0, 2, (60, 6))
        >>> stack = pretrain([4, 3], x, epochs=2, verbose=0)
        >>> stack
        <Stack of 2 RBMs: 6-4-3>
        >>> stack.unroll(2).predict(x).shape
        (60, 2)

    Raises:
        ConfigError: there is no layer to train.
        DataError, ShapeError: rows that a machine cannot learn from.
    """
    names, wanted = _leading(layers, x) if isinstance(layers, Sequential) else ([], layers)
    machines = _machines(wanted, seed, settings)
    rows, held_out, histories = x, validation_data, []
    for machine in machines:
        histories.append(
            machine.fit(
                rows,
                epochs=epochs,
                batch_size=batch_size,
                validation_data=held_out,
                verbose=verbose,
            )
        )
        rows = machine.transform(rows)
        held_out = None if held_out is None else machine.transform(held_out)
    if isinstance(layers, Sequential):
        layers.set_weights(
            {
                f"{name}/{part}": array
                for name, machine in zip(names, machines, strict=True)
                for part, array in forward_weights(machine).items()
            }
        )
    return Stack(machines, histories)


def forward_weights(machine: RBM) -> dict[str, np.ndarray]:
    """Return what a `Dense` layer takes over: W and the hidden biases."""
    weights = machine.weights
    return {"kernel": weights["kernel"], "bias": weights["bias"]}


def _machines(wanted: Sequence[int | RBM], seed: int, settings: dict[str, Any]) -> list[RBM]:
    if not wanted:
        what = "There is no layer to pretrain."
        raise ConfigError(explain(what, got=list(wanted), expected="numbers of hidden units"))
    above = {**settings, "visible": "bernoulli"}  # hidden units are 0 or 1
    return [
        layer if isinstance(layer, RBM) else RBM(layer, **(above if i else settings), seed=seed + i)
        for i, layer in enumerate(wanted)
    ]


def _leading(model: Sequential, x: Any) -> tuple[list[str], list[int]]:
    """Return name and units of the layers of a model that a stack can stand for."""
    names, units = [], []
    nodes = model.network.nodes[:-1]
    for node in nodes[1:] if nodes and isinstance(nodes[0].layer, Flatten) else nodes:
        layer = node.layer
        if not (isinstance(layer, Dense) and layer.activation == "sigmoid" and layer.use_bias):
            break
        names.append(node.owner)
        units.append(layer.units)
    if not units:
        what = "This model does not begin with a layer that a Boltzmann machine can stand for."
        got = type(model.network.nodes[0].layer).__name__
        expected, hint = 'Dense(..., "sigmoid") before the output layer', "pretrain([500, 250], x)"
        raise ConfigError(explain(what, got=got, expected=expected, hint=hint))
    features, given = len(model.weights[f"{names[0]}/kernel"]), int(np.prod(np.shape(x)[1:]))
    if given != features:
        what = f"The rows of x do not fit the layer {names[0]!r}."
        raise ShapeError(explain(what, got=np.shape(x), expected=f"{features} numbers a row"))
    return names, units


def _model(
    row_shape: Shape, layers: Sequence[tuple[Layer, dict[str, np.ndarray]]], seed: int = 0
) -> Sequential:
    """Return a network for rows of `row_shape` whose layers start at the weights given."""
    flat = [] if len(row_shape) == 1 else [Flatten(name="flatten")]
    model = Sequential([Input(row_shape), *flat, *(layer for layer, _ in layers)], seed=seed)
    model.set_weights(
        {
            f"{layer.name}/{part}": array
            for layer, weights in layers
            for part, array in weights.items()
        }
    )
    return model
