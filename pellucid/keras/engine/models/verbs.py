"""The verbs of a model that train, measure and use it, in Keras's words."""

from typing import Any


class Verbs:
    """What can be done with a model once it is wired; the learner does it."""

    _learner: Any

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
        **kwargs: Any,
    ) -> None:
        """Choose how to train: an optimizer, a loss for each output, and metrics."""
        if isinstance(loss_weights, list | tuple) and loss_weights and _are_metrics(loss_weights):
            metrics, loss_weights = loss_weights, metrics  # Keras 2 had metrics third
        self._learner.compile(optimizer, loss, loss_weights, metrics, weighted_metrics, kwargs)
        del run_eagerly, steps_per_execution, jit_compile, auto_scale_loss

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
        **kwargs: Any,
    ) -> Any:
        """Train on `x` and `y`, or on batches; return the history of losses and metrics.

        Raises:
            DataError, ShapeError: before the first step, naming row and column.
        """
        given = {name: value for name, value in locals().items() if name not in ("self", "kwargs")}
        return self._learner.fit(given, kwargs)

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Return the loss and the metrics on `x` and `y`."""
        del kwargs
        return self._learner.evaluate(
            x, y, batch_size, verbose, sample_weight, steps, callbacks, return_dict
        )

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Return the outputs for each row of `x`."""
        del kwargs
        return self._learner.predict(x, batch_size, verbose, steps, callbacks)

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Take one step; return the loss and the metrics of this batch."""
        del kwargs
        return self._learner.train_on_batch(x, y, sample_weight, class_weight, return_dict)

    def test_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Return the loss and the metrics of one batch."""
        del kwargs
        return self._learner.test_on_batch(x, y, sample_weight, return_dict)

    def inspect(self, x: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Return every z, a, delta, gradient, update and weight of one batch, by layer.

        They are those of the step that `train_on_batch` would take; nothing changes. Keras
        has no such verb; the value is the one of `pellucid.Model.inspect`.
        """
        return self._learner.inspect(x, y, sample_weight)

    def predict_on_batch(self, x: Any) -> Any:
        """Return the outputs for one batch."""
        return self._learner.predict(x, None, 0, None, None)

    def reset_metrics(self) -> None:
        """Do nothing: metrics are of one batch, evaluation or epoch, and begin anew each time."""

    @property
    def optimizer(self) -> Any:
        """The optimizer, once the model is compiled."""
        return self._learner.optimizer

    @optimizer.setter
    def optimizer(self, value: Any) -> None:
        self._learner.optimizer = value

    @property
    def loss(self) -> Any:
        """The loss as `compile` was given it."""
        return self._learner.settings.loss if self._learner.settings else None

    @property
    def metrics(self) -> list[Any]:
        """The metrics, as objects."""
        return self._learner.metric_objects()

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` returns, in its order."""
        return self._learner.names()

    @property
    def compiled(self) -> bool:
        """Whether it has been said how to train."""
        return self._learner.settings is not None

    @property
    def findings(self) -> list[Any]:
        """What the doctor found in the last fit: faults, the gravest first, with remedies."""
        return self._learner.findings

    @property
    def stop_training(self) -> bool:
        """Whether a callback asked to end training after this epoch or batch."""
        return self._learner.stop_training

    @stop_training.setter
    def stop_training(self, value: bool) -> None:
        self._learner.stop_training = bool(value)

    @property
    def history(self) -> Any:
        """The history of the last fit."""
        return self._learner.history

    @history.setter
    def history(self, value: Any) -> None:
        self._learner.history = value

    def _record_names(self, validate: bool) -> list[str] | None:
        """Return the names of an epoch's values, where they are known before it."""
        names = self._learner.names()
        return [*names, *(f"val_{name}" for name in names if validate)] if names else None


def _are_metrics(wanted: Any) -> bool:
    return all(isinstance(item, str) for item in wanted)
