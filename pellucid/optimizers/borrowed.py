"""The one place where optax is imported."""

from types import ModuleType


def optax() -> ModuleType:
    """Return optax, which is imported when the first optimizer needs it.

    Its import takes most of what `import pellucid` may take over `import jax`.
    """
    import optax as module

    return module
