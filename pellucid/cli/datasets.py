"""`pellucid data`: what comes along, and what a file of one's own looks like."""

from collections.abc import Iterator
from typing import Any

import click
import numpy as np

from pellucid.cli.options import Grouped, options_of, settings_of
from pellucid.cli.screen import show
from pellucid.data.column import Column
from pellucid.data.dataset import Dataset
from pellucid.data.reading import Reading
from pellucid.data.sources import SETS, open_data, set_name
from pellucid.experiments.spelling import in_options
from pellucid.plots.blocks import Block, Cell, Facts, Note, Sentence, Table, cell_text

MOST_WORDS = 6  # of a column's categories shown


@click.command("data", cls=Grouped)
@click.argument("data", required=False)
@options_of(Reading)
def command(data: str | None, **given: Any) -> None:
    """List the sets that open by name; with DATA, say how it would be read."""
    if data is None:
        show([_sets(), Sentence("\nTo train on one: pellucid train NAME")])
        return
    show(_looks(data, open_data(data, **settings_of(Reading, given))))


def _sets() -> Table:
    rows = tuple(
        (s.name, s.rows, _shape(s.shape), s.classes or "numbers", s.about) for s in SETS.values()
    )
    return Table(("name", "rows", "a row", "classes", "what it is"), rows, right=(2, 3))


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def _looks(asked: str, data: Dataset) -> Iterator[Block]:
    yield Facts((("data", data.name), ("rows", data.rows), *_about(asked), *_target(data)))
    if isinstance(data.x, tuple):
        rows = tuple((c.name, c.kind, int(c.missing.sum()), _range(c)) for c in data.x)
        yield Table(("column", "kind", "missing", "holds"), rows)
    yield from (Note(in_options(note), "info") for note in data.notes)


def _about(asked: str) -> tuple[tuple[str, Cell], ...]:
    name = set_name(asked)
    if name is None:
        return ()
    known = SETS[name]
    return (("what it is", known.about), ("source", known.source), ("licence", known.licence))


def _target(data: Dataset) -> tuple[tuple[str, Cell], ...]:
    if data.target is None:
        return ()
    if data.task == "regression":
        return (("target", f"{data.target.name}, a number: {_range(data.target)}"),)
    counts = np.bincount(data.target.values, minlength=len(data.class_names))
    pairs = zip(data.class_names, counts, strict=True)
    classes = ", ".join(f"{name} ({count:,})" for name, count in pairs)
    target = f"{data.target.name}, one of {len(data.class_names)} classes"
    return (("target", target), ("classes", classes))


def _range(column: Column) -> str:
    if column.kind == "category":
        more = len(column.words) - MOST_WORDS
        return ", ".join(column.words[:MOST_WORDS]) + (f", {more} more" if more > 0 else "")
    if column.missing.all():
        return ""
    if column.kind == "boolean":
        return f"true in {int(np.nansum(column.values)):,} rows"
    known = column.values[~column.missing]
    low, high, mean = (cell_text(float(f(known))) for f in (np.min, np.max, np.mean))
    return f"{low} to {high}, mean {mean}"
