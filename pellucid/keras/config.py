"""What holds for a whole script: types, formats, limits, and how much is said."""

from __future__ import annotations

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.dtype_policies import dtype_policy as dtype_policy
from pellucid.keras.dtype_policies import set_dtype_policy as set_dtype_policy
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.settings import (
    disable_interactive_logging as disable_interactive_logging,
)
from pellucid.keras.engine.base.settings import (
    enable_interactive_logging as enable_interactive_logging,
)
from pellucid.keras.engine.base.settings import epsilon as epsilon
from pellucid.keras.engine.base.settings import floatx as floatx
from pellucid.keras.engine.base.settings import image_data_format as image_data_format
from pellucid.keras.engine.base.settings import (
    is_interactive_logging_enabled as is_interactive_logging_enabled,
)
from pellucid.keras.engine.base.settings import set_epsilon as set_epsilon
from pellucid.keras.engine.base.settings import set_floatx as set_floatx
from pellucid.keras.engine.base.settings import set_image_data_format as set_image_data_format
from pellucid.keras.engine.base.settings import standardize_data_format as standardize_data_format
from pellucid.keras.engine.base.strictness import set_strict as set_strict
from pellucid.keras.engine.base.strictness import strict as strict

_limits: dict[str, int | None] = {"epochs": None, "steps": None}
_tracebacks = {"filtered": True}


def backend() -> str:
    """Return the name of the library below: always "jax"."""
    return "jax"


def set_backend(backend: str) -> None:
    """Accept "jax", the only library below.

    Raises:
        ConfigError: another was asked for.
    """
    if backend != "jax":
        what = "pellucid.keras computes with JAX only."
        raise ConfigError(explain(what, got=repr(backend), expected="'jax'"))


def max_epochs() -> int | None:
    """Return the most epochs any fit may have; None for no limit."""
    return _limits["epochs"]


def set_max_epochs(max_epochs: int | None) -> None:
    """Let no fit have more epochs than this."""
    _limits["epochs"] = max_epochs


def max_steps_per_epoch() -> int | None:
    """Return the most steps any epoch may have; None for no limit."""
    return _limits["steps"]


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Let no epoch have more steps than this."""
    _limits["steps"] = max_steps_per_epoch


def enable_traceback_filtering() -> None:
    """Let `pellucid run` leave frames of pellucid and JAX out of tracebacks, as it does anyway."""
    _tracebacks["filtered"] = True


def disable_traceback_filtering() -> None:
    """Let `pellucid run` show every frame of a traceback."""
    _tracebacks["filtered"] = False


def is_traceback_filtering_enabled() -> bool:
    """Tell whether `pellucid run` leaves frames of pellucid and JAX out of tracebacks."""
    return _tracebacks["filtered"]


def enable_flash_attention() -> None:
    """Do nothing: XLA chooses how attention is computed."""


def disable_flash_attention() -> None:
    """Do nothing: XLA chooses how attention is computed."""


def is_flash_attention_enabled() -> bool:
    """Return False: XLA chooses how attention is computed."""
    return False


def is_nnx_enabled() -> bool:
    """Return False: variables are our own."""
    return False


def enable_unsafe_deserialization() -> None:
    """Say that there is no unsafe mode: files hold data, and no code is run from them."""
    hint("unsafe", "pellucid never runs code from a file: enable_unsafe_deserialization() is void")
