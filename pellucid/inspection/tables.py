"""All quantities of a step as tables: text for a terminal, HTML and LaTeX for a notebook."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.tree import flatten
from pellucid.inspection.notation import (
    CHANGE,
    DELTA,
    PRIME,
    D,
    Letters,
    formula_of,
    function_of,
    number,
)
from pellucid.network.network import Network, Node
from pellucid.network.summary import names_in_order

MOST_COLUMNS, MOST_ROWS = 8, 6  # of an array that is shown; a larger one is cut
LATEX = {
    DELTA: r"\delta",
    "∂": r"\partial ",
    CHANGE: r"\Delta ",
    PRIME: "'",
    "\N{GREEK SMALL LETTER SIGMA}": r"\sigma",
    "\N{GREEK SMALL LETTER GAMMA}": r"\gamma",
    "\N{GREEK SMALL LETTER BETA}": r"\beta",
    "\N{GREEK SMALL LETTER MU}": r"\mu",
    "\N{MIDDLE DOT}": r"\cdot ",
    "\N{MINUS SIGN}": "-",
    "\N{MULTIPLICATION SIGN}": r"\times ",
    "⁽": "^{(",
    "⁾": ")}",
    **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)),
    "_": r"\_",
    " * ": " * ",
}


class Entry(NamedTuple):
    """One quantity: its letter and its numbers."""

    letter: str
    array: np.ndarray


class Block(NamedTuple):
    """One layer: what it is, what it computes, and every quantity of it."""

    title: str
    formula: str
    entries: tuple[Entry, ...]


class Table(NamedTuple):
    """The layers of a step, in order. It prints as text, and shows itself in a notebook."""

    head: str
    blocks: tuple[Block, ...]

    def __str__(self) -> str:
        parts = [self.head]
        for block in self.blocks:
            lines = [block.title, f"  {block.formula}"]
            width = max(len(entry.letter) for entry in block.entries)
            for letter, array in block.entries:
                shown = _grid(array)
                cells = max((len(c) for row in shown for c in row if c[0] != "…"), default=0)
                for place, row in enumerate(shown):
                    name = letter if place == 0 else ""
                    numbers = "  ".join(c if c[0] == "…" else c.rjust(cells) for c in row)
                    lines.append(f"  {name.ljust(width)}  {numbers}".rstrip())
            parts.append("\n".join(lines))
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        parts = [f"<p>{escape(self.head)}</p>"]
        for title, formula, entries in self.blocks:
            rows = "".join(_html_rows(entry) for entry in entries)
            parts.append(
                f"<h4>{escape(title)}</h4><p>{escape(formula)}</p>"
                f"<table style='font-variant-numeric:tabular-nums'>{rows}</table>"
            )
        return "".join(parts)

    def _repr_latex_(self) -> str:
        return f"$${self.latex()}$$"

    def latex(self) -> str:
        """Return the formulas with the numbers put in, as one `aligned` block."""
        lines = []
        for _, formula, entries in self.blocks:
            lines += [f"&{latex(part.strip())}" for part in formula.split(",  ")]
            lines += [f"{latex(letter)} &= {_matrix(array)}" for letter, array in entries]
        body = " \\\\\n".join(lines)
        return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def latex(words: str) -> str:
    """Return a formula of this room in LaTeX.

    Example:
        >>> latex("a⁽²⁾ = tanh(z⁽²⁾)")
        'a^{(2)} = tanh(z^{(2)})'
    """
    for sign, spelt in LATEX.items():
        words = words.replace(sign, spelt)
    found, inside = "", False
    for letter in words:
        low = letter in "₀₁₂₃₄₅₆₇₈₉"
        if low and not inside:
            found += "_{"
        if inside and not low and letter != ",":
            found += "}"
        inside = low or (inside and letter == ",")
        found += str("₀₁₂₃₄₅₆₇₈₉".index(letter)) if low else letter
    return found + ("}" if inside else "")


def blocks_of(
    network: Network,
    letters: Letters,
    signals: Mapping[str, Any],
    inputs: Mapping[str, np.ndarray],
    row: int,
    names: Sequence[str],
) -> tuple[Block, ...]:
    """Return the named layers of one row as blocks."""
    return tuple(_block(network, network[name], letters, signals, inputs, row) for name in names)


def _block(
    network: Network,
    node: Node,
    letters: Letters,
    signals: Mapping[str, Any],
    inputs: Mapping[str, np.ndarray],
    row: int,
) -> Block:
    name, owner = node.name, node.owner
    entries = []
    for source in node.inputs:
        x = inputs[source] if source in inputs else signals["a"][source]
        if not isinstance(x, tuple):
            entries.append(Entry(letters.of("a", source), np.asarray(x[row])))
    for path, array in _in_order(network, owner, signals["weight"]):
        entries.append(Entry(letters.parameter(owner, path), array))
    z = letters.of("z", name)
    words = {"z": z, "a": letters.of("a", name), "delta": letters.of(DELTA, name)}
    words["slope"] = f"{function_of(node)}{PRIME}({z})"
    straight = function_of(node) == "linear"  # then a = z, and f'(z) = 1 says nothing
    for signal in ("z", "delta") if straight else ("z", "a", "slope", "delta"):
        array = signals[signal].get(name)
        if array is not None and not isinstance(array, tuple):
            entries.append(Entry(words[signal], np.asarray(array[row])))
    for signal, sign in (("gradient", f"{D}J/{D}"), ("update", CHANGE)):
        for path, array in _in_order(network, owner, signals[signal]):
            entries.append(Entry(f"{sign}{letters.parameter(owner, path)}", array))
    shared = f", with the parameters of {owner}" if owner != name else ""
    title = f"layer {letters.number(name)}: {name}, {_described(node)}{shared}"
    return Block(title, formula_of(letters, node), tuple(entries))


def _in_order(
    network: Network, owner: str, signals: Mapping[str, Any]
) -> list[tuple[str, np.ndarray]]:
    """Return the arrays of one layer in its own order: the kernel before the bias."""
    held = flatten(signals.get(owner, {}), f"{owner}/")
    order = [path for path in names_in_order(network) if path in held]
    return [(path.removeprefix(f"{owner}/"), np.asarray(held[path])) for path in order]


def _described(node: Node) -> str:
    """Return a layer as the call that makes it, without its name."""
    return repr(replace(node.layer, name=None))


def _grid(array: np.ndarray) -> list[list[str]]:
    """Return an array as rows of short numbers, cut where it is large."""
    if array.ndim > 2 and max(array.shape[:-1]) > 1 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim > 2 and all(size == 1 for size in array.shape[:-2]):
        array = array.reshape(array.shape[-2:])
    if array.ndim > 2:
        sides = " by ".join(map(str, array.shape))
        return [[f"{sides} numbers from {number(array.min())} to {number(array.max())}"]]
    rows = np.atleast_2d(array)
    shown = [_cut_row(row) for row in rows[:MOST_ROWS]]
    if len(rows) > MOST_ROWS:
        shown.append([f"… {len(rows) - MOST_ROWS:,} more rows"])
    return shown


def _cut_row(row: np.ndarray) -> list[str]:
    cells = [number(value) for value in row[:MOST_COLUMNS]]
    left = len(row) - MOST_COLUMNS
    return [*cells, f"… {left:,} more"] if left > 0 else cells


def _html_rows(entry: Entry) -> str:
    rows = _grid(entry.array)
    head = f"<th rowspan='{len(rows)}' style='text-align:left'>{escape(entry.letter)}</th>"
    lines = []
    for place, row in enumerate(rows):
        cells = "".join(f"<td style='text-align:right'>{escape(cell)}</td>" for cell in row)
        lines.append(f"<tr>{head if place == 0 else ''}{cells}</tr>")
    return "".join(lines)


def _matrix(array: np.ndarray) -> str:
    rows = [[latex(cell) for cell in row] for row in _grid(array)]
    words = [[_latex_cell(cell) for cell in row] for row in rows]
    if len(words) == 1 and len(words[0]) == 1:
        return words[0][0]
    body = r" \\ ".join(" & ".join(row) for row in words)
    return f"\\begin{{bmatrix}} {body} \\end{{bmatrix}}"


def _latex_cell(cell: str) -> str:
    return rf"\text{{{cell}}}" if " " in cell else cell
