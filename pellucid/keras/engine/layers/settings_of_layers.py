"""A Keras layer's settings in their three forms: the core's, the file's, and the user's."""

import dataclasses
from typing import Any

from pellucid.base.errors import ConfigError, explain
from pellucid.keras import activations, config, constraints, initializers, regularizers
from pellucid.keras.engine.layers.settled_forms import BESIDES
from pellucid.keras.engine.layers.spelling import signatures
from pellucid.keras.engine.objects.serialization import serialize
from pellucid.layers.delegation import ChannelsFirst
from pellucid.layers.layer import Layer as CoreLayer

ROOMS = {
    "activation": activations,
    "initializer": initializers,
    "regularizer": regularizers,
    "constraint": constraints,
}
# What says how to run rather than what to compute, or is done by the face itself.
RENAMED = {(kind, "output_shape"): "output_dims" for kind in ("EinsumDense", "MultiHeadAttention")}
WITHOUT_EFFECT = {"seed", "synchronized", "use_cudnn", "weights", "data_format", "flash_attention"}


def core_settings(
    core_class: type[CoreLayer], settings: dict[str, Any], activity_regularizer: Any
) -> CoreLayer:
    """Return the layer of the core that Keras's settings mean.

    Raises:
        ConfigError: a setting asks for what the core does not have.
    """
    kind = core_class.__name__
    settings = {RENAMED.get((kind, name), name): value for name, value in settings.items()}
    fields = {field.name for field in dataclasses.fields(core_class)}
    given = {name: core_of(name, value) for name, value in settings.items() if name in fields}
    defaults = signatures()[kind].parameters
    for name in settings.keys() - fields - WITHOUT_EFFECT:
        default = defaults[name].default if name in defaults else BESIDES[kind][name]
        if settings[name] != default:
            what = f"{kind}({name}=...) is not served."
            expected = f"{name}={default!r}"
            raise ConfigError(explain(what, got=repr(settings[name]), expected=expected))
    given["activity_regularizer"] = core_of("regularizer", activity_regularizer)
    kept: dict[str, Any] = {n: v for n, v in given.items() if v is not None or n in settings}
    layer = core_class(**kept)
    first = "data_format" in settings and (
        config.standardize_data_format(settings["data_format"]) == "channels_first"
    )
    return ChannelsFirst(layer) if first else layer


def core_of(name: str, value: Any) -> Any:
    """Return a setting as the core has it."""
    room = _room(name)
    if room is not None and value is not None:
        value = room.get(value)
    if isinstance(value, list | tuple):
        return tuple(core_of("", item) for item in value)
    core = getattr(value, "core", value)
    return (
        core.nonlinearity if isinstance(core, CoreLayer) and name.endswith("activation") else core
    )


def serialized(name: str, value: Any) -> Any:
    """Return a setting as Keras's files have it."""
    room = _room(name)
    if room is activations:
        return activations.serialize(activations.get(value))
    if room is not None:
        return None if value is None else serialize(room.get(value))
    return serialize(value)


def shown(name: str, value: Any) -> Any:
    """Return a setting as an attribute of the layer."""
    room = _room(name)
    return value if room is None else room.get(value)


def _room(name: str) -> Any:
    return ROOMS.get(name.rpartition("_")[2])
