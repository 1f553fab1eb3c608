"""What a layer owns, found among its attributes: variables, and layers in lists and tables too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pellucid.keras.engine.base.variable import Variable

UNTRACKED = {"_inbound_nodes", "_outbound_nodes", "_eager_losses", "_given", "_gave", "optimizer"}


class Tracked:
    """An object whose attributes are searched for variables and for others of its kind.

    They are searched whenever they are asked for, so that a layer appended to a list counts
    as one that stood there from the start.
    """

    built: bool
    name: str
    _own: list[Variable]
    _inbound_nodes: list[Any]
    _outbound_nodes: list[Any]
    _eager_losses: list[Any]
    _given: tuple[Any, Any]
    _gave: list[Any]  # the shapes that the last call gave

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Prepare an object whose own `__init__` may be anything."""
        made = super().__new__(cls)
        made.built = False
        made._own, made._inbound_nodes, made._outbound_nodes = [], [], []
        made._eager_losses, made._gave = [], []
        made._given = (args, kwargs)
        return made

    def track_variable(self, variable: Variable) -> None:
        """Own a variable, whether or not an attribute holds it."""
        self._own.append(variable)

    @property
    def _variables(self) -> list[Variable]:
        """The variables it owns itself, in the order in which they came."""
        found = [*self._own, *(v for v in _held(self) if isinstance(v, Variable))]
        return list({id(v): v for v in found}.values())

    @property
    def _layers(self) -> list[Any]:
        """The layers directly inside, in the order of the attributes that hold them."""
        found = [layer for layer in _held(self) if isinstance(layer, Tracked)]
        return list({id(layer): layer for layer in found if layer is not self}.values())

    def flat_layers(self) -> list[Any]:
        """Return this layer and all inside, each once."""
        found = {id(self): self}
        waiting = list(self._layers)
        while waiting:
            layer = waiting.pop(0)
            if id(layer) not in found:
                found[id(layer)] = layer
                waiting = [*layer._layers, *waiting]
        return list(found.values())


def fingerprint(layer: Tracked) -> tuple[Any, ...]:
    """Return the plain settings of a layer and all inside, by which a program may differ."""
    plain = (bool, int, float, str, type(None))
    return tuple(
        (name, value)
        for part in layer.flat_layers()
        for name, value in vars(part).items()
        if isinstance(value, plain)
    )


def _held(owner: Tracked) -> Iterator[Any]:
    for name, value in vars(owner).items():
        if name not in UNTRACKED and name != "_own":
            yield from _inside(value)


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, Tracked | Variable):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _inside(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _inside(item)
