"""Blocks of rows: arrays side by side, in tuples, lists and mappings as `fit` takes them."""

from collections.abc import Callable, Mapping
from typing import Any


def leaves(block: Any) -> list[Any]:
    """Return the arrays of a block in order.

    Example:
        >>> leaves(({"b": 1, "a": 2}, [3]))
        [1, 2, 3]
    """
    if isinstance(block, Mapping):
        return [leaf for part in block.values() for leaf in leaves(part)]
    if isinstance(block, list | tuple):
        return [leaf for part in block for leaf in leaves(part)]
    return [block]


def mapped(function: Callable[[Any], Any], block: Any) -> Any:
    """Return a block of the same form with f(array) for each array.

    Example:
        >>> mapped(str, ({"b": 1, "a": 2}, [3]))
        ({'b': '1', 'a': '2'}, ['3'])
    """
    if isinstance(block, Mapping):
        return {name: mapped(function, part) for name, part in block.items()}
    if isinstance(block, list | tuple):
        return type(block)(mapped(function, part) for part in block)
    return function(block)
