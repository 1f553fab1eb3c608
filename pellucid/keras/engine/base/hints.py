"""One plain line about an old or doubtful spelling, once a process."""

import warnings

from pellucid.base.whose import Place, current_line

_given: set[str] = set()


class KerasHint(UserWarning):
    """Advice about a Keras script: it runs, and could be said better."""


def hint(key: str, text: str) -> None:
    """Say `text` once, at the line outside pellucid that gave rise to it."""
    if key in _given:
        return
    _given.add(key)
    place = current_line()
    if place is None:
        warnings.warn(text, KerasHint, stacklevel=2)
    else:
        warnings.warn_explicit(text, KerasHint, *place)


def forget_hints() -> None:
    """Let every hint be given once more."""
    _given.clear()


def caller_line() -> Place | None:
    """Return the file and line of the user's that is being run, if there is one."""
    return current_line()
