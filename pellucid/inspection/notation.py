"""The lectures' letters: numbered layers, small raised and lowered digits, short numbers.

The input is layer 1. So z2 = a1 W1 + b1 and a2 = f(z2) are those of the first layer with a
formula, whose weights have the number of the layer they come from. Units are counted from
1 in formulas, as in the lectures, and from 0 in arguments, as in NumPy.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.inspection.byhand.slopes import symbol_of
from pellucid.network.network import Network, Node

MINUS, TIMES, DOT = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}", "\N{MIDDLE DOT}"
PRIME, SIGMA = "\N{PRIME}", "\N{GREEK SMALL LETTER SIGMA}"
DELTA, SUM, D = "\N{GREEK SMALL LETTER DELTA}", "\N{N-ARY SUMMATION}", "\N{PARTIAL DIFFERENTIAL}"
GAMMA, BETA = "\N{GREEK SMALL LETTER GAMMA}", "\N{GREEK SMALL LETTER BETA}"
MU, CHANGE = "\N{GREEK SMALL LETTER MU}", "\N{GREEK CAPITAL LETTER DELTA}"
RAISED = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
MOST_TERMS, SHOWN_TERMS = 6, 4  # a longer sum shows its largest terms, and what the rest adds
SHORT = {"kernel": "W", "bias": "b", "gamma": GAMMA, "beta": BETA}


class Term(NamedTuple):
    """One product of a sum."""

    factors: tuple[float, ...]

    @property
    def value(self) -> float:
        """The product."""
        return float(np.prod(self.factors))


class Letters:
    """The names of everything in a network: z of layer 2 is written with a raised (2)."""

    def __init__(self, network: Network) -> None:
        self.network = network
        names = [node.name for node in network.nodes]
        self._numbers = {name: place for place, name in enumerate(names, start=2)}

    def number(self, name: str) -> int:
        """Return the number of a layer, 1 for an input."""
        return self._numbers.get(name, 1)

    def of(self, letter: str, name: str, unit: Sequence[int] | None = None) -> str:
        """Return a letter of a layer, such as z, a or delta, and of one unit of it."""
        several = letter == "a" and name not in self._numbers and len(self.network.inputs) > 1
        written = f"{name} " if several else ""
        return f"{written}{letter}{raised(self.number(name))}{lowered(unit)}"

    def parameter(self, owner: str, path: str, index: Sequence[int] | None = None) -> str:
        """Return a parameter of a layer, such as W with the number of the layer it comes from."""
        letter = SHORT.get(path, path)
        return f"{letter}{raised(self.number(owner) - 1)}{lowered(index)}"


def raised(number: int) -> str:
    """Return a layer's number as a raised one in brackets."""
    return f"({number})".translate(RAISED)


def lowered(unit: Sequence[int] | None) -> str:
    """Return a position, counted from 0, as lowered digits counted from 1.

    Example:
        >>> lowered((0, 11))
        '₁,₁₂'
    """
    return "" if unit is None else ",".join(str(place + 1) for place in unit).translate(LOWERED)


def number(value: Any) -> str:
    """Return a number to four digits, with a true minus sign.

    Example:
        >>> number(0.123456), number(1.0), number(12345678.0)
        ('0.1235', '1', '1.235e+07')
    """
    written = f"{float(value):.4g}"
    return "0" if written == "-0" else written.replace("-", MINUS)


def factor(value: Any) -> str:
    """Return a number as it stands in a product: in brackets if it is below 0."""
    written = number(value)
    return f"({written})" if written.startswith(MINUS) else written


def product(term: Term) -> str:
    """Return the factors of a term with signs of multiplication between."""
    return f" {TIMES} ".join(map(factor, term.factors))


def sum_of(terms: Sequence[Term], more: Sequence[float] = ()) -> str:
    """Return a sum of products with its numbers; of a long one, the largest terms.

    What was left out is counted and added up, so that the line can still be checked.
    """
    shown, rest = list(range(len(terms))), ""
    if len(terms) > MOST_TERMS:
        by_size = sorted(shown, key=lambda place: -abs(terms[place].value))
        shown, hidden = sorted(by_size[:SHOWN_TERMS]), by_size[SHOWN_TERMS:]
        total = sum(terms[place].value for place in hidden)
        rest = f"… {len(hidden):,} more terms, together {number(total)}"
    parts = [product(terms[place]) for place in shown]
    parts += [rest] if rest else []
    parts += [factor(value) for value in more]
    return " + ".join(parts) if parts else "0"


def function_of(node: Node) -> str:
    """Return what an activation is called in a formula: a small sigma for the sigmoid, or its name.

    Example:
        >>> from pellucid.layers.dense import Dense
        >>> function_of(Node("dense", Dense(1, "tanh"), ("x",), (1,), "dense"))
        'tanh'
    """
    name = symbol_of(node.layer.nonlinearity)
    return {"sigmoid": SIGMA, "bent": "f"}.get(name, name)


def formula_of(letters: Letters, node: Node) -> str:
    """Return what a layer computes, as a formula between letters."""
    name, reads = node.name, [letters.of("a", source) for source in node.inputs]
    z, kind = letters.of("z", name), type(node.layer).__name__
    x = reads[0] if reads else ""
    w, b = letters.parameter(node.owner, "kernel"), letters.parameter(node.owner, "bias")
    bias = f" + {b}" if getattr(node.layer, "use_bias", False) else ""
    forms = {
        "Dense": f"{x} {w}{bias}",
        "Conv1D": f"{x} * {w}{bias}",
        "Conv2D": f"{x} * {w}{bias}",
        "Conv3D": f"{x} * {w}{bias}",
        "BatchNormalization": f"{GAMMA} ({x} {MINUS} {MU}) / s + {BETA}",
        "LayerNormalization": f"{GAMMA} ({x} {MINUS} {MU}) / s + {BETA}",
        "Dropout": f"{x} {DOT} mask / {number(1 - (getattr(node.layer, 'rate', 0) or 0))}",
        "Add": " + ".join(reads),
        "Subtract": f" {MINUS} ".join(reads),
        "Multiply": f" {DOT} ".join(reads),
        "Average": f"({' + '.join(reads)}) / {len(reads)}",
        "Activation": x,
        "Identity": x,
    }
    done = forms.get(kind, f"{kind}({', '.join(reads)})")
    function = function_of(node)
    a = "" if function == "linear" else f",  {letters.of('a', name)} = {function}({z})"
    return f"{z} = {done}{a}" if a else f"{letters.of('a', name)} = {z} = {done}"
