"""A list of calls of plain functions, and how it is drafted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.types import AnyArray, Params, Shape, State
from pellucid.network.network import Source


@dataclass(frozen=True)
class Value:
    """What a call gives, or an input of the program."""

    number: int
    shape: Shape  # of one example


class Weight(NamedTuple):
    """An array that training has left."""

    path: str  # "dense/kernel"
    array: np.ndarray


class Call(NamedTuple):
    """One line: results = function(*inputs, **arguments)."""

    function: Callable[..., Any]
    inputs: tuple[Value | None, ...]  # None for an input that is not there
    arguments: Mapping[str, Any]  # weights, settings, and functions that it calls
    results: tuple[Value, ...]


class Program(NamedTuple):
    """What a network computes at rest, in the order in which it can be computed."""

    inputs: Mapping[Source, Value]
    calls: tuple[Call, ...]
    outputs: Mapping[str, Value]
    names: Mapping[Value, str]  # of those that have one in the network: z_dense, a_dense

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """The arrays that are used, by path."""
        used = (value for call in self.calls for value in call.arguments.values())
        return {value.path: value.array for value in used if isinstance(value, Weight)}


class Draft:
    """A program that is being written."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.names: dict[Value, str] = {}
        self._count = 0

    def value(self, shape: Shape, name: str = "") -> Value:
        """Return a new value."""
        value = Value(self._count, shape)
        self._count += 1
        if name:
            self.names[value] = name
        return value

    def call(
        self,
        function: Callable[..., Any],
        *inputs: Value | None,
        shapes: Sequence[Shape],
        **arguments: Any,
    ) -> tuple[Value, ...]:
        """Note a call down, and return what it gives: a value of each of the `shapes`."""
        results = tuple(self.value(shape) for shape in shapes)
        self.calls.append(Call(function, inputs, arguments, results))
        return results

    def finished(self, inputs: Mapping[Source, Value], outputs: Mapping[str, Value]) -> Program:
        """Return the program, without the calls that no output needs."""
        needed, calls = set(outputs.values()), []
        for call in reversed(self.calls):
            if needed & set(call.results):
                needed |= {value for value in call.inputs if value is not None}
                calls.append(call)
        return Program(inputs, tuple(reversed(calls)), outputs, self.names)


class Site:
    """The place in a draft where one layer is written: its arrays, and the calls it makes."""

    def __init__(self, draft: Draft, path: str, params: Params, state: State) -> None:
        self._draft, self._path, self._params, self._state = draft, path, params, state

    def __getitem__(self, name: str) -> Weight:
        return self.weight(name, {**self._params, **self._state}[name])

    def get(self, name: str) -> Weight | None:
        """Return an array of the layer, or None if it has no such one."""
        return self[name] if name in self._params or name in self._state else None

    def weight(self, name: str, array: AnyArray) -> Weight:
        """Return an array made from the layer's own, under the layer's name."""
        return Weight(f"{self._path}/{name}", np.asarray(array))

    def inside(self, name: str) -> "Site":
        """Return the place of a layer inside this one."""
        params, state = self._params.get(name, {}), self._state.get(name, {})
        return Site(self._draft, f"{self._path}/{name}", params, state)

    def call(
        self, function: Callable[..., Any], *inputs: Value | None, shape: Shape, **arguments: Any
    ) -> Value:
        """Note down a call that gives one value of `shape`."""
        (value,) = self._draft.call(function, *inputs, shapes=[shape], **arguments)
        return value

    def calls(
        self,
        function: Callable[..., Any],
        *inputs: Value | None,
        shapes: Sequence[Shape],
        **arguments: Any,
    ) -> tuple[Value, ...]:
        """Note down a call that gives a value of each of the `shapes`."""
        return self._draft.call(function, *inputs, shapes=shapes, **arguments)
