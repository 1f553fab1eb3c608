"""The base of all callbacks: a place for each moment of a fit, an evaluation, a prediction."""

from collections.abc import Mapping
from typing import Any

from pellucid.keras.callbacks.needs import needs_beyond

Logs = Mapping[str, Any] | None


class Callback:
    """Something that acts while a model trains, is evaluated or predicts. Fill what you need.

    `self.model` is the model, `self.params` is {"verbose", "epochs", "steps"}. `logs` holds
    the values of the epoch or batch by name. To end a fit, set `self.model.stop_training`.
    """

    params: Any = None
    validation_data: Any = None  # where callbacks of Keras 1 looked for it
    _model: Any = None

    def __init__(self) -> None:
        self.params = None
        self._model = None

    @property
    def model(self) -> Any:
        """The model that is being trained."""
        return self._model

    @model.setter
    def model(self, model: Any) -> None:
        self._model = model

    def set_model(self, model: Any) -> None:
        """Take note of the model."""
        self._model = model

    def set_params(self, params: Any) -> None:
        """Take note of how the model is trained."""
        self.params = params

    def needs(self) -> str:
        """Return how closely a fit must be followed: "nothing", "epochs" or "batches"."""
        return needs_beyond(self, Callback)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Act before the first epoch."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Act after the last epoch; `logs` are that epoch's."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Act before an epoch; the first has number 0."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Act after an epoch and its validation."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Act before a step of training."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Act after a step of training; `logs` are those of the epoch so far."""
        self.on_batch_end(batch, logs=logs)

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Act before a step of training: the older name."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Act after a step of training: the older name."""

    def on_test_begin(self, logs: Logs = None) -> None:
        """Act before an evaluation or validation."""

    def on_test_end(self, logs: Logs = None) -> None:
        """Act after an evaluation or validation."""

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Act before a batch is evaluated."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Act after a batch was evaluated."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Act before a prediction."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """Act after a prediction."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Act before a batch is predicted."""

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Act after a batch was predicted; `logs` may hold its outputs."""
