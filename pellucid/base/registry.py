"""Names for things: one table per kind, read by configs, files, the CLI and the lab."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from pellucid.base.errors import ConfigError, explain, nearest

T = TypeVar("T")
E = TypeVar("E")


class Registry(Generic[T]):
    """A table from names to functions or config classes of one kind.

    Every entry answers to its own name and to the names it was registered with. Its
    canonical name, the one that files and messages use, is a function's own name, and
    a class's first registered one (its own where there is none).
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, Any] = {}
        self._names: dict[Any, str] = {}

    def register(self, *names: str) -> Callable[[E], E]:
        """Return a decorator that files its target under its own name and `names`."""

        def file(entry: E) -> E:
            own: str = getattr(entry, "__name__")  # noqa: B009 (an E has one, which a type cannot say)
            self._names[entry] = names[0] if names and isinstance(entry, type) else own
            self._entries |= dict.fromkeys((own, *names), entry)
            return entry

        return file

    def __iter__(self) -> Iterator[str]:
        """Go through the canonical names, in the order of registration."""
        return iter(self._names.values())

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __getitem__(self, name: str) -> Any:
        if name not in self._entries:
            raise ConfigError(
                explain(
                    f"There is no {self.kind} called {name!r}.",
                    got=repr(name),
                    expected=", ".join(sorted(self)),
                    hint=nearest(name, self._entries),
                )
            )
        return self._entries[name]

    def name_of(self, entry: Any) -> str | None:
        """Return the canonical name of an entry, or None for a stranger."""
        try:
            return self._names.get(entry)
        except TypeError:  # not hashable, so never registered
            return None

    def resolve(self, wanted: Any) -> Any:
        """Return the thing meant by `wanted`.

        `wanted` is a name, a config class, what `to_config` made of a config, or the
        thing itself.

        Raises:
            ConfigError: no entry has that name, or `wanted` is nothing that can be one.
        """
        if isinstance(wanted, str):
            wanted = self[wanted]
        if isinstance(wanted, Mapping):
            return self[wanted["class_name"]].from_config(wanted["config"])
        if isinstance(wanted, type):
            return wanted()
        if not callable(wanted) and not hasattr(wanted, "to_config"):
            raise ConfigError(
                explain(
                    f"This cannot be used as {self.kind}.",
                    got=f"{wanted!r} ({type(wanted).__name__})",
                    expected=f"a name, or the {self.kind} itself",
                    hint=", ".join(sorted(self)),
                )
            )
        return wanted
