"""Calls with some arguments settled, which are equal when their parts are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """A function with settings: like `functools.partial`, but equal to its equals."""

    function: Callable[..., Any]
    settings: tuple[tuple[str, Any], ...] = ()

    @staticmethod
    def of(function: Callable[..., Any], settings: dict[str, Any]) -> "Call":
        """Return the call, lists among its settings turned to tuples."""
        return Call(function, tuple((name, _fixed(value)) for name, value in settings.items()))

    def __call__(self, *args: Any) -> Any:
        return self.function(*args, **dict(self.settings))


def _fixed(value: Any) -> Any:
    return tuple(map(_fixed, value)) if isinstance(value, list | tuple) else value
