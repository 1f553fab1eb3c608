"""Trees of arrays as named arrays, and back into a tree of a form that is known."""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from pellucid.base.errors import FileError, explain


def named_arrays(tree: Any) -> dict[str, np.ndarray]:
    """Return the leaves on the host, by number and path.

    Example:
        >>> list(named_arrays({"dense": {"kernel": 1.0, "bias": 2.0}}))
        ['00000 dense/bias', '00001 dense/kernel']
    """
    return {
        _name(number, path): np.asarray(leaf)
        for number, (path, leaf) in enumerate(_leaves(jax.device_get(tree)))
    }


def tree_of(like: Any, arrays: Mapping[str, np.ndarray], where: str) -> Any:
    """Return arrays in the form of the tree `like`; where that is empty they may be of any shape.

    Raises:
        FileError: they are not the leaves of such a tree.
    """
    found = []
    for number, (path, leaf) in enumerate(_leaves(like)):
        name, wanted = _name(number, path), _form(leaf)
        array = arrays.get(name)
        if array is None or (np.size(leaf) and _form(array) != wanted):
            what = f"The arrays in {where} are not those of such a fit."
            got = "none" if array is None else _form(array)
            raise FileError(explain(what, got=got, expected=f"{name}: {wanted}"))
        found.append(array)
    return jax.tree.unflatten(jax.tree.structure(like), found)


def _leaves(tree: Any) -> Any:
    return jax.tree_util.tree_flatten_with_path(tree)[0]


def _form(leaf: Any) -> str:
    dtype = leaf.dtype if hasattr(leaf, "dtype") else np.asarray(leaf).dtype
    return f"{dtype} {np.shape(leaf)}"


def _name(number: int, path: Any) -> str:
    return f"{number:05d} {jax.tree_util.keystr(path, simple=True, separator='/')}"
