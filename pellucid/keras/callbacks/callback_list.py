"""All callbacks of a fit as one, and how closely it must be followed for them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.callbacks.backup_and_restore import BackupAndRestore
from pellucid.keras.callbacks.callback import Callback, Logs
from pellucid.keras.callbacks.csv_logger import CSVLogger
from pellucid.keras.callbacks.early_stopping import EarlyStopping
from pellucid.keras.callbacks.history import History
from pellucid.keras.callbacks.learning_rate_scheduler import LearningRateScheduler
from pellucid.keras.callbacks.model_checkpoint import ModelCheckpoint
from pellucid.keras.callbacks.monitor_callback import Expected
from pellucid.keras.callbacks.needs import fills, finest, follows_validation, needs_beyond
from pellucid.keras.callbacks.progbar_logger import ProgbarLogger
from pellucid.keras.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from pellucid.keras.callbacks.tensorboard import TensorBoard
from pellucid.keras.callbacks.terminate_on_nan import TerminateOnNaN
from pellucid.training.callbacks import Callback as OfTheCore
from pellucid.training.rules import Rule

SETS_RATE = (LearningRateScheduler, ReduceLROnPlateau)
# They look on: neither the training nor the logs are different for them.
ONLOOKERS = (BackupAndRestore, CSVLogger, History, ModelCheckpoint, ProgbarLogger, TensorBoard)
RULES = (EarlyStopping, ReduceLROnPlateau, TerminateOnNaN)
RATE = "learning_rate"


class CallbackList(Callback):
    """Hands each hook on to every callback, in order, with Python's numbers in the logs.

    A fit reads `needs` (how closely it must be followed), `rules` (callbacks that run inside
    the compiled program instead) and `watches_validation`; it calls every hook for every
    epoch, late if need be, and `settle` before the end.
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        *,
        validates: str | None = None,
        **params: Any,
    ) -> None:
        super().__init__()
        self.callbacks = list(_flat(callbacks))
        self.validates = validates  # "never", "sometimes", "always", or None if nobody knows
        self.first_epoch = 0
        self._rules: list[tuple[Any, Rule]] = []
        self._acting = self.callbacks
        self.history = self._own(History, wanted=add_history)
        self._own(ProgbarLogger, wanted=add_progbar)
        if model is not None:
            self.set_model(model)
        self.set_params(params)

    def append(self, callback: Callback) -> None:
        """Add a callback at the end."""
        self.callbacks.append(callback)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.callbacks)

    def set_params(self, params: Any) -> None:
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def set_model(self, model: Any) -> None:
        self._model = model
        if self.history is not None:
            model.history = self.history
        for callback in self.callbacks:
            callback.set_model(model)

    # What a fit must know ---------------------------------------------------------------

    def needs(self) -> str:
        """Return how closely the fit must be followed for those that are no rules."""
        return finest(*(_needs_of(callback) for callback in self._acting))

    @property
    def watches_validation(self) -> bool:
        """Whether some callback acts before, during or right after each validation."""
        return any(follows_validation(callback, Callback) for callback in self._acting)

    @property
    def sets_rate(self) -> bool:
        """Whether the logs of each epoch have its learning rate."""
        return any(isinstance(callback, SETS_RATE) for callback in self.callbacks)

    def make_rules(self, first_epoch: int = 0) -> list[Rule]:
        """Let those callbacks that can be rules be rules, and return them.

        To be called after `on_train_begin`. Where somebody unknown acts, only what does not
        depend on the order of the callbacks is a rule.
        """
        self.first_epoch = first_epoch
        alone = all(type(c) in (*ONLOOKERS, *RULES) or _needs_of(c) == "nothing" for c in self)
        always = self.validates != "sometimes"
        made = [
            (callback, callback.as_rule(first_epoch))
            for callback in self.callbacks
            if type(callback) in RULES and (type(callback) is TerminateOnNaN or (alone and always))
        ]
        self._rules = [(callback, rule) for callback, rule in made if rule is not None]
        under = {id(callback) for callback, _ in self._rules}
        self._acting = [callback for callback in self.callbacks if id(callback) not in under]
        return [rule for _, rule in self._rules]

    @property
    def rules(self) -> list[tuple[Any, Rule]]:
        """The callbacks that are rules in this fit, each with its rule."""
        return self._rules

    def settle(self, logs_by_epoch: Sequence[Mapping[str, Any]]) -> None:
        """Tell the callbacks that were rules what happened; before `on_train_end`."""
        for callback, _ in self._rules:
            callback.after_rule(logs_by_epoch, self.first_epoch)

    def took(self, seconds: float) -> None:
        """Take note of how long the epoch that is to end next took."""
        for callback in self.callbacks:
            if isinstance(callback, History):
                callback.seconds += seconds
            elif isinstance(callback, ProgbarLogger):
                callback.took(seconds)

    def progress(self, batch: int, logs: Logs = None) -> None:
        """Show how far an epoch is that nobody but the display follows by batches."""
        for callback in self.callbacks:
            if isinstance(callback, ProgbarLogger):
                callback.on_train_batch_end(batch, _plain(logs))

    # The hooks --------------------------------------------------------------------------

    def on_train_begin(self, logs: Logs = None) -> None:
        self._rules, self._acting = [], self.callbacks
        self._announce()
        for callback in self.callbacks:
            callback.on_train_begin(_plain(logs))

    def on_train_end(self, logs: Logs = None) -> None:
        logs = _plain(logs)
        for callback in self._acting:
            callback.on_train_end(logs)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        logs = _plain(logs)
        for callback in self._acting:
            callback.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        logs = _plain(logs)  # one for all: what a callback adds, the next ones see
        for callback in self._acting:
            callback.on_epoch_end(epoch, logs)

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self._each("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._each("on_train_batch_end", batch, logs)

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self._each("on_batch_begin", batch, logs)

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._each("on_batch_end", batch, logs)

    def on_test_begin(self, logs: Logs = None) -> None:
        self._all("on_test_begin", logs)

    def on_test_end(self, logs: Logs = None) -> None:
        self._all("on_test_end", logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self._each("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._each("on_test_batch_end", batch, logs)

    def on_predict_begin(self, logs: Logs = None) -> None:
        self._all("on_predict_begin", logs)

    def on_predict_end(self, logs: Logs = None) -> None:
        self._all("on_predict_end", logs)

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self._each("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._each("on_predict_batch_end", batch, logs)

    # ------------------------------------------------------------------------------------

    def _each(self, hook: str, batch: int, logs: Logs) -> None:
        logs = _plain(logs)
        for callback in self._acting:
            getattr(callback, hook)(batch, logs=logs)

    def _all(self, hook: str, logs: Logs) -> None:
        logs = _plain(logs)
        for callback in self._acting:
            getattr(callback, hook)(logs)

    def _own(self, kind: type[Any], *, wanted: bool) -> Any:
        """Return the callback of this kind, made if it is wanted and not there."""
        found = next((c for c in self.callbacks if isinstance(c, kind)), None)
        if found is None and wanted:
            found = kind()
            self.callbacks.append(found)
        return found

    def _announce(self) -> None:
        """Tell those that wait for a value what the logs will hold, where that is known."""
        namer = getattr(self._model, "_record_names", None)
        if namer is None or self.validates is None:
            return
        names = namer(self.validates != "never")
        if names is None:
            return
        names = (*names, *([RATE] if self.sets_rate else []))
        held_out = namer(True) if self.validates == "never" else ()
        known = (*ONLOOKERS, *RULES, *SETS_RATE)
        complete = not any(
            fills(callback, hook, Callback)
            for callback in self.callbacks
            if type(callback) not in known
            for hook in ("on_epoch_begin", "on_epoch_end", "on_test_end")
        )
        for callback in self.callbacks:
            if hasattr(callback, "expect"):
                callback.expect(Expected(names, tuple(held_out), complete))


def _flat(callbacks: Any) -> Iterator[Any]:
    if callbacks is None:
        return
    if isinstance(callbacks, list | tuple | set):
        for part in callbacks:
            yield from _flat(part)
    elif isinstance(callbacks, type) or not hasattr(callbacks, "on_epoch_end"):
        what = "One of the callbacks is no callback."
        made = isinstance(callbacks, type) and issubclass(callbacks, Callback)
        hint = f"say {callbacks.__name__}(...): the class alone does nothing" if made else ""
        expected = "objects of classes derived from keras.callbacks.Callback"
        raise ConfigError(explain(what, got=repr(callbacks), expected=expected, hint=hint))
    elif isinstance(callbacks, OfTheCore):
        what = f"{type(callbacks).__name__} is a callback for fit of a pellucid.Model."
        expected = "objects of classes derived from keras.callbacks.Callback"
        hint = "one of keras.callbacks, or one of your own with on_epoch_end(epoch, logs)"
        raise ConfigError(explain(what, got=repr(callbacks), expected=expected, hint=hint))
    else:
        yield callbacks


def _needs_of(callback: Any) -> str:
    known = isinstance(callback, Callback)
    return callback.needs() if known else needs_beyond(callback, Callback)


def _plain(logs: Logs) -> dict[str, Any]:
    """Return logs sorted by name, the rate last, with Python's numbers where that is possible."""
    plain: dict[str, Any] = {}
    for name, value in sorted((logs or {}).items(), key=lambda item: (item[0] == RATE, item[0])):
        if isinstance(value, Mapping):
            plain.update(_plain(value))
        elif isinstance(value, float | int):
            plain[name] = float(value)
        else:
            plain[name] = float(value) if np.ndim(value) == 0 else value
    return plain
