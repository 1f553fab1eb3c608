"""What a report is made of, as data: drawn as HTML by `page`, on a terminal by others."""

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
    """Rows of cells under named columns; numbers stay numbers until they are drawn."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""


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


def cell_text(cell: Cell) -> str:
    """Return how a cell reads, on every surface: 12,345 for counts, 4 digits for measures."""
    if cell is None:
        return "\N{EN DASH}"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}"
    return f"{cell:.4g}" if isinstance(cell, float) else cell


def is_number(cell: Cell) -> bool:
    """Return whether a cell belongs on the right of its column."""
    return isinstance(cell, int | float) and not isinstance(cell, bool)
