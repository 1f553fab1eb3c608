"""Settings objects: written once, then used to check, print, save, and draw forms."""

import functools
import math
import operator
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, TypeVar, Union, dataclass_transform, get_args, get_origin
from typing import get_type_hints as type_hints

from pellucid.base.errors import ConfigError, explain, nearest
from pellucid.base.registry import Registry

C = TypeVar("C")
Settings = TypeVar("Settings", bound="Config")


def option(
    *,
    default: Any = MISSING,
    choices: Registry[Any] | tuple[Any, ...] | None = None,
    above: float | None = None,
    below: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    convert: Callable[[Any], Any] | None = None,
    about: str = "",
    kw_only: bool = False,
) -> Any:
    """Declare a field of a config together with the values it may have.

    `convert` brings equal meanings to one spelling (3 to (3, 3)); `about` is the line of
    help that forms and the command line show.
    """
    rules = {
        "choices": choices,
        "above": above,
        "below": below,
        "at_least": at_least,
        "at_most": at_most,
        "convert": convert,
        "about": about or None,
    }
    metadata = {name: rule for name, rule in rules.items() if rule is not None}
    return field(default=default, metadata=metadata, kw_only=kw_only)


@dataclass_transform(frozen_default=True, field_specifiers=(field, option))
def config(cls: type[C]) -> type[C]:
    """Make `cls` an immutable dataclass that prints and compares as `Config` says."""
    # A dataclass compiles each method it writes, and there are hundreds of these classes.
    return dataclass(frozen=True, repr=False, eq=False)(cls)


