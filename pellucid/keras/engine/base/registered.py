"""The user's own classes and functions, by the names that files call them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_custom: dict[str, Any] = {}
_names: dict[Any, str] = {}


def get_custom_objects() -> dict[str, Any]:
    """Return the table of the user's own things, which may be changed."""
    return _custom


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[Any], Any]:
    """Return a decorator that files a class or function as "package>name"."""

    def file(thing: Any) -> Any:
        full = f"{package}>{name or thing.__name__}"
        _custom[full] = thing
        _names[thing] = full
        return thing

    return file


def get_registered_name(thing: Any) -> str:
    """Return the name that `thing` was filed under, or its own."""
    return _names.get(thing, getattr(thing, "__name__", str(thing)))


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """Return what was filed under `name`, or None."""
    for table in (custom_objects or {}, _custom, module_objects or {}):
        if name in table:
            return table[name]
        short = [thing for full, thing in table.items() if full.rpartition(">")[2] == name]
        if short:
            return short[-1]
    return None


@contextmanager
def custom_object_scope(custom_objects: Mapping[str, Any]) -> Iterator[None]:
    """Let names mean the user's own things while the scope is open."""
    before = dict(_custom)
    _custom.update(custom_objects)
    try:
        yield
    finally:
        _custom.clear()
        _custom.update(before)
