"""One table for each kind of Keras object: from names and descriptions to things, and back."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from pellucid.base.errors import ConfigError, explain, nearest
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.naming import snake_case
from pellucid.keras.engine.base.registered import get_registered_name, get_registered_object

FUNCTION = {"module": "builtins", "class_name": "function", "registered_name": "function"}


class Room:
    """The classes and functions of one of Keras's modules, by every name they answer to."""

    def __init__(self, kind: str, module: str, *, any_case: bool = False) -> None:
        self.kind, self.module, self.any_case = kind, module, any_case
        self.things: dict[str, Any] = {}
        self.old: dict[str, str] = {}

    def file(self, thing: Any, *names: str) -> Any:
        """Let `thing` be found by its own name and by `names`; return it."""
        own = thing.__name__
        snake = (snake_case(own),) if isinstance(thing, type) else ()
        for name in (own, *snake, *names):
            self.things.setdefault(name, thing)
        return thing

    def rename(self, old: Mapping[str, str]) -> None:
        """Accept old names, with a hint at the new one."""
        self.old.update(old)

    def get(self, identifier: Any, custom_objects: Any = None) -> Any:
        """Return the thing meant by a name, a class, a description or the thing itself.

        Raises:
            ConfigError: nothing is called so.
        """
        if isinstance(identifier, Mapping):
            return self.deserialize(identifier, custom_objects)
        if isinstance(identifier, str):
            found = self.named(identifier, custom_objects)
            return found() if isinstance(found, type) else found
        if isinstance(identifier, type):
            return identifier()
        if callable(identifier):
            return identifier
        what = f"This cannot be used as {self.kind}."
        expected = f"a name, a function, or an object of keras.{self.module}"
        raise ConfigError(explain(what, got=repr(identifier), expected=expected))

    def named(self, name: str, custom_objects: Any = None) -> Any:
        """Return the class or function called `name`."""
        own = get_registered_object(name, custom_objects)
        if own is not None:
            return own
        if name in self.old and name not in self.things:
            new = self.old[name]
            hint(f"{self.module}.{name}", f"the {self.kind} {name!r} is called {new!r} in Keras 3")
            name = new
        found = self.things.get(name)
        if found is None and self.any_case:
            by_case = {known.lower(): thing for known, thing in self.things.items()}
            found = by_case.get(name.lower())
        if found is None:
            known = sorted(name for name in self.things if name.islower())
            what = f"There is no {self.kind} called {name!r}."
            tip = nearest(name, self.things)
            raise ConfigError(explain(what, got=repr(name), expected=", ".join(known), hint=tip))
        return found

    def serialize(self, thing: Any) -> Any:
        """Return the description of `thing` that Keras's files hold."""
        if inspect.isfunction(thing) or (callable(thing) and not hasattr(thing, "get_config")):
            name = get_registered_name(thing)
            own = self.things.get(name) is not thing and ">" in name
            return {**FUNCTION, "config": name, **({"registered_name": name} if own else {})}
        return described(thing, self)

    def deserialize(self, config: Any, custom_objects: Any = None) -> Any:
        """Return the thing that a description means; a name is a description, too."""
        if isinstance(config, str):
            return self.get(config, custom_objects)
        if not isinstance(config, Mapping) or "class_name" not in config:
            return self.get(config if not isinstance(config, Mapping) else None, custom_objects)
        settings = config.get("config", {})
        if config["class_name"] == "function":
            return self.named(_own_name(config), custom_objects)
        found = get_registered_object(str(config.get("registered_name")), custom_objects)
        found = found or self.named(config["class_name"], custom_objects)
        if not isinstance(found, type):
            return found
        return found.from_config(dict(settings))


def _own_name(config: Mapping[str, Any]) -> str:
    registered = config.get("registered_name") or "function"
    return str(config["config"] if registered == "function" else registered)


def described(thing: Any, room: Room) -> dict[str, Any]:
    """Return an object as Keras's files have it: where it is from, its class, its settings."""
    cls = type(thing)
    name = get_registered_name(cls)
    ours = room.things.get(cls.__name__) is cls
    return {
        "module": f"keras.{room.module}" if ours else (None if ">" in name else cls.__module__),
        "class_name": cls.__name__,
        "config": thing.get_config(),
        "registered_name": None if ours else name,
    }
