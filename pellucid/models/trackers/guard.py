"""What keeps a tracker's failures away from the training."""

import warnings
from collections.abc import Callable
from typing import Any

from pellucid.base.errors import PellucidError


class Guard:
    """Calls for a tracker, until one fails: then it says why, once, and calls no more."""

    def __init__(self, who: str) -> None:
        self._who = who
        self._silent = False

    def __call__(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Return what `act` gives; None where it failed, or an earlier call did."""
        return None if self._silent else self.at_last(act, *args, **kwargs)

    def at_last(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Do the same for what must be tried in any case: to close what is open."""
        try:
            return act(*args, **kwargs)
        except Exception as error:  # whatever a tracker's package raises
            if not self._silent:
                mine = isinstance(error, PellucidError)
                why = error.one_line if mine else str(error) or type(error).__name__
                told = f"{self._who} failed and is left out; training goes on. Reason: {why}"
                warnings.warn(told, stacklevel=2)
            self._silent = True
            return None
