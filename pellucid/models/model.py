"""The Keras-style shell: it holds what training changes, and computes nothing itself."""

from collections.abc import Callable, Generator, Mapping, Sequence
from os import PathLike
from typing import Any

import jax
import numpy as np

from pellucid.base.errors import StateError, explain
from pellucid.base.tree import flatten, refill
from pellucid.doctor.chart import Settings
from pellucid.doctor.session import Doctor
from pellucid.inspection.inspection import Inspection, look
from pellucid.interop.checkpoint import Checkpoint, write_checkpoint
from pellucid.layers.layer import Symbol
from pellucid.models.compiling import check_rules, make_recipe
from pellucid.models.counting import whole_number
from pellucid.models.diagnosable import Diagnosable
from pellucid.models.diagnosis import consulted, way
from pellucid.models.display import drawing, model_html, summary_text
from pellucid.models.exporting import Exportable
from pellucid.models.following import Following
from pellucid.models.history import History
from pellucid.models.pictured import Lesson, Pictured
from pellucid.models.progress import Progress
from pellucid.models.repairable import Repairable
from pellucid.models.resuming import Backup, Resume, kept
from pellucid.models.rows import Given
from pellucid.models.scores import Scores
from pellucid.models.view import View, as_view
from pellucid.models.weights import check_finite, in_place_of
from pellucid.network.graph import trace
from pellucid.network.network import Network
from pellucid.network.summary import Summary, names_in_order, summarize
from pellucid.training.adaptation import adapt
from pellucid.training.callbacks import Callback, pace_of
from pellucid.training.devices import count_of
from pellucid.training.evaluation import compile_evaluate
from pellucid.training.examples import as_examples, as_inputs
from pellucid.training.programs import compile_init, compile_start, compile_step
from pellucid.training.record import as_value
from pellucid.training.room import room_for
from pellucid.training.rules import Rule, TerminateOnNaN
from pellucid.training.state import Examples, Recipe, TrainState, seed_bits
from pellucid.training.streaming import Streamed
from pellucid.training.trainer import Trainer
from pellucid.training.watch import NOTHING, Watch


