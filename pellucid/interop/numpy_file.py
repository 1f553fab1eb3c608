"""A network as one Python file that needs NumPy and nothing else.

The functions in it are those of `formulas`, as they stand there; `predict` calls them one
after another; the weights lie at its end, as an .npz file in base64.
"""

import ast
import base64
import inspect
import io
import json
import keyword
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from pellucid.interop.at_rest.program import Call, Program, Value, Weight

WIDTH = 100
MODULES = {
    "base64": "import base64",
    "functools": "import functools",
    "io": "import io",
    "math": "import math",
    "sys": "import sys",
}
KINDS = ("Callable", "Sequence")


def numpy_source(program: Program, about: str) -> str:
    """Return the text of a Python file whose `predict` computes what the network does.

    `about` is its first line. With several inputs `predict` takes one argument each; with
    several outputs it returns them by name.
    """
    functions = "\n\n\n".join(map(_source, _functions(program)))
    predict = _predict(program)
    body = f"{functions}\n\n\n{predict}\n\n\n{_weights(program)}"
    if _is_table(program):
        body += MAIN
    told = f"{about}\n\n{_usage(program)}\n".replace("\\", "/").replace('"', "'")
    return f'"""{told}"""\n\n{_imports(body)}\n\n\n{body}\n'


MAIN = """

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: python {sys.argv[0]} rows.csv (numbers only, without a header)")
    try:
        answers = predict(np.loadtxt(sys.argv[1], delimiter=",", ndmin=2))
    except (OSError, ValueError) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
    np.savetxt(sys.stdout, answers, "%.7g", delimiter=",")"""


def _is_table(program: Program) -> bool:
    """Return whether rows of numbers come in and go out."""
    inputs, outputs = list(program.inputs.values()), list(program.outputs.values())
    return len(inputs) == len(outputs) == 1 and len(inputs[0].shape) == len(outputs[0].shape) == 1


def _usage(program: Program) -> str:
    lines = ["It needs NumPy only.", ""]
    lines += [f"    {s.name:12} {_rows(v)}, {s.dtype}" for s, v in program.inputs.items()]
    for name, value in program.outputs.items():
        lines.append(f"    {name:12} {_rows(value)}, what predict returns")
    if _is_table(program):
        lines += ["", "On the command line it takes a CSV file of numbers, without a header."]
    return "\n".join(lines)


def _rows(value: Value) -> str:
    return f"(rows, {', '.join(map(str, value.shape))})" if value.shape else "(rows,)"


def _imports(body: str) -> str:
    """Return the imports of what occurs in `body`."""
    lines = [line for name, line in MODULES.items() if re.search(rf"\b{name}\.", body)]
    kinds = [kind for kind in KINDS if re.search(rf"\b{kind}\[", body)]
    if kinds:
        lines.append(f"from collections.abc import {', '.join(kinds)}")
    return "\n".join([*lines, "", "import numpy as np"])


# The functions


def _functions(program: Program) -> list[Callable[..., Any]]:
    """Return the functions that are called, each after those that it calls itself."""
    found: dict[Callable[..., Any], None] = {}

    def visit(function: Callable[..., Any]) -> None:
        for needed in _called_by(function):
            if needed not in found:
                visit(needed)
        found.setdefault(function)

    for call in program.calls:
        for setting in call.arguments.values():
            if callable(setting):
                visit(inspect.unwrap(setting))
        visit(inspect.unwrap(call.function))
    return list(found)


def _called_by(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    module = vars(sys.modules[function.__module__])
    for node in ast.walk(ast.parse(inspect.getsource(function))):
        if isinstance(node, ast.Name) and node.id != function.__name__:
            there = module.get(node.id)
            if inspect.isfunction(there):
                yield inspect.unwrap(there)


def _source(function: Callable[..., Any]) -> str:
    return inspect.getsource(function).rstrip()


# The network


def _predict(program: Program) -> str:
    names = _variables(program)
    takes = [names[value] for value in program.inputs.values()]
    lines = [f"def predict({', '.join(takes)}):"]
    lines.append('    """Return what the network computes for a batch of rows."""')
    for (source, value), name in zip(program.inputs.items(), takes, strict=True):
        lines.append(f"    {name} = np.asarray({name}, np.{source.dtype})")
        lines += _check(name, value)  # NumPy would stretch a missing axis, and give answers
    for call in program.calls:
        left = ", ".join(names[value] for value in call.results)
        lines.append(_wrapped(f"{left} = {call.function.__name__}", _arguments(call, names)))
    outputs = {name: names[value] for name, value in program.outputs.items()}
    if len(outputs) == 1:
        return "\n".join([*lines, f"    return {next(iter(outputs.values()))}"])
    pairs = ", ".join(f"{json.dumps(name)}: {variable}" for name, variable in outputs.items())
    return "\n".join([*lines, f"    return {{{pairs}}}"])


def _check(name: str, value: Value) -> list[str]:
    """Return the lines that refuse an input of another shape."""
    told = f"{name} has shape {{{name}.shape}}, and {_rows(value)} is needed"
    return [
        f"    if {name}.shape[1:] != {value.shape} or not {name}.ndim:",
        f'        raise ValueError(f"{told}")',
    ]


def _arguments(call: Call, names: Mapping[Value, str]) -> list[str]:
    positional = ["None" if value is None else names[value] for value in call.inputs]
    own = inspect.signature(call.function).parameters
    usual = {name: parameter.default for name, parameter in own.items()}
    return positional + [
        f"{name}={_written(value)}"
        for name, value in call.arguments.items()
        if isinstance(value, Weight) or value != usual[name]
    ]


def _written(value: Any) -> str:
    if isinstance(value, Weight):
        return f"WEIGHTS[{json.dumps(value.path)}]"
    return value.__name__ if callable(value) else repr(value)


def _wrapped(head: str, arguments: list[str]) -> str:
    """Return a call on one line, or with a line for each argument where it is too long."""
    line = f"    {head}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return line
    inner = "".join(f"        {argument},\n" for argument in arguments)
    return f"    {head}(\n{inner}    )"


def _variables(program: Program) -> dict[Value, str]:
    """Return a name for each value: its own where it has one, else its function's."""
    taken = {*MODULES, *KINDS, "np", "predict", "WEIGHTS", *keyword.kwlist}
    taken |= {function.__name__ for function in _functions(program)}
    variables: dict[Value, str] = {}

    def name(value: Value, wanted: str) -> None:
        candidate, count = wanted, 1
        while candidate in taken:
            count += 1
            candidate = f"{wanted}_{count}"
        taken.add(candidate)
        variables[value] = candidate

    for value in program.inputs.values():
        name(value, _identifier(program.names[value]))
    for call in program.calls:
        for value in call.results:
            own = program.names.get(value)
            name(value, _identifier(own) if own else f"of_{call.function.__name__}")
    return variables


def _identifier(name: str) -> str:
    """Return a name as Python can have it.

    Example:
        >>> _identifier("block1/conv-2")
        'block1_conv_2'
    """
    plain = re.sub(r"\W", "_", unicodedata.normalize("NFKC", name))  # as Python reads it
    return plain if plain.isidentifier() else f"x_{plain}"


# The weights


def _weights(program: Program) -> str:
    file = io.BytesIO()
    np.savez(file, **program.weights)  # pyright: ignore[reportArgumentType]
    text = base64.b64encode(file.getvalue()).decode()
    lines = "\n".join(text[i : i + WIDTH] for i in range(0, len(text), WIDTH))
    return f'WEIGHTS = dict(np.load(io.BytesIO(base64.b64decode("""\n{lines}\n"""))))'
