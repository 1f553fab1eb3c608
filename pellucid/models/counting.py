"""Numbers of rows and epochs, as arguments of verbs."""

from typing import Any

from pellucid.base.errors import StateError, explain


def whole_number(name: str, value: Any, least: int = 1) -> int:
    """Return a number of rows or epochs.

    Raises:
        StateError: it is no whole number, or less than `least`.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__") or value < least:
        what = f"{name} is not a number this can be."
        hint = 'batch_size="full" takes all rows at once' if name == "batch_size" else ""
        expected = f"a whole number, {least} or more"
        raise StateError(explain(what, got=repr(value), expected=expected, hint=hint))
    return int(value)
