"""The one place where optax is imported, and where its states get our names."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from pellucid.base.types import Tree


def optax() -> ModuleType:
    """Return optax, which is imported when the first optimizer needs it.

    Its import takes most of what `import pellucid` may take over `import jax`.
    """
    import optax as module

    return module


def begin(scaling: Any, params: Tree, names: Mapping[str, str]) -> dict[str, Tree]:
    """Return the memory before the first step: fields of optax's state, by our `names`."""
    state = scaling.init(params)
    return {name: getattr(state, part) for part, name in names.items()}


def scale(
    scaling: Any, grads: Tree, memory: Mapping[str, Tree], names: Mapping[str, str]
) -> tuple[Tree, dict[str, Tree]]:
    """Return what an optax transformation makes of `grads`, and the memory after it."""
    blank = scaling.init(grads)  # for the fields that it keeps to itself
    state = blank._replace(**{part: memory[name] for part, name in names.items()})
    directions, after = scaling.update(grads, state)
    return directions, {name: getattr(after, part) for part, name in names.items()}
