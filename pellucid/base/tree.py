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


def unflatten(leaves: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested dictionaries from leaves by their path: what `flatten` undid.

    Example:
        >>> unflatten({"dense/kernel": 1, "dense/bias": 2})
        {'dense': {'kernel': 1, 'bias': 2}}
    """
    tree: dict[str, Any] = {}
    for path, leaf in leaves.items():
        *folders, name = path.split("/")
        place = tree
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = leaf
    return tree


def _leaves(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, child in tree.items():
        if isinstance(child, Mapping):
            yield from _leaves(child, f"{prefix}{name}/")
        else:
            yield prefix + name, child
