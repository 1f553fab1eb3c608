"""A report as Markdown: the blocks of `page` as plain text that is read as it stands.

Pictures are left out; what they say in words stays.
"""

import functools
import re
from collections.abc import Iterable
from typing import Any

from pellucid.plots.blocks import (
    Block,
    Code,
    Facts,
    Note,
    Page,
    Picture,
    Section,
    Sentence,
    Table,
    cell_text,
)

SPECIAL = re.compile(r"([\\`*<>|\[\]])")  # what a name in the data could do
NOTE_WORDS = {"good": "Good", "info": "Note", "warning": "Warning", "error": "Error"}


def to_markdown(page: Page) -> str:
    """Return a page as Markdown."""
    parts = [f"# {plain(page.title)}"]
    if page.about:
        parts.append(plain(page.about))
    parts += [text for section in page.sections for text in _section(section, 2)]
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    r"""Return a text that Markdown shows as it is.

    Example:
        >>> print(plain("a|b <i>"))
        a\|b \<i\>
    """
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _section(section: Section, level: int) -> Iterable[str]:
    yield f"{'#' * level} {plain(section.title)}"
    for block in section.blocks:
        yield from _section(block, level + 1) if isinstance(block, Section) else _drawn(block)


@functools.singledispatch
def _drawn(block: Block) -> Iterable[str]:
    """Return a block as paragraphs."""
    raise TypeError(f"Markdown has no way to show a {type(block).__name__}")


@_drawn.register
def _sentence(block: Sentence) -> Iterable[str]:
    return [plain(block.text)]


@_drawn.register
def _note(block: Note) -> Iterable[str]:
    return [f"> **{NOTE_WORDS[block.kind]}.** {plain(block.text)}"]


@_drawn.register
def _code(block: Code) -> Iterable[str]:
    return ["\n".join(f"    {line}" for line in block.text.splitlines())]


@_drawn.register
def _facts(block: Facts) -> Iterable[str]:
    return ["\n".join(f"- {plain(name)}: {plain(cell_text(value))}" for name, value in block.pairs)]


@_drawn.register
def _picture(block: Picture) -> Iterable[str]:
    numbers: list[Any] = [] if block.numbers is None else list(_drawn(block.numbers))
    return [f"{plain(block.caption)}. {plain(block.alt)}", *numbers]


@_drawn.register
def _table(block: Table) -> Iterable[str]:
    sides = [":" if not block.on_the_right(place) else "" for place in range(len(block.columns))]
    lines = [block.columns, [f"{':' if side else ''}---{'' if side else ':'}" for side in sides]]
    rows = [[plain(cell) for cell in row] for row in block.texts()]
    head = [[plain(column) for column in lines[0]], lines[1]]
    text = "\n".join(f"| {' | '.join(row)} |" for row in [*head, *rows])
    return [text, *([f"{plain(block.caption)}."] if block.caption else [])]
