"""Keras's own classes of losses, metrics, ...: one line of signature makes one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from pellucid.base.errors import explain, nearest


def spoken(base: type, line: str, core: Any, about: str = "", **members: Any) -> Any:
    """Return the subclass of `base` that Keras calls and spells as `line` says.

    `line` is the name and the arguments with their defaults; `core` the class or function
    below, whose docstring tells what it computes. The arguments end up where `base._begin`
    puts them.
    """
    name, _, rest = line.partition("(")
    signature = signature_of("self" + (", " if rest != ")" else "") + rest[:-1])

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        self._begin(arguments(name, signature, (self, *args), kwargs))

    __init__.__signature__ = signature  # pyright: ignore[reportFunctionMemberAccess]
    own = [p for p in signature.parameters if p != "self"]
    text = about or inspect.getdoc(core) or ""
    held = core if isinstance(core, type) else staticmethod(core)
    body = {"__init__": __init__, "__doc__": f"{text}\n\nKeras: {line}", "core_class": held}
    body |= {"spelling": tuple(own), "__module__": base.__module__, "__qualname__": name}
    return type(name, (base,), body | members)


def arguments(
    name: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Return the arguments by name, with the defaults of those not given.

    Raises:
        TypeError: one is missing or unknown.
    """
    known = signature.parameters
    open_ended = any(p.kind is p.VAR_KEYWORD for p in known.values())
    for given in () if open_ended else kwargs:
        if given not in known:
            what, tip = f"{name} has no argument called {given!r}.", nearest(given, known)
            expected = ", ".join(k for k in known if k != "self")
            raise TypeError(explain(what, got=given, expected=expected, hint=tip))
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    found = {n: v for n, v in bound.arguments.items() if n != "self"}
    for parameter in known.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            found |= found.pop(parameter.name)
    return found


@cache
def signature_of(parameters: str) -> inspect.Signature:
    """Return the signature with such parameters, written as Python writes them.

    Example:
        >>> str(signature_of("x, axis=-1"))
        '(x, axis=-1)'
    """
    return inspect.signature(eval(f"lambda {parameters}: None", {}))  # only our own tables


def spoken_function(line: str, compute: Callable[..., Any], about: str = "") -> Any:
    """Return the function that Keras calls and spells as `line` says."""
    name, _, rest = line.partition("(")
    signature = signature_of(rest[:-1])

    def call(*args: Any, **kwargs: Any) -> Any:
        return compute(**arguments(name, signature, args, kwargs))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = about or inspect.getdoc(compute)
    call.__signature__ = signature  # pyright: ignore[reportFunctionMemberAccess]
    return call
