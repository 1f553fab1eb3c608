"""Objects that are their arguments: what initializers, regularizers and constraints share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from pellucid.base.errors import ConfigError, explain


class Settled(ABC):
    """An object of Keras whose attributes are the arguments it was made with."""

    core_class: ClassVar[Any] = None
    spelling: ClassVar[tuple[str, ...]] = ()
    not_below: ClassVar[frozenset[str]] = frozenset({"name", "dtype"})  # the face's own business

    @property
    @abstractmethod
    def core(self) -> Any:
        """The object of the core that does the same."""

    def _begin(self, settings: dict[str, Any]) -> None:
        for name, value in settings.items():
            setattr(self, name, value)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal object."""
        return {name: getattr(self, name) for name in self.spelling}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return the object that `get_config` described."""
        return cls(**config)

    def _core(self) -> Any:
        """Return the object of the core with these settings.

        Raises:
            ConfigError: one of them asks for what the core does not have.
        """
        known = self.core_class.__dataclass_fields__
        given = {n: getattr(self, n) for n in self.spelling if n not in self.not_below}
        for name in [n for n in given if n not in known]:
            if given.pop(name) is not None:
                what = f"{type(self).__name__}({name}=...) is not served."
                raise ConfigError(explain(what, got=getattr(self, name), expected=None))
        return self.core_class(**given)

    def __repr__(self) -> str:
        settings = ", ".join(f"{n}={v!r}" for n, v in self.get_config().items())
        return f"{type(self).__name__}({settings})"
