"""Where a fit stands between two blocks, so that another process can go on from there."""

from typing import NamedTuple, Protocol, runtime_checkable

from pellucid.training.block import Run
from pellucid.training.record import Page
from pellucid.training.state import TrainState


class Standing(NamedTuple):
    """All that the rest of a fit depends on."""

    train: TrainState
    run: Run  # sums of the epoch, memories of rules, which rule has stopped the fit
    began: int  # epochs the training state had seen before this fit
    done: int  # epochs of this fit that have ended
    step: int  # steps of the epoch in progress
    page: Page


@runtime_checkable
class Keeper(Protocol):
    """Somebody who keeps where a fit stands, and may know where an earlier process left it."""

    def found(self, beginning: Standing) -> Standing | None:
        """Return where to go on instead of at the beginning, if there is such a place."""
        ...

    def keep(self, standing: Standing, *, last: bool) -> None:
        """Take note of where the fit stands. Its arrays are used up by the next block."""
        ...
