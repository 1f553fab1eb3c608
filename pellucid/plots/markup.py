"""Elements of SVG and HTML as trees, so that nothing can be written unescaped."""

from collections.abc import Mapping
from typing import Literal, TypeAlias
from xml.etree import ElementTree

from pellucid.plots.style import printable

Element: TypeAlias = ElementTree.Element
Content: TypeAlias = ElementTree.Element | str


def element(tag: str, settings: Mapping[str, object] | None = None, *content: Content) -> Element:
    """Return an element with attributes (numbers to one decimal) and content in order."""
    made = ElementTree.Element(tag, {k: _attribute(v) for k, v in (settings or {}).items()})
    for part in content:
        if isinstance(part, ElementTree.Element):
            made.append(part)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + _text(part)
        else:
            made.text = (made.text or "") + _text(part)
    return made


def written(root: Element, method: Literal["xml", "html"] = "xml") -> str:
    """Return an element as text, in XML's or HTML's spelling."""
    return ElementTree.tostring(root, encoding="unicode", method=method)


def _attribute(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return printable(value)


def _text(value: str) -> str:
    return "\n".join(map(printable, value.split("\n")))
