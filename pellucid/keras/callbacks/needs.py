"""How closely a fit must be followed for a callback: not at all, by epochs or by batches.

Many epochs run inside one compiled program unless Python must look in between. Which hooks
a callback fills says how often that is.
"""

from typing import Any

LEVELS = ("nothing", "epochs", "batches")

BATCHES = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")
TESTS = ("on_test_begin", "on_test_end", "on_test_batch_begin", "on_test_batch_end")
EPOCHS = ("on_epoch_begin", "on_epoch_end", *TESTS)


def finest(*needs: str) -> str:
    """Return the most demanding of `needs`.

    Example:
        >>> finest("epochs", "nothing")
        'epochs'
    """
    return max(needs, key=LEVELS.index, default="nothing")


def fills(callback: Any, hook: str, base: type) -> bool:
    """Tell whether `callback` does something else at `hook` than `base` does."""
    if hook in vars(callback):
        return True
    found = getattr(type(callback), hook, None)
    if found is None or hasattr(found, "_is_default"):
        return False  # Keras marks so the hooks of its own base class
    return found is not getattr(base, hook, None)


def needs_beyond(callback: Any, base: type) -> str:
    """Return what the hooks ask for that `callback` fills and `base` does not."""
    if any(fills(callback, hook, base) for hook in BATCHES):
        return "batches"
    return "epochs" if any(fills(callback, hook, base) for hook in EPOCHS) else "nothing"


def follows_validation(callback: Any, base: type) -> bool:
    """Tell whether `callback` acts before, during or right after each validation."""
    return any(fills(callback, hook, base) for hook in TESTS)
