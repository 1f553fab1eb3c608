"""Trains, measures and uses a model: between Keras's verbs and the core's programs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from pellucid.base.errors import ConfigError, StateError, explain
from pellucid.doctor.finding import Finding
from pellucid.doctor.session import Doctor
from pellucid.inspection.inspection import Inspection, look
from pellucid.inspection.renaming import renamed
from pellucid.keras import optimizers
from pellucid.keras.callbacks.callback_list import CallbackList
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.seeds import next_look, next_seed
from pellucid.keras.engine.base.strictness import strict
from pellucid.keras.engine.base.variable import Variable
from pellucid.keras.engine.training.compiling import Compiled, Settings, recipe_of
from pellucid.keras.engine.training.diagnosis import names_of, same_rows, untrained
from pellucid.keras.engine.training.feeding import Batches, Rows, Stream, as_feed
from pellucid.keras.engine.training.fitting import Fit
from pellucid.keras.engine.training.holder import Holder, values_of
from pellucid.keras.engine.training.onlooking import NOBODY
from pellucid.keras.engine.training.printing import show_evaluation, show_prediction
from pellucid.layers.delegation import InMode
from pellucid.layers.layer import Layer as CoreLayer
from pellucid.training.evaluation import compile_evaluate, predict
from pellucid.training.measuring import begin_sums
from pellucid.training.programs import compile_running_step, compile_running_test
from pellucid.training.state import Examples, Recipe
from pellucid.training.watch import NOTHING

OWN_STEPS = ("train_step", "test_step", "compute_loss", "compute_metrics")


class Learner:
    """What a model's verbs do, and what they leave behind for the next."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.settings: Settings | None = None
        self.optimizer: Any = None
        self.history: Any = None
        self.stop_training = False
        self.seed: int | None = None
        self.epochs = 0  # finished, over the whole life of the model
        self.moving: set[int] = set()  # the layers that were not frozen at compile, by id
        self.doctor: Doctor | None = None  # of the last fit
        self.doctor_names: dict[str, str] = {}  # Keras's names of layers, by the network's
        self.onlooker: Any = NOBODY  # at each fit on arrays
        self._holder: Holder | None = None

    def compile(
        self,
        optimizer: Any,
        loss: Any,
        loss_weights: Any,
        metrics: Any,
        weighted_metrics: Any,
        old: dict[str, Any],
    ) -> None:
        """Take note of how to train."""
        watch = old.pop("watch", NOTHING)  # Pellucid's own, as of `pellucid.Model.compile`
        for name in old:
            hint(f"compile {name}", f"compile({name}=...) has no effect since Keras 3")
        self.end()
        self.optimizer = optimizers.get(optimizer)
        self.settings = Settings(loss, loss_weights, metrics, weighted_metrics, watch)
        self.moving = {id(layer) for layer in self.model.flat_layers() if layer.trainable}

    def compiled_for(self, shapes: Any) -> tuple[Any, Compiled]:
        """Return the plan for rows of these shapes, and the recipe.

        Raises:
            StateError: the model was not compiled.
        """
        if self.settings is None:
            what = "This model has not been compiled, so it cannot be trained or evaluated."
            tip = 'model.compile("adam", loss=...) first'
            raise StateError(explain(what, got="no compile()", expected="compile()", hint=tip))
        self._refuse_own_steps()
        plan = self.model.plan_for(shapes)
        names, frozen, named = self.model.output_names, self.frozen(plan), self.model.names_outputs
        return plan, recipe_of(self.settings, plan, names, self.optimizer, frozen, named=named)

    def frozen(self, plan: Any) -> frozenset[str]:
        """Return the owners of parameters that training leaves alone.

        A model frozen as a whole after its own compile, as the discriminator is for the
        sake of a model around it, trains as it was compiled: so Keras 1 and 2 had it.
        """
        now, params = plan.frozen(), plan.variables()[0]
        owners = {owner for owner, group in params.items() if group}
        if strict() or not owners or owners - now:
            return now
        before = frozenset(n for n in now if id(plan.layers[n]) not in self.moving)
        if before != now:
            name = self.model.name
            hint(f"frozen {name}", f"{name} was frozen after its compile: it trains as compiled")
        return before

    def _refuse_own_steps(self) -> None:
        """Refuse a model with a training loop of its own, which would be passed over in silence."""
        for name in OWN_STEPS:
            if hasattr(type(self.model), name):
                what = f"{type(self.model).__name__} has a {name} of its own, which is not served."
                tip = "a loss function, add_loss in a layer, or train_on_batch in a loop"
                raise ConfigError(explain(what, got=name, expected="call() alone", hint=tip))

    def holder(self, plan: Any, compiled: Compiled) -> Holder:
        """Return the training state for a recipe: the one there is, if it is up to date."""
        plan.say_before_use()
        _refuse_no_loss(compiled.recipe)
        here = self._holder
        if here is None or here.recipe != compiled.recipe or not here.holds_all:
            self.end()
            if self.seed is None:
                self.seed = next_seed()
            self._holder = here = Holder(
                plan, compiled.recipe, self.optimizer, self.seed, self.epochs
            )
        return here

    @property
    def trained(self) -> Holder | None:
        """The training state, while it holds the variables."""
        return self._holder

    def end(self) -> None:
        """Bring every variable home."""
        if self._holder is not None:
            self.epochs = int(self._holder.train.epoch)
            self._holder.end()
            self._holder = None

    @property
    def place(self) -> tuple[int | None, int]:
        """The seed, and the epochs behind: what random numbers are counted from."""
        return self.seed, self.epochs if self._holder is None else int(self._holder.train.epoch)

    @place.setter
    def place(self, place: tuple[int | None, int]) -> None:
        self.end()
        self.seed, self.epochs = place

    def memory(self) -> Any:
        """Return what the optimizer remembers of the training so far, as host arrays, or None."""
        if self._holder is not None:
            return jax.device_get(self._holder.train.memory)
        return self.optimizer.memory if self.optimizer is not None else None

    # The verbs

    def fit(self, given: dict[str, Any], old: dict[str, Any]) -> Any:
        """Train; return the history. `old` are arguments that Keras 3 has no more."""
        return Fit(self, given, old).run()

    def evaluate(
        self,
        x: Any,
        y: Any,
        batch_size: int | None,
        verbose: Any,
        sample_weight: Any,
        steps: int | None,
        callbacks: Any,
        return_dict: bool,
    ) -> Any:
        """Return loss and metrics: a list in order, one number, or a mapping by name."""
        feed = as_feed(self.model, x, y, sample_weight)
        listeners = CallbackList(callbacks, model=self.model, verbose=verbose)
        listeners.on_test_begin()
        began = time.perf_counter()
        self._consult(feed)
        values = self.measured(feed, batch_size or 32, steps)
        show_evaluation(values, time.perf_counter() - began, verbose)
        listeners.on_test_end(values)
        return _told(values, return_dict)

    @property
    def findings(self) -> list[Finding]:
        """What the doctor found in the last fit, and since."""
        if self.doctor is None:
            return []
        return [found.called(self.doctor_names) for found in self.doctor.findings]

    def _consult(self, feed: Rows | Stream) -> None:
        """Let the doctor know on which rows the model is judged."""
        if not isinstance(feed, Rows) or self.model.stateful:
            return
        if self.doctor is None:
            plan, compiled = self.compiled_for(feed.shapes)
            self.doctor, self.doctor_names = untrained(plan, compiled, feed), names_of(plan)
        elif self.doctor.chart.epochs:
            self.doctor.judged(on_training_rows=same_rows(self.doctor.chart.rows, feed))

    def measured(self, feed: Rows | Stream, batch_size: int, steps: int | None = None) -> Any:
        """Return the values of `feed` by Keras's names."""
        if self.model.stateful and isinstance(feed, Rows):
            feed = Stream(self.model, Batches(feed, batch_size, shuffle=False))
        if isinstance(feed, Stream):
            return self._measured_stream(feed, steps)
        plan, compiled = self.compiled_for(feed.shapes)
        rows = feed.part(0, steps * batch_size) if steps else feed
        examples = rows.examples(compiled.recipe)
        params, state = self.values(plan)
        program = compile_evaluate(compiled.recipe, compiled.at_once(batch_size))
        found = program(params, state, examples)
        return compiled.named(_numbers(found))

    def _measured_stream(self, feed: Stream, steps: int | None) -> Any:
        sums: Any = None
        found: Any = {}
        compiled = None
        for rows in feed.batches(steps):
            plan, compiled = self.compiled_for(rows.shapes)
            params, state = self.values(plan)
            batch = rows.examples(compiled.recipe)
            sums = begin_sums(compiled.recipe, batch.targets) if sums is None else sums
            program = compile_running_test(compiled.recipe)
            state, sums, found = program(params, state, sums, batch)
            self._keep(plan, state)
        if compiled is None:
            what = "There was no batch to measure."
            raise StateError(explain(what, got="0 batches", expected="at least one"))
        return compiled.named(_numbers(found))

    def values(self, plan: Any) -> tuple[Any, Any]:
        """Return the values of a plan's variables: those of the training state, if it has them."""
        plan.say_before_use()
        here = self._holder_of(plan)
        if here is not None:
            return here.train.params, here.train.state
        return values_of(plan.variables())

    def _holder_of(self, plan: Any) -> Holder | None:
        """Return the training state if it is that of this plan, and up to date."""
        here = self._holder
        fits = here is not None and here.holds_all and here.plan.network == plan.network
        return here if fits else None

    def _keep(self, plan: Any, state: Any) -> None:
        """Let stateful layers go on from where a batch that was measured has left them."""
        if not self.model.stateful:
            return
        here = self._holder_of(plan)
        if here is not None:
            here.trainer.train = here.train._replace(state=state)
            return
        variables = plan.variables()[1]
        for variable, value in zip(jax.tree.leaves(variables), jax.tree.leaves(state), strict=True):
            if isinstance(variable, Variable):
                variable.assign(np.asarray(value))

    def predict(
        self, x: Any, batch_size: int | None, verbose: Any, steps: int | None, callbacks: Any
    ) -> Any:
        """Return the outputs for every row, in the structure of the model's outputs."""
        feed = as_feed(self.model, x)
        listeners = CallbackList(callbacks, model=self.model, verbose=verbose)
        listeners.on_predict_begin()
        began = time.perf_counter()
        parts = feed.batches(steps) if isinstance(feed, Stream) else [feed]
        if self.model.stateful:
            size = batch_size or 32
            pages = [page for rows in parts for page in self._carried(rows, size)]
        else:
            pages = [self._predicted(rows) for rows in parts]
        whole = [np.concatenate(column) for column in zip(*pages, strict=True)]
        show_prediction(len(whole[0]), time.perf_counter() - began, verbose)
        listeners.on_predict_end()
        outputs = iter(whole)
        return jax.tree.map(lambda _: next(outputs), self.model.output)

    def _predicted(self, rows: Rows) -> tuple[np.ndarray, ...]:
        plan = self.model.plan_for(rows.shapes)
        params, state = self.values(plan)
        inputs = rows.inputs(plan.network)
        return predict(plan.network, "float32", params, state, inputs, seed=next_look())

    def _carried(self, rows: Rows, size: int) -> Iterator[tuple[np.ndarray, ...]]:
        """Give the outputs batch by batch; stateful layers go on where the last one ended."""
        for first in range(0, len(rows), size):
            x = rows.part(first, first + size).columns
            outputs = self.model(x if len(x) > 1 else x[0])
            yield tuple(np.asarray(a) for a in jax.tree.leaves(outputs))

    def train_on_batch(
        self, x: Any, y: Any, sample_weight: Any, class_weight: Any, return_dict: bool
    ) -> Any:
        """Take one step."""
        rows = as_feed(self.model, x, y, sample_weight, class_weight)
        plan, compiled = self.compiled_for(rows.shapes)
        batch = rows.examples(compiled.recipe)
        sums = begin_sums(compiled.recipe, batch.targets)
        values, _ = self.step(plan, compiled, batch, sums)
        return _told(values, return_dict)

    def inspect(self, x: Any, y: Any, sample_weight: Any) -> Inspection:
        """Return the step that these rows would cause, laid open, under the layers' own names."""
        rows = as_feed(self.model, x, y, sample_weight)
        plan, compiled = self.compiled_for(rows.shapes)
        batch = rows.examples(compiled.recipe)
        seen = look(compiled.recipe, self.holder(plan, compiled).train, batch)
        inputs = (source.name for source in plan.network.inputs)
        entries = (symbol.name for symbol in self.model.front.entries)
        names = dict(zip(inputs, entries, strict=True))
        return renamed(seen, names | {owner: layer.name for owner, layer in plan.layers.items()})

    def step(self, plan: Any, compiled: Compiled, batch: Examples, sums: Any) -> Any:
        """Take one step on `batch`; return the values of all since `sums` began, and the sums."""
        holder = self.holder(plan, compiled)
        program = compile_running_step(compiled.recipe)
        holder.trainer.train, sums, found = program(holder.train, sums, batch)
        return compiled.named(_numbers(found)), sums

    def finalize(self) -> None:
        """End training by batches as the optimizer ends it."""
        if self._holder is not None:
            self._holder.trainer.finalize()

    def count_epoch(self) -> None:
        """Note that an epoch of batches has ended."""
        if self._holder is not None:
            train = self._holder.train
            epoch = jax.device_put(np.int32(int(train.epoch) + 1))
            self._holder.trainer.train = train._replace(epoch=epoch)

    def test_on_batch(self, x: Any, y: Any, sample_weight: Any, return_dict: bool) -> Any:
        """Measure one batch."""
        rows = as_feed(self.model, x, y, sample_weight)
        plan, compiled = self.compiled_for(rows.shapes)
        batch = rows.examples(compiled.recipe)
        params, state = self.values(plan)
        sums = begin_sums(compiled.recipe, batch.targets)
        state, _, found = compile_running_test(compiled.recipe)(params, state, sums, batch)
        self._keep(plan, state)
        return _told(compiled.named(_numbers(found)), return_dict)

    def names(self) -> list[str]:
        """Return the names of what `evaluate` gives, in its order."""
        if self.settings is None or self.model._graph is None:
            return []
        shapes = tuple(
            tuple(s or 48 for s in symbol.shape[1:]) for symbol in self.model.front.entries
        )
        _, compiled = self.compiled_for(shapes)
        return list(compiled.named(dict.fromkeys(compiled.recipe.names)))


def _refuse_no_loss(recipe: Recipe) -> None:
    """Refuse to train where neither compile() nor a layer gives a loss."""
    if not recipe.goals and not any(_charges(node.layer) for node in recipe.network.nodes):
        what = "There is nothing to learn from: compile() was given no loss, and no layer adds one."
        raise ConfigError(explain(what, got="loss=None", expected='loss="mse", for instance'))


def _charges(core: CoreLayer) -> bool:
    """Tell whether a layer may add to the loss."""
    inner = core.layer if isinstance(core, InMode) else core
    regularized = (v for name, v in vars(inner).items() if name.endswith("regularizer"))
    return type(inner).toll is not CoreLayer.toll or any(v is not None for v in regularized)


def _told(values: dict[str, Any], return_dict: bool) -> Any:
    if return_dict:
        return dict(values)
    listed = list(values.values())
    return listed[0] if len(listed) == 1 else listed


def _numbers(values: Any) -> dict[str, Any]:
    held = {name: np.asarray(value) for name, value in jax.device_get(values).items()}
    return {name: float(v) if v.ndim == 0 else v for name, v in held.items()}
