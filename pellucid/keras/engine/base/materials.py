"""Fresh values for many variables at once, by one compiled program.

A variable is not drawn when its layer is built but when somebody first reads it; by then
usually a whole model is known, and one program draws it all. Only where many layers differ
they are drawn one by one: such a program would take longer to compile than to train.
"""

import operator
from collections.abc import Callable, Hashable, Iterable
from typing import Any, NamedTuple

import jax
import numpy as np

from pellucid.functions.threefry import key_of
from pellucid.keras.engine.base.variable import Variable
from pellucid.training.compilation import MOST_DRAWN_AT_ONCE, compiled, keep_latest
from pellucid.training.state import seed_bits


class Draw(NamedTuple):
    """One call that settles some variables: a function from a key to a tree of arrays."""

    function: Callable[[Any], Any]  # equal functions share a program
    seed: int
    variables: Any  # a tree of the same form, of variables

    def leave(self) -> None:
        """Let the variables wait until one of them is read."""
        for variable in jax.tree.leaves(self.variables):
            variable.wait_for(self)

    def __call__(self) -> None:
        """Give the variables their values."""
        settle([self])


class StartOfLayer(NamedTuple):
    """The start of a core layer's parameters and state, as a function of the key."""

    layer: Any
    shape: Hashable

    def __call__(self, key: Any) -> Any:
        return self.layer.init(key, self.shape)


class StartOfArray(NamedTuple):
    """The start of one array, as a function of the key."""

    initializer: Any
    shape: tuple[int, ...]
    dtype: str

    def __call__(self, key: Any) -> Any:
        return self.initializer(key, self.shape).astype(self.dtype)


def materialize(variables: Iterable[Variable]) -> None:
    """Draw all of `variables` that still wait, together."""
    draws = {id(draw): draw for v in variables if isinstance(draw := v.awaited, Draw)}
    if draws:
        settle(list(draws.values()))


def settle(draws: list[Draw]) -> None:
    """Draw, and leave each variable with its value."""
    alike: dict[Callable[[Any], Any], list[Draw]] = {}
    for draw in draws:
        alike.setdefault(draw.function, []).append(draw)
    if len(alike) > MOST_DRAWN_AT_ONCE:
        for draw in draws:
            _keep(draw, jax.device_get(draw.function(key_of(seed_bits(draw.seed)))))
        return
    seeds = tuple(np.stack([seed_bits(draw.seed) for draw in some]) for some in alike.values())
    stacks = jax.device_get(_program(tuple(alike))(seeds))
    for some, stack in zip(alike.values(), stacks, strict=True):
        for place, draw in enumerate(some):
            _keep(draw, jax.tree.map(operator.itemgetter((place, ...)), stack))


def _keep(draw: Draw, values: Any) -> None:
    jax.tree.map(_take, draw.variables, values)


def _take(variable: Variable, value: Any) -> None:
    if not variable.drawn:
        variable.settle(value, first=True)


@keep_latest
def _program(functions: tuple[Callable[[Any], Any], ...]) -> Callable[[Any], Any]:
    # One loop for each function: a hundred equal layers would take a minute to compile.
    def drawn(function: Callable[[Any], Any], seeds: Any) -> Any:
        return jax.lax.map(lambda bits: function(key_of(bits)), seeds)

    def draw_all(seeds: Any) -> Any:
        return tuple(map(drawn, functions, seeds))

    return compiled(draw_all)