class Model(Pictured, Repairable, Diagnosable, Exportable):
    """A network together with its parameters and the way it is trained.

    Example:
        >>> from pellucid.layers.dense import Dense
        >>> from pellucid.layers.input import Input
        >>> x = Input((2,))
        >>> model = Model(x, Dense(1, "sigmoid")(x))
        >>> model.predict([[0.0, 0.0]]).tolist()
        [[0.5]]
    """

    def __init__(
        self, inputs: Symbol | Sequence[Symbol], outputs: Symbol | Sequence[Symbol], seed: int = 0
    ) -> None:
        self.seed = seed
        self._begin(trace(_listed(inputs), _listed(outputs)))

    @staticmethod
    def restored(checkpoint: Checkpoint) -> "Model":
        """Return the model a checkpoint holds, where it stood."""
        network, recipe, train = checkpoint
        model = Model.__new__(Model)
        model.seed = int(train.seed[0]) << 32 | int(train.seed[1])
        model._begin(network)
        model._train = train
        if recipe is not None:
            model._recipe, model._frozen = recipe, recipe.frozen
            model._trainer = Trainer(recipe, jax.device_put(train))
        return model

    def _begin(self, network: Network | None) -> None:
        """Take a network, its parameters still to be drawn."""
        nodes = network.nodes if network else ()
        self._frozen = frozenset(node.owner for node in nodes if not node.layer.trainable)
        self._network = network
        self._recipe: Recipe | None = None
        self.devices: int | str | None = None
        self._train: TrainState | None = None
        self._trainer: Trainer | None = None
        self.history = History([])
        self._doctor: Doctor | None = None

    # What it is made of

    @property
    def network(self) -> Network:
        """The layers and how they are wired."""
        if self._network is None:
            what = "This model does not know yet what a row looks like."
            hint = "put Input((features,)) first, or call fit or build"
            raise StateError(explain(what, got="no Input", expected="a shape", hint=hint))
        return self._network

    @property
    def train_state(self) -> TrainState:
        """All that training changes: parameters, state, the optimizer's memory, counters."""
        if self._trainer is not None:
            return self._trainer.train
        if self._train is None:
            bits, rate, count = seed_bits(self.seed), np.zeros((), "f"), np.zeros((), "int32")
            params, state = compile_init(self.network)(bits)
            self._train = TrainState(params, state, {}, rate, count, count, bits)
        return self._train

    @property
    def recipe(self) -> Recipe:
        """What `compile` settled."""
        if self._recipe is None:
            what = "This model has not been compiled, so it cannot be trained or evaluated."
            hint = 'model.compile("adam", loss=...) first'
            raise StateError(explain(what, got="no compile()", expected="compile()", hint=hint))
        return self._recipe

    @property
    def trainer(self) -> Trainer:
        """The trainer that `compile` made."""
        if self._trainer is None:
            train = self.train_state
            start = compile_start(self.recipe)(train.seed, train.params, train.state)
            start = start._replace(epoch=train.epoch, step=train.step)
            self._train, self._trainer = None, Trainer(self.recipe, start)
        return self._trainer

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """Every parameter and state by its path, "dense/kernel", as host arrays."""
        held = (self.train_state.params, self.train_state.state)
        leaves = {**flatten(held[0]), **flatten(held[1])}
        return {path: np.array(leaves[path]) for path in names_in_order(self.network)}

    def get_weights(self) -> list[np.ndarray]:
        """Return every parameter and state, in the order of the layers."""
        return list(self.weights.values())

    def set_weights(self, weights: Sequence[Any] | Mapping[str, Any]) -> None:
        """Put arrays, in the order of `get_weights` or by path, in place of those there are.

        Raises:
            ShapeError: the number of arrays or the shape of one differs; nothing is changed.
        """
        train, put = self.train_state, jax.device_put(in_place_of(self.weights, weights))
        params, state = refill(train.params, put), refill(train.state, put)
        self._set_train(train._replace(params=params, state=state))

    def freeze(self, *names: str) -> None:
        """Keep the parameters of these layers (all, if none is named) as they are."""
        self._set_frozen(self._frozen | set(self._owners(names)))

    def unfreeze(self, *names: str) -> None:
        """Let gradients change the parameters of these layers (all, if none is named)."""
        self._set_frozen(self._frozen - set(self._owners(names)))

    # How it is trained

    def compile(
        self,
        optimizer: Any = "adam",
        loss: Any = None,
        metrics: Any = (),
        *,
        loss_weights: Any = None,
        weighted_metrics: Any = (),
        dtype: str = "float32",
        watch: Watch = NOTHING,
        devices: int | str | None = None,
    ) -> None:
        """Choose how to train. Parameters stay as they are; the optimizer starts afresh.

        Several outputs take a mapping by the output's name, or a list in order. `dtype`
        is what layers compute with, "float32" or "bfloat16"; parameters, losses and
        metrics are float32 either way. Several `devices`, a number or "all", share each batch.
        """
        self.devices = devices
        self._recipe = make_recipe(
            self.network,
            optimizer,
            loss,
            metrics,
            weighted_metrics,
            loss_weights,
            watch=watch,
            frozen=self._frozen,
            dtype=dtype,
        )
        self._keep_weights_only()

    def adapt(self, x: Any) -> None:
        """Let layers that learn from data (scaling) learn from `x`, all of it training rows."""
        self._see(x)
        inputs = as_inputs(self.network, x)
        self._set_train(adapt(self.network, self.train_state, Examples(inputs, {}, {})))

    def fit(
        self,
        x: Any,
        y: Any = None,
        *,
        batch_size: int | str = 32,
        epochs: int = 1,
        validation_data: Any = None,
        validation_split: float = 0.0,
        validation_by: str = "stratified",
        shuffle: bool | str = True,
        class_weight: Mapping[Any, Any] | str | None = None,
        sample_weight: Any = None,
        callbacks: Sequence[Callback | Rule] = (),
        verbose: int | str = "auto",
        doctor: str = "report",
        silence: Sequence[str] | str = (),
        resume: Resume = None,
    ) -> History:
        """Train on `x` and `y`, or a stream of both; return the values of every epoch.

        `batch_size` is a number of rows, 1 for online learning, or "full". Held-out rows
        are given as `validation_data` (x, y) or (x, y, sample_weight), or as the share
        `validation_split`, chosen `validation_by` "stratified" shuffling (each class keeps
        its share), "shuffled", or "last". The rows that train are visited in a new order each
        epoch unless `shuffle` is False; "balanced" shows every class equally often in each
        batch, rare ones again and again. A second fit goes on where the first ended.

        Weights may be given by output, and a `sample_weight` for each step of a row.

        The `doctor` looks on and leaves `findings`, but for those in `silence`; "strict" raises
        where something cannot work, "off" does not look.

        With `resume`, a folder or `Checkpoints`, the fit is kept there as it goes; called again,
        it goes on from there, bit for bit as if nothing had interrupted it.

        Raises:
            DataError, ShapeError: before the first step, naming row and column.
            ConfigError: a "strict" doctor found what cannot work (the error has `findings`); or
                the fit in the folder had another network, other rows or other settings; or
                there is too little memory, and the batch size that would fit is told.
            KeyboardInterrupt: after Ctrl-C, with the model as the last step left it.
        """
        self._see(x)
        recipe, apart = self.recipe, (validation_data, validation_split, validation_by)
        given = Given(x, y, sample_weight, class_weight, batch_size, shuffle)
        examples, held_out, size = given.rows(recipe, apart, self.seed)
        epochs = whole_number("epochs", epochs, least=0)
        split = way(validation_data, validation_by, held_out)
        settings = Settings(size, epochs, shuffle, split, class_weight is not None)
        rules = (TerminateOnNaN(), *(c for c in callbacks if isinstance(c, Rule)))
        check_rules(rules, recipe, validate=held_out is not None)
        self._doctor = consulted(recipe, examples, held_out, settings, doctor, silence)
        self.history = History([])
        fit = self.history, recipe, examples, held_out, rules, self.seed, settings
        begun, devices = self._trainer is not None, count_of(self.devices)
        room = room_for(recipe, examples, held_out, size, begun=begun, devices=devices)
        with room, kept(resume, *fit) as backup:
            progress = Progress(epochs, verbose)
            following = Following(self.trainer, callbacks, progress, self._doctor)
            events = self._records(examples, held_out, settings, rules, callbacks, backup)
            following.follow(events, self.history, saved=backup is not None)
        return self.history

    def _records(
        self,
        examples: Examples | Streamed,
        held_out: Examples | None,
        settings: Settings,
        rules: Sequence[Rule],
        callbacks: Sequence[Callback | Rule],
        backup: Backup | None,
    ) -> Generator[Any, None, None]:
        trainer, doctor = self.trainer, self._doctor
        trainer.train = adapt(self.network, trainer.train, examples)
        return trainer.records(
            examples,
            settings.batch_size,
            validation=held_out,
            rules=rules,
            shuffle=settings.shuffle,
            epochs=settings.epochs,
            pace=pace_of([c for c in callbacks if isinstance(c, Callback)]),
            looker=doctor if doctor is not None and doctor.mode != "off" else None,
            keeper=backup,
            devices=count_of(self.devices),
        )

    def train_on_batch(self, x: Any, y: Any, *, sample_weight: Any = None) -> Scores:
        """Take one step on these rows as one mini-batch; return its loss and metrics."""
        self._see(x)
        trainer = self.trainer
        examples = as_examples(self.recipe, x, y, sample_weight)
        trainer.train = adapt(self.network, trainer.train, examples)
        trainer.train, found = compile_step(self.recipe)(trainer.train, examples)
        return Scores({name: as_value(found[name]) for name in self.recipe.names})

    def evaluate(self, x: Any, y: Any, *, sample_weight: Any = None) -> Scores:
        """Return the loss and metrics on `x` and `y`, in order and by name."""
        self._see(x)
        examples = as_examples(self.recipe, x, y, sample_weight)
        train = self.train_state
        found = compile_evaluate(self.recipe)(train.params, train.state, examples)
        return Scores({name: as_value(found[name]) for name in self.recipe.names})

    def predict(self, x: Any, *, allow_nonfinite: bool = False) -> Any:
        """Return the network's output for each row of `x`; a list where it has several.

        Raises:
            StateError: an output is NaN or infinite since weights are, unless that is allowed.
        """
        outputs = self.view_of(x).outputs()
        if not (allow_nonfinite or all(np.isfinite(output).all() for output in outputs)):
            check_finite(self.weights)
        return outputs[0] if len(outputs) == 1 else list(outputs)

    def inspect(self, x: Any, y: Any) -> Inspection:
        """Return every z, a, delta, gradient, update and weight of one batch, by name.

        They are those of the step that `train_on_batch` would take; nothing changes. The
        value is a mapping of arrays, and writes out formulas, paths and checks.
        """
        self._see(x)
        examples = as_examples(self.recipe, x, y)
        train = adapt(self.network, self.trainer.train, examples)
        return look(self.recipe, train, examples)

    def view_of(self, x: Any) -> View:
        if x is not None:
            self._see(x)
        dtype = self._recipe.dtype if self._recipe else "float32"
        return as_view(self.network, dtype, self.train_state, x)

    def lesson_of(self, x: Any, y: Any) -> Lesson:
        self._see(x)
        examples = as_examples(self.recipe, x, y)
        return Lesson(self.recipe, adapt(self.network, self.trainer.train, examples), examples)

    # How it is shown and kept

    def summarize(self) -> Summary:
        """Return the layers, shapes and parameter counts as data."""
        return summarize(self.network, self._frozen)

    def summary(self, print_fn: Callable[[str], None] = print) -> None:
        """Print the layers, shapes and parameter counts."""
        print_fn(summary_text(self.summarize()))

    def draw(self) -> str:
        """Return a drawing of the layers and how they are wired, as SVG."""
        return drawing(self.summarize())

    def save(self, path: str | PathLike[str]) -> None:
        """Write the model and its training state to one file, whole or not at all."""
        train = self.train_state if self._recipe is None else self.trainer.train
        write_checkpoint(path, Checkpoint(self.network, self._recipe, train))

    def __repr__(self) -> str:
        shown = self.summarize()
        return f"<{type(self).__name__}: {len(shown.rows)} layers, {shown.trainable} parameters>"

    def _repr_html_(self) -> str:
        return model_html(self.summarize())

    def _wired(self, inputs: Sequence[Symbol], outputs: Sequence[Symbol]) -> "Model":
        return Model(inputs, outputs, self.seed)

    def _see(self, x: Any) -> None:
        """Take from rows what is not known of them yet: here, all is known."""

    def _set_train(self, train: TrainState) -> None:
        if self._trainer is None:
            self._train = train
        else:
            self._trainer.train = train

    def _set_frozen(self, frozen: frozenset[str]) -> None:
        self._frozen = frozen
        self._keep_weights_only()
        if self._recipe is not None:
            self._recipe = self._recipe._replace(frozen=frozen)

    def _keep_weights_only(self) -> None:
        """Let the optimizer start afresh, at the parameters and counters there are."""
        if self._trainer is not None:
            self._train, self._trainer = self._trainer.train, None

    def _owners(self, names: Sequence[str]) -> Sequence[str]:
        for name in names:
            if name not in self.network:
                what = f"This model has no layer called {name!r}."
                raise StateError(explain(what, got=name, expected=", ".join(self.network.owners)))
        return [self.network[name].owner for name in names] or self.network.owners


def _listed(symbols: Symbol | Sequence[Symbol]) -> Sequence[Symbol]:
    return [symbols] if isinstance(symbols, Symbol) else symbols
