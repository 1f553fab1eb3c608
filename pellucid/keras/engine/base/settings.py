"""What holds for a whole Keras script: the float type, where channels stand, where files lie."""

import os
import sys
from pathlib import Path
from typing import Any

from pellucid.base.errors import ConfigError, explain

FLOATS = ("float16", "bfloat16", "float32", "float64")
FORMATS = ("channels_last", "channels_first")

_settings: dict[str, Any] = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "interactive_logging": True,
}


def floatx() -> str:
    """Return the type of floats that Keras's functions make."""
    return _settings["floatx"]


def set_floatx(value: str) -> None:
    """Let Keras's functions make floats of this type."""
    _settings["floatx"] = _one_of("floatx", value, FLOATS)


def epsilon() -> float:
    """Return the small number that keeps divisions and logarithms finite."""
    return _settings["epsilon"]


def set_epsilon(value: float) -> None:
    """Let this be the small number that keeps divisions and logarithms finite."""
    _settings["epsilon"] = float(value)


def image_data_format() -> str:
    """Return where pictures have their channels: "channels_last" or "channels_first"."""
    return _settings["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    """Let pictures have their channels last or first."""
    _settings["image_data_format"] = _one_of("data_format", data_format, FORMATS)


def standardize_data_format(data_format: str | None) -> str:
    """Return `data_format`, or the one that holds where it is None.

    Raises:
        ConfigError: there is no such format.
    """
    return (
        image_data_format() if data_format is None else _one_of("data_format", data_format, FORMATS)
    )


def enable_interactive_logging() -> None:
    """Let Keras's functions print what they do."""
    _settings["interactive_logging"] = True


def disable_interactive_logging() -> None:
    """Keep Keras's functions quiet."""
    _settings["interactive_logging"] = False


def is_interactive_logging_enabled() -> bool:
    """Tell whether Keras's functions print what they do."""
    return _settings["interactive_logging"]


def say(message: str, end: str = "\n") -> None:
    """Print a message for the user, unless interactive logging is off."""
    if not is_interactive_logging_enabled():
        return
    encoding = sys.stdout.encoding or "utf-8"
    written = (message + end).replace("━", "=") if "utf" not in encoding.lower() else message + end
    sys.stdout.write(written.encode(encoding, errors="replace").decode(encoding))
    sys.stdout.flush()


def keras_home() -> Path:
    """Return Keras's own folder: $KERAS_HOME, or .keras in the home folder."""
    given = os.environ.get("KERAS_HOME")
    return Path(given).expanduser() if given else Path.home() / ".keras"


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    text = str(value).lower()
    if text not in allowed:
        what = f"There is no {name} called {value!r}."
        raise ConfigError(explain(what, got=repr(value), expected=", ".join(allowed)))
    return text
