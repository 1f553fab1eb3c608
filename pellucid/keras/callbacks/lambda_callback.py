"""A callback made of functions."""

from collections.abc import Callable
from typing import Any

from pellucid.base.errors import ConfigError, explain, nearest
from pellucid.keras.callbacks.callback import Callback

Hook = Callable[..., Any] | None
HOOKS = tuple(name for name in dir(Callback) if name.startswith("on_"))


class LambdaCallback(Callback):
    """Calls each function at the moment that its name says, with what `Callback` gets there.

    Example:
        >>> LambdaCallback(on_epoch_end=lambda epoch, logs: None).needs()
        'epochs'
    """

    def __init__(
        self,
        on_epoch_begin: Hook = None,
        on_epoch_end: Hook = None,
        on_train_begin: Hook = None,
        on_train_end: Hook = None,
        on_train_batch_begin: Hook = None,
        on_train_batch_end: Hook = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        } | kwargs
        for name, function in given.items():
            if name.startswith("on_") and name not in HOOKS:
                what = f"Callbacks have no moment called {name!r}."
                hint = nearest(name, HOOKS)
                raise ConfigError(explain(what, got=name, expected=", ".join(HOOKS), hint=hint))
            if function is not None:
                setattr(self, name, function)
