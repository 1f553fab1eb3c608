"""docs/reference.md, from the registries: what there is, by name, with its formula.

python docs/reference.py         writes docs/reference.md
"""

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pellucid
import pellucid.layers as _layers  # noqa: F401 (fills LAYERS)
import pellucid.optimizers as _optimizers
from pellucid.base.config import Config
from pellucid.base.registry import Registry
from pellucid.data.reading import Reading
from pellucid.data.sources import SETS
from pellucid.experiments.experiment import Experiment
from pellucid.functions.constraints import CONSTRAINTS
from pellucid.functions.initializers import INITIALIZERS
from pellucid.functions.losses import LOSSES
from pellucid.functions.metrics import METRICS
from pellucid.functions.portraits import activation_table
from pellucid.functions.regularizers import REGULARIZERS
from pellucid.functions.schedules import SCHEDULES
from pellucid.layers.layer import LAYERS
from pellucid.optimizers.optimizer import OPTIMIZERS
from pellucid.training.rules import RULES

PAGE = Path(__file__).parent / "reference.md"
HEAD = """# Reference

What there is, by name. Written by `docs/reference.py` from the code; do not edit it by hand.
Wherever a name is asked for, the thing itself may stand: `"adam"` or `Adam(0.01)`."""
NAMES = ("name", "what it does", "arguments and their defaults")
SETTINGS = ("name", "what it is", "settings and their defaults")
EVERY_LAYER = ("name", "trainable", "activity_regularizer")
Rows = Sequence[Sequence[str]]


def reference() -> str:
    """Return the whole page."""
    return "\n\n".join([HEAD, *_parts()]) + "\n"


def _parts() -> Iterator[str]:
    yield _part("Names", "From `pellucid`, as `pc.RBM`.", NAMES, [_public(n) for n in _names()])
    words = "What a model can do; `Sequential` is a `Model`."
    yield _part("Models", words, NAMES, [_method(name) for name in _methods()])
    common = ", ".join(f"`{name}`" for name in EVERY_LAYER)
    words = f"From `pellucid.layers`. All of them have {common}."
    yield _part("Layers", words, SETTINGS, _configs(LAYERS, by_class=True))
    yield _part(
        "Activations",
        'By name, as in `Dense(8, "relu")`. Softmax and its kin: its first output, for z and 0.',
        ("name", "a = f(z)", "da/dz", "range", "far below", "at 0", "far above"),
        [(_code(row.name), row.formula, *row.facts) for row in activation_table()],
    )
    yield _part(
        "Losses",
        "From `pellucid.functions.losses`. A loss with a link is computed from z, exactly, where "
        "the output layer has that activation; its delta is then a - y, up to a constant.",
        ("name", "cost of an example", "link", "targets", "settings and their defaults"),
        [_loss(name) for name in LOSSES],
    )
    yield _part("Metrics", "From `pellucid.functions.metrics`.", SETTINGS, _configs(METRICS))
    common = ", ".join(f"`{f.name}`" for f in fields(_optimizers.Optimizer))
    words = f"From `pellucid.optimizers`. All of them have {common}."
    yield _part("Optimizers", words, SETTINGS, _configs(OPTIMIZERS))
    words = "From `pellucid.functions.schedules`, in the place of a learning rate."
    yield _part("Schedules", words, SETTINGS, _configs(SCHEDULES))
    words = "From `pellucid.functions.initializers`."
    yield _part("Initializers", words, SETTINGS, _configs(INITIALIZERS))
    words = "From `pellucid.functions.regularizers`."
    yield _part("Regularizers", words, SETTINGS, _configs(REGULARIZERS))
    words = "From `pellucid.functions.constraints`: they act on parameters after each update."
    yield _part("Constraints", words, SETTINGS, _configs(CONSTRAINTS))
    words = "From `pellucid.training.rules`: they act after each epoch, inside the program."
    yield _part("Rules", words, SETTINGS, _configs(RULES, by_class=True))
    words = "For `pellucid.open_data` and the command line."
    columns = ("name", "what it is", "rows", "shape", "classes", "source", "licence")
    yield _part("Data sets", words, columns, [_set(name) for name in SETS])
    words = "Of `pellucid.Experiment`, and as options of `pellucid train`."
    yield _part("Settings of an experiment", words, ("setting", "default", "what it is"),
                _settings(Experiment))  # fmt: skip
    words = "Of `pellucid.open_data`, and as options of the commands that read data."
    yield _part("Settings of reading", words, ("setting", "default", "what it is"),
                _settings(Reading))  # fmt: skip


