"""The network of an estimator: hidden layers as they were given, and an end for the target."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from pellucid.base.errors import ConfigError, ShapeError, explain
from pellucid.interop.checkpoint import Checkpoint
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.layer import Layer
from pellucid.layers.preprocessing import Normalization
from pellucid.models.model import Model
from pellucid.models.repair import Edits, edited
from pellucid.models.sequential import Sequential
from pellucid.training.programs import compile_init, compile_start
from pellucid.training.state import TrainState, seed_bits

SCALING, UNITS = "scaling", "units"  # names of the layers in front and at the end


class Ending(NamedTuple):
    """The last layer, and how its answers are judged."""

    units: int
    activation: str
    loss: str
    metrics: tuple[str, ...] = ()


def built(
    network: Any, activation: str, scale: bool, features: int, ending: Ending, seed: int
) -> Model:
    """Return a network with fresh weights for rows of so many features.

    Raises:
        ConfigError: `network` is none of units, layers and a model.
        ShapeError: a model takes other rows, or gives other answers.
    """
    if isinstance(network, Model):
        return _drawn_anew(network, features, ending, seed)
    layers = [Normalization(name=SCALING)] if scale else []
    model = Sequential([Input((features,), name="x"), *layers, *_hidden(network, activation)], seed)
    model.add(Dense(ending.units, ending.activation))
    return model


def in_units(
    model: Model, scale: Float[np.ndarray, " units"], offset: Float[np.ndarray, " units"]
) -> Model:
    """Return a model whose answers are scale a + offset, where `model` answers a."""
    inputs, (end,) = edited(model.network, Edits())
    longer = Model(inputs, Normalization(name=UNITS)(end), model.seed)
    longer.set_weights(model.weights)
    _learn(longer, UNITS, -offset / scale, 1 / scale**2)
    return longer


def set_scale(
    model: Model, x: Float[np.ndarray, "rows features"], weight: Float[np.ndarray, " rows"]
) -> None:
    """Let the scaling in front know mean and variance of the rows, each with its weight."""
    x, share = x.astype(np.float64), (weight / weight.sum())[:, None].astype(np.float64)
    mean = (share * x).sum(axis=0)
    _learn(model, SCALING, mean, (share * (x - mean) ** 2).sum(axis=0))


def _learn(model: Model, layer: str, mean: Any, variance: Any) -> None:
    known = {"mean": mean, "variance": variance, "seen": np.ones(())}
    model.set_weights({f"{layer}/{name}": array for name, array in known.items()})


def _hidden(network: Any, activation: str) -> list[Layer]:
    given: Any = [network] if isinstance(network, int | np.integer | Layer) else network
    if isinstance(given, Sequence | np.ndarray) and not isinstance(given, str):
        if all(isinstance(part, Layer) for part in given):
            return list(given)
        if all(isinstance(part, int | np.integer) for part in given):
            return [Dense(int(units), activation) for units in given]
    what = "An estimator's network is made of hidden layers, or is a model."
    expected = "units such as (64, 32), layers, or a Model"
    raise ConfigError(explain(what, got=repr(network), expected=expected))


def _drawn_anew(model: Model, features: int, ending: Ending, seed: int) -> Model:
    """Return a model like another, compiled like it, with weights of its own."""
    network = model.network
    given = [source.shape for source in network.inputs]
    answers = [network[name].output_shape for name in network.outputs]
    if given != [(features,)] or answers != [(ending.units,)]:
        what = "The model does not fit the rows and targets."
        got = f"rows of {given}, answers of {answers}"
        expected = f"rows of [({features},)], answers of [({ending.units},)]"
        raise ShapeError(explain(what, got=got, expected=expected))
    bits, recipe = seed_bits(seed), model._recipe
    params, state = compile_init(network)(bits)
    if recipe is not None:
        train = compile_start(recipe)(bits, params, state)
    else:
        rate, count = np.zeros((), "f"), np.zeros((), "int32")
        train = TrainState(params, state, {}, rate, count, count, bits)
    return Model.restored(Checkpoint(network, recipe, train))
