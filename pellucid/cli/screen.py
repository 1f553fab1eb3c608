"""Blocks of a report on a terminal: the same data that the HTML page shows."""

import functools
from collections.abc import Iterable
from typing import Any

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
    is_number,
)

MARKS = {"good": "green", "info": "cyan", "warning": "yellow", "error": "red"}


def show(blocks: Iterable[Block]) -> None:
    """Print blocks in order; pictures are left to the page."""
    for block in blocks:
        _draw(block, _console())


@functools.cache
def _console() -> Any:
    from rich.console import Console

    # Of a pipe the width is unknown: leave lines whole rather than break them at 80.
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=200)


@functools.singledispatch
def _draw(block: Any, console: Any) -> None:
    raise TypeError(f"a terminal cannot show a {type(block).__name__}")


@_draw.register
def _section(block: Section, console: Any) -> None:
    console.print()
    console.print(block.title, style="bold", markup=False)
    for inner in block.blocks:
        _draw(inner, console)


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
    width = max((len(name) for name, _ in block.pairs), default=0)
    for name, value in block.pairs:
        console.print(f"{name.ljust(width)}  {cell_text(value)}", markup=False, soft_wrap=True)


@_draw.register
def _table(block: Table, console: Any) -> None:
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index, name in enumerate(block.columns):
        numbers = any(is_number(row[index]) for row in block.rows)
        grid.add_column(Text(name), justify="right" if numbers else "left")
    for row in block.rows:
        grid.add_row(*(Text(cell_text(cell)) for cell in row))
    if block.caption:
        console.print(block.caption, markup=False)
    console.print(grid)


@_draw.register
def _picture(block: Picture, console: Any) -> None:
    """Nothing: a terminal has no pixels, and the page says where they are."""
