"""What a rule of backpropagation is: from dJ/dz of one layer to dJ/dx and dJ/dparameters."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float

from pellucid.layers.layer import Layer

Values: TypeAlias = Float[np.ndarray, "..."]


class Use(NamedTuple):
    """One use of a layer in a batch: what it read, what it has, what it gave. All on the host."""

    layer: Layer
    params: Mapping[str, Any]
    state: Mapping[str, Any]
    inputs: tuple[Any, ...]  # x, or one array for each input of a layer that merges
    mask: Any
    training: bool  # False for a layer that runs as it does outside training

    @property
    def x(self) -> Any:
        """The only input."""
        return self.inputs[0]


class Back(NamedTuple):
    """What goes back from a layer."""

    to_inputs: tuple[Values, ...]  # dJ/dx, one for each input
    to_params: Mapping[str, Values]  # dJ/dparameter


Rule: TypeAlias = Callable[[Use, Values], Back | None]  # None: this case is not known by hand

RULES: dict[type[Layer], Rule] = {}


def rule(*kinds: type[Layer]) -> Callable[[Rule], Rule]:
    """Return a decorator that files a rule for these kinds of layers."""

    def file(written: Rule) -> Rule:
        RULES.update(dict.fromkeys(kinds, written))
        return written

    return file


def summed_to(array: Values, shape: tuple[int, ...]) -> Values:
    """Return an array summed along the axes that a smaller one was repeated along."""
    array = array.sum(tuple(range(array.ndim - len(shape))))
    axes = tuple(i for i, size in enumerate(shape) if size == 1 < array.shape[i])
    return array.sum(axes, keepdims=True)
