"""Verbs that models had in Keras 1 and 2, in the words of Keras 3."""

from __future__ import annotations

import itertools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.naming import auto_name
from pellucid.keras.engine.base.tensor import symbols_in
from pellucid.keras.engine.layers.layer import Layer
from pellucid.keras.engine.layers.old_questions import is_stateful
from pellucid.keras.engine.models.graph import Graph
from pellucid.keras.engine.training.feeding import is_stream

# Who fetched batches, and how, in threads or processes: nothing of that is left to say.
FETCHING = (
    *("max_queue_size", "max_q_size", "workers", "nb_worker", "use_multiprocessing"),
    *("pickle_safe", "wait_time"),
)
RENAMED = {"nb_epoch": "epochs"}


class OldVerbs:
    """Old verbs of a model; each gives one hint at the present one."""

    fit: Any
    evaluate: Any
    predict: Any

    def predict_classes(self, x: Any, batch_size: int | None = None, verbose: Any = 0) -> Any:
        """Return the most probable class of each row; of one output, whether it is above 0.5."""
        hint(
            "predict_classes",
            "predict_classes(x) is predict(x).argmax(axis=-1), or predict(x) > 0.5, since Keras 2",
        )
        found = np.asarray(self.predict(x, batch_size=batch_size, verbose=verbose))
        if found.shape[-1] > 1:
            return found.argmax(axis=-1)
        return (found > 0.5).astype("int32")

    def predict_proba(self, x: Any, batch_size: int | None = None, verbose: Any = 0) -> Any:
        """Return the outputs."""
        hint("predict_proba", "predict_proba(x) is predict(x) since Keras 2")
        return self.predict(x, batch_size=batch_size, verbose=verbose)

    def fit_generator(
        self, generator: Any, steps_per_epoch: int | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Train on batches that come one after another."""
        hint("fit_generator", "fit_generator(batches, ...) is fit(batches, ...) since Keras 2.1")
        names = ("epochs", "verbose", "callbacks", "validation_data", "validation_steps")
        given = {**dict(zip(names, args, strict=False)), **_modern(kwargs)}
        samples = given.pop("samples_per_epoch", None)
        if samples is not None:
            generator, steps_per_epoch = _in_batches(generator, samples)
        samples = given.pop("nb_val_samples", None)
        if samples is not None and is_stream(given.get("validation_data")):
            found = _in_batches(given["validation_data"], samples)
            given["validation_data"], given["validation_steps"] = found
        return self.fit(generator, steps_per_epoch=steps_per_epoch, **given)

    def evaluate_generator(self, generator: Any, steps: int | None = None, **kwargs: Any) -> Any:
        """Measure on batches that come one after another."""
        hint(
            "evaluate_generator", "evaluate_generator(batches) is evaluate(batches) since Keras 2.1"
        )
        given = {"verbose": 0, **_modern(kwargs)}
        samples = given.pop("val_samples", None)
        if samples is not None:
            generator, steps = _in_batches(generator, samples)
        return self.evaluate(generator, steps=steps, **given)

    def predict_generator(self, generator: Any, steps: int | None = None, **kwargs: Any) -> Any:
        """Return the outputs for batches that come one after another."""
        hint("predict_generator", "predict_generator(batches) is predict(batches) since Keras 2.1")
        given = {"verbose": 0, **_modern(kwargs)}
        samples = given.pop("val_samples", None)
        if samples is not None:
            generator, steps = _in_batches(generator, samples)
        return self.predict(generator, steps=steps, **given)

    def add_loss(self, loss: Any, inputs: Any = None) -> None:
        """Let `loss` count: one of the batch being computed, or symbols of this model.

        Raises:
            ConfigError: it is a function.
        """
        del inputs
        if callable(loss):
            what = "add_loss() takes a value."
            tip = "kernel_regularizer= for what depends on weights only"
            raise ConfigError(explain(what, got=loss, expected="a symbol or array", hint=tip))
        symbols = symbols_in(loss)
        if not symbols:
            Layer.add_loss(self, loss)  # pyright: ignore[reportArgumentType]
            return
        hint("add_loss", "model.add_loss(symbol): Keras 3 has add_loss in a layer's call() only")
        self._charge(symbols)

    def _charge(self, losses: list[Any]) -> None:
        """Let the first output pass through a layer that adds `losses`."""
        model: Any = self
        leaves, tree = jax.tree.flatten(model.graph.outputs)
        name = leaves[0]._keras_history.layer.name
        leaves[0] = AddLoss(name=auto_name(f"{name}_add_loss"))(leaves[0], losses)
        model._wire(Graph(model.graph.inputs, jax.tree.unflatten(tree, leaves)))

    @property
    def stateful(self) -> bool:
        """Whether a layer starts each batch where the one before ended."""
        return any(is_stateful(layer) for layer in self.flat_layers())  # pyright: ignore[reportAttributeAccessIssue]

    @property
    def updates(self) -> list[Any]:
        """Nothing: what a layer changes besides its weights is changed by the step itself."""
        return []

    @property
    def uses_learning_phase(self) -> bool:
        """False: whether it is training is said with each call."""
        return False

    def _make_predict_function(self) -> None:
        """Do nothing: programs are compiled when they are first needed."""

    def _make_train_function(self) -> None:
        """Do nothing: programs are compiled when they are first needed."""


class AddLoss(Layer):
    """Passes its input on, and adds losses."""

    def call(self, x: Any, losses: Any) -> Any:
        """Return `x`."""
        for loss in losses:
            self.add_loss(jnp.mean(loss))
        return x


def _modern(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return arguments in Keras 3's words, without those about fetching."""
    kept = {name: value for name, value in kwargs.items() if name not in FETCHING}
    return {RENAMED.get(name, name): value for name, value in kept.items()}


def _in_batches(source: Any, samples: int) -> tuple[Any, int]:
    """Return a source and how many of its batches hold `samples` rows, by the first batch."""
    size = getattr(source, "batch_size", None)
    if size is None:
        batches = iter(source)
        first = next(batches)
        rows = first[0] if isinstance(first, tuple | list) else first
        size = len(jax.tree.leaves(rows)[0])
        source = itertools.chain([first], batches)
    return source, -(-samples // int(size))