@config
class Config:
    """An immutable description of a layer, loss, optimizer or initializer.

    It holds no arrays, so it is hashable, prints as the call that made it, and
    `from_config(to_config())` gives back an equal object. A setting is stored in one
    spelling: a number as its field's type, a registered function as its name.
    """

    def __post_init__(self) -> None:
        hints = _hints(type(self))
        for declared in fields(self):
            given = getattr(self, declared.name)
            object.__setattr__(self, declared.name, self._settle(declared, hints, given))

    def __repr__(self) -> str:
        given = [
            (f.name, getattr(self, f.name))
            for f in fields(self)
            if getattr(self, f.name) != f.default
        ]
        settings = ", ".join(f"{name}={value!r}" for name, value in given)
        return f"{type(self).__name__}({settings})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Config) or type(other) is not type(self):
            return NotImplemented
        return self._settings() == other._settings()

    def __hash__(self) -> int:
        return hash((type(self), self._settings()))

    def to_config(self) -> dict[str, Any]:
        """Return the settings as a plain dictionary of JSON values."""
        return {f.name: self._plain(f.name, getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_config(cls: type[Settings], settings: Mapping[str, Any]) -> Settings:
        """Return the object that `to_config` described.

        Raises:
            ConfigError: a setting is unknown, or has a value it cannot have.
        """
        known = {f.name: f.metadata.get("choices") for f in fields(cls)}
        for name in settings:
            if name not in known:
                what = f"{cls.__name__} has no setting called {name!r}."
                expected, hint = ", ".join(known), nearest(name, known)
                raise ConfigError(explain(what, got=name, expected=expected, hint=hint))
        given = dict(settings)
        for name, value in settings.items():
            choices = known[name]
            if isinstance(choices, Registry):
                given[name] = _resolved(choices, value)
        return cls(**given)

    def _settings(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in _names(type(self))])

    def _settle(self, declared: "Field[Any]", hints: Mapping[str, Any], value: Any) -> Any:
        rules, label = declared.metadata, f"{type(self).__name__}({declared.name}=...)"
        if isinstance(value, list):  # as JSON gives it back
            value = tuple(value)
        if "convert" in rules and value is not None:
            value = rules["convert"](value)
        value = _as_declared(hints[declared.name], value, label)
        if "choices" in rules and (
            value is not None or type(None) not in kinds_of(hints[declared.name])
        ):
            value = _choose(rules["choices"], value, label)
        _check_bounds(rules, value, label)
        return value

    def _plain(self, name: str, value: Any) -> Any:
        if isinstance(value, Config):
            return {"class_name": type(value).__name__, "config": value.to_config()}
        if isinstance(value, tuple):
            return [self._plain(name, item) for item in value]
        if callable(value):
            what = f"{type(self).__name__}({name}=...) is a function of your own."
            hint = "give it a name with the registry's register(), then save"
            raise ConfigError(explain(what, got=value, expected="a registered name", hint=hint))
        return value


@functools.cache
def kinds_of(hint: Any) -> tuple[Any, ...]:
    """Return the types that a field's annotation allows.

    Example:
        >>> kinds_of(int | None), kinds_of(tuple[int, ...])
        ((<class 'int'>, <class 'NoneType'>), (tuple[int, ...],))
    """
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _resolved(choices: Registry[Any], value: Any) -> Any:
    """Return what `to_config` wrote of a setting with configs in it, as configs."""
    if isinstance(value, list | tuple):
        return tuple(_resolved(choices, item) for item in value)
    return choices.resolve(value) if isinstance(value, Mapping) else value


def _choose(choices: Any, value: Any, label: str) -> Any:
    if isinstance(choices, tuple):
        if value not in choices:
            hint = nearest(value, map(str, choices)) if isinstance(value, str) else ""
            expected = ", ".join(map(repr, choices))
            what = f"{label} has a value it cannot have."
            raise ConfigError(explain(what, got=repr(value), expected=expected, hint=hint))
        return value
    if isinstance(value, tuple):
        return tuple(_choose(choices, item, label) for item in value)
    thing = choices.resolve(value)
    if isinstance(value, str):
        return choices.name_of(choices[value])
    return choices.name_of(thing) or thing


BOUNDS: Mapping[str, tuple[Callable[[Any, Any], bool], str]] = {
    "above": (operator.gt, "a number above {}"),
    "below": (operator.lt, "a number below {}"),
    "at_least": (operator.ge, "a number no smaller than {}"),
    "at_most": (operator.le, "a number no larger than {}"),
}


def _check_bounds(rules: Mapping[str, Any], value: Any, label: str) -> None:
    for part in value if isinstance(value, tuple) else (value,):
        if not isinstance(part, int | float):
            continue
        for rule, (holds, words) in BOUNDS.items():
            if rule in rules and not holds(part, rules[rule]):
                what, expected = f"{label} is out of range.", words.format(rules[rule])
                raise ConfigError(explain(what, got=value, expected=expected))


@functools.cache
def _names(cls: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(cls))


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    return type_hints(cls)


def _as_declared(kind: Any, value: Any, label: str) -> Any:
    """Return a plain number, truth value or string as the declared type, exactly."""
    readers, others, nothing = _readers(kind)
    if not isinstance(value, bool | int | float | str) and (others or (nothing and value is None)):
        return value  # something other than a plain value is allowed, and this is one
    for reader in readers:
        taken = reader(value)
        if taken is not None:
            return taken
    if not readers:
        return value
    names = " or ".join(getattr(k, "__name__", str(k)) for k in kinds_of(kind))
    raise ConfigError(explain(f"{label} has the wrong type.", got=repr(value), expected=names))


@functools.cache
def _readers(kind: Any) -> tuple[tuple[Callable[[Any], Any], ...], bool, bool]:
    """Return how to read each plain type of an annotation, whether it allows other types, and None.

    It is asked for each setting of each layer, so that a thousand layers are read in time.
    """
    plain = {bool: _as_bool, int: _as_int, float: _as_float, str: _as_str}
    kinds = kinds_of(kind)
    others = any(k not in plain and k is not type(None) for k in kinds)
    return tuple(plain[k] for k in kinds if k in plain), others, type(None) in kinds


def _as_bool(value: Any) -> bool | None:
    return bool(value) if type(value).__name__ in ("bool", "bool_") else None


def _as_int(value: Any) -> int | None:
    if _as_bool(value) is not None:
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return operator.index(value) if hasattr(value, "__index__") else None


def _as_float(value: Any) -> float | None:
    if _as_bool(value) is not None or isinstance(value, str) or not hasattr(value, "__float__"):
        return None
    return float(value) if not math.isnan(float(value)) else None


def _as_str(value: Any) -> str | None:
    return str(value) if isinstance(value, str) else None
