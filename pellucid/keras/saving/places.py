"""Where each array of a model lies in Keras's files: `layers/dense_1/vars/0`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from pellucid.keras.engine.base.naming import snake_case
from pellucid.keras.engine.layers.parts import Part
from pellucid.keras.engine.layers.tracking import UNTRACKED, Tracked
from pellucid.keras.engine.layers.translated import Translated

INTERNAL = {*UNTRACKED, "_own", "_stack", "_settings", "_params", "_state", "_programs"}


class Place(NamedTuple):
    """A group of the file, and whose arrays it holds; of a model also its optimizer's."""

    path: str
    holder: Any  # with save_own_variables, load_own_variables and name
    model: Any = None  # whose optimizer it is


def places_of(model: Any, *, optimizers: bool) -> list[Place]:
    """Return the places of a model's arrays, each array once."""
    return list(_Walk(optimizers).visit(model, ""))


class _Walk:
    """Goes through layers and models in Keras's order; nothing is visited twice."""

    def __init__(self, optimizers: bool) -> None:
        self.optimizers = optimizers
        self.visited: set[int] = set()

    def visit(self, thing: Any, path: str) -> Iterator[Place]:
        if id(thing) in self.visited:
            return
        self.visited.add(id(thing))
        yield Place(path, thing)
        if isinstance(thing, Translated):
            yield from self._parts(thing.parts, path)
        for name, child in _children(thing):
            yield from self._visit_any(child, _joined(path, name))
        if self.optimizers and getattr(thing, "compiled", False):
            yield Place(_joined(path, "optimizer"), thing.optimizer, thing)

    def _parts(self, part: Part, path: str) -> Iterator[Place]:
        for name, inner in part.inside.items():
            yield Place(_joined(path, name), inner)
            yield from self._parts(inner, _joined(path, name))

    def _visit_any(self, child: Any, path: str) -> Iterator[Place]:
        if isinstance(child, Tracked):
            yield from self.visit(child, path)
        elif isinstance(child, list | tuple | dict):
            yield from self._container(child, path)

    def _container(self, container: Any, path: str) -> Iterator[Place]:
        if id(container) in self.visited:
            return
        self.visited.add(id(container))
        counts: dict[str, int] = {}
        for child in container.values() if isinstance(container, dict) else container:
            if not isinstance(child, Tracked | list | tuple | dict):
                continue
            kind = class_name(child) if isinstance(child, Tracked) else "container"
            counts[kind] = counts.get(kind, -1) + 1
            name = f"{kind}_{counts[kind]}" if counts[kind] else kind
            yield from self._visit_any(child, _joined(path, name))


def class_name(layer: Any) -> str:
    """Return what files call a layer by its class."""
    address = getattr(layer, "keras_address", None)
    return snake_case(address[1] if address else type(layer).__name__)


def _children(thing: Any) -> Iterator[tuple[str, Any]]:
    """Give the attributes that may hold layers, public ones first, each by its name."""
    is_model = hasattr(thing, "is_graph")
    inside = {"layers": thing.layers} if is_model else {}
    if is_model and (thing.is_graph or hasattr(thing, "_stack")):
        yield from inside.items()
        inside = {}
    if isinstance(thing, Translated) and not thing.is_plain:
        inside |= {n: v for n, v in thing._settings.items() if isinstance(v, Tracked)}
    names = [name for name in vars(thing) if name not in INTERNAL]
    inside |= {name: vars(thing)[name] for name in names}
    inside |= dict(_properties(thing))
    yield from sorted(inside.items(), key=lambda item: (item[0].startswith("_"), item[0]))


def _properties(thing: Any) -> Iterator[tuple[str, Any]]:
    """Give what properties of the user's own class show."""
    for cls in type(thing).__mro__:
        if cls.__module__.startswith("pellucid."):
            return
        for name in [n for n, value in vars(cls).items() if isinstance(value, property)]:
            try:
                yield name, getattr(thing, name)
            except Exception:  # a property may need what is not there yet
                continue


def _joined(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name
