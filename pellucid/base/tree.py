"""Nested dictionaries of arrays, seen as one flat mapping from "dense/kernel" to array."""

from collections.abc import Iterator, Mapping
from typing import Any


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the leaves of nested mappings by their path.

    Example:
        >>> flatten({"dense": {"kernel": 1, "bias": 2}})
        {'dense/kernel': 1, 'dense/bias': 2}
    """
    return dict(_leaves(tree, prefix))


def refill(tree: Mapping[str, Any], leaves: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a tree of the same form with other leaves, by their path.

    Example:
        >>> refill({"dense": {"kernel": 1}, "relu": {}}, {"dense/kernel": 5, "other": 6})
        {'dense': {'kernel': 5}, 'relu': {}}
    """
    return {
        name: refill(child, leaves, f"{prefix}{name}/")
        if isinstance(child, Mapping)
        else leaves[prefix + name]
        for name, child in tree.items()
    }


def _leaves(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, child in tree.items():
        if isinstance(child, Mapping):
            yield from _leaves(child, f"{prefix}{name}/")
        else:
            yield prefix + name, child
