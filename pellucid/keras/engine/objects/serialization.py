"""Objects as the JSON values of Keras's files, and back, through a closed table of names.

What a file names is looked up in Keras's own rooms and among the user's own things. No
module is imported because a file says so, and no code is made from what it holds.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, FileError, explain
from pellucid.keras import (
    activations,
    constraints,
    dtype_policies,
    initializers,
    losses,
    metrics,
    optimizers,
    regularizers,
)
from pellucid.keras.engine.base.kinds import LAYERS, MODELS
from pellucid.keras.engine.base.registered import (
    custom_object_scope,
    get_registered_name,
    get_registered_object,
)
from pellucid.keras.engine.objects.leaves import leaf_from, leaf_of
from pellucid.keras.engine.objects.rooms import Room
from pellucid.keras.optimizers import schedules

PLAIN = (bool, int, float, str, type(None))
FUNCTION = {"module": "builtins", "class_name": "function", "registered_name": "function"}
POLICIES = Room("dtype policy", "dtype_policies")
for _policy in (dtype_policies.DTypePolicy, dtype_policies.DTypePolicyMap):
    POLICIES.file(_policy)
POLICIES.things["FloatDTypePolicy"] = dtype_policies.DTypePolicy
# By the part of a module's name that comes after "keras": what it holds.
ROOMS: dict[str, Room] = {
    "layers": LAYERS,
    "models": MODELS,
    "losses": losses.ROOM,
    "metrics": metrics.ROOM,
    "optimizers": optimizers.ROOM,
    "optimizers.schedules": schedules.ROOM,
    "initializers": initializers.ROOM,
    "regularizers": regularizers.ROOM,
    "constraints": constraints.ROOM,
    "activations": activations.ROOM,
    "dtype_policies": POLICIES,
}
FUNCTION_ROOMS = ("activations", "losses", "metrics", "initializers", "regularizers", "constraints")
KERAS = ("keras", "tf_keras", "tensorflow", "pellucid")

_sharing: list[dict[Any, Any]] = []


@contextmanager
def sharing() -> Iterator[None]:
    """While open, an object met twice is written, and read, as one."""
    _sharing.append({})
    try:
        yield
    finally:
        _sharing.pop()


def serialize(value: Any) -> Any:
    """Return a value as Keras's files have it.

    Raises:
        ConfigError: no file can hold it.
    """
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, list | tuple):
        return [serialize(item) for item in value]
    if isinstance(value, dict):
        return {name: serialize(item) for name, item in value.items()}
    leaf = leaf_of(value, serialize)
    if leaf is not None:
        return leaf
    if isinstance(value, initializers.Function):
        value = value.function
    if inspect.isfunction(value) or (callable(value) and not hasattr(value, "get_config")):
        return {**FUNCTION, "config": _function_name(value)}
    if not hasattr(value, "get_config"):
        what = f"An object of {type(value).__name__} cannot be written to a file."
        tip = "give its class get_config(), or leave it out of the config"
        raise ConfigError(explain(what, got=repr(value), expected="a get_config()", hint=tip))
    return _described(value)


def deserialize(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True
) -> Any:
    """Return what a description means; plain values are themselves.

    Raises:
        FileError: it names what is not known, or describes no valid object.
    """
    if isinstance(config, str) and custom_objects and config in custom_objects:
        return custom_objects[config]
    if isinstance(config, PLAIN):
        return config
    if isinstance(config, list | tuple):
        return [deserialize(item, custom_objects) for item in config]
    if not isinstance(config, Mapping):
        what = "A description in a file is neither a value nor an object."
        raise FileError(explain(what, got=repr(config), expected="a JSON value"))
    if "class_name" not in config or "config" not in config:
        return {name: deserialize(item, custom_objects) for name, item in config.items()}
    if str(config["class_name"]).startswith("__"):
        return leaf_from(config, deserialize)
    if config["class_name"] == "function":
        return _function_called(config, custom_objects or {})
    return _object_from(config, custom_objects or {})


def named_class(config: Mapping[str, Any], custom_objects: Mapping[str, Any]) -> Any:
    """Return the class a description names: the user's own, or one of Keras's.

    Raises:
        FileError: there is none.
    """
    name = config["class_name"]
    registered = config.get("registered_name", name) or name
    own = get_registered_object(str(registered), custom_objects)
    if own is None and not _is_keras(config.get("module", "keras")):
        own = get_registered_object(str(name), custom_objects)
    if own is not None:
        return own
    for room in _rooms_of(config.get("module", "keras")):
        found = room.things.get(name)
        if isinstance(found, type):
            return found
    what = f"The file names {name!r}, which is not known here."
    got = f"{config.get('module')}.{name}, registered as {config.get('registered_name')!r}"
    tip = f'custom_objects={{"{name}": ...}}, or @keras.saving.register_keras_serializable()'
    raise FileError(explain(what, got=got, expected="a class of Keras or of yours", hint=tip))


def _described(value: Any) -> dict[str, Any]:
    if _sharing and id(value) in _sharing[-1]:
        _, before = _sharing[-1][id(value)]
        before["shared_object_id"] = id(value)
        return before
    made = {**_address(value), "config": _settings_of(value)}
    made["registered_name"] = made.pop("registered_name")  # Keras's order of the keys
    for part in ("build_config", "compile_config"):
        settings = getattr(value, f"get_{part}", lambda: None)()
        if settings is not None:
            made[part] = serialize(settings)
    if _sharing:
        _sharing[-1][id(value)] = value, made
    return made


def _settings_of(value: Any) -> Any:
    settings = value.get_config()
    if not isinstance(settings, Mapping):
        what = f"{type(value).__name__}.get_config() must return a dictionary."
        raise ConfigError(explain(what, got=repr(settings), expected="a dict"))
    return serialize(dict(settings))


def _address(value: Any) -> dict[str, Any]:
    """Return where a file says the class of `value` is from."""
    own = getattr(value, "keras_address", None)
    if own is not None:
        module, name = own
        builtin = module in ("keras", "keras.layers")
        return {"module": module, "class_name": name, "registered_name": None if builtin else name}
    cls = type(value)
    for room in ROOMS.values():
        if room.things.get(cls.__name__) is cls:
            public = "keras" if room in (MODELS, POLICIES) else f"keras.{room.module}"
            return {"module": public, "class_name": cls.__name__, "registered_name": None}
    module = None if cls.__module__ == "__main__" else cls.__module__
    name = get_registered_name(cls)
    return {"module": module, "class_name": cls.__name__, "registered_name": name}


def _function_name(function: Any) -> str:
    name = get_registered_name(function)
    if name == "<lambda>" or not hasattr(function, "__name__"):
        what = "A function without a name cannot be written to a file."
        tip = "define it with def, and register it to load the file elsewhere"
        raise ConfigError(explain(what, got=repr(function), expected="a named function", hint=tip))
    return name


def _object_from(config: Mapping[str, Any], custom_objects: Mapping[str, Any]) -> Any:
    shared = config.get("shared_object_id")
    if shared is not None and _sharing and ("read", shared) in _sharing[-1]:
        return _sharing[-1]["read", shared]
    found = named_class(config, custom_objects)
    if not isinstance(found, type):
        return found
    settings = config["config"] if config["config"] is not None else {}
    if not isinstance(settings, Mapping):
        what = f"The settings of {config['class_name']!r} in the file are no table."
        raise FileError(explain(what, got=repr(settings), expected="a JSON object"))
    with custom_object_scope(custom_objects):
        made = _made(found, settings, config)
        if config.get("build_config") and not getattr(made, "built", True):
            made.build_from_config(deserialize(config["build_config"]))
            made.built = True
        if config.get("compile_config"):
            made.compile_from_config(config["compile_config"])
    if shared is not None and _sharing:
        _sharing[-1]["read", shared] = made
    return made


def _made(found: Any, settings: Mapping[str, Any], config: Mapping[str, Any]) -> Any:
    if not hasattr(found, "from_config"):
        what = f"{config['class_name']} has no from_config(), so a file cannot describe it."
        raise FileError(explain(what, got=found, expected="a class with from_config()"))
    try:
        return found.from_config(dict(settings))
    except (TypeError, KeyError, AttributeError, IndexError) as error:
        what = f"What the file says of {config['class_name']!r} does not make one."
        got, tip = (
            f"{dict(settings)} ({error})",
            "see that from_config() takes what get_config() gave",
        )
        text = explain(what, got=got, expected="the arguments of its __init__", hint=tip)
        raise FileError(text) from error


def _function_called(config: Mapping[str, Any], custom_objects: Mapping[str, Any]) -> Any:
    name = config["config"]
    if not isinstance(name, str):
        what = "A file describes a function by something that is no name."
        raise FileError(explain(what, got=repr(name), expected="a name"))
    own = get_registered_object(name, custom_objects)
    if own is not None:
        return own
    rooms = [ROOMS[room] for room in FUNCTION_ROOMS]
    if _is_keras(config.get("module")):
        rooms = _rooms_of(config["module"]) + rooms
    for room in rooms:
        found = room.things.get(room.old.get(name, name))
        if found is not None and not isinstance(found, type):
            return found
    what = f"The file names the function {name!r}, which is not known here."
    tip = f'custom_objects={{"{name}": {name}}}'
    got = f"{config.get('module')}.{name}"
    raise FileError(explain(what, got=got, expected="a function of Keras or of yours", hint=tip))


def _is_keras(module: Any) -> bool:
    return isinstance(module, str) and module.partition(".")[0] in KERAS


def _rooms_of(module: Any) -> list[Room]:
    """Return the rooms where a module's classes may be, the likeliest first."""
    if not _is_keras(module):
        return []
    parts = [part for part in module.split(".") if part not in (*KERAS, "src", "python", "engine")]
    first = ROOMS.get(".".join(parts[:2])) or ROOMS.get(parts[0] if parts else "models")
    if parts and first is None and parts[0] not in ("functional", "sequential", "training"):
        return []
    likely = [first] if first is not None else [MODELS]
    return likely + [
        room for room in (MODELS, LAYERS, POLICIES, schedules.ROOM) if room not in likely
    ]
