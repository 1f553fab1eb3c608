"""TensorFlow's switches, which have nothing to switch here, and its logger."""

import logging
from typing import Any

VERSION = "2.19.0"  # what scripts compare with; Keras's face is that of Keras 3
DEBUG, INFO, WARN, WARNING, ERROR, FATAL = 10, 20, 30, 30, 40, 50


def nothing(*given: Any, **named: Any) -> None:
    """Do nothing: what this would switch is not there."""
    del given, named


def executing_eagerly() -> bool:
    """Return True: calls give numbers at once, except inside a model."""
    return True


def get_logger() -> logging.Logger:
    """Return the logger TensorFlow would write to; nothing writes to it."""
    return logging.getLogger("tensorflow")
