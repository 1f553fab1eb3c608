"""A report as one HTML file: no script, no other host, readable, dark or light, on paper too."""

from collections.abc import Callable, Mapping
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
from pellucid.plots.figures import data_uri
from pellucid.plots.markup import Content, Element, element, written
from pellucid.plots.stylesheet import STYLESHEET

# Nothing may be fetched and nothing may run, whatever a name in the data tries to be.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
NOTE_WORDS = {"good": "Good", "info": "Note", "warning": "Warning", "error": "Error"}


def to_html(page: Page) -> str:
    """Return a page as the text of one HTML file; the same page, the same text."""
    head = element(
        "head",
        {},
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": POLICY}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "color-scheme", "content": "light dark"}),
        element("meta", {"name": "referrer", "content": "no-referrer"}),
        element("title", {}, page.title),
        element("style", {}, STYLESHEET),
    )
    top = [element("h1", {}, page.title)]
    if page.about:
        top.append(element("p", {"class": "about"}, page.about))
    if len(page.sections) > 1:
        top.append(_contents(page.sections))
    body = [_section(section, 2, f"s{i}") for i, section in enumerate(page.sections, 1)]
    main = element("main", {}, element("header", {}, *top), *body)
    root = element("html", {"lang": "en"}, head, element("body", {}, main))
    return f"<!DOCTYPE html>\n{written(root, 'html')}\n"


def _contents(sections: tuple[Section, ...]) -> Element:
    links = (
        element("li", {}, element("a", {"href": f"#s{i}"}, section.title))
        for i, section in enumerate(sections, 1)
    )
    return element("nav", {"aria-label": "Contents"}, element("ul", {}, *links))


def _section(section: Section, level: int, place: str) -> Element:
    made = element("section", {"id": place, "aria-labelledby": f"{place}-title"})
    made.append(element(f"h{min(level, 6)}", {"id": f"{place}-title"}, section.title))
    for number, block in enumerate(section.blocks, 1):
        if isinstance(block, Section):
            made.append(_section(block, level + 1, f"{place}-{number}"))
        else:
            made.append(_DRAW[type(block)](block))
    return made


def _sentence(block: Sentence) -> Element:
    return element("p", {}, block.text)


def _facts(block: Facts) -> Element:
    pairs = (
        element("div", {}, element("dt", {}, name), element("dd", {}, cell_text(value)))
        for name, value in block.pairs
    )
    return element("dl", {}, *pairs)


def _note(block: Note) -> Element:
    word = element("strong", {}, f"{NOTE_WORDS[block.kind]}: ")
    return element("p", {"class": f"note {block.kind}", "role": "note"}, word, block.text)


def _code(block: Code) -> Element:
    return element("pre", {}, element("code", {}, block.text))


def _table(block: Table) -> Element:
    right = [block.on_the_right(place) for place in range(len(block.columns))]
    head = (
        _cell("th", name, number, {"scope": "col"})
        for name, number in zip(block.columns, right, strict=True)
    )
    rows = (
        element("tr", {}, *(_cell("td", c, n, {}) for c, n in zip(row, right, strict=True)))
        for row in block.texts()
    )
    parts: list[Content] = [element("caption", {}, block.caption)] if block.caption else []
    parts += [element("thead", {}, element("tr", {}, *head)), element("tbody", {}, *rows)]
    # A wide table scrolls by itself, also with the keyboard, instead of pushing the page.
    around = {"class": "wide", "tabindex": "0", "role": "region"}
    around["aria-label"] = block.caption or "table"
    return element("div", around, element("table", {}, *parts))


def _cell(tag: str, words: str, number: bool, settings: Mapping[str, str]) -> Element:
    look = {"class": "number"} if number else {}
    return element(tag, {**settings, **look}, words)


def _picture(block: Picture) -> Element:
    picture = element("img", {"src": data_uri(block.image), "alt": block.alt})
    made = element("figure", {}, picture, element("figcaption", {}, block.caption))
    if block.numbers is not None:
        summary = element("summary", {}, "The numbers")
        made.append(element("details", {}, summary, _table(block.numbers)))
    return made


_DRAW: Mapping[type[Block], Callable[[Any], Element]] = {
    Sentence: _sentence,
    Facts: _facts,
    Note: _note,
    Code: _code,
    Table: _table,
    Picture: _picture,
}
