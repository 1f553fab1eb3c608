"""Callbacks of Keras that are not here, and what to use instead."""

from typing import Any

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.callbacks.callback import Callback


class RemoteMonitor(Callback):
    """Would send every epoch's values to a server; pellucid opens no connections."""

    def __init__(self, root: str = "http://localhost:9000", *args: Any, **kwargs: Any) -> None:
        del args, kwargs
        what = (
            "RemoteMonitor sends the values of a fit to another machine, which pellucid does not."
        )
        advice = "CSVLogger or TensorBoard write them to a file"
        raise ConfigError(
            explain(what, got=root, expected="a callback that stays here", hint=advice)
        )


class OrbaxCheckpoint(Callback):
    """Would write checkpoints of another library."""

    def __init__(self, directory: str = "", *args: Any, **kwargs: Any) -> None:
        del args, kwargs
        what = "OrbaxCheckpoint writes a format that pellucid does not have."
        advice = "ModelCheckpoint saves models, BackupAndRestore lets a fit go on"
        text = explain(what, got=directory, expected="another callback", hint=advice)
        raise ConfigError(text)
