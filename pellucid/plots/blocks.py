"""What a report is made of, as data: drawn as HTML by `page`, on a terminal by others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Cell: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True)
class Sentence:
    """A paragraph of plain text."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Names with their values, such as score, seed and time."""

    pairs: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class Note:
    """Something to notice, with a word for how serious it is."""

    text: str
    kind: Literal["good", "info", "warning", "error"] = "info"


@dataclass(frozen=True)
class Code:
    """Lines to be typed or kept exactly as they are."""

    text: str


@dataclass(frozen=True)
class Table:
    """Rows of cells under named columns; numbers stay numbers until they are drawn.

    Columns of numbers stand on the right, and so do those whose places are in `right`.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    right: tuple[int, ...] = ()

    def on_the_right(self, place: int) -> bool:
        """Return whether a column holds numbers."""
        cells = [row[place] for row in self.rows if place < len(row)]
        numbers = any(map(is_number, cells)) and all(is_number(c) or c is None for c in cells)
        return numbers or place in self.right

    def texts(self) -> list[list[str]]:
        """Return how the cells read, row by row; shares of a column have the same digits."""
        columns = [column_texts(column) for column in zip(*self.rows, strict=True)]
        return [list(row) for row in zip(*columns, strict=True)]


@dataclass(frozen=True)
class Picture:
    """An SVG (text) or PNG (bytes), what stands below it, and what it says in words.

    `alt` is for those who cannot see it; `numbers` holds what was drawn, where that helps.
    """

    image: str | bytes
    caption: str
    alt: str
    numbers: Table | None = None


@dataclass(frozen=True)
class Section:
    """Blocks under a heading; sections within sections become smaller headings."""

    title: str
    blocks: tuple["Block", ...]


Block: TypeAlias = Sentence | Facts | Note | Code | Table | Picture | Section


@dataclass(frozen=True)
class Page:
    """A whole report."""

    title: str
    sections: tuple[Section, ...]
    about: str = ""  # one line under the title


def section(title: str, *blocks: Block) -> Section:
    """Return a section with these blocks in order."""
    return Section(title, blocks)


def column_texts(cells: Sequence[Cell]) -> list[str]:
    """Return how the cells of a column read: shares with 3 digits each, 1 as 1.000."""
    measures = [cell for cell in cells if isinstance(cell, float)]
    largest = max((abs(cell) for cell in measures), default=0.0)
    if len(measures) > 1 and 0.1 <= largest <= 1:
        return [f"{c:.3f}" if isinstance(c, float) else cell_text(c) for c in cells]
    return [cell_text(cell) for cell in cells]


def cell_text(cell: Cell) -> str:
    """Return how a cell reads, on every surface: 12,345 for counts, 4 digits for measures."""
    if cell is None:
        return "\N{EN DASH}"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return f"{cell:,.0f}" if 1e4 <= abs(cell) < 1e9 else f"{cell:.4g}"
    return cell


def is_number(cell: Cell) -> bool:
    """Return whether a cell belongs on the right of its column."""
    return isinstance(cell, int | float) and not isinstance(cell, bool)
