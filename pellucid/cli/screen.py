"""Blocks of a report on a terminal: the same data that the HTML page shows."""

import functools
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from pellucid.base.errors import printable
from pellucid.plots.blocks import (
    Block,
    Code,
    Facts,
    Note,
    Picture,
    Section,
    Sentence,
    Table,
    cell_text,
)

WIDE = 10_000  # columns: no line is as long
MARKS = {"good": "green", "info": "cyan", "warning": "yellow", "error": "red"}


def show(blocks: Iterable[Block]) -> None:
    """Print blocks in order; pictures are left to the page."""
    _draw_all(map(_without_controls, blocks), _console())


def _without_controls(part: Any) -> Any:
    """Return a block, or a part of one, with what would steer the terminal written out."""
    if isinstance(part, str):
        return printable(part)
    if isinstance(part, tuple):
        return tuple(map(_without_controls, part))
    if not is_dataclass(part) or isinstance(part, type | Picture):
        return part
    return replace(part, **{f.name: _without_controls(getattr(part, f.name)) for f in fields(part)})


def _draw_all(blocks: Iterable[Block], console: Any) -> None:
    before: Block | None = None
    for block in blocks:
        if isinstance(block, Table) and before is not None:
            console.print()
        _draw(block, console)
        before = block


def _console() -> Any:
    from rich.console import Console

    # Of a pipe the width is unknown: leave lines whole rather than break them at 80.
    console = Console(highlight=False, emoji=False)
    return console if console.is_terminal else Console(highlight=False, emoji=False, width=WIDE)


@functools.singledispatch
def _draw(block: Any, console: Any) -> None:
    raise TypeError(f"a terminal cannot show a {type(block).__name__}")


@_draw.register
def _section(block: Section, console: Any) -> None:
    console.print()
    console.print(block.title, style="bold", markup=False)
    _draw_all(block.blocks, console)


@_draw.register
def _sentence(block: Sentence, console: Any) -> None:
    console.print(block.text, markup=False)


@_draw.register
def _note(block: Note, console: Any) -> None:
    console.print(f"{block.kind}: {block.text}", style=MARKS[block.kind], markup=False)


@_draw.register
def _code(block: Code, console: Any) -> None:
    console.print(block.text, markup=False, soft_wrap=True)


@_draw.register
def _facts(block: Facts, console: Any) -> None:
    from rich.table import Table as Grid

    grid = Grid.grid(padding=(0, 2, 0, 0))
    for name, value in block.pairs:
        grid.add_row(_text(name), _text(cell_text(value)))
    console.print(grid)


@_draw.register
def _table(block: Table, console: Any) -> None:
    from rich import box
    from rich.measure import Measurement
    from rich.table import Table as Grid

    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, name in enumerate(block.columns):
        right = block.on_the_right(place)
        grid.add_column(_text(name), justify="right" if right else "left", no_wrap=right)
    for row in block.texts():
        grid.add_row(*map(_text, row))
    options = console.options.update(max_width=WIDE)
    if Measurement.get(console, options, grid).minimum > console.width:
        words = block.caption.partition(":")[0] or "a table"
        console.print(f"({words}, {len(block.columns)} columns wide, is in the report)")
        return
    if block.caption:
        console.print(_text(block.caption), style="dim")
    console.print(grid)


@_draw.register
def _picture(block: Picture, console: Any) -> None:
    """Nothing: a terminal has no pixels, and the page says where they are."""


def _text(words: str) -> Any:
    """Return text that is shown as it is, whatever marks stand in it."""
    from rich.text import Text

    return Text(words)