def _names() -> Sequence[str]:
    return sorted(name for names in pellucid._PLACES.values() for name in names)


def _public(name: str) -> Sequence[str]:
    entry = getattr(pellucid, name)
    return (_code(name), inspect.cleandoc(entry.__doc__ or "").splitlines()[0], _arguments(entry))


def _methods() -> Sequence[str]:
    return [name for name, _ in inspect.getmembers(pellucid.Model) if not name.startswith("_")]


def _method(name: str) -> Sequence[str]:
    entry = inspect.getattr_static(pellucid.Model, name)
    function = getattr(entry, "fget", None) or getattr(entry, "__func__", entry)
    words = (inspect.getdoc(getattr(pellucid.Model, name)) or "").splitlines()[0]
    shown = _code(name) if isinstance(entry, property) else _arguments(function)
    return (_code(name), words, "" if isinstance(entry, property) else shown)


def _arguments(entry: Any) -> str:
    """Return the names and defaults of arguments."""
    parts = []
    for parameter in inspect.signature(entry).parameters.values():
        plain = parameter.replace(annotation=inspect.Parameter.empty)
        if inspect.isroutine(plain.default):
            plain = plain.replace(default=inspect.Parameter.empty)
        parts += [] if parameter.name == "self" else [str(plain)]
    return _code(", ".join(parts)) if parts else ""


def _part(title: str, words: str, columns: Sequence[str], rows: Rows) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    table = "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)
    return f"## {title}\n\n{words}\n\n{table}"


def _cell(text: str) -> str:
    return " ".join(str(text).replace("|", "\\|").split())


def _code(text: str) -> str:
    return f"`{text}`"


def _configs(registry: Registry[Any], *, by_class: bool = False) -> Rows:
    rows = []
    for name in registry:
        cls = registry[name]
        rows.append((_code(cls.__name__ if by_class else name), _first(cls), _signature(cls)))
    return rows


def _loss(name: str) -> Sequence[str]:
    cls = LOSSES[name]
    link = getattr(cls(), "link", None)
    linked = _code(link.__name__) if link is not None else ""
    wanted = {"same": "numbers", "labels": "class indices"}[cls().targets]
    return _code(name), _first(cls), linked, wanted, _signature(cls)


def _first(cls: type) -> str:
    """Return the first paragraph of a docstring."""
    return inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0]


def _signature(cls: type[Config]) -> str:
    """Return the settings that are a class's own, or have a default of its own."""
    parent = _optimizers.Optimizer if issubclass(cls, _optimizers.Optimizer) else None
    common = {f.name: f.default for f in fields(parent)} if parent else dict.fromkeys(EVERY_LAYER)
    told = [
        f.name if f.default is MISSING else f"{f.name}={f.default!r}"
        for f in fields(cls)
        if f.name not in common or (parent and f.default != common[f.name])
    ]
    return _code(", ".join(told)) if told else ""


def _set(name: str) -> Sequence[str]:
    entry = SETS[name]
    shape, classes = str(entry.shape), str(entry.classes or "numbers")
    rows = f"{entry.rows:,}"
    return _code(name), entry.about, rows, shape, classes, entry.source, entry.licence


def _settings(cls: type[Config]) -> Rows:
    return [
        (_code(f.name), "" if f.default is MISSING else _code(repr(f.default)), f.metadata["about"])
        for f in fields(cls)
        if "about" in f.metadata
    ]


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
