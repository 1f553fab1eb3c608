"""Operations on symbols as Keras's files have them: `x * 2` is an entry of the class Multiply."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from pellucid.base.errors import ConfigError, FileError, explain
from pellucid.keras import activations, ops
from pellucid.keras.engine.base.partials import Call
from pellucid.keras.engine.operations.operation import Operation

ACTIVATIONS = "keras.src.activations.activations"


class Row(NamedTuple):
    """An operation in files: what its config holds, and what it is called with."""

    module: str
    class_name: str
    function: str
    settings: tuple[str, ...]
    inputs: tuple[str, ...]  # "*operands" takes all that are left


class FromFile:
    """An operation as a file describes it: a function with its settings."""

    def __init__(self, row: Row, settings: dict[str, Any]) -> None:
        self.row, self.settings = row, settings

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the operation gives for what it is called with."""
        room = activations.ROOM.things if self.row.module == ACTIVATIONS else ops.TABLE
        function = room[self.row.function]
        if self.row.inputs[-1].startswith("*"):
            return function(*self.settings.values(), *args)
        named = dict(zip(self.row.inputs, args, strict=False))
        return function(**named, **kwargs, **self.settings)


@cache
def rows() -> tuple[Row, ...]:
    """Return every operation that files can hold."""
    text = resources.files("pellucid.keras.engine.operations").joinpath("in_files.txt")
    found = []
    for line in text.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        module, class_name, function, inputs = line.split()
        name, _, settings = function.rstrip(")").partition("(")
        own = tuple(settings.split(",")) if settings else ()
        full = ACTIVATIONS if module == "activations" else f"keras.src.ops.{module}"
        found.append(Row(full, class_name, name, own, tuple(inputs.split(","))))
    return tuple(found)


def is_operation(module: Any) -> bool:
    """Tell whether a file's entry of that module is an operation."""
    return isinstance(module, str) and module.startswith(("keras.src.ops.", ACTIVATIONS))


def operation_from(entry: Mapping[str, Any], deserialize: Any) -> Operation:
    """Return the operation that an entry of a file describes.

    Raises:
        FileError: there is no such operation.
    """
    wanted = entry["module"], entry["class_name"]
    for row in rows():
        if (row.module, row.class_name) == wanted:
            break
    else:
        what = f"The file names the operation {wanted[1]!r}, which is not known here."
        raise FileError(explain(what, got=".".join(wanted), expected="one of keras.ops"))
    settings = deserialize(dict(entry["config"]))
    name = settings.pop("name", None)
    unknown = settings.keys() - set(row.settings)
    if unknown:
        what = f"The operation {name!r} in the file has settings that {row.class_name} has not."
        got, expected = ", ".join(sorted(unknown)), ", ".join(row.settings)
        raise FileError(explain(what, got=got, expected=expected))
    ordered = {n: settings[n] for n in row.settings if n in settings}
    return Operation(FromFile(row, ordered), row.function, name)


def entry_of(operation: Operation) -> dict[str, Any]:
    """Return the description of an operation, its calls left out.

    Raises:
        ConfigError: no file can hold it.
    """
    row, settings, _ = _spoken(operation, operation._inbound_nodes[0])
    return {
        "module": row.module,
        "class_name": row.class_name,
        "config": {"name": operation.name, **settings},
        "registered_name": row.class_name,
    }


def call_arguments(operation: Operation, node: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return what an operation is called with in the words of files."""
    if isinstance(operation.function, FromFile):
        return node.args, node.kwargs
    return _spoken(operation, node)[2], {}


def _spoken(operation: Operation, node: Any) -> tuple[Row, dict[str, Any], tuple[Any, ...]]:
    if isinstance(operation.function, FromFile):
        return operation.function.row, operation.function.settings, node.args
    settled = dict(operation.function.settings) if isinstance(operation.function, Call) else {}
    name = operation.operation.strip("_")
    values = {**_by_name(name, node.args), **node.kwargs, **settled}
    for row in rows():
        if row.function == name and _fits(row, values):
            settings = {n: values[n] for n in row.settings if n in values}
            if row.inputs[-1].startswith("*"):
                return row, settings, tuple(node.args[len(row.settings) :])
            return row, settings, tuple(values[n] for n in row.inputs if n in values)
    what = f"The operation {operation.name!r} cannot be written to a file."
    tip = "put what it does into a layer of your own"
    raise ConfigError(explain(what, got=name, expected="an operation of keras.ops", hint=tip))


def _fits(row: Row, values: Mapping[str, Any]) -> bool:
    if row.inputs[-1].startswith("*"):
        return True
    return values.keys() <= {*row.settings, *row.inputs}


def _by_name(name: str, args: tuple[Any, ...]) -> dict[str, Any]:
    """Return arguments by the names Keras has for them."""
    if name not in ops.TABLE:
        return {"x": args[0]}
    parameters = inspect.signature(ops.TABLE[name]).parameters
    ordered = [n for n, p in parameters.items() if p.default is p.empty or n.startswith("x")]
    if len(ordered) < len(args):
        ordered = list(parameters)
    return dict(zip(ordered, args, strict=False))
