"""What stands on the bench: an experiment, its data, and the network that learns from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import jax
import numpy as np
from jaxtyping import Int

from pellucid.base.errors import ConfigError, explain
from pellucid.data.dataset import Dataset
from pellucid.doctor.finding import Change
from pellucid.experiments.answers import outputs, targets
from pellucid.experiments.design import Design, design
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.folder import Run
from pellucid.experiments.judging import Judgement, judge, taught
from pellucid.experiments.preparing import Prepared, prepare
from pellucid.interop.checkpoint import Checkpoint
from pellucid.layers.input import Input
from pellucid.layers.layer import LAYERS, Layer
from pellucid.layers.preprocessing import Rescaling
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.models.view import View
from pellucid.network.network import Network
from pellucid.training.order import compile_order
from pellucid.training.state import TrainState, seed_bits

PARTS = ("train", "validation", "test")
OF_FIT = ("batch_size", "epochs")  # what a remedy may change of a fit
OF_NETWORK = ("network", "activation", "dropout", "scaling")  # redrawn when one of these changes


@dataclass(frozen=True, eq=False)
class Bench:
    """Data and a network, ready to train. The model changes as it learns; the rest stays.

    Attributes:
        experiment: What was asked for; of a script's own fit, what is known of it.
        ready: The rows, and how they are divided.
        made: The network and how it is trained.
        script: Whether a script owns the network, and alone changes it.
        shuffle: Whether each epoch has an order of its own.
        before: Epochs and updates that the network had seen before this.
        answers: The targets as the network takes them, where a script has made them.
        loaded: The network before its first step, where it came from a file.
    """

    experiment: Experiment
    ready: Prepared
    made: Design
    script: bool = False
    shuffle: bool = True
    before: tuple[int, int] = (0, 0)
    answers: np.ndarray | None = None
    loaded: Checkpoint | None = None

    @property
    def model(self) -> Model:
        """The network with its weights."""
        return self.made.model

    @property
    def layers(self) -> list[Layer]:
        """The layers in the order in which they run, between the input and the answer."""
        return [node.layer for node in self.model.network.nodes]

    @cached_property
    def y(self) -> np.ndarray:
        """The targets in the form that the output layer and the loss want."""
        if self.answers is not None:
            return self.answers
        return targets(self.ready.encoding, self.ready.y, self.made.loss)

    @cached_property
    def training(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows to learn from: inputs and targets."""
        rows = self.ready.parts.train
        return self.ready.x[rows], self.y[rows]

    @cached_property
    def unscaled(self) -> tuple[float, float] | None:
        """The range of the inputs of a network from a file that no layer of it scales."""
        scaled = any(one.learns_from_data or isinstance(one, Rescaling) for one in self.layers)
        x = self.training[0]
        low, high = float(x.min()), float(x.max())
        return None if self.loaded is None or scaled or -1 <= low <= high <= 1 else (low, high)

    @property
    def steps(self) -> int:
        """Updates in an epoch."""
        return -(-len(self.ready.parts.train) // self.made.batch_size)

    @property
    def place(self) -> tuple[int, int]:
        """The epoch in which training is, from 0, and how many of its batches are done."""
        train, (epochs, updates) = self.model.train_state, self.before
        epoch = int(train.epoch)
        return epoch, int(train.step) - updates - (epoch - epochs) * self.steps

    def lesson(self) -> dict[str, Any]:
        """Return what `fit` is given."""
        validation, (x, y) = self.ready.parts.validation, self.training
        return {
            "x": x,
            "y": y,
            "validation_data": (self.ready.x[validation], self.y[validation]),
            "batch_size": self.made.batch_size,
            "epochs": self.made.epochs,
            "class_weight": self.experiment.class_weight,
        }

    def order(self, epoch: int) -> Int[np.ndarray, " rows"]:
        """Return the training rows in the order of an epoch, counted from 0, as indices of all."""
        rows = self.ready.parts.train
        seed = self.model.train_state.seed
        return rows[np.asarray(compile_order(len(rows), self.shuffle)(seed, np.int32(epoch)))]

    def next_batch(self) -> tuple[int, int, Int[np.ndarray, " batch"]]:
        """Return the epoch and the number of the batch that comes next, from 0, and its rows."""
        (epoch, batch), size = self.place, self.made.batch_size
        return epoch, batch, self.order(epoch)[batch * size : (batch + 1) * size]

    def judged(self, part: str) -> tuple[np.ndarray, Judgement]:
        """Return what the network answers to the rows of a part, and how good that is."""
        encoding, rows = self.ready.encoding, getattr(self.ready.parts, part)
        said = outputs(encoding, self.model, self.ready.x[rows])
        known = taught(encoding, self.ready.y[self.ready.parts.train])
        return said, judge(encoding, said, self.ready.y[rows], known)

    def with_layers(self, layers: Sequence[Layer]) -> "Bench":
        """Return a bench with a network of these layers, from fresh weights."""
        fresh = as_model(layers, self.ready.encoding.shape, self.experiment.seed)
        return replace(self, made=self._by_hand, loaded=None)._compiled(fresh)

    def with_network(self, view: View) -> "Bench":
        """Return a bench with the network and the weights of a file.

        Raises:
            ConfigError: it takes other rows, or gives another answer.
        """
        network = self.model.network
        found, wanted = _ends(view.network), _ends(network)
        if found != wanted:
            what = "This network does not fit the data on the bench."
            hint = "open its data first"
            raise ConfigError(explain(what, got=found, expected=wanted, hint=hint))
        zero, rate = np.zeros((), np.int32), np.zeros((), np.float32)
        seed = seed_bits(self.experiment.seed)
        params, state = jax.device_get((view.params, view.state))
        train = TrainState(params, state, {}, rate, zero, zero, seed)
        loaded = Checkpoint(view.network, None, train)
        return replace(self, made=self._by_hand, loaded=loaded).again()

    def cured(self, change: Change) -> "Bench":
        """Return a bench with a remedy made, from fresh weights.

        Raises:
            ConfigError: the change is of the data, which only the user may make.
        """
        if change.kind == "fit" and set(change.settings) <= set(OF_FIT):
            again = self.again()
            return replace(again, made=again.made._replace(**change.settings))
        model = self.model.repaired(change)
        loaded = self.loaded and Checkpoint(model.network, None, jax.device_get(model.train_state))
        return replace(self, made=self.made._replace(model=model), loaded=loaded)

    def again(self) -> "Bench":
        """Return the same bench before its first step."""
        return self._compiled(self._untrained())

    def settled(self, settings: Mapping[str, Any]) -> "Bench":
        """Return a bench with other settings of the experiment.

        Layers built by hand stay, unless a setting says what they are to be.

        Raises:
            ConfigError: a setting is unknown, or cannot be so.
        """
        told = self.experiment
        kept = {name: getattr(told, name) for name in told.to_config()}
        made = set_up(Experiment.from_config({**kept, **settings}), self.ready.data)
        if set(settings) & set(OF_NETWORK):
            return made
        kept = made.made._replace(network=self.made.network)
        return replace(made, made=kept, loaded=self.loaded)._compiled(self._untrained())

    @property
    def _by_hand(self) -> Design:
        """The design, with layers that no setting describes."""
        return self.made._replace(network="")

    def _untrained(self) -> Model:
        """Return the network before its first step, not compiled."""
        if self.loaded is not None:
            return Model.restored(self.loaded)
        return as_model(self.layers, self.ready.encoding.shape, self.experiment.seed)

    def _compiled(self, fresh: Model) -> "Bench":
        """Return a bench with this network, compiled as this one's."""
        recipe = self.model.recipe
        fresh.compile(
            recipe.optimizer, recipe.goals[0].loss, metrics=self.made.metrics, dtype=recipe.dtype
        )
        return replace(self, made=self.made._replace(model=fresh))


def _ends(network: Network) -> str:
    """Return what a network takes and gives, in words."""
    given = ", ".join(str(network[name].output_shape) for name in network.outputs)
    return f"{', '.join(str(source.shape) for source in network.inputs)} in, {given} out"


def set_up(experiment: Experiment, data: Dataset | None = None) -> Bench:
    """Return a bench with the data of an experiment and the network it means.

    Raises:
        DataError, FileError, ConfigError: the data cannot be learnt from as they are.
    """
    ready = prepare(experiment, data)
    rows = ready.parts.train
    return Bench(
        experiment, ready, design(experiment, ready.encoding, ready.x[rows], ready.y[rows])
    )


def as_layers(told: Sequence[Any]) -> list[Layer]:
    """Return the layers that a page described: {"class_name": ..., "config": {...}} each.

    Raises:
        ConfigError: there is no such layer, or it lacks a setting or has no such one.
    """
    return [_as_layer(one) for one in told]


def _as_layer(told: Any) -> Layer:
    try:
        return LAYERS[told["class_name"]].from_config(told["config"])
    except (KeyError, TypeError) as error:
        what, expected = "This describes no layer.", "a class_name, and a config with its settings"
        raise ConfigError(explain(what, got=str(error), expected=expected)) from error


def as_told(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    """Return layers as a page describes them."""
    return [{"class_name": type(one).__name__, "config": one.to_config()} for one in layers]


def as_model(layers: Sequence[Layer], shape: tuple[int, ...], seed: int) -> Sequential:
    """Return the network of these layers on rows of this shape.

    Raises:
        ShapeError, ConfigError: one does not fit what comes before it.
    """
    return Sequential([Input(shape, name="x"), *layers], seed=seed)


def from_run(run: Run) -> Bench:
    """Return a bench with the network of a run as it was left, and its data."""
    made = set_up(run.experiment)
    return replace(made, made=made.made._replace(model=run.model))
